//! Two companies on one server: whatever of the other one is named, by page, call or REST address, it is not found, and
//! nothing of it changes or is shown.

use crate::support::Content as _;
use crate::support::{Client, Firm, TestApp};
use image::ImageFormat;
use lux::domain::ids::{AssetId, PostId, Uuid};
use lux::domain::platform::Platform::{Bluesky, X};
use lux::domain::post::{Plan, SavePost, Target};
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

const MARK: &str = "Northwind only";

/// Northwind has everything; somebody of Southwind, an owner there, knows all of its ids.
struct Two {
    t: TestApp,
    north: Firm,
    south: Firm,
    eve: Client,
    post: PostId,
    asset: AssetId,
    ids: BTreeMap<&'static str, String>,
}

impl Two {
    async fn meet() -> Self {
        let t = TestApp::start().await;
        let north = t.firm("Northwind").await;
        let south = t.firm("Southwind").await;
        let owner = t.signed_in(&north.email).await;
        let eve = t.signed_in(&south.email).await;
        let asset = north.picture(ImageFormat::Jpeg).await;
        let plan = Plan::Schedule { local: north.clock(600).await, second: false };
        let post = north.publish(SavePost { plan, ..north.post(MARK, &[X]).showing(vec![asset]) }).await;
        let delivery = north.delivery(post, X).await.id;
        let note = [("role", "editor"), ("note", MARK)];
        assert_eq!(owner.call("identity/companies/invite", &note).await.status, 200);
        let sessions = owner.call("identity/accounts/sessions", &[]).await.json();
        let session = sessions["sessions"][0]["id"].as_str().expect("session").to_owned();
        // A consent that waits for a choice.
        owner.page("/api/social/connect/x").await;
        let choice = t.value::<Uuid>("select id from oauth_states").await;
        let announced = json!({ "file_name": format!("{MARK}.mp4"), "bytes": 5 });
        let upload = owner.json("/api/v1/media/uploads", &announced).await.json();
        let upload = upload["id"].as_str().expect("an upload").to_owned();
        assert_eq!(owner.call("media/name_folder", &[("name", MARK)]).await.status, 200);
        let words = json!({ "change": { "avoid": [MARK], "allow": ["artisanal"] } });
        assert_eq!(owner.call_json("studio/change_house_words", &words).await.status, 200);
        assert_eq!(owner.call("brand_voice/save_voice", &[("about", MARK), ("examples", MARK)]).await.status, 200);
        let unsaved =
            json!({ "id": Uuid::now_v7(), "work": { "text": MARK, "plan": { "kind": "draft" } }, "time": "" });
        assert_eq!(owner.call_json("studio/keep_unsaved", &unsaved).await.status, 200);
        let part = owner.request(Method::PUT, &format!("/api/v1/media/uploads/{upload}/parts/0")).body("clip!");
        assert_eq!(owner.send(part).await.status, 204);
        t.sql(
            "insert into comments (company_id, id, delivery_id, post_id, connection_id, remote_id, author, text, at, ours)
             select company_id, gen_random_uuid(), id, post_id, connection_id, 'c', 'Ada', 'Northwind only', now(), false from deliveries;
             insert into comment_replies (company_id, id, comment_id, place, text, state)
             select company_id, gen_random_uuid(), id, 1, 'Northwind only', 'failed' from comments;
             insert into error_log (id, company_id, fingerprint, error_type, error_message, severity, version, created_at, last_seen_at)
             select gen_random_uuid(), company_id, 'f', 'queue', 'Northwind only', 'error', '1', now(), now() from comments;
             insert into repairs (id, error_id, playbook, before, done, after, mended, undo)
             select gen_random_uuid(), id, 'run_again', 'Northwind only', 'Northwind only', 'Northwind only', true, '{}' from error_log",
        )
        .await;
        let person = [("fields[email]", "person@north.example"), ("fields[first_name]", MARK), ("fields[tags]", MARK)];
        assert_eq!(owner.call("contacts/add_contact", &person).await.status, 200);
        assert_eq!(owner.call("intake/make_intake_key", &[("user_name", "northwind-zap")]).await.status, 200);
        t.sql(
            "insert into intake_items (company_id, id, state, user_name, field, reason, body)
             select company_id, gen_random_uuid(), 'refused', 'northwind-zap', 'email', 'Northwind only', '{}' from contacts;
             insert into segments (company_id, id, kind, name)
             select company_id, gen_random_uuid(), 'list', 'Northwind only' from contacts;
             insert into segments (company_id, id, kind, name, rule)
             select company_id, gen_random_uuid(), 'rule', 'Northwind only, too', '{\"join\": \"all\", \"parts\": []}' from contacts;
             insert into contact_fields (company_id, id, key, label, kind)
             select company_id, gen_random_uuid(), 'Northwind only', 'Northwind only', 'text' from contacts;
             insert into segment_drafts (company_id, id, by_user, name, rows)
             select c.company_id, gen_random_uuid(), m.id, 'Northwind only', '[{\"depth\": 0, \"join\": \"all\"}]'
             from contacts c join members m using (company_id) limit 1;
             insert into hooks (company_id, id, event, target_url, user_name)
             select company_id, gen_random_uuid(), 'contact_captured', 'https://northwind.example/hook', 'northwind-zap' from contacts;
             insert into contact_imports (company_id, id, store, file_name, bytes, encoding, delimiter, has_header, header, header_key, mapping)
             select company_id, gen_random_uuid(), '', 'Northwind only.csv', 1, 'utf-8', ',', true, '{email}', '', '{email}' from contacts;
             insert into contacts (company_id, id, email, email_key, full_name)
             select company_id, gen_random_uuid(), 'twin@north.example', 'twin@north.example', 'Northwind only' from contacts;
             insert into contact_pairs (company_id, id, one_id, other_id, why)
             select company_id, gen_random_uuid(), (array_agg(id order by id))[1], (array_agg(id order by id))[2], 'name' from contacts group by company_id;
             insert into contact_merges (company_id, id, kept_id, gone_id, kept_before, kept_after, gone_before, events, consents, tags, members)
             select company_id, gen_random_uuid(), one_id, other_id, '{}', '{}', '{\"email\": \"Northwind only\"}', '{}', '{}', '{}', '{}' from contact_pairs;
             insert into snippets (company_id, id, kind, name, text)
             select company_id, gen_random_uuid(), 'hashtags', 'Northwind only', '#NorthwindOnly' from comments;
             insert into snippet_acts (company_id, id, act) select company_id, gen_random_uuid(), 'delete' from snippets;
             insert into snippet_act_items (company_id, id, act_id, snippet_id, folder, tags, version)
             select company_id, gen_random_uuid(), a.id, s.id, 'Northwind only', '', 1 from snippets s join snippet_acts a using (company_id);
             insert into short_links (company_id, id, code, target, name)
             select company_id, gen_random_uuid(), 'abcdefg', 'https://a.example/', 'Northwind only' from comments;
             insert into agent_runs (company_id, id, agent, job, state, scheduled_for, headline)
             select company_id, gen_random_uuid(), 'social', 'posts', 'running', now(), 'Northwind only' from comments;
             insert into agent_proposals (company_id, id, agent, run_id, key, why, action)
             select company_id, gen_random_uuid(), 'social', id, 'a', 'Northwind only',
                    '{\"kind\":\"post\",\"accounts\":[],\"text\":\"Northwind only\",\"at\":{\"day\":{\"year\":2099,\"month\":1,\"day\":1},\"hour\":9,\"minute\":0}}'
             from agent_runs;
             insert into agent_documents (company_id, id, agent, job, period, title)
             select company_id, gen_random_uuid(), 'social', 'weekly', '2026-W48', 'Northwind only' from comments;
             insert into agent_document_versions (company_id, id, document_id, version, run_id, markdown)
             select d.company_id, gen_random_uuid(), d.id, 1, r.id, 'Northwind only' from agent_documents d, agent_runs r;
             insert into agent_tasks (company_id, id, kind, to_agent, to_job, what)
             select company_id, gen_random_uuid(), 'stale_accounts', 'operations', 'health', 'Northwind only' from comments;
             insert into agent_memory (company_id, id, words, source)
             select company_id, gen_random_uuid(), 'Northwind only', 'Northwind only' from comments;
             insert into own_memory (company_id, id, user_id, words, source)
             select c.company_id, gen_random_uuid(), m.id, 'Northwind only', 'Northwind only' from comments c join members m using (company_id);
             insert into chat_conversations (company_id, id, user_id, title)
             select c.company_id, gen_random_uuid(), m.id, 'Northwind only' from comments c join members m using (company_id);
             insert into chat_messages (company_id, id, conversation_id, user_id, place, of_person, text)
             select company_id, gen_random_uuid(), id, user_id, 1, true, 'Northwind only' from chat_conversations;
             insert into media_makings (company_id, id, prompt, shape, wanted, state)
             select company_id, gen_random_uuid(), 'Northwind only', 'square', 1, 'ended' from comments;
             insert into media_conversions (company_id, id, asset_id, state, why)
             select company_id, gen_random_uuid(), id, 'failed', 'Northwind only' from assets;
             insert into campaigns (company_id, id, name, goal, from_day, to_day, account_ids, state, planned, strategy)
             select company_id, gen_random_uuid(), 'Northwind only', 'Northwind only', '2099-01-01', '2099-01-02', array[connection_id],
                    'stopped', true, 'Northwind only' from comments;
             insert into campaign_posts (company_id, id, campaign_id, place, connection_id, local_time, text, post_key)
             select k.company_id, gen_random_uuid(), k.id, 1, c.connection_id, '2099-01-01 10:00', 'Northwind only', gen_random_uuid()
             from campaigns k join comments c using (company_id)",
        )
        .await;
        let ids = BTreeMap::from([
            ("list", t.value::<Uuid>("select id from segments where kind = 'list'").await.to_string()),
            ("segment", t.value::<Uuid>("select id from segments where kind = 'rule'").await.to_string()),
            ("draft", t.value::<Uuid>("select id from segment_drafts").await.to_string()),
            ("hook", t.value::<Uuid>("select id from hooks").await.to_string()),
            (
                "contact",
                t.value::<Uuid>("select id from contacts where email_key = 'person@north.example'").await.to_string(),
            ),
            ("pair", t.value::<Uuid>("select id from contact_pairs").await.to_string()),
            ("merge", t.value::<Uuid>("select id from contact_merges").await.to_string()),
            ("import", t.value::<Uuid>("select id from contact_imports").await.to_string()),
            ("intake_key", t.value::<Uuid>("select id from intake_keys").await.to_string()),
            ("intake_item", t.value::<Uuid>("select id from intake_items").await.to_string()),
            ("comment", t.value::<Uuid>("select id from comments").await.to_string()),
            ("reply", t.value::<Uuid>("select id from comment_replies").await.to_string()),
            ("error", t.value::<Uuid>("select id from error_log where error_type = 'queue'").await.to_string()),
            ("receipt", t.value::<Uuid>("select id from repairs").await.to_string()),
            ("upload", upload),
            ("post", post.to_string()),
            ("delivery", delivery.to_string()),
            ("asset", asset.to_string()),
            ("folder", t.value::<Uuid>("select id from media_folders").await.to_string()),
            ("conversion", t.value::<Uuid>("select id from media_conversions limit 1").await.to_string()),
            ("making", t.value::<Uuid>("select id from media_makings").await.to_string()),
            ("account", north.account(X).to_string()),
            ("member", north.who.user.to_string()),
            ("company", north.who.company.to_string()),
            ("invitation", t.value::<Uuid>("select id from invitations").await.to_string()),
            ("session", session),
            ("job", t.value::<Uuid>("select id from jobs").await.to_string()),
            ("snippet", t.value::<Uuid>("select id from snippets").await.to_string()),
            ("contact_field", t.value::<Uuid>("select id from contact_fields").await.to_string()),
            ("snippet_act", t.value::<Uuid>("select id from snippet_acts").await.to_string()),
            ("link", t.value::<Uuid>("select id from short_links").await.to_string()),
            ("run", t.value::<Uuid>("select id from agent_runs").await.to_string()),
            ("proposal", t.value::<Uuid>("select id from agent_proposals").await.to_string()),
            ("document", t.value::<Uuid>("select id from agent_documents").await.to_string()),
            ("conversation", t.value::<Uuid>("select id from chat_conversations").await.to_string()),
            ("memory", t.value::<Uuid>("select id from agent_memory").await.to_string()),
            ("own_memory", t.value::<Uuid>("select id from own_memory").await.to_string()),
            ("task", t.value::<Uuid>("select id from agent_tasks").await.to_string()),
            ("campaign", t.value::<Uuid>("select id from campaigns").await.to_string()),
            ("planned", t.value::<Uuid>("select id from campaign_posts").await.to_string()),
            ("choice", choice.to_string()),
        ]);
        Self { t, north, south, eve, post, asset, ids }
    }

