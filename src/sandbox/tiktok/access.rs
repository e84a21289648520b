//! TikTok: who calls, what they may do, and the account that they see.

use super::{answer, error, invalid, too_fast};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{AccessToken, Account};
use chrono::TimeDelta;
use serde_json::json;

pub(super) struct Caller {
    pub me: Account,
    token: AccessToken,
}

impl Caller {
    pub fn need(&self, scope: &str) -> Result<(), ErrorResponse> {
        if self.token.scopes.iter().any(|had| had == scope) {
            return Ok(());
        }
        let words = format!("The user did not authorize the scope required for completing this request: {scope}");
        Err(error(401, "scope_not_authorized", &words))
    }

    /// The app was audited by TikTok.
    pub fn is_audited(&self) -> bool {
        !self.token.client.starts_with("unaudited")
    }

    /// Only followers that it has accepted see its posts.
    pub fn is_private(&self) -> bool {
        self.me.handle != "northwind.roasts"
    }

    /// Counts a call in its minute.
    pub fn spend(&self, sandbox: &Sandbox, route: &'static str, limit: u32) -> Result<(), ErrorResponse> {
        let key = (Platform::TikTok, self.me.id.clone(), route);
        let (left, _) = sandbox.world().spend(sandbox.now(), key, sandbox.limit(limit), TimeDelta::minutes(1));
        left.map(drop).ok_or_else(too_fast)
    }
}

pub(super) fn caller(sandbox: &Sandbox, request: &PlatformRequest) -> Result<Caller, ErrorResponse> {
    let no = || error(401, "access_token_invalid", "The access token is invalid or not found in the request.");
    let token = request.bearer().filter(|token| !token.is_empty()).ok_or_else(no)?;
    let world = sandbox.world();
    let token = world.bearer(sandbox.now(), Platform::TikTok, token).map_err(|_| no())?;
    let me = world.account(Platform::TikTok, &token.account).cloned().ok_or_else(no)?;
    Ok(Caller { me, token })
}

/// `GET /v2/user/info/?fields=…`
pub(super) fn user_info(request: &PlatformRequest, caller: &Caller) -> PlatformResponse {
    let fields = request.query("fields").filter(|fields| !fields.is_empty());
    let fields = fields.ok_or_else(|| invalid("The parameter fields is required."))?;
    let (me, mut user) = (&caller.me, json!({}));
    for field in fields.split(',') {
        let (scope, value) = match field {
            "open_id" => ("user.info.basic", json!(me.id)),
            "union_id" => ("user.info.basic", json!(format!("union{}", me.id))),
            "avatar_url" | "avatar_url_100" | "avatar_large_url" => {
                ("user.info.basic", json!(request.avatar_url(&me.id)))
            }
            "display_name" => ("user.info.basic", json!(me.name)),
            "username" => ("user.info.profile", json!(me.handle)),
            "bio_description" => ("user.info.profile", json!(me.about)),
            "profile_deep_link" => ("user.info.profile", json!(format!("https://vm.tiktok.com/{}", me.handle))),
            "is_verified" => ("user.info.profile", json!(false)),
            "follower_count" | "following_count" | "likes_count" | "video_count" => ("user.info.stats", json!(0)),
            other => return Err(invalid(&format!("The field {other} is not known."))),
        };
        caller.need(scope)?;
        user[field] = value;
    }
    answer(json!({ "user": user }))
}
