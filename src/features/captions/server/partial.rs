//! Reads a JSON document that is not finished yet: what is open is closed, what cannot be completed is left for later.

use serde::de::DeserializeOwned;

/// The value as far as it is there; `None` while what came does not make one.
pub fn read<T: DeserializeOwned>(so_far: &str) -> Option<T> {
    serde_json::from_str(&closed(so_far)).ok()
}

fn closed(so_far: &str) -> String {
    let (mut open, mut in_text) = (vec![], false);
    // Bytes from which on a text's escape is not complete.
    let (mut good, mut at) = (0, 0);
    let bytes = so_far.as_bytes();
    while at < bytes.len() {
        let mut step = 1;
        match bytes[at] {
            b'\\' if in_text => {
                let Some(length) = escape(&bytes[at..]) else { break };
                step = length;
            }
            b'"' => in_text = !in_text,
            b'{' if !in_text => open.push('}'),
            b'[' if !in_text => open.push(']'),
            b'}' | b']' if !in_text => drop(open.pop()),
            _ => {}
        }
        at += step;
        good = at;
    }
    let mut text = so_far[..good].to_owned();
    if in_text {
        text.push('"');
    }
    while text.trim_end().ends_with(',') {
        text.truncate(text.trim_end().len() - 1);
    }
    text.extend(open.iter().rev());
    text
}

/// Bytes of the escape that begins here, both halves of one that has two; `None`: it is not all there.
fn escape(bytes: &[u8]) -> Option<usize> {
    if *bytes.get(1)? != b'u' {
        return Some(2);
    }
    let digits = std::str::from_utf8(bytes.get(2..6)?).ok()?;
    let is_first_half = u16::from_str_radix(digits, 16).is_ok_and(|unit| (0xd800..0xdc00).contains(&unit));
    let length = if is_first_half { 12 } else { 6 };
    (bytes.len() >= length).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn whatever_is_there_is_read() {
        let whole = json!({ "captions": [
            { "account": "a1", "text": "Cocoa first,\nthen \"orange\" \\ ☕ {[" },
            { "account": "a2", "text": "40 €" },
        ]})
        .to_string()
        .replace('☕', "\\ud83d\\ude00");
        let last = |value: &Value| value["captions"].as_array().and_then(|all| all.last().cloned()).unwrap_or_default();
        let mut before = String::new();
        let mut seen = 0;
        for end in (0..=whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            let Some(value) = read::<Value>(&whole[..end]) else { continue };
            let now = last(&value)["text"].as_str().unwrap_or_default().to_owned();
            assert!(!now.contains('\u{fffd}'), "{now}");
            if !now.is_empty() && now != before {
                assert!(now.starts_with(&before) || before.len() > now.len(), "{before} | {now}");
                before = now;
                seen += 1;
            }
        }
        assert!(seen > 25, "it grew {seen} times only");
        assert_eq!(read::<Value>(&whole).unwrap()["captions"][1]["text"], "40 €");
        assert_eq!(read::<Value>("nonsense"), None);
    }
}