    /// Everything that Northwind has, as the database holds it.
    async fn everything(&self) -> BTreeMap<String, Value> {
        let tables: Vec<String> = sqlx::query_scalar(
            "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
             where c.relkind = 'r' and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'company_id')",
        )
        .fetch_all(&self.t.app.db)
        .await
        .expect("tables");
        let mut all = BTreeMap::new();
        for table in tables {
            let rows = format!(
                "select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from {table} t where company_id = $1"
            );
            let rows =
                sqlx::query_scalar(AssertSqlSafe(rows)).bind(self.north.who.company).fetch_one(&self.t.app.db).await;
            all.insert(table, rows.expect("rows"));
        }
        let company = "select to_jsonb(c) from companies c where id = $1";
        let company = sqlx::query_scalar(company).bind(self.north.who.company).fetch_one(&self.t.app.db).await;
        all.insert("companies".into(), company.expect("row"));
        let sessions = "select jsonb_agg(id) from sessions where user_id = $1";
        let sessions = sqlx::query_scalar(sessions).bind(self.north.who.user).fetch_one(&self.t.app.db).await;
        all.insert("sessions".into(), sessions.expect("rows"));
        all
    }
}

/// Function, field of the id, whose id, what else it must be told.
type Call = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Every call that takes an id: the field, whose id, and what else it must be told.
const BY_ID: &[Call] = &[
    ("posts/get_post", "id", "post", &[]),
    ("posts/move_post", "id", "post", &[("local", "2099-01-01T10:00")]),
    ("posts/act_on_posts", "ids[]", "post", &[("act", "edit")]),
    ("posts/act_on_posts", "ids[]", "post", &[("act", "repost")]),
    ("posts/act_on_posts", "ids[]", "post", &[("act", "repost_rest")]),
    ("posts/act_on_posts", "ids[]", "post", &[("act", "duplicate")]),
    ("posts/act_on_posts", "ids[]", "post", &[("act", "to_drafts")]),
    ("posts/act_on_posts", "ids[]", "post", &[("act", "delete")]),
    ("posts/act_on_posts", "ids[]", "post", &[("act", "restore")]),
    ("studio/open_studio", "post", "post", &[]),
    ("deliveries/retry_delivery", "delivery", "delivery", &[]),
    ("deliveries/cancel_delivery", "delivery", "delivery", &[]),
    ("deliveries/confirm_live", "delivery", "delivery", &[("url", "https://x.com/eve/status/1")]),
    ("deliveries/view_linked_post", "delivery", "delivery", &[]),
    ("deliveries/unlink_post", "delivery", "delivery", &[]),
    ("deliveries/view_package", "delivery", "delivery", &[]),
    ("deliveries/send_again", "delivery", "delivery", &[]),
    ("deliveries/resend_part", "delivery", "delivery", &[("text", "Eve was here")]),
    ("deliveries/delivery_history", "delivery", "delivery", &[]),
    ("deliveries/delete_there", "delivery", "delivery", &[]),
    ("comments/answer_comment", "comment", "comment", &[("place", "1"), ("text", "Eve was here")]),
    ("comments/decide_answer", "reply", "reply", &[("act", "drop")]),
    ("comments/hide_comment", "comment", "comment", &[("hidden", "true")]),
    ("comments/mark_all_read", "until", "comment", &[]),
    ("comments/mark_comment", "comment", "comment", &[("read", "true")]),
    ("comments/remove_answer", "comment", "comment", &[]),
    ("diagnostics/load_error", "id", "error", &[]),
    ("diagnostics/reopen_error", "id", "error", &[]),
    ("diagnostics/repair_errors", "error", "error", &[]),
    ("diagnostics/undo_repair", "receipt", "receipt", &[]),
    ("diagnostics/advise_error", "error", "error", &[]),
    ("diagnostics/resolve_error", "id", "error", &[]),
    ("contacts/load_contact", "id", "contact", &[]),
    (
        "contacts/change_contact",
        "contact",
        "contact",
        &[("fields[email]", "eve@evil.example"), ("fields[first_name]", "Eve was here")],
    ),
    ("contacts/add_note", "contact", "contact", &[("text", "Eve was here")]),
    ("contacts/set_consent", "contact", "contact", &[("given", "true"), ("words", "Eve was here")]),
    ("contacts/act_on_contacts", "ids[]", "contact", &[("act", "tag"), ("tag", "Eve was here")]),
    ("contacts/act_on_contacts", "ids[]", "contact", &[("act", "untag"), ("tag", MARK)]),
    ("contacts/act_on_contacts", "ids[]", "contact", &[("act", "delete")]),
    ("contacts/act_on_contacts", "ids[]", "contact", &[("act", "restore")]),
    (
        "contacts/act_on_contacts",
        "ids[]",
        "contact",
        &[("act", "join"), ("list", "00000000-0000-7000-8000-000000000001")],
    ),
    ("contacts/fields/save_field", "field", "contact_field", &[("label", "Eve was here")]),
    ("contacts/fields/delete_field", "field", "contact_field", &[]),
    ("contacts/segments/save_list", "list", "list", &[("name", "Eve was here")]),
    ("contacts/segments/delete_segment", "segment", "list", &[]),
    ("contacts/segments/delete_segment", "segment", "segment", &[]),
    (
        "contacts/segments/build_segment",
        "draft[segment]",
        "segment",
        &[
            ("draft[name]", "Eve was here"),
            ("draft[rows][0][depth]", "0"),
            ("draft[rows][0][join]", "all"),
            ("draft[press]", "look"),
        ],
    ),
    ("intake/hooks/resume_hook", "hook", "hook", &[]),
    ("intake/hooks/remove_hook", "hook", "hook", &[]),
    ("contacts/erase_contact", "contact", "contact", &[]),
    ("contacts/duplicates/merge_contacts", "pair", "pair", &[]),
    ("contacts/duplicates/tell_apart", "pair", "pair", &[]),
    ("contacts/duplicates/undo_merge", "merge", "merge", &[]),
    ("contacts/imports/load_import", "id", "import", &[]),
    ("contacts/imports/choose_import", "import", "import", &[("go", "begin"), ("choices[columns][]", "email")]),
    ("contacts/imports/stop_import", "import", "import", &[]),
    ("contacts/imports/resume_import", "import", "import", &[]),
    ("contacts/imports/undo_import", "import", "import", &[]),
    ("contacts/imports/remove_import", "import", "import", &[]),
    ("intake/revoke_intake_key", "key", "intake_key", &[]),
    ("intake/send_again", "item", "intake_item", &[("body", "email=eve@evil.example")]),
    ("preflight/load_checks", "post", "post", &[]),
    ("preflight/check_now", "post", "post", &[]),
    ("posts/guard_post", "", "", &[]),
    ("media/act_on_making", "making", "making", &[("act", "cancel")]),
    ("media/act_on_making", "making", "making", &[("act", "put_away")]),
    ("media/set_alt", "asset", "asset", &[("alt", "Eve was here")]),
    ("media/load_asset", "id", "asset", &[]),
    ("media/load_converter", "asset", "asset", &[]),
    ("media/convert_video", "asset", "asset", &[]),
    ("media/cancel_conversion", "conversion", "conversion", &[]),
    ("media/make_copy", "asset", "asset", &[("platform", "instagram")]),
    ("media/act_on_assets", "ids[]", "asset", &[("act", "use")]),
    ("media/act_on_assets", "ids[]", "asset", &[("act", "move")]),
    ("media/act_on_assets", "ids[]", "asset", &[("act", "move_back")]),
    ("media/act_on_assets", "ids[]", "asset", &[("act", "delete")]),
    ("media/act_on_assets", "ids[]", "asset", &[("act", "restore")]),
    ("media/name_folder", "folder", "folder", &[("name", "Eve was here")]),
    ("media/act_on_folder", "folder", "folder", &[("act", "delete")]),
    ("media/act_on_folder", "folder", "folder", &[("act", "restore")]),
    ("connections/disconnect_account", "id", "account", &[]),
    ("connections/refresh_account", "id", "account", &[]),
    ("connections/resume_account", "id", "account", &[]),
    ("connections/load_choice", "of", "choice", &[]),
    ("connections/load_choices", "id", "account", &[("source", "lists")]),
    ("recent/load_recent", "id", "account", &[]),
    ("connections/choose_account", "of", "choice", &[("account", "1700000000000000001")]),
    ("identity/companies/switch_company", "company", "company", &[]),
    ("identity/companies/change_role", "member", "member", &[("role", "viewer")]),
    ("identity/companies/remove_member", "member", "member", &[]),
    ("identity/accounts/reset/make_reset_link", "member", "member", &[]),
    ("identity/companies/revoke_invitation", "id", "invitation", &[]),
    ("identity/accounts/end_session", "id", "session", &[]),
    ("queue/load_job", "id", "job", &[]),
    ("queue/cancel_job", "id", "job", &[]),
    ("queue/run_job", "id", "job", &[]),
    ("captions/check_picture", "asset", "asset", &[("text", "Eve was here")]),
    ("captions/describe_picture", "asset", "asset", &[]),
    ("captions/list_versions", "", "", &[]),
    ("posts/save_post", "", "", &[]),
    ("media/copy_picture", "", "", &[]),
    ("media/load_library", "", "", &[]),
    ("connections/sign_in_account", "", "", &[]),
    ("snippets/save_snippet", "snippet", "snippet", &[("version", "1"), ("name", "Eve"), ("text", "Eve was here")]),
    ("snippets/act_on_snippets", "ids[]", "snippet", &[("act", "move"), ("folder", "Eve was here")]),
    ("snippets/act_on_snippets", "ids[]", "snippet", &[("act", "tag"), ("tag", "Eve was here")]),
    ("snippets/act_on_snippets", "ids[]", "snippet", &[("act", "delete")]),
    ("snippets/undo_snippets", "done", "snippet_act", &[]),
    ("snippets/list_snippets", "", "", &[]),
    ("links/save_link", "short", "link", &[("target", "https://eve.example/")]),
    ("links/act_on_link", "short", "link", &[("act", "stop")]),
    ("links/act_on_link", "short", "link", &[("act", "start")]),
    ("links/act_on_link", "short", "link", &[("act", "delete")]),
    ("links/act_on_link", "short", "link", &[("act", "restore")]),
    ("links/list_links", "", "", &[]),
    ("agents/load_document", "document", "document", &[]),
    ("agents/edit_document", "document", "document", &[("version", "1"), ("markdown", "Eve was here")]),
    ("agents/restore_document", "document", "document", &[("version", "1")]),
    ("agents/act_on_task", "task", "task", &[("act", "drop")]),
    ("agents/act_on_task", "task", "task", &[("act", "restore")]),
    ("agents/load_proposals", "", "", &[]),
    ("agents/cancel_run", "run", "run", &[]),
    ("agents/decide_proposals", "ids[]", "proposal", &[("decision", "approve")]),
    ("agents/decide_proposals", "ids[]", "proposal", &[("decision", "draft")]),
    ("agents/decide_proposals", "ids[]", "proposal", &[("decision", "refuse")]),
    ("agents/decide_proposals", "ids[]", "proposal", &[("decision", "undo")]),
    (
        "agents/edit_proposal",
        "proposal",
        "proposal",
        &[("version", "1"), ("text", "Eve was here"), ("at", "2099-01-01T10:00")],
    ),
    ("campaigns/load_campaign", "campaign", "campaign", &[]),
    ("campaigns/act_on_campaign", "campaign", "campaign", &[("act", "delete")]),
    ("campaigns/act_on_campaign", "campaign", "campaign", &[("act", "restore")]),
    ("campaigns/act_on_campaign", "campaign", "campaign", &[("act", "cancel")]),
    ("campaigns/act_on_campaign", "campaign", "campaign", &[("act", "go_on")]),
    ("campaigns/act_on_campaign", "campaign", "campaign", &[("act", "finish")]),
    (
        "campaigns/create_campaign",
        "accounts[]",
        "account",
        &[("name", "Eve"), ("goal", "Eve was here"), ("from", "2031-01-01"), ("to", "2031-01-02")],
    ),
    ("campaigns/save_strategy", "campaign", "campaign", &[("version", "1"), ("strategy", "Eve was here")]),
    (
        "campaigns/edit_planned",
        "planned",
        "planned",
        &[("version", "1"), ("text", "Eve was here"), ("at", "2099-01-01T10:00")],
    ),
    ("campaigns/write_again", "planned", "planned", &[]),
    ("campaigns/decide_planned", "ids[]", "planned", &[("decision", "draft")]),
    ("campaigns/decide_planned", "ids[]", "planned", &[("decision", "schedule")]),
    ("campaigns/decide_planned", "ids[]", "planned", &[("decision", "refuse")]),
    ("campaigns/decide_planned", "ids[]", "planned", &[("decision", "undo")]),
    ("campaigns/list_campaigns", "", "", &[]),
    ("agents/save_memory", "memory", "memory", &[("words", "Eve was here")]),
    ("agents/erase_memory", "memory", "memory", &[]),
    ("agents/save_own_memory", "memory", "own_memory", &[("words", "Eve was here")]),
    ("agents/erase_own_memory", "memory", "own_memory", &[]),
    ("agents/reword_proposal", "proposal", "proposal", &[("version", "1"), ("words", "Eve was here")]),
    ("chat/act_on_conversation", "conversation", "conversation", &[("act", "delete")]),
    ("chat/act_on_conversation", "conversation", "conversation", &[("act", "restore")]),
    ("chat/send_chat", "conversation", "conversation", &[("message", "Eve was here")]),
    ("chat/load_chat", "", "", &[]),
];

