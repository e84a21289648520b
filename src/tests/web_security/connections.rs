//! Raw sockets that say little, or nothing, or say it slowly.

use crate::support::{PASSWORD, TestApp};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn quick() -> TestApp {
    let times = [("LUX_HEADER_TIMEOUT", "1"), ("LUX_IDLE_TIMEOUT", "3"), ("LUX_BODY_TIMEOUT", "1")];
    TestApp::with(&times).await
}

async fn open(t: &TestApp) -> TcpStream {
    TcpStream::connect(t.base.trim_start_matches("http://")).await.expect("a connection")
}

fn host(t: &TestApp) -> &str {
    t.base.trim_start_matches("http://")
}

/// Reads until the other side closes; what came and how long it took.
async fn rest(stream: &mut TcpStream) -> (String, Duration) {
    let (start, mut bytes) = (Instant::now(), vec![]);
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
    let _ = read.expect("the connection is closed");
    (String::from_utf8_lossy(&bytes).into_owned(), start.elapsed())
}

/// Reads one answer, whose body is as long as it says.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut bytes = [0u8; 4096];
    loop {
        let n = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut bytes)).await.expect("in time");
        let n = n.expect("readable");
        assert!(n > 0, "closed after: {text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..n]));
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            if body.len() >= length.and_then(|l| l.parse::<usize>().ok()).unwrap_or(0) {
                return text;
            }
        }
    }
}

