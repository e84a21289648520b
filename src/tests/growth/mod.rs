//! Pages must not grow with what is kept. `plans`: what Postgres does for each page of a large company; `lists`: that lists
//! which are read by key show everything once, in order.

mod lists;
mod plans;

use crate::support::TestApp;
use sqlx::AssertSqlSafe;

/// Fills the company of the test with so many published posts over so many days, and a fiftieth of that waiting, failed
/// and drafts each.
async fn fill(t: &TestApp, posts: u32, days: u32) {
    let mut db = t.app.db.acquire().await.expect("connection");
    // The index of texts is made in one go: that takes a quarter of the time.
    let search = "select indexdef from pg_indexes where indexname = 'posts_search'";
    let search: String = sqlx::query_scalar(search).fetch_one(&mut *db).await.expect("the index of texts");
    let size = format!(
        "drop index posts_search;
         select set_config('growth.posts', '{posts}', false), set_config('growth.days', '{days}', false);"
    );
    let seed = include_str!("../../../scripts/growth.sql");
    for statements in [size, seed.to_owned(), search, "analyze".into()] {
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut *db).await.expect("the company is filled");
    }
}
