//! Stands in for cargo-generate, which `cargo leptos new` calls and nothing else. It would bring git, OpenSSL and three
//! hundred crates more: most of what cargo-leptos takes to build. The names and types are those that cargo-leptos uses.

#[derive(Default)]
pub struct TemplatePath {
    pub git: Option<String>,
    pub branch: Option<String>,
    pub tag: Option<String>,
    pub path: Option<String>,
    pub subfolder: Option<String>,
}

#[derive(Default)]
pub struct GenerateArgs {
    pub template_path: TemplatePath,
    pub name: Option<String>,
    pub force: bool,
    pub verbose: bool,
    pub init: bool,
    pub quiet: bool,
}

pub fn generate(_: GenerateArgs) -> anyhow::Result<std::path::PathBuf> {
    anyhow::bail!("this build of cargo-leptos makes no new projects: install it with `cargo install cargo-leptos`")
}
