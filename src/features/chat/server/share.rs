//! How much of the company's money one person may spend on questions: so many answers of a model in 24 hours, fewer for whoever only
//! looks. What they ask beyond that is answered by rules.

use super::store;
use crate::domain::error::Result;
use crate::domain::permission::Permission;
use crate::infra::session::Granted;

/// Answers of a model in 24 hours for whoever works here, and for whoever only looks.
pub const WORKS: i64 = 200;
pub const LOOKS: i64 = 40;

/// Why no model may answer this person now; `None`: one may.
pub async fn used_up(who: &Granted) -> Result<Option<String>> {
    let most = if who.role.may(Permission::Publish) { WORKS } else { LOOKS };
    if store::answers_of_models(&who.tenant, who.user, most).await? < most {
        return Ok(None);
    }
    Ok(Some(format!(
        "A model has answered you {most} times in 24 hours, which is your share. Until some of that is a day old, answers come by rules."
    )))
}
