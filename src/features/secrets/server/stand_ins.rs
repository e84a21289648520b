//! Keys for the sandbox: the stand-ins take any, so one click fills in all of them. What somebody entered is never touched.

use super::{service, store};
use crate::domain::error::{AppError, Result};
use crate::domain::platform::Platform;
use crate::infra::session::Granted;
use crate::infra::settings::Settings;
use std::collections::BTreeMap;

/// What stands for a platform's required keys.
pub fn keys(platform: Platform) -> BTreeMap<String, String> {
    let needed = platform.keys().fields.iter().filter(|field| field.required);
    let key = |secret: bool| if secret { format!("sandbox-{platform}-stand-in") } else { client_id(platform) };
    needed.map(|field| (field.name.to_owned(), key(field.secret))).collect()
}

/// What stands for the app that is registered at a platform.
pub fn client_id(platform: Platform) -> String {
    format!("sandbox-{platform}-app")
}

/// Platforms whose keys are stand-ins' business: they are answered for by the sandbox, and the server gives no keys of its
/// own for them.
pub(super) fn platforms(settings: &Settings) -> impl Iterator<Item = Platform> {
    let stands_in = |platform: &Platform| {
        let stand_in = format!("http://{}/{platform}", settings.sandbox_addr);
        settings.sandbox && settings.base_urls.get(platform).is_some_and(|url| url.as_str() == stand_in)
    };
    let own_default = |platform: &Platform| settings.default_keys.keys().any(|(of, _)| of == platform);
    // One model is enough; a second one would only be chosen between.
    let filled = Platform::publishers().chain([Platform::OpenAi]);
    filled.filter(move |p| p.keys().are_needed() && stands_in(p) && !own_default(p))
}

/// Fills in the keys of every stand-in that has none at all, so that nothing real is mixed with them; how many.
pub async fn fill(who: &Granted) -> Result<u64> {
    if !who.app.settings.sandbox {
        return Err(AppError::not_found("button"));
    }
    let mut filled = 0;
    for platform in platforms(&who.app.settings) {
        let fields = platform.keys().fields.iter().filter(|field| field.required);
        let mut typed = keys(platform);
        let values: Vec<_> = fields
            .filter_map(|field| {
                Some(service::sealed(&who.app, &who.tenant, platform, field, &typed.remove(field.name)?))
            })
            .collect();
        filled += u64::from(store::save_first(&who.tenant, platform, who.user, &values).await?);
    }
    Ok(filled)
}
