//! From settings to a state that handlers can work with: data folder, database, schema, keys, client, media.
//! Every failure is one sentence that names the fix.

use crate::domain::keys;
use crate::infra::calls::CallLog;
use crate::infra::crypto::KeyRing;
use crate::infra::database;
use crate::infra::http::outbound::Outbound;
use crate::infra::http::ssrf::Reach;
use crate::infra::http::throttle::Throttles;
use crate::infra::postgres::{PrivatePostgres, describe};
use crate::infra::settings::{KeyVariable, Settings};
use crate::infra::state::{App, Pipeline};
use crate::infra::storage::{FOLDER, MediaStore};
use leptos::config::{LeptosOptions, get_configuration};
use nix::fcntl::{Flock, FlockArg};
use object_store::local::LocalFileSystem;
use secrecy::{ExposeSecret, SecretString};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

/// The state, and what must be kept alive or stopped with the process.
pub struct Booted {
    pub app: App,
    postgres: Option<PrivatePostgres>,
    _lock: Flock<File>,
}

impl Booted {
    pub async fn close(self) {
        self.app.pipeline.0.close().await;
        self.app.db.close().await;
        if let Some(postgres) = self.postgres {
            postgres.stop().await;
        }
    }
}

/// The variables that hold instance-wide keys, from the specs of the platforms.
pub fn key_variables() -> Vec<KeyVariable> {
    keys::variables().map(|(platform, field, env)| KeyVariable { platform, field, env }).collect()
}

pub async fn boot(settings: Settings) -> Result<Booted, String> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let lock = own(&settings.data_dir)?;
    let keys = key_ring(&settings)?;
    let (url, postgres) = match &settings.database_url {
        Some(url) => (url.clone(), None),
        None => {
            let postgres = PrivatePostgres::start(&settings.data_dir, settings.postgres_bin.as_deref()).await?;
            (postgres.url().clone(), Some(postgres))
        }
    };
    let app = assemble(settings, &url, keys).await;
    match app {
        Ok(mut app) => {
            // The lock is ours: whoever wrote there before is dead.
            app.calls = Arc::new(CallLog::open(&app.settings.data_dir));
            Ok(Booted { app, postgres, _lock: lock })
        }
        Err(error) => {
            if let Some(postgres) = postgres {
                postgres.stop().await;
            }
            Err(error)
        }
    }
}

/// The state beside a server that runs with the same settings and a database of its own; for tools.
pub async fn beside(settings: Settings) -> Result<App, String> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let url = settings.database_url.clone().ok_or("Name the server's database with DATABASE_URL.")?;
    let keys = key_ring(&settings)?;
    assemble(settings, &url, keys).await
}

/// The state over a database that is there; the schema is brought up to date. Tests begin here.
pub async fn assemble(settings: Settings, url: &SecretString, keys: KeyRing) -> Result<App, String> {
    // Jobs share statements and hold no connection while they talk to platforms: slots beyond some need no more of them.
    let connections = settings.worker_concurrency.min(8) as u32 + 16;
    let db = database::connect(url.expose_secret(), connections).await.map_err(|e| {
        format!("The database {} does not answer ({e}). Check DATABASE_URL and that Postgres runs.", describe(url))
    })?;
    let pipeline = database::pipeline(url.expose_secret())
        .map(Pipeline)
        .map_err(|e| format!("The address of the database cannot be read: {e}"))?;
    database::migrate(&db).await.map_err(|e| {
        format!("The database schema could not be brought up to date: {e}. Nothing was changed half-way; an older program than the one that made the schema cannot be used.")
    })?;
    let media_dir = settings.data_dir.join("media");
    fs::create_dir_all(&media_dir).map_err(|e| unusable(&media_dir, &e))?;
    let store = LocalFileSystem::new_with_prefix(&media_dir)
        .map_err(|e| format!("{} cannot be used: {e}", media_dir.display()))?;
    let outbound = outbound(&settings)?;
    let leptos = leptos_options(&settings)?;
    Ok(App {
        jobs: Arc::new(crate::features::jobs().catalogue().clone()),
        throttles: Arc::new(Throttles::new(settings.throttle_factor)),
        settings: Arc::new(settings),
        db,
        pipeline,
        calls: Arc::new(CallLog::off()),
        keys: Arc::new(keys),
        outbound,
        folder: MediaStore::new(FOLDER, Arc::new(store)),
        incidents: Arc::default(),
        vitals: Arc::default(),
        leptos,
    })
}

