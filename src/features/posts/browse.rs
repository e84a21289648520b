//! Reading posts in lists: the server functions behind the posts page, the calendar and home.

use super::model::PostCard;
#[cfg(feature = "ssr")]
use super::server::cards;
use crate::domain::error::AppError;
use crate::domain::page::{Cursor, Part};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Which posts a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostFilter {
    #[default]
    All,
    Draft,
    /// Waits for its time or is being published.
    Scheduled,
    Published,
    /// A person must do something.
    Attention,
}

impl PostFilter {
    pub const ALL: [PostFilter; 5] = [Self::All, Self::Draft, Self::Scheduled, Self::Published, Self::Attention];

    pub fn id(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Attention => "attention",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Draft => "Drafts",
            Self::Scheduled => "Scheduled",
            Self::Published => "Published",
            Self::Attention => "Needs you",
        }
    }
    pub fn parse(id: &str) -> Self {
        Self::ALL.into_iter().find(|f| f.id() == id).unwrap_or_default()
    }
}

/// A list's filter, search and where its part begins: all of it is in the URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListQuery {
    pub filter: PostFilter,
    pub search: String,
    pub platform: Option<Platform>,
    /// From 1, up to a bound: for addresses with a page number. Not looked at beside a place.
    #[serde(default)]
    pub page: u32,
    /// What comes behind this place.
    #[serde(default)]
    pub older: Option<Cursor>,
    /// What comes before this place.
    #[serde(default)]
    pub newer: Option<Cursor>,
}

impl ListQuery {
    /// The same list from its beginning.
    pub fn start(&self) -> Self {
        Self { page: 0, older: None, newer: None, ..self.clone() }
    }
}

#[server]
pub async fn list_posts(query: ListQuery) -> Result<Part<PostCard>, AppError> {
    call::allowed(Permission::View, async |who| {
        let part = cards::list(&who.tenant, &query).await?;
        Ok(Part { items: cards::for_person(&who, part.items), ..part })
    })
    .await
}
