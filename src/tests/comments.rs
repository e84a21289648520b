//! Comments as a company uses them: collected, read, answered exactly once, hidden; and what was published, taken back.

use crate::support::Content as _;
use crate::support::{Client, Firm, TestApp};
use lux::domain::ids::{CommentId, DeliveryId, PostId};
use lux::domain::permission::Role;
use lux::domain::platform::Platform::{self, Facebook, Instagram, Reddit, YouTube};
use lux::domain::post::{Plan, SavePost};
use lux::features::comments::model::{CommentCard, CommentFilter, CommentQuery, ReplyState};
use lux::features::comments::server::inbox;
use lux::infra::session::Granted;
use lux::sandbox::{Comment, Fault, FaultKind, Operation};
use reqwest::Method;

/// A company with a post on a Facebook Page and on Instagram.
struct Stage {
    t: TestApp,
    firm: Firm,
    owner: Client,
    post: PostId,
}

impl Stage {
    async fn set() -> Self {
        let t = TestApp::start().await;
        let mut firm = t.firm("Northwind").await;
        firm.connect(&t.sandbox, Facebook).await;
        let owner = t.signed_in(&firm.email).await;
        let media = vec![firm.jpeg(400).await];
        let post = firm.publish(firm.post("Open today", &[Facebook, Instagram]).showing(media)).await;
        t.drive_to(0).await;
        Self { t, firm, owner, post }
    }

    /// With a video on YouTube and a text on Reddit as well.
    async fn wide() -> Self {
        let mut stage = Self::set().await;
        for platform in [YouTube, Reddit] {
            stage.firm.connect(&stage.t.sandbox, platform).await;
        }
        let video = crate::youtube::clip(&stage.t, &stage.owner).await;
        stage.firm.publish(stage.firm.post("Open today", &[YouTube]).showing(vec![video])).await;
        stage.firm.publish(stage.firm.post("Open today", &[Reddit])).await;
        for seconds in [0, 15, 60] {
            stage.t.drive_to(seconds).await;
        }
        stage
    }

    /// Nothing of this platform is read any more, and what was read is forgotten.
    async fn forget(&self, platform: Platform) {
        self.t.sql("delete from comments").await;
        let stop = "update comment_watches w set next_at = null from connections c where c.id = w.connection_id and platform = $1";
        sqlx::query(stop).bind(platform.id()).execute(&self.t.app.db).await.expect("stopped");
    }

    fn remote(&self, platform: Platform) -> String {
        self.t.sandbox.posts(platform)[0].id.clone()
    }

    fn visitor(&self, platform: Platform, name: &str, text: &str, parent: Option<&str>) -> String {
        let id = self.t.sandbox.visitor_comment(platform, &self.remote(platform), name, text, parent);
        id.expect("a comment")
    }

    /// Reads all comments, so many seconds from now.
    async fn collect(&self, seconds: i64) {
        self.call("collect_now", &[], 200).await;
        self.t.drive_to(seconds).await;
    }

    async fn call(&self, function: &str, fields: &[(&str, &str)], status: u16) -> String {
        let answer = self.owner.call(&format!("comments/{function}"), fields).await;
        assert_eq!(answer.status, status, "{function}: {}", answer.body);
        answer.body
    }

    async fn list(&self, filter: CommentFilter) -> Vec<CommentCard> {
        let query = CommentQuery { filter, ..Default::default() };
        inbox::list(&self.firm.who, &query).await.expect("a list").part.items
    }

    async fn of(&self, author: &str) -> CommentCard {
        let found = self.list(CommentFilter::All).await.into_iter().find(|comment| comment.author == author);
        found.unwrap_or_else(|| panic!("nothing of {author}"))
    }

    async fn answer(&self, to: CommentId, place: i32, text: &str, status: u16) -> String {
        let fields = [("comment", to.to_string()), ("place", place.to_string()), ("text", text.to_owned())];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.call("answer_comment", &fields, status).await
    }

    /// What the account itself wrote at the platform and is still there.
    fn sent(&self, platform: Platform) -> Vec<Comment> {
        let mut all = self.t.sandbox.comments(platform);
        all.retain(|comment| comment.author.is_none() && comment.deleted_at.is_none());
        all
    }
}

