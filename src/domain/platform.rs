//! What the spec of a platform is made of. The platforms themselves are in `platforms`: one file and one line each.
//! Key fields have their types in `keys`, rules in `limits`, pace in `pace`.

pub use super::platforms::Platform;

use super::account::AccountFacts;
use super::error::Problem;
use super::limits::Rules;
use super::options::{Options, Schema};
use super::post::{Format, MediaFacts, PartKind};
use serde::{Deserialize, Serialize};

/// What every platform has. `Platform` reads one field at a time, so that showing a name links no icon.
#[derive(Clone, Copy, Debug)]
pub struct Basics {
    pub name: &'static str,
    pub kind: PlatformKind,
    pub mark: Mark,
    /// The platform's colour as a left edge: a whole Tailwind class, as the style sheet is built from whole words.
    pub edge: &'static str,
}

/// The edge of a platform without a colour of its own.
pub const PLAIN_EDGE: &str = "border-l-line-strong";

/// What is drawn in the small square that stands for a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The `d` of an SVG path in a square of 24 by 24.
    Path(&'static str),
    Letters(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PlatformKind {
    Social,
    Model,
    Shop,
    Research,
    Crm,
    Infrastructure,
}

impl PlatformKind {
    pub const ALL: [PlatformKind; 6] =
        [Self::Social, Self::Model, Self::Shop, Self::Research, Self::Crm, Self::Infrastructure];

    pub fn title(self) -> &'static str {
        match self {
            Self::Social => "Social networks",
            Self::Model => "Language models",
            Self::Shop => "Shops",
            Self::Research => "Keywords and events",
            Self::Crm => "CRM",
            Self::Infrastructure => "Mail and files",
        }
    }
}

/// How posts are published to a platform. The server's half (scopes, rate-limit headers, requests) is its connector.
#[derive(Debug)]
pub struct Publishing {
    /// The first one is meant where nobody says which.
    pub formats: &'static [FormatRules],
    /// The rules of one account: changes those of a format or part by what is known of the account.
    pub for_account: fn(Rules, &AccountFacts) -> Rules,
    /// What the platform refuses besides, of options, text and files together.
    pub own_rules: OwnRules,
    pub preview: Preview,
    /// What a person can choose for a post there and nowhere else.
    pub options: &'static Schema,
    /// Where an account sees its own posts, for platforms that tell an app no profile address.
    pub profile_page: Option<&'static str>,
}

/// See [`Publishing::own_rules`].
pub type OwnRules = fn(&Options, &str, &[&MediaFacts]) -> Vec<Problem>;

/// For platforms whose rules are all in [`Rules`] and in their options.
pub fn no_own_rules(_: &Options, _: &str, _: &[&MediaFacts]) -> Vec<Problem> {
    vec![]
}

impl Publishing {
    /// What this format takes there; the ordinary one stands for the first where there is none of that name.
    pub fn find(&self, format: Format) -> Option<&'static FormatRules> {
        let exact = self.formats.iter().find(|rules| rules.format == format);
        exact.or_else(|| self.formats.first().filter(|_| format == Format::default()))
    }
}

/// What one format takes, and what may follow such a post.
#[derive(Debug)]
pub struct FormatRules {
    pub format: Format,
    pub rules: Rules,
    pub parts: &'static [(PartKind, Rules)],
}

/// `Publishing::for_account` of a platform whose accounts all have the same rules.
pub fn same_for_all(rules: Rules, _: &AccountFacts) -> Rules {
    rules
}

/// How the composer shows a post as the platform would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    pub layout: Layout,
    /// Behind how many characters and lines a long text is folded; `None`: never.
    pub fold: Option<(usize, usize)>,
    /// What counts as a link, a hashtag and a mention.
    pub customs: Customs,
    /// Which of them stand out in the text.
    pub highlights: &'static [Highlight],
    /// Pictures that are shown; the number of the others is written on the last one.
    pub most_pictures: usize,
    /// How the card of a link looks; which link has one says `limits::carded_link`.
    pub card: CardLook,
}

impl Preview {
    /// For platforms that say nothing else.
    pub const PLAIN: Self = Self {
        layout: Layout::Plain,
        fold: None,
        customs: Customs::Words,
        highlights: &[Highlight::Link],
        most_pictures: 4,
        card: CardLook::None,
    };
}

/// How a network shows the page behind a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardLook {
    /// Not at all.
    None,
    /// A small picture on the left, title and host beside it: LinkedIn.
    Beside,
    /// A wide picture; below it host, title and description: Facebook.
    HostFirst,
    /// A wide picture; below it title, description and host: Bluesky.
    HostLast,
    /// A wide picture with the title on it, and the host below: X.
    TitleOnPicture,
    /// A wide picture with the host below; the post has a title of its own: Reddit.
    HostOnly,
}

/// By whose customs links, hashtags and mentions are found in a text (`domain::entities`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Customs {
    X,
    Bluesky,
    /// Everybody else.
    Words,
}

/// How a post is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The picture of the account on the left, everything else beside it: X.
    Timeline,
    /// A head with the account, the text, the pictures over the whole width or a link card: LinkedIn.
    Card,
    /// The pictures first, side by side, the text below: Instagram.
    PicturesFirst,
    /// Handle, text, pictures.
    Plain,
}

/// A piece of a text that networks draw in another colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Highlight {
    Link,
    Tag,
    Mention,
}
