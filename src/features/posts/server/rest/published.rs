//! What is published: taking it back at the platform.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::permission::Permission;
use crate::features::deliveries::server::removal;
use crate::infra::http::throttle;
use crate::infra::session::Who;
use axum::Json;
use axum::extract::Path;
use serde::Serialize;

#[derive(Serialize)]
pub struct Removed {
    removed: DeliveryId,
}

/// `DELETE /api/v1/social/published/{id}`, with a delivery's id: deletes the post at its platform. Doing it again is answered in
/// the same way. 409: it is not published, or the platform refuses. 404: the company has no such delivery.
pub async fn remove(who: Who, Path(id): Path<String>) -> Result<Json<Removed>> {
    let who = who.require(Permission::Publish)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
    let id: DeliveryId = id.parse().map_err(|_| AppError::not_found("delivery"))?;
    removal::remove(who, id).await?;
    Ok(Json(Removed { removed: id }))
}
