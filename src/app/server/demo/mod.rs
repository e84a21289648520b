//! The demo company of the sandbox: made once, in an empty instance only, through the same services that people use.
//! History is written as it would have been left behind by real deliveries.

mod people;
mod pictures;
mod posts;
mod removal;
mod words;

pub use self::removal::{found, refuse_outside_the_sandbox, remove};

use self::posts::{COMMENTS, DemoPost, FIRST, Files, POSTS};
use crate::connectors::{Grant, Wire, registry};
use crate::domain::account::AccountFacts;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, CompanyId, ConnectionId, PostId, SessionId, new_id};
use crate::domain::limits::rules;
use crate::domain::moment::LocalTime;
use crate::domain::options::{Input, OptionValue, Options};
use crate::domain::permission::Role;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, Parts, Plan, PostContent, SavePost, Target};
use crate::features::brand_voice;
use crate::features::identity::accounts;
use crate::features::identity::accounts::server::service::SignUp;
use crate::features::media::model::AssetCard;
use crate::features::media::server::receive::Incoming;
use crate::features::posts::server::service as post_service;
use crate::features::{agents, campaigns, comments, connections, media, secrets};
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::infra::zone;
use crate::sandbox::Sandbox;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use std::collections::BTreeMap;

pub const EMAIL: &str = "maya@northwind.example";
pub const PASSWORD: &str = "demo-roastery";
const ZONE: &str = "Europe/Lisbon";

