//! A browser in which somebody signed in before carries a signed cookie that says so. It opens nothing: attempts to sign in
//! from there are counted apart, so that a stranger who guesses cannot keep the owner out.

use crate::domain::ids::UserId;
use crate::infra::session::{self, random_token};
use crate::infra::state::App;
use http::HeaderValue;
use http::request::Parts;
use leptos::prelude::use_context;

const COOKIE: &str = "lux_device";
const PURPOSE: &str = "device";
/// Half a year after the last sign-in.
const SECONDS: i64 = 180 * 86_400;

/// The cookie for a browser in which this person has just signed in.
pub fn cookie(app: &App, user: UserId) -> HeaderValue {
    let mark = format!("{user}.{}", random_token());
    let signature = app.keys.sign(PURPOSE, &mark);
    session::cookie(app, COOKIE, &format!("{mark}.{signature}"), SECONDS)
}

/// What stands for this browser, if this person signed in here before.
pub fn known(app: &App, user: UserId) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let value = session::own_cookie(app, &parts.headers, COOKIE)?;
    let (of, rest) = value.split_once('.')?;
    let (random, signature) = rest.split_once('.')?;
    let mark = format!("{of}.{random}");
    (of.parse() == Ok(user) && app.keys.signed(PURPOSE, &mark, signature)).then_some(mark)
}
