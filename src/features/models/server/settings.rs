//! Settings → AI: which model answers, what it may cost, and what was asked lately.

use super::store::{self, Chosen};
use super::{door, pictures, prices, sums};
use crate::connectors::models::listing::{self, is_name};
use crate::connectors::models::{Place, SERVICES};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::moment::When;
use crate::domain::platform::Platform;
use crate::features::models::model::{AiBoard, Answers, CallRow, MAX_CAP};
use crate::features::secrets::server::service as secrets;
use crate::infra::http::throttle;
use crate::infra::session::Granted;
use crate::infra::zone;
use std::time::Duration;

/// Millionths in a dollar.
const DOLLAR: i64 = 1_000_000;
/// Calls on the page.
const SHOWN: i64 = 25;
/// A page waits no longer for a list of models.
const PATIENCE: Duration = Duration::from_secs(3);

pub async fn board(who: &Granted) -> Result<AiBoard> {
    let chosen = store::chosen(&who.tenant).await?;
    let mut ready = vec![];
    for service in SERVICES {
        let keys = secrets::app_keys(&who.app, who.company, service).await?;
        if let Ok(place) = Place::read(service, &keys) {
            ready.push((service, place));
        }
    }
    let found = door::find(who).await?;
    let mut listed = vec![];
    if let Some((_, place)) = found.as_ref().and_then(|found| ready.iter().find(|(of, _)| *of == found.service)) {
        let asked = tokio::time::timeout(PATIENCE, listing::models(&who.app.outbound, place)).await;
        if let Ok(Ok(models)) = asked {
            listed = models.into_iter().map(|model| model.id).collect();
        }
    }
    let answers = found.map(|door| {
        let note = prices::note(door.service, &door.model);
        let stand_in = door.is_stand_in(who);
        Answers { service: door.service, model: door.model, note, stand_in }
    });
    let (micros, calls) = store::month(&who.tenant).await?;
    let zone = store::zone(&who.tenant).await?;
    let clock = zone::of(&zone);
    let row = |row: store::Row| CallRow {
        id: row.id.to_string(),
        at: When { at: row.at.into(), local: zone::local(clock, row.at) },
        by: row.by,
        feature: feature(&row.feature),
        model: row.model,
        tokens: format!("{}{} + {}", if row.estimated { "about " } else { "" }, row.input, row.output),
        cost: prices::words(row.cost.unsigned_abs()),
        outcome: outcome(&row.outcome).into(),
    };
    Ok(AiBoard {
        service: chosen.service,
        model: chosen.model,
        fallback: chosen.fallback,
        picture_model: chosen.picture_model,
        pictures: pictures::find(who).await?.map(|painter| painter.model).ok(),
        cap: chosen.cap_micros.and_then(|micros| u32::try_from(micros / DOLLAR).ok()),
        ready: ready.into_iter().map(|(service, _)| service).collect(),
        answers,
        listed,
        spent: match calls {
            1 => format!("{} in 1 call", prices::words(micros.unsigned_abs())),
            n => format!("{} in {n} calls", prices::words(micros.unsigned_abs())),
        },
        calls: store::recent(&who.tenant, SHOWN).await?.into_iter().map(row).collect(),
        sums: sums::of_this_month(&who.tenant, feature).await?,
        zone,
    })
}

fn feature(id: &str) -> String {
    let mut words = id.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

fn outcome(id: &str) -> &'static str {
    match id {
        "answered" => "Answered",
        "cut" => "Too long, cut",
        "filtered" => "Stopped by the service's filter",
        "declined" => "Declined by the model",
        "failed" => "Failed",
        "stopped" => "Stopped",
        _ => "Running",
    }
}

/// Keeps what was chosen. Empty texts mean the usual models, no cap where none is typed.
pub async fn save(who: &Granted, service: &str, model: &str, fallback: &str, cap: &str) -> Result<()> {
    let painter = store::chosen(&who.tenant).await?.picture_model;
    save_all(who, service, (model, fallback, &painter), cap).await
}

/// The same with the model that makes pictures.
pub async fn save_all(
    who: &Granted,
    service: &str,
    (model, fallback, painter): (&str, &str, &str),
    cap: &str,
) -> Result<()> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
    let (model, fallback, painter, cap) = (model.trim(), fallback.trim(), painter.trim(), cap.trim());
    let mut problems = vec![];
    let service: Option<Platform> = match service {
        "" => None,
        id => match id.parse().ok().filter(|service| SERVICES.contains(service)) {
            Some(service) => Some(service),
            None => {
                problems.push(Problem::error("service", "Choose one of the services."));
                None
            }
        },
    };
    for (field, name) in [("model", model), ("fallback", fallback), ("painter", painter)] {
        if !name.is_empty() && !is_name(name) {
            problems.push(Problem::error(field, "This is no name of a model. Write it as in gpt-4o."));
        }
    }
    let cap = match cap {
        "" => None,
        typed => match typed.parse::<u32>().ok().filter(|cap| *cap <= MAX_CAP) {
            Some(cap) => Some(i64::from(cap) * DOLLAR),
            None => {
                problems.push(Problem::error("cap", format!("Enter whole dollars up to {MAX_CAP}, or nothing.")));
                None
            }
        },
    };
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    let picture_model = painter.into();
    let chosen = Chosen { service, model: model.into(), fallback: fallback.into(), picture_model, cap_micros: cap };
    store::choose(&who.tenant, who.user, &chosen).await
}
