//! Saving a post: one transaction that keeps the content and, when nothing stands against it, schedules it.
//! What was typed is never thrown away for a problem with the content: it is kept as a draft and the problems are told.

use super::parts;
use super::plan;
use super::service::{editable_or_conflict, open, saved};
use super::store::{self, PostRow};
use super::timing::{self, Due};
use crate::domain::connection::ConnectionSummary;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Result, Severity};
use crate::domain::ids::{AssetId, CompanyId, PostId};
use crate::domain::post::{Alts, Parts, Plan, PostContent, SavePost, Target, TargetProblem, check, words_of};
use crate::features::deliveries::server::targets::{self, DeliveryRow};
use crate::features::media::model::{AssetCard, MAX_ALT};
use crate::features::media::server::{fitting, service as media};
use crate::features::posts::model::Saved;
use crate::features::preflight::server as checks;
use crate::infra::session::Granted;
use crate::infra::work::Places;
use crate::infra::{work, zone};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Far more than any platform takes; only there so that nobody fills the database with one request.
const MAX_TEXT: usize = 20_000;
const MAX_LINK: usize = 2_000;
pub(super) const MAX_MEDIA: usize = 35;
const MAX_TARGETS: usize = 50;

/// A post that is saved holds a connection to the database while its texts are compared with the rules and with other posts, which may
/// wait for a processor. So many do at once, and so many of one company, so that the others find connections.
static SAVES: LazyLock<Places> = LazyLock::new(|| Places::new(8, 3));

/// See [`save_as`].
pub async fn save(who: &Granted, input: SavePost) -> Result<Saved> {
    save_as(who, input, None).await
}

/// Keeps a post and does what its plan says. `key` is the id that a new post gets: the same content sent twice under
/// one key, or twice over one version, is saved once.
pub async fn save_as(who: &Granted, input: SavePost, key: Option<PostId>) -> Result<Saved> {
    let input = clean(input)?;
    // Given back with the connection: what is worked out in between is bounded, and done before others wait for this one.
    let place = SAVES.take(who.company).await?;
    let mut tx = who.tenant.db.begin().await?;
    let saved = save_in(&mut tx, who, &input, key).await?;
    tx.commit().await?;
    drop(place);
    if saved.state == DeliveryState::Draft {
        let accounts: Vec<_> = input.targets.iter().map(|t| t.connection).collect();
        checks::after_leaving(&who.tenant, &accounts).await;
    } else {
        checks::after_planning(&who.app, &who.tenant, saved.id).await;
    }
    Ok(saved)
}

/// Keeps a new post inside the caller's transaction, who must not commit what came back [`Saved::blocked`] unless a draft
/// is wanted then.
pub(super) async fn save_new(tx: &mut PgConnection, who: &Granted, input: SavePost) -> Result<Saved> {
    save_in(tx, who, &clean(input)?, None).await
}

