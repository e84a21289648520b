//! A company with an owner, keys and connected accounts, made through the same services that people use.

use image::ImageFormat;
use lux::connectors::{Grant, Wire, registry};
use lux::domain::delivery::{DeliveryCard, DeliveryState};
use lux::domain::ids::{AssetId, ConnectionId, PostId, SessionId};
use lux::domain::moment::LocalTime;
use lux::domain::options::{Input, OptionValue, Options};
use lux::domain::permission::Role;
use lux::domain::platform::Platform;

use lux::domain::post::{Plan, PostContent, SavePost, Target};
use lux::features::connections::server::changed::{ConnectionChanged, Follower};
use lux::features::identity::accounts::server::service::{SignUp, register};
use lux::features::media::server::receive::Incoming;
use lux::features::posts::model::{PostDetail, Saved};
use lux::features::posts::server::service as posts;
use lux::features::{connections, media, preflight, secrets};
use lux::infra::queue;
use lux::infra::session::Granted;
use lux::infra::state::App;
use lux::infra::zone;
use lux::sandbox::Sandbox;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::io::Cursor;

/// Three platforms of unlike kinds, each with keys and a consent page, on which most tests are played. What must hold for
/// every platform asks `Platform::publishers()`.
pub const ALL: [Platform; 3] = [Platform::X, Platform::LinkedIn, Platform::Instagram];
pub const PASSWORD: &str = "correct-horse-battery";

pub struct Firm {
    /// The owner's rights.
    pub who: Granted,
    pub email: String,
    accounts: BTreeMap<Platform, ConnectionId>,
    /// What has to be chosen or written for a post there: the first of what the account has, and some words.
    options: BTreeMap<Platform, Options>,
}

/// The key that stands for a platform's client secret in all tests.
pub fn client_secret(platform: Platform) -> String {
    format!("stand-in-secret-of-{platform}-7391")
}

fn client_id(platform: Platform) -> String {
    format!("stand-in-{platform}-app")
}

impl Firm {
    /// A company without accounts.
    pub async fn found(app: &App, name: &str, zone: &str) -> Self {
        let email = format!("owner@{}.example", name.to_lowercase());
        let new = SignUp {
            name: format!("Owner of {name}"),
            email: email.clone(),
            password: SecretString::from(PASSWORD),
            company: name.into(),
            zone: zone.into(),
            next: "",
        };
        let (user, company) = register(app, new, true).await.expect("registered");
        let company = company.expect("a company was asked for");
        let who = Granted {
            user,
            name: format!("Owner of {name}"),
            session: SessionId::nil(),
            company,
            role: Role::Owner,
            tenant: app.tenant(company),
            app: app.clone(),
        };
        Self { who, email, accounts: BTreeMap::new(), options: BTreeMap::new() }
    }

    /// The platform's keys, as an admin types them.
    pub async fn keys(&self, platform: Platform) {
        let id = client_id(platform);
        let keys = [("client_id", id.clone()), ("client_key", id), ("client_secret", client_secret(platform))];
        // Some platforms need none.
        let keys = keys.into_iter().filter(|(name, _)| platform.keys().field(name).is_some());
        let keys: BTreeMap<_, _> = keys.map(|(name, value)| (name.to_owned(), value)).collect();
        let by = Some(self.who.user);
        secrets::server::service::save(&self.who.app, &self.who.tenant, by, platform, keys).await.expect("keys");
    }

    /// Connects (again) the stand-in's first account, as if a person had consented; the tokens that it was given.
    pub async fn connect(&mut self, sandbox: &Sandbox, platform: Platform) -> Vec<String> {
        self.keys(platform).await;
        let account = sandbox.accounts(platform).into_iter().next().expect("the stand-in has accounts");
        let (id, tokens) = self.connect_account(sandbox, platform, &account.id).await;
        self.accounts.insert(platform, id);
        let options = self.needed(platform, id).await;
        self.options.insert(platform, options);
        tokens
    }

    /// Adds an account that people publish to themselves.
    pub async fn add_by_name(&mut self, platform: Platform, name: &str) {
        let added = connections::server::service::sign_in(&self.who, platform.id(), name, BTreeMap::new(), None).await;
        self.accounts.insert(platform, added.expect("added").id);
        self.follow_changes().await;
    }

    /// What a post there needs to be told, chosen anyhow.
    pub async fn needed(&self, platform: Platform, connection: ConnectionId) -> Options {
        let mut options = Options::default();
        let fields = platform.publishing().map_or(&[][..], |publishing| publishing.options.fields);
        for field in fields.iter().filter(|field| field.required && field.only_if.is_none()) {
            let value = match field.input {
                Input::Remote(source) => {
                    let found = connections::server::choices::list(&self.who, connection, source, "").await;
                    found.expect("choices")[0].id.clone()
                }
                Input::Choice(choices) => choices[0].id.to_owned(),
                Input::Text { .. } => format!("{} of a test", field.label),
                Input::Seconds | Input::YesNo | Input::Picture { .. } => continue,
            };
            options.set(field.id, OptionValue::Text(value));
        }
        options
    }

