//! OAuth 2 as data: one description per platform, one module that drives all of them.

use super::{AppKeys, Fault, Grant, Wire};
use crate::domain::platform::Platform;
use secrecy::SecretString;

/// How the app proves itself at the token address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// `Authorization: Basic`.
    Basic,
    /// `client_id` and `client_secret` in the form.
    Body,
}

/// One platform's authorization code flow.
#[derive(Debug)]
pub struct Flow {
    pub platform: Platform,
    pub authorize_url: &'static str,
    pub token_url: &'static str,
    pub revoke_url: Option<&'static str>,
    pub scopes: &'static [&'static str],
    pub scope_separator: &'static str,
    pub pkce: bool,
    pub client_auth: ClientAuth,
    /// Names of the catalogue's fields that hold the client id and secret.
    pub id_field: &'static str,
    pub secret_field: &'static str,
    /// Added to the authorize address as they are.
    pub extra: &'static [(&'static str, &'static str)],
}

/// Where to send the person's browser. `base` overrides apply (`Wire::public_url`).
pub fn authorize_url(
    flow: &Flow,
    wire: &Wire,
    keys: &AppKeys,
    redirect_uri: &str,
    state: &str,
    verifier: &SecretString,
) -> Result<String, Fault> {
    let _ = (flow, wire, keys, redirect_uri, state, verifier);
    Err(Fault::transient("not wired"))
}

pub async fn exchange(
    flow: &Flow,
    wire: &Wire,
    keys: &AppKeys,
    code: &SecretString,
    verifier: &SecretString,
    redirect_uri: &str,
) -> Result<Grant, Fault> {
    let _ = (flow, wire, keys, code, verifier, redirect_uri);
    Err(Fault::transient("not wired"))
}

pub async fn refresh(flow: &Flow, wire: &Wire, keys: &AppKeys, grant: &Grant) -> Result<Grant, Fault> {
    let _ = (flow, wire, keys, grant);
    Err(Fault::transient("not wired"))
}

pub async fn revoke(flow: &Flow, wire: &Wire, keys: &AppKeys, grant: &Grant) -> Result<(), Fault> {
    let _ = (flow, wire, keys, grant);
    Err(Fault::transient("not wired"))
}
