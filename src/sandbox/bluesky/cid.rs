//! Content ids as the AT Protocol has them, so that a record gets the same one here and on a real server: SHA-256 of the
//! bytes of a blob, or of a record in DAG-CBOR. Sources: atproto.com, specification Data Model; ipld.io, DAG-CBOR; RFC 8949.

use serde_json::Value;
use sha2::{Digest, Sha256};

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Codecs of the content: DAG-CBOR, and bytes as they are.
const DAG_CBOR: u8 = 0x71;
const RAW: u8 = 0x55;
/// Version 1, codec, SHA-256, 32 bytes.
const CID_BYTES: usize = 36;

/// The CID of a record. Numbers must be whole.
pub fn of_record(record: &Value) -> String {
    let mut bytes = vec![];
    cbor(record, &mut bytes);
    cid(DAG_CBOR, &bytes)
}

/// The CID of a blob.
pub fn of_bytes(bytes: &[u8]) -> String {
    cid(RAW, bytes)
}

/// Whether the text is a CID in version 1 and base 32, of SHA-256.
pub fn is_cid(text: &str) -> bool {
    bytes_of(text)
        .is_some_and(|b| b.len() == CID_BYTES && b[0] == 1 && matches!(b[1], DAG_CBOR | RAW) && b[2..4] == [0x12, 32])
}

fn cid(codec: u8, content: &[u8]) -> String {
    let mut bytes = vec![1, codec, 0x12, 32];
    bytes.extend(Sha256::digest(content));
    let mut text = String::from("b");
    let (mut left, mut bits) = (0u32, 0);
    for byte in bytes {
        left = left << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(left >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(BASE32[(left << (5 - bits) & 31) as usize]));
    }
    text
}

/// The bytes that a CID stands for.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut left, mut bits) = (vec![], 0u32, 0);
    for c in text.strip_prefix('b')?.bytes() {
        left = left << 5 | BASE32.iter().position(|b| *b == c)? as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((left >> bits & 255) as u8);
        }
    }
    (left & ((1 << bits) - 1) == 0).then_some(bytes)
}

/// The head of an item: its kind, and a number in the fewest bytes.
fn head(kind: u8, number: u64, out: &mut Vec<u8>) {
    let kind = kind << 5;
    match number {
        0..24 => out.push(kind | number as u8),
        24..0x100 => out.extend([kind | 24, number as u8]),
        0x100..0x1_0000 => {
            out.push(kind | 25);
            out.extend((number as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(kind | 26);
            out.extend((number as u32).to_be_bytes());
        }
        _ => {
            out.push(kind | 27);
            out.extend(number.to_be_bytes());
        }
    }
}

fn cbor(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(b) => out.push(if *b { 0xf5 } else { 0xf4 }),
        Value::Number(n) => match (n.as_u64(), n.as_i64()) {
            (Some(n), _) => head(0, n, out),
            (None, Some(n)) => head(1, n.unsigned_abs() - 1, out),
            (None, None) => out.push(0xf6),
        },
        Value::String(text) => {
            head(3, text.len() as u64, out);
            out.extend(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len() as u64, out);
            items.iter().for_each(|item| cbor(item, out));
        }
        Value::Object(map) => {
            if let Some(link) = map.get("$link").filter(|_| map.len() == 1).and_then(Value::as_str).and_then(bytes_of) {
                // Tag 42, and a zero byte before the CID.
                out.extend([0xd8, 42]);
                head(2, link.len() as u64 + 1, out);
                out.push(0);
                out.extend(link);
                return;
            }
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
            head(5, entries.len() as u64, out);
            for (key, value) in entries {
                head(3, key.len() as u64, out);
                out.extend(key.as_bytes());
                cbor(value, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// As `@atproto/pds` 0.4.217 named them.
    #[test]
    fn records_and_blobs_have_their_real_cids() {
        assert_eq!(of_bytes(b""), "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
        let hello = json!({ "$type": "app.bsky.feed.post", "text": "Hello", "createdAt": "2026-11-27T23:47:20.000Z" });
        assert_eq!(of_record(&hello), "bafyreialb6f6l5jeogxyp2nr4xh3t4yxbs5n5j4ekgsjqa7hbdvp6r7ceu");
        let blob = json!({ "$type": "blob", "mimeType": "image/png", "size": 74,
            "ref": { "$link": "bafkreigzwg7fwdjyrmrprq5w6byidgr36kt45uvguup4lzia57p6aarj6y" } });
        let image = json!({ "image": blob, "alt": "a", "aspectRatio": { "width": 8, "height": 6 } });
        let picture = json!({ "$type": "app.bsky.feed.post", "text": "one image", "createdAt": "2026-11-27T23:47:23.000Z",
            "embed": { "$type": "app.bsky.embed.images", "images": [image] } });
        assert_eq!(of_record(&picture), "bafyreicr5ahiwpoysiekzgniew7sb4cvdtfawwxrrdtzzobrmruf2w2p6i");
    }

    #[test]
    fn cids_are_told_from_other_texts() {
        assert!(is_cid(&of_bytes(b"x")) && is_cid(&of_record(&json!({}))));
        let short = &of_bytes(b"x")[..50];
        for bad in ["", "x", "b", short, "bafkreiabcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst"] {
            assert!(!is_cid(bad), "{bad}");
        }
    }
}
