//! One call: which method it is, who may call it, what its body must have, what it costs, what it does.

use super::lexicon::{self, is_did, is_handle, is_nsid, is_record_key};
use super::limits::{CALLS, Level, Limit, SIGN_INS, UPLOADS, WRITES};
use super::reply::{XrpcError, XrpcReply, XrpcResult};
use super::repo::{Swap, Write, tid};
use super::sessions::{Caller, Tokens, Want};
use super::{Call, Network, Person, Status, Written, cid, serves};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// What `describeServer` of a real server would allow, and no more than the bodies that we read.
const MAX_BLOB: usize = 5 * 1024 * 1024;
/// All callers have one address here.
const ADDRESS: &str = "";

/// A call while it is answered.
struct Turn<'a> {
    call: &'a Call,
    /// Multiplies the rate limits.
    factor: u32,
    now: DateTime<Utc>,
    /// How the tightest limit stands, once the call is counted.
    level: Option<Level>,
}

impl Network {
    /// A call to a PDS or to the entryway.
    pub(super) fn pds(&mut self, call: &Call, method: &str, factor: u32, now: DateTime<Utc>) -> XrpcResult {
        let mut turn = Turn { call, factor, now, level: None };
        let result = self.method(&mut turn, method);
        match turn.level {
            Some(level) => level.on(result),
            None => result,
        }
    }

    fn method(&mut self, turn: &mut Turn<'_>, method: &str) -> XrpcResult {
        let call = turn.call;
        match (call.post, method) {
            (false, "_health") => Ok(XrpcReply::json(json!({ "version": "0.4.217" }))),
            (false, "com.atproto.server.describeServer") => {
                self.count(turn, &[])?;
                let body = json!({ "did": format!("did:web:{}", call.host), "availableUserDomains": [".test"],
                    "inviteCodeRequired": false, "links": {}, "contact": {} });
                Ok(XrpcReply::json(body))
            }
            (true, "com.atproto.server.createSession") => self.create_session(turn),
            (true, "com.atproto.server.refreshSession") => self.refresh_session(turn),
            (true, "com.atproto.server.deleteSession") => {
                let caller = self.caller(turn, Want::Refresh)?;
                no_body(call)?;
                self.count(turn, &[])?;
                self.sessions.close(&caller);
                Ok(XrpcReply::empty())
            }
            (false, "com.atproto.server.getSession") => {
                let caller = self.caller(turn, Want::Access)?;
                self.count(turn, &[])?;
                let lost = || XrpcError::invalid(format!("Could not find user info for account: {}", caller.did));
                let person = self.person(&caller.did).filter(|p| p.status != Status::Takendown).ok_or_else(lost)?;
                Ok(XrpcReply::json(about(person, Some(call))))
            }
            (false, "com.atproto.identity.resolveHandle") => {
                let handle = call.query("handle").filter(|h| is_handle(h)).ok_or_else(XrpcError::internal)?;
                self.count(turn, &[])?;
                let found = self.person(handle).ok_or_else(|| XrpcError::invalid("Unable to resolve handle"))?;
                Ok(XrpcReply::json(json!({ "did": found.did })))
            }
            (true, "com.atproto.repo.uploadBlob") => self.upload(turn),
            (true, "com.atproto.repo.putRecord") => self.write(turn, 2),
            (true, "com.atproto.repo.createRecord") => self.write(turn, 3),
            (true, "com.atproto.repo.applyWrites") => self.apply_writes(turn),
            (true, "com.atproto.repo.deleteRecord") => self.delete(turn),
            (false, "com.atproto.repo.getRecord") => self.get_record(turn),
            (false, "com.atproto.repo.listRecords") => self.list_records(turn),
            _ => {
                self.count(turn, &[])?;
                Err(XrpcError::invalid(format!("No service configured for {method}")))
            }
        }
    }

    /// Counts the call in the limit of all calls and in these.
    fn count(&mut self, turn: &mut Turn<'_>, limits: &[(Limit, &str, u32)]) -> Result<(), XrpcError> {
        let all = [&[(CALLS, ADDRESS, 1)], limits].concat();
        turn.level = Some(self.buckets.take(&all, turn.factor, turn.now)?);
        Ok(())
    }

    /// Counts points of the writes of an account.
    fn count_write(&mut self, turn: &mut Turn<'_>, did: &str, points: u32) -> Result<(), XrpcError> {
        self.count(turn, &WRITES.map(|limit| (limit, did, points)))
    }

