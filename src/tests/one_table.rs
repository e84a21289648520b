//! One table: every kind of post of every platform, from the composer's save to the stand-in, through all that can go wrong on
//! its way. Whatever happens, it is published once, or said to be impossible, and the table says which; what cannot happen to a
//! kind of post is a dash. To see it alone: `cargo test --features ssr --test integration one_table`.
//!
//! Each trouble has a program, a database and stand-ins of its own, and they are played beside each other: together they are the
//! longest test of all.

use crate::support::{Client, Content as _, Firm, TestApp};
use lux::domain::delivery::DeliveryState::{self, Live, NeedsReconnect};
use lux::domain::ids::{AssetId, PostId};
use lux::domain::options::OptionValue;
use lux::domain::platform::Platform::{
    self, Bluesky, Facebook, Instagram, LinkedIn, Pinterest, Reddit, Snapchat, TikTok, X, YouTube,
};
use lux::domain::post::{Format, Parts, SavePost};
use lux::features::connections::server::service as connections;
use lux::features::media::server::{receive::Incoming, service as media};
use lux::sandbox::{Fault, FaultKind, Operation};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::Duration;

/// What a post shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shows {
    Words,
    /// With two more posts that follow.
    Thread,
    Link,
    Picture,
    /// Several in one post.
    Pictures,
    Gif,
    Video,
    PictureAndVideo,
    Document,
}

use Shows::{Document, Gif, Link, Picture, PictureAndVideo, Pictures, Thread, Video, Words};

type Kind = (Platform, Format, Shows);

/// Every kind of post that a program publishes.
const KINDS: [Kind; 36] = [
    (X, Format::Feed, Words),
    (X, Format::Feed, Picture),
    (X, Format::Feed, Gif),
    (X, Format::Feed, Video),
    (X, Format::Feed, Thread),
    (X, Format::Poll, Words),
    (LinkedIn, Format::Feed, Words),
    (LinkedIn, Format::Feed, Link),
    (LinkedIn, Format::Feed, Picture),
    (LinkedIn, Format::Feed, Video),
    (LinkedIn, Format::Document, Document),
    (LinkedIn, Format::Poll, Words),
    (Instagram, Format::Feed, Picture),
    (Instagram, Format::Carousel, PictureAndVideo),
    (Instagram, Format::Reel, Video),
    (Instagram, Format::Story, Picture),
    (Instagram, Format::Story, Video),
    (Facebook, Format::Feed, Words),
    (Facebook, Format::Feed, Link),
    (Facebook, Format::Feed, Picture),
    (Facebook, Format::Feed, Video),
    (Facebook, Format::Reel, Video),
    (TikTok, Format::Feed, Video),
    (TikTok, Format::Carousel, Picture),
    (YouTube, Format::Video, Video),
    (YouTube, Format::Short, Video),
    (Pinterest, Format::Feed, Picture),
    (Pinterest, Format::Feed, Pictures),
    (Pinterest, Format::Feed, Video),
    (Reddit, Format::Feed, Picture),
    (Reddit, Format::Feed, Pictures),
    (Reddit, Format::SelfPost, Words),
    (Reddit, Format::Link, Link),
    (Bluesky, Format::Feed, Words),
    (Bluesky, Format::Feed, Link),
    (Bluesky, Format::Feed, Picture),
];

const PLATFORMS: [Platform; 9] = [X, LinkedIn, Instagram, Facebook, TikTok, YouTube, Pinterest, Reddit, Bluesky];

/// What goes wrong, a column each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Nothing,
    /// 401 at the call that publishes.
    Expired,
    /// 403: the account has granted less than this takes.
    Scopes,
    /// 429, with the time until when where the platform has a way to say it.
    LimitNamed,
    /// 429 without a time.
    Limit,
    /// 5xx at the call that publishes, which did nothing.
    Broken,
    /// The call that publishes arrived, its answer did not.
    Lost,
    /// The connection breaks while a file is sent.
    Upload,
    /// The platform works on the file for a while.
    Working,
    /// And says afterwards that it is no good.
    Spoiled,
    /// More than the platform takes.
    TooMuch,
}

