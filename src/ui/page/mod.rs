//! What the signed-in pages share: the head that each begins with, what the frame tells them, the tabs and the
//! notice that publishing is paused.

mod head;
mod pause;
mod sandbox;
mod tabs;

pub use head::{Allowed, FrameContext, PageHead, use_frame};
pub use pause::PauseNotice;
pub use tabs::{DiagnosticsTabs, SettingsTabs};
