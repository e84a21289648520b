//! What a person is offered about a delivery: at most one primary action, by its state and by what went wrong.

use crate::domain::delivery::{DeliveryCard, DeliveryState};
use crate::domain::permission::{Permission, Role};
use crate::ui::ButtonKind;

/// The word for `Fault::NotConfigured`: the company has not entered a key.
const NOT_CONFIGURED: &str = "not_configured";
/// The word for `Fault::Unsupported`: the platform cannot do what the post asks for.
const UNSUPPORTED: &str = "unsupported";

/// Something to do about a delivery, or whom to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Open the published post.
    See,
    /// Look at the platform whether it is there.
    Look,
    /// It is there: say where.
    LinkIt,
    /// They have published it themselves.
    MarkPosted,
    /// It is not there.
    SendAgain,
    Reconnect,
    AskToReconnect,
    EnterKeys,
    AskForKeys,
    Edit,
    PublishNow,
    TryAgain,
    Cancel,
    /// Delete it at the platform.
    Remove,
}

impl Act {
    /// Who may do it; words are for everybody.
    fn needs(self) -> Permission {
        match self {
            Self::See | Self::AskToReconnect | Self::AskForKeys => Permission::View,
            Self::Reconnect => Permission::Connect,
            Self::EnterKeys => Permission::Secrets,
            Self::Look
            | Self::LinkIt
            | Self::MarkPosted
            | Self::SendAgain
            | Self::Edit
            | Self::PublishNow
            | Self::TryAgain
            | Self::Cancel
            | Self::Remove => Permission::Publish,
        }
    }
}

/// What this role is offered, the primary action first. Nobody is offered what they may not do; where it takes somebody
/// else, words say whom.
pub fn offered(delivery: &DeliveryCard, role: Role) -> Vec<(Act, ButtonKind)> {
    use Act::*;
    use DeliveryState::*;
    let (primary, others) = match (delivery.state, delivery.fault_kind.as_deref()) {
        (Draft | Armed | Processing | Cancelled, _) => (None, vec![]),
        (Queued | Preparing | Waiting | Ready, _) => (None, vec![Cancel]),
        (Live, _) if delivery.removed.is_some() => (None, vec![]),
        (Live, _) if delivery.can_remove => (None, vec![See, Remove]),
        (Live, _) => (None, vec![See]),
        (NeedsEdit, _) => (Some(Edit), vec![Cancel]),
        (NeedsReconnect, _) if role.may(Reconnect.needs()) => (Some(Reconnect), vec![Cancel]),
        (NeedsReconnect, _) => (None, vec![AskToReconnect, Cancel]),
        (Held, _) => (Some(PublishNow), vec![Edit, Cancel]),
        (Failed, Some(NOT_CONFIGURED)) if role.may(EnterKeys.needs()) => (Some(EnterKeys), vec![TryAgain, Cancel]),
        (Failed, Some(NOT_CONFIGURED)) => (None, vec![AskForKeys, TryAgain, Cancel]),
        // As it is, it never goes out.
        (Failed, Some(UNSUPPORTED)) => (Some(Edit), vec![Cancel]),
        (Failed, _) => (Some(TryAgain), vec![Edit, Cancel]),
        (Unconfirmed, _) if delivery.page().is_some() => (Some(Look), vec![LinkIt, SendAgain]),
        (Unconfirmed, _) => (Some(LinkIt), vec![SendAgain]),
        (ByHand, _) => (Some(MarkPosted), vec![Cancel]),
    };
    let primary = primary.map(|act| (act, ButtonKind::Primary));
    let others = others.into_iter().map(|act| match act {
        SendAgain | Cancel | Remove => (act, ButtonKind::Ghost),
        _ => (act, ButtonKind::Secondary),
    });
    primary.into_iter().chain(others).filter(|(act, _)| role.may(act.needs())).collect()
}

#[cfg(test)]
mod tests {
    use super::Act::*;
    use super::*;
    use crate::domain::delivery::Removed;
    use crate::domain::ids::{ConnectionId, DeliveryId};
    use crate::domain::moment::{Moment, When};
    use crate::domain::platform::Platform;

    const KINDS: [Option<&str>; 5] =
        [None, Some(NOT_CONFIGURED), Some(UNSUPPORTED), Some("permanent"), Some("transient")];

    fn card(state: DeliveryState, kind: Option<&str>) -> DeliveryCard {
        DeliveryCard {
            id: DeliveryId::nil(),
            connection: ConnectionId::nil(),
            platform: Platform::X,
            handle: "@northwind".into(),
            state,
            due: None,
            live_at: None,
            remote_url: None,
            profile_url: None,
            fault: None,
            fault_kind: kind.map(str::to_owned),
            part: None,
            notes: vec![],
            can_remove: false,
            removed: None,
        }
    }

