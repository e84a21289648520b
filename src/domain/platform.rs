//! The outside networks and services, as data that both sides share.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    Instagram,
    Facebook,
    #[serde(rename = "tiktok")]
    TikTok,
    X,
    #[serde(rename = "linkedin")]
    LinkedIn,
    Pinterest,
    #[serde(rename = "youtube")]
    YouTube,
    Reddit,
    Snapchat,
    Shopify,
    Etsy,
    Squarespace,
    #[serde(rename = "openai")]
    OpenAi,
    Gemini,
    #[serde(rename = "openai_compatible")]
    OpenAiCompatible,
    #[serde(rename = "dataforseo")]
    DataForSeo,
    Semrush,
    Moz,
    Eventbrite,
    Ticketmaster,
    Zoho,
    Smtp,
    ObjectStore,
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

use Platform::*;

impl Platform {
    pub const ALL: [Platform; 23] = [
        Instagram,
        Facebook,
        TikTok,
        X,
        LinkedIn,
        Pinterest,
        YouTube,
        Reddit,
        Snapchat,
        Shopify,
        Etsy,
        Squarespace,
        OpenAi,
        Gemini,
        OpenAiCompatible,
        DataForSeo,
        Semrush,
        Moz,
        Eventbrite,
        Ticketmaster,
        Zoho,
        Smtp,
        ObjectStore,
    ];

    /// The id in addresses, tables and settings (`LUX_<ID>_BASE_URL`).
    pub fn id(self) -> &'static str {
        match self {
            Instagram => "instagram",
            Facebook => "facebook",
            TikTok => "tiktok",
            X => "x",
            LinkedIn => "linkedin",
            Pinterest => "pinterest",
            YouTube => "youtube",
            Reddit => "reddit",
            Snapchat => "snapchat",
            Shopify => "shopify",
            Etsy => "etsy",
            Squarespace => "squarespace",
            OpenAi => "openai",
            Gemini => "gemini",
            OpenAiCompatible => "openai_compatible",
            DataForSeo => "dataforseo",
            Semrush => "semrush",
            Moz => "moz",
            Eventbrite => "eventbrite",
            Ticketmaster => "ticketmaster",
            Zoho => "zoho",
            Smtp => "smtp",
            ObjectStore => "object_store",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Instagram => "Instagram",
            Facebook => "Facebook",
            TikTok => "TikTok",
            X => "X",
            LinkedIn => "LinkedIn",
            Pinterest => "Pinterest",
            YouTube => "YouTube",
            Reddit => "Reddit",
            Snapchat => "Snapchat",
            Shopify => "Shopify",
            Etsy => "Etsy",
            Squarespace => "Squarespace",
            OpenAi => "OpenAI",
            Gemini => "Gemini",
            OpenAiCompatible => "OpenAI-compatible endpoint",
            DataForSeo => "DataForSEO",
            Semrush => "SEMrush",
            Moz => "Moz",
            Eventbrite => "Eventbrite",
            Ticketmaster => "Ticketmaster",
            Zoho => "Zoho",
            Smtp => "SMTP server",
            ObjectStore => "Object store",
        }
    }

    pub fn kind(self) -> PlatformKind {
        match self {
            Instagram | Facebook | TikTok | X | LinkedIn | Pinterest | YouTube | Reddit | Snapchat => {
                PlatformKind::Social
            }
            Shopify | Etsy | Squarespace => PlatformKind::Shop,
            OpenAi | Gemini | OpenAiCompatible => PlatformKind::Model,
            DataForSeo | Semrush | Moz | Eventbrite | Ticketmaster => PlatformKind::Research,
            Zoho => PlatformKind::Crm,
            Smtp | ObjectStore => PlatformKind::Infrastructure,
        }
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
}