async fn save_in(tx: &mut PgConnection, who: &Granted, input: &SavePost, key: Option<PostId>) -> Result<Saved> {
    let (company, now) = (who.company, Utc::now());
    let zone_name = store::zone(tx, company).await?;
    let mut media = media::cards(tx, company, &input.content.media).await?;
    let targets = targets(tx, company, &input.targets).await?;

    let id = input.id.or(key).unwrap_or_else(PostId::new);
    let mut planned = None;
    let had = media::of_post(tx, company, id).await?;
    describe(&mut media, &had, &input.alts);
    let is_new = input.id.is_none() && store::insert(tx, company, id, who.user).await?;
    if !is_new {
        let (row, deliveries) = open(tx, company, id).await?;
        let stale = input.id.is_none() || input.version.is_some_and(|v| v != row.version);
        if stale {
            let had: Vec<_> = had.iter().map(|a| (a.facts.asset, a.facts.alt.clone())).collect();
            let parts = parts::load(tx, company, id).await?;
            let sent: Vec<_> = media.iter().map(|a| (a.facts.asset, a.facts.alt.clone())).collect();
            match replay(input, &row, (had == sent, &parts), &deliveries, now) {
                Replay::Done => return saved(tx, company, id, row.version, &zone_name, vec![]).await,
                Replay::SameContent => {}
                Replay::Other => return Err(changed_meanwhile(&row, &zone_name)),
            }
        }
        editable_or_conflict(&deliveries)?;
        planned = row.due_at.filter(|due| row.is_scheduled() && *due > now);
    }
    let due = match input.plan {
        Plan::Draft | Plan::Planned { .. } => None,
        Plan::Schedule { local, second } => Some(timing::due(&zone_name, local, second, now)?),
        Plan::Now | Plan::NowIfClear => {
            Some(Due { at: now, local: zone::local(zone::of(&zone_name), now), note: None })
        }
    };

    let version = write(tx, who, id, input, &media, &targets).await?;
    let Some(due) = due else {
        if let Plan::Planned { local } = input.plan
            && let Ok(planned) = timing::due(&zone_name, local, false, now)
        {
            store::set_time(tx, company, id, zone::naive(planned.local), &zone_name, planned.at).await?;
        }
        return saved(tx, company, id, version, &zone_name, vec![]).await;
    };
    let content = input.content.clone().with_media(media);
    let pictures = option_pictures(tx, company, &targets).await?;
    let mut problems = work::off_thread(company, move || check::problems(&content, &targets)).await?;
    problems.extend(pictures);
    problems.extend(due.note.map(|problem| TargetProblem { connection: None, problem }));
    let blocked = problems.iter().any(|p| p.problem.severity == Severity::Error);
    let mut asks = vec![];
    if !blocked {
        let found = checks::guard(tx, company, id, (&input.content, &input.targets), due.at, now, &zone_name).await?;
        if input.plan == Plan::NowIfClear {
            asks = words_of(found.clone());
        }
        problems.extend(found);
    }
    let goes = !blocked && asks.is_empty();
    if goes || !input.plan.is_now() {
        // A blocked draft keeps the time that was chosen, as a plan.
        store::set_time(tx, company, id, zone::naive(due.local), &zone_name, due.at).await?;
    }
    // Whoever is asked, and walks away, does not lose the time for which the post was planned.
    let at = if goes { Some(due.at) } else { planned.filter(|_| !asks.is_empty()) };
    if let Some(at) = at {
        store::set_state(tx, company, id, "scheduled").await?;
        plan::plan(tx, company, id, at).await?;
    }
    Ok(Saved { asks, ..saved(tx, company, id, version, &zone_name, problems).await? })
}

/// What is wrong with pictures that options name.
async fn option_pictures(
    tx: &mut PgConnection,
    company: CompanyId,
    targets: &[(Target, ConnectionSummary)],
) -> Result<Vec<TargetProblem>> {
    let mut found = vec![];
    for (target, account) in targets.iter().filter(|(target, _)| !target.options.is_empty()) {
        let there = (account.platform, target.format);
        let problems = fitting::problems(tx, company, there, &target.options).await?;
        found.extend(problems.into_iter().map(|problem| TargetProblem { connection: Some(account.id), problem }));
    }
    Ok(found)
}

/// How the post describes its pictures: as it is said now, as it was said in this post, or as elsewhere.
fn describe(media: &mut [AssetCard], had: &[AssetCard], alts: &Alts) {
    for card in media {
        let id = card.facts.asset;
        let said = alts.iter().find(|(asset, _)| *asset == id).map(|(_, alt)| alt);
        let before = || had.iter().find(|before| before.facts.asset == id).map(|before| &before.facts.alt);
        if let Some(alt) = said.or_else(before) {
            card.facts.alt.clone_from(alt);
        }
    }
}

/// Content, pictures and accounts; afterwards the post is a draft and so are its deliveries.
async fn write(
    tx: &mut PgConnection,
    who: &Granted,
    id: PostId,
    input: &SavePost,
    media: &[AssetCard],
    targets: &[(Target, ConnectionSummary)],
) -> Result<i32> {
    let company = who.company;
    let before = store::find(tx, company, id).await?;
    if before.is_some_and(|row| row.is_scheduled()) {
        plan::unplan(tx, company, id).await?;
    }
    let version = store::write(tx, company, id, who.user, &input.content.text, input.content.link.as_deref()).await?;
    let described: Vec<_> = media.iter().map(|card| (card.facts.asset, card.facts.alt.clone())).collect();
    store::set_media(tx, company, id, &described).await?;
    media::remember_alts(tx, company, &input.alts).await?;
    parts::keep(tx, company, id, &input.content.parts).await?;
    let targets: Vec<_> = targets.iter().map(|(target, account)| (target.clone(), account.platform)).collect();
    let note = format!("{} edited the post.", who.name);
    targets::set_targets(tx, company, id, &targets, &input.content.parts, &note).await?;
    Ok(version)
}

