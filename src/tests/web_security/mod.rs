//! What guards the web server: connections that hold on, names that are not ours, forms that a stranger's page sends,
//! guessers, and what the sandbox leaves behind, and tabs of another company.

mod addresses;
mod companies;
mod connections;
mod demo;
mod forms;
mod guessing;
mod origins;
