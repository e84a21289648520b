//! What the signed-in pages share: the head that each begins with, what the frame tells them, the settings tabs and the
//! notice that publishing is paused.

mod head;
mod pause;
mod sandbox;
mod settings_tabs;

pub use head::{Allowed, FrameContext, PageHead, use_frame};
pub use pause::PauseNotice;
pub use settings_tabs::SettingsTabs;