    fn caller(&self, turn: &Turn<'_>, want: Want) -> Result<Caller, XrpcError> {
        let Call { authorization, host, .. } = turn.call;
        self.sessions.caller(authorization.as_deref(), want, |pds| serves(host, pds), turn.now)
    }

    /// An account of the server that the call was sent to.
    fn here(&self, call: &Call, identifier: &str) -> Option<&Person> {
        self.person(identifier).filter(|p| serves(&call.host, &p.host))
    }

    /// The account in whose repository a call writes: the caller's own.
    fn own_repo(&self, call: &Call, repo: &str, caller: &Caller) -> Result<String, XrpcError> {
        let unknown = || XrpcError::new(403, "AccountNotFound", "Account not found");
        let person = self.here(call, repo).ok_or_else(unknown)?;
        match person.status {
            Status::Takendown => Err(taken_down()),
            Status::Deactivated => Err(XrpcError::new(401, "AccountDeactivated", "Account is deactivated")),
            Status::Active if person.did == caller.did => Ok(person.did.clone()),
            Status::Active => Err(XrpcError::new(401, "AuthenticationRequired", "Authentication Required")),
        }
    }

    // ---- sessions

    fn create_session(&mut self, turn: &mut Turn<'_>) -> XrpcResult {
        let (call, now) = (turn.call, turn.now);
        let body = json_body(call)?;
        let (identifier, password) = (text(&body, "identifier")?, text(&body, "password")?);
        self.count(turn, &SIGN_INS.map(|limit| (limit, identifier, 1)))?;
        let wrong = || XrpcError::new(401, "AuthenticationRequired", "Invalid identifier or password");
        let by_mail = |p: &&Person| p.email.eq_ignore_ascii_case(identifier) && serves(&call.host, &p.host);
        let person = self.here(call, identifier).or_else(|| self.people.iter().find(by_mail)).ok_or_else(wrong)?;
        if !is_app_password(password) || person.status == Status::Takendown {
            return Err(wrong());
        }
        let (body, did, host) = (about(person, Some(call)), person.did.clone(), person.host.clone());
        let tokens = self.sessions.open(&did, &host, now);
        Ok(XrpcReply::json(with_tokens(body, &tokens)))
    }

    fn refresh_session(&mut self, turn: &mut Turn<'_>) -> XrpcResult {
        let (call, now) = (turn.call, turn.now);
        let caller = self.caller(turn, Want::Refresh)?;
        no_body(call)?;
        self.count(turn, &[])?;
        let person = self.here(call, &caller.did).ok_or_else(super::sessions::revoked)?;
        if person.status == Status::Takendown {
            return Err(taken_down());
        }
        let (body, host) = (about(person, Some(call)), person.host.clone());
        let tokens = self.sessions.renew(&caller, &host, now)?;
        Ok(XrpcReply::json(with_tokens(body, &tokens)))
    }

    // ---- records

    fn upload(&mut self, turn: &mut Turn<'_>) -> XrpcResult {
        let (call, now) = (turn.call, turn.now);
        let caller = self.caller(turn, Want::Access)?;
        if call.too_large || call.body.len() > MAX_BLOB {
            return Err(XrpcError::new(413, "PayloadTooLarge", "request entity too large"));
        }
        let unnamed = || XrpcError::invalid("Request encoding (Content-Type) required but not provided");
        let named = call.content_type.as_deref().ok_or_else(unnamed)?;
        self.count(turn, &[(UPLOADS, ADDRESS, 1)])?;
        let seen = image::guess_format(&call.body).ok().map(|format| format.to_mime_type());
        let repo = self.repos.entry(caller.did).or_default();
        let blob = repo.upload(seen.unwrap_or(named), &call.body, now);
        Ok(XrpcReply::json(json!({ "blob": blob })))
    }

