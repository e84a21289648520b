//! Every platform and service that the program knows: one line below and one file each. The file says all that is known
//! of it on both targets; a constant that it leaves out does not compile:
//!
//! | constant | what |
//! |---|---|
//! | `BASICS` | name, kind, mark, colour |
//! | `KEYS` | the fields of its keys, for Settings → Integrations; none where an app needs no keys |
//! | `PACE` | how often and how many at once; `None`: not a social network |
//! | `PUBLISHING` | formats with their rules, preview; `None`: we cannot publish there |
//!
//! They are separate constants, reached by separate functions, so that a page which needs one of them does not load the
//! others in the browser. The types are in `domain::{platform, keys, pace, limits}`.

use super::keys::Keys;
use super::pace::Pace;
use super::platform::{Mark, PlatformKind, Publishing};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// From `Variant => module` lines: the modules, `Platform`, and what it reads from each of them. (`cargo fmt` does not see
/// modules that a macro declares; `make test` checks their format by name.)
macro_rules! platforms {
    ($($variant:ident => $module:ident,)+) => {
        $(pub mod $module;)+

        /// An outside network or service.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Platform {
            $($variant,)+
        }

        impl Platform {
            /// In the order of the table, which is the order of every list.
            pub const ALL: [Platform; [$(Self::$variant),+].len()] = [$(Self::$variant),+];

            /// The id in addresses, tables, JSON and settings (`LUX_<ID>_BASE_URL`): the name of its file.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($module),)+
                }
            }

            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => const { $module::BASICS.name },)+
                }
            }

            pub const fn kind(self) -> PlatformKind {
                match self {
                    $(Self::$variant => const { $module::BASICS.kind },)+
                }
            }

            pub const fn mark(self) -> Mark {
                match self {
                    $(Self::$variant => const { $module::BASICS.mark },)+
                }
            }

            /// The class of its coloured left edge.
            pub const fn edge(self) -> &'static str {
                match self {
                    $(Self::$variant => const { $module::BASICS.edge },)+
                }
            }

            /// The fields of its keys.
            pub const fn keys(self) -> &'static Keys {
                match self {
                    $(Self::$variant => &$module::KEYS,)+
                }
            }

            /// How often and how many at once; every social network has one.
            pub const fn pace(self) -> Option<&'static Pace> {
                match self {
                    $(Self::$variant => $module::PACE,)+
                }
            }

            /// How posts are published there; `None` where we cannot.
            pub const fn publishing(self) -> Option<&'static Publishing> {
                match self {
                    $(Self::$variant => $module::PUBLISHING,)+
                }
            }

            /// Whether posts can be published there. Links none of the rules.
            pub const fn publishes(self) -> bool {
                match self {
                    $(Self::$variant => const { $module::PUBLISHING.is_some() },)+
                }
            }
        }
    };
}

platforms! {
    Instagram => instagram,
    Facebook => facebook,
    TikTok => tiktok,
    X => x,
    LinkedIn => linkedin,
    Pinterest => pinterest,
    YouTube => youtube,
    Reddit => reddit,
    Snapchat => snapchat,
    Bluesky => bluesky,
    Shopify => shopify,
    Etsy => etsy,
    Squarespace => squarespace,
    OpenAi => openai,
    Gemini => gemini,
    OpenAiCompatible => openai_compatible,
    DataForSeo => dataforseo,
    Semrush => semrush,
    Moz => moz,
    Eventbrite => eventbrite,
    Ticketmaster => ticketmaster,
    Zoho => zoho,
    Smtp => smtp,
    ObjectStore => object_store,
}

impl Platform {
    /// Those that posts can be published to, for lists and filters.
    pub fn publishers() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|platform| platform.publishes())
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Platform {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|p| p.id() == s).ok_or(())
    }
}

impl Serialize for Platform {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Platform {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = Cow::<str>::deserialize(deserializer)?;
        id.parse().map_err(|()| de::Error::invalid_value(de::Unexpected::Str(&id), &"the id of a platform"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_parse() {
        for platform in Platform::ALL {
            assert_eq!(platform.id().parse(), Ok(platform));
            // JSON, addresses and tables say the same.
            assert_eq!(serde_json::to_value(platform).unwrap(), platform.id());
            assert_eq!(serde_json::from_value::<Platform>(platform.id().into()).unwrap(), platform);
        }
    }

    #[test]
    fn only_ids_are_read() {
        for other in [serde_json::json!("myspace"), serde_json::json!("LinkedIn"), serde_json::json!(3)] {
            assert!(serde_json::from_value::<Platform>(other.clone()).is_err(), "{other}");
        }
    }

    #[test]
    fn those_we_publish_to_are_social_networks_with_rules() {
        for platform in Platform::ALL {
            assert_eq!(platform.publishes(), platform.publishing().is_some(), "{platform}");
            let Some(publishing) = platform.publishing() else { continue };
            assert_eq!(platform.kind(), PlatformKind::Social, "{platform}");
            assert!(!publishing.formats.is_empty(), "{platform} has no format");
            assert!(publishing.preview.most_pictures > 0, "{platform}");
            assert!(publishing.profile_page.is_none_or(|page| page.starts_with("https://")), "{platform}");
        }
    }

    #[test]
    fn edges_are_whole_classes() {
        for platform in Platform::ALL {
            assert!(platform.edge().starts_with("border-l-") && !platform.edge().contains(' '), "{platform}");
        }
    }
}
