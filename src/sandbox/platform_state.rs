//! What only one platform keeps: X's uploads, Instagram's containers, LinkedIn's images. The types are in the platforms'
//! folders; the world holds them by platform, and the snapshot file stores each one as JSON under its platform's id.

use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::ser::{Error, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::any::Any;
use std::collections::BTreeMap;

/// The state of one platform. A platform has at most one type of it, which starts as its default.
pub(super) trait PlatformState: Serialize + DeserializeOwned + Default + Send + 'static {
    const PLATFORM: Platform;

    /// Removes what no request can use any more, so that the snapshot does not grow for ever.
    fn tidy(&mut self, now: DateTime<Utc>);
}

/// [`PlatformState`] without its type.
trait AnyState: Any + Send {
    fn to_json(&self) -> serde_json::Result<Value>;
    fn tidy(&mut self, now: DateTime<Utc>);
}

impl<S: PlatformState> AnyState for S {
    fn to_json(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }

    fn tidy(&mut self, now: DateTime<Utc>) {
        PlatformState::tidy(self, now);
    }
}

/// The states of all platforms. What a snapshot holds is parsed when the platform first asks for it.
#[derive(Default)]
pub(super) struct PlatformStates {
    saved: BTreeMap<Platform, Value>,
    used: BTreeMap<Platform, Box<dyn AnyState>>,
}

impl PlatformStates {
    pub fn get<S: PlatformState>(&mut self) -> &mut S {
        let saved = &mut self.saved;
        let state = self.used.entry(S::PLATFORM).or_insert_with(|| Box::new(parse::<S>(saved.remove(&S::PLATFORM))));
        let any: &mut dyn Any = &mut **state;
        any.downcast_mut().expect("a platform has one type of state")
    }

    pub fn tidy(&mut self, now: DateTime<Utc>) {
        self.used.values_mut().for_each(|state| state.tidy(now));
    }
}

/// Unreadable state is dropped: it holds unfinished uploads, never posts.
fn parse<S: PlatformState>(saved: Option<Value>) -> S {
    let Some(saved) = saved else { return S::default() };
    serde_json::from_value(saved).unwrap_or_else(|error| {
        tracing::warn!(platform = S::PLATFORM.id(), %error, "unreadable platform state in the sandbox snapshot dropped");
        S::default()
    })
}

impl Serialize for PlatformStates {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let mut map = serializer.serialize_map(Some(self.saved.len() + self.used.len()))?;
        for (platform, state) in &self.saved {
            map.serialize_entry(platform, state)?;
        }
        for (platform, state) in &self.used {
            map.serialize_entry(platform, &state.to_json().map_err(Z::Error::custom)?)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for PlatformStates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { saved: BTreeMap::deserialize(deserializer)?, used: BTreeMap::new() })
    }
}
