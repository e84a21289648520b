//! Comments: held over every platform where they can be read and answered.

use super::cases::{Case, case, grant, keys};
use super::peer::{Peer, Reply, Seen, wire_to_nobody};
use super::specs::spec;
use super::support::{call, kind};
use super::{facebook, instagram, reddit, youtube};
use crate::connectors::converse::{Answered, Converse};
use crate::connectors::{Call, Fault, ProbeOutcome, registry};
use crate::domain::platform::Platform;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

pub const QUESTION: &str = "Which beans?";
pub const ANSWER: &str = "All of them & more";

/// How a platform answers about the comments of its case's post when all is well.
pub struct Talk {
    pub platform: Platform,
    /// Its list has a comment of a visitor ([`QUESTION`]) and our answer to it ([`ANSWER`]).
    pub well: fn(&Seen) -> Reply,
    pub comment: &'static str,
    pub answer: &'static str,
    /// Whether a request is the irreversible one.
    pub replies: fn(&Seen) -> bool,
    /// Holds the request that hid a comment against the platform's documentation; where none is hidden, nothing comes.
    pub hid: fn(&Seen),
    /// The same of the request that took an answer back.
    pub removed: fn(&Seen),
}

/// One line per platform; each stands in the file of its platform.
static ALL: [fn() -> Talk; 4] = [facebook::talk, instagram::talk, reddit::talk, youtube::talk];

fn everyone() -> Vec<(&'static dyn Converse, Case, Talk)> {
    let all: Vec<_> = registry::all().filter_map(|c| Some((c.converse?, c.platform))).collect();
    assert_eq!(all.len(), ALL.len(), "a platform with comments has no case here");
    let of = |platform| ALL.into_iter().map(|talk| talk()).find(|talk| talk.platform == platform);
    all.into_iter()
        .map(|(converse, p)| (converse, case(p), of(p).unwrap_or_else(|| panic!("{p} has no case"))))
        .collect()
}

fn to(case: &Case, talk: &Talk) -> Answered {
    Answered { comment: talk.comment.into(), parent: None, post: case.parent() }
}

