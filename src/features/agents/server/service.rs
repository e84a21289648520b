//! What the pages of agents show.

use super::decide::Several;
use super::facts::Scene;
use super::run::month_start;
use super::store::proposals::ProposalRow;
use super::store::runs::RunRow;
use super::store::{documents, proposals, runs, settings};
use super::{markdown, settings as set, tasks};
use crate::domain::connection::ConnectionState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, ConnectionId, DocumentId, ProposalId};
use crate::domain::moment::When;
use crate::domain::permission::Permission;
use crate::features::agents::action::Action;
use crate::features::agents::catalogue::{self, AGENTS, Agent};
use crate::features::agents::events;
use crate::features::agents::model::*;
use crate::features::contacts::segments::server::{counted, service as segments};
use crate::features::media::server::service as media;
use crate::features::models::server::door;
use crate::features::posts::server::service as posts;
use crate::infra::session::Granted;
use crate::infra::zone;
use crate::ui::decided::not_done;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;

/// Runs, documents and proposals on an agent's page.
const RUNS: i64 = 12;
const DOCUMENTS: i64 = 12;
/// Documents of all agents on the page of all.
const RECENT: i64 = 10;
/// What it did by itself.
const BY_ITSELF: i64 = 6;
/// People whom a preview names.
const NAMED: usize = 8;
/// Proposed segments of which it is counted who fits.
const COUNTED_RULES: usize = 5;

fn when(zone: Tz, at: DateTime<Utc>) -> When {
    When { at: at.into(), local: zone::local(zone, at) }
}

/// Whether this person may see what names people.
pub(super) fn may_see(who: &Granted, agent: &Agent) -> bool {
    !agent.names_people || who.role.may(Permission::Contacts)
}

pub async fn board(who: &Granted) -> Result<AgentBoard> {
    let scene = Scene::of(who.clone(), Utc::now()).await?;
    let seen: Vec<_> = AGENTS.iter().filter(|agent| may_see(who, agent)).map(|agent| agent.id.to_owned()).collect();
    let (tiles, stopped, door, tasks, documents) = futures::try_join!(
        tiles(&scene),
        stopped(&scene),
        door::find(who),
        tasks::list(who, None, scene.zone),
        documents::recent(&who.tenant, &seen, RECENT)
    )?;
    Ok(AgentBoard {
        waiting: tiles.iter().map(|tile| tile.waiting).sum(),
        tiles,
        stopped,
        tasks,
        documents: documents.into_iter().map(|row| line(scene.zone, row)).collect(),
        may_change: who.role.may(Permission::Publish),
        may_switch: who.role.may(Permission::Company),
        has_model: door.is_some(),
        zone: scene.zone.name().to_owned(),
    })
}

async fn stopped(scene: &Scene) -> Result<Option<Stop>> {
    let row = settings::stopped(scene.tenant()).await?;
    Ok(row.map(|row| Stop { by: row.by.unwrap_or_else(|| "Somebody".into()), at: when(scene.zone, row.at) }))
}

/// All agents at a glance, in their order.
pub async fn tiles(scene: &Scene) -> Result<Vec<AgentTile>> {
    let tenant = scene.tenant();
    let ids: Vec<_> = AGENTS.iter().map(|agent| agent.id.to_owned()).collect();
    let (set, jobs, last, documents, waiting) = futures::try_join!(
        settings::all(tenant),
        settings::jobs(tenant),
        runs::last(tenant, &ids),
        documents::last(tenant, &ids),
        proposals::waiting(tenant),
    )?;
    let tile = |agent: &Agent| {
        let run = last.iter().find(|run| run.agent == agent.id);
        let sees = may_see(&scene.who, agent);
        let headline = run.map(|run| if run.headline.is_empty() { &run.error } else { &run.headline });
        AgentTile {
            agent: agent.id.into(),
            is_on: set.iter().any(|row| row.agent == agent.id && row.is_on),
            state: run.map(|run| RunState::parse(&run.state)),
            headline: headline.filter(|_| sees).cloned().unwrap_or_default(),
            ended: run.and_then(|run| run.ended_at).map(|at| when(scene.zone, at)),
            next: jobs
                .iter()
                .filter(|job| job.agent == agent.id)
                .filter_map(|job| job.next_at)
                .min()
                .map(|at| when(scene.zone, at)),
            waiting: waiting.iter().find(|(of, _)| of == agent.id).map_or(0, |(_, n)| if sees { *n } else { 0 }),
            document: documents.iter().find(|(of, _)| of == agent.id).filter(|_| sees).map(|(_, id)| *id),
        }
    };
    Ok(AGENTS.iter().map(tile).collect())
}

