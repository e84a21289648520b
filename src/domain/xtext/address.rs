//! Whether one string is a complete web address, by the grammar of RFC 3986 as X checks it.

/// Whether `url` is an `http(s)` address and nothing else. Without `scheme_required` the scheme may be missing, but no
/// other may stand there. Letters of any script may be in the host and the path, as people paste them.
pub fn is_valid_url(url: &str, scheme_required: bool) -> bool {
    let (before_fragment, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (before_query, query) = before_fragment.split_once('?').unwrap_or((before_fragment, ""));
    let rest = match before_query.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => rest,
        None if !scheme_required => before_query,
        _ => return false,
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    is_authority(authority)
        && made_of(path, |c| in_segment(c) || c == '/')
        && made_of(query, |c| in_segment(c) || matches!(c, '/' | '?'))
        && made_of(fragment, |c| in_segment(c) || matches!(c, '/' | '?'))
}

/// Only characters that `allowed` allows, and whole `%XX` escapes.
fn made_of(part: &str, allowed: impl Fn(char) -> bool) -> bool {
    let mut pieces = part.split('%');
    let plain = |piece: &str| piece.chars().all(&allowed);
    let escaped = |piece: &str| piece.get(..2).is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    pieces.next().is_some_and(plain) && pieces.all(|piece| escaped(piece) && plain(&piece[2..]))
}

fn in_segment(c: char) -> bool {
    unreserved(c) || sub_delimiter(c) || matches!(c, ':' | '|' | '@')
}

fn unreserved(c: char) -> bool {
    in_label(c) || matches!(c, '-' | '.' | '_' | '~')
}

fn sub_delimiter(c: char) -> bool {
    matches!(c, '!' | '$' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | ';' | '=')
}

/// `user@host:port`
fn is_authority(authority: &str) -> bool {
    let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (place, None),
    };
    let is_port = |port: &str| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    made_of(user, |c| unreserved(c) || sub_delimiter(c) || c == ':') && is_host(host) && port.is_none_or(is_port)
}

fn is_host(host: &str) -> bool {
    if let Some(v6) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return v6.parse::<std::net::Ipv6Addr>().is_ok();
    }
    host.parse::<std::net::Ipv4Addr>().is_ok() || is_domain(host)
}

fn is_domain(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let label = |label: &str, underscore: bool| {
        let edge = |c: char| in_label(c);
        label.starts_with(edge)
            && label.ends_with(edge)
            && label.chars().all(|c| in_label(c) || c == '-' || (underscore && c == '_'))
    };
    match labels.as_slice() {
        [sub @ .., name, top] => {
            sub.iter().all(|l| label(l, true))
                && label(name, false)
                && label(top, false)
                && !top.starts_with(|c: char| c.is_ascii_digit())
        }
        _ => false,
    }
}

/// Letters and digits, and of other scripts anything that can be seen.
fn in_label(c: char) -> bool {
    c.is_ascii_alphanumeric() || !(c.is_ascii() || c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_complete_addresses() {
        let addresses = [
            "https://example.com",
            "HTTP://Example.com:8080/a%20b?c=d#e",
            "https://my_sub.example.com/",
            "http://☃.net/",
            "https://user:word@example.com/",
            "http://10.0.0.254/",
            "http://[::1]:80/x",
            "https://example.com/über?q=日本",
        ];
        for url in addresses {
            assert!(is_valid_url(url, true), "{url}");
        }
        assert!(is_valid_url("example.com/a", false));
        assert!(is_valid_url("https://example.com/a", false));
    }

    #[test]
    fn refuses_the_rest() {
        let others = [
            "",
            "example.com",
            "https://",
            "https://example",
            "ftp://example.com",
            "https://exa mple.com",
            "https://-a.com",
            "https://a-.com",
            "https://my_name.com",
            "https://a..com",
            "https://example.com:123456",
            "https://example.com/%zz",
            "https://example.com/%",
            "https://example.com/a b",
            "http://300.1.2.3/",
            "https://example.com/\"",
            "javascript:alert(1)",
            "https://[::1",
            "https://a.1com",
            "https://example.com/<b>",
        ];
        for url in others {
            assert!(!is_valid_url(url, true), "{url}");
        }
        assert!(!is_valid_url("ftp://example.com", false));
        assert!(!is_valid_url("", false));
    }
}
