//! The demo's owner, whose password everybody knows, does not come along into production.

use crate::support::{PASSWORD, TestApp};
use lux::app::server::demo;

#[tokio::test]
async fn data_with_the_demo_in_them_are_refused_until_it_is_removed() {
    let t = TestApp::start().await;
    assert_eq!(demo::refuse_outside_the_sandbox(&t.app.db).await, Ok(()));
    demo::seed_if_empty(&t.app, &t.sandbox).await.expect("seeded");
    // Somebody of their own, and somebody whom the demo company invited and who belongs nowhere else.
    let firm = t.firm("Engines").await;
    t.sql("insert into users (id, email, name, password_hash) values ('00000000-0000-7000-8000-000000000001', 'guest@a.example', 'G', '')").await;
    t.sql("insert into members (company_id, id, role) select id, '00000000-0000-7000-8000-000000000001', 'editor' from companies where is_demo").await;
    let refusal = demo::refuse_outside_the_sandbox(&t.app.db).await.expect_err("refused");
    for told in ["Northwind Roasters", demo::EMAIL, "guest@a.example", "LUX_DATA_DIR", "lux demo remove"] {
        assert!(refusal.contains(told), "{told}: {refusal}");
    }
    assert!(!refusal.contains(&firm.email), "{refusal}");
    let pictures = || {
        let folders = std::fs::read_dir(t.app.settings.data_dir.join("media")).expect("folder").flatten();
        folders.map(|folder| std::fs::read_dir(folder.path()).expect("folder").count()).sum::<usize>()
    };
    assert!(pictures() > 0);

    let asked = demo::remove(&t.app, false).await.expect_err("only said");
    assert!(asked.contains("lux demo remove --yes"), "{asked}");
    assert!(demo::found(&t.app.db).await.expect("asked").is_some());
    let said = demo::remove(&t.app, true).await.expect("removed");
    assert!(said.contains(&format!("{} now looks after the server", firm.email)), "{said}");
    assert_eq!(demo::refuse_outside_the_sandbox(&t.app.db).await, Ok(()));
    assert_eq!(t.value::<String>("select string_agg(email, ' ') from users").await, firm.email);
    assert_eq!(t.value::<String>("select string_agg(name, ' ') from companies").await, "Engines");
    assert!(t.value::<bool>("select is_instance_owner from users").await);
    assert_eq!(t.value::<i64>("select count(*) from jobs j where not exists (select from companies where id = j.company_id) and company_id is not null").await, 0);
    assert_eq!(pictures(), 0);
    let answer =
        t.client().call("identity/accounts/sign_in", &[("email", demo::EMAIL), ("password", demo::PASSWORD)]).await;
    assert_eq!(answer.status, 401);
    t.signed_in(&firm.email).await;
    assert_eq!(demo::remove(&t.app, true).await.as_deref(), Ok("There is no demo in these data."));
}

/// Before the mark there was only the address.
#[tokio::test]
async fn a_demo_from_before_the_mark_is_found_by_the_migration() {
    let t = TestApp::start().await;
    demo::seed_if_empty(&t.app, &t.sandbox).await.expect("seeded");
    t.firm("Engines").await;
    t.sql(
        "update users set is_demo = false; update companies set is_demo = false; alter table users drop column is_demo",
    )
    .await;
    t.sql(include_str!("../../../migrations/0104_demo_people.sql")).await;
    assert_eq!(t.value::<String>("select string_agg(email, ' ') from users where is_demo").await, demo::EMAIL);
    assert_eq!(
        t.value::<String>("select string_agg(name, ' ') from companies where is_demo").await,
        "Northwind Roasters"
    );
    let refused = t.client().call("identity/accounts/sign_in", &[("email", demo::EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(refused.status, 401);
}