/// The tiles in words, for a page that has no room for more: name, what came last, when it works next, the one thing to do and where.
pub async fn in_words(who: &Granted) -> Result<Vec<[String; 5]>> {
    let scene = Scene::of(who.clone(), Utc::now()).await?;
    let tiles = tiles(&scene).await?;
    let words = |(tile, agent): (AgentTile, &Agent)| {
        let (act, href) = tile.act(who.role.may(Permission::Company));
        let line = if tile.headline.is_empty() { agent.purpose.to_owned() } else { tile.headline.clone() };
        let next = match tile.next {
            _ if !tile.is_on => "off".to_owned(),
            None => "on".to_owned(),
            Some(next) => format!("next {}", next.local.short()),
        };
        [agent.name.to_owned(), line, next, act, href]
    };
    Ok(tiles.into_iter().zip(&AGENTS).map(words).collect())
}

pub async fn detail(who: &Granted, id: &str) -> Result<AgentDetail> {
    let agent = set::agent(id)?;
    let scene = Scene::of(who.clone(), Utc::now()).await?;
    let tenant = scene.tenant();
    let sees = may_see(who, agent);
    let (tiles, stopped, set, jobs, runs) = futures::try_join!(
        tiles(&scene),
        stopped(&scene),
        settings::all(tenant),
        settings::jobs(tenant),
        runs::of_agent(tenant, agent.id, RUNS)
    )?;
    let (documents, rates, spent, door, tasks) = futures::try_join!(
        documents::of_agent(tenant, agent.id, DOCUMENTS),
        proposals::rates(tenant, agent.id),
        runs::spent(tenant, agent.ledger, month_start(&scene)),
        door::find(who),
        tasks::list(who, Some(agent.id), scene.zone),
    )?;
    let waiting = if sees { proposals::list(tenant, false, Some(agent.id), LISTED).await? } else { vec![] };
    let by_itself = if sees { proposals::by_itself(tenant, agent.id, BY_ITSELF).await? } else { vec![] };
    let (proposals, by_itself) = (cards(&scene, waiting).await?, cards(&scene, by_itself).await?);
    let ids: Vec<_> = runs.iter().map(|run| run.id).collect();
    let steps = super::store::runs::steps(tenant, &ids).await?;
    let own = set.iter().find(|row| row.agent == agent.id);
    let card = |run: RunRow| {
        let steps = steps
            .iter()
            .filter(|step| step.run_id == run.id)
            .map(|step| StepLine { name: step.name.clone(), note: step.note.clone() });
        RunCard {
            id: run.id,
            state: RunState::parse(&run.state),
            by: run.by,
            woken_by: run.woken_by,
            created: when(scene.zone, run.created_at),
            seconds: run.ended_at.zip(run.started_at).map(|(to, from)| (to - from).num_seconds().max(0)),
            headline: if sees { run.headline } else { String::new() },
            error: run.error,
            cost_micros: run.cost_micros,
            steps: steps.collect(),
            job: run.job,
        }
    };
    Ok(AgentDetail {
        tile: tiles.into_iter().find(|tile| tile.agent == agent.id).ok_or_else(|| AppError::not_found("agent"))?,
        stopped,
        jobs: agent
            .jobs
            .iter()
            .map(|job| {
                let row = jobs.iter().find(|row| row.agent == agent.id && row.job == job.id);
                JobCard {
                    id: job.id.into(),
                    timing: row.map_or_else(|| job.timing.to_owned(), |row| row.timing.clone()),
                    is_on: row.is_none_or(|row| row.is_on),
                    next: row.and_then(|row| row.next_at).map(|at| when(scene.zone, at)),
                }
            })
            .collect(),
        runs: runs.into_iter().map(card).collect(),
        documents: documents.into_iter().filter(|_| sees).map(|row| line(scene.zone, row)).collect(),
        proposals,
        by_itself,
        tasks,
        rates: Rates {
            accepted: rates.accepted,
            edited: rates.edited,
            refused: rates.refused,
            undone: rates.undone,
            by_itself: rates.by_itself,
        },
        autonomy: own.map(|row| Autonomy::parse(&row.autonomy)).unwrap_or_default(),
        listens: events::of(agent.id)
            .map(|wakes| wakes.event.id().to_owned())
            .map(|id| (id.clone(), own.is_none_or(|row| !row.deaf_to.contains(&id))))
            .collect(),
        spent_micros: spent,
        cap_micros: own.and_then(|row| row.cap_micros),
        owner: own.and_then(|row| row.owner.clone()),
        may_run: who.role.may(Permission::Publish),
        may_change: who.role.may(Permission::Company),
        has_model: door.is_some(),
        zone: scene.zone.name().to_owned(),
    })
}

