//! An account's repository: records under their keys, and the blobs that they refer to.

use super::cid;
use super::lexicon;
use super::reply::{XrpcError, XrpcReply, XrpcResult};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Repo {
    /// By collection and key.
    records: BTreeMap<String, BTreeMap<String, Record>>,
    /// By CID.
    blobs: BTreeMap<String, Blob>,
    /// The newest commit.
    head: String,
    /// Microseconds of the newest revision: they never repeat.
    revision: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    pub cid: String,
    pub value: Value,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Blob {
    kind: String,
    size: u64,
    /// Some record has referred to it. Until then its size and type are checked.
    permanent: bool,
    at: DateTime<Utc>,
}

/// What a write expects to be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swap {
    /// `Some(None)`: nothing.
    pub record: Option<Option<String>>,
    pub commit: Option<String>,
}

/// A record to write.
pub struct Write<'a> {
    pub collection: &'a str,
    pub key: &'a str,
    pub record: &'a Map<String, Value>,
    /// Where the call has the record, for messages.
    pub path: String,
    /// `None`: what is known is checked.
    pub validate: Option<bool>,
    pub swap: Swap,
}

/// Base 32 in the order of ASCII: a key or a revision of this microsecond.
pub fn tid(micros: u64) -> String {
    let number = micros << 10;
    (0..13)
        .rev()
        .map(|at| char::from(b"234567abcdefghijklmnopqrstuvwxyz"[(number >> (5 * at) & 31) as usize]))
        .collect()
}

impl Repo {
    pub fn get(&self, collection: &str, key: &str) -> Option<&Record> {
        self.records.get(collection)?.get(key)
    }

    /// Keys and records of a collection, by key.
    pub fn list(&self, collection: &str) -> impl DoubleEndedIterator<Item = (&String, &Record)> {
        self.records.get(collection).into_iter().flatten()
    }

    /// `putRecord`: writes unless the same record is there.
    pub fn put(&mut self, did: &str, write: &Write<'_>, now: DateTime<Utc>) -> XrpcResult {
        let (record, status) = checked(write)?;
        let cid = cid::of_record(&record);
        let current = self.get(write.collection, write.key).map(|r| r.cid.clone());
        if current.as_ref() == Some(&cid) {
            return Ok(written(did, write, &cid, None, status));
        }
        self.expect(&write.swap, current.as_deref())?;
        let commit = self.write(write, record, &cid, now)?;
        Ok(written(did, write, &cid, Some(commit), status))
    }

    /// `createRecord`: refuses a key that is taken, without saying so.
    pub fn create(&mut self, did: &str, write: &Write<'_>, now: DateTime<Utc>) -> XrpcResult {
        let (record, status) = checked(write)?;
        let cid = cid::of_record(&record);
        self.expect(&write.swap, None)?;
        if self.get(write.collection, write.key).is_some() {
            return Err(XrpcError::internal());
        }
        let commit = self.write(write, record, &cid, now)?;
        Ok(written(did, write, &cid, Some(commit), status))
    }

