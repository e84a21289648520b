//! What is dear, several at a time, at a server with two threads: meanwhile everybody else must be served.

use super::examples::Known;
use super::program::Program;
use reqwest::header;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const LONGEST: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_served_while_one_asks_for_too_much() {
    let program = Arc::new(Program::start(2).await);
    let owner = program.owner().await;
    program.viewer(&owner).await;
    let known = Known::of(&program).await;
    let account = known.id("ConnectionId");
    let plan = json!({ "kind": "schedule", "local": { "day": { "year": 2031, "month": 5, "day": 6 }, "hour": 9, "minute": 30 } });
    let posts = "/rpc/lux/features/posts/calls";
    let guard = |text: String, targets: usize| {
        let target = json!({ "connection": account });
        (
            format!("{posts}/guard_post"),
            json!({ "post": { "text": text, "targets": vec![target; targets], "plan": plan } }),
        )
    };
    let words = |characters: usize| "Beans at a.co/x #b ".chars().cycle().take(characters).collect::<String>();
    let thread: Vec<String> = (0..24).map(|n| format!("{n} {}", words(19_000))).collect();
    let own: Vec<Value> =
        (0..50).map(|n| json!({ "connection": account, "text": format!("{n}{}", words(9_000)) })).collect();
    let pictures: Vec<String> = (1..=20_000_u128).map(|n| uuid::Uuid::from_u128(n).to_string()).collect();
    let dear: Vec<(String, Value)> = vec![
        guard(words(400_000), 150),
        guard(words(99_000), 100),
        guard(words(19_999), 50),
        (
            format!("{posts}/save_post"),
            json!({ "post": { "text": words(19_000), "thread": thread, "targets": own, "plan": plan } }),
        ),
        (
            format!("{posts}/save_post"),
            json!({ "post": { "text": words(19_000), "parts": { "thread": thread }, "targets": [{ "connection": account }], "plan": plan } }),
        ),
        ("/api/social/post".into(), json!({ "text": "Hi", "accounts": vec![account; 50], "media": pictures })),
        (
            "/api/social/post".into(),
            json!({ "text": words(19_000), "accounts": vec![account; 50], "media": pictures[..9_000] }),
        ),
        (
            "/api/social/post/multiple".into(),
            json!({ "posts": vec![json!({ "account": account, "text": words(19_000), "media": pictures[..150] }); 50] }),
        ),
    ];

    // Thousands of words where a few are meant, in forms.
    let many: Vec<String> = (0..16_000).map(|n| format!("t{n:x}")).collect();
    let (tags, lines) = (many.join(","), many.join("\n"));
    let features = "/rpc/lux/features";
    let forms: Vec<(String, Vec<(&str, &str)>)> = vec![
        (format!("{features}/snippets/calls/save_snippet"), vec![("name", "A"), ("tags", &tags), ("text", "Hi")]),
        (format!("{features}/snippets/calls/save_snippet"), vec![("name", "A"), ("kind", "hashtags"), ("text", &tags)]),
        (
            format!("{features}/contacts/calls/add_contact"),
            vec![("fields[email]", "a@b.example"), ("fields[tags]", &tags)],
        ),
        (format!("{features}/brand_voice/calls/save_voice"), vec![("words", &lines)]),
    ];

    let over = Arc::new(AtomicBool::new(false));
    let watch = tokio::spawn({
        let (program, over) = (program.clone(), over.clone());
        async move {
            // Somebody who just comes: a new connection each time, and none that a refused body has ended.
            let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("client");
            let (mut longest, mut asked) = (Duration::ZERO, 0);
            while !over.load(Ordering::Relaxed) {
                let start = Instant::now();
                let answer =
                    http.get(format!("{}/healthz", program.base)).timeout(Duration::from_secs(60)).send().await;
                assert!(answer.expect("an answer").status().is_success());
                (longest, asked) = (longest.max(start.elapsed()), asked + 1);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            (longest, asked)
        }
    });
    let send = |(path, body): &(String, Value)| {
        let request = program.post(path).header(header::COOKIE, &owner).json(body).timeout(Duration::from_secs(120));
        let path = path.clone();
        async move {
            let start = Instant::now();
            let status = request.send().await.map(|answer| answer.status().as_u16());
            (path, status, start.elapsed())
        }
    };
    for _ in 0..3 {
        for (path, status, took) in futures::future::join_all(dear.iter().map(send)).await {
            // A body that is too long is refused while it is still sent, which some clients cannot hear.
            let fine = status.as_ref().map_or_else(|error| error.is_request(), |status| *status < 500);
            assert!(fine, "{path}: {status:?} after {took:?}");
        }
        for (path, fields) in &forms {
            let asked = program.post(path).header(header::COOKIE, &owner).form(fields).send().await.expect("an answer");
            assert_eq!(asked.status(), 422, "{path}");
        }
    }
    over.store(true, Ordering::Relaxed);
    let (longest, asked) = watch.await.expect("the watch ends");
    eprintln!("/healthz was asked {asked} times and took up to {longest:?}");
    assert!(asked >= 10 && longest < LONGEST, "/healthz was asked {asked} times and took up to {longest:?}");
}
