//! LinkedIn: company pages, who may do what on them, and the two calls that list them.

use super::{denied, error, forbidden_field, need_any, urn};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok};
use crate::sandbox::world::{ABOUT_ROASTERS, AccessToken, Account};
use serde_json::{Map, Value, json};

const URN: &str = "urn:li:organization:";
/// Who has one of these roles may publish.
const WRITERS: [&str; 2] = ["ADMINISTRATOR", "CONTENT_ADMINISTRATOR"];

/// A company page that exists from the start.
struct Page {
    id: &'static str,
    name: &'static str,
    vanity: &'static str,
    /// Members and their roles.
    roles: &'static [(&'static str, &'static str)],
}

const PAGES: [Page; 3] = [
    Page {
        id: "5500001",
        name: "Northwind Roasters (demo)",
        vanity: "northwind-roasters-demo",
        roles: &[("nwDemo0001", "ADMINISTRATOR"), ("nwDemo0001", "CONTENT_ADMINISTRATOR")],
    },
    Page {
        id: "5500002",
        name: "Northwind Lab (demo)",
        vanity: "northwind-lab-demo",
        roles: &[("nwDemo0001", "CONTENT_ADMINISTRATOR"), ("nwDemo0002", "ADMINISTRATOR")],
    },
    // One that its member may look at, but not publish on.
    Page {
        id: "5500003",
        name: "Northwind Press (demo)",
        vanity: "northwind-press-demo",
        roles: &[("nwDemo0001", "ANALYST")],
    },
];

impl Page {
    fn may_write(&self, me: &Account) -> bool {
        self.roles.iter().any(|(member, role)| *member == me.id && WRITERS.contains(role))
    }
}

fn find(id: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.id == id)
}

/// The URN of whoever is called so: a company page or a member.
pub(super) fn urn_of(id: &str) -> String {
    if find(id).is_some() { format!("{URN}{id}") } else { format!("urn:li:person:{id}") }
}

/// A company page as the account that its posts are of.
pub(super) fn account(id: &str) -> Option<Account> {
    find(id).map(|page| Account::new(Platform::LinkedIn, page.id, page.vanity, page.name, ABOUT_ROASTERS))
}

fn has(token: &AccessToken, scope: &str) -> bool {
    token.scopes.iter().any(|had| had == scope)
}

/// The id of whom this URN names, if the token may write as them; `path` is the field that names them.
pub(super) fn acting(me: &Account, token: &AccessToken, who: &str, path: &str) -> Result<String, ErrorResponse> {
    if who == urn(me) && has(token, "w_member_social") {
        return Ok(me.id.clone());
    }
    let page = who.strip_prefix(URN).and_then(find).filter(|page| page.may_write(me));
    let page = page.filter(|_| has(token, "w_organization_social"));
    page.map(|page| page.id.to_owned()).ok_or_else(|| forbidden_field(path))
}

/// Whether this member has a say for whoever has this id.
pub(super) fn speaks_for(me: &Account, id: &str) -> bool {
    id == me.id || find(id).is_some_and(|page| page.may_write(me))
}

/// Whether the token may write for whoever has this id.
pub(super) fn writes_for(me: &Account, token: &AccessToken, id: &str) -> bool {
    let scope = if find(id).is_some() { "w_organization_social" } else { "w_member_social" };
    has(token, scope) && speaks_for(me, id)
}

/// Whether the token may look at what whoever has this id has published.
pub(super) fn may_read(me: &Account, token: &AccessToken, id: &str) -> bool {
    let scope = if find(id).is_some() { "r_organization_social" } else { "r_member_social" };
    has(token, scope) && speaks_for(me, id)
}

/// `GET /rest/organizationAcls?q=roleAssignee[&role=][&state=]`: the caller's own roles.
pub(super) fn roles(request: &PlatformRequest, me: &Account, token: &AccessToken) -> PlatformResponse {
    need_any(
        token,
        &["rw_organization_admin", "r_organization_admin"],
        "organizationAcls.FINDER-roleAssignee",
        request,
    )?;
    if request.query("q") != Some("roleAssignee") {
        return Err(error(400, "ILLEGAL_ARGUMENT", "Unknown finder"));
    }
    let (start, count) = super::paging(request)?;
    let asked = |name: &str, value: &str| request.query(name).is_none_or(|wanted| wanted == value);
    let of_page = |page: &'static Page| page.roles.iter().map(move |(member, role)| (page.id, *member, *role));
    let all: Vec<Value> = PAGES
        .iter()
        .flat_map(of_page)
        .filter(|(_, member, role)| *member == me.id && asked("role", role) && asked("state", "APPROVED"))
        .map(|(id, _, role)| {
            json!({ "role": role, "state": "APPROVED", "roleAssignee": urn(me), "organization": format!("{URN}{id}") })
        })
        .collect();
    let some: Vec<_> = all.iter().skip(start).take(count).collect();
    ok(&json!({ "paging": { "start": start, "count": count, "total": all.len(), "links": [] }, "elements": some }))
}

/// `GET /rest/organizations?ids=List(1,2)`: those that the caller has a role at.
pub(super) fn names(request: &PlatformRequest, me: &Account, token: &AccessToken) -> PlatformResponse {
    need_any(token, &["rw_organization_admin", "r_organization_admin"], "organizations.BATCH_GET", request)?;
    let ids = request.query("ids").and_then(|ids| ids.strip_prefix("List(")?.strip_suffix(')'));
    // Rest.li 2.0 reads a list only with its own brackets, not with encoded ones.
    let Some(ids) = ids.filter(|_| request.raw.contains("List(")) else {
        return Err(error(400, "ILLEGAL_ARGUMENT", "Syntax exception in query parameter ids"));
    };
    let (mut results, mut errors) = (Map::new(), Map::new());
    for id in ids.split(',') {
        match find(id).filter(|page| page.roles.iter().any(|(member, _)| *member == me.id)) {
            Some(page) => {
                let number: u64 = page.id.parse().unwrap_or_default();
                results.insert(
                    id.into(),
                    json!({ "id": number, "localizedName": page.name, "vanityName": page.vanity,
                        "primaryOrganizationType": "NONE" }),
                );
            }
            None => {
                errors
                    .insert(id.into(), json!({ "status": 403, "message": "Viewer is not admin of the organization" }));
            }
        }
    }
    ok(&json!({ "results": results, "statuses": {}, "errors": errors }))
}

/// The author of a list of posts, as the query names them.
pub(super) fn listed(me: &Account, token: &AccessToken, who: Option<&str>) -> Result<String, ErrorResponse> {
    let closed = || denied("Not enough permissions to access the posts of this author");
    let id = who.and_then(|who| who.strip_prefix("urn:li:person:").or_else(|| who.strip_prefix(URN)));
    let id = id.filter(|id| who.is_some_and(|who| who == urn_of(id)) && may_read(me, token, id));
    id.map(str::to_owned).ok_or_else(closed)
}
