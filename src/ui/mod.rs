//! The kit: what every screen is built from. It knows no feature.
//! Read `action` (buttons), `field` (inputs), `layout` (cards, notices, empty states), `loaded`, `icon`, `platform`.

pub mod action;
pub mod copy;
pub mod field;
pub mod icon;
pub mod layout;
pub mod loaded;
pub mod pager;
pub mod platform;
pub mod title;

pub use action::{Button, ButtonKind, LinkButton};
pub use copy::CopyButton;
pub use field::{Check, Field, SelectBox, TextArea, TextInput};
pub use icon::{Glyph, Icon};
pub use layout::{Card, CardHead, Chip, Empty, ErrorNotice, Notice, Tone};
pub use loaded::Loaded;
pub use pager::Pager;
pub use platform::{PlatformIcon, edge_class};
pub use title::PageTitle;
