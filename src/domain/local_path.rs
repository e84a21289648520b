//! Addresses on this server as an outsider may name them: where one goes after signing in, where a form came from. There is
//! no open redirect and nothing that a browser reads differently than we do.

/// Longest address that is followed.
const LONGEST: usize = 2_000;

/// `path` when it is a plain address of our own, else `/`.
pub fn local_path(path: &str) -> &str {
    if is_local(path) { path } else { "/" }
}

/// Whether it is a path on this server, with a query and a fragment or without, that means the same to every browser:
/// printable ASCII, no empty segments (`//x` is another host) and no dots to be resolved (`/.//x` becomes `//x`).
pub fn is_local(path: &str) -> bool {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let Some(segments) = path.get(..end).and_then(|p| p.strip_prefix('/')) else { return false };
    let printable = |b: u8| (0x21..0x7f).contains(&b) && b != b'\\';
    path.len() <= LONGEST
        && path.bytes().all(printable)
        && (segments.is_empty() || segments.trim_end_matches('/').split('/').all(is_segment))
        && !segments.ends_with("//")
        && segments != "/"
}

/// The same without short links (`/s/…`), which anybody with a company makes, and which lead on to any server: where one goes
/// after signing in, and where a model's words may lead.
pub fn is_page(path: &str) -> bool {
    is_local(path) && !path.starts_with("/s/")
}

/// `path` when it is an address of our own that stays here, else `/`.
pub fn page_or_home(path: &str) -> &str {
    if is_page(path) { path } else { "/" }
}

fn is_segment(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    !matches!(plain.as_str(), "" | "." | "..")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use url::Url;

    #[test]
    fn only_local_paths_pass() {
        for good in ["/", "/calendar?view=week", "/settings/members", "/posts/", "/posts?q=a//b&x=../..", "/c?a=b#x-1"]
        {
            assert_eq!(local_path(good), good);
        }
        assert_eq!((page_or_home("/s/H5NYzL5"), page_or_home("/settings")), ("/", "/settings"));
        for bad in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x",
            "",
            "javascript:1",
            "/.//x",
            "/a/..//x",
            "/%2e//x",
            "/%2E%2e/x",
            "/a/./b",
            "/a//b",
            "/a//",
            "//",
            "///",
            "/a\\b",
            "/\u{e9}",
            "?a=b",
        ] {
            assert_eq!(local_path(bad), "/", "{bad}");
        }
        assert!(!is_local(&format!("/{}", "a".repeat(LONGEST))));
    }

    proptest! {
        #[test]
        fn a_browser_reads_what_passes_as_it_stands(path in "/[a-z./\\\\%2eE?#:@\u{e9} -]{0,24}") {
            if is_local(&path) {
                let base = Url::parse("https://lux.example/login").expect("base");
                let there = base.join(&path).expect("an address");
                prop_assert_eq!(there.origin(), base.origin());
                prop_assert!(!there.path().starts_with("//"));
                // What the router pushes into the history is the path as parsed, read once more.
                let again = base.join(there.path()).expect("an address");
                prop_assert_eq!(again.host_str(), Some("lux.example"));
                let end = path.find(['?', '#']).unwrap_or(path.len());
                prop_assert_eq!(there.path(), &path[..end]);
            }
        }
    }
}
