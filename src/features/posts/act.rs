//! What can be done with a whole post, as data: each act once, for the post's page, for its row in the list, and for several
//! posts together.

use super::model::overall;
use crate::domain::bounds;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::AppError;
use crate::domain::ids::PostId;
use crate::domain::permission::{Permission, Role};
use crate::ui::{ButtonKind, Glyph};
use serde::{Deserialize, Serialize};

/// Something to do with a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostAct {
    /// Open the post itself in the studio.
    Edit,
    /// Open a copy in the studio, for the accounts where the post is not out.
    RepostRest,
    /// Open a copy in the studio.
    Repost,
    /// Make a copy, as a draft.
    Duplicate,
    /// Take it back from its time.
    ToDrafts,
    /// Put it into the bin.
    Delete,
    /// Take it out of the bin.
    Restore,
}

impl PostAct {
    pub const ALL: [PostAct; 7] =
        [Self::Edit, Self::RepostRest, Self::Repost, Self::Duplicate, Self::ToDrafts, Self::Delete, Self::Restore];
    /// Those that can be done with several posts at once.
    pub const TOGETHER: [PostAct; 3] = [Self::Duplicate, Self::ToDrafts, Self::Delete];

    /// As it stands in forms and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::RepostRest => "repost_rest",
            Self::Repost => "repost",
            Self::Duplicate => "duplicate",
            Self::ToDrafts => "to_drafts",
            Self::Delete => "delete",
            Self::Restore => "restore",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.id() == id)
    }

    /// The words on its button.
    pub fn name(self) -> &'static str {
        match self {
            Self::Edit => "Send to Studio",
            Self::RepostRest => "Edit a copy for the accounts where it failed",
            Self::Repost => "Edit and repost",
            Self::Duplicate => "Duplicate",
            Self::ToDrafts => "Move to drafts",
            Self::Delete => "Delete",
            Self::Restore => "Undo",
        }
    }

    pub fn glyph(self) -> Glyph {
        match self {
            Self::Edit | Self::RepostRest => Glyph::Pen,
            Self::Repost => Glyph::Send,
            Self::Duplicate => Glyph::Copy,
            Self::ToDrafts | Self::Restore => Glyph::Left,
            Self::Delete => Glyph::Trash,
        }
    }

    pub fn kind(self) -> ButtonKind {
        match self {
            Self::Edit => ButtonKind::Primary,
            Self::Delete => ButtonKind::Danger,
            _ => ButtonKind::Secondary,
        }
    }

    /// Where it leads, for what changes nothing.
    pub fn href(self, post: PostId) -> Option<String> {
        (self == Self::Edit).then(|| format!("/studio?post={post}"))
    }

    /// What takes it back: another act, with the posts that this one gives back.
    pub fn undo(self) -> Option<PostAct> {
        match self {
            Self::Delete => Some(Self::Restore),
            Self::Duplicate => Some(Self::Delete),
            _ => None,
        }
    }
}

/// What this role is offered for a post whose deliveries are in these states.
pub fn offered(states: impl IntoIterator<Item = DeliveryState>, role: Role) -> Vec<PostAct> {
    use DeliveryState::{Cancelled, Draft, Failed, Live};
    if !role.may(Permission::Publish) {
        return vec![];
    }
    let states: Vec<_> = states.into_iter().collect();
    let any = |of: fn(DeliveryState) -> bool| states.iter().any(|state| of(*state));
    let editable = states.iter().all(|state| state.is_editable());
    let is_offered = |act: &PostAct| match act {
        PostAct::Edit => editable,
        PostAct::RepostRest => !editable && any(is_stuck),
        PostAct::Repost => any(|state| matches!(state, Live | Failed)),
        PostAct::Duplicate | PostAct::Delete => true,
        PostAct::ToDrafts => editable && !matches!(overall(states.iter().copied()), Draft | Cancelled),
        PostAct::Restore => false,
    };
    PostAct::ALL.into_iter().filter(is_offered).collect()
}

/// It is not out, waits for a person, and can be edited.
pub fn is_stuck(state: DeliveryState) -> bool {
    state.needs_attention() && state.is_editable()
}

/// Posts that are acted on at once, at most.
pub const MOST: usize = crate::domain::page::PAGE_SIZE as usize;

/// The posts of one request, bounded while they are read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChosenPosts(#[serde(deserialize_with = "bounds::list::<_, _, MOST>")] pub Vec<PostId>);

/// Why something was not done with a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// It does not exist, or not any more.
    Gone,
    /// It is on its way or out.
    TooLate,
    /// Our fault.
    Trouble,
}

impl WhyNot {
    const ALL: [WhyNot; 3] = [Self::Gone, Self::TooLate, Self::Trouble];

    pub fn id(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::TooLate => "late",
            Self::Trouble => "trouble",
        }
    }

    pub fn words(self, act: PostAct) -> &'static str {
        match (self, act) {
            (Self::Gone, _) => "It does not exist any more.",
            (Self::TooLate, PostAct::Delete) => "It is being published right now. Delete it when that is finished.",
            (Self::TooLate, _) => "It is already published or on its way.",
            (Self::Trouble, _) => "Something went wrong. Try again in a minute.",
        }
    }
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub act: PostAct,
    /// The posts with which it was done; of copies, the copies.
    pub done: Vec<PostId>,
    pub not: Vec<(PostId, WhyNot)>,
}

