//! Facebook: the person, the Pages that they manage, and a Page itself.

use super::access::{need_scope, unsupported};
use super::{PERSON, SHOW_LIST, fields, list_of, token};
use crate::domain::platform::Platform;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{AccessToken, Account};
use serde_json::{Value, json};

const FIELDS: &[&str] = &[
    "id",
    "name",
    "username",
    "link",
    "picture",
    "tasks",
    "access_token",
    "category",
    "about",
    "fan_count",
    "followers_count",
];

/// Whether an account is a Page, and not the person.
pub(super) fn is_page(account: &Account) -> bool {
    account.platform == Platform::Facebook && account.id != PERSON
}

/// The Pages that a consent lets in: the one that was chosen, or all.
fn of_consent(sandbox: &Sandbox, token: &AccessToken) -> Vec<Account> {
    let pages = sandbox.accounts(Platform::Facebook).into_iter().filter(is_page);
    pages.filter(|page| token.account == PERSON || page.id == token.account).collect()
}

/// `GET /me` of a person.
pub(super) fn person(request: &PlatformRequest, _token: &AccessToken) -> PlatformResponse {
    let wanted = fields(request, &["id", "name"])?;
    let mut body = json!({ "id": PERSON });
    if wanted.is_empty() || wanted.contains(&"name") {
        body["name"] = json!("Maya Castro (demo)");
    }
    ok(&body)
}

/// `GET /me/permissions`
pub(super) fn permissions(token: &AccessToken) -> PlatformResponse {
    let granted = |scope: &String| json!({ "permission": scope, "status": "granted" });
    ok(&list_of(token.scopes.iter().map(granted).collect()))
}

/// `GET /me/accounts`: the Pages, a hundred at a time at most.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, token: &AccessToken) -> PlatformResponse {
    need_scope(token, SHOW_LIST)?;
    let wanted = fields(request, FIELDS)?;
    let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok());
    let (from, limit) = (number("after").unwrap_or(0), number("limit").unwrap_or(25).clamp(1, 100));
    let all = of_consent(sandbox, token);
    let page: Vec<_> =
        all.iter().skip(from).take(limit).map(|p| present(sandbox, request, token, p, &wanted)).collect();
    let end = from + page.len();
    let mut body = list_of(page);
    body["paging"] = json!({ "cursors": { "before": from.to_string(), "after": end.to_string() } });
    if end < all.len() {
        let next = format!("https://graph.facebook.com/{}?limit={limit}&after={end}", request.path);
        body["paging"]["next"] = json!(next);
    }
    ok(&body)
}

/// `GET /{page}` with the person's token.
pub(super) fn one(sandbox: &Sandbox, request: &PlatformRequest, token: &AccessToken, id: &str) -> PlatformResponse {
    need_scope(token, SHOW_LIST)?;
    let page = of_consent(sandbox, token).into_iter().find(|page| page.id == id);
    let page = page.ok_or_else(|| unsupported(request, id))?;
    let wanted = fields(request, FIELDS)?;
    ok(&present(sandbox, request, token, &page, &wanted))
}

/// `GET /{page}` with the Page's own token.
pub(super) fn of_page(request: &PlatformRequest, page: &Account) -> PlatformResponse {
    let wanted = fields(request, FIELDS)?;
    let mut body = json!({ "id": page.id });
    wanted.iter().for_each(|field| set(&mut body, request, page, field));
    ok(&body)
}

fn present(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    person: &AccessToken,
    page: &Account,
    wanted: &[&str],
) -> Value {
    let mut body = json!({ "id": page.id });
    for field in wanted {
        match *field {
            "access_token" => body["access_token"] = json!(token::of_page(sandbox, person, &page.id)),
            "tasks" => {
                body["tasks"] = json!(["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"])
            }
            field => set(&mut body, request, page, field),
        }
    }
    body
}

fn set(body: &mut Value, request: &PlatformRequest, page: &Account, field: &str) {
    body[field] = match field {
        "name" => json!(page.name),
        "username" => json!(page.handle),
        "link" => json!(format!("https://www.facebook.com/{}", page.id)),
        "picture" => json!({ "data": { "url": request.avatar_url(&page.id) } }),
        "about" => json!(page.about),
        "category" => json!("Coffee shop"),
        "fan_count" | "followers_count" => json!(0),
        _ => return,
    };
}
