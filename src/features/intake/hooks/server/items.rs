//! What is sent: flat objects, as Zapier shows their fields, the same in what is sent and in the samples. Each is read when it is
//! sent, so nothing of a person is kept for it.

use super::subscriptions::Item;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::domain::ids::{ContactId, DeliveryId, Uuid};
use crate::domain::platform::Platform;
use crate::features::intake::hooks::model::HookEvent;
use crate::infra::database::Tenant;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use url::Url;

/// Items of a sample.
const SAMPLE: i64 = 3;
/// Characters of a post's text.
const TEXT: usize = 5_000;

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn page(public_url: &Url, path: &str) -> String {
    public_url.join(path).map_or_else(|_| path.to_owned(), Into::into)
}

/// The object for one thing that happened; `None`: what it is about is gone.
pub async fn object(tenant: &Tenant, public_url: &Url, event: HookEvent, item: &Item) -> Result<Option<Value>> {
    match (event, item.contact, item.delivery) {
        (HookEvent::ContactCaptured, Some(id), _) => {
            contact(tenant, public_url, id, item.source, item.kind == "captured", Some(item.at)).await
        }
        (HookEvent::PostPublished | HookEvent::PostNeedsYou, _, Some(id)) => {
            delivery(tenant, public_url, event, id, item.source, Some(&item.kind), Some(item.at)).await
        }
        _ => Ok(None),
    }
}

async fn contact(
    tenant: &Tenant,
    public_url: &Url,
    contact: ContactId,
    id: Uuid,
    created: bool,
    at: Option<DateTime<Utc>>,
) -> Result<Option<Value>> {
    let row = sqlx::query!(
        r#"select c.email, c.full_name, c.first_name, c.last_name, coalesce(c.phone_e164, c.phone) as "phone!", c.company_name,
                  c.source, c.consent, c.custom, c.created_at,
                  array(select t.tag from contact_tags t where t.company_id = $1 and t.contact_id = c.id order by t.tag limit 100) as "tags!"
           from contacts c where c.company_id = $1 and c.id = $2 and c.deleted_at is null"#,
        tenant.company.0,
        contact.0
    );
    let row = row.fetch_optional(&tenant.db).await?;
    Ok(row.map(|row| {
        json!({
            "id": id, "event": HookEvent::ContactCaptured.id(), "at": time(at.unwrap_or(row.created_at)), "contact_id": contact,
            "created": created, "email": row.email, "name": row.full_name, "first_name": row.first_name,
            "last_name": row.last_name, "phone": row.phone, "company": row.company_name, "source": row.source,
            "consent": row.consent, "tags": row.tags.join(", "), "custom": row.custom,
            "url": page(public_url, &format!("/contacts/{contact}")),
        })
    }))
}

async fn delivery(
    tenant: &Tenant,
    public_url: &Url,
    event: HookEvent,
    delivery: DeliveryId,
    id: Uuid,
    state: Option<&str>,
    at: Option<DateTime<Utc>>,
) -> Result<Option<Value>> {
    let row = sqlx::query!(
        r#"select d.post_id, d.state, d.remote_url, d.live_at, d.updated_at, d.fault_message, coalesce(d.text, p.text) as "text!",
                  c.platform, c.handle
           from deliveries d join posts p on p.company_id = $1 and p.id = d.post_id
           join connections c on c.company_id = $1 and c.id = d.connection_id
           where d.company_id = $1 and d.id = $2 and p.deleted_at is null"#,
        tenant.company.0,
        delivery.0
    );
    let row = row.fetch_optional(&tenant.db).await?;
    Ok(row.map(|row| {
        let state = DeliveryState::parse(state.unwrap_or(&row.state));
        let platform: Option<Platform> = row.platform.parse().ok();
        let mut object = json!({
            "id": id, "event": event.id(), "at": time(at.or(row.live_at).unwrap_or(row.updated_at)), "post_id": row.post_id,
            "delivery_id": delivery, "platform": platform.map_or(row.platform.as_str(), |platform| platform.name()),
            "account": row.handle, "text": row.text.chars().take(TEXT).collect::<String>(),
            "page": page(public_url, &format!("/posts/{}", row.post_id)),
        });
        if event == HookEvent::PostPublished {
            object["url"] = json!(row.remote_url);
        } else {
            object["state"] = json!(state.map(DeliveryState::name));
            object["reason"] = json!(row.fault_message);
        }
        object
    }))
}

/// The newest of what happened, in the shape in which it is sent; a made-up one that says so where nothing has.
pub async fn sample(tenant: &Tenant, public_url: &Url, event: HookEvent) -> Result<Vec<Value>> {
    let mut found = vec![];
    match event {
        HookEvent::ContactCaptured => {
            let ids = sqlx::query_scalar!(
                "select id from contacts where company_id = $1 and deleted_at is null order by created_at desc, id desc limit $2",
                tenant.company.0,
                SAMPLE
            );
            for id in ids.fetch_all(&tenant.db).await? {
                found.extend(contact(tenant, public_url, id, id.0, true, None).await?);
            }
        }
        HookEvent::PostPublished => {
            let ids = sqlx::query_scalar!(
                "select id from deliveries where company_id = $1 and part = 0 and live_at is not null order by live_at desc limit $2",
                tenant.company.0,
                SAMPLE
            );
            for id in ids.fetch_all(&tenant.db).await? {
                found.extend(delivery(tenant, public_url, event, id, id.0, None, None).await?);
            }
        }
        HookEvent::PostNeedsYou => {
            let ids = sqlx::query_scalar!(
                "select id from deliveries where company_id = $1 and part = 0
                   and state in ('needs_edit', 'needs_reconnect', 'held', 'unconfirmed', 'by_hand', 'failed') limit $2",
                tenant.company.0,
                SAMPLE
            );
            for id in ids.fetch_all(&tenant.db).await? {
                found.extend(delivery(tenant, public_url, event, id, id.0, None, None).await?);
            }
        }
    }
    if found.is_empty() {
        found.push(made_up(public_url, event));
    }
    Ok(found)
}

fn made_up(public_url: &Url, event: HookEvent) -> Value {
    let (id, at) = ("00000000-0000-7000-8000-000000000001", "2026-11-20T09:30:00Z");
    match event {
        HookEvent::ContactCaptured => json!({
            "id": id, "event": event.id(), "at": at, "contact_id": id, "created": true, "email": "sample@example.com",
            "name": "Sample, not a real contact", "first_name": "Sample", "last_name": "", "phone": "", "company": "",
            "source": "Sample", "consent": "none", "tags": "sample", "custom": {}, "url": page(public_url, "/contacts"),
        }),
        HookEvent::PostPublished => json!({
            "id": id, "event": event.id(), "at": at, "post_id": id, "delivery_id": id, "platform": "Sample",
            "account": "@sample", "text": "A sample, not a real post.", "page": page(public_url, "/posts"),
            "url": "https://example.com/sample",
        }),
        HookEvent::PostNeedsYou => json!({
            "id": id, "event": event.id(), "at": at, "post_id": id, "delivery_id": id, "platform": "Sample",
            "account": "@sample", "text": "A sample, not a real post.", "page": page(public_url, "/needs"),
            "state": "Failed", "reason": "A sample: nothing went wrong.",
        }),
    }
}