/// The HTTP client for everything outside, as the settings want it.
pub fn outbound(settings: &Settings) -> Result<Outbound, String> {
    let outbound =
        Outbound::new(settings.base_urls.clone()).map_err(|e| format!("The HTTP client could not be made: {e}"))?;
    let outbound = outbound
        .trusting(&settings.authorities)
        .map_err(|e| format!("The certificates of LUX_CA_FILE cannot be used: {e}"))?;
    Ok(outbound
        .with_concurrency(&settings.platform_concurrency)
        .within(if settings.sandbox { Reach::ThisMachine } else { Reach::Internet })
        .with_own_stores(settings.own_stores()))
}

/// `Leptos.toml` beside the program's start folder when it is there (development), else what it says, compiled in;
/// the site folder is looked for beside the program too, so that it can be started from anywhere.
fn leptos_options(settings: &Settings) -> Result<LeptosOptions, String> {
    let file = Path::new("Leptos.toml");
    let mut options = if file.exists() {
        get_configuration(Some("Leptos.toml")).map_err(|e| format!("Leptos.toml cannot be read: {e}"))?.leptos_options
    } else {
        LeptosOptions::builder().output_name("lux").site_root("target/site").build()
    };
    options.site_addr = settings.addr;
    if !Path::new(options.site_root.as_ref()).exists()
        && let Ok(program) = std::env::current_exe()
    {
        let beside = program.ancestors().skip(1).take(3).map(|p| p.join("site")).find(|p| p.exists());
        if let Some(beside) = beside {
            options.site_root = beside.to_string_lossy().into_owned().into();
        }
    }
    // A release build names the program's files by their content and lists the names in the site folder.
    let names = Path::new(options.site_root.as_ref()).join("hash.txt").canonicalize();
    options.hash_files = names.is_ok();
    if let Ok(names) = names {
        options.hash_file = names.to_string_lossy().into_owned().into();
    }
    Ok(options)
}

fn unusable(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be used: {error}. Check the permissions, or set LUX_DATA_DIR to another folder.", path.display())
}

/// Makes the data folder and takes it for this process; the lock goes with the process, also when it is killed.
pub(super) fn own(data_dir: &Path) -> Result<Flock<File>, String> {
    fs::create_dir_all(data_dir).map_err(|e| unusable(data_dir, &e))?;
    let path = data_dir.join("lock");
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(|e| unusable(&path, &e))?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|_| {
        format!(
            "{} is in use by another LUX. Stop that one, or set LUX_DATA_DIR to another folder.",
            data_dir.display()
        )
    })
}

/// The key ring from `ENCRYPTION_KEYS`, else from the data folder, else a new one that is written there.
pub fn key_ring(settings: &Settings) -> Result<KeyRing, String> {
    if let Some(line) = &settings.encryption_keys {
        return KeyRing::parse(line.expose_secret()).map_err(|e| format!("ENCRYPTION_KEYS: {e}"));
    }
    let path = settings.data_dir.join("encryption.keys");
    if let Ok(line) = fs::read_to_string(&path) {
        return KeyRing::parse(line.trim()).map_err(|e| format!("{}: {e}", path.display()));
    }
    let line = KeyRing::generate_line();
    let mut file =
        OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path).map_err(|e| unusable(&path, &e))?;
    writeln!(file, "{line}").and_then(|()| file.sync_all()).map_err(|e| unusable(&path, &e))?;
    tracing::warn!(
        "A new encryption key was written to {}. BACK IT UP, apart from the database: without it no stored key or token can be read again.",
        path.display()
    );
    KeyRing::parse(&line)
}
