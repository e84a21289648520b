//! The names of what a post's options choose at the platforms, as they were last fetched.

use crate::domain::connection::ConnectionSummary;
use crate::domain::error::Result;
use crate::domain::ids::ConnectionId;
use crate::domain::options::RemoteChoice;
use crate::domain::post::Target;
use crate::features::connections::server::choices;
use crate::infra::database::Tenant;

/// Of these targets; asked only where something is chosen so.
pub async fn of(
    tenant: &Tenant,
    targets: &[Target],
    accounts: &[ConnectionSummary],
) -> Result<Vec<(ConnectionId, RemoteChoice)>> {
    let mut wanted: Vec<(ConnectionId, String)> = vec![];
    for target in targets {
        let account = accounts.iter().find(|account| account.id == target.connection);
        let publishing = account.and_then(|account| account.platform.publishing());
        let ids = publishing.into_iter().flat_map(|p| p.options.remote(target.format, &target.options));
        wanted.extend(ids.map(|id| (target.connection, id.to_owned())));
    }
    if wanted.is_empty() { Ok(vec![]) } else { choices::named(tenant, &wanted).await }
}