/// Makes the demo company when there is nobody yet. What is there is never touched.
pub async fn seed_if_empty(app: &App, sandbox: &Sandbox) -> Result<()> {
    let empty: bool =
        sqlx::query_scalar!(r#"select not exists (select from users) as "empty!""#).fetch_one(&app.db).await?;
    if !empty {
        return Ok(());
    }
    tracing::info!("making the demo company");
    let maya = SignUp {
        name: "Maya Castro".into(),
        email: EMAIL.into(),
        password: SecretString::from(PASSWORD),
        company: "Northwind Roasters".into(),
        zone: ZONE.into(),
        next: "",
    };
    let (user, company) = accounts::server::service::register_demo(app, maya).await?;
    let who = Granted {
        user,
        name: "Maya Castro".into(),
        session: SessionId::nil(),
        company,
        role: Role::Owner,
        tenant: app.tenant(company),
        app: app.clone(),
    };
    let accounts = connect(app, sandbox, &who).await?;
    let keys = secrets::server::stand_ins::keys(Platform::OpenAi);
    secrets::server::service::save(app, &who.tenant, Some(who.user), Platform::OpenAi, keys).await?;
    let mut assets = vec![];
    for number in 0..pictures::COUNT {
        assets.push(picture(&who, number).await?);
    }
    let video = Incoming { name: "pour.mp4".into(), bytes: Bytes::from_static(VIDEO) };
    assets.extend(media::server::service::upload(&who, vec![video]).await?);
    for post in POSTS {
        write(&who, sandbox, &accounts, &assets, post).await?;
    }
    people::take_in(&who).await?;
    brand_voice::server::service::save(&who, VOICE).await?;
    words::keep(&who).await?;
    campaign(&who, &accounts).await?;
    // The comments are read by the same job as everybody's, as soon as a worker runs.
    comments::server::inbox::collect_now(&who.tenant).await?;
    agents::server::clock::begin_with(app, who.company, who.user).await
}

/// A campaign of two weeks from tomorrow on, half of which is accepted.
async fn campaign(who: &Granted, accounts: &Accounts) -> Result<()> {
    use campaigns::model::Decision;
    use campaigns::server::{brief, decide, run, service};
    let first = zone::today(zone::of(ZONE), Utc::now()).plus(1);
    let (from, to) = (first.to_string(), first.plus(13).to_string());
    let chosen = [Platform::X, Platform::LinkedIn, Platform::Instagram];
    let typed = brief::Brief {
        name: "Winter blend",
        goal: "Sell 60 bags of the winter blend. Cocoa first, then orange. A bag costs 12 € at our counter.",
        product: "Winter blend, 250 g",
        audience: "People nearby who make coffee at home",
        from: &from,
        to: &to,
        tone: "calm",
        budget: "",
        accounts: chosen.iter().filter_map(|platform| accounts.get(platform)).map(|account| account.id).collect(),
    };
    let id = brief::create(who, typed).await?;
    run::write(&who.app, &who.tenant, id, Utc::now()).await?;
    let posts = service::detail(who, id).await?.posts;
    for post in posts.iter().take(posts.len() / 2).filter(|post| !post.text.is_empty() && post.problems.is_empty()) {
        decide::decide(who, Decision::Schedule, post.id).await?;
    }
    Ok(())
}

/// Coffee that is poured: upright, eight seconds; drawn by a program, as the pictures are.
const VIDEO: &[u8] = include_bytes!("pour.mp4");
/// How the demo company sounds: what it does, its tone, its readers, its words, its examples.
const VOICE: [&str; 5] = [
    "We roast coffee in small batches in Lisbon, and sell it by the bag, by subscription and over our own counter.",
    "Short sentences. Warm and a little dry. We say “we” and “you”, name the farm, and leave exclamation marks out.",
    "People nearby who make coffee at home, and cafés that serve ours.",
    "batch, crema, washed, Tuesday roast, counter",
    "Tuesday roast is out of the drum. Washed Ethiopian, peach and black tea. We open at 8.\n---\nWe ran out of oat milk at 11 on Saturday. Sorry. There is twice as much now.",
];
/// The account to which the demo publishes by hand.
const SNAPCHAT: &str = "northwind.roasters";

struct Connected {
    id: ConnectionId,
    /// The account's id at the stand-in.
    at_stand_in: String,
}

type Accounts = BTreeMap<Platform, Connected>;

/// Keys and one connection for each platform that has a stand-in.
async fn connect(app: &App, sandbox: &Sandbox, who: &Granted) -> Result<Accounts> {
    let mut connected = Accounts::new();
    for platform in Platform::publishers() {
        let client = secrets::server::stand_ins::client_id(platform);
        let keys = secrets::server::stand_ins::keys(platform);
        secrets::server::service::save(app, &who.tenant, Some(who.user), platform, keys).await?;
        let accounts = sandbox.accounts(platform);
        let Some(account) = accounts.first() else { continue };
        let Some(grant) = sandbox.issue_grant(platform, &account.id, &client).await else { continue };
        let grant = Grant {
            access: SecretString::from(grant.access),
            refresh: grant.refresh.map(SecretString::from),
            access_expires_at: Some(grant.access_expires_at),
            refresh_expires_at: grant.refresh_expires_at,
            scopes: grant.scopes,
        };
        // The account as the connector itself reads it, so that a reconnect finds the same one.
        let Some(sign_in) = registry::find(platform).and_then(|c| c.sign_in) else { continue };
        let keys = secrets::server::service::app_keys(app, who.company, platform).await?;
        let known = sign_in.accounts(&Wire::new(app.outbound.clone()), &keys, &grant).await;
        let known = known.map_err(|fault| AppError::unavailable(fault.to_string()))?;
        let Some(known) = known.first() else { continue };
        let id =
            connections::server::service::connect(app, who.company, Some(who.user), platform, known, &grant).await?;
        connected.insert(platform, Connected { id, at_stand_in: account.id.clone() });
    }
    let added = connections::server::service::sign_in(who, Platform::Snapchat.id(), SNAPCHAT, BTreeMap::new(), None);
    connected.insert(Platform::Snapchat, Connected { id: added.await?.id, at_stand_in: SNAPCHAT.into() });
    Ok(connected)
}

async fn picture(who: &Granted, number: usize) -> Result<AssetCard> {
    let bytes = tokio::task::spawn_blocking(move || pictures::jpeg(number))
        .await
        .ok()
        .and_then(std::result::Result::ok)
        .ok_or_else(|| AppError::bug(None))?;
    let file = Incoming { name: format!("roastery-{}.jpg", number + 1), bytes: bytes.into() };
    let mut kept = media::server::service::upload(who, vec![file]).await?;
    kept.pop().ok_or_else(|| AppError::bug(None))
}

async fn write(
    who: &Granted,
    sandbox: &Sandbox,
    accounts: &Accounts,
    assets: &[AssetCard],
    post: &DemoPost,
) -> Result<()> {
    let name = zone::of(ZONE);
    let now = Utc::now();
    let local = LocalTime { day: zone::today(name, now).plus(post.day), hour: post.hour, minute: post.minute };
    let (zone::Resolved::One(at) | zone::Resolved::Twice { first: at, .. } | zone::Resolved::Never { at, .. }) =
        zone::resolve(name, local);
    let future = at > now + TimeDelta::minutes(2);
    let files: Vec<&AssetCard> = match post.files {
        Files::Nothing => vec![],
        Files::Picture(n) => vec![&assets[n % pictures::COUNT]],
        Files::Pictures(all) => all.iter().map(|n| &assets[n % pictures::COUNT]).collect(),
        Files::Video => vec![&assets[pictures::COUNT]],
    };
    let media: Vec<AssetId> = files.iter().map(|file| file.facts.asset).collect();
    let alts = media.iter().filter(|_| !post.alt.is_empty()).map(|asset| (*asset, post.alt.to_owned())).collect();
    // Where there are no posts without a picture (Instagram), one without goes to the other networks only.
    let needs_picture =
        |p: Platform| rules(p, Format::Feed, &AccountFacts::default()).is_some_and(|rules| rules.media_required);
    let chosen = post.platforms.iter().filter(|p| !media.is_empty() || !needs_picture(**p));
    let mut targets = vec![];
    for platform in chosen {
        let Some(account) = accounts.get(platform) else { continue };
        let text = post.variant.filter(|(of, _)| of == platform).map(|(_, text)| text.to_owned());
        let form = post.forms.iter().find(|form| form.platform == *platform);
        let format = form.map(|form| form.format).unwrap_or_default();
        let options = chosen_options(who, *platform, account.id, form.map_or(&[], |form| form.options)).await?;
        targets.push(Target { text, format, options, ..Target::to(account.id) });
    }
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let parts = Parts { thread: post.thread.iter().copied().map(str::to_owned).collect(), comment: some(post.comment) };
    let plan = if future { Plan::Schedule { local, second: false } } else { Plan::Draft };
    let draft = SavePost {
        id: None,
        version: None,
        content: PostContent { media, parts, link: some(post.link), ..PostContent::of_text(post.text) },
        alts,
        targets,
        plan,
    };
    let saved = post_service::save(who, draft).await?;
    if !future {
        let addresses: Vec<String> = files.iter().map(|file| who.app.settings.public(&file.url)).collect();
        let lost = Lost::of(post);
        publish_in_the_past(who, sandbox, accounts, post, saved.id, at, local, &addresses, lost).await?;
    }
    Ok(())
}

/// The options of one account, with what its own lists begin with.
async fn chosen_options(
    who: &Granted,
    platform: Platform,
    account: ConnectionId,
    wanted: &[(&str, &str)],
) -> Result<Options> {
    let mut options = Options::default();
    for (name, value) in wanted {
        let field = platform.publishing().and_then(|publishing| publishing.options.field(name));
        let value = match field.map(|field| (field, field.input)) {
            Some((_, Input::YesNo)) => OptionValue::YesNo(*value == "yes"),
            Some((field, Input::Remote(source))) if *value == FIRST => {
                let parent = field.parent_in(&options).to_owned();
                let found = connections::server::choices::list(who, account, source, &parent).await?;
                OptionValue::Text(found.into_iter().next().map(|choice| choice.id).unwrap_or_default())
            }
            _ => OptionValue::Text((*value).to_owned()),
        };
        options.set(name, value);
    }
    Ok(options)
}

/// A call to LinkedIn whose outcome only a person can find out.
#[derive(Clone, Copy)]
enum Lost {
    /// The post is there.
    Answer,
    /// It never arrived.
    Request,
}

impl Lost {
    /// One of each, for "Needs your eyes" to ask about.
    fn of(post: &DemoPost) -> Option<Self> {
        match post.text {
            text if text.starts_with("Five ways to brew") => Some(Self::Answer),
            text if text.starts_with("Winter blend") => Some(Self::Request),
            _ => None,
        }
    }
}

/// Leaves behind what real deliveries would have left: posts at the stand-in, states, events.
#[expect(clippy::too_many_arguments, reason = "one row of history needs all of it")]
async fn publish_in_the_past(
    who: &Granted,
    sandbox: &Sandbox,
    accounts: &Accounts,
    post: &DemoPost,
    id: PostId,
    at: DateTime<Utc>,
    local: LocalTime,
    pictures: &[String],
    lost: Option<Lost>,
) -> Result<()> {
    let company: CompanyId = who.company;
    let mut tx = who.tenant.db.begin().await?;
    sqlx::query!(
        "update posts set state = 'scheduled', due_at = $3, local_time = $4, zone = $5, created_at = $3::timestamptz - interval '1 day',
                updated_at = $3::timestamptz - interval '2 hours' where company_id = $1 and id = $2",
        company.0,
        id.0,
        at,
        zone::naive(local),
        ZONE,
    )
    .execute(&mut *tx)
    .await?;
    for (platform, account) in accounts {
        let text = post.variant.filter(|(of, _)| of == platform).map_or(post.text, |(_, text)| text);
        let lost = lost.filter(|_| *platform == Platform::LinkedIn);
        let delivery = sqlx::query_scalar!(
            "select id from deliveries where company_id = $1 and post_id = $2 and connection_id = $3",
            company.0,
            id.0,
            account.id.0,
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(delivery) = delivery else { continue };
        let live = at + TimeDelta::seconds(3);
        let mut there = None;
        if !matches!(lost, Some(Lost::Request)) {
            let Some(remote) = sandbox.insert_post(*platform, &account.at_stand_in, text, live, pictures).await else {
                continue;
            };
            for (start, on, name, words, later) in COMMENTS {
                if on == platform && post.text.starts_with(start) {
                    let when = (live + TimeDelta::hours(*later)).min(Utc::now());
                    sandbox.visitor_comment_at(*platform, &remote.id, name, words, None, when);
                }
            }
            let url = who.app.outbound.resolve(*platform, &remote.url).map_or(remote.url, String::from);
            there = Some((remote.id, url));
        }
        // What became of a call whose answer was lost is for a person to find out.
        let (remote_id, remote_url) = there.filter(|_| lost.is_none()).unzip();
        let (state, note) = if lost.is_some() {
            (
                "unconfirmed",
                "LinkedIn did not answer when the post was sent, and it cannot be asked. Have a look there; we did not send it again.",
            )
        } else {
            ("live", "Published.")
        };
        sqlx::query!(
            "update deliveries set state = $3, due_at = $4, attempt = 1, armed_at = $4, first_armed_at = $4,
                    live_at = case when $3 = 'live' then $5::timestamptz end, remote_id = $6, remote_url = $7,
                    fault_kind = case when $3 = 'live' then null else 'unknown_outcome' end,
                    fault_message = case when $3 = 'live' then null else $8 end, updated_at = $5::timestamptz
             where company_id = $1 and id = $2",
            company.0,
            delivery.0,
            state,
            at,
            live,
            remote_id,
            remote_url,
            note,
        )
        .execute(&mut *tx)
        .await?;
        for (from, to, when, words) in [
            ("draft", "queued", at - TimeDelta::hours(2), "Scheduled."),
            ("ready", "armed", at, "About to publish."),
            ("armed", state, live, note),
        ] {
            sqlx::query!(
                "insert into delivery_events (company_id, id, delivery_id, at, from_state, to_state, note) values ($1, $2, $3, $4, $5, $6, $7)",
                company.0,
                new_id(),
                delivery.0,
                when,
                from,
                to,
                words,
            )
            .execute(&mut *tx)
            .await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
