//! Companies, members and invitations as both sides know them.

use crate::domain::ids::{InvitationId, UserId};
use crate::domain::moment::When;
use crate::domain::permission::Role;
use crate::features::identity::accounts::model::ResetLink;
use serde::{Deserialize, Serialize};

/// Days for which an invitation's link works.
pub const INVITATION_DAYS: i32 = 7;
/// The longest that a company may let a post be late: a day. Minutes.
pub const LATE_MAX: i32 = 24 * 60;
/// Most characters of an invitation's note.
pub const NOTE_MAX: usize = 120;

/// Languages that a company may write in: BCP 47 code and English name.
pub const LANGUAGES: [(&str, &str); 26] = [
    ("ar", "Arabic"),
    ("bg", "Bulgarian"),
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hu", "Hungarian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("zh", "Chinese"),
];

pub fn is_language(code: &str) -> bool {
    LANGUAGES.iter().any(|(known, _)| *known == code)
}

/// The company's own settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanySettings {
    pub name: String,
    /// IANA name.
    pub zone: String,
    /// One of [`LANGUAGES`].
    pub language: String,
    /// A post that could not be sent in time goes out when it is at most so many minutes late; otherwise it is held.
    pub late_minutes: i32,
    /// Pictures keep what they say about the place and the camera; otherwise it is removed when they are uploaded.
    pub keeps_picture_details: bool,
    /// Whether the caller may change them.
    pub may_change: bool,
}

/// The members page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MembersData {
    pub company: String,
    pub your_role: Role,
    /// Owners first, then by name.
    pub members: Vec<MemberRow>,
    /// Open ones; empty for those who may not manage members.
    pub invitations: Vec<InvitationRow>,
    /// The link that was just made by a form without JavaScript. Shown once.
    pub fresh_link: Option<String>,
    /// The same for a link to set a new password.
    pub fresh_reset: Option<ResetLink>,
    /// The zone of the times above.
    pub zone: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberRow {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub joined: When,
    pub is_you: bool,
    /// The caller may make a link with which this person sets a new password.
    pub may_reset: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InvitationRow {
    pub id: InvitationId,
    pub role: Role,
    /// For whom it is meant.
    pub note: String,
    pub invited_by: String,
    pub expires: When,
}

/// What the holder of an open invitation's link sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    pub company: String,
    pub inviter: String,
    pub role: Role,
    /// The e-mail of the caller, if signed in.
    pub signed_in_as: Option<String>,
    /// The caller belongs to the company already.
    pub is_member: bool,
}

/// What a member in `role` may make of another, who is `current`: only owners make or change owners.
/// Empty when they may not change that member at all.
pub fn roles_to_give(role: Role, current: Role) -> &'static [Role] {
    match (role, current) {
        (Role::Owner, _) => &Role::ALL,
        (Role::Admin, Role::Owner) => &[],
        (Role::Admin, _) => &[Role::Admin, Role::Editor, Role::Viewer],
        _ => &[],
    }
}

/// The roles that an invitation can carry: an owner is made by an owner, never by a link.
pub const INVITABLE: [Role; 3] = [Role::Editor, Role::Admin, Role::Viewer];

/// What a role means, in a few words.
pub fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Owner => "everything, and other owners",
        Role::Admin => "also accounts, keys and members",
        Role::Editor => "writes, schedules and publishes",
        Role::Viewer => "looks only",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_owners_make_or_change_owners() {
        for role in [Role::Admin, Role::Editor, Role::Viewer] {
            assert!(roles_to_give(role, Role::Owner).is_empty());
            for current in Role::ALL {
                assert!(!roles_to_give(role, current).contains(&Role::Owner));
            }
        }
        assert!(roles_to_give(Role::Owner, Role::Owner).contains(&Role::Viewer));
        assert!(roles_to_give(Role::Editor, Role::Viewer).is_empty());
        assert!(!INVITABLE.contains(&Role::Owner));
    }

    #[test]
    fn languages_are_known_by_code() {
        assert!(is_language("en") && !is_language("EN") && !is_language(""));
        assert!(LANGUAGES.is_sorted_by_key(|(code, _)| *code));
    }
}