fn line(zone: Tz, row: documents::DocumentRow) -> DocumentLine {
    DocumentLine {
        id: row.id,
        agent: row.agent,
        title: row.title,
        versions: row.versions,
        changed: when(zone, row.changed_at),
    }
}

/// A document in one of its versions, or in the latest.
pub async fn document(who: &Granted, id: DocumentId, version: Option<i32>) -> Result<DocumentView> {
    let gone = || AppError::not_found("document");
    let row = seen(who, id).await?;
    let scene = Scene::of(who.clone(), Utc::now()).await?;
    let (version, markdown) = documents::markdown(&who.tenant, id, version).await?.ok_or_else(gone)?;
    let versions = documents::versions(&who.tenant, id).await?;
    Ok(DocumentView {
        line: line(scene.zone, row),
        version,
        versions: versions
            .into_iter()
            .map(|row| VersionLine {
                version: row.version,
                at: when(scene.zone, row.at),
                by_person: row.by_person,
                by: row.by,
            })
            .collect(),
        blocks: markdown::read(&markdown),
        markdown,
        may_change: who.role.may(Permission::Publish),
        zone: scene.zone.name().to_owned(),
    })
}

/// A person's version of a document, behind `after`, the latest that they saw.
pub async fn edit_document(who: &Granted, id: DocumentId, after: i32, markdown: &str) -> Result<()> {
    let row = seen(who, id).await?;
    let markdown = markdown.replace("\r\n", "\n").replace('\0', "");
    if markdown.trim().is_empty() {
        return Err(AppError::invalid("markdown", "Write something. To do without the document, leave it as it is."));
    }
    if markdown.chars().count() > MAX_DOCUMENT {
        return Err(AppError::invalid("markdown", format!("A document has at most {MAX_DOCUMENT} characters.")));
    }
    let (_, latest) =
        documents::markdown(&who.tenant, id, None).await?.ok_or_else(|| AppError::not_found("document"))?;
    if latest == markdown || documents::edit(&who.tenant, row.id, after, &markdown, who.user).await? {
        return Ok(());
    }
    Err(AppError::conflict("There is a newer version of this document by now. Copy what you wrote and open it anew."))
}

