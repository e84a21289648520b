//! The walk itself.

use super::examples::Known;
use super::inventory::{self, Function};
use super::program::{Cost, Program};
use super::values::{self, Case};
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Map, Value, json};
use std::time::Duration;

const LONGEST: Duration = Duration::from_secs(2);
const MOST_MEMORY: u64 = 100 * 1024 * 1024;
/// A slow machine may be busy with something else just then.
const TRIES: usize = 3;

/// What ends or moves the caller's own session is asked last, each with a new session.
const LAST: [&str; 7] =
    ["sign_in", "sign_up", "create_company", "accept_invitation", "end_other_sessions", "leave_company", "sign_out"];

struct Walk {
    program: Program,
    known: Known,
    requests: usize,
    failures: Vec<String>,
}

impl Walk {
    async fn start() -> Self {
        let program = Program::start(4).await;
        let owner = program.owner().await;
        program.viewer(&owner).await;
        let known = Known::of(&program).await;
        Self { program, known, requests: 0, failures: vec![] }
    }

    /// Sends what `request` makes; its status, after looking that nothing broke.
    async fn ask(&mut self, what: &str, request: impl Fn(&Program) -> RequestBuilder) -> (u16, String) {
        let mut answer = (0, String::new());
        let mut cost = Cost { time: LONGEST, memory: MOST_MEMORY };
        for _ in 0..TRIES {
            let (status, body, spent) = self.program.measured(request(&self.program)).await;
            answer = (status, body);
            cost = Cost { time: cost.time.min(spent.time), memory: cost.memory.min(spent.memory) };
            if status >= 500 || (cost.time < LONGEST && cost.memory < MOST_MEMORY) {
                break;
            }
        }
        self.requests += 1;
        let (status, body) = &answer;
        if *status >= 500 {
            self.failures.push(format!("{what}: {status} {body}"));
        } else if cost.time >= LONGEST {
            self.failures.push(format!("{what}: takes more than {LONGEST:?}"));
        } else if cost.memory >= MOST_MEMORY {
            self.failures.push(format!("{what}: needs more than {MOST_MEMORY} bytes"));
        }
        if !self.program.lives() {
            panic!("the program ended at {what}\n{}", self.failures.join("\n"));
        }
        answer
    }

    fn done(self, at_least: usize) {
        eprintln!("{} requests", self.requests);
        assert!(self.requests >= at_least, "only {} requests", self.requests);
        let many = self.failures.len();
        assert!(many == 0, "{many} of {} requests:\n{}", self.requests, self.failures[..many.min(60)].join("\n"));
    }
}

fn call(program: &Program, function: &Function, cookie: &str, arguments: &Value) -> RequestBuilder {
    let request = program.post(&function.path).header(header::COOKIE, cookie);
    let (kind, body) = match function.json {
        true => ("application/json", values::as_json(arguments)),
        false => ("application/x-www-form-urlencoded", values::as_form(arguments)),
    };
    request.header(header::CONTENT_TYPE, kind).body(body)
}