    fn acts(delivery: &DeliveryCard, role: Role) -> Vec<Act> {
        offered(delivery, role).into_iter().map(|(act, _)| act).collect()
    }

    #[test]
    fn every_failure_has_one_primary_action_for_whoever_may_do_all() {
        for state in DeliveryState::ALL {
            for kind in KINDS {
                for role in Role::ALL {
                    let offer = offered(&card(state, kind), role);
                    let primary = offer.iter().filter(|(_, kind)| *kind == ButtonKind::Primary).count();
                    assert!(primary <= 1, "{state:?} {kind:?} {role:?}: {offer:?}");
                    let helped = primary == 1 && offer[0].1 == ButtonKind::Primary;
                    let expected = state.needs_attention() && role == Role::Owner;
                    assert!(helped || !expected, "{state:?} {kind:?}: {offer:?}");
                }
            }
        }
    }

    #[test]
    fn the_kind_of_failure_decides() {
        let failed = |kind| acts(&card(DeliveryState::Failed, Some(kind)), Role::Owner);
        assert_eq!(failed(NOT_CONFIGURED), [EnterKeys, TryAgain, Cancel]);
        assert_eq!(failed(UNSUPPORTED), [Edit, Cancel]);
        assert_eq!(failed("permanent"), [TryAgain, Edit, Cancel]);
        assert_eq!(failed("transient"), [TryAgain, Edit, Cancel]);
        assert_eq!(acts(&card(DeliveryState::NeedsEdit, None), Role::Editor), [Edit, Cancel]);
        assert_eq!(acts(&card(DeliveryState::Held, Some("late")), Role::Editor), [PublishNow, Edit, Cancel]);
        assert_eq!(acts(&card(DeliveryState::ByHand, Some("by_hand")), Role::Editor), [MarkPosted, Cancel]);
    }

    #[test]
    fn whoever_may_not_help_is_told_who_can() {
        let keys = card(DeliveryState::Failed, Some(NOT_CONFIGURED));
        assert_eq!(acts(&keys, Role::Editor), [AskForKeys, TryAgain, Cancel]);
        assert_eq!(acts(&keys, Role::Viewer), [AskForKeys]);
        let parked = card(DeliveryState::NeedsReconnect, Some("auth_expired"));
        assert_eq!(acts(&parked, Role::Admin), [Reconnect, Cancel]);
        assert_eq!(acts(&parked, Role::Editor), [AskToReconnect, Cancel]);
        assert_eq!(acts(&parked, Role::Viewer), [AskToReconnect]);
        for state in [DeliveryState::Held, DeliveryState::Unconfirmed, DeliveryState::ByHand, DeliveryState::Queued] {
            assert!(acts(&card(state, None), Role::Viewer).is_empty(), "{state:?}");
        }
    }

    #[test]
    fn who_has_to_look_is_led_there() {
        let unknown = card(DeliveryState::Unconfirmed, Some("unknown_outcome"));
        assert_eq!(acts(&unknown, Role::Editor), [LinkIt, SendAgain]);
        let page = Some("https://x.com/northwind".to_owned());
        let known = DeliveryCard { profile_url: page, ..unknown.clone() };
        assert_eq!(acts(&known, Role::Editor), [Look, LinkIt, SendAgain]);
        let nowhere = DeliveryCard { profile_url: Some("javascript:alert(1)".into()), ..unknown };
        assert_eq!(acts(&nowhere, Role::Editor), [LinkIt, SendAgain]);
    }

    #[test]
    fn what_is_published_can_be_deleted_once() {
        let live = DeliveryCard { can_remove: true, ..card(DeliveryState::Live, None) };
        assert_eq!(acts(&live, Role::Editor), [See, Remove]);
        assert_eq!(acts(&live, Role::Viewer), [See]);
        let local = "2026-11-28T12:03".parse().expect("a time");
        let removed = Removed { at: When { at: Moment(0), local }, by: None };
        let gone = DeliveryCard { removed: Some(removed), ..live };
        assert!(acts(&gone, Role::Owner).is_empty(), "there is nothing to see any more");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn it_speaks_of_what_there_is() {
        use crate::connectors::Fault;
        use crate::features::deliveries::server::machine::{Event, next};
        assert_eq!(Fault::NotConfigured { field: "client_id" }.kind(), NOT_CONFIGURED);
        assert_eq!(Fault::Unsupported { message: String::new() }.kind(), UNSUPPORTED);
        // A draft is no promise: there is nothing to stop.
        for state in DeliveryState::ALL.into_iter().filter(|state| *state != DeliveryState::Draft) {
            for kind in KINDS {
                let stops = acts(&card(state, kind), Role::Editor).contains(&Cancel);
                assert_eq!(stops, next(state, Event::Cancel).is_ok(), "{state:?} {kind:?}");
            }
        }
    }
}