#[tokio::test]
async fn a_header_must_come_to_its_end() {
    let t = quick().await;
    for begun in ["", "GET /healthz HTTP/1.1\r\nHost: a", "GE"] {
        let mut stream = open(&t).await;
        stream.write_all(begun.as_bytes()).await.expect("sent");
        let (text, took) = rest(&mut stream).await;
        assert!(took < Duration::from_secs(3), "{begun:?} was held for {took:?}: {text}");
    }
    // A byte now and then does not help.
    let mut stream = open(&t).await;
    let start = Instant::now();
    for byte in "GET /healthz HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".bytes() {
        if stream.write_all(&[byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(start.elapsed() < Duration::from_secs(4), "a slow header is never ended");
    }
}

#[tokio::test]
async fn an_idle_connection_waits_longer_than_a_begun_header_and_then_is_closed() {
    let t = quick().await;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", host(&t));
    let mut stream = open(&t).await;
    stream.write_all(request.as_bytes()).await.expect("sent");
    assert!(answer(&mut stream).await.ends_with("ok\n"));
    // Longer than a header may take: keep-alive is for this.
    tokio::time::sleep(Duration::from_millis(1_800)).await;
    stream.write_all(request.as_bytes()).await.expect("sent");
    assert!(answer(&mut stream).await.ends_with("ok\n"));
    let (_, took) = rest(&mut stream).await;
    assert!((2..6).contains(&took.as_secs()), "{took:?}");
    // After an answer the next header has its time too.
    let mut stream = open(&t).await;
    stream.write_all(request.as_bytes()).await.expect("sent");
    answer(&mut stream).await;
    stream.write_all(b"GET /hea").await.expect("sent");
    let (_, took) = rest(&mut stream).await;
    assert!(took < Duration::from_millis(2_500), "{took:?}");
}

#[tokio::test]
async fn a_body_may_be_slow_but_not_silent() {
    let t = quick().await;
    let body = format!("email=nobody%40a.example&password={}", PASSWORD.replace(' ', "+"));
    let head = format!(
        "POST /rpc/lux/features/identity/accounts/calls/sign_in HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        host(&t),
        body.len()
    );
    let mut stream = open(&t).await;
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(&body.as_bytes()[..5]).await.expect("sent");
    let (text, took) = rest(&mut stream).await;
    assert!(took < Duration::from_secs(8), "silence was waited for {took:?}: {text}");
    assert!(!text.starts_with("HTTP/1.1 2"), "{text}");
    // Two seconds in all, with no silence of more than a half.
    let mut stream = open(&t).await;
    stream.write_all(head.as_bytes()).await.expect("sent");
    for part in body.as_bytes().chunks(body.len() / 5 + 1) {
        tokio::time::sleep(Duration::from_millis(400)).await;
        stream.write_all(part).await.expect("sent");
    }
    let text = answer(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 401"), "{text}");
}

#[tokio::test]
async fn a_body_that_is_refused_leaves_a_connection_that_can_be_trusted() {
    let t = TestApp::start().await;
    let put = |length: usize| {
        let path = "/api/v1/media/uploads/0190a6a0-0000-7000-8000-000000000000/parts/1";
        format!("PUT {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {length}\r\n\r\n", host(&t))
    };
    // A part from somebody whose session is over: refused, and the next request finds its answer.
    let part = vec![7; 8 << 20];
    let mut stream = open(&t).await;
    for _ in 0..2 {
        stream.write_all(put(part.len()).as_bytes()).await.expect("sent");
        stream.write_all(&part).await.expect("the whole part is taken");
        let refused = answer(&mut stream).await;
        assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
        assert!(!refused.to_lowercase().contains("connection: close"), "{refused}");
    }
    // More than is worth reading: the answer says that the connection ends.
    stream.write_all(put(1 << 30).as_bytes()).await.expect("sent");
    let (refused, _) = rest(&mut stream).await;
    assert!(refused.starts_with("HTTP/1.1 401") && refused.to_lowercase().contains("connection: close"), "{refused}");
}

#[tokio::test]
async fn who_takes_no_answer_is_let_go() {
    let t = quick().await;
    let request = format!("GET /login HTTP/1.1\r\nHost: {}\r\n\r\n", host(&t)).repeat(3_000);
    let mut stream = open(&t).await;
    let send = async {
        stream.write_all(request.as_bytes()).await?;
        // Nothing is read: the answers fill all buffers.
        loop {
            stream.write_all(b"GET /login HTTP/1.1\r\nHost: a\r\n\r\n").await?;
        }
    };
    let ended: Result<std::io::Result<()>, _> = tokio::time::timeout(Duration::from_secs(30), send).await;
    assert!(ended.expect("the connection is ended").is_err());
}

#[tokio::test]
async fn one_connection_too_many_is_told_and_a_free_seat_is_given_away() {
    let t = TestApp::with(&[("LUX_MAX_CONNECTIONS", "3"), ("LUX_HEADER_TIMEOUT", "30")]).await;
    let mut held = vec![];
    for _ in 0..3 {
        held.push(open(&t).await);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut stream = open(&t).await;
    let (text, _) = rest(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 503 ") && text.contains("Too many open connections"), "{text}");
    held.pop();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut stream = open(&t).await;
    stream.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", host(&t)).as_bytes()).await.expect("sent");
    assert!(answer(&mut stream).await.ends_with("ok\n"));
}

#[tokio::test]
async fn a_form_with_more_text_than_a_post_can_have_is_refused_while_it_is_read() {
    let t = TestApp::start().await;
    let firm = t.firm("Engines").await;
    let client = t.signed_in(&firm.email).await;
    let save = async |parts: Vec<(String, usize)>| {
        let mut form = reqwest::multipart::Form::new();
        for (name, bytes) in parts {
            form = form.text(name, "a".repeat(bytes));
        }
        let request = client.request(reqwest::Method::POST, "/studio/save").multipart(form);
        client.send(request).await.status
    };
    let posts = "select count(*) from posts";
    assert_eq!(save(vec![("text".into(), 300_000)]).await, 422);
    assert_eq!(save((0..20).map(|n| (format!("x{n}"), 200_000)).collect()).await, 422);
    assert_eq!(save((0..2_500).map(|n| (format!("x{n}"), 1)).collect()).await, 422);
    assert_eq!(t.value::<i64>(posts).await, 0);
    assert_eq!(save(vec![("text".into(), 2_000)]).await, 303);
    assert_eq!(t.value::<i64>(posts).await, 1);
}

#[tokio::test]
async fn what_one_person_sends_at_once_is_bounded() {
    const MB: usize = 1024 * 1024;
    let t = TestApp::start().await;
    let firm = t.firm("Engines").await;
    let client = t.signed_in(&firm.email).await;
    let other = t.signed_in(&t.firm("Others").await.email).await;
    // Two uploads that stop before their end: 58 MB are in memory.
    let mut half_sent = vec![];
    for _ in 0..2 {
        let part = "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.png\"\r\n\r\n";
        let head = format!(
            "POST /api/v1/media HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nContent-Type: multipart/form-data; boundary=x\r\n\
             Content-Length: {}\r\n\r\n{part}",
            host(&t),
            client.cookie().expect("signed in"),
            30 * MB
        );
        let mut stream = open(&t).await;
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream.write_all(&vec![b'a'; 29 * MB]).await.expect("sent");
        half_sent.push(stream);
    }
    let upload = async |who: &crate::support::Client| {
        let file = reqwest::multipart::Part::bytes(vec![b'a'; 7 * MB]).file_name("beans.png");
        let form = reqwest::multipart::Form::new().part("files", file);
        who.send(who.request(reqwest::Method::POST, "/api/v1/media").multipart(form)).await.body
    };
    let busy = "too many uploads are under way";
    let mut last = String::new();
    for _ in 0..50 {
        last = upload(&client).await;
        if last.contains(busy) {
            break;
        }
        // The server may not have read all of it yet.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(last.contains(busy), "{last}");
    assert!(upload(&other).await.contains("is not a picture"), "others are not kept waiting");
    drop(half_sent);
    for _ in 0..50 {
        last = upload(&client).await;
        if !last.contains(busy) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(last.contains("is not a picture"), "what broke off is given back: {last}");
}

#[tokio::test]
async fn strangers_send_little() {
    let t = TestApp::start().await;
    let client = t.client();
    let sign_in = async |bytes: usize| {
        let password = "a".repeat(bytes);
        let fields = [("email", "nobody@a.example"), ("password", password.as_str())];
        client.call("identity/accounts/sign_in", &fields).await.status
    };
    assert_eq!(sign_in(70_000).await, 413);
    assert_ne!(sign_in(30_000).await, 413);
}