/// Makes an earlier version the latest one again, as a version of that person.
pub async fn restore_document(who: &Granted, id: DocumentId, version: i32) -> Result<()> {
    seen(who, id).await?;
    let gone = || AppError::not_found("version");
    let (_, markdown) = documents::markdown(&who.tenant, id, Some(version)).await?.ok_or_else(gone)?;
    let (latest, _) = documents::markdown(&who.tenant, id, None).await?.ok_or_else(gone)?;
    edit_document(who, id, latest, &markdown).await
}

/// The document, where this person may see it.
async fn seen(who: &Granted, id: DocumentId) -> Result<documents::DocumentRow> {
    let row = documents::find(&who.tenant, id).await?;
    let sees = |row: &documents::DocumentRow| catalogue::find(&row.agent).is_some_and(|agent| may_see(who, agent));
    // What names people is not there for whoever may not see contacts.
    row.filter(sees).ok_or_else(|| AppError::not_found("document"))
}

pub async fn proposals_page(who: &Granted, query: &ProposalQuery) -> Result<ProposalList> {
    let scene = Scene::of(who.clone(), Utc::now()).await?;
    let agent = query.agent.as_deref().map(set::agent).transpose()?;
    let rows = proposals::list(&who.tenant, query.decided, agent.map(|agent| agent.id), LISTED).await?;
    let accounts = if query.edit.is_some() { posts::accounts(who, &[]).await? } else { vec![] };
    Ok(ProposalList {
        proposals: cards(&scene, rows).await?,
        waiting: waiting(who).await?,
        may_decide: who.role.may(Permission::Publish),
        accounts: accounts
            .into_iter()
            .map(|a| AccountLine {
                id: a.id,
                platform: Some(a.platform),
                gone: a.state != ConnectionState::Active,
                handle: a.handle,
            })
            .collect(),
        zone: scene.zone.name().to_owned(),
    })
}

/// How many proposals wait that this person may see; stopped one past `domain::page::COUNTED`.
pub async fn waiting(who: &Granted) -> Result<i64> {
    let waiting = proposals::waiting(&who.tenant).await?;
    let sees = |id: &str| catalogue::find(id).is_none_or(|agent| may_see(who, agent));
    Ok(waiting.iter().filter(|(agent, _)| sees(agent)).map(|(_, n)| n).sum())
}

/// These proposals, as they are now.
pub async fn these(who: &Granted, ids: &[ProposalId]) -> Result<Vec<ProposalCard>> {
    let rows = proposals::these(&who.tenant, ids).await?;
    cards(&Scene::of(who.clone(), Utc::now()).await?, rows).await
}