    /// `applyWrites` of new records: all of them or, when a key is taken, none.
    pub fn create_all(&mut self, did: &str, writes: &[Write<'_>], swap: &Swap, now: DateTime<Utc>) -> XrpcResult {
        let records = writes.iter().map(checked).collect::<Result<Vec<_>, _>>()?;
        self.expect(swap, None)?;
        for (write, (record, _)) in writes.iter().zip(&records) {
            if self.get(write.collection, write.key).is_some() {
                return Err(XrpcError::internal());
            }
            lexicon::blobs(record).into_iter().try_for_each(|blob| self.check_blob(blob))?;
        }
        let (mut results, mut commit) = (vec![], Value::Null);
        for (write, (record, status)) in writes.iter().zip(records) {
            let cid = cid::of_record(&record);
            commit = self.write(write, record, &cid, now)?;
            let mut result = written(did, write, &cid, None, status).body.unwrap_or_default();
            result["$type"] = "com.atproto.repo.applyWrites#createResult".into();
            results.push(result);
        }
        Ok(XrpcReply::json(json!({ "commit": commit, "results": results })))
    }

    /// Puts a record there without any check.
    pub fn seed(&mut self, collection: &str, key: &str, record: Value) {
        let cid = cid::of_record(&record);
        self.records.entry(collection.to_owned()).or_default().insert(key.to_owned(), Record { cid, value: record });
    }

    /// `deleteRecord`: a success without a commit when there is no such record.
    pub fn delete(&mut self, collection: &str, key: &str, swap: &Swap, now: DateTime<Utc>) -> XrpcResult {
        let Some(cid) = self.get(collection, key).map(|r| r.cid.clone()) else { return Ok(XrpcReply::json(json!({}))) };
        self.expect(swap, Some(&cid))?;
        let old = self.records.get_mut(collection).and_then(|records| records.remove(key));
        self.drop_blobs(old);
        let commit = self.commit(now);
        Ok(XrpcReply::json(json!({ "commit": commit })))
    }

    /// Keeps an uploaded file; its reference as records must repeat it.
    pub fn upload(&mut self, kind: &str, bytes: &[u8], now: DateTime<Utc>) -> Value {
        let cid = cid::of_bytes(bytes);
        let size = bytes.len() as u64;
        let blob = Blob { kind: kind.to_owned(), size, permanent: false, at: now };
        self.blobs.entry(cid.clone()).or_insert(blob);
        json!({ "$type": "blob", "ref": { "$link": cid }, "mimeType": kind, "size": size })
    }

    /// Drops uploads that no record has referred to for this long.
    pub fn tidy(&mut self, older_than: DateTime<Utc>) {
        self.blobs.retain(|_, blob| blob.permanent || blob.at > older_than);
    }

    fn expect(&self, swap: &Swap, current: Option<&str>) -> Result<(), XrpcError> {
        let swapped = |what: &str, at: &str| XrpcError::new(400, "InvalidSwap", format!("{what} was at {at}"));
        if swap.commit.as_ref().is_some_and(|commit| *commit != self.head) {
            return Err(swapped("Commit", &self.head));
        }
        match &swap.record {
            Some(expected) if expected.as_deref() != current => Err(swapped("Record", current.unwrap_or("null"))),
            _ => Ok(()),
        }
    }

    fn write(&mut self, write: &Write<'_>, record: Value, cid: &str, now: DateTime<Utc>) -> Result<Value, XrpcError> {
        let used: Vec<&Value> = lexicon::blobs(&record);
        for blob in &used {
            self.check_blob(blob)?;
        }
        for cid in used.iter().filter_map(|blob| cid_of(blob)) {
            self.blobs.entry(cid.to_owned()).and_modify(|blob| blob.permanent = true);
        }
        let records = self.records.entry(write.collection.to_owned()).or_default();
        let old = records.insert(write.key.to_owned(), Record { cid: cid.to_owned(), value: record });
        self.drop_blobs(old);
        Ok(self.commit(now))
    }

    fn check_blob(&self, blob: &Value) -> Result<(), XrpcError> {
        let cid = cid_of(blob).unwrap_or_default();
        let missing = || XrpcError::new(400, "BlobNotFound", format!("Could not find blob: {cid}"));
        let found = self.blobs.get(cid).ok_or_else(missing)?;
        let differs = |error, what: &str, expected: &str, got: &str| {
            let message = format!("Referenced {what} does not match stored blob. Expected: {expected}, Got: {got}");
            Err(XrpcError::new(400, error, message))
        };
        let (kind, size) = (blob["mimeType"].as_str().unwrap_or_default(), blob["size"].as_u64().unwrap_or_default());
        if found.permanent {
            Ok(())
        } else if kind != found.kind {
            differs("InvalidMimeType", "Mimetype", &found.kind, kind)
        } else if size != found.size {
            differs("InvalidSize", "Size", &found.size.to_string(), &size.to_string())
        } else {
            Ok(())
        }
    }

    /// The blobs of a record that is gone go with it, unless another record refers to them.
    fn drop_blobs(&mut self, gone: Option<Record>) {
        let Some(gone) = gone else { return };
        let records = self.records.values().flat_map(BTreeMap::values);
        let used: BTreeSet<String> =
            records.flat_map(|r| lexicon::blobs(&r.value)).filter_map(cid_of).map(str::to_owned).collect();
        for cid in lexicon::blobs(&gone.value).into_iter().filter_map(cid_of).filter(|cid| !used.contains(*cid)) {
            self.blobs.remove(cid);
        }
    }

    fn commit(&mut self, now: DateTime<Utc>) -> Value {
        self.revision = (self.revision + 1).max(u64::try_from(now.timestamp_micros()).unwrap_or_default());
        let rev = tid(self.revision);
        self.head = cid::of_record(&json!({ "rev": rev, "prev": self.head }));
        json!({ "cid": self.head, "rev": rev })
    }
}

fn cid_of(blob: &Value) -> Option<&str> {
    blob["ref"]["$link"].as_str()
}

/// The record as it is kept, and whether its form is known.
fn checked(write: &Write<'_>) -> Result<(Value, Option<&'static str>), XrpcError> {
    let mut record = write.record.clone();
    match record.get("$type") {
        None => drop(record.insert("$type".into(), write.collection.into())),
        Some(kind) if kind == write.collection => {}
        Some(kind) => {
            let kind = kind.as_str().map_or_else(|| kind.to_string(), str::to_owned);
            return Err(XrpcError::invalid(format!("Invalid $type: expected {}, got {kind}", write.collection)));
        }
    }
    let record = Value::Object(record);
    let known = lexicon::checker(write.collection).filter(|_| write.validate != Some(false));
    if let Some(lexicon) = known {
        lexicon.check(write.collection, &record, write.key, &write.path).map_err(XrpcError::invalid)?;
        return Ok((record, Some("valid")));
    }
    let status = match (write.validate, write.collection) {
        (Some(false), _) => None,
        (_, other) if other.starts_with("app.bsky.") => {
            return Err(XrpcError::invalid(format!("This stand-in keeps posts, gates and lists, no {other}")));
        }
        (Some(true), other) => return Err(XrpcError::invalid(format!("Unknown lexicon type: {other}"))),
        (None, _) => Some("unknown"),
    };
    Ok((record, status))
}

fn written(did: &str, write: &Write<'_>, cid: &str, commit: Option<Value>, status: Option<&str>) -> XrpcReply {
    let mut body = json!({ "uri": format!("at://{did}/{}/{}", write.collection, write.key), "cid": cid });
    if let Some(commit) = commit {
        body["commit"] = commit;
    }
    if let Some(status) = status {
        body["validationStatus"] = status.into();
    }
    XrpcReply::json(body)
}
