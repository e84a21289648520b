//! What a run has done, step by step. A step that is kept is not done again: a run that was cut off goes on behind it.

use super::store::runs;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::AgentRunId;
use crate::infra::database::Tenant;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;

/// Most steps of one run.
pub const MOST_STEPS: usize = 12;

pub struct Trace {
    tenant: Tenant,
    run: AgentRunId,
    done: HashMap<String, Value>,
}

impl Trace {
    pub async fn load(tenant: &Tenant, run: AgentRunId) -> Result<Self> {
        let steps = runs::steps(tenant, &[run]).await?;
        let done = steps.into_iter().map(|step| (step.name, step.data)).collect();
        Ok(Self { tenant: tenant.clone(), run, done })
    }

    /// What the step of this name came to: as it is kept, or by doing it now. The work says what it did and with what result.
    pub async fn step<T>(&mut self, name: &str, work: impl Future<Output = Result<(String, T)>>) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
    {
        if let Some(kept) = self.done.get(name)
            && let Ok(kept) = T::deserialize(kept)
        {
            return Ok(kept);
        }
        if self.done.len() >= MOST_STEPS {
            return Err(AppError::conflict("The run has taken too many steps."));
        }
        let (note, made) = work.await?;
        let data = serde_json::to_value(&made).map_err(|_| AppError::bug(None))?;
        runs::keep_step(&self.tenant, self.run, name, &note, &data).await?;
        self.done.insert(name.to_owned(), data);
        Ok(made)
    }
}
