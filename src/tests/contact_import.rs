//! Files of contacts: read in whatever form they come, previewed, taken in exactly once whatever breaks off, refused rows handed back,
//! and undone without losing what people did since.

use crate::support::{Client, Firm, TestApp, until};
use lux::features::contacts::imports::model::{Fate, ImportChoices, ImportDetail, ImportState, Known};
use lux::features::contacts::server::import::acts;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use std::fmt::Write;

struct Stage {
    t: TestApp,
    firm: Firm,
    owner: Client,
}

impl Stage {
    async fn set() -> Self {
        let t = TestApp::start().await;
        let firm = Firm::found(&t.app, "Northwind", "UTC").await;
        let owner = t.signed_in(&firm.email).await;
        Self { t, firm, owner }
    }

    /// Where the form leads.
    async fn send(&self, file: Vec<u8>) -> String {
        let form = Form::new().part("file", Part::bytes(file).file_name("people ü.csv"));
        let request = self.owner.request(Method::POST, "/contacts/import/upload").multipart(form);
        let answer = self.owner.send(request).await;
        answer.location.unwrap_or_else(|| panic!("{}: {}", answer.status, answer.body))
    }

    /// Uploads a file that can be read.
    async fn upload(&self, file: impl Into<Vec<u8>>) -> String {
        let there = self.send(file.into()).await;
        assert!(!there.contains("why="), "{there}");
        there.strip_prefix("/contacts/import/").expect("the page of the import").to_owned()
    }

    async fn load(&self, id: &str) -> ImportDetail {
        acts::load(&self.firm.who, id.parse().expect("an id")).await.expect("an import")
    }

    /// Saves choices, with some changed, and begins if wanted.
    async fn choose(&self, id: &str, go: &str, change: impl FnOnce(&mut ImportChoices)) -> (u16, String) {
        let mut choices = self.load(id).await.choices;
        change(&mut choices);
        let mut fields = vec![("import", id), ("go", go), ("choices[known]", choices.known.id())];
        fields.extend(choices.columns.iter().map(|column| ("choices[columns][]", column.as_str())));
        fields.extend([("choices[tags]", choices.tags.as_str()), ("choices[source]", &choices.source)]);
        fields.push(("choices[consent_words]", &choices.consent_words));
        let answer = self.owner.call("contacts/imports/choose_import", &fields).await;
        (answer.status, answer.body)
    }

    async fn act(&self, what: &str, id: &str) -> u16 {
        self.owner.call(&format!("contacts/imports/{what}_import"), &[("import", id)]).await.status
    }

    async fn run(&self, id: &str) -> ImportDetail {
        self.t.drive_to(1).await;
        self.load(id).await
    }

    async fn n(&self, query: &'static str) -> i64 {
        self.t.value(query).await
    }
}

fn counts(import: &ImportDetail) -> [i64; 5] {
    let counts = &import.card.counts;
    [counts.rows, counts.made, counts.changed, counts.same, counts.refused]
}