const TROUBLES: [(Trouble, &str); 11] = [
    (Trouble::Nothing, "all well"),
    (Trouble::Expired, "401"),
    (Trouble::Scopes, "403 scope"),
    (Trouble::LimitNamed, "429 until"),
    (Trouble::Limit, "429"),
    (Trouble::Broken, "5xx"),
    (Trouble::Lost, "lost answer"),
    (Trouble::Upload, "upload breaks"),
    (Trouble::Working, "works on it"),
    (Trouble::Spoiled, "work fails"),
    (Trouble::TooMuch, "over limits"),
];

/// So much filling that every platform gets a video in parts, where parts are what it is about.
const FILLING: usize = 6 << 20;
/// And everywhere else: more than the smallest part of any of them, and quickly sent.
const LITTLE: usize = 600 << 10;

/// How far ahead, in seconds, the queue is looked at in turn.
const AHEAD: [u64; 11] = [0, 5, 15, 35, 70, 130, 200, 300, 420, 700, 1_000];
/// The same once an account is connected again.
const AGAIN: [u64; 6] = [0, 15, 70, 200, 420, 700];

/// Files of every sort.
struct Files {
    picture: AssetId,
    another: AssetId,
    gif: AssetId,
    /// Upright and large enough for every platform.
    video: AssetId,
    document: AssetId,
}

/// A post on its way, and how much of its platform there was before.
struct Way {
    kind: Kind,
    id: PostId,
    posts: usize,
    uploads: u64,
    /// What it was right after the first run.
    first: (DeliveryState, String),
    /// The account was connected again for it.
    reconnected: bool,
}

struct Stage {
    t: TestApp,
    firm: Firm,
    files: Files,
    tokens: Vec<String>,
    /// Counts up, so that no text is there twice.
    number: usize,
    /// What is not as it has to be; all of it is said in the end.
    wrong: Vec<String>,
}

/// Five seconds that say of themselves to have 720 × 1280 pixels, with so many bytes of filling.
pub fn film(filling: usize) -> Vec<u8> {
    let mut file = include_bytes!("files/five_seconds.mp4").to_vec();
    let at = |from: usize, name: &[u8]| from + file[from..].windows(4).position(|w| w == name).expect("a box") + 4;
    let (header, sample) = (at(0, b"tkhd"), at(at(0, b"stsd"), b"avc1"));
    for (n, side) in [720_u16, 1_280].into_iter().enumerate() {
        file[header + 76 + 4 * n..][..2].copy_from_slice(&side.to_be_bytes());
        file[sample + 24 + 2 * n..][..2].copy_from_slice(&side.to_be_bytes());
    }
    if filling > 0 {
        file.extend((filling as u32).to_be_bytes());
        file.extend(b"free");
        file.resize(file.len() + filling - 8, 0);
    }
    file
}

/// Two small frames.
fn gif() -> bytes::Bytes {
    let mut bytes = vec![];
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    for shade in [20, 200] {
        let frame = image::RgbaImage::from_pixel(16, 16, image::Rgba([shade, 90, 40, 255]));
        encoder.encode_frame(image::Frame::new(frame)).expect("a frame");
    }
    drop(encoder);
    bytes.into()
}

/// As people do it; `work` does what the queue has to do.
pub async fn upload(client: &Client, name: &str, bytes: &[u8], work: impl AsyncFn()) -> AssetId {
    let body = json!({ "file_name": name, "bytes": bytes.len() });
    let begun = client.send(client.request(Method::POST, "/api/v1/media/uploads").json(&body)).await.json();
    let path = format!("/api/v1/media/uploads/{}", begun["id"].as_str().expect("an id"));
    for (n, part) in bytes.chunks(8 << 20).enumerate() {
        client.send(client.request(Method::PUT, &format!("{path}/parts/{n}")).body(part.to_vec())).await;
    }
    client.send(client.request(Method::POST, &format!("{path}/finish"))).await;
    work().await;
    let done = client.get(&path).await.json();
    done["asset"].as_str().unwrap_or_else(|| panic!("{done}")).parse().expect("an asset's id")
}

