//! The demo company: made once, in an empty instance only, and as usable as one that people made.

use crate::support::TestApp;
use lux::app::server::demo;
use lux::domain::platform::Platform::{self, Facebook, Instagram, Pinterest, TikTok, X, YouTube};
use lux::sandbox::Post;

#[tokio::test]
async fn what_the_demo_has_planned_can_be_published() {
    let t = TestApp::start().await;
    demo::seed_if_empty(&t.app, &t.sandbox).await.expect("seeded");
    let posts = "select count(*) from posts";
    let made = t.value::<i64>(posts).await;
    demo::seed_if_empty(&t.app, &t.sandbox).await.expect("left alone");
    assert_eq!((t.value::<i64>(posts).await, t.value::<i64>("select count(*) from companies").await), (made, 1));

    // The coming week has every sort of post: pins, reels, a thread, a poll, videos.
    let week = "select coalesce(string_agg(distinct a.platform || ' ' || case d.part when 0 then d.format else d.kind end, ', '), '')
                from deliveries d join connections a on a.id = d.connection_id
                where d.state = 'queued' and d.due_at < now() + interval '7 days'";
    let week = t.value::<String>(week).await;
    for sort in [
        "facebook reel",
        "instagram carousel",
        "instagram comment",
        "instagram reel",
        "linkedin poll",
        "pinterest feed",
        "reddit self_post",
        "snapchat story",
        "tiktok feed",
        "x reply",
        "youtube short",
    ] {
        assert!(week.split(", ").any(|has| has == sort), "no {sort}: {week}");
    }

    // Everything that is planned falls due now.
    t.sql("update deliveries set due_at = now() where state = 'queued'").await;
    t.sql("update jobs set run_at = now() where state = 'ready'").await;
    // What goes to Snapchat is published by a person.
    let by_hand = "select count(*) from deliveries d join connections a on a.id = d.connection_id
                   where d.state = 'queued' and a.platform = 'snapchat'";
    let by_hand = t.value::<i64>(by_hand).await;
    let planned = t.value::<i64>("select count(*) from deliveries where state = 'queued'").await - by_hand;
    let live = "select count(*) from deliveries where state = 'live'";
    let before = t.value::<i64>(live).await;
    for seconds in [1, 6, 12, 60, 180, 400] {
        t.drive_to(seconds).await;
    }
    let stuck = "select coalesce(string_agg(fault_message, '; '), '') from deliveries where state not in ('live', 'draft', 'unconfirmed', 'by_hand')";
    assert_eq!(t.value::<String>(stuck).await, "");
    assert!(planned > 0 && by_hand > 0);
    assert_eq!(t.value::<i64>("select count(*) from deliveries where state = 'by_hand'").await, by_hand);
    assert_eq!(t.value::<i64>(live).await, before + planned);
    let has =
        |platform, is_it: fn(&Post) -> bool| t.sandbox.posts(platform).iter().any(|post| !post.inserted && is_it(post));
    let published = Platform::publishers().map(|p| t.sandbox.posts(p).iter().filter(|post| !post.inserted).count());
    let comments = Platform::publishers().map(|p| t.sandbox.comments(p).iter().filter(|c| c.author.is_none()).count());
    assert_eq!((published.sum::<usize>() + comments.sum::<usize>()) as i64, planned);
    // And they are those at the networks, too.
    let videos =
        [Instagram, Facebook, TikTok, YouTube].map(|p| has(p, |post| post.pictures.iter().any(|file| file.video)));
    assert_eq!(videos, [true; 4], "a video at each of them");
    assert!(has(Facebook, |post| post.facts["reel"] == true));
    assert!(has(Pinterest, |post| post.link.is_some() && post.facts["board_id"].is_string()));
    assert!(has(X, |post| post.facts["in_reply_to_tweet_id"].is_string()), "a thread");
    // Every network has a post of the past or one that is planned, and people have written under those of the past.
    let networks = "select count(distinct a.platform) from deliveries d join connections a on a.id = d.connection_id";
    assert_eq!(t.value::<i64>(networks).await, 9);
    assert_eq!(t.value::<i64>("select count(*) from comments where unread").await, 6);
}