#[tokio::test]
async fn a_file_is_previewed_taken_in_and_undone() {
    let stage = Stage::set().await;
    let fields = [("fields[email]", "ada@example.com"), ("fields[first_name]", "Ada"), ("fields[tags]", "old")];
    assert_eq!(stage.owner.call("contacts/add_contact", &fields).await.status, 200);
    stage.t.sql("update contacts set custom = '{\"Tee\": \"white\", \"Cup\": \"big\"}'").await;
    // As Excel in Germany saves it.
    let text = "E-Mail;Vorname;Nachname;Telefon;Tee;Kategorie;Zustimmung\r\n\
                ADA@example.com;Adelaide;Lovelace;+49 1512 3456789;Earl Grey;vip, newsletter;ja\r\n\
                zoë@bücher.example;Zoë;\"Müller; die \"\"Ältere\"\"\";;Grün;;nein\r\n\
                keine;Kaputt;;;;;\r\n\
                ;;;;;;\r\n\
                grace@example.com;=HYPERLINK(1);;;;;\r\n\
                =1+1;=HYPERLINK(1);;;;;\r\n\
                Grace@Example.com;Grace;Hopper;;;;ja\r\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("latin")).collect();
    let id = stage.upload(latin).await;
    let import = stage.load(&id).await;
    assert_eq!(import.card.file_name, "people ü.csv");
    assert_eq!(import.choices.columns, ["email", "first_name", "last_name", "phone", "custom", "tags", "consent"]);
    assert!(import.read_as.contains("Windows-1252") && import.read_as.contains("semicolons"), "{}", import.read_as);
    let fates: Vec<_> = import.preview.iter().map(|row| (row.row, row.fate.clone())).collect();
    let refused = |words: &str| Fate::Refused(words.to_owned());
    assert_eq!(
        fates,
        [
            (2, Fate::Changed),
            (3, Fate::New),
            (4, refused("“keine” is not an e-mail address.")),
            (6, Fate::New),
            (7, refused("“=1+1” is not an e-mail address.")),
            (8, Fate::Again(6)),
        ]
    );
    let what: Vec<_> = import.preview.iter().map(|row| row.what.join(" · ")).collect();
    assert_eq!(what[0], "Name · Phone · Tags: vip, newsletter");
    assert_eq!((what[1].as_str(), what[2].as_str()), ("No mail", ""));
    assert_eq!(what[5], "Fills what row 6 leaves empty");
    assert_eq!(stage.choose(&id, "look", |c| c.consent_words = "Signed at the fair".into()).await.0, 200);
    let what: Vec<_> = stage.load(&id).await.preview.iter().map(|row| row.what.join(" · ")).collect();
    assert!(what[0].contains("Agrees to mail"), "{what:?}");
    assert_eq!(what[5], "Fills what row 6 leaves empty · Agrees to mail, unless a row says no");
    // Looking changed nothing.
    assert_eq!(
        (stage.n("select count(*) from contacts").await, stage.n("select count(*) from contact_import_changes").await),
        (1, 0)
    );
    // What cannot be: two columns of addresses, none, a tag that is none.
    for (change, said) in [
        ((|c: &mut ImportChoices| c.columns[1] = "email".into()) as fn(&mut ImportChoices), "cannot both be"),
        (|c| c.columns[0] = "skip".into(), "Say which column has the e-mail addresses."),
        (|c| c.tags = "x".repeat(61), "Write at most 10 tags"),
        (|c| c.consent_words = "x".repeat(301), "at most 300"),
    ] {
        let (status, body) = stage.choose(&id, "begin", change).await;
        assert!(status == 422 && body.contains(said), "{said}: {status} {body}");
    }
    let begin = |c: &mut ImportChoices| {
        c.tags = "fair".into();
        c.source = "Fair 2026".into();
        c.consent_words = "Signed at the fair".into();
    };
    assert_eq!(stage.choose(&id, "look", begin).await.0, 200);
    assert_eq!(stage.load(&id).await.card.state, ImportState::Choosing);
    assert_eq!(stage.choose(&id, "begin", |_| ()).await.0, 200);
    assert_eq!(stage.choose(&id, "begin", |_| ()).await.0, 409, "it has begun");
    let import = stage.run(&id).await;
    assert_eq!((import.card.state, counts(&import)), (ImportState::Done, [6, 2, 1, 1, 2]));
    let of = |email: &str| {
        format!(
            "select first_name || '|' || last_name || '|' || full_name || '|' || phone_e164 || '|' || source || '|' || consent || '|' || custom::text
               || '|' || (select string_agg(tag, ',' order by tag) from contact_tags t where t.contact_id = c.id)
             from (select id, first_name, last_name, full_name, coalesce(phone_e164, '') as phone_e164, source, consent, custom, email_key
                   from contacts) c where email_key = '{email}'"
        )
    };
    let told = async |email: &str| -> String {
        let query = sqlx::AssertSqlSafe(of(email));
        sqlx::query_scalar(query).fetch_one(&stage.t.app.db).await.expect("a contact")
    };
    assert_eq!(
        told("ada@example.com").await,
        "Ada|Lovelace|Ada Lovelace|+4915123456789|Added by hand|given|{\"Cup\": \"big\", \"Tee\": \"white\"}|fair,newsletter,old,vip"
    );
    assert_eq!(told("grace@example.com").await, "=HYPERLINK(1)|Hopper|=HYPERLINK(1) Hopper||Fair 2026|given|{}|fair");
    assert!(told("zoë@xn--bcher-kva.example").await.starts_with("Zoë|Müller; die \"Ältere\"|Zoë Müller"));
    // Membership, consents and history follow; a no is kept as one.
    assert_eq!(stage.n("select count(*) from segment_members where why = 'Tagged newsletter'").await, 1);
    assert_eq!(stage.n("select count(*) from contact_consents where given and words = 'Signed at the fair'").await, 2);
    assert_eq!(
        stage.n("select count(*) from contact_consents where not given and words = 'Zustimmung: nein'").await,
        1
    );
    assert_eq!(
        stage.n("select count(*) from contact_events where kind like 'imported%' and words = 'people ü.csv'").await,
        3
    );
    assert_eq!(stage.n("select count(*) from contact_import_rows").await, 0);
    // What they are found by is what the database would have worked out.
    let others = "select count(*) from contacts
                  where search <> contact_keys(company_id, contact_words(full_name, email, phone, phone_e164, company_name))";
    assert_eq!(stage.n(others).await, 0);
    for (found, searched) in [(1, "M%C3%9CLLER%3B"), (1, "B%C3%BCcher"), (1, "1512+345"), (0, "nowhere")] {
        let page = stage.owner.page(&format!("/contacts?q={searched}")).await.body;
        assert_eq!(page.contains("1 contact"), found == 1, "{searched}");
    }
    // The file is gone, the refused rows are there, and no cell of them is run.
    assert_eq!(stage.n("select count(*) from contact_imports where store <> ''").await, 0);
    let answer = stage.owner.get(&format!("/api/v1/contact-imports/{id}/refused.csv")).await;
    assert_eq!(
        answer.body,
        "\u{feff}Row,Why,E-Mail,Vorname,Nachname,Telefon,Tee,Kategorie,Zustimmung\r\n\
         4,“keine” is not an e-mail address.,keine,Kaputt,,,,,\r\n\
         7,“=1+1” is not an e-mail address.,'=1+1,'=HYPERLINK(1),,,,,\r\n"
    );
    let page = stage.owner.page(&format!("/contacts/import/{id}")).await;
    assert!(page.status == 200 && page.body.contains("2 new, 1 changed, 1 unchanged, 2 refused"), "{}", page.status);
    assert!(stage.owner.page("/contacts/import").await.body.contains("people ü.csv"));
    // The same columns in another order are known again, and the same file changes nothing.
    let again = stage
        .upload("Zustimmung,E-Mail,Tee,Vorname,Nachname,Telefon,Kategorie\nja,zoë@bücher.example,,,,,fair\n")
        .await;
    assert_eq!(stage.load(&again).await.choices.columns[..3], ["consent", "email", "custom"]);
    assert_eq!(stage.choose(&again, "begin", |c| c.consent_words = "She said so".into()).await.0, 200);
    assert_eq!(counts(&stage.run(&again).await), [1, 0, 0, 1, 0], "a yes does not undo a no");
    // Somebody goes on with two of them; the undo keeps that and takes back the rest.
    let grace =
        stage.t.value::<lux::domain::ids::Uuid>("select id from contacts where email_key = 'grace@example.com'").await;
    let note = [("contact", grace.to_string()), ("text", "Likes tea".into())];
    let note: Vec<_> = note.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(stage.owner.call("contacts/add_note", &note).await.status, 200);
    stage.t.sql("update contacts set last_name = 'Byron' where email_key = 'ada@example.com'").await;
    assert_eq!(stage.act("undo", &id).await, 200);
    let import = stage.run(&id).await;
    assert_eq!((import.card.state, import.card.counts.undone, import.card.counts.kept), (ImportState::Undone, 1, 2));
    assert_eq!(
        told("ada@example.com").await,
        "Ada|Byron|Ada||Added by hand|none|{\"Cup\": \"big\", \"Tee\": \"white\"}|old"
    );
    assert_eq!(stage.n("select count(*) from contacts").await, 2);
    assert_eq!(stage.n("select count(*) from segment_members").await, 0);
    assert_eq!(stage.n("select count(*) from contact_consents").await, 1, "of the one who was kept");
    assert_eq!(stage.act("undo", &id).await, 409);
    let page = stage.owner.page(&format!("/contacts/import/{id}")).await.body;
    assert!(page.contains("2 contacts were changed afterwards: what was changed there is kept."));
    // Whoever may only look sees nothing of it.
    stage.t.sql("update members set role = 'viewer'").await;
    assert_eq!(stage.owner.call("contacts/imports/list_imports", &[]).await.status, 403);
    assert_eq!(stage.owner.get(&format!("/api/v1/contact-imports/{id}/refused.csv")).await.status, 403);
}