    /// Connects any of the stand-in's accounts; the platform's keys must be there.
    pub async fn connect_account(
        &self,
        sandbox: &Sandbox,
        platform: Platform,
        account: &str,
    ) -> (ConnectionId, Vec<String>) {
        let issued = sandbox.issue_grant(platform, account, &client_id(platform)).await.expect("a grant");
        let tokens = [Some(issued.access.clone()), issued.refresh.clone()].into_iter().flatten().collect();
        let grant = Grant {
            access: SecretString::from(issued.access),
            refresh: issued.refresh.map(SecretString::from),
            access_expires_at: Some(issued.access_expires_at),
            refresh_expires_at: issued.refresh_expires_at,
            scopes: issued.scopes,
        };
        let (app, company, by) = (&self.who.app, self.who.company, Some(self.who.user));
        let keys = secrets::server::service::app_keys(app, company, platform).await.expect("keys");
        let sign_in = registry::find(platform).and_then(|c| c.sign_in).expect("a way to sign in");
        let known = sign_in.accounts(&Wire::new(app.outbound.clone()), &keys, &grant).await.expect("accounts");
        let id = connections::server::service::connect(app, company, by, platform, &known[0], &grant).await;
        self.follow_changes().await;
        (id.expect("connected"), tokens)
    }

    /// Does what follows a change of an account (`connection_changed`) and leaves the queue as it was without it.
    pub async fn follow_changes(&self) {
        let app = &self.who.app;
        let followers = vec![preflight::server::changed::follow as Follower];
        let program = queue::Registry::default().with(ConnectionChanged(followers));
        queue::run_until_idle(app, &program, chrono::Utc::now()).await.expect("the queue runs");
        let done = sqlx::query("delete from jobs where kind = 'connection_changed' and state = 'done'");
        done.execute(&app.db).await.expect("removed");
    }

    pub fn account(&self, platform: Platform) -> ConnectionId {
        self.accounts[&platform]
    }

    /// A picture that every platform takes (JPEG) or that Instagram refuses (PNG).
    pub async fn picture(&self, format: ImageFormat) -> AssetId {
        self.square(400, format).await
    }

    /// A JPEG with so many pixels a side.
    pub async fn jpeg(&self, side: u32) -> AssetId {
        self.square(side, ImageFormat::Jpeg).await
    }

    /// A JPEG of so many pixels.
    pub async fn picture_of(&self, width: u32, height: u32) -> AssetId {
        self.sized(width, height, ImageFormat::Jpeg).await
    }

    async fn square(&self, side: u32, format: ImageFormat) -> AssetId {
        self.sized(side, side, format).await
    }

    async fn sized(&self, width: u32, height: u32, format: ImageFormat) -> AssetId {
        let mut bytes = vec![];
        let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x / 2) as u8, (y / 2) as u8, 90]));
        picture.write_to(&mut Cursor::new(&mut bytes), format).expect("encoded");
        let file = Incoming { name: format!("beans.{}", format.extensions_str()[0]), bytes: bytes.into() };
        media::server::service::upload(&self.who, vec![file]).await.expect("uploaded")[0].facts.asset
    }

    /// A new post for these platforms, to go out at once.
    pub fn post(&self, text: &str, platforms: &[Platform]) -> SavePost {
        let options = |p: &Platform| self.options.get(p).cloned().unwrap_or_default();
        let target = |p: &Platform| Target { options: options(p), ..Target::to(self.account(*p)) };
        SavePost {
            id: None,
            version: None,
            targets: platforms.iter().map(target).collect(),
            plan: Plan::Now,
            alts: vec![],
            content: PostContent { text: text.into(), ..PostContent::default() },
        }
    }

    /// The company's wall clock in so many minutes.
    pub async fn clock(&self, minutes: i64) -> LocalTime {
        let name = posts::zone_name(&self.who).await.expect("zone");
        zone::local(zone::of(&name), chrono::Utc::now() + chrono::TimeDelta::minutes(minutes))
    }

    pub async fn save(&self, post: SavePost) -> Saved {
        posts::save(&self.who, post).await.expect("saved")
    }

    /// Saves a post that must be publishable; its id.
    pub async fn publish(&self, post: SavePost) -> PostId {
        let saved = self.save(post).await;
        assert!(!saved.blocked(), "{:?}", saved.problems);
        saved.id
    }

    pub async fn detail(&self, id: PostId) -> PostDetail {
        posts::detail(&self.who, id).await.expect("the post is there")
    }

    pub async fn delivery(&self, id: PostId, platform: Platform) -> DeliveryCard {
        let found = self.detail(id).await.deliveries.into_iter().find(|d| d.platform == platform);
        found.unwrap_or_else(|| panic!("no delivery to {platform}"))
    }

    pub async fn state(&self, id: PostId, platform: Platform) -> DeliveryState {
        self.delivery(id, platform).await.state
    }
}
