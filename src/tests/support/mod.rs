//! What the integration tests share: a database of one's own, the whole program over real HTTP, the sandbox beside it.

mod app;
mod client;
mod database;
mod firm;
pub mod pds;
mod post;
pub mod s3;
mod shop;

pub use app::TestApp;
pub use client::{Answer, Client};
pub use database::Database;
pub use firm::{ALL, Firm, PASSWORD, client_secret};
pub use post::Content;
pub use shop::shop;

/// `SaveCompany` is `save_company` as a function, and in JSON.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

/// Looks until it is so.
macro_rules! until {
    ($condition:expr) => {{
        let start = std::time::Instant::now();
        while !$condition {
            assert!(start.elapsed() < std::time::Duration::from_secs(30), "in vain: {}", stringify!($condition));
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }};
}
pub(crate) use until;
