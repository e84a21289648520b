//! The company that this page was opened for (`domain::page_company`). Server functions that the page's program calls get
//! it in front of their address by themselves (`hydrate` in lib.rs); forms and links get it from [`of_company`].

/// What the server knows about the page that it makes.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy)]
pub struct PageCompany(pub crate::domain::ids::CompanyId);

/// Nothing on pages without a company.
fn prefix() -> String {
    #[cfg(feature = "ssr")]
    let prefix = leptos::prelude::use_context::<PageCompany>()
        .map(|PageCompany(company)| crate::domain::page_company::prefix(company))
        .unwrap_or_default();
    #[cfg(not(feature = "ssr"))]
    let prefix = leptos::server_fn::client::get_server_url().to_owned();
    prefix
}

/// The address, for this page's company only.
pub fn of_company(path: &str) -> String {
    prefix() + path
}

/// The id of this page's company, as a form sends it.
pub fn page_company() -> Option<String> {
    let prefix = prefix();
    prefix.rsplit('/').next().filter(|id| !id.is_empty()).map(str::to_owned)
}