impl Stage {
    /// A company with accounts on these platforms.
    async fn set(t: TestApp, platforms: &[Platform], filling: usize) -> Self {
        let mut firm = Firm::found(&t.app, "Northwind", "UTC").await;
        let mut tokens = vec![];
        for platform in platforms {
            tokens.extend(firm.connect(&t.sandbox, *platform).await);
        }
        let client = t.signed_in(&firm.email).await;
        let work = async || drop(t.drive_to(5).await);
        let steam = vec![Incoming { name: "steam.gif".into(), bytes: gif() }];
        let files = Files {
            picture: firm.jpeg(640).await,
            another: firm.jpeg(480).await,
            gif: media::upload(&firm.who, steam).await.expect("uploaded")[0].facts.asset,
            video: upload(&client, "roast.mp4", &film(filling), &work).await,
            document: upload(&client, "harvest.pdf", &crate::linkedin::pdf(3), &work).await,
        };
        Self { t, firm, files, tokens, number: 0, wrong: vec![] }
    }

    /// A post of this kind that nobody refuses.
    fn post(&mut self, (platform, format, shows): Kind) -> SavePost {
        self.number += 1;
        let text = format!("Fresh beans no {}", self.number);
        let mut post = self.firm.post(&text, &[platform]);
        post.targets[0].format = format;
        let media = match shows {
            Words | Thread | Link => vec![],
            Picture => vec![self.files.picture],
            Pictures => vec![self.files.picture, self.files.another],
            Gif => vec![self.files.gif],
            Video => vec![self.files.video],
            PictureAndVideo => vec![self.files.picture, self.files.video],
            Document => vec![self.files.document],
        };
        if shows == Thread {
            let thread = vec![format!("{text}, the second"), format!("{text}, the third")];
            post.content.parts = Parts { thread, comment: None };
        }
        if shows == Link {
            post.content.link = Some(format!("https://northwind.example/shop/{}", self.number));
        }
        let choose: &[(&str, &str)] = match (platform, format) {
            (X, Format::Poll) => &[("answer_1", "Light"), ("answer_2", "Dark")],
            (LinkedIn, Format::Poll) => {
                &[("question", "Which?"), ("answer_1", "Light"), ("answer_2", "Dark"), ("duration", "seven_days")]
            }
            (LinkedIn, Format::Document) => &[("title", "Our harvest")],
            (Reddit, Format::Link) => &[("subreddit", "CoffeeLinks")],
            _ => &[],
        };
        for (id, value) in choose {
            post.targets[0].options.set(id, OptionValue::Text((*value).to_owned()));
        }
        if platform == Reddit {
            post.targets[0].options.set("title", OptionValue::Text(text));
        }
        post.showing(media)
    }

    /// Of all that a post is: live when all of it is, else of the first part that is not.
    async fn state(&self, id: PostId) -> (DeliveryState, String) {
        let all = self.firm.detail(id).await.deliveries;
        let found = all.iter().find(|d| d.state != Live).or(all.first()).expect("a delivery");
        (found.state, found.fault.clone().unwrap_or_default())
    }

    fn there(&self, platform: Platform) -> usize {
        self.t.sandbox.posts(platform).len()
    }

    /// Whether any of these still goes on by itself.
    async fn moves(&self, ways: &[Way]) -> bool {
        let ids: Vec<_> = ways.iter().map(|way| way.id.0).collect();
        let states = ["queued", "preparing", "waiting", "ready", "armed", "processing"];
        let moving = "select exists (select from deliveries where post_id = any($1) and state = any($2))";
        let moving = sqlx::query_scalar::<_, bool>(moving).bind(ids).bind(states.as_slice());
        moving.fetch_one(&self.t.app.db).await.expect("an answer")
    }