/// Proposals with what an approval of each does; those that this person may not see are left out.
async fn cards(scene: &Scene, rows: Vec<ProposalRow>) -> Result<Vec<ProposalCard>> {
    let who = &scene.who;
    let read = |row: ProposalRow| {
        let action: Action = serde_json::from_value(row.action.clone()).ok()?;
        let sees = matches!(action, Action::Post(_) | Action::Idea(_)) || who.role.may(Permission::Contacts);
        sees.then_some((row, action))
    };
    let rows: Vec<_> = rows.into_iter().filter_map(read).collect();
    let mut connections: Vec<ConnectionId> = vec![];
    let mut assets: Vec<AssetId> = vec![];
    let mut people = vec![];
    for (_, action) in &rows {
        match action {
            Action::Post(post) => {
                connections.extend(&post.accounts);
                assets.extend(&post.media);
            }
            Action::Tag(tag) => people.extend(tag.contacts.iter().copied()),
            Action::Segment(_) | Action::Idea(_) => {}
        }
    }
    let mut counts = fitting(who, &rows).await?;
    let lists = if rows.iter().any(|(_, action)| matches!(action, Action::Segment(_))) {
        segments::lists(&who.tenant).await?
    } else {
        vec![]
    };
    let accounts: HashMap<_, _> =
        proposals::accounts(&who.tenant, &connections).await?.into_iter().map(|row| (row.0, row)).collect();
    let names: HashMap<_, _> = proposals::contacts(&who.tenant, &people).await?.into_iter().collect();
    let mut db = who.tenant.db.acquire().await?;
    let pictures = media::existing(&mut db, who.company, &assets).await?;
    drop(db);
    let card = |(row, action): (ProposalRow, Action)| {
        let preview = match action {
            Action::Post(post) => Preview::Post {
                accounts: post
                    .accounts
                    .iter()
                    .map(|id| match accounts.get(id) {
                        Some((_, platform, handle, state)) => AccountLine {
                            id: *id,
                            platform: platform.parse().ok(),
                            handle: handle.clone(),
                            gone: state != "active",
                        },
                        None => AccountLine {
                            id: *id,
                            platform: None,
                            handle: "an account that is gone".into(),
                            gone: true,
                        },
                    })
                    .collect(),
                text: post.text,
                pictures: post
                    .media
                    .iter()
                    .filter_map(|id| pictures.iter().find(|card| card.facts.asset == *id))
                    .map(|card| (if card.has_thumb { card.thumb() } else { card.url.clone() }, card.facts.alt.clone()))
                    .collect(),
                at: post.at.to_string(),
                at_words: post.at.short(),
            },
            Action::Tag(tag) => {
                let known: Vec<_> = tag.contacts.iter().filter_map(|id| names.get(id).cloned()).collect();
                let more = known.len().saturating_sub(NAMED);
                Preview::Tag { tag: tag.tag, people: known.into_iter().take(NAMED).collect(), more }
            }
            Action::Segment(segment) => {
                let (count, people) = counts.remove(&row.id).unwrap_or_default();
                Preview::Segment { name: segment.name, rule: segment.rule.words(&lists), count, people }
            }
            Action::Idea(idea) => Preview::Idea { about: idea.about, text: idea.text },
        };
        ProposalCard {
            id: row.id,
            agent: row.agent,
            state: ProposalState::parse(&row.state),
            version: row.version,
            edited: row.edited,
            by_itself: row.by_itself,
            why: row.why,
            created: when(scene.zone, row.created_at),
            decided_by: row.decider,
            reason: row.reason,
            post: row.post_id,
            preview,
        }
    };
    Ok(rows.into_iter().map(card).collect())
}

/// How many fit the rules of proposed segments that wait, and some of their names. The first few: each is a look at the contacts.
async fn fitting(who: &Granted, rows: &[(ProposalRow, Action)]) -> Result<HashMap<ProposalId, (String, Vec<String>)>> {
    let mut counts = HashMap::new();
    for (row, action) in rows.iter().filter(|(row, _)| row.state == "proposed") {
        let Action::Segment(segment) = action else { continue };
        if counts.len() == COUNTED_RULES {
            break;
        }
        let counted = counted::count(&who.tenant, &segment.rule).await?;
        let words = match counted.number {
            None => "How many fit takes too long to count here; all contacts are looked at once it is made.".into(),
            Some(_) => counted.words(),
        };
        counts.insert(row.id, (words, counted.sample.into_iter().map(|person| person.name).collect()));
    }
    Ok(counts)
}

/// Where the form leads back to with what was done.
pub fn next_page(back: &str, decision: Decision, several: &Several) -> String {
    let act = match decision {
        Decision::Approve | Decision::Draft if several.posts => "planned",
        Decision::Approve | Decision::Draft => "approved",
        Decision::Refuse => "refused",
        Decision::Undo if several.before => "undone_before",
        Decision::Undo => "undone",
    };
    let ids: Vec<_> = several.done.iter().map(ToString::to_string).collect();
    let say = if ids.is_empty() { format!("did={act}") } else { format!("did={act}.{}", ids.join(".")) };
    let page = crate::infra::http::back::page(back, &["proposals", "agents", "chat"], &say)
        .unwrap_or_else(|| format!("/proposals?{say}"));
    page + &not_done(&several.not)
}
