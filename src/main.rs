//! The way in: reads the command line and the settings, and starts what was asked for.

use clap::{Parser, Subcommand};
use lux::app::server::{boot, demo, doctor, load, reset_password, serve, sink};
use lux::features::media::server::document;
use lux::infra::incidents::{self, Incidents};
use lux::infra::settings::Settings;
use lux::infra::telemetry::{self, Spans};
use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;

/// A worker under load spends a fifth of its time in the C library's allocator, half of that in this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// LUX Marketing. Settings come from the environment; README.md lists them.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Subcommand)]
enum Command {
    /// The whole program: pages, API and worker (default)
    Serve {
        /// Pages and API only; workers run elsewhere
        #[arg(long)]
        web_only: bool,
    },
    /// A worker without pages
    Worker,
    /// Bring the database schema up to date and stop
    Migrate,
    /// Look at settings, folders, keys and database, and say what to do
    Doctor,
    /// The demo company of the sandbox
    Demo {
        #[command(subcommand)]
        command: DemoCommand,
    },
    /// Make a link with which somebody sets a new password, when nobody in the program can
    ResetPassword {
        /// With which they sign in
        email: String,
    },
    /// Only the stand-in platforms
    Sandbox,
    /// Schedule many posts at a stand-in, for measuring
    #[command(hide = true)]
    Load(load::Load),
    /// Say how many pages the PDF on the standard input has: reads what strangers made, away from the server
    #[command(hide = true)]
    CountPages,
    /// A platform that takes everything and counts, for measuring
    #[command(hide = true)]
    Sink {
        /// Where to listen
        addr: std::net::SocketAddr,
    },
}

#[derive(Clone, Copy, Subcommand)]
enum DemoCommand {
    /// Remove the demo company and its people, so that the data can be used without the sandbox
    Remove {
        /// Remove it; without this, only say what would be removed
        #[arg(long)]
        yes: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let command = Cli::parse().command.unwrap_or(Command::Serve { web_only: false });
    if matches!(command, Command::CountPages) {
        return count_pages();
    }
    let settings = Settings::from_env(&boot::key_variables());
    if matches!(command, Command::Doctor) {
        return if doctor::run(settings).await { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let settings = match settings {
        Ok(settings) => settings,
        Err(problems) => {
            eprintln!("LUX cannot start with these settings:");
            for problem in problems {
                eprintln!("  - {problem}");
            }
            return ExitCode::FAILURE;
        }
    };
    let incidents = Arc::<Incidents>::default();
    incidents::log_panics();
    let started = settings.traces.as_ref().map(Spans::start).transpose().and_then(|spans| {
        telemetry::start(&settings.log, settings.log_json, incidents.clone(), spans.as_ref()).map(|()| spans)
    });
    let spans = match started {
        Ok(spans) => spans,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let done = match command {
        Command::Serve { web_only } => {
            serve::run(settings, serve::Roles { web: true, worker: !web_only }, incidents).await
        }
        Command::Worker => serve::run(settings, serve::Roles { web: false, worker: true }, incidents).await,
        Command::Migrate => migrate(settings).await,
        Command::Demo { command: DemoCommand::Remove { yes } } => remove_demo(settings, yes).await,
        Command::ResetPassword { email } => reset_password::run(settings, &email).await.map(|text| println!("{text}")),
        Command::Sandbox => serve::sandbox_only(settings).await,
        Command::Load(load) => load::run(settings, load).await,
        Command::Sink { addr } => sink::run(addr).await,
        Command::Doctor | Command::CountPages => Ok(()),
    };
    if let Some(spans) = spans {
        spans.close().await;
    }
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("LUX stopped: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn count_pages() -> ExitCode {
    let mut bytes = vec![];
    let counted = std::io::stdin().read_to_end(&mut bytes).ok().and_then(|_| document::counted(&bytes));
    match counted {
        Some(said) => {
            print!("{said}");
            ExitCode::SUCCESS
        }
        None => ExitCode::FAILURE,
    }
}

async fn remove_demo(settings: Settings, yes: bool) -> Result<(), String> {
    let booted = boot::boot(settings).await?;
    let done = demo::remove(&booted.app, yes).await;
    booted.close().await;
    println!("{}", done?);
    Ok(())
}

async fn migrate(settings: Settings) -> Result<(), String> {
    // Booting brings the schema up to date.
    boot::boot(settings).await?.close().await;
    println!("The schema is up to date.");
    Ok(())
}