/// Calls that name nothing, or only what is not a company's.
const WITHOUT: &[&str] = &[
    "agents/add_task",
    "agents/load_agent",
    "agents/load_agents",
    "agents/load_events",
    "agents/load_memory",
    "agents/run_agent",
    "agents/set_agent_autonomy",
    "agents/set_agent_budget",
    "agents/set_agent_events",
    "agents/set_agent_time",
    "agents/set_listeners",
    "agents/start_agents",
    "agents/stop_agents",
    "agents/switch_agent",
    "campaigns/load_brief",
    "diagnostics/load_diagnostics",
    "diagnostics/load_logs",
    "captions/load_writer",
    "comments/collect_now",
    "comments/list_comments",
    "identity/accounts/change_password",
    "identity/accounts/end_other_sessions",
    "identity/accounts/profile/change_email",
    "identity/accounts/profile/change_name",
    "identity/accounts/profile/own_profile",
    "identity/accounts/reset/use_reset",
    "identity/accounts/reset/view_reset",
    "frame/frame",
    "identity/accounts/sessions",
    "identity/accounts/sign_in",
    "identity/accounts/sign_out",
    "identity/accounts/sign_up",
    "calendar/view_calendar",
    "identity/companies/accept_invitation",
    "identity/companies/company",
    "identity/companies/create_company",
    "identity/companies/invitation",
    "identity/companies/invite",
    "identity/companies/leave_company",
    "identity/companies/members",
    "identity/companies/save_company",
    "identity/companies/zone_names",
    "connections/load_connections",
    "contacts/add_contact",
    "contacts/duplicates/find_duplicates",
    "contacts/duplicates/list_duplicates",
    "contacts/fields/list_fields",
    "contacts/imports/list_imports",
    "contacts/list_contacts",
    "contacts/save_newsletter",
    "contacts/segments/count_draft",
    "contacts/segments/load_segments",
    "intake/load_intake",
    "intake/make_intake_key",
    "intake/send_test_contact",
    "home/hide_first_steps",
    "home/home",
    "media/add_from_link",
    "media/load_makings",
    "media/load_painter",
    "media/make_pictures",
    "models/load_ai",
    "models/save_ai",
    "posts/check_time",
    "posts/list_posts",
    "posts/look_at_link",
    "queue/load_queue",
    "queue/load_schedules",
    "queue/run_schedule",
    "queue/start_schedule",
    "queue/stop_schedule",
    "secrets/fill_sandbox_keys",
    "secrets/load_integrations",
    "secrets/remove_key",
    "secrets/save_keys",
    "secrets/test_keys",
    "brand_voice/discard_learnt",
    "brand_voice/learn_voice",
    "brand_voice/load_voice",
    "brand_voice/save_voice",
    "studio/change_house_words",
    "studio/forget_unsaved",
    "studio/keep_unsaved",
    // Of another company's picture it says nothing: tests/youtube.rs.
    "studio/option_pictures",
    "emoji/find_emoji",
    "links/read_link_defaults",
    "links/save_link_defaults",
    "links/shorten",
    "snippets/keep_snippet",
    "studio/proofread",
    "studio/propose_hashtags",
    "studio/suggest_hashtags",
];