/// Whoever asks for new comments under a post that has just gone out gets them at once, and not at the next turn.
#[tokio::test]
async fn the_first_read_of_a_post_is_the_one_that_somebody_asks_for() {
    let stage = Stage::set().await;
    stage.visitor(Facebook, "Ada", "Which beans?", None);
    stage.collect(0).await;
    let ada = stage.of("Ada").await;
    assert_eq!(ada.text, "Which beans?");
    // While a stand-in answers for Facebook, "See it on Facebook" leads to the post there.
    let url = ada.url.expect("where it can be seen");
    let shown = stage.t.client().get(&url).await;
    let page = shown.location.unwrap_or_else(|| panic!("{url}: {}", shown.body));
    assert!(page.starts_with("/facebook/posts/"), "{url}: {page}");
}

#[tokio::test]
async fn comments_are_collected_answered_and_hidden() {
    let stage = Stage::wide().await;
    for platform in [Facebook, Instagram, YouTube, Reddit] {
        let hides = platform != Reddit;
        let ada = stage.visitor(platform, "Ada", "Which beans?", None);
        let bobs = stage.visitor(platform, "Bob", "<b>Mine</b> too", Some(&ada));
        stage.collect(2).await;
        stage.collect(4).await;
        let unread = stage.list(CommentFilter::Unread).await;
        let mut seen: Vec<_> = unread.iter().map(|c| (c.author.as_str(), c.text.as_str())).collect();
        seen.sort_unstable();
        assert_eq!(seen, [("Ada", "Which beans?"), ("Bob", "<b>Mine</b> too")], "{platform}: each once");
        assert!(unread.iter().all(|c| c.platform == platform && c.can_answer && c.can_hide == hides));
        assert!(unread.iter().all(|c| c.title == "Open today"));

        // An answer to an answer goes below the first comment where a platform has one level of them.
        let bob = stage.of("Bob").await;
        stage.answer(bob.id, 1, " ", 422).await;
        stage.answer(bob.id, 1, &"x".repeat(10_500), 422).await;
        // The same form twice, and somebody else who was slower.
        stage.answer(bob.id, 1, "All of them.", 200).await;
        stage.answer(bob.id, 1, "All of them.", 200).await;
        stage.answer(bob.id, 1, "None of them.", 409).await;
        assert_eq!(stage.of("Bob").await.answers[0].state, ReplyState::Queued);
        stage.t.drive_to(6).await;
        let sent = stage.sent(platform);
        let [sent] = sent.as_slice() else { panic!("{platform}: {sent:?}") };
        let below = if platform == Reddit { &bobs } else { &ada };
        assert_eq!((sent.text.as_str(), sent.parent.as_ref()), ("All of them.", Some(below)), "{platform}");
        stage.collect(8).await;
        let bob = stage.of("Bob").await;
        assert_eq!((bob.answers.len(), bob.answers[0].state, bob.unread, bob.place), (1, ReplyState::Sent, false, 2));
        assert_eq!(bob.answers[0].by.as_deref(), Some("Owner of Northwind"));

        // Hidden, shown again, hidden.
        let ada = stage.of("Ada").await.id.to_string();
        if !hides {
            let told = stage.call("hide_comment", &[("comment", &ada), ("hidden", "true")], 409).await;
            assert!(told.contains("on Reddit itself"), "{told}");
        }
        for (hidden, shown) in [("true", 1), ("false", 0), ("true", 1)].into_iter().filter(|_| hides) {
            stage.call("hide_comment", &[("comment", &ada), ("hidden", hidden)], 200).await;
            let there = stage.t.sandbox.comments(platform).iter().any(|c| c.hidden);
            assert_eq!((there, stage.list(CommentFilter::Hidden).await.len()), (hidden == "true", shown), "{platform}");
        }
        // YouTube lists neither a hidden comment nor what answers it; that does not make them deleted.
        if platform == YouTube {
            stage.collect(1_800).await;
            assert!(!stage.of("Ada").await.removed && stage.of("Ada").await.hidden && !stage.of("Bob").await.removed);
            stage.call("hide_comment", &[("comment", &ada), ("hidden", "false")], 200).await;
        }
        // The own answer is taken back; a stranger's comment is not ours to delete.
        let mine = bob.answers[0].comment.expect("known there").to_string();
        stage.call("remove_answer", &[("comment", &ada)], 409).await;
        stage.call("remove_answer", &[("comment", &mine)], 200).await;
        stage.call("remove_answer", &[("comment", &mine)], 200).await;
        assert!(stage.sent(platform).is_empty() && stage.of("Bob").await.answers[0].removed, "{platform}");
        // Who wrote it deletes it there.
        stage.t.sandbox.visitor_takes_back(platform, "Bob");
        stage.collect(3_600).await;
        assert!(stage.of("Bob").await.removed && !stage.of("Ada").await.removed, "{platform}");
        stage.answer(bob.id, 2, "Hello?", 409).await;
        stage.forget(platform).await;
    }
}

