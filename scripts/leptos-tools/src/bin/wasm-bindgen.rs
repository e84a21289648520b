//! The command `wasm-bindgen` with those of its options that cargo-leptos passes.

use clap::Parser;
use std::path::PathBuf;
use wasm_bindgen_cli_support::Bindgen;

#[derive(Parser)]
#[command(name = "wasm-bindgen")]
struct Options {
    input: PathBuf,
    #[arg(long, value_parser = ["web"])]
    target: String,
    #[arg(long)]
    out_dir: PathBuf,
    #[arg(long)]
    out_name: String,
    #[arg(long)]
    keep_lld_exports: bool,
    #[arg(long)]
    no_demangle: bool,
    #[arg(long)]
    debug: bool,
    #[arg(long)]
    keep_debug: bool,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let mut bindgen = Bindgen::new();
    bindgen.web(options.target == "web")?;
    bindgen
        .input_path(&options.input)
        .out_name(&options.out_name)
        .keep_lld_exports(options.keep_lld_exports)
        .demangle(!options.no_demangle)
        .debug(options.debug)
        .keep_debug(options.keep_debug)
        .generate(&options.out_dir)
}