/// Where each target leads; an account that the company does not have is not found.
async fn targets(
    tx: &mut PgConnection,
    company: CompanyId,
    wanted: &[Target],
) -> Result<Vec<(Target, ConnectionSummary)>> {
    let ids: Vec<_> = wanted.iter().map(|t| t.connection).collect();
    let rows = store::accounts(tx, company, &ids).await?;
    wanted
        .iter()
        .map(|target| {
            let account = rows.iter().find(|account| account.id == target.connection).cloned();
            let account = account.ok_or_else(|| AppError::not_found("account"))?;
            Ok((target.clone(), account))
        })
        .collect()
}

/// What to make of a save that does not name the current version.
#[derive(Debug, PartialEq, Eq)]
enum Replay {
    /// The same save arrived before: its answer was lost, or the button was pressed twice.
    Done,
    /// The content is what is stored, only the plan is still open: nothing would be overwritten.
    SameContent,
    /// Somebody else changed it.
    Other,
}

fn replay(
    input: &SavePost,
    row: &PostRow,
    (same_media, parts): (bool, &Parts),
    had: &[DeliveryRow],
    now: DateTime<Utc>,
) -> Replay {
    let mut stored: Vec<Target> = had.iter().filter_map(DeliveryRow::target).collect();
    let mut sent = input.targets.clone();
    stored.sort_by_key(|t| t.connection);
    sent.sort_by_key(|t| t.connection);
    let PostContent { text, link, parts: sent_parts, .. } = &input.content;
    let same = row.text == *text && row.link == *link && same_media && parts == sent_parts && stored == sent;
    if !same {
        return Replay::Other;
    }
    let just_now = row.due_at.is_some_and(|due| (now - due).abs() < TimeDelta::minutes(10));
    match (input.plan, row.is_scheduled()) {
        (Plan::Draft, false) => Replay::Done,
        (Plan::Planned { local }, false) if row.local_time == Some(zone::naive(local)) => Replay::Done,
        (Plan::Schedule { local, .. }, true) if row.local_time == Some(zone::naive(local)) => Replay::Done,
        (Plan::Now | Plan::NowIfClear, true) if just_now => Replay::Done,
        (_, false) => Replay::SameContent,
        (_, true) => Replay::Other,
    }
}

fn changed_meanwhile(row: &PostRow, zone_name: &str) -> AppError {
    let editor = row.editor.as_deref().unwrap_or("Somebody");
    let at = zone::local(zone::of(zone_name), row.updated_at).short();
    AppError::conflict(format!(
        "{editor} changed this post on {at} ({zone_name}). Your text is still here and nothing was overwritten: copy \
         what you need, then reload the page to see the other version."
    ))
}

/// Brings the input into one form (line breaks of forms, empty and doubled entries), and refuses what is too much before
/// any work is done for it.
pub(super) fn clean(input: SavePost) -> Result<SavePost> {
    let content = input.content;
    let text = clean_text(&content.text);
    let link = content.link.map(|l| clean_text(&l).trim().to_owned()).filter(|l| !l.is_empty());
    let mut seen = HashSet::new();
    let media: Vec<AssetId> = content.media.into_iter().filter(|id| seen.insert(*id)).collect();
    let mut seen = HashSet::new();
    let once = input.targets.into_iter().filter(|target| seen.insert(target.connection));
    let targets: Vec<Target> = once
        .map(|target| {
            let own = target.text.map(|t| clean_text(&t)).filter(|t| !t.trim().is_empty() && *t != text);
            Target { text: own, options: target.options.cleaned(clean_text), ..target }
        })
        .collect();
    let longest = targets.iter().filter_map(|t| t.text.as_deref()).chain([text.as_str()]).map(|t| t.chars().count());
    if longest.max().unwrap_or(0) > MAX_TEXT {
        return Err(AppError::invalid("text", format!("A text may have at most {MAX_TEXT} characters. Shorten it.")));
    }
    if link.as_ref().is_some_and(|l| l.chars().count() > MAX_LINK) {
        return Err(AppError::invalid("link", format!("A link may have at most {MAX_LINK} characters.")));
    }
    if media.len() > MAX_MEDIA {
        return Err(AppError::invalid("media", format!("A post may have at most {MAX_MEDIA} files. Remove some.")));
    }
    if targets.len() > MAX_TARGETS {
        return Err(AppError::invalid("targets", format!("A post may go to at most {MAX_TARGETS} accounts.")));
    }
    let parts = content.parts.cleaned(MAX_TEXT, clean_text)?;
    let alts: Alts = input.alts.into_iter().filter(|(id, _)| media.contains(id)).collect();
    let alts: Alts = alts.into_iter().map(|(id, alt)| (id, clean_text(&alt).trim().to_owned())).collect();
    if alts.iter().any(|(_, alt)| alt.chars().count() > MAX_ALT) {
        let message = format!("A picture's description is too long: at most {MAX_ALT} characters. Shorten it.");
        return Err(AppError::invalid("alt", message));
    }
    // Format and options belong to the targets; what is said of the post as a whole means nothing.
    let content = PostContent { text, link, media, parts, ..PostContent::default() };
    Ok(SavePost { content, alts, targets, ..input })
}

