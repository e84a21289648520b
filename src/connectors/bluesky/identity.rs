//! Which server an account lives on, by its DID document. A session says it too, but a session is answered by the server
//! that somebody named: any server could claim any account. The document is kept by the DID directory (`did:plc`) or
//! on the domain that the DID names (`did:web`), so it is what decides.
//! Source: atproto.com, specifications DID and Handle; reviewed 2026-11-28.

use super::record;
use crate::connectors::{Fault, Wire};
use crate::domain::platform::Platform;
use serde::Deserialize;

/// The parts of a DID document that say where an account is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DidDocument {
    pub id: String,
    #[serde(default)]
    also_known_as: Vec<String>,
    #[serde(default)]
    service: Vec<Service>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Service {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    service_endpoint: String,
}

impl DidDocument {
    /// Reads the document of an account from where the DID says that it is kept.
    pub async fn read(wire: &Wire, did: &str) -> Result<Self, Fault> {
        let address = address(did).ok_or_else(|| unknown(did))?;
        let response = wire.read(Platform::Bluesky, &address).to_users_server().send().await?;
        let response = response.accepted(|_| unknown(did))?;
        let document: Self = response.json()?;
        if document.id == did { Ok(document) } else { Err(response.unreadable()) }
    }

    /// The address of the account's server, as it is written there.
    pub fn server(&self) -> Option<&str> {
        let is_server =
            |service: &&Service| service.id.ends_with("#atproto_pds") && service.kind == "AtprotoPersonalDataServer";
        self.service.iter().find(is_server).map(|service| service.service_endpoint.as_str())
    }

    /// Whether the account goes by this handle.
    pub fn is_called(&self, handle: &str) -> bool {
        self.also_known_as.iter().any(|name| name.strip_prefix("at://").is_some_and(|n| n.eq_ignore_ascii_case(handle)))
    }
}

/// Where the document of a DID is kept. `None`: not one that the network knows (a `did:web` with a path or a port is none).
fn address(did: &str) -> Option<String> {
    if !record::is_did(did) {
        return None;
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    match did.split_at("did:plc:".len()) {
        ("did:plc:", id) => {
            id.bytes().all(|b| b.is_ascii_alphanumeric()).then(|| format!("https://plc.directory/{did}"))
        }
        ("did:web:", host) => host.bytes().all(plain).then(|| format!("https://{host}/.well-known/did.json")),
        _ => None,
    }
}

fn unknown(did: &str) -> Fault {
    let message = format!("The network does not know this account ({did}). Check the handle and the server.");
    Fault::Permanent { code: "unknown_did".into(), message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_where_their_did_says() {
        for (did, kept) in [
            ("did:plc:ewvi7nxzyoun6zhxrhs64oiz", Some("https://plc.directory/did:plc:ewvi7nxzyoun6zhxrhs64oiz")),
            ("did:web:northwind.example", Some("https://northwind.example/.well-known/did.json")),
            ("did:plc:../../etc", None),
            ("did:web:127.0.0.1%3A8080", None),
            ("did:web:example.com:users:ann", None),
            ("did:key:z6Mk", None),
            ("did:plc:", None),
            ("", None),
        ] {
            assert_eq!(address(did).as_deref(), kept, "{did}");
        }
    }

    #[test]
    fn a_document_names_server_and_handle() {
        let service = json!({ "id": "#atproto_pds", "type": "AtprotoPersonalDataServer",
            "serviceEndpoint": "https://pds.example.com" });
        let other =
            json!({ "id": "#atproto_labeler", "type": "AtprotoLabeler", "serviceEndpoint": "https://l.example" });
        let document: DidDocument = serde_json::from_value(json!({ "id": "did:plc:ann", "service": [other, service],
            "alsoKnownAs": ["https://ann.example", "at://ann.example"] }))
        .unwrap();
        assert_eq!(document.server(), Some("https://pds.example.com"));
        assert!(document.is_called("Ann.Example") && !document.is_called("ben.example"));
        let empty: DidDocument = serde_json::from_value(json!({ "id": "did:plc:ann" })).unwrap();
        assert!(empty.server().is_none() && !empty.is_called("ann.example"));
    }
}
