//! Identifiers. All are UUIDv7 (time-ordered), made on the server; the browser only carries them.
//!
//! Each kind of row has its own type, so that the id of a post cannot be given where the id of a connection is asked for.
//! `sqlx.toml` says which column holds which; as a parameter of a checked query an id is written `id.0`, or `ids as _` for
//! several. A row of a tenant is always found by `(company, id)`, never by id alone.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
pub use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new time-ordered id. Server only: the browser has no business inventing ids.
            #[cfg(feature = "ssr")]
            #[expect(clippy::new_without_default, reason = "a default id would differ each time")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id of all zeros: of nothing that exists.
            pub const fn nil() -> Self {
                Self(Uuid::nil())
            }

            /// An id with this value, for tests and examples.
            pub const fn from_u128(value: u128) -> Self {
                Self(Uuid::from_u128(value))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A person who signs in.
    UserId
    /// A sign-in of a person in one browser.
    SessionId
    /// A company: the tenant.
    CompanyId
    /// An invitation to a company.
    InvitationId
    /// A stored key of a company.
    SecretId
    /// A connected account on a platform.
    ConnectionId
    /// A consent at a platform that is under way, and the choice of an account that follows it.
    ConsentId
    /// A picture in the media store.
    AssetId
    /// A folder of the media library.
    FolderId
    /// A file on its way in (`media_uploads`).
    UploadId
    /// A request for pictures by a model (`media_makings`).
    MakingId
    /// A video's copy in the form that networks take, on its way (`media_conversions`).
    ConversionId
    PostId
    /// One post on one connection.
    DeliveryId
    /// What somebody wrote under a published post.
    CommentId
    /// An answer to a comment, written here.
    ReplyId
    /// A person whom the company knows.
    ContactId
    /// What was done about an error (`repairs`).
    RepairId
    /// A group of contacts.
    SegmentId
    /// A segment's rule while somebody builds it.
    DraftId
    /// A field of contacts that a company made (`contact_fields`).
    FieldId
    /// Where another program is told of what happens here (`hooks`).
    HookId
    /// Something that another program is told (`hook_items`).
    HookItemId
    /// A file of people that somebody brings in.
    ImportId
    /// Two people who may be one.
    PairId
    /// Two people who became one.
    MergeId
    /// A user name and password with which another program sends contacts.
    IntakeKeyId
    /// Something that another program sent.
    IntakeItemId
    /// Words that are kept to use again.
    SnippetId
    /// Something that was done with several snippets at once.
    SnippetActId
    /// A short link.
    LinkId
    /// A marketing plan that groups posts.
    CampaignId
    /// A post that a campaign plans (`campaign_posts`).
    PlannedId
    JobId
    /// A fault that the program noticed in itself (`error_log`).
    ErrorId
    /// A call to a language model.
    ModelCallId
    /// A text that was written for a post and can be taken again.
    VersionId
    /// One time that an agent worked.
    AgentRunId
    /// Something that an agent would do, which a person decides.
    ProposalId
    /// What an agent delivered.
    DocumentId
    /// A fact that agents know.
    MemoryId
    /// What one agent hands to another (`agent_tasks`).
    TaskId
    /// What a person asked the program, and its answers.
    ConversationId
    /// A question or an answer.
    MessageId
}

/// A new time-ordered id for a row that nothing points at.
#[cfg(feature = "ssr")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