/// Forms send CR LF; Postgres takes no NUL.
fn clean_text(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ConnectionId, DeliveryId};
    use chrono::NaiveDateTime;

    fn input(plan: Plan) -> SavePost {
        SavePost {
            id: None,
            version: None,
            content: PostContent::of_text("Beans"),
            alts: vec![],
            targets: vec![Target::to(ConnectionId::from_u128(7))],
            plan,
        }
    }

    fn stored(state: &str, local: Option<&str>) -> (PostRow, Vec<DeliveryRow>) {
        let row = PostRow {
            text: "Beans".into(),
            link: None,
            state: state.into(),
            local_time: local.map(|l| l.parse::<NaiveDateTime>().unwrap()),
            due_at: None,
            version: 2,
            updated_at: "2026-11-20T16:45:00Z".parse().unwrap(),
            editor: Some("Maya Castro".into()),
            deleted: false,
        };
        let delivery = DeliveryRow {
            id: DeliveryId::from_u128(1),
            connection_id: ConnectionId::from_u128(7),
            text: None,
            state: "draft".into(),
            due_at: None,
            live_at: None,
            remote_url: None,
            fault_kind: None,
            fault_message: None,
            platform: "x".into(),
            handle: "@northwind".into(),
            profile_url: None,
            part: 0,
            kind: "post".into(),
            after_id: None,
            format: "feed".into(),
            options: Default::default(),
            removed_at: None,
            removed_by: None,
        };
        (row, vec![delivery])
    }

    #[test]
    fn input_is_brought_into_one_form() {
        let connection = ConnectionId::from_u128(7);
        let asset = AssetId::from_u128(9);
        let cleaned = clean(SavePost {
            content: PostContent {
                link: Some("  ".into()),
                media: vec![asset, asset],
                ..PostContent::of_text("One\r\nTwo\0")
            },
            targets: vec![
                Target { text: Some("One\r\nTwo".into()), ..Target::to(connection) },
                Target { text: Some("Second".into()), ..Target::to(connection) },
            ],
            ..input(Plan::Draft)
        })
        .unwrap();
        assert_eq!(cleaned.content.text, "One\nTwo");
        assert_eq!((cleaned.content.link, cleaned.content.media), (None, vec![asset]));
        assert_eq!(cleaned.targets, vec![Target::to(connection)]);
        let long = clean(SavePost { content: PostContent::of_text("a".repeat(MAX_TEXT + 1)), ..input(Plan::Draft) });
        assert!(long.unwrap_err().of("text").is_some());
    }

    #[test]
    fn the_same_save_twice_is_one() {
        let now = Utc::now();
        let local = "2026-11-20T16:45".parse().unwrap();
        let (draft, to) = stored("draft", None);
        let parts = Parts::default();
        let none = (true, &parts);
        assert_eq!(replay(&input(Plan::Draft), &draft, none, &to, now), Replay::Done);
        let plan = Plan::Schedule { local, second: false };
        assert_eq!(replay(&input(plan), &draft, none, &to, now), Replay::SameContent);
        let (scheduled, to) = stored("scheduled", Some("2026-11-20T16:45:00"));
        assert_eq!(replay(&input(plan), &scheduled, none, &to, now), Replay::Done);
        assert_eq!(replay(&input(Plan::Draft), &scheduled, none, &to, now), Replay::Other);
        let other = SavePost { content: PostContent::of_text("Tea"), ..input(Plan::Draft) };
        assert_eq!(replay(&other, &draft, none, &to, now), Replay::Other);
        let thread = Parts { thread: vec!["And tea".into()], comment: None };
        let longer = PostContent { parts: thread.clone(), ..PostContent::of_text("Beans") };
        let longer = SavePost { content: longer, ..input(Plan::Draft) };
        assert_eq!(replay(&longer, &draft, none, &to, now), Replay::Other);
        assert_eq!(replay(&longer, &draft, (true, &thread), &to, now), Replay::Done);
        let words = changed_meanwhile(&draft, "Europe/Lisbon").message;
        assert!(words.starts_with("Maya Castro changed this post on Fri 20 Nov, 16:45 (Europe/Lisbon)."), "{words}");
    }
}
