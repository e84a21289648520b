//! "Delete on Facebook": taking back at the platform what was published. The delivery stays, as one that was deleted there.

use super::store::{self, Removable};
use crate::connectors::{Call, Fault, Publish, RemotePost, Wire, registry};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::platform::Platform;
use crate::features::connections::server::service as connections;
use crate::infra::detached::detached;
use crate::infra::session::Granted;
use std::time::Duration;

/// The longest that a person waits for the platform.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether what is published there can be taken back from here. First comments are taken back where comments are.
pub fn is_offered(platform: Platform, kind: &str) -> bool {
    kind != "comment" && registry::find(platform).and_then(|c| c.publish).is_some_and(|publish| publish.deletes())
}

/// Takes it back, and notes who did that. What is gone already counts as taken back. Goes on when the caller has gone, so that
/// what the platform deleted is known to be deleted.
pub async fn remove(who: Granted, id: DeliveryId) -> Result<()> {
    let work = async move { remove_there(&who, id).await };
    detached(work).await.unwrap_or_else(|| Err(AppError::bug(None)))
}

async fn remove_there(who: &Granted, id: DeliveryId) -> Result<()> {
    let delivery = store::removable(&who.tenant, id).await?;
    let name = delivery.platform.name();
    if delivery.is_removed {
        return Ok(());
    }
    if delivery.state != DeliveryState::Live {
        return Err(AppError::conflict(format!("This is not on {name}, so there is nothing to delete there.")));
    }
    let publish = registry::find(delivery.platform).and_then(|c| c.publish);
    let publish = publish.filter(|_| is_offered(delivery.platform, &delivery.kind));
    let Some(publish) = publish else {
        return Err(AppError::conflict(format!("This can only be deleted on {name} itself.")));
    };
    let known = delivery.remote_id.clone().or_else(|| publish.id_in(delivery.remote_url.as_deref()?));
    let Some(remote) = known else {
        return Err(AppError::conflict(format!("{name} has not told us which post this is. Delete it there.")));
    };
    let post = RemotePost { id: remote, url: delivery.remote_url.clone() };
    let mut refreshed = false;
    loop {
        let done = tokio::time::timeout(PATIENCE, delete(who, publish, &delivery, &post)).await;
        match done.unwrap_or_else(|_| Err(Fault::transient("no answer"))) {
            Ok(()) => break,
            Err(Fault::AuthExpired { .. }) if !refreshed => {
                refreshed = true;
                let fresh = connections::refresh_refused(&who.app, who.company, delivery.connection).await;
                fresh.map_err(|fault| refused(&fault, delivery.platform))?;
            }
            Err(fault) => return Err(refused(&fault, delivery.platform)),
        }
    }
    store::set_removed(&who.tenant, id, who.user, &format!("Deleted on {name}.")).await
}

async fn delete(who: &Granted, publish: &dyn Publish, delivery: &Removable, post: &RemotePost) -> Result<(), Fault> {
    let auth = connections::call_context(&who.app, who.company, delivery.connection).await?;
    let wire = Wire::new(who.app.outbound.clone()).on_behalf_of(who.company);
    let wire = wire.counted_for(delivery.platform, &auth.keys, &auth.remote_id);
    let call = Call {
        wire: &wire,
        keys: &auth.keys,
        grant: &auth.grant,
        account: &auth.remote_id,
        handle: &auth.handle,
        facts: &auth.facts,
    };
    publish.delete(&call, post).await
}

/// The refusal for the person who asked, in the platform's words. The post is still there.
fn refused(fault: &Fault, platform: Platform) -> AppError {
    let name = platform.name();
    let words: String = fault.to_string().chars().take(300).collect();
    let words = words.trim().trim_end_matches('.');
    match fault {
        Fault::Transient { .. } | Fault::UnknownOutcome { .. } => AppError::unavailable(format!(
            "{name} could not be reached: {words}. The post may still be there; try again in a minute."
        )),
        Fault::RateLimited { .. } => {
            AppError::unavailable(format!("{name} asks us to wait: {words}. The post is still there; try again later."))
        }
        Fault::AuthExpired { .. } | Fault::Disconnected { .. } | Fault::PermissionMissing { .. } => {
            AppError::conflict(format!("{words}. The post is still there. Connect the account again, then delete it."))
        }
        _ => AppError::conflict(format!("{name} did not delete it: {words}. The post is still there.")),
    }
}