#[tokio::test]
async fn people_who_are_known_are_filled_replaced_or_left() {
    let stage = Stage::set().await;
    let file = "email\tname\tcompany\tTea\nada@example.com\tEve Byron\tNew\tblack\nnew@example.com\tNew\t\t\n";
    for (known, expected, outcome) in [
        (Known::Skip, "Ada Byron||{\"Tea\": \"green\"}", [2, 1, 0, 1, 0]),
        (Known::Fill, "Ada Byron|New|{\"Tea\": \"green\"}", [2, 0, 1, 1, 0]),
        (Known::Overwrite, "Eve Byron|New|{\"Tea\": \"black\"}", [2, 0, 1, 1, 0]),
    ] {
        if known == Known::Skip {
            stage.t.sql(
                "insert into contacts (company_id, id, email, email_key, full_name, custom)
                 select id, gen_random_uuid(), 'ada@example.com', 'ada@example.com', 'Ada Byron', '{\"Tea\": \"green\"}' from companies",
            ).await;
        }
        // UTF-16 with its mark, as “Unicode text” of a spreadsheet.
        let utf16: Vec<u8> = format!("\u{feff}{file}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let id = stage.upload(utf16).await;
        assert_eq!(stage.choose(&id, "begin", |c| c.known = known).await.0, 200);
        assert_eq!(counts(&stage.run(&id).await), outcome, "{known:?}");
        let ada = "select full_name || '|' || company_name || '|' || custom::text from contacts where email_key = 'ada@example.com'";
        assert_eq!(stage.t.value::<String>(ada).await, expected, "{known:?}");
    }
    // Whoever is left as they are is still heard where they say no.
    let id = stage.upload("email,name,ok\nada@example.com,Somebody Else,no\n").await;
    let skip = |c: &mut ImportChoices| (c.known, c.columns[2]) = (Known::Skip, "consent".into());
    assert_eq!(stage.choose(&id, "begin", skip).await.0, 200);
    assert_eq!(counts(&stage.run(&id).await), [1, 0, 1, 0, 0]);
    let ada = "select full_name || '|' || consent from contacts where email_key = 'ada@example.com'";
    assert_eq!(stage.t.value::<String>(ada).await, "Eve Byron|withdrawn");
    // Deleted people who are in a file come back, and an undo deletes them again.
    stage.t.sql("update contacts set deleted_at = now()").await;
    let id = stage.upload("ada@example.com\nnew@example.com\n").await;
    assert_eq!(stage.load(&id).await.choices.columns, ["email"], "a file without a header");
    assert_eq!(stage.choose(&id, "begin", |_| ()).await.0, 200);
    assert_eq!(counts(&stage.run(&id).await), [2, 0, 2, 0, 0]);
    assert_eq!(stage.n("select count(*) from contacts where deleted_at is null").await, 2);
    assert_eq!(stage.act("undo", &id).await, 200);
    stage.run(&id).await;
    assert_eq!(stage.n("select count(*) from contacts where deleted_at is null").await, 0);
    // What is no table, and what is not begun.
    for (file, why) in
        [(vec![], "empty"), (b"PK\x03\x04\0\0\0\0".to_vec(), "table"), ("x,".repeat(201).into_bytes(), "columns")]
    {
        assert_eq!(stage.send(file).await, format!("/contacts/import?why={why}"));
        assert!(
            stage.owner.page(&format!("/contacts/import?why={why}")).await.body.contains("role=\"alert\""),
            "{why}"
        );
    }
    let id = stage.upload("email\na@example.com\n").await;
    assert_eq!(stage.act("stop", &id).await, 409);
    assert_eq!(stage.act("undo", &id).await, 409);
    assert_eq!(stage.act("remove", &id).await, 200);
    assert_eq!(stage.act("remove", &id).await, 404);
    let id = stage.upload("email\na@example.com\n").await;
    stage.t.sql("update contact_imports set created_at = now() - interval '2 days' where state = 'choosing'").await;
    acts::drop_old(&stage.t.app).await.expect("dropped");
    assert_eq!(stage.owner.page(&format!("/contacts/import/{id}")).await.status, 404);
    // A quotation mark that is never closed: what stands before it is taken in, and it says where.
    let mut file = "email,note\nbefore@example.com,x\nbad@example.com,\"never closed\n".to_owned();
    file.push_str(&"more@example.com,x\n".repeat(60_000));
    let id = stage.upload(file).await;
    assert_eq!(stage.choose(&id, "begin", |_| ()).await.0, 200);
    let import = stage.run(&id).await;
    assert_eq!((import.card.state, counts(&import)), (ImportState::Failed, [1, 1, 0, 0, 0]));
    assert!(import.card.why.expect("why").contains("Row 3"));
}

#[tokio::test]
async fn what_breaks_off_goes_on_and_takes_nobody_in_twice() {
    let stage = Stage::set().await;
    // Long cells make several batches of few rows.
    let mut file = "email,note\n".to_owned();
    let long = "x".repeat(9_000);
    for n in 0..3_600 {
        let email = if n % 100 == 7 { format!("no address {n}") } else { format!("p{n}@example.com") };
        let _ = writeln!(file, "{email},{long}");
    }
    let id = stage.upload(file).await;
    assert_eq!(stage.choose(&id, "begin", |_| ()).await.0, 200);
    // The process is gone in the middle of it.
    let (app, jobs) = (stage.t.app.clone(), lux::features::jobs());
    let node = tokio::spawn(async move { lux::infra::queue::run_until_idle(&app, &jobs, chrono::Utc::now()).await });
    until!(stage.n("select sum(read_rows)::bigint from contact_imports").await > 0);
    node.abort();
    assert!(node.await.is_err_and(|error| error.is_cancelled()));
    let taken = stage.n("select sum(read_rows)::bigint from contact_imports").await;
    assert!((1..3_600).contains(&taken), "{taken} rows were taken in");
    stage.t.sql("update workers set beat_at = now() - interval '1 minute'").await;
    // Somebody ends it, and goes on.
    stage.t.sql("update contact_imports set stop_asked = true").await;
    assert_eq!(stage.run(&id).await.card.state, ImportState::Stopped);
    assert_eq!(stage.act("resume", &id).await, 200);
    let import = stage.run(&id).await;
    assert_eq!((import.card.state, counts(&import)), (ImportState::Done, [3_600, 3_564, 0, 0, 36]));
    for all in [
        "select count(*) from contacts",
        "select count(distinct contact_id) from contact_events",
        "select count(*) from contact_events",
        "select count(*) from contact_import_changes",
    ] {
        assert_eq!(stage.n(all).await, 3_564, "{all}");
    }
    assert_eq!(stage.n("select count(distinct row_number) from contact_import_refusals").await, 36);
    assert_eq!(stage.n("select min(row_number) from contact_import_refusals").await, 9);
    // Whoever is erased is not in what was refused either.
    stage.t.sql("update contact_import_refusals set cells = '[\"P0@Example.com\"]' where row_number = 9").await;
    let first = stage
        .t
        .value::<lux::domain::ids::Uuid>("select id from contacts where email_key = 'p0@example.com'")
        .await
        .to_string();
    assert_eq!(stage.owner.call("contacts/erase_contact", &[("contact", &first)]).await.status, 200);
    assert_eq!(stage.n("select count(*) from contact_import_refusals").await, 35);
    assert_eq!(stage.n("select count(*) from contact_import_changes").await, 3_563);
    assert_eq!(stage.act("undo", &id).await, 200);
    let import = stage.run(&id).await;
    assert_eq!(
        (import.card.state, import.card.counts.undone, import.card.counts.kept),
        (ImportState::Undone, 3_563, 0)
    );
    assert_eq!(stage.n("select count(*) from contacts").await, 0);
    // One half was further than the other when it broke off: each goes on behind what it has.
    let file: String = (0..40).fold("email\n".to_owned(), |file, n| file + &format!("half{n}@example.com\n"));
    let id = stage.upload(file.clone()).await;
    assert_eq!(stage.choose(&id, "begin", |_| ()).await.0, 200);
    stage
        .t
        .sql(
            "insert into contact_import_halves (company_id, import_id, id, half, read_rows)
             select company_id, id, gen_random_uuid(), half, case half when 0 then 10 else 0 end
             from contact_imports cross join generate_series(0, 1) half where state = 'running'",
        )
        .await;
    let [rows, made, ..] = counts(&stage.run(&id).await);
    assert!(rows == 40 && (30..40).contains(&made), "{made} of {rows}");
    let again = stage.upload(file).await;
    assert_eq!(stage.choose(&again, "begin", |_| ()).await.0, 200);
    assert_eq!(counts(&stage.run(&again).await), [40, 40 - made, 0, made, 0]);
}

/// How fast a large file is taken in: `LUX_IMPORT_ROWS=1000000 cargo test --release --features ssr --test integration -- --ignored
/// import_speed --nocapture`.
#[tokio::test]
#[ignore = "a measurement of minutes, for a release build: the command stands above"]
async fn import_speed() {
    let stage = Stage::set().await;
    let rows: i64 = std::env::var("LUX_IMPORT_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let mut file = "email,first name,last name,phone,company,tags\n".to_owned();
    for n in 0..rows {
        let email = if n % 1_000 == 7 { "nobody".to_owned() } else { format!("person{n}@example{}.com", n % 97) };
        let _ =
            writeln!(file, "{email},Ada{},Lovelace{n},+49 1512 {:07},Firm {},fair", n % 89, n % 10_000_000, n % 1_000);
    }
    let megabytes = file.len() >> 20;
    let id = stage.upload(file).await;
    assert_eq!(stage.choose(&id, "begin", |_| ()).await.0, 200);
    let start = std::time::Instant::now();
    let import = stage.run(&id).await;
    let taken = start.elapsed().as_secs_f64();
    let memory = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = memory.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned();
    println!(
        "{rows} rows ({megabytes} MB) in {taken:.1} s: {:.0} rows/s; {:?}; {memory}",
        rows as f64 / taken,
        counts(&import)
    );
    assert_eq!(counts(&import), [rows, rows - rows / 1_000, 0, 0, rows / 1_000]);
}