#[test]
fn every_call_is_on_one_of_the_lists() {
    let known = |name: &str| WITHOUT.contains(&name) || BY_ID.iter().any(|(call, ..)| *call == name);
    let all = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| {
        let parts: Vec<_> = path.trim_start_matches("/rpc/lux/features/").split('/').collect();
        // Without the module (`calls`, `browse`) that the function is in.
        format!("{}/{}", parts[..parts.len() - 2].join("/"), parts[parts.len() - 1])
    });
    let new: Vec<_> = all.filter(|name| !known(name)).collect();
    assert!(new.is_empty(), "does it take an id? Then test it here: {new:?}");
}

#[tokio::test]
async fn calls_do_not_find_what_is_of_another_company() {
    let two = Two::meet().await;
    let before = two.everything().await;
    for (call, field, whose, more) in BY_ID.iter().filter(|(_, field, ..)| !field.is_empty()) {
        let mut fields = vec![(*field, two.ids[whose].as_str())];
        fields.extend_from_slice(more);
        let answer = two.eve.call(call, &fields).await;
        assert_eq!(answer.status, 404, "{call}: {}", answer.body);
        assert!(!answer.body.contains(MARK) && !answer.body.contains("Northwind"), "{call}: {}", answer.body);
    }
    assert_eq!(two.everything().await, before);
}

