//! The kit: what every screen is built from. It knows no feature.
//! Read `action` (buttons), `field` (inputs), `marked_text` (marks under a field's text), `when` (a day and a time), `layout` (cards, notices, empty states), `form_action` and
//! `value_form` (forms), `company` (which one the page is for), `form` (what an
//! attempt came to), `filter`, `pager` and `chosen` (the parts of a list), `finder` (search and choose), `menu`, `page` (head and tabs of signed-in pages), `loaded`,
//! `toast`, `decided` (what was decided, with Undo), `icon`, `platform`, `browser` (what only the browser knows), `caret` (text put into a field), `focus` (where the keyboard goes when what had it goes).

pub mod action;
pub mod ask;
pub mod brand;
pub mod browser;
pub mod caret;
pub mod chosen;
pub mod company;
pub mod copy;
pub mod decided;
pub mod field;
pub mod filter;
pub mod finder;
pub mod focus;
pub mod form;
mod form_action;
pub mod icon;
pub mod layout;
pub mod loaded;
pub mod marked_text;
pub mod menu;
pub mod page;
pub mod pager;
pub mod platform;
pub mod screen;
pub mod title;
pub mod toast;
mod value_form;
pub mod when;

pub use action::{Button, ButtonKind, LinkButton};
pub use brand::Brand;
pub use chosen::{Chosen, ChosenBar, ChosenBox};
pub use company::of_company;
pub use copy::CopyField;
pub use field::{Check, Field, SelectBox, TextArea, TextInput};
pub use filter::{FilterLink, FilterLinks, encode};
pub use form::{FormError, done, failure, problem, success, typed};
pub use form_action::{FormAction, PostForm};
pub use icon::{Glyph, Icon};
pub use layout::{Card, CardHead, Chip, Empty, ErrorNotice, Notice, Tone};
pub use loaded::{Loaded, suspended};
pub use marked_text::Marked;
pub use menu::Menu;
pub use pager::{Pager, Turn, Turns};
pub use platform::PlatformIcon;
pub use screen::{Screen, screen};
pub use title::PageTitle;
pub use value_form::ValueForm;
pub use when::WhenField;
