//! `lux doctor`: looks at settings, data folder, keys, Postgres, queue and site files, and says what to do about each fault.

use super::{boot, demo};
use crate::domain::platform::Platform;
use crate::features::diagnostics::server::{health, logs, service};
use crate::features::media::server::stores;
use crate::features::secrets::server::{reencrypt, service as secrets};
use crate::infra::crypto::KeyRing;
use crate::infra::database;
use crate::infra::postgres::{self, PrivatePostgres};
use crate::infra::queue::stats::{self, Pause};
use crate::infra::settings::Settings;
use chrono::{TimeDelta, Utc};
use secrecy::ExposeSecret;
use sqlx::PgPool;
use std::path::Path;

/// Prints one line per check; `true` when all are well.
pub async fn run(settings: Result<Settings, Vec<String>>) -> bool {
    let mut well = true;
    let mut say = |name: &str, result: Result<String, String>| match result {
        Ok(text) => println!("  ok    {name}: {text}"),
        Err(text) => {
            well = false;
            println!("  FAULT {name}: {text}");
        }
    };
    let settings = match settings {
        Ok(settings) => {
            say("settings", Ok("all readable".into()));
            settings
        }
        Err(problems) => {
            for problem in problems {
                say("settings", Err(problem));
            }
            return false;
        }
    };
    say("data folder", writable(&settings.data_dir));
    say("media store", media_store(&settings).await);
    let keys_file = settings.data_dir.join("encryption.keys");
    if settings.encryption_keys.is_none() && !keys_file.exists() {
        say("encryption keys", Ok("none yet; made at the first start".into()));
    } else {
        say(
            "encryption keys",
            boot::key_ring(&settings).map(|_| "readable; is there a backup apart from the database?".into()),
        );
    }
    match &settings.database_url {
        None => {
            let version = std::fs::read_to_string(settings.data_dir.join("postgres/PG_VERSION")).ok();
            let major = version.and_then(|v| v.trim().parse().ok());
            let found = postgres::find_programs(settings.postgres_bin.as_deref(), major);
            let programs = found.is_ok();
            say("private Postgres", found.map(|p| format!("programs in {}", p.display())));
            if programs && major.is_some() && !settings.sandbox {
                say("demo", private_demo(&settings).await);
            }
        }
        Some(url) => {
            let place = postgres::describe(url);
            match database::connect(url.expose_secret(), 1).await {
                Err(error) => say("database", Err(format!("{place} does not answer: {error}"))),
                Ok(db) => match database::migration_state(&db).await {
                    Ok((known, applied)) if applied >= known => {
                        say("database", Ok(format!("{place}, schema up to date")));
                        say("queue", queue(&db).await);
                        for (name, answer) in diagnostics(&settings).await {
                            say(&name, answer);
                        }
                        if !settings.sandbox {
                            say("demo", no_demo(&db).await);
                        }
                        // Asking for a ring that is not there would make one.
                        let there = settings.encryption_keys.is_some() || keys_file.exists();
                        if let Some(keys) = there.then(|| boot::key_ring(&settings)).and_then(Result::ok) {
                            say("sealed values", sealed(&db, &keys).await);
                            if let Some(answer) = company_stores(&settings, &db).await {
                                say("media stores of companies", answer);
                            }
                        }
                    }
                    Ok((known, applied)) => {
                        say("database", Err(format!("{place}: {applied} of {known} migrations; run `lux migrate`")));
                    }
                    Err(_) => say(
                        "database",
                        Err(format!("{place} has no schema yet; run `lux migrate` or start the server")),
                    ),
                },
            }
        }
    }
    let site = ["target/site/pkg", "site/pkg"].iter().any(|p| Path::new(p).exists());
    let beside = std::env::current_exe()
        .ok()
        .is_some_and(|p| p.ancestors().skip(1).take(3).any(|d| d.join("site/pkg").exists()));
    say("site files", if site || beside { Ok("found".into()) } else { Err("not found; run `make build`".into()) });
    say(
        "pictures of videos",
        Ok(match &settings.ffmpeg {
            Some(program) => format!("taken by {}", program.display()),
            None => "ffmpeg was not found, so videos show a film sign; install it, or set LUX_FFMPEG".into(),
        }),
    );
    if settings.public_url.scheme() == "https" && settings.web.trusted_proxies.is_empty() {
        say("proxy", Ok("LUX_TRUSTED_PROXIES is not set; with a proxy in front, all callers share its limits".into()));
    }
    if settings.public_url.scheme() != "https" && !settings.sandbox {
        say("public address", Ok(format!("{} (platforms need https: set LUX_PUBLIC_URL)", settings.public_url)));
    } else {
        say("public address", Ok(settings.public_url.to_string()));
    }
    well
}