/// One read asks for a bounded part of a long list; the next ones go on where it stopped, and miss nothing that came meanwhile.
#[tokio::test]
async fn a_long_list_is_read_to_its_end() {
    let stage = Stage::set().await;
    for n in 0..330 {
        stage.visitor(Instagram, &format!("Guest {n:03}"), "Hello", None);
    }
    stage.collect(2).await;
    let count = async || {
        sqlx::query_scalar::<_, i64>("select count(*) from comments").fetch_one(&stage.t.app.db).await.expect("a count")
    };
    assert_eq!(count().await, 250, "the newest first, and no more than one read may ask for");
    for n in 330..400 {
        stage.visitor(Instagram, &format!("Guest {n:03}"), "Hello", None);
    }
    for minute in 1..=4 {
        stage.collect(minute * 400).await;
    }
    assert_eq!(count().await, 400);
}

#[tokio::test]
async fn an_answer_is_sent_once_though_its_answer_is_lost() {
    let stage = Stage::wide().await;
    let asked = [(Facebook, "Ada"), (Instagram, "Bob"), (YouTube, "Cleo"), (Reddit, "Dan")];
    for (platform, author) in asked {
        stage.visitor(platform, author, "Which beans?", None);
    }
    stage.collect(2).await;
    let lost = |platform, kind| Fault { ms: Some(0), ..Fault::once(platform, Operation::Commit, kind) };
    for (platform, author) in asked {
        // It arrived, or it did not: either way it is there once in the end.
        let kinds = [
            FaultKind::ServerErrorAfterAccept,
            FaultKind::TimeoutAfterAccept,
            FaultKind::DropBeforeAccept,
            FaultKind::ServerError,
            FaultKind::RateLimit,
            // Instagram's token is too young to be renewed.
            FaultKind::ExpiredToken,
        ];
        let kinds = kinds.into_iter().filter(|kind| platform != Instagram || *kind != FaultKind::ExpiredToken);
        for (place, kind) in (1..).zip(kinds) {
            stage.t.sandbox.inject(lost(platform, kind));
            let text = format!("Answer {place}");
            stage.answer(stage.of(author).await.id, place, &text, 200).await;
            // Armed now: the stand-in's clock is the real one.
            for seconds in [1, 20, 100, 130, 300, 500, 520] {
                stage.t.drive_to(seconds).await;
            }
            let sent = stage.sent(platform).iter().filter(|comment| comment.text == text).count();
            let state = stage.of(author).await.answers.last().map(|answer| (answer.state, answer.fault.clone()));
            assert_eq!((sent, state), (1, Some((ReplyState::Sent, None))), "{platform} {kind:?}");
        }
    }
}

