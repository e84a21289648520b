//! Guessers are slowed down, owners are not.

use crate::support::{Answer, Client, PASSWORD, TestApp};
use reqwest::Method;
use std::time::{Duration, Instant};

const SIGN_IN: &str = "/rpc/lux/features/identity/accounts/calls/sign_in";
const SIGN_UP: &str = "/rpc/lux/features/identity/accounts/calls/sign_up";

async fn strict() -> TestApp {
    TestApp::with(&[("LUX_THROTTLE_FACTOR", "1"), ("LUX_TRUSTED_PROXIES", "127.0.0.1")]).await
}

async fn from(client: &Client, ip: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = client.request(Method::POST, path).header("accept", "application/json").header("x-forwarded-for", ip);
    client.send(request.form(fields)).await
}

async fn sign_in(client: &Client, ip: &str, email: &str, password: &str) -> u16 {
    from(client, ip, SIGN_IN, &[("email", email), ("password", password)]).await.status
}

#[tokio::test]
async fn a_guesser_does_not_lock_the_owner_out() {
    let t = strict().await;
    let firm = t.firm("Engines").await;
    let owner = t.client();
    assert_eq!(sign_in(&owner, "198.51.100.1", &firm.email, PASSWORD).await, 200);
    // Many addresses share one slow bucket.
    let mut refused = 0;
    for n in 0..60 {
        let guess = sign_in(&t.client(), &format!("203.0.113.{n}"), &firm.email, "a-guess").await;
        refused += usize::from(guess == 429);
    }
    assert!(refused >= 25, "{refused}");
    assert_eq!(
        sign_in(&t.client(), "203.0.113.200", &firm.email, PASSWORD).await,
        429,
        "a stranger with the password waits"
    );
    // The browser that was signed in before, from anywhere; and another one in the network of a live session.
    owner.set_cookie(None);
    assert_eq!(sign_in(&owner, "192.0.2.77", &firm.email, PASSWORD).await, 200);
    assert_eq!(sign_in(&t.client(), "198.51.100.1", &firm.email, PASSWORD).await, 200);
    // A known browser is no way to guess either, nor to guess at somebody else's account.
    for _ in 0..10 {
        sign_in(&owner, "192.0.2.78", &firm.email, "a-guess").await;
    }
    assert_eq!(sign_in(&owner, "192.0.2.79", &firm.email, PASSWORD).await, 429);
    let other = t.firm("Others").await;
    for n in 0..30 {
        sign_in(&owner, &format!("192.0.2.{n}"), &other.email, "a-guess").await;
    }
    assert_eq!(sign_in(&owner, "192.0.2.99", &other.email, PASSWORD).await, 429);
}

#[tokio::test]
async fn an_owner_who_waits_hears_of_another_way_in() {
    let t = strict().await;
    let firm = t.firm("Engines").await;
    let mut last = String::new();
    for n in 0..31 {
        let fields = [("email", firm.email.as_str()), ("password", "a-guess")];
        last = from(&t.client(), &format!("203.0.113.{n}"), SIGN_IN, &fields).await.body;
    }
    assert!(last.contains("An admin of your company can make you a link"), "{last}");
}

