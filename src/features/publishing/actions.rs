//! What a person can do about one delivery.

use super::model::DeliveryCard;
use leptos::prelude::*;

/// The buttons of a delivery.
#[component]
pub fn DeliveryActions(delivery: DeliveryCard) -> impl IntoView {
    let _ = delivery;
}
