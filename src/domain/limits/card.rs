//! Which link of a post a network shows as a card.

use super::rules;
use crate::domain::account::AccountFacts;
use crate::domain::platform::{CardLook, Platform};
use crate::domain::post::{Format, PostContent};
use crate::domain::xtext;

/// The address of the page that this network shows with the post; `None`: it shows none. A network that takes a link beside
/// the text shows that one, and one whose posts are text only the first link of the text. Pictures go before a card, and so
/// does a poll.
pub fn carded_link<M>(platform: Platform, facts: &AccountFacts, content: &PostContent<M>) -> Option<String> {
    let look = platform.publishing()?.preview.card;
    let rules = rules(platform, content.format, facts)?;
    if look == CardLook::None || !content.media.is_empty() || content.format == Format::Poll {
        return None;
    }
    if rules.link_card {
        return content.given_link().filter(|link| xtext::is_valid_url(link, true)).map(str::to_owned);
    }
    // Only a network that takes no link beside its posts reads the text for one.
    if platform.publishing()?.formats.iter().any(|other| other.rules.link_card) {
        return None;
    }
    let found = xtext::urls(&content.text).into_iter().next()?;
    let link = &content.text[found];
    Some(if link.contains("://") { link.to_owned() } else { format!("https://{link}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::Platform::{Bluesky, Facebook, Instagram, LinkedIn, Pinterest, X};

    #[test]
    fn each_network_shows_the_link_that_it_takes() {
        let of = |platform, content: &PostContent<()>| carded_link(platform, &AccountFacts::default(), content);
        let post = PostContent {
            link: Some(" https://northwind.example/roast ".into()),
            ..PostContent::of_text("Mail me@northwind.com, see https://northwind.com/b and northwind.org")
        };
        let given = Some("https://northwind.example/roast".to_owned());
        for platform in [Bluesky, Facebook, LinkedIn] {
            assert_eq!(of(platform, &post), given, "{platform}");
        }
        assert_eq!(of(X, &post), Some("https://northwind.com/b".into()));
        let bare = PostContent { text: "See northwind.com/a and northwind.org".into(), ..post.clone() };
        assert_eq!(of(X, &bare), Some("https://northwind.com/a".into()));
        for platform in [Instagram, Pinterest] {
            assert_eq!(of(platform, &post), None, "{platform}");
        }
        let pictured = PostContent { media: vec![()], ..post.clone() };
        let poll = PostContent { format: Format::Poll, ..post.clone() };
        for platform in [Bluesky, Facebook, LinkedIn, X] {
            assert_eq!((of(platform, &pictured), of(platform, &poll)), (None, None), "{platform}");
        }
        let unfinished = PostContent { link: Some("https://".into()), ..post.clone() };
        assert_eq!(of(LinkedIn, &unfinished), None);
        let schemeless = PostContent { link: Some("northwind.com".into()), ..post };
        assert_eq!(of(LinkedIn, &schemeless), None);
    }
}