/// What the Diagnostics page says of the other parts, of open critical errors, and of the logs that the settings name.
async fn diagnostics(settings: &Settings) -> Vec<(String, Result<String, String>)> {
    let app = match boot::beside(settings.clone()).await {
        Ok(app) => app,
        Err(error) => return vec![("parts".into(), Err(error))],
    };
    let mut said = vec![];
    for part in health::with_times(&app, chrono_tz::UTC, health::parts(&app).await).await {
        // Whether a worker runs is said above, where it is no fault before the start.
        if !matches!(part.name.as_str(), "worker" | "queue") {
            let last = part.last_success.map(|at| format!(" It worked last {} UTC.", at.local.short()));
            let answer = match part.ok {
                true => Ok(part.detail.clone()),
                false => Err(format!("{}.{} {}", part.detail, last.unwrap_or_default(), part.hint())),
            };
            said.push((part.title().to_lowercase(), answer));
        }
    }
    said.push((
        "errors".into(),
        match service::open_critical(&app).await {
            Ok(0) => Ok("no critical error is open".into()),
            Ok(n) => Err(format!("{n} critical errors are open; see the page Diagnostics, or its table error_log")),
            Err(error) => Err(format!("cannot be read: {error}")),
        },
    ));
    for source in logs::read(&app.settings.logs, Utc::now() - TimeDelta::hours(24)).await {
        let Some(place) = source.place else { continue };
        let found: u64 = source.findings.iter().map(|(_, found)| found.count).sum();
        said.push((
            format!("log {}", source.name.name()),
            match source.trouble {
                Some(trouble) => Err(format!("{} {}", trouble.what, trouble.fix)),
                None if found == 0 => Ok(format!("{place}, nothing wrong in the last day")),
                None => Ok(format!("{place}, {found} lines of the last day to look at on Diagnostics → Logs")),
            },
        ));
    }
    said
}

async fn no_demo(db: &PgPool) -> Result<String, String> {
    demo::refuse_outside_the_sandbox(db).await.map(|()| "none in the data".into())
}

/// The same for the private database: its server is started for the question, unless it runs already.
async fn private_demo(settings: &Settings) -> Result<String, String> {
    let free = boot::own(&settings.data_dir);
    let postgres = PrivatePostgres::start(&settings.data_dir, settings.postgres_bin.as_deref()).await?;
    let answer = match database::connect(postgres.url().expose_secret(), 1).await {
        Ok(db) => {
            // A schema from before it could say so is brought up to date by the next start, which asks again.
            let answer = match database::migration_state(&db).await {
                Ok((known, applied)) if applied >= known => no_demo(&db).await,
                _ => Ok("not known before `lux migrate`".into()),
            };
            db.close().await;
            answer
        }
        Err(error) => Err(format!("the private database does not answer: {error}")),
    };
    if free.is_ok() {
        postgres.stop().await;
    }
    answer
}

/// Does anybody work, and is the work on time? That nobody works is no fault as long as nothing waits for it: the doctor
/// may be asked before the start.
async fn queue(db: &PgPool) -> Result<String, String> {
    let pulse = stats::pulse(db).await.map_err(|e| format!("the queue cannot be read: {e}"))?;
    match pulse.pause() {
        None => Ok(pulse.to_string()),
        Some(Pause::Nobody) if pulse.delay().is_none() => Ok("no worker is running, and nothing waits for one".into()),
        Some(Pause::Nobody | Pause::Silent { .. }) => {
            Err(format!("{pulse}: publishing is paused; start `lux serve` or `lux worker`"))
        }
        Some(Pause::Behind { .. }) => Err(format!("{pulse}; look at Settings, Queue, or add a worker (`lux worker`)")),
    }
}

/// Whether everything in the database is sealed under the first encryption key.
async fn sealed(db: &PgPool, keys: &KeyRing) -> Result<String, String> {
    let left = reencrypt::left_everywhere(db, keys).await.map_err(|e| format!("cannot be counted: {e}"))?;
    match (left.older, left.missing) {
        (0, 0) => Ok("all under the first encryption key".into()),
        (n, 0) => Ok(format!(
            "{n} under an older encryption key; they are encrypted again at the next start and nightly, keep the key \
             until then"
        )),
        (_, n) => Err(format!(
            "{n} cannot be opened: their encryption key is missing; put it back into ENCRYPTION_KEYS, behind the first"
        )),
    }
}

/// Where files of companies without keys of their own go, and whether it works.
async fn media_store(settings: &Settings) -> Result<String, String> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let outbound = boot::outbound(settings)?;
    match stores::instance(settings, &outbound).await {
        Some(answer) => answer.map_err(|why| format!("{why} (OBJECT_STORE_*)")),
        None => writable(&settings.data_dir.join("media")),
    }
}

/// Whether the object stores whose keys companies entered work; `None`: there are none.
async fn company_stores(settings: &Settings, db: &PgPool) -> Option<Result<String, String>> {
    let companies = match secrets::companies_with(db, Platform::ObjectStore).await {
        Ok(companies) if companies.is_empty() => return None,
        Ok(companies) => companies,
        Err(error) => return Some(Err(format!("cannot be counted: {error}"))),
    };
    let app = match boot::beside(settings.clone()).await {
        Ok(app) => app,
        Err(error) => return Some(Err(error)),
    };
    let mut faults = vec![];
    for (company, name) in &companies {
        let answer = match secrets::app_keys(&app, *company, Platform::ObjectStore).await {
            Ok(keys) => secrets::try_keys(&app.outbound, Platform::ObjectStore, &keys).await,
            Err(error) => Err(error.to_string()),
        };
        faults.extend(answer.err().map(|why| format!("{name}: {why}")));
    }
    Some(if faults.is_empty() { Ok(format!("{} answer", companies.len())) } else { Err(faults.join("; ")) })
}

fn writable(folder: &Path) -> Result<String, String> {
    let trial = folder.join(".doctor");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&trial, b"trial"))
        .and_then(|()| std::fs::remove_file(&trial))
        .map(|()| format!("{} is writable", folder.display()))
        .map_err(|e| format!("{} cannot be written ({e}); set LUX_DATA_DIR", folder.display()))
}
