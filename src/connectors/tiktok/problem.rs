//! TikTok's answers: `{data, error: {code, message}}`. `ok` is the one code that says success; some refusals come with a
//! status that says success, too.

use super::{LISTING, POSTING, PROFILE};
use crate::connectors::Fault;
use crate::connectors::rate_limits::{Pause, RateLimited};
use crate::connectors::wire::{WireResponse, clip};
use crate::domain::error::Problem;
use chrono::TimeDelta;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    data: Value,
    error: Error,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Error,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    code: String,
    message: String,
}

/// What a successful answer says.
pub fn data<T: DeserializeOwned>(response: &WireResponse) -> Result<T, Fault> {
    if !response.ok() {
        return Err(fault(response));
    }
    let Envelope { data, error } = response.json()?;
    if error.code != "ok" {
        return Err(of_code(response, &error));
    }
    serde_json::from_value(data).map_err(|_| response.unreadable())
}

/// What a response that is no success means.
pub fn fault(response: &WireResponse) -> Fault {
    of_code(response, &response.error::<Refusal>().error)
}

fn of_code(response: &WireResponse, error: &Error) -> Fault {
    let words = error.message.trim();
    let says = |otherwise: &str| match words {
        "" => otherwise.to_owned(),
        words => format!("TikTok says: {}", clip(words, 300)),
    };
    match error.code.as_str() {
        "access_token_invalid" => Fault::AuthExpired { message: says("TikTok signed us out.") },
        "scope_not_authorized" | "scope_permission_missed" => {
            // It names the scope in its words only.
            let named = [POSTING, LISTING, PROFILE].into_iter().find(|scope| words.contains(scope));
            let scopes = vec![named.unwrap_or(POSTING).to_owned()];
            Fault::PermissionMissing { message: says("This was not allowed when the account was connected."), scopes }
        }
        "rate_limit_exceeded"
        | "spam_risk_too_many_posts"
        | "spam_risk_too_many_pending_share"
        | "reached_active_user_cap" => wait(response, &error.code),
        "spam_risk_user_banned_from_posting" => Fault::Disconnected { message: BANNED.into() },
        "unaudited_client_can_only_post_to_private_accounts" => audience(UNAUDITED),
        "privacy_level_option_mismatch" => audience(OTHER_AUDIENCE),
        "url_ownership_unverified" => Fault::Permanent { code: error.code.clone(), message: UNVERIFIED.into() },
        "invalid_file_upload" => content("media", &says("TikTok does not take this file.")),
        // The upload or post is not there, or not of this account.
        "invalid_publish_id" | "token_not_authorized_for_specified_publish_id" => {
            lost("TikTok has dropped the upload.")
        }
        "invalid_param" | "invalid_params" => match field(words) {
            Some(field) => content(field, &says("TikTok does not take this.")),
            None => Fault::Permanent { code: error.code.clone(), message: says("TikTok refused the request.") },
        },
        "internal_error" => response.failed_there(says("TikTok is having problems.")),
        "" => response.by_status(Some(words), &[POSTING]),
        _ if response.status.is_server_error() => response.failed_there(says("TikTok is having problems.")),
        code => Fault::Permanent { code: code.to_owned(), message: says("TikTok refused the request.") },
    }
}

const BANNED: &str = "TikTok does not let this account post. Open TikTok's app to see why.";
const UNAUDITED: &str = "TikTok has not audited your app yet. Until then it posts to private accounts only, and only as \
                         “Only me”: choose “Only me”, and make the account private in TikTok's app, or ask TikTok for the audit.";
const OTHER_AUDIENCE: &str = "This account cannot post to the chosen audience. Choose again who can see this.";
const UNVERIFIED: &str = "TikTok fetches pictures only from addresses that are verified. Add this server's address to the \
                          URL properties of your app at TikTok.";

/// How long a refusal lasts that names no time.
fn lasts(code: &str) -> RateLimited {
    let long = Pause { first: TimeDelta::hours(1), most: TimeDelta::hours(6) };
    match code {
        // Too many accounts use the app today.
        "reached_active_user_cap" => RateLimited { of_app: true, ..RateLimited::without_time(long) },
        // So many posts of an account in 24 hours, by all apps together.
        "spam_risk_too_many_posts" | "spam_risk_too_many_pending_share" => RateLimited::without_time(long),
        _ => RateLimited::without_time(Pause::USUAL),
    }
}

fn wait(response: &WireResponse, code: &str) -> Fault {
    let message = match code {
        "reached_active_user_cap" => "As many accounts use your app today as TikTok allows.",
        "spam_risk_too_many_posts" => "TikTok takes no more posts from this account today.",
        "spam_risk_too_many_pending_share" => "Too many drafts wait in this account's inbox.",
        _ => "TikTok asks us to wait.",
    };
    match response.rate_limited(lasts(code)) {
        Fault::RateLimited { until, .. } => Fault::RateLimited { message: message.into(), until },
        other => other,
    }
}

/// For answers with the status 429.
pub fn limits(response: &WireResponse) -> RateLimited {
    lasts(&response.error::<Refusal>().error.code)
}

/// The field of our own form that a message is about.
fn field(message: &str) -> Option<&'static str> {
    let message = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&["privacy"]) {
        Some("options.privacy")
    } else if has(&["title", "description", "caption"]) {
        Some("text")
    } else if has(&["photo", "image", "video", "chunk", "file"]) {
        Some("media")
    } else {
        None
    }
}

/// Why TikTok has not published what it had taken.
pub fn failed(reason: &str) -> Fault {
    let permanent = |message: &str| Fault::Permanent { code: reason.to_owned(), message: message.to_owned() };
    match reason {
        "file_format_check_failed" => content(
            "media",
            "TikTok could not read the file. Export the video as MP4 with H.264, the pictures as JPEG.",
        ),
        "duration_check_failed" => content("media", "The video is too long or too short for this account. Cut it."),
        "frame_rate_check_failed" => {
            content("media", "TikTok takes 23 to 60 frames a second. Export the video with another frame rate.")
        }
        "picture_size_check_failed" => content(
            "media",
            "TikTok takes videos of 360 to 4096 pixels a side and pictures of 1080p. Use another size.",
        ),
        "video_pull_failed" | "photo_pull_failed" => permanent(
            "TikTok could not fetch the files. Check that this server can be reached from the internet, and try again.",
        ),
        "publish_cancelled" => permanent("The post was cancelled at TikTok."),
        "auth_removed" => Fault::Disconnected { message: "The account has taken our access away meanwhile.".into() },
        "spam_risk_too_many_posts" => {
            permanent("TikTok takes no more posts from this account today. Publish it tomorrow.")
        }
        "spam_risk_user_banned_from_posting" => Fault::Disconnected { message: BANNED.into() },
        "spam_risk_text" => content("text", "TikTok takes the text for spam, or it is against its rules. Change it."),
        "spam_risk" => permanent("TikTok takes this for spam. Change the post, or publish it later."),
        "internal" => permanent("TikTok had a problem of its own. Nothing was published: try again."),
        other => permanent(&format!("TikTok did not publish it ({}).", clip(other, 100))),
    }
}

pub fn lost(message: &str) -> Fault {
    Fault::PreparationLost { message: message.to_owned() }
}

pub fn content(field: &str, message: &str) -> Fault {
    Fault::InvalidContent { problems: vec![Problem::error(field, message)], message: message.to_owned() }
}

pub fn audience(message: &str) -> Fault {
    content("options.privacy", message)
}
