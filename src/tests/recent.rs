//! The newest posts of an account, as people look at them: what LUX published and what others did, what it costs to look, and
//! what is said when a network does not answer.

use crate::support::{Client, Content as _, Firm, TestApp};
use chrono::{TimeDelta, Utc};
use lux::domain::platform::Platform::{
    self, Bluesky, Facebook, Instagram, LinkedIn, Pinterest, Reddit, Snapchat, TikTok, X, YouTube,
};
use lux::domain::post::SavePost;
use lux::domain::recent::RecentKind;
use lux::features::recent::model::{ListedPost, Next, RecentList};
use lux::sandbox::{Fault, FaultKind, Operation};

struct Stage {
    t: TestApp,
    firm: Firm,
    owner: Client,
}

impl Stage {
    async fn set(more: &[Platform]) -> Self {
        let t = TestApp::start().await;
        let mut firm = t.firm("Northwind").await;
        for platform in more {
            firm.connect(&t.sandbox, *platform).await;
        }
        let owner = t.signed_in(&firm.email).await;
        Self { t, firm, owner }
    }

    async fn ask(&self, platform: Platform, older: &str) -> RecentList {
        let id = self.firm.account(platform).to_string();
        let answer = self.owner.call("recent/load_recent", &[("id", id.as_str()), ("older", older)]).await;
        assert_eq!(answer.status, 200, "{platform}: {}", answer.body);
        serde_json::from_str(&answer.body).expect("a list")
    }

    async fn list(&self, platform: Platform) -> RecentList {
        self.ask(platform, "").await
    }

    /// What somebody else published with another program, so many hours ago.
    async fn by_hand(&self, platform: Platform, text: &str, hours: i64) {
        let account = self.t.sandbox.accounts(platform)[0].id.clone();
        let at = Utc::now() - TimeDelta::hours(hours);
        self.t.sandbox.insert_post(platform, &account, text, at, &[]).await.expect("inserted");
    }

    async fn a_minute_later(&self) {
        self.t.sql("update recent_lists set read_at = read_at - interval '61 seconds'").await;
    }

    async fn publish(&self, post: SavePost) -> lux::domain::ids::PostId {
        let id = self.firm.publish(post).await;
        for seconds in [0, 15, 60, 120] {
            self.t.drive_to(seconds).await;
        }
        id
    }
}

#[tokio::test]
async fn ours_and_what_others_published_are_listed_on_every_network() {
    let stage = Stage::set(&[Facebook, Pinterest, Reddit, Bluesky, TikTok, YouTube]).await;
    let (t, firm) = (&stage.t, &stage.firm);
    let shown = [X, Instagram, Facebook, Pinterest, Reddit, Bluesky];
    for platform in shown.into_iter().chain([TikTok, YouTube]) {
        stage.by_hand(platform, "By hand", 24).await;
    }
    let media = vec![firm.jpeg(400).await];
    let ours = stage.publish(firm.post("Open today & tomorrow", &shown).showing(media)).await;
    for platform in shown {
        let list = stage.list(platform).await;
        assert_eq!(list.trouble, None, "{platform}");
        let [first, second] = list.posts.as_slice() else { panic!("{platform}: {:?}", list.posts) };
        assert_eq!((first.ours, first.text.as_str()), (Some(ours), "Open today & tomorrow"), "{platform}");
        assert_eq!(first.kind, RecentKind::Picture, "{platform}");
        let (url, home) = (first.url.clone().unwrap_or_default(), t.at_stand_in(platform, "https://x.example/"));
        assert_eq!(url[..20], home[..20], "{platform}: at the stand-in");
        assert_eq!(second.ours, None, "{platform}");
        assert!(second.text == "By hand" || second.title.as_deref() == Some("By hand"), "{platform}: {second:?}");
        let at = |post: &ListedPost| post.at.map(|when| when.at);
        assert!(at(second) < at(first) && list.read_at.is_some(), "{platform}");
    }
    let listed = stage.list(TikTok).await;
    assert_eq!((listed.posts.len(), listed.posts[0].text.as_str()), (1, "By hand"), "{:?}", listed.trouble);

    // A video on Facebook has two ids: publishing names the one, lists the other.
    let video = vec![crate::youtube::clip(t, &stage.owner).await];
    let film = stage.publish(firm.post("A film", &[YouTube, Facebook]).showing(video)).await;
    stage.a_minute_later().await;
    for platform in [YouTube, Facebook] {
        let list = stage.list(platform).await;
        assert_eq!((list.posts[0].ours, list.posts[0].kind), (Some(film), RecentKind::Video), "{platform}: {list:?}");
    }

    // The page, as it comes without JavaScript, and its pictures.
    let id = firm.account(Instagram);
    let page = stage.owner.page(&format!("/connections/{id}/posts")).await;
    assert_eq!(page.status, 200);
    for part in
        ["Posted with LUX", &format!("href=\"/posts/{ours}\""), "See it on Instagram", "Stories are not listed."]
    {
        assert!(page.body.contains(part), "{part}");
    }
    let (before, after) = page.body.split_once("/posts/picture?post=").expect("a picture");
    let (before, after) = (before.rsplit('"').next(), after.split('"').next());
    let src = format!("{}/posts/picture?post={}", before.expect("an address"), after.expect("an address"));
    let picture = stage.owner.send(stage.owner.request(reqwest::Method::GET, &src)).await;
    assert_eq!(picture.status, 200, "{src}: {}", picture.body);
    let none = stage.owner.get(&src.replace("post=", "post=1")).await;
    assert_eq!(none.status, 404, "only what was listed");

    let south = t.firm("Southwind").await;
    let eve = t.signed_in(&south.email).await;
    assert_eq!(eve.call("recent/load_recent", &[("id", &id.to_string())]).await.status, 404);
    let path = src.split_once("/api/").map(|(_, path)| format!("/api/{path}")).expect("a path");
    assert_eq!(eve.get(&path).await.status, 404, "of another company");
    assert_eq!(t.client().get(&path).await.status, 401);
}

