//! What agents know of a company, computed from its own rows. Nothing here is guessed: each number is a count, a sum, a median or
//! a quotient that docs/AGENTS.md names. Every query is bounded.

pub mod contacts;
pub mod posts;
pub mod things;

use crate::domain::error::Result;
use crate::domain::moment::Day;
use crate::features::identity::companies::server::service as companies;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// For whom and when.
pub struct Scene {
    pub who: Granted,
    pub zone: Tz,
    pub now: DateTime<Utc>,
    pub today: Day,
}

impl Scene {
    pub async fn of(who: Granted, now: DateTime<Utc>) -> Result<Self> {
        let zone = companies::zone(&who.tenant).await?;
        Ok(Self { today: zone::today(zone, now), who, zone, now })
    }

    pub fn tenant(&self) -> &Tenant {
        &self.who.tenant
    }

    /// So many days ago.
    pub fn ago(&self, days: i64) -> DateTime<Utc> {
        self.now - TimeDelta::days(days)
    }

    pub fn day_of(&self, at: DateTime<Utc>) -> Day {
        zone::today(self.zone, at)
    }
}
