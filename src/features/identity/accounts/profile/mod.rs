//! What a person changes about themselves: name and e-mail, on the security page.

pub mod calls;
mod forms;

pub use forms::ProfileForms;