/// Some networks take money for each post that is read.
#[tokio::test]
async fn a_network_is_asked_only_when_somebody_looks_and_not_twice_within_a_minute() {
    let stage = Stage::set(&[]).await;
    let reads = || stage.t.sandbox.requests(X, Operation::Read);
    for n in 0..25 {
        stage.by_hand(X, &format!("Post {n}"), n + 1).await;
    }
    let before = reads();
    assert_eq!(stage.owner.page("/connections").await.status, 200);
    stage.t.drive_to(3_600).await;
    assert_eq!(reads(), before, "nobody has opened the list");
    let first = stage.list(X).await;
    let again = stage.list(X).await;
    assert_eq!((reads(), first.posts.len()), (before + 1, 20));
    assert_eq!((&first.posts, first.read_at), (&again.posts, again.read_at));
    let place = first.older.expect("more");
    let rest = stage.ask(X, &place).await;
    assert_eq!((rest.posts.len(), rest.posts[4].text.as_str(), rest.older), (5, "Post 24", None));
    stage.a_minute_later().await;
    stage.list(X).await;
    assert_eq!(reads(), before + 3);
    let id = stage.firm.account(X).to_string();
    let long = "x".repeat(1_001);
    for place in ["a\tb", long.as_str()] {
        let refused = stage.owner.call("recent/load_recent", &[("id", &id), ("older", place)]).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
    }
    stage.t.sql("update recent_lists set read_at = now() - interval '2 days'").await;
    let gone = lux::features::recent::server::delete_old(stage.t.app.db.clone()).await.expect("deleted");
    assert_eq!(gone, 2);
}

#[tokio::test]
async fn what_goes_wrong_is_said_with_the_way_on_and_what_was_read_stays() {
    let mut stage = Stage::set(&[TikTok]).await;
    stage.by_hand(X, "By hand", 1).await;
    assert_eq!(stage.list(X).await.posts.len(), 1);
    for (kind, says) in
        [(FaultKind::ServerError, "could not be read"), (FaultKind::RateLimit, "no more questions until")]
    {
        stage.a_minute_later().await;
        stage.t.sandbox.inject(Fault::once(X, Operation::Read, kind));
        let list = stage.list(X).await;
        let trouble = list.trouble.expect("trouble");
        assert!(trouble.words.contains(says) && trouble.next == Next::Later, "{trouble:?}");
        assert_eq!(list.posts.len(), 1, "what was read before");
    }
    // While the limit lasts nothing is asked.
    let asked = stage.t.sandbox.requests(X, Operation::Read);
    assert_eq!(stage.list(X).await.trouble.expect("trouble").next, Next::Later);
    assert_eq!(stage.t.sandbox.requests(X, Operation::Read), asked);

    // A token that is not taken is renewed once, without anybody noticing; a sign-in that has ended is said.
    stage.by_hand(Instagram, "By hand", 1).await;
    let account = stage.t.sandbox.accounts(Instagram)[0].id.clone();
    assert_eq!(stage.list(Instagram).await.trouble, None);
    stage.t.sandbox.revoke_account(Instagram, &account);
    stage.a_minute_later().await;
    let list = stage.list(Instagram).await;
    let trouble = list.trouble.expect("trouble");
    assert_eq!(trouble.next, Next::Reconnect, "{trouble:?}");
    let id = stage.firm.account(Instagram);
    let page = stage.owner.page(&format!("/connections/{id}/posts")).await.body;
    assert!(page.contains(&format!("/api/social/connect/instagram?for={id}")), "the way on");

    stage.t.sql("update connections set scopes = array_remove(scopes, 'video.list') where platform = 'tiktok'").await;
    let trouble = stage.list(TikTok).await.trouble.expect("trouble");
    assert!(trouble.words.contains("video.list") && trouble.next == Next::Reconnect, "{trouble:?}");

    let list = stage.list(LinkedIn).await;
    let trouble = list.trouble.expect("trouble");
    assert!(trouble.words.contains("company pages") && trouble.next == Next::Look, "{trouble:?}");
    assert_eq!((list.posts.len(), list.read_at), (0, None));

    stage.firm.add_by_name(Snapchat, "northwind.coffee").await;
    let trouble = stage.list(Snapchat).await.trouble.expect("trouble");
    assert!(trouble.words.starts_with("Snapchat gives programs no list"), "{trouble:?}");
    let page = stage.owner.page("/connections").await.body;
    let offered = |platform| page.contains(&format!("/connections/{}/posts", stage.firm.account(platform)));
    assert!(offered(X) && !offered(Snapchat));
    let none = stage.owner.page("/connections/none/posts").await.body;
    assert!(none.contains("This account no longer exists."), "{none}");
}