    /// Publishes a post of each of these kinds, of which each platform has one, with the trouble on its way. What became of them.
    async fn round(&mut self, kinds: &[Kind], trouble: Trouble) -> Vec<String> {
        let sandbox = self.t.sandbox.clone();
        sandbox.clear_faults();
        let mut ways = vec![];
        for kind in kinds {
            let platform = kind.0;
            let once = |operation, fault| Fault { ms: Some(0), ..Fault::once(platform, operation, fault) };
            match trouble {
                Trouble::Nothing | Trouble::TooMuch | Trouble::Working => {}
                Trouble::Expired => sandbox.inject(once(Operation::Commit, FaultKind::ExpiredToken)),
                Trouble::Scopes => sandbox.take_scopes(platform),
                Trouble::LimitNamed => {
                    sandbox.inject(Fault { seconds: Some(45), ..once(Operation::Commit, FaultKind::RateLimit) })
                }
                Trouble::Limit => sandbox.inject(once(Operation::Commit, FaultKind::RateLimit)),
                Trouble::Broken => sandbox.inject(once(Operation::Commit, FaultKind::ServerError)),
                Trouble::Lost => sandbox.inject(once(Operation::Commit, FaultKind::TimeoutAfterAccept)),
                Trouble::Upload => sandbox.inject(once(Operation::Prepare, FaultKind::DropBeforeAccept)),
                Trouble::Spoiled => sandbox.spoil(platform),
            }
            let post = self.post(*kind);
            let (posts, uploads) = (self.there(platform), sandbox.requests(platform, Operation::Prepare));
            let first = (DeliveryState::Draft, String::new());
            let id = self.firm.publish(post).await;
            ways.push(Way { kind: *kind, id, posts, uploads, first, reconnected: false });
        }
        let mut before = 0;
        for (n, seconds) in AHEAD.into_iter().enumerate() {
            // What is settled is looked at once more, at the end: whatever were sent twice would have been by then.
            if n > 1 && n + 1 < AHEAD.len() && !self.moves(&ways).await {
                continue;
            }
            // The platforms' clocks go with ours: what was posted later bears a later time.
            sandbox.advance(Duration::from_secs(seconds - before));
            before = seconds;
            self.t.drive_to(seconds as i64).await;
            if n == 0 {
                for way in &mut ways {
                    way.first = self.state(way.id).await;
                }
            }
        }
        self.reconnect(&mut ways, trouble).await;
        let mut said = vec![];
        for way in &ways {
            said.push(self.became(way, trouble).await);
        }
        said
    }

    /// Somebody connects again what has to be, and what waited for it goes on.
    async fn reconnect(&mut self, ways: &mut [Way], trouble: Trouble) {
        let sandbox = self.t.sandbox.clone();
        for way in ways.iter_mut() {
            let (state, fault) = self.state(way.id).await;
            way.reconnected = state == NeedsReconnect;
            // X does not tell a missing permission from any other refusal; what it says is shown.
            let refused = trouble == Trouble::Scopes && state == DeliveryState::Failed;
            if !way.reconnected && !refused {
                continue;
            }
            self.must(!fault.is_empty(), || format!("{:?} {trouble:?}: nothing says what to do", way.kind));
            let tokens = self.firm.connect(&sandbox, way.kind.0).await;
            self.tokens.extend(tokens);
        }
        if ways.iter().any(|way| way.reconnected) {
            for (n, seconds) in AGAIN.into_iter().enumerate() {
                if n > 1 && n + 1 < AGAIN.len() && !self.moves(ways).await {
                    continue;
                }
                self.t.drive_to(seconds as i64).await;
            }
        }
    }