#[tokio::test]
async fn server_functions_bear_everything() {
    let inventory = inventory::read();
    let mut walk = Walk::start().await;
    let mut functions: Vec<&Function> = inventory.functions.iter().collect();
    let rank = |f: &&Function| LAST.iter().position(|name| f.path.ends_with(&format!("/{name}"))).map_or(0, |n| n + 1);
    functions.sort_by_key(rank);
    let (mut owner, mut viewer) =
        (walk.program.owner().await, walk.program.sign_in(super::program::VIEWER, PASSWORD).await);
    for function in functions {
        let name = function.path.rsplit('/').next().unwrap_or_default();
        if LAST.contains(&name) {
            owner = walk.program.owner().await;
            viewer = walk.program.sign_in(super::program::VIEWER, PASSWORD).await;
        }
        let mut example = Map::new();
        for (argument, of) in &function.arguments {
            example.insert(argument.clone(), walk.known.example(&inventory, &function.file, argument, of));
        }
        let example = Value::Object(example);
        let cases = values::cases(&example);

        // Strangers are turned away before anybody reads what they sent.
        for case in cases.iter().step_by((cases.len() / 3).max(1)) {
            let what = format!("nobody: {name} {}", case.what);
            let (status, body) = walk.ask(&what, |p| call(p, function, "", &case.value)).await;
            // 0: the body was too long to be read.
            if !function.open && status != 0 && status != 401 {
                walk.failures.push(format!("{what}: {status} {body}"));
            }
        }
        if name == "sign_out" || name == "leave_company" {
            walk.ask(&format!("owner: {name}"), |p| call(p, function, &owner, &example)).await;
            continue;
        }
        // The example can be read, or every case would be refused for another reason than its own.
        if !function.arguments.is_empty() {
            let (status, body) = walk.ask(&format!("viewer: {name}"), |p| call(p, function, &viewer, &example)).await;
            if body.contains("could not be read") {
                walk.failures.push(format!("{name}: the example is wrong: {status} {body}"));
            }
            // Behind the permission it is the same code as for the owner.
            let some = if status == 403 { cases.len() / 4 } else { 8 };
            for case in cases.iter().step_by(some.max(1)) {
                walk.ask(&format!("viewer: {name} {}", case.what), |p| call(p, function, &viewer, &case.value)).await;
            }
        }
        for case in &cases {
            walk.ask(&format!("owner: {name} {}", case.what), |p| call(p, function, &owner, &case.value)).await;
        }
    }
    walk.done(1_500);
}

/// What needs no sign-in: pages of strangers report their errors, too.
const FOR_EVERYBODY: [&str; 1] = ["/api/browser-errors"];
const PASSWORD: &str = lux::app::server::demo::PASSWORD;

#[tokio::test]
async fn rest_addresses_bear_everything() {
    let inventory = inventory::read();
    let mut walk = Walk::start().await;
    let owner = walk.program.owner().await;
    let viewer = walk.program.sign_in(super::program::VIEWER, PASSWORD).await;
    let id = walk.known.id("CompanyId").to_owned();
    for (method, path) in &inventory.rest {
        let method: Method = method.parse().expect("a method");
        let whole =
            path.split('/').map(|s| if s.starts_with('{') { id.as_str() } else { s }).collect::<Vec<_>>().join("/");
        let whole = if path.contains("{platform}") { path.replace("{platform}", "x") } else { whole };
        let of = |p: &Program, cookie: &str, path: &str| {
            p.http.request(method.clone(), format!("{}{path}", p.base)).header(header::COOKIE, cookie)
        };
        for (who, cookie) in [("owner", owner.as_str()), ("viewer", &viewer), ("nobody", "")] {
            // What stands in the address.
            for (what, text) in values::short_texts().into_iter().chain([("8 kB", "x".repeat(8_000))]) {
                let text = values::encoded(&text);
                let what = format!("{who}: {method} {path} with {what}");
                if path.contains('{') {
                    let parts: Vec<_> = path.split('/').map(|s| if s.starts_with('{') { &text } else { s }).collect();
                    walk.ask(&what, |p| of(p, cookie, &parts.join("/"))).await;
                }
                let query: Vec<_> = inventory.parameters.iter().map(|name| format!("{name}={text}")).collect();
                if query.iter().map(String::len).sum::<usize>() < 60_000 {
                    walk.ask(&what, |p| of(p, cookie, &format!("{whole}?{}", query.join("&")))).await;
                }
            }
            if method == Method::GET {
                for name in ["limit", "offset", "page"] {
                    for number in ["-1", "0", "4294967295", "9223372036854775807", "1e9"] {
                        let asked = format!("{whole}?{name}={number}");
                        walk.ask(&format!("{who}: {asked}"), |p| of(p, cookie, &asked)).await;
                    }
                }
            }
            // What stands in the body.
            let Some(example) = walk.known.body(path) else { continue };
            let sent = |p: &Program, case: &Value| {
                let request = of(p, cookie, &whole).header(header::CONTENT_TYPE, "application/json");
                request.body(values::as_json(case))
            };
            let cases = values::cases(&example);
            let step = if who == "owner" { 1 } else { (cases.len() / 5).max(1) };
            for case in cases.iter().step_by(step) {
                let what = format!("{who}: {method} {path} {}", case.what);
                let (status, body) = walk.ask(&what, |p| sent(p, &case.value)).await;
                let is_open = FOR_EVERYBODY.contains(&path.as_str());
                if who == "nobody" && status != 0 && status != 401 && !is_open {
                    walk.failures.push(format!("{what}: {status} {body}"));
                }
            }
        }
    }
    for (method, path) in inventory.rest.iter().filter(|(method, _)| method == "POST") {
        let known = walk.known.body(path).is_some() || lux::infra::http::intake::UPLOADS.contains(&path.as_str());
        assert!(known, "{method} {path} has no example of a body in `examples`");
    }
    headers(&mut walk, &owner).await;
    walk.done(1_000);
}