#[tokio::test]
async fn a_post_cannot_borrow_from_another_company() {
    let two = Two::meet().await;
    let before = two.everything().await;
    let own = two.south.account(X);
    let plain = SavePost { plan: Plan::Draft, ..two.south.post("Eve was here", &[X]) };
    let foreign = vec![Target::to(two.north.account(X))];
    for (what, post) in [
        ("its post", SavePost { id: Some(two.post), version: Some(1), ..plain.clone() }),
        ("its account", SavePost { targets: foreign.clone(), ..plain.clone() }),
        (
            "its account among own ones",
            SavePost { targets: [plain.targets.clone(), foreign].concat(), ..plain.clone() },
        ),
        ("its picture", plain.clone().showing(vec![two.asset])),
    ] {
        for plan in [Plan::Draft, Plan::Now] {
            let answer =
                two.eve.call_json("posts/save_post", &json!({ "post": SavePost { plan, ..post.clone() } })).await;
            assert_eq!(answer.status, 404, "{what}: {}", answer.body);
        }
    }
    // A key that is the other's id makes an own post at most.
    let answer = two.eve.call_json("posts/save_post", &json!({ "post": plain, "key": two.post })).await;
    assert!(matches!(answer.status, 200 | 404), "{}", answer.body);
    assert!(!answer.body.contains(MARK));
    assert_eq!(two.everything().await, before);
    assert_eq!(
        two.t.value::<i64>("select count(*) from posts where text = 'Eve was here'").await,
        i64::from(answer.status == 200)
    );
    assert_ne!(own, two.north.account(X));
}