    async fn became(&mut self, way: &Way, trouble: Trouble) -> String {
        let Way { kind, id, posts, uploads, first, reconnected } = way;
        let (platform, format, shows) = *kind;
        let told = format!("{kind:?} {trouble:?}");
        let (state, fault) = self.state(*id).await;
        let said = match trouble {
            _ if *reconnected => "reconnected",
            Trouble::Nothing => "live",
            Trouble::Expired => "renewed",
            Trouble::Scopes => "not asked for any",
            Trouble::LimitNamed | Trouble::Limit => "waited",
            Trouble::Broken => "sent again",
            Trouble::Lost => "found",
            Trouble::Upload if self.t.sandbox.requests(platform, Operation::Prepare) == *uploads => "-",
            Trouble::Upload => "went on",
            Trouble::Working if first.0 == Live => "-",
            Trouble::Working => "waited",
            Trouble::Spoiled if state == Live => "-",
            Trouble::Spoiled => "said",
            Trouble::TooMuch => unreachable!("never sent"),
        };
        if trouble == Trouble::Spoiled && state != Live {
            // Where the platform keeps what it could not convert, a person has to look there.
            let asks = state == DeliveryState::Unconfirmed;
            let ends = asks || matches!(state, DeliveryState::NeedsEdit | DeliveryState::Failed);
            self.must(ends && !fault.is_empty(), || format!("{told}: {state:?} {fault} (first {first:?})"));
            return if asks { "asks a person".into() } else { said.into() };
        }
        if trouble == Trouble::Scopes && state == DeliveryState::Failed {
            return "said".into();
        }
        let there = self.there(platform) - posts;
        // Where nobody can look, a person is asked, and nothing is sent again.
        if state == DeliveryState::Unconfirmed && matches!(trouble, Trouble::Lost | Trouble::Broken) {
            self.must(there == usize::from(trouble == Trouble::Lost), || format!("{told}: there {there} times"));
            return "asks a person".into();
        }
        // Times of the machine's clock, which no test puts forward: a picture may come up at Reddit minutes after it was taken, so
        // that for some time its absence proves nothing; and of several stories at Instagram none can be told from the others, so
        // that one is believed by its container after a while.
        let slow = match (platform, format, trouble) {
            (Reddit, _, Trouble::Broken) => Some(0),
            (Instagram, Format::Story, Trouble::Lost) => Some(1),
            _ => None,
        };
        if let (Some(expected), DeliveryState::Processing) = (slow, state) {
            self.must(there == expected, || format!("{told}: there {there} times"));
            return "looked for".into();
        }
        let all = if shows == Thread { 3 } else { 1 };
        self.must(state == Live && there == all, || {
            format!("{told}: {state:?} {fault}, there {there} times (first {first:?})")
        });
        said.into()
    }

    fn must(&mut self, holds: bool, wrong: impl FnOnce() -> String) {
        self.wrong.extend((!holds).then(wrong));
    }

    /// A post of this kind that its platform would not take is not sent, and it is said why.
    async fn refused(&mut self, kind: Kind) -> String {
        let (platform, format, _) = kind;
        let mut post = self.post(kind);
        match format {
            // Its text is not shown.
            Format::Story => {
                let two = vec![self.files.picture, self.files.video];
                post = post.showing(two);
            }
            _ => post.content.text = "x".repeat(70_000),
        }
        let before = self.t.sandbox.requests(platform, Operation::Any);
        // More than any post may have is refused as it is read, else what the platform would not take is said beside the post.
        let said = match lux::features::posts::server::service::save(&self.firm.who, post).await {
            Ok(saved) if saved.blocked() => saved.problems[0].problem.message.clone(),
            Ok(_) => String::new(),
            Err(error) => error.message,
        };
        self.must(!said.is_empty(), || format!("{kind:?}: nothing is said"));
        self.t.drive_to(0).await;
        let is_quiet = self.t.sandbox.requests(platform, Operation::Any) == before;
        self.must(is_quiet, || format!("{kind:?}: something was sent"));
        "said".into()
    }

