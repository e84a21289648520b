//! What a company keeps on the server is counted and bounded: its files, and what other programs sent and was refused.

use crate::support::{Client, Firm, TestApp};
use lux::features::media::server::removal;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

const KEPT: &str = "select coalesce(sum(bytes), 0)::bigint from media_bytes";
const LIES_THERE: &str = "select coalesce(sum(bytes), 0)::bigint from assets where dropped_at is null";

fn picture(side: u32) -> Vec<u8> {
    let mut bytes = vec![];
    let noise = image::RgbImage::from_fn(side, side, |x, y| {
        image::Rgb([((x * 7) ^ (y * 13)) as u8, (x * y) as u8, (x + y * 31) as u8])
    });
    noise.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Jpeg).expect("encoded");
    bytes
}

async fn upload(client: &Client, bytes: Vec<u8>) -> (u16, String) {
    let form = Form::new().part("files", Part::bytes(bytes).file_name("beans.jpg"));
    let answer = client.send(client.request(Method::POST, "/api/v1/media").multipart(form)).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn files_of_a_company_have_a_bound() {
    let (first, second) = (picture(300), picture(301));
    let room = (first.len() + second.len()) as u64 - 1;
    let t = TestApp::changed(&[], |settings| settings.web.company_media_bytes = Some(room)).await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let owner = t.signed_in(&firm.email).await;

    let (status, body) = upload(&owner, first.clone()).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(t.value::<i64>(KEPT).await, t.value::<i64>(LIES_THERE).await);
    let (status, body) = upload(&owner, second.clone()).await;
    assert!(
        status == 422 && body.contains("There is no room") && body.contains("LUX_COMPANY_MEDIA_GB"),
        "{status} {body}"
    );
    let parts = json!({ "file_name": "clip.mp4", "bytes": second.len() });
    let parts = owner.json("/api/v1/media/uploads", &parts).await;
    assert!(parts.status == 422 && parts.body.contains("There is no room"), "{}", parts.body);
    assert!(owner.page("/library").await.body.contains("are in use."));
    // Nothing of what was refused stays, and another company has its own room.
    assert_eq!(t.value::<i64>("select count(*) from assets").await, 1);
    let other = Firm::found(&t.app, "Southwind", "UTC").await;
    let (status, body) = upload(&t.signed_in(&other.email).await, second.clone()).await;
    assert_eq!(status, 200, "{body}");

    // A file that is deleted counts until it is gone for good, a week later.
    t.sql("update assets set deleted_at = now() - interval '8 days' where company_id = (select company_id from assets order by created_at limit 1)").await;
    assert_eq!(upload(&owner, second.clone()).await.0, 422);
    assert_eq!(removal::remove(&t.app).await.expect("removed"), 1);
    let (status, body) = upload(&owner, second).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(t.value::<i64>(KEPT).await, t.value::<i64>(LIES_THERE).await);

    // Whatever else is done to the rows, the count is right; and it goes with its company.
    t.sql("update assets set file_name = 'b.jpg', bytes = bytes + 5, store = case when bytes % 2 = 0 then 'elsewhere' else store end").await;
    assert_eq!(t.value::<i64>(KEPT).await, t.value::<i64>(LIES_THERE).await);
    let apart = "select count(*) from (select company_id, store, sum(bytes) as n from assets where dropped_at is null group by 1, 2) a
                 join media_bytes m using (company_id, store) where m.bytes <> a.n";
    assert_eq!(t.value::<i64>(apart).await, 0);
    t.sql("delete from assets").await;
    assert_eq!(t.value::<i64>(KEPT).await, 0);
}

#[tokio::test]
async fn what_is_refused_is_kept_within_a_bound() {
    let t = TestApp::start().await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let owner = t.signed_in(&firm.email).await;
    let made = owner.call("intake/make_intake_key", &[("user_name", "zapier")]).await.json();
    let send = async || {
        let request = t.client().request(Method::POST, "/api/webhook/zapier-contact");
        let request = request.basic_auth("zapier", made["password"].as_str()).json(&json!({ "name": "No address" }));
        assert_eq!(t.client().send(request).await.status, 422);
    };
    let bodies = "select count(*) from intake_items where state = 'refused' and body is not null";
    send().await;
    assert_eq!(t.value::<i64>(bodies).await, 1);
    assert!(!owner.page("/settings/zapier").await.body.contains("no more of it is kept"));

    // 64 MB of others, from before.
    t.sql(
        "insert into intake_items (company_id, id, state, user_name, field, reason, body, at)
         select i.company_id, gen_random_uuid(), 'refused', 'zapier', 'email', 'None', repeat('b', 16000), now() - interval '3 hours'
         from intake_items i, generate_series(1, 4195)",
    )
    .await;
    send().await;
    assert_eq!(t.value::<i64>(bodies).await, 4196, "the reason alone is kept");
    assert_eq!(t.value::<i64>("select count(*) from intake_items where body is null").await, 1);
    let page = owner.page("/settings/zapier").await.body;
    assert!(page.contains("no more of it is kept") && page.contains("came when no more could be kept"), "{page}");
}
