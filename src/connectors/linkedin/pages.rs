//! The company pages on which a member may publish: found by the member's roles, then named.

use super::problem::{self, Operation};
use super::{PERSON, REST, versioned};
use crate::connectors::{Fault, RemoteAccount, Wire};
use crate::domain::account::{AccountFacts, AccountKind};
use crate::domain::platform::Platform;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What publishing as a page needs, and looking at what it has published.
pub(super) const POSTING: &str = "w_organization_social";
pub(super) const READING: &str = "r_organization_social";
/// Which pages there are.
pub(super) const ADMINISTERED: &str = "rw_organization_admin";
/// One of these a member must have at a page. LinkedIn's pages write the second one in both ways.
const ROLES: [&str; 3] = ["ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN"];
/// How the id of a page begins.
const URN: &str = "urn:li:organization:";
/// Roles of one member that are read: so many at a time, so many times.
const PAGE: usize = 100;
const MAX_PAGES: usize = 5;
/// Pages that are named by one call.
const NAMED: usize = 50;

#[derive(Deserialize)]
struct Roles {
    elements: Vec<Role>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Role {
    /// Seen under both names.
    #[serde(alias = "organizationTarget")]
    organization: String,
    role: String,
    #[serde(default)]
    state: String,
}

#[derive(Deserialize)]
struct Names {
    #[serde(default)]
    results: BTreeMap<String, Name>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Name {
    localized_name: String,
    vanity_name: String,
}

/// Whether an account is a company page.
pub(super) fn is_page(facts: &Value) -> bool {
    AccountFacts::read(facts).kind == AccountKind::Organisation
}

/// Whether the id of an account is that of a company page.
pub(super) fn is_page_id(account: &str) -> bool {
    account.starts_with(URN)
}

/// The pages on which this member may publish. None where the app may not ask: the member can still be connected.
pub(super) async fn administered(wire: &Wire, token: &SecretString, person: &str) -> Result<Vec<RemoteAccount>, Fault> {
    let mut ids: Vec<String> = vec![];
    for n in 0..MAX_PAGES {
        let start = n * PAGE;
        let query = format!("organizationAcls?q=roleAssignee&state=APPROVED&start={start}&count={PAGE}");
        let Roles { elements } = match read(wire, token, &query, "FINDER").await {
            Err(Fault::PermissionMissing { message, .. }) => {
                tracing::info!(message, "LinkedIn did not say which company pages a member runs");
                return Ok(vec![]);
            }
            answer => answer?,
        };
        let is_last = elements.len() < PAGE;
        for role in elements.into_iter().filter(|r| ROLES.contains(&r.role.as_str()) && is_valid(&r.state)) {
            let id = role.organization.strip_prefix(URN).filter(|id| is_number(id));
            // A member may have several roles at one page.
            if let Some(id) = id.filter(|id| ids.iter().all(|had| had != id)) {
                ids.push(id.to_owned());
            }
        }
        if is_last {
            break;
        }
    }
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(NAMED) {
        let query = format!("organizations?ids=List({})", some.join(","));
        let Names { mut results } = read(wire, token, &query, "BATCH_GET").await?;
        found.extend(some.iter().map(|id| page(id, results.remove(id).unwrap_or_default(), person)));
    }
    Ok(found)
}

fn is_valid(state: &str) -> bool {
    state.is_empty() || state == "APPROVED"
}

fn is_number(id: &str) -> bool {
    (1..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit())
}

fn page(id: &str, name: Name, person: &str) -> RemoteAccount {
    let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let display_name = given(name.localized_name).unwrap_or_else(|| format!("Company page {id}"));
    let vanity = given(name.vanity_name);
    let path = vanity.clone().unwrap_or_else(|| id.to_owned());
    RemoteAccount {
        remote_id: format!("{URN}{id}"),
        handle: vanity.unwrap_or_else(|| display_name.clone()),
        display_name,
        // Its logo is behind one more permission.
        picture_url: None,
        profile_url: Some(format!("https://www.linkedin.com/company/{path}")),
        facts: json!({ "kind": "organisation", PERSON: person }),
    }
}

/// Reads a list. `query` is the path with its query as it is sent: Rest.li's brackets are not to be encoded.
async fn read<T: DeserializeOwned>(wire: &Wire, token: &SecretString, query: &str, method: &str) -> Result<T, Fault> {
    let request = wire.read(Platform::LinkedIn, &format!("{REST}/{query}"));
    let response = versioned(request, token).header("X-RestLi-Method", method).send().await?;
    response.accepted(|a| problem::fault(a, Operation::Read))?.json()
}