#[tokio::test]
async fn comments_are_read_with_what_was_answered() {
    for (converse, case, talk) in everyone() {
        let (name, peer) = (case.platform, Peer::start(talk.well).await);
        let page = converse.comments(&call!(case, &peer.wire()), &case.parent(), None).await;
        let page = page.unwrap_or_else(|f| panic!("{name}: {f:?}"));
        let question = page.comments.iter().find(|c| c.id == talk.comment).expect("the visitor's comment");
        assert_eq!(
            (question.text.as_str(), question.ours, question.author.as_str()),
            (QUESTION, false, "Ada"),
            "{name}"
        );
        let answer = page.comments.iter().find(|c| c.id == talk.answer).expect("our answer");
        assert_eq!((answer.text.as_str(), answer.ours), (ANSWER, true), "{name}");
        assert_eq!(answer.parent.as_deref(), Some(talk.comment), "{name}");
        assert!(page.next.is_none() && peer.changes() == 0, "{name}");
        assert!(converse.longest() >= 100 && !converse.scopes().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn an_answer_is_sent_once_and_found() {
    for (converse, case, talk) in everyone() {
        let (name, peer, to) = (case.platform, Peer::start(talk.well).await, to(&case, &talk));
        let wire = peer.wire();
        let checkpoint = converse.prepare(&call!(case, &wire), &to, ANSWER).await.unwrap();
        assert_eq!(peer.changes(), 0, "{name}: preparing changes nothing");
        let made = converse.reply(&call!(case, &wire), &to, ANSWER, &checkpoint).await;
        assert_eq!(made.unwrap_or_else(|f| panic!("{name}: {f:?}")), talk.answer, "{name}");
        assert_eq!(peer.changes(), 1, "{name}: exactly one irreversible call");
        let sent = peer.seen().into_iter().rfind(|s| s.method == "POST").unwrap();
        let says = sent.form("message").or_else(|| sent.form("text")).unwrap_or_else(|| sent.text());
        assert!((talk.replies)(&sent) && says.contains(ANSWER), "{name}: {sent:?}");
        let before = peer.seen().len();
        let find =
            async |text: &str, since| converse.find_reply(&call!(case, &wire), &to, text, &checkpoint, since).await;
        let now = Utc::now();
        assert!(matches!(find(ANSWER, now).await, Ok(ProbeOutcome::Live(p)) if p.id == talk.answer), "{name}");
        for (text, since) in [("Something else", now), (QUESTION, now), (ANSWER, now + TimeDelta::minutes(5))] {
            let got = find(text, since).await;
            assert!(matches!(got, Ok(ProbeOutcome::Absent)), "{name} {text}: {got:?}");
        }
        assert!(peer.seen()[before..].iter().all(|s| s.method == "GET"), "{name}: looking only reads");
        assert!(converse.grace() > std::time::Duration::from_secs(60), "{name}: longer than the call's deadline");
    }
}

#[tokio::test]
async fn clear_and_unclear_ends_of_an_answer_are_told_apart() {
    for (converse, case, talk) in everyone() {
        let name = case.platform;
        for (reply, expected) in [
            (Reply::text(500, ""), "unknown_outcome"),
            (Reply::text(200, "not json"), "unknown_outcome"),
            (Reply::Truncated, "unknown_outcome"),
            (Reply::Reset, "unknown_outcome"),
            (Reply::text(429, "").with("retry-after", 120), "rate_limited"),
            (Reply::text(401, ""), "auth_expired"),
        ] {
            let (well, replies, told) = (talk.well, talk.replies, format!("{name}: {reply:?}"));
            let peer = Peer::start(
                move |seen| if seen.method == "POST" && replies(seen) { reply.clone() } else { well(seen) },
            )
            .await;
            let got = converse.reply(&call!(case, &peer.wire()), &to(&case, &talk), ANSWER, &Value::Null).await;
            assert_eq!(kind(&got), expected, "{told}");
        }
        let nobody = wire_to_nobody();
        let got = converse.reply(&call!(case, &nobody), &to(&case, &talk), ANSWER, &Value::Null).await;
        assert_eq!(kind(&got), "transient", "{name}: nothing was sent");
        let got = converse.find_reply(&call!(case, &nobody), &to(&case, &talk), ANSWER, &Value::Null, Utc::now()).await;
        assert_eq!(kind(&got), "transient", "{name}: a look that fails is repeated");
        let got = converse.comments(&call!(case, &nobody), &case.parent(), None).await;
        assert_eq!(kind(&got), "transient", "{name}");
    }
}

/// An account that was connected before comments were asked for.
#[tokio::test]
async fn without_the_permission_nothing_is_called() {
    for (converse, case, talk) in everyone() {
        let (peer, keys, mut old) = (Peer::start(talk.well).await, keys(), grant());
        old.scopes.retain(|scope| !converse.scopes().contains(&scope.as_str()));
        let (wire, to) = (peer.wire(), to(&case, &talk));
        let facts = &Value::Null;
        let call = Call { wire: &wire, keys: &keys, grant: &old, account: case.account, handle: case.handle, facts };
        let read = converse.comments(&call, &case.parent(), None).await;
        match read {
            Err(Fault::NotAllowed { scopes, .. }) => assert_eq!(scopes, converse.scopes(), "{}", case.platform),
            other => panic!("{}: {other:?}", case.platform),
        }
        assert_eq!(kind(&converse.reply(&call, &to, ANSWER, &Value::Null).await), "not_allowed");
        let hidden = if converse.hides() { "not_allowed" } else { "unsupported" };
        assert_eq!(kind(&converse.hide(&call, talk.comment, true).await), hidden);
        assert_eq!(kind(&converse.remove(&call, talk.comment).await), "not_allowed");
        assert!(peer.seen().is_empty(), "{}", case.platform);
    }
}

#[tokio::test]
async fn comments_are_hidden_and_answers_taken_back_where_that_is_offered() {
    for (converse, case, talk) in everyone() {
        let (name, peer) = (case.platform, Peer::start(talk.well).await);
        let wire = peer.wire();
        let hidden = converse.hide(&call!(case, &wire), talk.comment, true).await;
        assert_eq!(kind(&hidden), if converse.hides() { "ok" } else { "unsupported" }, "{name}");
        if converse.hides() {
            (talk.hid)(peer.seen().last().unwrap());
        }
        let removed = converse.remove(&call!(case, &wire), talk.answer).await;
        assert_eq!(kind(&removed), if converse.removes() { "ok" } else { "unsupported" }, "{name}");
        if converse.removes() {
            (talk.removed)(peer.seen().last().unwrap());
        }
    }
}

/// What the Graph says of comments: a missing permission stops comments and not the account; what is gone is gone.
#[tokio::test]
async fn the_graphs_refusals_are_understood() {
    let of_meta = |platform| matches!(platform, Platform::Facebook | Platform::Instagram);
    for (converse, case, talk) in everyone().into_iter().filter(|(_, case, _)| of_meta(case.platform)) {
        for (code, subcode, expected) in [
            (10, None, "not_allowed"),
            (200, None, "not_allowed"),
            (190, Some(463), "auth_expired"),
            (100, Some(33), "permanent"),
            (100, None, "invalid_content"),
            (4, None, "rate_limited"),
            (1, None, "unknown_outcome"),
            (368, None, "permanent"),
        ] {
            let body = json!({"error": {"message": "m", "code": code, "error_subcode": subcode}});
            let peer = Peer::start(move |_| Reply::json(400, body.clone())).await;
            let got = converse.reply(&call!(case, &peer.wire()), &to(&case, &talk), ANSWER, &Value::Null).await;
            assert_eq!(kind(&got), expected, "{} {code} {subcode:?}: {got:?}", case.platform);
        }
        // Taking back what is gone is done.
        let gone = json!({"error": {"message": "m", "code": 100, "error_subcode": 33}});
        let peer = Peer::start(move |_| Reply::json(400, gone.clone())).await;
        assert_eq!(kind(&converse.remove(&call!(case, &peer.wire()), talk.answer).await), "ok", "{}", case.platform);
    }
}

/// What publishing takes back it says, and the other way round.
#[tokio::test]
async fn deleting_is_offered_where_it_works() {
    for (publish, case) in super::support::everyone_who_publishes() {
        let peer = Peer::start(|_| Reply::json(200, json!({"success": true}))).await;
        let post = crate::connectors::RemotePost { id: case.live_id.into(), url: None };
        let got = publish.delete(&call!(case, &peer.wire()), &post).await;
        let is_offered = kind(&got) != "unsupported";
        assert_eq!(publish.deletes(), is_offered, "{}: `deletes` says something else than `delete`", case.platform);
        assert_eq!(is_offered, !peer.seen().is_empty(), "{}", case.platform);
    }
}

#[tokio::test]
async fn meta_requests_are_as_described() {
    for (file, converse_of, edge) in [
        ("meta-api-specs/Comment.json", Platform::Facebook, "comments"),
        ("meta-api-specs/IGComment.json", Platform::Instagram, "replies"),
    ] {
        let Some(node) = spec(file) else { return };
        let (converse, case, talk) = everyone().into_iter().find(|(_, c, _)| c.platform == converse_of).unwrap();
        let peer = Peer::start(talk.well).await;
        let wire = peer.wire();
        let to = to(&case, &talk);
        converse.reply(&call!(case, &wire), &to, ANSWER, &Value::Null).await.unwrap();
        converse.hide(&call!(case, &wire), talk.comment, false).await.unwrap();
        let sent: Vec<_> = peer.seen();
        for (seen, key, value) in [(&sent[0], "endpoint", edge), (&sent[1], "name", "#update")] {
            let is_it = |api: &&Value| api["method"] == "POST" && api[key] == value;
            let api = node["apis"].as_array().unwrap().iter().find(is_it);
            let api = api.unwrap_or_else(|| panic!("{file}: {value} does not exist"));
            for (field, _) in url::form_urlencoded::parse(&seen.body) {
                let known = api["params"].as_array().unwrap().iter().any(|param| param["name"] == field.as_ref());
                assert!(known, "{file}: {field} does not exist");
            }
        }
        converse.comments(&call!(case, &wire), &case.parent(), None).await.unwrap();
        let fields = peer.seen().last().unwrap().query("fields").unwrap();
        let own: Vec<_> = node["fields"].as_array().unwrap().iter().filter_map(|f| f["name"].as_str()).collect();
        // What stands in braces belongs to other nodes; answers are an edge.
        let mut depth = 0;
        let flat = fields.chars().filter(|c| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            depth == 0 && *c != '}'
        });
        let flat: String = flat.collect();
        for field in flat.split(',').filter(|field| *field != "replies") {
            assert!(own.contains(&field), "{file}: {field} does not exist");
        }
    }
}