#[tokio::test]
async fn a_form_renews_no_account_of_another_company() {
    let mut two = Two::meet().await;
    two.north.connect(&two.t.sandbox, Bluesky).await;
    let before = two.everything().await;
    let theirs = two.north.account(Bluesky).to_string();
    let fields = [
        ("platform", "bluesky"),
        ("renews", theirs.as_str()),
        ("account", "northwind-demo.bsky.social"),
        ("values[password]", "abcd-2345-efgh-7777"),
        ("values[server]", "https://bsky.social"),
    ];
    let answer = two.eve.call("connections/sign_in_account", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // It is the same account, and a connection of the own company.
    let list = two.eve.get("/api/social/accounts").await.body;
    assert!(list.contains("northwind-demo.bsky.social") && !list.contains(&theirs), "{list}");
    assert!(!answer.body.contains(&theirs) && !answer.location.unwrap_or_default().contains(&theirs));
    assert_eq!(two.everything().await, before);
}

#[tokio::test]
async fn rest_addresses_do_not_find_it_either() {
    let two = Two::meet().await;
    let before = two.everything().await;
    let foreign = json!({ "message": "Go on", "conversation_id": two.ids["conversation"] });
    assert_eq!(two.eve.json("/chatbot/send", &foreign).await.status, 404);
    let asked = json!({ "query": { "conversation": two.ids["conversation"] } });
    assert_eq!(two.eve.call_json("chat/load_chat", &asked).await.status, 404);
    let account = &two.ids["account"];
    let path = format!("/api/social/accounts/{account}");
    assert_eq!(two.eve.send(two.eve.request(Method::DELETE, &path)).await.status, 404);
    let job = &two.ids["job"];
    assert_eq!(two.eve.send(two.eve.request(Method::DELETE, &format!("/api/jobs/{job}"))).await.status, 404);
    assert_eq!(two.eve.get(&format!("/api/jobs/status/{job}")).await.status, 404);
    // A copy of the other's picture, and the original of it.
    for wish in [json!({ "places": [{ "platform": "instagram" }] }), json!({ "places": [] })] {
        let answer = two.eve.json(&format!("/api/v1/media/{}/copy", two.asset), &wish).await;
        assert_eq!(answer.status, 404, "{}", answer.body);
        let answer = two.eve.call_json("media/copy_picture", &json!({ "asset": two.asset, "wish": wish })).await;
        assert_eq!(answer.status, 404, "{}", answer.body);
    }
    // Its folder, by page, call and REST.
    let folder = &two.ids["folder"];
    assert_eq!(two.eve.get(&format!("/api/v1/media?folder={folder}")).await.status, 404);
    let asked = json!({ "query": { "folder": folder } });
    assert_eq!(two.eve.call_json("media/load_library", &asked).await.status, 404);
    let own = two.south.picture(ImageFormat::Png).await.to_string();
    let into = [("act", "move"), ("ids[]", own.as_str()), ("folder", folder.as_str())];
    assert_eq!(two.eve.call("media/act_on_assets", &into).await.status, 404);
    let list = two.eve.get("/api/v1/media").await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(list["items"][0]["facts"]["asset"], own.as_str());
    // An upload of the other, with the part that is there, and what is known of its files.
    let upload = format!("/api/v1/media/uploads/{}", two.ids["upload"]);
    for (method, path) in [
        (Method::GET, upload.clone()),
        (Method::PUT, format!("{upload}/parts/0")),
        (Method::POST, format!("{upload}/finish")),
        (Method::DELETE, upload.clone()),
        (Method::GET, format!("/api/v1/media/{}", two.asset)),
    ] {
        let answer = two.eve.send(two.eve.request(method.clone(), &path).body("Eve!!")).await;
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
        assert!(!answer.body.contains(MARK), "{}", answer.body);
    }
    assert!(!two.eve.get("/api/jobs/user").await.body.contains(job.as_str()));
    // Renewing the other's account begins an own consent, in the own company.
    two.eve.page(&format!("/api/social/connect/x?for={account}")).await;
    let list = two.eve.get("/api/social/accounts").await.body;
    assert!(!list.contains(account.as_str()), "{list}");
    // The form without JavaScript keeps what was typed as an own draft, without the other's picture and account.
    let form = Form::new()
        .text("fit", "yes")
        .text("original", two.ids["asset"].clone())
        .text("post", two.ids["post"].clone())
        .text("version", "1")
        .text("text", "Eve was here")
        .text("targets", account.clone())
        .text("media", two.ids["asset"].clone())
        .text(format!("alt_{}", two.ids["asset"]), "Eve was here")
        .text("plan", "now");
    let saved = two.eve.send(two.eve.request(Method::POST, "/studio/save").multipart(form)).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let own = "select count(*) from posts p where text = 'Eve was here' and state = 'draft'
               and not exists (select from deliveries d where d.post_id = p.id)
               and not exists (select from post_media m where m.post_id = p.id)";
    assert_eq!(two.t.value::<i64>(own).await, 1);
    assert_eq!(two.everything().await, before);
}

#[tokio::test]
async fn pages_do_not_show_it() {
    let two = Two::meet().await;
    let before = two.everything().await;
    let posts = &two.ids["post"];
    for path in [
        format!("/posts/{posts}"),
        format!("/studio?post={posts}"),
        format!("/chat?c={}", two.ids["conversation"]),
        "/chat?q=only".into(),
        format!("/connections/choose/{}", two.ids["choice"]),
        format!("/connections?about={}", two.ids["choice"]),
        "/".into(),
        "/posts".into(),
        "/posts?search=Northwind".into(),
        "/calendar".into(),
        "/comments?state=all".into(),
        "/diagnostics".into(),
        format!("/diagnostics/{}", two.ids["error"]),
        format!("/comments?state=all&post={posts}"),
        "/connections".into(),
        "/contacts".into(),
        "/contacts?q=Northwind".into(),
        format!("/contacts/{}", two.ids["contact"]),
        "/contacts/segments".into(),
        "/contacts/fields".into(),
        format!("/contacts?sort=name&columns=email,{}", two.ids["contact_field"]),
        format!("/contacts/segments?edit={}", two.ids["segment"]),
        format!("/contacts/segments?draft={}", two.ids["draft"]),
        format!("/contacts?segment={}", two.ids["list"]),
        format!("/contacts/import/{}", two.ids["import"]),
        "/settings/zapier".into(),
        "/settings/company".into(),
        "/settings/ai".into(),
        "/settings/voice".into(),
        "/settings/integrations".into(),
        "/settings/members".into(),
        "/diagnostics/queue".into(),
        format!("/diagnostics/queue/{}", two.ids["job"]),
        "/diagnostics/schedules".into(),
        "/settings/security".into(),
        "/studio".into(),
        format!("/library/{}", two.ids["asset"]),
        format!("/library?folder={}", two.ids["folder"]),
        "/library".into(),
        "/library?q=Northwind".into(),
        format!("/studio?add={}", two.ids["asset"]),
        "/snippets".into(),
        "/snippets?q=Northwind".into(),
        format!("/snippets?edit={}", two.ids["snippet"]),
        format!("/snippets?post={}&edit=", two.ids["post"]),
        "/links".into(),
        format!("/links?edit={}", two.ids["link"]),
        "/agents".into(),
        "/agents/social".into(),
        "/agents/memory".into(),
        "/agents/events".into(),
        "/proposals".into(),
        format!("/agents/documents/{}", two.ids["document"]),
        "/campaigns".into(),
        "/campaigns?q=Northwind".into(),
        "/campaigns/new".into(),
        format!("/campaigns/{}", two.ids["campaign"]),
    ] {
        let answer = two.eve.page(&path).await;
        let names_it = path.contains("posts/")
            || path.contains("post=")
            || path.contains("choose")
            || path.contains("queue/")
            || path.contains("library/")
            || path.contains("diagnostics/") && !path.ends_with("queue") && !path.ends_with("schedules")
            || path.contains("contacts/") && !path.ends_with("segments") && !path.ends_with("fields")
            || path.contains("segment=")
            || path.contains("draft=")
            || path.contains("documents/")
            || path.contains("campaigns/") && !path.ends_with("new")
            || path.contains("folder=")
            || path.contains("chat?c=")
            || path.contains("edit=");
        assert_eq!(answer.status, if names_it { 404 } else { 200 }, "{path}");
        // The stand-ins' accounts are called Northwind too, so the company's own words are looked for.
        for secret in
            [MARK, "Owner of Northwind", "beans.jpg", &two.ids["delivery"], &two.ids["account"], &two.ids["invitation"]]
        {
            assert!(!answer.body.contains(secret), "{path} shows {secret}");
        }
    }
    assert_eq!(two.everything().await, before);
}

#[tokio::test]
async fn lists_hold_only_the_own() {
    let two = Two::meet().await;
    let list = [("query[filter]", "all"), ("query[search]", ""), ("query[page]", "1")];
    let mut seen = vec![("posts/list_posts", two.eve.call("/rpc/lux/features/posts/browse/list_posts", &list).await)];
    for call in [
        "home/home",
        "connections/load_connections",
        "identity/companies/members",
        "identity/companies/company",
        "secrets/load_integrations",
        "frame/frame",
        "identity/accounts/sessions",
        "studio/open_studio",
        "contacts/duplicates/list_duplicates",
        "contacts/fields/list_fields",
        "contacts/imports/list_imports",
    ] {
        seen.push((call, two.eve.call(call, &[]).await));
    }
    seen.push(("comments", two.eve.call("comments/list_comments", &[("query[filter]", "all")]).await));
    let query = json!({ "query": { "span": "month", "day": null, "platform": null, "attention": false } });
    let all = json!({ "query": {} });
    seen.push(("contacts", two.eve.call_json("contacts/list_contacts", &all).await));
    seen.push(("intake", two.eve.call_json("intake/load_intake", &all).await));
    seen.push(("the file of contacts", two.eve.get("/api/v1/contacts.csv").await));
    seen.push(("calendar", two.eve.call_json("calendar/view_calendar", &query).await));
    for call in ["snippets/list_snippets", "links/list_links"] {
        seen.push((call, two.eve.call_json(call, &json!({ "query": {} })).await));
    }
    seen.push(("hashtags", two.eve.call("studio/suggest_hashtags", &[]).await));
    seen.push(("library", two.eve.call_json("media/load_library", &json!({ "query": {} })).await));
    for (what, answer) in seen {
        assert_eq!(answer.status, 200, "{what}: {}", answer.body);
        assert!(!answer.body.contains(MARK) && !answer.body.contains("Owner of Northwind"), "{what}");
        for (kind, id) in &two.ids {
            assert!(!answer.body.contains(id.as_str()), "{what} names the {kind}");
        }
    }
}

#[tokio::test]
async fn keys_of_one_company_are_not_the_others() {
    let two = Two::meet().await;
    let before = two.everything().await;
    for call in ["secrets/remove_key", "secrets/test_keys", "secrets/save_keys"] {
        let fields = [("platform", "x"), ("field", "client_id"), ("values[client_id]", "the-app-of-eve")];
        let answer = two.eve.call(call, &fields).await;
        assert_eq!(answer.status, 200, "{call}: {}", answer.body);
    }
    assert_eq!(two.everything().await, before);
}
