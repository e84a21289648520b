//! Sessions: access tokens are signed and cannot be taken back before they expire, refresh tokens are kept. A refresh token
//! that was used stays good for two hours and always leads to the same successor.

use super::reply::XrpcError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

const ACCESS: TimeDelta = TimeDelta::minutes(120);
const REFRESH: TimeDelta = TimeDelta::days(90);
const GRACE: TimeDelta = TimeDelta::hours(2);

/// Which kind of token a call wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    Access,
    Refresh,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Sessions {
    /// Signs tokens.
    secret: String,
    /// By token id.
    refresh: BTreeMap<String, Kept>,
    /// By account: access tokens of an older generation count as expired.
    generations: BTreeMap<String, u64>,
}

/// A refresh token.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    did: String,
    expires_at: DateTime<Utc>,
    successor: Option<String>,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub did: String,
    /// The id of the refresh token, where one was shown.
    pub token: String,
}

/// A new pair.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { secret: Uuid::new_v4().simple().to_string(), refresh: BTreeMap::new(), generations: BTreeMap::new() }
    }
}

fn invalid(message: &str) -> XrpcError {
    XrpcError::new(400, "InvalidToken", message)
}

pub fn revoked() -> XrpcError {
    XrpcError::new(400, "ExpiredToken", "Token has been revoked")
}

impl Sessions {
    /// A session of this account at the server with this host.
    pub fn open(&mut self, did: &str, host: &str, now: DateTime<Utc>) -> Tokens {
        let id = Uuid::new_v4().simple().to_string();
        self.issue(did, host, id, now)
    }

    fn issue(&mut self, did: &str, host: &str, id: String, now: DateTime<Utc>) -> Tokens {
        let (access_expires_at, refresh_expires_at) = (now + ACCESS, now + REFRESH);
        let audience = format!("did:web:{host}");
        let claims = |scope: &str, until: DateTime<Utc>| json!({ "scope": scope, "aud": audience, "sub": did, "iat": now.timestamp(), "exp": until.timestamp() });
        let mut access = claims("com.atproto.appPass", access_expires_at);
        access["gen"] = self.generations.get(did).copied().unwrap_or_default().into();
        let mut refresh = claims("com.atproto.refresh", refresh_expires_at);
        refresh["jti"] = id.as_str().into();
        // A successor that was given before keeps what came after it.
        let successor = self.refresh.get(&id).and_then(|kept| kept.successor.clone());
        self.refresh.insert(id, Kept { did: did.to_owned(), expires_at: refresh_expires_at, successor });
        Tokens { access: self.sign("at+jwt", &access), refresh: self.sign("refresh+jwt", &refresh) }
    }

    /// The next pair for a refresh token; an error if it was revoked or its time is over.
    pub fn renew(&mut self, caller: &Caller, host: &str, now: DateTime<Utc>) -> Result<Tokens, XrpcError> {
        let kept = self.refresh.get_mut(&caller.token).filter(|kept| now < kept.expires_at).ok_or_else(revoked)?;
        kept.expires_at = kept.expires_at.min(now + GRACE);
        let successor = kept.successor.get_or_insert_with(|| Uuid::new_v4().simple().to_string()).clone();
        Ok(self.issue(&caller.did, host, successor, now))
    }

    /// Forgets a refresh token.
    pub fn close(&mut self, caller: &Caller) {
        self.refresh.remove(&caller.token);
    }

    /// Who sends this `Authorization`. `serves` says whether the server that got it is one that tokens of this host are for.
    pub fn caller(
        &self,
        authorization: Option<&str>,
        want: Want,
        serves: impl Fn(&str) -> bool,
        now: DateTime<Utc>,
    ) -> Result<Caller, XrpcError> {
        let missing = || XrpcError::new(401, "AuthMissing", "Authentication Required");
        let (scheme, token) = authorization.and_then(|a| a.split_once(' ')).ok_or_else(missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(invalid("Unexpected authorization type"));
        }
        let (kind, claims) = self.read(token.trim()).ok_or_else(|| invalid("Token could not be verified"))?;
        let wanted = match want {
            Want::Access => "at+jwt",
            Want::Refresh => "refresh+jwt",
        };
        if kind != wanted {
            return Err(invalid("Invalid token type"));
        }
        let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
        if !text("aud").strip_prefix("did:web:").is_some_and(serves) {
            return Err(invalid("Token could not be verified"));
        }
        let did = text("sub");
        let outdated = want == Want::Access
            && claims["gen"].as_u64().unwrap_or_default() < self.generations.get(&did).copied().unwrap_or_default();
        if outdated || claims["exp"].as_i64().is_none_or(|exp| exp <= now.timestamp()) {
            return Err(XrpcError::new(400, "ExpiredToken", "Token has expired"));
        }
        Ok(Caller { did, token: text("jti") })
    }

    /// Whose token this is, whether or not it is still good. Access tokens have no id.
    pub fn owner(&self, token: &str) -> Option<Caller> {
        let (_, claims) = self.read(token)?;
        let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
        Some(Caller { did: text("sub"), token: text("jti") })
    }

    /// How many sessions of this account are open.
    pub fn of(&self, did: &str) -> usize {
        self.refresh.values().filter(|kept| kept.did == did).count()
    }

    /// From now on every access token that the account has counts as expired.
    pub fn expire(&mut self, did: &str) {
        *self.generations.entry(did.to_owned()).or_default() += 1;
    }

    /// As if its owner had revoked the app password: no session can be renewed. Access tokens go on until they expire.
    pub fn revoke(&mut self, did: &str) {
        self.refresh.retain(|_, kept| kept.did != did);
    }

    /// Drops what can be used no more.
    pub fn tidy(&mut self, now: DateTime<Utc>) {
        self.refresh.retain(|_, kept| now < kept.expires_at);
    }

    fn sign(&self, kind: &str, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "typ": kind, "alg": "HS256" })), part(claims));
        format!("{signed}.{}", self.signature(&signed))
    }

    /// No HMAC: nobody but us checks it.
    fn signature(&self, signed: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(&self.secret).chain_update(signed).finalize())
    }

    /// Kind and claims of a token that was signed here.
    fn read(&self, token: &str) -> Option<(String, Value)> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.').filter(|_| signature == self.signature(signed))?;
        let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        Some((read(head)?["typ"].as_str()?.to_owned(), read(claims)?))
    }
}
