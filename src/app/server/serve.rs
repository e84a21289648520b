//! Starting and stopping: the web side, the worker side, or both in one process.

use super::{boot, demo, listen, router};
use crate::features;
use crate::features::diagnostics::server::collect;
use crate::features::diagnostics::server::repair::watch;
use crate::features::secrets::server::reencrypt;
use crate::infra::http::limits;
use crate::infra::incidents::Incidents;
use crate::infra::queue::{Worker, ticker};
use crate::infra::settings::Settings;
use crate::infra::state::App;
use crate::sandbox;
use axum::Extension;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Which halves this process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    pub web: bool,
    pub worker: bool,
}

/// `incidents`: where the log gathers the faults of this process.
pub async fn run(settings: Settings, roles: Roles, incidents: Arc<Incidents>) -> Result<(), String> {
    // Ports first: a taken one is said before anything is started.
    let listener = if roles.web { Some(bind(settings.addr, "LUX_ADDR").await?) } else { None };
    if roles.web {
        room_for_files(settings.web.max_connections + settings.worker_concurrency);
    }
    let sandbox = match roles.web && settings.sandbox {
        true => {
            let snapshot = settings.data_dir.join("sandbox.json");
            Some(start_sandbox(settings.sandbox_addr, Some(snapshot)).await?)
        }
        false => None,
    };
    let mut booted = boot::boot(settings).await?;
    booted.app.incidents = incidents;
    let app = booted.app.clone();
    if !app.settings.sandbox
        && let Err(refusal) = demo::refuse_outside_the_sandbox(&app.db).await
    {
        booted.close().await;
        return Err(refusal);
    }
    if let Some(sandbox) = &sandbox {
        demo::seed_if_empty(&app, &sandbox.sandbox)
            .await
            .map_err(|e| format!("The demo company could not be made: {e}"))?;
    }
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    let limits = limits::shared::keep(app.db.clone(), app.outbound.limits().clone(), stop.clone());
    let faults = collect::keep(app.clone(), stop.clone());
    let watch = watch::keep(app.clone(), stop.clone());
    let worker = if roles.worker { Some(start_worker(&app, &stop).await?) } else { None };
    if let Some(listener) = listener {
        announce(&app);
        serve_web(&app, roles, listener, &stop).await;
    } else {
        tracing::info!("worker is running");
        stop.cancelled().await;
    }
    if let Some(worker) = worker {
        // What is running gets its time; what does not finish is taken up again by its lease.
        let _ = tokio::time::timeout(Duration::from_secs(20), worker).await;
    }
    let _ = tokio::time::timeout(Duration::from_secs(2), limits).await;
    let _ = tokio::time::timeout(Duration::from_secs(2), faults).await;
    let _ = tokio::time::timeout(Duration::from_secs(2), watch).await;
    if let Some(sandbox) = sandbox {
        sandbox.shutdown().await;
    }
    booted.close().await;
    Ok(())
}

async fn start_worker(app: &App, stop: &CancellationToken) -> Result<tokio::task::JoinHandle<()>, String> {
    let ticker = ticker::start(app.clone(), stop.clone())
        .await
        .map_err(|e| format!("The schedules could not be started: {e}"))?;
    // After a change of the encryption keys: what the older ones sealed.
    reencrypt::enqueue(&app.db).await.map_err(|e| format!("The first jobs could not be put into the queue: {e}"))?;
    let slots = app.settings.worker_concurrency;
    let worker = Worker::start_with(app.clone(), features::jobs(), slots, stop.clone());
    Ok(tokio::spawn(async move {
        let _ = tokio::join!(worker, ticker);
    }))
}

async fn serve_web(app: &App, roles: Roles, listener: TcpListener, stop: &CancellationToken) {
    // Readiness asks whether there should be a worker here.
    let router = router::build(app.clone()).layer(Extension(roles));
    listen::serve(listener, router, &app.settings.web, stop.clone()).await;
}

/// Asks the system for as many open files as may be needed, where it allows more than it gives by itself.
fn room_for_files(wanted: usize) {
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX).saturating_add(500);
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    if soft < wanted && setrlimit(Resource::RLIMIT_NOFILE, wanted.min(hard), hard).is_err() {
        tracing::warn!(soft, hard, "the number of open files could not be raised");
    }
    if hard < wanted {
        tracing::warn!(hard, wanted, "this process may open fewer files than its settings allow connections and jobs");
    }
}

async fn bind(addr: SocketAddr, variable: &str) -> Result<TcpListener, String> {
    TcpListener::bind(addr).await.map_err(|error| unheard(addr, variable, &error))
}

async fn start_sandbox(addr: SocketAddr, snapshot: Option<PathBuf>) -> Result<sandbox::Running, String> {
    let options = sandbox::Options { snapshot, ..Default::default() };
    sandbox::start(addr, options).await.map_err(|error| unheard(addr, "LUX_SANDBOX_ADDR", &error))
}

/// Why an address cannot be listened on, and what to do.
fn unheard(addr: SocketAddr, variable: &str, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "Port {} is taken by another program. Stop that one, or choose another with {variable}={}:{}.",
            addr.port(),
            addr.ip(),
            addr.port().wrapping_add(10)
        ),
        _ => format!("{addr} cannot be listened on ({error}). Check {variable}."),
    }
}

fn announce(app: &App) {
    let address = app.settings.public("");
    println!("\n  LUX Marketing is running at {address}");
    if app.settings.sandbox {
        println!("  Sandbox: plays the platforms at http://{}", app.settings.sandbox_addr);
        println!("  Demo sign-in: {}  {}", super::demo::EMAIL, super::demo::PASSWORD);
    }
    println!("  Stop with Ctrl-C.\n");
    if app.settings.public_url.scheme() == "https" && app.settings.web.trusted_proxies.is_empty() {
        tracing::warn!(
            "LUX_TRUSTED_PROXIES is not set: all callers look like the proxy in front, and share its limits on sign-in"
        );
    }
}

async fn stop_on_signal(stop: CancellationToken) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        tracing::error!("signals cannot be watched; stop the process by force");
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping: requests and jobs under way get their time");
    stop.cancel();
}

/// Only the stand-in platforms, for trying connectors by hand.
pub async fn sandbox_only(settings: Settings) -> Result<(), String> {
    if !settings.sandbox_addr.ip().is_loopback() {
        return Err(
            "LUX_SANDBOX_ADDR must be a loopback address such as 127.0.0.1:3001: the stand-ins accept anybody.".into(),
        );
    }
    let running = start_sandbox(settings.sandbox_addr, None).await?;
    println!("  The sandbox plays the platforms at http://{}", settings.sandbox_addr);
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    stop.cancelled().await;
    running.shutdown().await;
    Ok(())
}