    /// `putRecord` costs 2 points, `createRecord` 3.
    fn write(&mut self, turn: &mut Turn<'_>, points: u32) -> XrpcResult {
        let (call, now) = (turn.call, turn.now);
        let caller = self.caller(turn, Want::Access)?;
        let body = json_body(call)?;
        let put = points == 2;
        let repo = repo_field(&body)?;
        let collection = checked(text(&body, "collection")?, "Invalid NSID", "collection", is_nsid)?;
        let key = match body.get("rkey") {
            None if !put => None,
            _ => Some(checked(text(&body, "rkey")?, "Invalid record key", "rkey", is_record_key)?),
        };
        let record = required(&body, "record")?;
        let wrong = || XrpcError::invalid(format!("Expected object value type (got {record}) at $.record"));
        let record_fields = record.as_object().ok_or_else(wrong)?;
        let path = String::from("$.record");
        lexicon::whole_numbers(record, &path).map_err(XrpcError::invalid)?;
        let swap = swap(&body)?;
        self.count_write(turn, &caller.did, points)?;
        let did = self.own_repo(call, repo, &caller)?;
        let fresh = tid(u64::try_from(now.timestamp_micros()).unwrap_or_default());
        let key = key.unwrap_or(&fresh);
        let validate = body.get("validate").and_then(Value::as_bool);
        let write = Write { collection, key, record: record_fields, path, validate, swap };
        let repo = self.repos.entry(did.clone()).or_default();
        let result = if put { repo.put(&did, &write, now) } else { repo.create(&did, &write, now) };
        // Without a commit nothing was written.
        if result.as_ref().is_ok_and(|reply| reply.body.as_ref().is_some_and(|body| body.get("commit").is_some())) {
            self.note(&did, collection, key, Some(record.clone()));
        }
        result
    }

    /// New records only, each for 3 points: a change or a deletion among them is not known here.
    fn apply_writes(&mut self, turn: &mut Turn<'_>) -> XrpcResult {
        let (call, now) = (turn.call, turn.now);
        let caller = self.caller(turn, Want::Access)?;
        let body = json_body(call)?;
        let repo = repo_field(&body)?;
        let wrong = |value: &Value| XrpcError::invalid(format!("Expected array value type (got {value}) at $.writes"));
        let listed = required(&body, "writes")?;
        let listed = listed.as_array().ok_or_else(|| wrong(listed))?;
        let validate = body.get("validate").and_then(Value::as_bool);
        let mut writes = vec![];
        for (n, write) in listed.iter().enumerate() {
            let fields = write.as_object().ok_or_else(|| wrong(write))?;
            if fields.get("$type").and_then(Value::as_str) != Some("com.atproto.repo.applyWrites#create") {
                return Err(XrpcError::invalid("This stand-in applies new records only"));
            }
            let collection = checked(text(fields, "collection")?, "Invalid NSID", "collection", is_nsid)?;
            let key = checked(text(fields, "rkey")?, "Invalid record key", "rkey", is_record_key)?;
            let value = required(fields, "value")?;
            lexicon::whole_numbers(value, &format!("$.writes[{n}].value")).map_err(XrpcError::invalid)?;
            let record = value.as_object().ok_or_else(|| wrong(value))?;
            // Its name here is not the one that the call has.
            let path = format!("$.writes[{n}].record");
            writes.push(Write { collection, key, record, path, validate, swap: Swap::default() });
        }
        let swap = Swap { record: None, ..swap(&body)? };
        self.count_write(turn, &caller.did, u32::try_from(writes.len()).unwrap_or(u32::MAX).saturating_mul(3))?;
        let did = self.own_repo(call, repo, &caller)?;
        let result = self.repos.entry(did.clone()).or_default().create_all(&did, &writes, &swap, now);
        if result.is_ok() {
            for write in &writes {
                self.note(&did, write.collection, write.key, Some(write.record.clone().into()));
            }
        }
        result
    }

    fn note(&mut self, did: &str, collection: &str, key: &str, record: Option<Value>) {
        let (did, collection, key) = (did.to_owned(), collection.to_owned(), key.to_owned());
        self.written.push(Written { did, collection, key, record });
    }

    fn delete(&mut self, turn: &mut Turn<'_>) -> XrpcResult {
        let (call, now) = (turn.call, turn.now);
        let caller = self.caller(turn, Want::Access)?;
        let body = json_body(call)?;
        let repo = repo_field(&body)?;
        let collection = checked(text(&body, "collection")?, "Invalid NSID", "collection", is_nsid)?;
        let key = checked(text(&body, "rkey")?, "Invalid record key", "rkey", is_record_key)?;
        let swap = swap(&body)?;
        self.count_write(turn, &caller.did, 1)?;
        let did = self.own_repo(call, repo, &caller)?;
        let result = self.repos.entry(did.clone()).or_default().delete(collection, key, &swap, now);
        if result.is_ok() {
            self.note(&did, collection, key, None);
        }
        result
    }