    /// What a renewal of the sign-in does with the tokens of an account.
    async fn rotation(&mut self, platform: Platform) -> String {
        let (app, company, account) = (&self.t.app, self.firm.who.company, self.firm.account(platform));
        let had = connections::call_context(app, company, account).await.expect("usable").grant;
        let renewed = connections::refresh_refused(app, company, account).await;
        let Ok(has) = connections::call_context(app, company, account).await.map(|context| context.grant) else {
            assert!(renewed.is_err(), "{platform}");
            self.firm.connect(&self.t.sandbox.clone(), platform).await;
            return "asks a person".into();
        };
        let is_new = |had: Option<&str>, has: Option<&str>| has.is_some() && had != has;
        let refresh = |grant: &lux::connectors::Grant| grant.refresh.as_ref().map(|t| t.expose_secret().to_owned());
        self.tokens.extend([Some(has.access.expose_secret().to_owned()), refresh(&has)].into_iter().flatten());
        let access = is_new(Some(had.access.expose_secret()), Some(has.access.expose_secret()));
        match (access, is_new(refresh(&had).as_deref(), refresh(&has).as_deref())) {
            (true, true) => "both new".into(),
            (true, false) => "access new".into(),
            (false, _) => {
                self.firm.connect(&self.t.sandbox.clone(), platform).await;
                "asks a person".into()
            }
        }
    }

    /// No token stands anywhere in the database as it is.
    async fn redacted(&mut self) {
        let tables = sqlx::query_scalar::<_, String>(
            "select table_name::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
        );
        for table in tables.fetch_all(&self.t.app.db).await.expect("tables") {
            // The name comes from the database itself.
            let query = format!("select count(*) from \"{table}\" x where x::text like any($1)");
            let like: Vec<String> = self.tokens.iter().map(|token| format!("%{token}%")).collect();
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                .bind(like)
                .fetch_one(&self.t.app.db)
                .await
                .expect("a count");
            self.wrong.extend((found > 0).then(|| format!("a token stands in {table}")));
        }
    }
}

/// The kinds in groups of which each has every platform at most once.
fn groups() -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = vec![];
    for (n, kind) in KINDS.iter().enumerate() {
        let nth = KINDS[..n].iter().filter(|other| other.0 == kind.0).count();
        if groups.len() <= nth {
            groups.push(vec![]);
        }
        groups[nth].push(n);
    }
    groups
}

#[test]
fn the_table_has_every_format() {
    for platform in Platform::ALL {
        let Some(publishing) = platform.publishing() else { continue };
        for rules in publishing.formats {
            let is_in = KINDS.iter().any(|kind| (kind.0, kind.1) == (platform, rules.format));
            assert_eq!(is_in, platform != Snapchat, "{platform} {:?}", rules.format);
        }
    }
}

/// One trouble with some groups of kinds.
struct Act {
    trouble: Trouble,
    groups: Vec<Vec<usize>>,
}

/// What an act shows.
#[derive(Default)]
struct Shown {
    /// By trouble and kind.
    cells: BTreeMap<(usize, usize), String>,
    rotation: BTreeMap<Platform, String>,
    wrong: Vec<String>,
}

impl Act {
    /// Until when a limit holds is said by the platform's clock, which a group puts forward: each gets stand-ins of its own then.
    fn all() -> Vec<Self> {
        let acts = TROUBLES.into_iter().flat_map(|(trouble, _)| match trouble {
            Trouble::LimitNamed | Trouble::Limit => {
                groups().into_iter().map(|group| Self { trouble, groups: vec![group] }).collect()
            }
            _ => vec![Self { trouble, groups: groups() }],
        });
        acts.collect()
    }