#[tokio::test]
async fn what_a_platform_refuses_is_told_and_kept() {
    let stage = Stage::set().await;
    stage.visitor(Facebook, "Ada", "Which beans?", None);
    stage.collect(2).await;
    let ada = stage.of("Ada").await;
    // The comment is gone there by the time that the answer goes out.
    stage.t.sandbox.visitor_takes_back(Facebook, "Ada");
    stage.answer(ada.id, 1, "All of them.", 200).await;
    stage.t.drive_to(4).await;
    let answer = stage.of("Ada").await.answers[0].clone();
    assert_eq!(answer.state, ReplyState::Failed);
    assert!(answer.fault.is_some_and(|words| words.contains("not there any more")));
    let reply = answer.reply.expect("written here").to_string();
    stage.call("decide_answer", &[("reply", &reply), ("act", "is_there")], 409).await;
    stage.call("decide_answer", &[("reply", &reply), ("act", "drop")], 200).await;
    assert!(stage.of("Ada").await.answers.is_empty());

    // A Page that was connected before comments were asked for: nothing is called, and it is said what to do.
    stage.t.sql("update connections set scopes = '{pages_manage_posts}' where platform = 'facebook'").await;
    let before = stage.t.sandbox.requests(Facebook, Operation::Read);
    stage.collect(6).await;
    let list = inbox::list(&stage.firm.who, &CommentQuery::default()).await.expect("a list");
    assert!(list.troubles.iter().any(|words| words.contains("Connect the account again")), "{:?}", list.troubles);
    assert_eq!(stage.t.sandbox.requests(Facebook, Operation::Read), before);

    // Who may only look is offered nothing, and may do nothing.
    let viewer = Granted { role: Role::Viewer, ..stage.firm.who.clone() };
    let all = CommentQuery { filter: CommentFilter::All, ..Default::default() };
    let seen = inbox::list(&viewer, &all).await.expect("a list");
    assert!(seen.part.items.iter().all(|c| !c.can_answer && !c.can_hide && !c.can_remove));
    stage.t.sql("update members set role = 'viewer'").await;
    let id = ada.id.to_string();
    stage.call("hide_comment", &[("comment", &id), ("hidden", "true")], 403).await;
    stage.answer(ada.id, 2, "Hello", 403).await;
}

#[tokio::test]
async fn the_inbox_pages_and_is_marked_as_read() {
    let stage = Stage::set().await;
    for n in 0..60 {
        stage.visitor(if n % 2 == 0 { Facebook } else { Instagram }, &format!("Guest {n:02}"), "Hello", None);
    }
    stage.collect(2).await;
    let facebook = stage.firm.account(Facebook);
    for (query, expected) in [
        (CommentQuery::default(), 60),
        (CommentQuery { account: Some(facebook), ..Default::default() }, 30),
        (CommentQuery { post: Some(stage.post), filter: CommentFilter::All, ..Default::default() }, 60),
    ] {
        let (mut seen, mut at) = (vec![], query);
        loop {
            let part = inbox::list(&stage.firm.who, &at).await.expect("a list").part;
            seen.extend(part.items.iter().map(|comment| comment.id));
            let Some(older) = part.older else { break };
            at = CommentQuery { older: Some(older), ..query };
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (expected, expected), "{query:?}: everything once");
    }
    let newest = stage.list(CommentFilter::Unread).await[0].id.to_string();
    // What comes in meanwhile stays unread.
    stage.visitor(Facebook, "Late", "Hello", None);
    stage.collect(4).await;
    stage.call("mark_all_read", &[("until", &newest), ("account", &facebook.to_string())], 200).await;
    let left = stage.list(CommentFilter::Unread).await;
    assert_eq!(left.iter().filter(|comment| comment.platform == Facebook).count(), 1);
    stage.call("mark_all_read", &[("until", &newest)], 200).await;
    let left = stage.list(CommentFilter::Unread).await;
    let [late] = left.as_slice() else { panic!("{left:?}") };
    let late = late.id.to_string();
    for (read, unread) in [("true", 0), ("false", 1)] {
        stage.call("mark_comment", &[("comment", &late), ("read", read)], 200).await;
        assert_eq!(stage.list(CommentFilter::Unread).await.len(), unread);
    }
    let page = stage.owner.page("/comments?state=all").await;
    assert!(page.status == 200 && page.body.contains("Late") && page.body.contains("Send reply"), "{}", page.body);
}

