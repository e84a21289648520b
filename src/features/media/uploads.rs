//! Files on their way to the server, from any page: what is sent at all, how far each is, and how that looks.

use super::browser::{self, Picked, Progress};
use super::model::{AssetCard, MAX_DOCUMENT_BYTES, MAX_UPLOAD_BYTES, RejectedFile, Why};
use crate::domain::error::ErrorKind;
use crate::ui::{Button, ButtonKind, Glyph, Icon};
use leptos::prelude::*;

/// What a file input offers.
pub const ACCEPT: &str = "image/jpeg,image/png,image/webp,image/gif,video/mp4,video/quicktime,application/pdf";

/// How far a file has come.
#[derive(Clone, Debug, PartialEq)]
pub enum FileState {
    /// Per cent.
    Sending(u8),
    /// It is there, and the server reads it.
    Checking,
    /// Why it did not come in.
    Refused(String),
    /// Why it did not arrive; it can be sent again.
    Broken(String),
    Ready(Box<AssetCard>),
}

/// Sends a file, a large one in parts, and tells `state` how far it is; `arrived` is told what the server made of it.
pub fn send(key: u32, state: ArcRwSignal<FileState>, file: Picked, arrived: impl Fn(AssetCard) + 'static) {
    let on_progress = state.clone();
    let in_parts = comes_in_parts(&file.mime, file.bytes);
    browser::send(
        key,
        file,
        in_parts,
        move |progress| {
            on_progress.set(match progress {
                Progress::Sent(percent) => FileState::Sending(percent),
                Progress::Checking => FileState::Checking,
            });
        },
        move |answer| match answer {
            Ok(card) => arrived(card),
            Err(error) if error.kind == ErrorKind::Invalid => state.set(FileState::Refused(error.message)),
            Err(error) => state.set(FileState::Broken(error.message)),
        },
    );
}

/// Whether a file is not sent at all, as the server would refuse it anyway; then `state` says why.
pub fn refuses(file: &Picked, state: &ArcRwSignal<FileState>) -> bool {
    let why = refused(&file.mime, file.bytes);
    if let Some(why) = why {
        state.set(FileState::Refused(RejectedFile::new(&file.name, why).words()));
    }
    why.is_some()
}

/// Videos and what is larger than one request may be.
fn comes_in_parts(mime: &str, bytes: u64) -> bool {
    mime.starts_with("video/") || bytes > MAX_UPLOAD_BYTES
}

/// The server looks at the bytes, this only at what is claimed.
fn refused(mime: &str, bytes: u64) -> Option<Why> {
    match mime {
        _ if bytes == 0 => Some(Why::Empty),
        mime if mime.starts_with("image/") && bytes > MAX_UPLOAD_BYTES => Some(Why::TooBig),
        "application/pdf" if bytes > MAX_DOCUMENT_BYTES => Some(Why::DocumentTooBig),
        "application/pdf" => None,
        "" | "image/jpeg" | "image/png" | "image/webp" | "image/gif" | "video/mp4" | "video/quicktime" => None,
        "video/webm" | "video/x-matroska" => Some(Why::Matroska),
        "image/heic" | "image/heif" | "image/avif" => Some(Why::Heif),
        _ => Some(Why::NotAPicture),
    }
}

/// How far a file is that is not there yet, and a way to send it again where it did not arrive. Nothing for one that is there.
pub fn way(name: &str, state: FileState, again: Callback<()>) -> AnyView {
    let name = name.to_owned();
    match state {
        FileState::Sending(percent) => view! {
            <div class="flex min-w-0 flex-1 flex-col gap-1">
                <span dir="auto" class="truncate text-[13px]">
                    {name.clone()}
                </span>
                <progress class="h-1.5 w-full accent-purple" max="100" value=percent.to_string() aria-label=format!("Sending {name}")>
                    {format!("{percent} %")}
                </progress>
                <span class="text-xs text-faint">{format!("{percent} % sent")}</span>
            </div>
        }
        .into_any(),
        FileState::Checking => view! {
            <div class="flex min-w-0 flex-1 flex-col gap-1" role="status">
                <span dir="auto" class="truncate text-[13px]">
                    {name}
                </span>
                <span class="text-xs text-faint">"Sent. Checking the file…"</span>
            </div>
        }
        .into_any(),
        FileState::Refused(why) => trouble(why, None),
        FileState::Broken(why) => trouble(why, Some(again)),
        FileState::Ready(_) => ().into_any(),
    }
}

/// Why a file is not there.
fn trouble(why: String, again: Option<Callback<()>>) -> AnyView {
    let button = again.map(|again| {
        view! {
            <div>
                <Button kind=ButtonKind::Secondary small=true kind_type="button" on:click=move |_| again.run(())>
                    "Try again"
                </Button>
            </div>
        }
        .into_any()
    });
    view! {
        <div class="flex min-w-0 flex-1 flex-col gap-2">
            <p class="flex min-w-0 items-start gap-1.5 text-[13px] text-bad" role="alert">
                <Icon glyph=Glyph::Warning class="mt-0.5 size-4" />
                <span class="min-w-0 wrap-anywhere">{why}</span>
            </p>
            {button}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_used_is_sent() {
        assert_eq!(refused("image/jpeg", 10), None);
        assert_eq!(refused("", 10), None);
        assert_eq!(refused("video/mp4", 5 << 30), None);
        assert_eq!(refused("video/quicktime", 10), None);
        assert_eq!(refused("application/pdf", MAX_DOCUMENT_BYTES), None);
        assert_eq!(refused("application/pdf", MAX_DOCUMENT_BYTES + 1), Some(Why::DocumentTooBig));
        assert_eq!(refused("application/zip", 10), Some(Why::NotAPicture));
        assert_eq!(refused("image/svg+xml", 10), Some(Why::NotAPicture));
        assert_eq!(refused("video/webm", 10), Some(Why::Matroska));
        assert_eq!(refused("image/heic", 10), Some(Why::Heif));
        assert_eq!(refused("image/png", MAX_UPLOAD_BYTES + 1), Some(Why::TooBig));
    }
}
