//! The library of files as both sides know it: which part of it is shown, folders, and one file with all that is known of it.

use super::model::AssetCard;
use crate::domain::ids::{FolderId, PostId};
use crate::domain::moment::When;
use crate::domain::page::{Cursor, Part};
use crate::domain::post::MediaKind;
use serde::{Deserialize, Serialize};

/// Files of one part of the library: rows of two, three, four and six fill.
pub const PAGE_FILES: u32 = 24;
/// Longest name of a folder, in characters.
pub const MAX_FOLDER_NAME: usize = 60;
/// Folders of one company.
pub const MAX_FOLDERS: usize = 200;
/// Posts that a file's page names.
pub const MAX_USES: usize = 20;

/// Which files are shown, and where their part begins: all of it is in the URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LibraryQuery {
    #[serde(default)]
    pub kind: Option<MediaKind>,
    #[serde(default)]
    pub folder: Option<FolderId>,
    /// Only what no post shows.
    #[serde(default)]
    pub unused: bool,
    /// Words of the file's name or of its description.
    #[serde(default)]
    pub search: String,
    /// What comes behind this place.
    #[serde(default)]
    pub older: Option<Cursor>,
    /// What comes before this place.
    #[serde(default)]
    pub newer: Option<Cursor>,
}

impl LibraryQuery {
    /// The same from its beginning.
    pub fn start(&self) -> Self {
        Self { older: None, newer: None, ..self.clone() }
    }

    /// Everything is shown.
    pub fn is_plain(&self) -> bool {
        self.start() == Self::default()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderCard {
    pub id: FolderId,
    pub name: String,
}

/// A part of the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Library {
    pub part: Part<AssetCard>,
    /// All of them, by name.
    pub folders: Vec<FolderCard>,
    /// Whether the reader may change it.
    pub may_edit: bool,
    /// The name of a file that did not come in with the form that led here (without JavaScript).
    pub refused_file: Option<String>,
    /// Where there is a bound: how full it is.
    #[serde(default)]
    pub kept: Option<Kept>,
}

/// Bytes of a company's files in the server's store, and how many they may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub bytes: u64,
    pub most: u64,
}

impl Kept {
    /// "1.2 GB of 200 GB are in use"
    pub fn words(self) -> String {
        format!("{} of {} are in use", size(self.bytes), size(self.most))
    }

    /// So little is left that somebody should know.
    pub fn is_short(self) -> bool {
        self.bytes > self.most / 10 * 9
    }
}

/// In whole megabytes, or in tenths of a gigabyte.
fn size(bytes: u64) -> String {
    let (mb, tenths) = (bytes.div_ceil(1 << 20), bytes / ((1 << 30) / 10));
    match (mb, tenths % 10) {
        (0..1024, _) => format!("{mb} MB"),
        (_, 0) => format!("{} GB", tenths / 10),
        (_, rest) => format!("{}.{rest} GB", tenths / 10),
    }
}

#[cfg(test)]
mod sizes {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let words = |bytes, most| Kept { bytes, most }.words();
        assert_eq!(words(0, 200 << 30), "0 MB of 200 GB are in use");
        assert_eq!(words(1, 1 << 30), "1 MB of 1 GB are in use");
        assert_eq!(words((1 << 30) * 5 / 4, 2 << 30), "1.2 GB of 2 GB are in use");
        assert!(Kept { bytes: 95, most: 100 }.is_short() && !Kept { bytes: 90, most: 100 }.is_short());
    }
}

/// A post that shows a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsedIn {
    pub post: PostId,
    pub title: String,
    /// It is out on every account that it goes to.
    pub out: bool,
}

/// One file with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssetDetail {
    pub card: AssetCard,
    pub folder: Option<FolderId>,
    pub folders: Vec<FolderCard>,
    pub added: When,
    /// Who added it, where that person is still there.
    pub by: Option<String>,
    /// The words from which a model made it.
    #[serde(default)]
    pub prompt: Option<String>,
    /// Those that are not out first; [`MAX_USES`] at most.
    pub posts: Vec<UsedIn>,
    pub more_posts: bool,
    /// Copies that fit, of this file.
    pub copies: Vec<AssetCard>,
    /// What it is a copy of.
    pub original: Option<AssetCard>,
    /// When it is removed for good; it is deleted.
    pub removed_on: Option<When>,
    pub may_edit: bool,
}
