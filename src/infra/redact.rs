//! Makes a text from outside fit to be kept and shown: without secrets and personal data, without control characters, and not
//! longer than asked for. What looks like a secret is taken for one: a token too many that is hidden costs nobody anything.

use std::borrow::Cow;

/// Shown in the place of a secret.
const HIDDEN: &str = "[hidden]";
/// Whatever follows one of these, behind a colon or an equals sign, is a secret.
const NAMES: [&str; 22] = [
    "access_token",
    "api-key",
    "api_key",
    "apikey",
    "auth",
    "authorization",
    "client_secret",
    "code",
    "code_verifier",
    "cookie",
    "credential",
    "id_token",
    "key",
    "pass",
    "passwd",
    "password",
    "refresh_token",
    "secret",
    "set-cookie",
    "signature",
    "token",
    "x-api-key",
];
/// The word behind one of these is a secret.
const SCHEMES: [&str; 2] = ["basic", "bearer"];
/// Letters and digits in one piece that are no word of any language.
const LONG: usize = 24;

/// The text as it may be kept: at most `most` characters.
pub fn redact(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(4 * most));
    // What is long past the limit is not read: a text of megabytes costs no more than one of pages.
    let mut rest = clip(text, most.saturating_mul(2));
    // A name that says that a secret follows, and whether a sign between them was seen.
    let (mut named, mut scheme) = (false, false);
    let mut sign = false;
    // Behind the name of a header with cookies, and then within it: all names and values to the end of the line.
    let (mut cookies, mut in_cookies) = (false, false);
    while let Some(first) = rest.chars().next() {
        if let Some(length) = address(rest) {
            let (link, after) = rest.split_at(length);
            out.push_str(&without_query(link));
            (rest, named, scheme, sign) = (after, false, false, false);
            continue;
        }
        let length = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        if length == 0 {
            match first {
                ':' | '=' => (sign, in_cookies) = (true, in_cookies || cookies),
                '\n' => (named, scheme, sign, cookies, in_cookies) = (false, false, false, false, false),
                '\t' => (named, scheme, sign) = (false, false, false),
                _ => {}
            }
            out.push(if first.is_control() && first != '\n' && first != '\t' { '\u{fffd}' } else { first });
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(length);
        let lower = word.to_ascii_lowercase();
        let is_scheme = SCHEMES.contains(&lower.as_str());
        if in_cookies || (named && sign && !is_scheme) || (scheme && word.len() >= 6) || is_token(word) {
            out.push_str(HIDDEN);
        } else if is_mail(word) {
            out.push_str("[e-mail]");
        } else {
            out.push_str(word);
        }
        // "Authorization: Bearer x": the scheme is no secret, and what follows it is.
        let bare = lower.trim_end_matches('.');
        named = NAMES.contains(&bare) || NAMES.iter().any(|name| bare.ends_with(&format!("_{name}")));
        cookies = matches!(bare, "cookie" | "set-cookie");
        (scheme, sign, rest) = (is_scheme, false, after);
    }
    clip(&out, most).to_owned()
}

/// What a word of a log consists of; everything else stands between words.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '+' | '/' | '~' | '%')
}

/// Bytes of the address that the text begins with.
fn address(text: &str) -> Option<usize> {
    let is_one = ["https://", "http://", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    is_one.then(|| text.find(|c: char| c.is_whitespace() || "\"'<>`)]}".contains(c)).unwrap_or(text.len()))
}

/// Without user, password, query and fragment: all of these carry secrets.
fn without_query(link: &str) -> Cow<'_, str> {
    let end = link.find(['?', '#']).unwrap_or(link.len());
    let (scheme, after) = link[..end].split_once("://").unwrap_or(("", &link[..end]));
    let host = after.split('/').next().unwrap_or_default();
    let path = &after[host.len()..];
    let bare = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let path: Vec<_> = path.split('/').map(|part| if is_token(part) { HIDDEN } else { part }).collect();
    let path = path.join("/");
    if end == link.len() && bare.len() == host.len() && path.len() == after.len() - host.len() {
        return Cow::Borrowed(link);
    }
    let cut = if end < link.len() { "?…" } else { "" };
    Cow::Owned(format!("{scheme}://{bare}{path}{cut}"))
}

/// A long piece of letters and digits that is neither an id of ours nor a path of files or modules.
fn is_token(word: &str) -> bool {
    let piece = word.trim_matches(['.', '-', '_']);
    if piece.len() < LONG || uuid::Uuid::try_parse(piece).is_ok() {
        return false;
    }
    let is_long = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
        let mixed = part.bytes().any(|b| b.is_ascii_uppercase()) && part.bytes().any(|b| b.is_ascii_lowercase());
        part.len() >= LONG && letters > 0 && (digits >= 3 || (mixed && !part.contains(['_', '-', '.'])))
    };
    piece.split('/').any(is_long)
}

fn is_mail(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('/'))
}

fn clip(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_helps_is_kept_and_what_is_secret_is_hidden() {
        for (text, kept) in [
            ("connection refused (os error 111)", "connection refused (os error 111)"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer [hidden]"),
            ("password=hunter2&user=maya", "password=[hidden]&user=maya"),
            (r#"{"access_token":"EAAB12","scope":"a b"}"#, r#"{"access_token":"[hidden]","scope":"a b"}"#),
            ("maya@northwind.example was refused.", "[e-mail] was refused."),
            ("https://a.example/x?code=1#t", "https://a.example/x?…"),
            ("postgres://lux:pw@db/lux", "postgres://db/lux"),
            (
                "at lux::infra::queue::worker (src/infra/queue/worker.rs:204)",
                "at lux::infra::queue::worker (src/infra/queue/worker.rs:204)",
            ),
            ("job 019a2222-7f58-7503-a94d-f76397e595de ended", "job 019a2222-7f58-7503-a94d-f76397e595de ended"),
            ("the key is missing", "the key is missing"),
            ("cookie: lux=abc; flash=1\nok then", "cookie: [hidden]=[hidden]; [hidden]=[hidden]\nok then"),
            ("sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2", HIDDEN),
            ("a\u{0}b\u{1b}[31mc", "a\u{fffd}b\u{fffd}[31mc"),
        ] {
            assert_eq!(redact(text, 1_000), kept, "{text}");
        }
        assert_eq!(redact(&"é".repeat(50), 10), "é".repeat(10));
    }

    proptest! {
        #[test]
        fn a_planted_secret_never_comes_out(
            before in "[ -~äé]{0,40}",
            name in proptest::sample::select(NAMES.to_vec()),
            secret in "[A-Za-z0-9]{12,60}[A-Z][a-z][0-9]{4}",
            after in "[ -~]{0,40}",
        ) {
            for text in [
                format!("{before}\n{name}={secret} {after}"),
                format!("{before}\n\"{name}\": \"{secret}\"{after}"),
                format!("{before}\nAuthorization: Bearer {secret} {after}"),
                format!("{before} https://maya:{secret}@a.example/?x={secret} {after}"),
            ] {
                prop_assert!(!redact(&text, 4_000).contains(&secret), "{text}");
            }
        }

        #[test]
        fn any_text_stays_short_and_harmless(text in "\\PC{0,300}|[\\x00-\\x20]{0,50}", most in 0usize..200) {
            let kept = redact(&text, most);
            prop_assert!(kept.chars().count() <= most);
            prop_assert!(!kept.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