/// Values of headers that are kept or compared.
async fn headers(walk: &mut Walk, owner: &str) {
    let long = "k".repeat(256);
    for name in ["idempotency-key", "user-agent", "x-forwarded-for", "referer", "origin", "accept", "accept-language"] {
        for value in [&b""[..], b"\xff\xfe", b"caf\xc3\xa9", long.as_bytes(), b"a, b; q=9e999", b"http://[::1"] {
            let what = format!("header {name}: {value:?}");
            walk.ask(&what, |p| {
                let request = p.post("/rpc/lux/features/identity/accounts/calls/sign_in").header(name, value);
                request.form(&[("email", "a@b.example"), ("password", "not this one")])
            })
            .await;
            let body = json!({ "text": "Hi", "accounts": [] });
            walk.ask(&what, |p| {
                p.post("/api/social/post").header(header::COOKIE, owner).header(name, value).json(&body)
            })
            .await;
        }
    }
    for cookie in [&b"lux="[..], b"lux=%00", b"lux=\xff", b"lux=a; lux=b", b";;;=", b"lux_flash=%00"] {
        let what = format!("cookie {cookie:?}");
        walk.ask(&what, |p| p.http.get(format!("{}/settings/members", p.base)).header(header::COOKIE, cookie)).await;
    }
}

#[tokio::test]
async fn pages_bear_everything() {
    let inventory = inventory::read();
    let mut walk = Walk::start().await;
    let owner = walk.program.owner().await;
    for page in &inventory.pages {
        for (what, text) in values::short_texts().into_iter().chain([("300 letters", "x".repeat(300))]) {
            let text = values::encoded(&text);
            let query: Vec<_> = inventory.parameters.iter().map(|name| format!("{name}={text}")).collect();
            let path: Vec<_> = page.split('/').map(|s| if s.starts_with(':') { &text } else { s }).collect();
            let address = format!("{}?{}", path.join("/"), query.join("&"));
            for cookie in [owner.as_str(), ""] {
                walk.ask(&format!("{page} with {what}"), |p| {
                    let asked = p.http.get(format!("{}{address}", p.base)).header(header::ACCEPT, "text/html");
                    asked.header(header::COOKIE, cookie)
                })
                .await;
            }
        }
    }
    walk.done(500);
}

