//! Campaign parameters of a link (`utm_source` and its like, as Google Analytics and its relatives read them): put in, read, never
//! twice. All else of the link stays as it was written, its fragment too.

/// The values; an empty one is not put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Utm {
    /// Where the visitor comes from: a network.
    pub source: String,
    /// By which kind of way.
    pub medium: String,
    pub campaign: String,
    /// What of several links it was.
    pub content: String,
}

impl Utm {
    fn pairs(&self) -> [(&'static str, &str); 4] {
        [
            ("utm_source", &self.source),
            ("utm_medium", &self.medium),
            ("utm_campaign", &self.campaign),
            ("utm_content", &self.content),
        ]
    }

    /// The link with these values: each takes the place of one that is there already. What is no web address stays as it is.
    pub fn on(&self, link: &str) -> String {
        let link = link.trim();
        if !is_web(link) {
            return link.to_owned();
        }
        let (address, fragment) = link.split_once('#').map_or((link, None), |(a, f)| (a, Some(f)));
        let (path, query) = address.split_once('?').map_or((address, ""), |(p, q)| (p, q));
        let put: Vec<_> = self.pairs().into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        let stays = |pair: &&str| !pair.is_empty() && put.iter().all(|(name, _)| *name != key(pair));
        let mut pairs: Vec<String> = query.split('&').filter(stays).map(str::to_owned).collect();
        pairs.extend(put.iter().map(|(name, value)| format!("{name}={}", encode(value.trim()))));
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
        [path, &query, &fragment].concat()
    }
}

/// The link without any campaign parameters.
pub fn without(link: &str) -> String {
    let link = link.trim();
    let (address, fragment) = link.split_once('#').map_or((link, None), |(a, f)| (a, Some(f)));
    let Some((path, query)) = address.split_once('?') else { return link.to_owned() };
    let pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty() && !key(pair).starts_with("utm_")).collect();
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    [path, &query, &fragment].concat()
}

/// Whether it begins as an address of the web does.
pub fn is_web(link: &str) -> bool {
    let begins = |scheme: &str| link.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    (begins("https://") || begins("http://")) && !link.contains(char::is_whitespace)
}

/// The name in `name=value`, small: analytics read both ways of writing.
fn key(pair: &str) -> String {
    pair.split('=').next().unwrap_or_default().to_ascii_lowercase()
}

fn encode(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utm(source: &str, campaign: &str) -> Utm {
        Utm { source: source.into(), medium: "social".into(), campaign: campaign.into(), content: String::new() }
    }

    #[test]
    fn values_are_put_in_once_and_all_else_stays() {
        let on = |link: &str| utm("x", "Spring sale").on(link);
        let put = "utm_source=x&utm_medium=social&utm_campaign=Spring%20sale";
        assert_eq!(on("https://a.example"), format!("https://a.example?{put}"));
        assert_eq!(on(" https://a.example/b?c=1&&d#e?f "), format!("https://a.example/b?c=1&d&{put}#e?f"));
        assert_eq!(
            on("https://a.example/?UTM_SOURCE=y&utm_term=t&utm_medium=m"),
            format!("https://a.example/?utm_term=t&{put}")
        );
        assert_eq!(on(&on("https://a.example/#top")), on("https://a.example/#top"));
        assert_eq!(
            utm("linkedin", "").on("https://a.example/?utm_campaign=old"),
            "https://a.example/?utm_campaign=old&utm_source=linkedin&utm_medium=social"
        );
        for other in ["", "mailto:a@b.example", "a.example", "https://a b", "ftp://a.example"] {
            assert_eq!(on(other), other);
        }
        assert_eq!(
            utm("größe & mehr", "").on("https://a.example"),
            "https://a.example?utm_source=gr%C3%B6%C3%9Fe%20%26%20mehr&utm_medium=social"
        );
        assert_eq!(without("https://a.example/?utm_source=x&b=1&UTM_Term=t#c"), "https://a.example/?b=1#c");
        assert_eq!(without("https://a.example/?utm_source=x"), "https://a.example/");
    }

    proptest! {
        /// Whatever the link has: each value stands there once, nothing else is lost or changed, and a second time changes nothing.
        #[test]
        fn once_and_for_all(
            path in "[a-z/.-]{0,12}",
            query in proptest::option::of("(utm_source=[a-z]{0,3}|[a-z]{1,3}=[%a-z0-9]{0,4}|UTM_Medium|&){0,5}"),
            fragment in proptest::option::of("[a-z?&=]{0,8}"),
            source in "[ a-zé&#?=%+]{0,8}",
            campaign in "\\PC{0,8}",
        ) {
            let query_part = query.as_ref().map(|q| format!("?{q}")).unwrap_or_default();
            let fragment_part = fragment.as_ref().map(|f| format!("#{f}")).unwrap_or_default();
            let link = format!("https://shop.example/{path}{query_part}{fragment_part}");
            let utm = Utm { source: source.clone(), medium: "social".into(), campaign: campaign.clone(), content: String::new() };
            let made = utm.on(&link);
            prop_assert_eq!(utm.on(&made), made.clone());
            let parsed = url::Url::parse(&made).expect("an address");
            let was = url::Url::parse(&link).expect("an address");
            prop_assert_eq!(parsed.path(), was.path());
            prop_assert_eq!(parsed.fragment(), was.fragment());
            let named = |url: &url::Url, name: &str| -> Vec<String> {
                url.query_pairs().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned()).collect()
            };
            for (name, value) in [("utm_source", source.trim()), ("utm_medium", "social"), ("utm_campaign", campaign.trim())] {
                if !value.is_empty() {
                    prop_assert_eq!(named(&parsed, name), vec![value.to_owned()]);
                }
            }
            let others = |url: &url::Url| -> Vec<(String, String)> {
                let pairs = url.query_pairs().filter(|(key, _)| !key.to_ascii_lowercase().starts_with("utm_"));
                pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
            };
            prop_assert_eq!(others(&parsed), others(&was));
        }
    }
}
