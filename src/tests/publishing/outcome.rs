//! When nothing goes wrong: live everywhere, once, with its address.

use super::start;
use crate::support::ALL;
use crate::support::Content as _;
use image::ImageFormat;
use lux::connectors::registry;
use lux::domain::account::AccountFacts;
use lux::domain::delivery::DeliveryState::Live;
use lux::domain::limits::rules;
use lux::domain::platform::Platform;
use lux::domain::post::Format;

#[tokio::test]
async fn a_post_goes_live_on_three_platforms_once_each() {
    let (t, firm) = start().await;
    let media = vec![firm.picture(ImageFormat::Jpeg).await];
    let mut post = firm.post("Fresh beans on Friday.", &ALL).showing(media);
    post.targets[1].text = Some("For our partners: fresh beans on Friday.".into());
    let id = firm.publish(post).await;
    for seconds in [0, 5, 10, 60] {
        t.drive_to(seconds).await;
    }
    for platform in ALL {
        let delivery = firm.delivery(id, platform).await;
        assert_eq!(delivery.state, Live, "{platform}: {:?}", delivery.fault);
        let posts = t.sandbox.posts(platform);
        assert_eq!((posts.len(), t.commits(platform)), (1, 1), "{platform}");
        let own = if platform == Platform::LinkedIn { "For our partners: f" } else { "F" };
        assert_eq!(posts[0].text, format!("{own}resh beans on Friday."), "{platform}");
        assert_eq!(posts[0].pictures.len(), 1, "{platform}");
        assert_eq!(delivery.remote_url.as_deref(), Some(t.at_stand_in(platform, &posts[0].url).as_str()), "{platform}");
        assert!(delivery.live_at.is_some() && delivery.fault.is_none());
    }
    // Nothing is left to do, today or later.
    assert!(t.drive_to(3600).await.is_empty());
}

#[tokio::test]
async fn a_post_goes_live_wherever_we_publish() {
    let (t, mut firm) = start().await;
    // YouTube takes videos only (`youtube`), and where people publish themselves `by_hand` plays it.
    let takes_pictures = |platform: &Platform| {
        rules(*platform, Format::default(), &AccountFacts::default()).is_some_and(|rules| rules.max_images > 0)
    };
    let is_sent_to = |platform: &Platform| registry::find(*platform).is_some_and(|c| c.publish.is_some());
    let everywhere: Vec<_> = Platform::publishers().filter(takes_pictures).filter(is_sent_to).collect();
    assert_eq!(everywhere.len(), 8, "{everywhere:?}");
    for platform in &everywhere {
        firm.connect(&t.sandbox, *platform).await;
    }
    let media = vec![firm.picture(ImageFormat::Jpeg).await];
    let id = firm.publish(firm.post("Fresh beans everywhere.", &everywhere).showing(media)).await;
    for seconds in [0, 5, 10, 60] {
        t.drive_to(seconds).await;
    }
    for platform in everywhere {
        let delivery = firm.delivery(id, platform).await;
        assert_eq!(delivery.state, Live, "{platform}: {:?}", delivery.fault);
        let posts = t.sandbox.posts(platform);
        assert_eq!((posts.len(), t.commits(platform), posts[0].pictures.len()), (1, 1, 1), "{platform}");
        assert_eq!(delivery.remote_url.as_deref(), Some(t.at_stand_in(platform, &posts[0].url).as_str()), "{platform}");
    }
}

#[tokio::test]
async fn three_pictures_become_a_carousel() {
    let (t, firm) = start().await;
    let mut media = vec![];
    for side in [320, 330, 340] {
        media.push(firm.jpeg(side).await);
    }
    let id = firm.publish(firm.post("Three of them", &ALL).showing(media)).await;
    for seconds in [0, 5, 10, 60] {
        t.drive_to(seconds).await;
    }
    for platform in ALL {
        assert_eq!(firm.state(id, platform).await, Live, "{platform}");
        assert_eq!(t.sandbox.posts(platform)[0].pictures.len(), 3, "{platform}");
    }
}

#[tokio::test]
async fn running_a_job_again_publishes_nothing_again() {
    let (t, firm) = start().await;
    let id = firm.publish(firm.post("Only once", &[Platform::X])).await;
    // Two drivers at once: the lease lets one of them in.
    tokio::join!(t.drive_to(1), t.drive_to(1));
    assert_eq!(firm.state(id, Platform::X).await, Live);
    t.sql("update jobs set state = 'ready', run_at = now() - interval '1 second', finished_at = null, attempts = 0")
        .await;
    assert_eq!(t.drive_to(1).await.len(), 1);
    t.sql(
        "insert into jobs (id, kind, company_id, payload, run_at, priority, max_attempts)
           select gen_random_uuid(), kind, company_id, payload, now() - interval '1 second', 100, 3 from jobs",
    )
    .await;
    assert_eq!(t.drive_to(1).await.len(), 1);
    assert_eq!((firm.state(id, Platform::X).await, t.commits(Platform::X)), (Live, 1));
}
