//! The demo company: made once, in an empty instance only, and as usable as one that people made.

use crate::support::TestApp;
use lux::app::server::demo;
use lux::domain::platform::Platform;

#[tokio::test]
async fn what_the_demo_has_planned_can_be_published() {
    let t = TestApp::start().await;
    demo::seed_if_empty(&t.app, &t.sandbox).await.expect("seeded");
    let posts = "select count(*) from posts";
    let made = t.value::<i64>(posts).await;
    demo::seed_if_empty(&t.app, &t.sandbox).await.expect("left alone");
    assert_eq!((t.value::<i64>(posts).await, t.value::<i64>("select count(*) from companies").await), (made, 1));

    // Everything that is planned falls due now.
    t.sql("update deliveries set due_at = now() where state = 'queued'").await;
    t.sql("update jobs set run_at = now() where state = 'ready'").await;
    let planned = t.value::<i64>("select count(*) from deliveries where state = 'queued'").await;
    let live = "select count(*) from deliveries where state = 'live'";
    let before = t.value::<i64>(live).await;
    for seconds in [1, 6, 12, 60] {
        t.drive_to(seconds).await;
    }
    let stuck = "select coalesce(string_agg(fault_message, '; '), '') from deliveries where state not in ('live', 'draft', 'unconfirmed')";
    assert_eq!(t.value::<String>(stuck).await, "");
    assert!(planned > 0);
    assert_eq!(t.value::<i64>(live).await, before + planned);
    let published = Platform::publishers().map(|p| t.sandbox.posts(p).iter().filter(|post| !post.inserted).count());
    assert_eq!(published.sum::<usize>() as i64, planned);
}