    async fn play(self) -> Shown {
        let trouble = self.trouble;
        // Limits, clocks and sign-ins of one trouble are not to be another's.
        let processing = if trouble == Trouble::Working { Duration::from_secs(30) } else { Duration::ZERO };
        let filling = if matches!(trouble, Trouble::Nothing | Trouble::Upload) { FILLING } else { LITTLE };
        let mut platforms = PLATFORMS.to_vec();
        platforms.retain(|platform| self.groups.iter().flatten().any(|n| KINDS[*n].0 == *platform));
        let mut stage = Stage::set(TestApp::working(processing).await, &platforms, filling).await;
        let mut shown = Shown::default();
        for group in self.groups {
            let kinds: Vec<_> = group.iter().map(|n| KINDS[*n]).collect();
            let mut said = vec![];
            if trouble == Trouble::TooMuch {
                for kind in &kinds {
                    said.push(stage.refused(*kind).await);
                }
            } else {
                said = stage.round(&kinds, trouble).await;
            }
            let column = TROUBLES.iter().position(|(other, _)| *other == trouble).expect("a column");
            shown.cells.extend(group.into_iter().map(|n| (column, n)).zip(said));
        }
        if trouble == Trouble::TooMuch {
            for platform in platforms {
                shown.rotation.insert(platform, stage.rotation(platform).await);
            }
        }
        stage.redacted().await;
        shown.wrong = stage.wrong;
        shown
    }
}

/// Plays all of them, some at a time.
fn play_all() -> Shown {
    let (acts, all) = (Mutex::new(Act::all().into_iter()), Mutex::new(Shown::default()));
    let next = || acts.lock().expect("acts").next();
    let at_once = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 4);
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                while let Some(act) = next() {
                    let shown = runtime.block_on(act.play());
                    let mut all = all.lock().expect("what was shown");
                    all.cells.extend(shown.cells);
                    all.rotation.extend(shown.rotation);
                    all.wrong.extend(shown.wrong);
                }
            });
        }
    });
    all.into_inner().expect("what was shown")
}

#[test]
fn every_kind_of_post_through_everything_that_can_go_wrong() {
    let Shown { cells, rotation, wrong } = play_all();
    let mut lines = vec![{
        let troubles = TROUBLES.iter().map(|(_, words)| (*words).to_owned());
        let kind = ["platform", "format", "shows"].map(str::to_owned);
        kind.into_iter().chain(troubles).chain(["rotation".to_owned(), "redaction".to_owned()]).collect::<Vec<_>>()
    }];
    for (n, (platform, format, shows)) in KINDS.into_iter().enumerate() {
        let kind = [platform.name().to_owned(), format!("{format:?}"), format!("{shows:?}")];
        let said = (0..TROUBLES.len()).map(|column| cells[&(column, n)].clone());
        let rest = [rotation[&platform].clone(), "kept".to_owned()];
        lines.push(kind.into_iter().chain(said).chain(rest).collect());
    }
    for rules in Snapchat.publishing().expect("its formats").formats {
        let kind = [Snapchat.name().to_owned(), format!("{:?}", rules.format), "by people".to_owned()];
        lines.push(kind.into_iter().chain((0..TROUBLES.len() + 2).map(|_| "-".to_owned())).collect());
    }
    let mut table = String::new();
    for line in &lines {
        let cells = line.iter().enumerate().map(|(n, cell)| {
            let width = lines.iter().map(|line| line[n].chars().count()).max().unwrap_or_default();
            format!("{cell:width$}")
        });
        table.push_str(&format!("| {} |\n", cells.collect::<Vec<_>>().join(" | ")));
    }
    // Not by `println!`, which the test runner swallows when the test passes.
    let _ = write!(std::io::stderr(), "\n{table}");
    assert!(wrong.is_empty(), "{} things:\n{}", wrong.len(), wrong.join("\n"));
    // What cannot happen to a kind of post is a dash, and to some kind everything happens.
    for column in 3..lines[0].len() {
        assert!(lines[1..].iter().any(|line| line[column] != "-"), "{}", lines[0][column]);
    }
}