    fn get_record(&mut self, turn: &mut Turn<'_>) -> XrpcResult {
        let call = turn.call;
        let parameter =
            |name, valid: fn(&str) -> bool| call.query(name).filter(|v| valid(v)).ok_or_else(XrpcError::internal);
        let repo = parameter("repo", |repo| is_did(repo) || is_handle(repo))?;
        let (collection, key) = (parameter("collection", is_nsid)?, parameter("rkey", is_record_key)?);
        self.count(turn, &[])?;
        let person = self.here(call, repo).filter(|p| p.status == Status::Active);
        let did = &person.ok_or_else(|| XrpcError::invalid("Could not locate record"))?.did;
        let uri = format!("at://{did}/{collection}/{key}");
        let found = self.repos.get(did).and_then(|repo| repo.get(collection, key));
        let found = found.filter(|r| call.query("cid").is_none_or(|cid| cid == r.cid));
        let missing = || XrpcError::new(400, "RecordNotFound", format!("Could not locate record: {uri}"));
        let record = found.ok_or_else(missing)?;
        Ok(XrpcReply::json(json!({ "uri": uri, "cid": record.cid, "value": record.value })))
    }

    fn list_records(&mut self, turn: &mut Turn<'_>) -> XrpcResult {
        let call = turn.call;
        let parameter =
            |name, valid: fn(&str) -> bool| call.query(name).filter(|v| valid(v)).ok_or_else(XrpcError::internal);
        let repo = parameter("repo", |repo| is_did(repo) || is_handle(repo))?;
        let collection = parameter("collection", is_nsid)?;
        let limit = call.query("limit").map_or(Ok(50), |n| n.parse().map_err(|_| XrpcError::internal()))?;
        if !(1..=100).contains(&limit) {
            return Err(XrpcError::internal());
        }
        self.count(turn, &[])?;
        let person = self.here(call, repo).filter(|p| p.status == Status::Active);
        let did = &person.ok_or_else(|| XrpcError::invalid(format!("Could not find repo: {repo}")))?.did;
        let reverse = call.query("reverse") == Some("true");
        let after = |key: &String| match call.query("cursor") {
            Some(cursor) if reverse => key.as_str() > cursor,
            Some(cursor) => key.as_str() < cursor,
            None => true,
        };
        let all = self.repos.get(did).into_iter().flat_map(|repo| repo.list(collection)).filter(|(key, _)| after(key));
        let page: Vec<_> = if reverse { all.take(limit).collect() } else { all.rev().take(limit).collect() };
        let shown = page.iter().map(|(key, record)| {
            json!({ "uri": format!("at://{did}/{collection}/{key}"), "cid": record.cid, "value": record.value })
        });
        let mut body = json!({ "records": shown.collect::<Vec<_>>() });
        if let Some((key, _)) = page.last() {
            body["cursor"] = key.as_str().into();
        }
        Ok(XrpcReply::json(body))
    }

    // ---- other servers

    /// A call to the public AppView. Its answers about posts are not needed: a PDS tells about its own.
    pub(super) fn app_view(&self, call: &Call, method: &str) -> XrpcResult {
        let actor = |name: &str| {
            let missing = || XrpcError::invalid(format!("Error: Params must have the property \"{name}\""));
            call.query(name).ok_or_else(missing)
        };
        match (call.post, method) {
            (false, "com.atproto.identity.resolveHandle") => {
                let found =
                    self.person(actor("handle")?).ok_or_else(|| XrpcError::invalid("Unable to resolve handle"))?;
                Ok(XrpcReply::json(json!({ "did": found.did })))
            }
            (false, "app.bsky.actor.getProfile") => {
                let found = self.person(actor("actor")?).ok_or_else(|| XrpcError::invalid("Profile not found"))?;
                if found.status != Status::Active {
                    return Err(XrpcError::new(400, "AccountTakedown", "Account has been suspended"));
                }
                let posts = self.repos.get(&found.did).map_or(0, |repo| repo.list(lexicon::POSTS).count());
                let body = json!({ "did": found.did, "handle": found.handle, "displayName": found.name,
                    "description": found.about, "followersCount": 0, "followsCount": 0, "postsCount": posts,
                    "indexedAt": "2026-01-01T00:00:00.000Z", "createdAt": "2026-01-01T00:00:00.000Z", "labels": [] });
                Ok(XrpcReply::json(body))
            }
            _ => Err(XrpcError::new(501, "MethodNotImplemented", "Method Not Implemented")),
        }
    }