impl Outcome {
    /// As it stands in an address: `did=delete.ID.ID&not=ID_late`.
    pub fn parameters(&self) -> String {
        let done: String = self.done.iter().map(|id| format!(".{id}")).collect();
        let not: Vec<_> = self.not.iter().map(|(id, why)| format!("{id}_{}", why.id())).collect();
        let not = if not.is_empty() { String::new() } else { format!("&not={}", not.join(".")) };
        format!("did={}{done}{not}", self.act.id())
    }

    pub fn parse(did: &str, not: &str) -> Option<Self> {
        let mut parts = did.split('.');
        let act = PostAct::parse(parts.next()?)?;
        let refused = |text: &str| {
            let (id, why) = text.split_once('_')?;
            Some((id.parse().ok()?, WhyNot::ALL.into_iter().find(|known| known.id() == why)?))
        };
        let not: Vec<_> = not.split('.').take(MOST).filter_map(refused).collect();
        let done: Vec<_> = parts.take(MOST).filter_map(|id| id.parse().ok()).collect();
        (!done.is_empty() || !not.is_empty()).then_some(Self { act, done, not })
    }

    /// What was done: "2 posts deleted."
    pub fn words(&self) -> String {
        let posts = |n: usize| if n == 1 { "1 post".to_owned() } else { format!("{n} posts") };
        let done = match self.act {
            PostAct::Duplicate => "copied as drafts",
            PostAct::ToDrafts => "moved to drafts",
            PostAct::Delete => "deleted",
            PostAct::Restore => "restored",
            PostAct::Edit | PostAct::Repost | PostAct::RepostRest => "opened",
        };
        match (self.done.len(), self.not.len()) {
            (0, not) => format!("{} not {done}.", posts(not)),
            (1, 0) if self.act == PostAct::Duplicate => "1 post copied as a draft.".to_owned(),
            (yes, 0) => format!("{} {done}.", posts(yes)),
            (yes, not) => format!("{} {done}, {not} not.", posts(yes)),
        }
    }
}

/// Nothing is chosen.
pub fn none_chosen() -> AppError {
    AppError::invalid("ids", "Choose a post first.")
}

#[cfg(test)]
mod tests {
    use super::DeliveryState::*;
    use super::PostAct::*;
    use super::*;

    fn of(states: &[DeliveryState]) -> Vec<PostAct> {
        offered(states.iter().copied(), Role::Editor)
    }

    #[test]
    fn the_state_of_a_post_decides() {
        assert_eq!(of(&[]), [Edit, Duplicate, Delete]);
        assert_eq!(of(&[Draft]), [Edit, Duplicate, Delete]);
        assert_eq!(of(&[Queued, Draft]), [Edit, Duplicate, ToDrafts, Delete]);
        assert_eq!(of(&[Preparing]), [Duplicate, Delete]);
        assert_eq!(of(&[Live]), [Repost, Duplicate, Delete]);
        assert_eq!(of(&[Live, Failed]), [RepostRest, Repost, Duplicate, Delete]);
        assert_eq!(of(&[Failed]), [Edit, Repost, Duplicate, ToDrafts, Delete]);
        assert_eq!(of(&[Unconfirmed]), [Duplicate, Delete]);
        assert_eq!(of(&[Cancelled]), [Edit, Duplicate, Delete]);
    }

    #[test]
    fn who_may_not_write_is_offered_nothing() {
        for state in DeliveryState::ALL {
            assert_eq!(offered([state], Role::Viewer), []);
            assert!(!of(&[state]).contains(&Restore));
        }
    }

    #[test]
    fn names_are_their_own() {
        for act in PostAct::ALL {
            assert_eq!(PostAct::parse(act.id()), Some(act));
            assert_eq!(serde_json::to_value(act).unwrap(), act.id());
            assert_eq!(PostAct::ALL.iter().filter(|other| other.name() == act.name()).count(), 1);
        }
    }

    #[test]
    fn an_outcome_survives_in_an_address() {
        let id = PostId::from_u128;
        let outcome = Outcome { act: Delete, done: vec![id(1), id(2)], not: vec![(id(3), WhyNot::TooLate)] };
        let address = outcome.parameters();
        let (did, not) = address.strip_prefix("did=").unwrap().split_once("&not=").unwrap();
        assert_eq!(Outcome::parse(did, not), Some(outcome.clone()));
        assert_eq!(outcome.words(), "2 posts deleted, 1 not.");
        assert_eq!(Outcome { not: vec![], ..outcome.clone() }.words(), "2 posts deleted.");
        assert_eq!(Outcome { done: vec![], ..outcome }.words(), "1 post not deleted.");
        for nothing in ["", "delete", "delete.x", "steal.1", "<script>"] {
            assert_eq!(Outcome::parse(nothing, "x_gone"), None, "{nothing}");
        }
    }

    #[test]
    fn a_request_names_so_many_posts_and_no_more() {
        let read = |n: usize| serde_json::from_value::<ChosenPosts>(serde_json::json!(vec![PostId::nil(); n]));
        assert_eq!(read(MOST).unwrap().0.len(), MOST);
        assert!(read(MOST + 1).is_err());
    }
}
