//! What can be done with files of the library, one or several, as data.

use crate::domain::bounds;
use crate::domain::error::AppError;
use crate::domain::ids::AssetId;
use crate::features::media::library::PAGE_FILES;
use serde::{Deserialize, Serialize};

/// Something to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetAct {
    /// Open the studio with it.
    Use,
    /// Put it into a folder, or into none.
    Move,
    /// Put it back where it was before that.
    MoveBack,
    Delete,
    Restore,
    /// It was added: never asked for, only told.
    Added,
}

impl AssetAct {
    const ALL: [AssetAct; 6] = [Self::Use, Self::Move, Self::MoveBack, Self::Delete, Self::Restore, Self::Added];

    /// As it stands in forms and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Move => "move",
            Self::MoveBack => "move_back",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::Added => "added",
        }
    }

    /// What takes it back.
    pub fn undo(self) -> Option<AssetAct> {
        match self {
            Self::Move => Some(Self::MoveBack),
            Self::Delete => Some(Self::Restore),
            _ => None,
        }
    }
}

/// Files that are acted on at once, at most: a page of them.
pub const MOST: usize = PAGE_FILES as usize;

/// The files of one request, bounded while they are read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChosenAssets(#[serde(deserialize_with = "bounds::list::<_, _, MOST>")] pub Vec<AssetId>);

/// Why something was not done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// It does not exist, or not any more.
    Gone,
    /// A post that is not out yet shows it.
    Used,
    /// The same file was added again after it was deleted.
    Again,
    /// Our fault.
    Trouble,
}

impl WhyNot {
    const ALL: [WhyNot; 4] = [Self::Gone, Self::Used, Self::Again, Self::Trouble];

    pub fn id(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Used => "used",
            Self::Again => "again",
            Self::Trouble => "trouble",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Gone => "It does not exist any more.",
            Self::Used => "A post that is not published yet uses it. Open the file to see which.",
            Self::Again => "The same file was added again meanwhile, and is in the library.",
            Self::Trouble => "Something went wrong. Try again in a minute.",
        }
    }
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssetOutcome {
    pub act: AssetAct,
    pub done: Vec<AssetId>,
    pub not: Vec<(AssetId, WhyNot)>,
}

impl AssetOutcome {
    /// As it stands in an address: `did=delete.ID.ID&not=ID_used`.
    pub fn parameters(&self) -> String {
        let done: String = self.done.iter().map(|id| format!(".{id}")).collect();
        let not: Vec<_> = self.not.iter().map(|(id, why)| format!("{id}_{}", why.id())).collect();
        let not = if not.is_empty() { String::new() } else { format!("&not={}", not.join(".")) };
        format!("did={}{done}{not}", self.act.id())
    }

    pub fn parse(did: &str, not: &str) -> Option<Self> {
        let mut parts = did.split('.');
        let name = parts.next()?;
        let act = AssetAct::ALL.into_iter().find(|act| act.id() == name)?;
        let refused = |text: &str| {
            let (id, why) = text.split_once('_')?;
            Some((id.parse().ok()?, WhyNot::ALL.into_iter().find(|known| known.id() == why)?))
        };
        let not: Vec<_> = not.split('.').take(MOST).filter_map(refused).collect();
        let done: Vec<_> = parts.take(MOST).filter_map(|id| id.parse().ok()).collect();
        (!done.is_empty() || !not.is_empty()).then_some(Self { act, done, not })
    }

    /// What was done: "2 files deleted."
    pub fn words(&self) -> String {
        let files = |n: usize| if n == 1 { "1 file".to_owned() } else { format!("{n} files") };
        let done = match self.act {
            AssetAct::Use => "opened",
            AssetAct::Move => "moved",
            AssetAct::MoveBack => "moved back",
            AssetAct::Delete => "deleted",
            AssetAct::Restore => "restored",
            AssetAct::Added => "added",
        };
        match (self.done.len(), self.not.len()) {
            (0, not) => format!("{} not {done}.", files(not)),
            (yes, 0) => format!("{} {done}.", files(yes)),
            (yes, not) => format!("{} {done}, {not} not.", files(yes)),
        }
    }
}

/// Nothing is chosen.
pub fn none_chosen() -> AppError {
    AppError::invalid("ids", "Choose a file first.")
}

/// Something to do with a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FolderAct {
    Delete,
    Restore,
}

impl FolderAct {
    /// As it stands in forms.
    pub fn id(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Restore => "restore",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_survives_in_an_address() {
        let id = AssetId::from_u128;
        let not = vec![(id(3), WhyNot::Used)];
        let outcome = AssetOutcome { act: AssetAct::Delete, done: vec![id(1), id(2)], not };
        let address = outcome.parameters();
        let (did, not) = address.strip_prefix("did=").unwrap().split_once("&not=").unwrap();
        assert_eq!(AssetOutcome::parse(did, not), Some(outcome.clone()));
        assert_eq!(outcome.words(), "2 files deleted, 1 not.");
        assert_eq!(AssetOutcome { done: vec![], ..outcome }.words(), "1 file not deleted.");
        for nothing in ["", "delete", "delete.x", "steal.1", "<script>"] {
            assert_eq!(AssetOutcome::parse(nothing, "x_gone"), None, "{nothing}");
        }
        // The address of a whole page of files is one that is followed.
        let most = AssetOutcome { act: AssetAct::MoveBack, done: (0..MOST as u128).map(id).collect(), not: vec![] };
        assert!(most.parameters().len() < 1_500);
    }

    #[test]
    fn a_request_names_so_many_files_and_no_more() {
        let read = |n: usize| serde_json::from_value::<ChosenAssets>(serde_json::json!(vec![AssetId::nil(); n]));
        assert_eq!(read(MOST).unwrap().0.len(), MOST);
        assert!(read(MOST + 1).is_err());
    }
}