#[tokio::test]
async fn what_was_published_is_deleted_at_the_platform() {
    let stage = Stage::set().await;
    let delivery = stage.firm.delivery(stage.post, Facebook).await;
    assert!(delivery.can_remove && delivery.removed.is_none());
    assert!(!stage.firm.delivery(stage.post, Instagram).await.can_remove, "Instagram deletes in its app only");
    let id = delivery.id.to_string();
    let there = || stage.t.sandbox.posts(Facebook)[0].deleted_at.is_none();
    let delete = async |status: u16| {
        let answer = stage.owner.call("deliveries/delete_there", &[("delivery", &id)]).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        answer.body
    };
    // The platform is broken: that is told, and the post is still there.
    stage.t.sandbox.inject(Fault::once(Facebook, Operation::Retract, FaultKind::ServerError));
    assert!(delete(503).await.contains("could not be reached"));
    assert!(there() && stage.firm.delivery(stage.post, Facebook).await.removed.is_none());
    // The answer is lost: asking again does no harm.
    stage.t.sandbox.inject(Fault::once(Facebook, Operation::Retract, FaultKind::ServerErrorAfterAccept));
    delete(503).await;
    assert!(!there());
    delete(200).await;
    delete(200).await;
    let gone = stage.firm.delivery(stage.post, Facebook).await;
    assert_eq!(gone.removed.as_ref().and_then(|removed| removed.by.as_deref()), Some("Owner of Northwind"));
    assert!(!gone.can_remove);
    let page = stage.owner.page(&format!("/posts/{}", stage.post)).await.body;
    assert!(page.contains("Deleted on Facebook on") && page.contains("Deleted there"), "{page}");
    assert_eq!(
        stage.t.value::<i64>("select count(*) from delivery_events where note = 'Deleted on Facebook.'").await,
        1
    );
    // Its comments are not asked for any more.
    let before = stage.t.sandbox.requests(Facebook, Operation::Read);
    stage.collect(2).await;
    assert_eq!(stage.t.sandbox.requests(Facebook, Operation::Read), before);

    // Over REST: done is done, and what cannot be deleted from here says so.
    let remove = async |id: DeliveryId| {
        let path = format!("/api/v1/social/published/{id}");
        stage.owner.send(stage.owner.request(Method::DELETE, &path)).await
    };
    let done = remove(gone.id).await;
    assert_eq!((done.status, done.json()["removed"].as_str()), (200, Some(id.as_str())));
    let instagram = remove(stage.firm.delivery(stage.post, Instagram).await.id).await;
    assert!(instagram.status == 409 && instagram.body.contains("on Instagram itself"), "{}", instagram.body);
    assert_eq!(remove(DeliveryId::new()).await.status, 404);
    let draft = stage.firm.post("Later", &[Facebook]);
    let plan = Plan::Schedule { local: stage.firm.clock(60).await, second: false };
    let planned = stage.firm.publish(SavePost { plan, ..draft }).await;
    assert_eq!(remove(stage.firm.delivery(planned, Facebook).await.id).await.status, 409);
}

#[tokio::test]
async fn a_saved_reply_is_put_in_without_the_program_in_the_browser() {
    let stage = Stage::set().await;
    stage.visitor(Facebook, "Ada Lovelace", "Which beans?", None);
    stage.collect(0).await;
    let comment = stage.of("Ada Lovelace").await;
    let reply =
        [("kind", "reply"), ("name", "Thank them"), ("text", "Hi {{first name}}, thanks from {{account}}! {{offer}}")];
    assert_eq!(stage.owner.call("snippets/save_snippet", &reply).await.status, 200);
    let saved = stage.t.value::<lux::domain::ids::Uuid>("select id from snippets").await;

    // The list stands only where somebody asks for it; what the comment tells is filled in, the rest stays and is not sent.
    let plain = stage.owner.page("/comments?state=all").await.body;
    assert!(plain.contains("Choose a saved reply") && !plain.contains("Thank them"), "{plain}");
    let here = format!("/comments?state=all&reply={}", comment.id);
    let page = stage.owner.page(&here).await.body;
    assert!(page.contains("Thank them") && page.contains("Put it in"), "{page}");
    let page = stage.owner.page(&format!("{here}&saved={saved}")).await.body;
    let begin = format!("Hi Ada, thanks from {}! {{{{offer}}}}", comment.handle);
    assert!(page.contains(&begin), "{page}");
    let refused = stage.answer(comment.id, comment.place, &begin, 422).await;
    assert!(refused.contains("{{offer}} is still in your reply"), "{refused}");
    assert_eq!(stage.owner.page(&format!("{here}&saved={}", comment.id)).await.status, 404);
}
