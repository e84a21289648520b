//! When two texts are the same for a platform or its readers: whatever their capitals, spaces, and what was added to their
//! links for counting clicks.

use crate::domain::xtext;

/// Parameters of links that only say where a click came from.
const TRACKING: [&str; 23] = [
    "_hsenc",
    "_hsmi",
    "dclid",
    "fbclid",
    "gad_source",
    "gbraid",
    "gclid",
    "igsh",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "oly_anon_id",
    "oly_enc_id",
    "ref_src",
    "s_cid",
    "ttclid",
    "twclid",
    "vero_id",
    "wbraid",
    "yclid",
];

/// The text in one form; empty for one that says nothing.
pub fn normal(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    let mut at = 0;
    for link in xtext::urls(text) {
        words(&text[at..link.start], &mut form);
        // A link stands for itself, however it is glued to its neighbours.
        separate(&mut form);
        form.push_str(&normal_link(&text[link.clone()]));
        form.push(' ');
        at = link.end;
    }
    words(&text[at..], &mut form);
    form.truncate(form.trim_end().len());
    form
}

/// Adds words in small letters with one space for any run of space.
fn words(text: &str, form: &mut String) {
    for c in text.chars() {
        if c.is_whitespace() {
            separate(form);
        } else if !is_invisible(c) {
            form.extend(c.to_lowercase());
        }
    }
}

fn separate(form: &mut String) {
    if !form.is_empty() && !form.ends_with(' ') {
        form.push(' ');
    }
}

/// Joiners and direction marks: nobody sees them, and X does not count them as a difference.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// A link without scheme, `www.`, fragment, tracking and a closing slash.
fn normal_link(link: &str) -> String {
    let link = link.to_lowercase();
    let link = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")).unwrap_or(&link);
    let link = link.strip_prefix("www.").unwrap_or(link);
    let link = link.split('#').next().unwrap_or_default();
    let (page, query) = link.split_once('?').unwrap_or((link, ""));
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_tracking(pair)).collect();
    let page = page.trim_end_matches('/');
    if kept.is_empty() { page.to_owned() } else { format!("{page}?{}", kept.join("&")) }
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    name.starts_with("utm_") || TRACKING.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn capitals_spaces_and_tracking_make_no_difference() {
        let one = "New beans are in!\n\nhttps://www.Example.com/shop/?utm_source=x&utm_medium=social";
        let other = " new  beans are IN! http://example.com/shop#top";
        assert_eq!(normal(one), "new beans are in! example.com/shop");
        assert_eq!(normal(one), normal(other));
    }

    #[test]
    fn what_leads_elsewhere_is_another_text() {
        assert_ne!(normal("See https://example.com/a"), normal("See https://example.com/b"));
        assert_eq!(normal("https://example.com/p?id=7&fbclid=abc&size=2"), "example.com/p?id=7&size=2");
        assert_ne!(normal("https://example.com/p?id=7"), normal("https://example.com/p?id=8"));
        assert_ne!(normal("Beans"), normal("Beans!"));
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(normal(" \n\u{200b} "), "");
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in ".{0,80}") {
            let _ = normal(&text);
        }

        #[test]
        fn spaces_and_capitals_never_count(words in proptest::collection::vec("[a-z]{1,8}", 1..8), spaces in "[ \n\t]{1,4}") {
            let plain = words.join(" ");
            prop_assert_eq!(normal(&words.join(&spaces).to_uppercase()), normal(&plain));
            prop_assert_eq!(normal(&format!("{spaces}{plain}{spaces}")), plain);
        }

        #[test]
        fn tracking_never_counts(path in "[a-z]{1,8}", name in "utm_[a-z]{1,8}|fbclid|gclid", value in "[a-z0-9]{1,8}") {
            let plain = format!("Look: https://example.com/{path}");
            prop_assert_eq!(normal(&format!("{plain}?{name}={value}")), normal(&plain));
            prop_assert_eq!(normal(&format!("{plain}?id=1&{name}={value}")), normal(&format!("{plain}?id=1")));
        }
    }
}
