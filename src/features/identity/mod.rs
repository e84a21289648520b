//! Who uses the program: people with their sessions (`accounts`), and the companies they belong to, with members, roles
//! and invitations (`companies`). One feature, because signing up founds a company and an invitation begins a session.

pub mod accounts;
pub mod companies;