#[tokio::test]
async fn forms_with_files_bear_everything() {
    let mut walk = Walk::start().await;
    let owner = walk.program.owner().await;
    let (account, picture) = (walk.known.id("ConnectionId").to_owned(), walk.known.id("AssetId").to_owned());
    let mut names: Vec<String> = [
        "text",
        "link",
        "when",
        "suggested",
        "post",
        "version",
        "plan",
        "targets",
        "media",
        "thread",
        "comment",
        "second",
    ]
    .map(str::to_owned)
    .to_vec();
    names.extend(["text_", "format_", "option_who_can_reply_", "options_"].map(|name| format!("{name}{account}")));
    names.extend([format!("alt_{picture}"), "a\u{301}".into()]);
    let form = |fields: &[(&str, &[u8])], file: Option<&str>| {
        let mut body: Vec<u8> = vec![];
        for (name, value) in fields {
            body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
            body.extend(*value);
            body.extend(b"\r\n");
        }
        if let Some(name) = file {
            let head = "Content-Type: image/png\r\n\r\n\x7fno picture\r\n";
            body.extend(
                format!("--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n{head}").bytes(),
            );
        }
        body.extend(b"--b--\r\n");
        body
    };
    let post = |p: &Program, path: &str, body: Vec<u8>| {
        let request = p.post(path).header(header::COOKIE, &owner);
        request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=b").body(body)
    };
    for name in &names {
        for (what, text) in values::texts() {
            let value = values::raw(&text);
            let fields = [("text", &b"Beans"[..]), ("targets", account.as_bytes()), (name, &value)];
            let body = form(&fields, None);
            walk.ask(&format!("studio: {name} {what}"), |p| post(p, "/studio/save", body.clone())).await;
        }
    }
    for file in ["", "a\0b.png", "\u{202e}gnp.exe", &"x".repeat(9_000)] {
        for path in lux::infra::http::intake::UPLOADS {
            let body = form(&[("text", b"Beans")], Some(file));
            walk.ask(&format!("{path}: a file called {file:?}"), |p| post(p, path, body.clone())).await;
        }
    }
    for (what, body) in
        [("no form", b"x".to_vec()), ("half a form", b"--b\r\nContent-Disp".to_vec()), ("nothing", vec![])]
    {
        for path in lux::infra::http::intake::UPLOADS {
            walk.ask(&format!("{path}: {what}"), |p| post(p, path, body.clone())).await;
        }
    }
    walk.done(250);
}

#[tokio::test]
async fn parts_of_files_bear_everything() {
    let mut walk = Walk::start().await;
    let owner = walk.program.owner().await;
    const PART: usize = 8 << 20;
    let announced = json!({ "file_name": "clip.mp4", "bytes": 2 * PART + 5 });
    let begun = walk.program.post("/api/v1/media/uploads").header(header::COOKIE, &owner).json(&announced).send().await;
    let upload: Value = begun.expect("an answer").json().await.expect("an upload");
    let upload = format!("{}{}", lux::infra::http::intake::PARTS, upload["id"].as_str().expect("an id"));
    let sizes = [0, 1, 5, 6, PART - 1, PART, PART + 1, 3 * PART];
    let numbers =
        ["0", "1", "2", "3", "00", "-1", "1.0", "%00", "4294967295", "4294967296", "99999999999999999999", "%ED"];
    for number in numbers {
        for size in sizes {
            let put = |p: &Program, cookie: &str| {
                let request = p.http.put(format!("{}{upload}/parts/{number}", p.base)).header(header::COOKIE, cookie);
                request.body(vec![7; size])
            };
            let what = format!("part {number} of {size} bytes");
            let (status, body) = walk.ask(&what, |p| put(p, &owner)).await;
            let fits = matches!((number, size), ("0" | "1" | "00", PART) | ("2", 5));
            if fits != (status == 204) {
                walk.failures.push(format!("{what}: {status} {body}"));
            }
            let (status, body) = walk.ask(&format!("nobody: {what}"), |p| put(p, "")).await;
            // An address that is no text is refused before anything else. 0: the body was too long to be read.
            let refused = if number.starts_with('%') { 400 } else { 401 };
            if status != 0 && status != refused {
                walk.failures.push(format!("nobody: {what}: {status} {body}"));
            }
        }
    }
    walk.done(150);
}

/// The walk can fail: what it looks at is what was sent.
#[test]
fn a_walk_finds_what_is_wrong() {
    let cases: Vec<Case> = values::cases(&json!({ "day": { "year": 2031 } }));
    assert!(cases.iter().any(|c| c.value["day"]["year"] == -1_000_000_000));
    assert!(cases.iter().any(|c| c.what == "day.year: -9999"));
}
