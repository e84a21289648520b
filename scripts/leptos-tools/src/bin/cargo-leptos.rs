//! The command `cargo leptos`, as the crate's own `main` starts it.

use clap::Parser;

#[tokio::main]
async fn main() -> color_eyre::Result<()> {
    color_eyre::install()?;
    // Called by cargo, the first argument is the subcommand's name.
    let named = std::env::args().nth(1).is_some_and(|first| first == "leptos");
    let args = std::env::args().enumerate().filter(|(n, _)| !(named && *n == 1)).map(|(_, arg)| arg);
    let cli = cargo_leptos::config::Cli::parse_from(args);
    cargo_leptos::logger::setup(cli.opts().map_or(0, |options| options.verbose), &cli.log);
    cargo_leptos::run(cli).await
}
