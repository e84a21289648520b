//! What a person can do about one delivery.

use super::model::DeliveryCard;
use crate::domain::ids::PostId;
use leptos::prelude::*;

/// The buttons of a delivery.
#[component]
pub fn DeliveryActions(post: PostId, delivery: DeliveryCard) -> impl IntoView {
    let _ = (post, delivery);
}
