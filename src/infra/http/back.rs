//! The page to which a form leads back, with something to say in its address.

use crate::domain::local_path::is_local;

/// What pages are told in their addresses: of an earlier form none of it counts any more.
const SAID: [&str; 10] = ["did", "not", "why", "gone", "linked", "delivery", "url", "notice", "__path", "__err"];

/// `back`, the page that a form says it stood on, with `say` (`key=value`, or nothing) for its query; `None` unless it is a plain address of
/// ours whose first segment is one of `rooms`.
pub fn page(back: &str, rooms: &[&str], say: &str) -> Option<String> {
    let (path, query) = back.split_once('?').unwrap_or((back, ""));
    let room = path.strip_prefix('/')?.split('/').next()?;
    let is_said = |pair: &&str| SAID.contains(&pair.split('=').next().unwrap_or_default());
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !is_said(pair));
    let query: Vec<_> = kept.chain([say].into_iter().filter(|say| !say.is_empty())).collect();
    let page = if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) };
    (rooms.contains(&room) && !back.contains('#') && is_local(&page)).then_some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_where_it_stood() {
        let rooms = ["posts", "needs"];
        let to = |back: &str| page(back, &rooms, "did=delete.1");
        assert_eq!(to("/posts").as_deref(), Some("/posts?did=delete.1"));
        assert_eq!(
            to("/posts?filter=draft&q=a%20b&did=x&__err=y").as_deref(),
            Some("/posts?filter=draft&q=a%20b&did=delete.1")
        );
        assert_eq!(to("/needs?older=1").as_deref(), Some("/needs?older=1&did=delete.1"));
        assert_eq!(page("/needs?linked=1", &rooms, "").as_deref(), Some("/needs"), "nothing to say any more");
        let long = format!("/posts?q={}", "x".repeat(3_000));
        for bad in
            ["", "//evil.example", "https://evil.example/posts", "/settings", "/posts#x", "/postsx", "\\posts", &long]
        {
            assert_eq!(to(bad), None, "{bad}");
        }
    }
}