    /// A call to the DID directory.
    pub(super) fn document(&self, call: &Call) -> XrpcResult {
        let did = call.path.as_str();
        let found = self.people.iter().find(|p| p.did == did && did.starts_with("did:plc:"));
        let missing = || XrpcError::new(404, "NotFound", format!("DID not registered: {did}"));
        Ok(XrpcReply::json(did_document(found.ok_or_else(missing)?)))
    }
}

/// Where an account is.
fn did_document(person: &Person) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/secp256k1-2019/v1"],
        "id": person.did,
        "alsoKnownAs": [format!("at://{}", person.handle)],
        "verificationMethod": [],
        "service": [{ "id": "#atproto_pds", "type": "AtprotoPersonalDataServer",
            "serviceEndpoint": format!("https://{}", person.host) }],
    })
}

/// What a session says of its account. The entryway adds where the account is.
fn about(person: &Person, call: Option<&Call>) -> Value {
    let mut body = json!({ "did": person.did, "handle": person.handle, "email": person.email,
        "emailConfirmed": false, "active": person.status == Status::Active });
    if person.status != Status::Active {
        body["status"] = json!(person.status);
    }
    if call.is_some_and(|call| call.host != person.host) {
        body["didDoc"] = did_document(person);
    }
    body
}

fn with_tokens(mut body: Value, tokens: &Tokens) -> Value {
    body["accessJwt"] = tokens.access.as_str().into();
    body["refreshJwt"] = tokens.refresh.as_str().into();
    body
}

fn taken_down() -> XrpcError {
    XrpcError::new(401, "AccountTakedown", "Account has been taken down")
}

fn is_app_password(password: &str) -> bool {
    let part = |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    password.split('-').count() == 4 && password.split('-').all(part) && !password.starts_with("wron-g")
}

// ---- bodies

fn no_body(call: &Call) -> Result<(), XrpcError> {
    let none = call.body.is_empty();
    if none { Ok(()) } else { Err(XrpcError::invalid("A request body was provided when none was expected")) }
}

fn json_body(call: &Call) -> Result<Map<String, Value>, XrpcError> {
    let Some(kind) = call.content_type.as_deref() else {
        return Err(XrpcError::invalid("A request body is expected but none was provided"));
    };
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Err(XrpcError::invalid(format!("Wrong request encoding (Content-Type): {kind}")));
    }
    let read = serde_json::from_slice(&call.body);
    let body: Value = read.map_err(|error| XrpcError::new(400, "SyntaxError", error.to_string()))?;
    match body {
        Value::Object(fields) => Ok(fields),
        other => Err(XrpcError::invalid(format!("Expected object value type (got {other}) at $"))),
    }
}

fn required<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a Value, XrpcError> {
    body.get(name).ok_or_else(|| XrpcError::invalid(format!("Missing required key \"{name}\" at $")))
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, XrpcError> {
    let value = required(body, name)?;
    let wrong = || XrpcError::invalid(format!("Expected string value type (got {value}) at $.{name}"));
    value.as_str().ok_or_else(wrong)
}

fn checked<'a>(value: &'a str, what: &str, name: &str, valid: fn(&str) -> bool) -> Result<&'a str, XrpcError> {
    let wrong = || XrpcError::invalid(format!("{what} (got \"{value}\") at $.{name}"));
    if valid(value) { Ok(value) } else { Err(wrong()) }
}

fn repo_field(body: &Map<String, Value>) -> Result<&str, XrpcError> {
    checked(text(body, "repo")?, "Invalid AT identifier", "repo", |repo| is_did(repo) || is_handle(repo))
}

fn swap(body: &Map<String, Value>) -> Result<Swap, XrpcError> {
    let one = |name: &str| match body.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(_) => {
            checked(text(body, name)?, "Invalid CID string", name, cid::is_cid).map(|cid| Some(Some(cid.to_owned())))
        }
    };
    Ok(Swap { record: one("swapRecord")?, commit: one("swapCommit")?.flatten() })
}
