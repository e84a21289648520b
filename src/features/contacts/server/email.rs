//! E-mail addresses: whether a text is one, and what makes two of them the same.

use email_address::{EmailAddress, Options};
use unicode_normalization::UnicodeNormalization;

/// An address as somebody wrote it, and as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    pub typed: String,
    /// In lower case, the domain as DNS has it. A plus tag is a part of the address: `a+b@c.example` is not `a@c.example`.
    pub key: String,
}

/// Bytes of the longest address, by RFC 3696.
const LONGEST: usize = 320;

impl Email {
    /// Takes `Ada <ada@example.com>` and `mailto:` too. Addresses in any script, quoted local parts and plus tags are kept as they
    /// are; one without a dot in its domain, or with an address of a computer in its place, is none that mail reaches.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().nfc().collect();
        let bare = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((_, inner)) => inner,
            None => &text,
        };
        let bare = match bare.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &bare[7..],
            _ => bare,
        };
        let bare = bare.trim();
        if bare.len() > LONGEST || bare.chars().any(char::is_control) {
            return None;
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        EmailAddress::parse_with_options(bare, options).ok()?;
        let (local, domain) = bare.rsplit_once('@')?;
        let domain = idna::domain_to_ascii(domain).ok().filter(|domain| domain.contains('.'))?;
        let plain =
            |inner: &&str| !inner.is_empty() && inner.chars().all(|c| c.is_alphanumeric() || "._-+".contains(c));
        let local = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(plain).unwrap_or(local);
        Some(Self { typed: bare.to_owned(), key: format!("{}@{domain}", local.to_lowercase()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<String> {
        Email::parse(text).map(|email| email.key)
    }

    #[test]
    fn the_same_address_has_one_key() {
        for (one, other) in [
            ("Ada@Example.COM", "ada@example.com"),
            (" ada@example.com\n", "ada@example.com"),
            ("Ada Lovelace <ada@example.com>", "ada@example.com"),
            ("mailto:ada@example.com", "ada@example.com"),
            ("info@Bücher.example", "info@xn--bcher-kva.example"),
            ("josé@example.com", "jose\u{301}@example.com"),
            ("\"ada\"@example.com", "ada@example.com"),
        ] {
            assert!(key(one).is_some() && key(one) == key(other), "{one}: {:?} {:?}", key(one), key(other));
        }
        for (one, other) in [
            ("ada+shop@example.com", "ada@example.com"),
            ("a.da@example.com", "ada@example.com"),
            ("ada@example.com", "ada@example.org"),
        ] {
            assert_ne!(key(one), key(other));
        }
    }

    #[test]
    fn addresses_of_all_kinds_are_kept_as_they_are() {
        for text in [
            "用户@例子.广告",
            "\"john doe\"@example.com",
            "o'brien@example.com",
            "a+b+c@sub.domain.example",
            "null@example.com",
            "квіточка@пошта.укр",
        ] {
            assert_eq!(Email::parse(text).map(|email| email.typed).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_mail_does_not_reach_is_no_address() {
        let long = format!("{}@example.com", "x".repeat(400));
        for text in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "ada@[127.0.0.1]",
            "a b@example.com",
            "ada@exam ple.com",
            "ada@example..com",
            "ada\r\nBcc: eve@example.com@example.com",
            "ada@example.com\u{0}",
            "ada@@example.com",
            "N/A",
            "null",
            &long,
        ] {
            assert_eq!(key(text), None, "{text:?}");
        }
    }
}