#[tokio::test]
async fn companies_are_made_at_a_pace() {
    let t = strict().await;
    let client = t.signed_in(&t.firm("Engines").await.email).await;
    let mut last = 0;
    for n in 0..21 {
        let fields = [("name", format!("Company {n}")), ("zone", "UTC".to_owned())];
        let fields = [(fields[0].0, fields[0].1.as_str()), (fields[1].0, fields[1].1.as_str())];
        last = client.call("identity/companies/create_company", &fields).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn an_ipv6_network_is_one_guesser() {
    let t = strict().await;
    let firm = t.firm("Engines").await;
    let mut last = 0;
    for n in 0..11 {
        last = sign_in(&t.client(), &format!("2001:db8:1:2::{n:x}"), &firm.email, "a-guess").await;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn signing_up_with_a_taken_address_lets_in_who_knows_the_password_and_takes_as_long() {
    let t = TestApp::start().await;
    let firm = t.firm("Engines").await;
    fn fields<'a>(email: &'a str, password: &'a str) -> [(&'a str, &'a str); 5] {
        [("name", "Eve"), ("email", email), ("password", password), ("company", "Eve"), ("zone", "UTC")]
    }
    let people = "select count(*) from users";
    let before = t.value::<i64>(people).await;
    let own = t.client();
    assert_eq!(own.call(SIGN_UP, &fields(&firm.email, PASSWORD)).await.status, 200);
    assert!(own.cookie().is_some());
    let eve = t.client();
    let answer = eve.call(SIGN_UP, &fields(&firm.email, "another-password")).await;
    assert_eq!((answer.status, eve.cookie()), (422, None));
    let said = "No account was made with this e-mail address. If you have one already, sign in; otherwise use another address.";
    assert_eq!(answer.json()["problems"][0]["message"], said);
    assert_eq!(t.value::<i64>(people).await, before);
    // Both cost one hashing: no more apart than that.
    let mut times = [Duration::MAX; 2];
    for n in 0..5 {
        let emails = [firm.email.clone(), format!("new{n}@a.example")];
        for (at, email) in emails.iter().enumerate() {
            let start = Instant::now();
            t.client().call(SIGN_UP, &fields(email, "another-password")).await;
            times[at] = times[at].min(start.elapsed());
        }
    }
    let [taken, new] = times.map(|t| t.as_secs_f64());
    assert!(taken / new > 0.4 && taken / new < 2.5, "{times:?}");
}

#[tokio::test]
async fn signing_up_is_no_way_round_the_limits_on_guessing() {
    let t = strict().await;
    let firm = t.firm("Engines").await;
    let fields =
        |password| [("name", "E"), ("email", &*firm.email), ("password", password), ("company", "E"), ("zone", "UTC")];
    let mut last = 0;
    for _ in 0..11 {
        last = from(&t.client(), "203.0.113.1", SIGN_UP, &fields("a-good-guess")).await.status;
    }
    assert_eq!(last, 429);
    let mut made = vec![];
    for n in 0..25 {
        let email = format!("new{n}@a.example");
        let fields = [("name", "E"), ("email", &email), ("password", PASSWORD), ("company", "E"), ("zone", "UTC")];
        made.push(from(&t.client(), "203.0.113.2", SIGN_UP, &fields).await.status);
    }
    assert!(made.contains(&429) && made.iter().filter(|s| **s == 200).count() <= 20, "{made:?}");
}

#[tokio::test]
async fn sign_up_can_be_closed_to_all_but_the_first_and_the_invited() {
    let t = TestApp::with(&[("LUX_SIGNUP", "invited")]).await;
    let fields = |email, next| {
        [("name", "E"), ("email", email), ("password", PASSWORD), ("company", "E"), ("zone", "UTC"), ("next", next)]
    };
    let first = t.client();
    assert_eq!(first.call(SIGN_UP, &fields("first@a.example", "")).await.status, 200);
    for (email, next) in [("new@a.example", ""), ("first@a.example", ""), ("new@a.example", "/invite/no-such-link")] {
        let answer = t.client().call(SIGN_UP, &fields(email, next)).await;
        let text = "New accounts are by invitation here. Ask an admin of your company to send you a link.";
        assert_eq!((answer.status, answer.json()["message"].as_str()), (403, Some(text)), "{email}");
    }
    let link = first.call("identity/companies/invite", &[("role", "editor"), ("note", "")]).await.json();
    let token = link.as_str().and_then(|l| l.rsplit('/').next()).expect("a link").to_owned();
    let answer = t.client().call(SIGN_UP, &fields("new@a.example", &format!("/invite/{token}"))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}
