//! Companies: the tenants, who belongs to them in which role, invitations by link, and the company's own settings.
//! Read `model`, `calls`, then `server/service` (company, members) and `server/invitations`.

pub mod calls;
mod company_page;
pub mod fields;
mod invite_page;
mod members_page;
pub mod model;
mod new_page;
#[cfg(feature = "ssr")]
pub mod server;

pub use company_page::CompanyPage;
pub use invite_page::InvitePage;
pub use members_page::MembersPage;
pub use new_page::NewCompanyPage;
