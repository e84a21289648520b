//! Link cards: LinkedIn makes none by itself, so the page is read on the way there.

use super::start;
use crate::support::{Content as _, shop};
use lux::domain::delivery::DeliveryState::Live;
use lux::domain::platform::Platform::LinkedIn;
use lux::sandbox::FaultKind::ServerError;
use lux::sandbox::Operation::Prepare;

#[tokio::test]
async fn a_link_becomes_a_card_with_title_words_and_picture() {
    let (t, firm) = start().await;
    let link = shop().await;
    let id = firm.publish(firm.post("Look at this", &[LinkedIn]).linking(Some(link.clone()))).await;
    for seconds in [0, 5, 10] {
        t.drive_to(seconds).await;
    }
    let delivery = firm.delivery(id, LinkedIn).await;
    assert_eq!(delivery.state, Live, "{:?}", delivery.fault);
    let posts = t.sandbox.posts(LinkedIn);
    let article = &posts[0].facts["content"]["article"];
    assert_eq!((article["source"].as_str(), article["title"].as_str()), (Some(link.as_str()), Some("A new roast")));
    assert_eq!(article["description"], "Fresh beans & cake");
    assert_eq!((posts[0].pictures.len(), article["thumbnail"].as_str()), (1, Some(posts[0].pictures[0].id.as_str())));
}

#[tokio::test]
async fn a_page_that_cannot_be_read_holds_nothing_up() {
    let (t, firm) = start().await;
    // A page that is not there, one outside of the sandbox, and LinkedIn not taking the picture.
    let missing = format!("{}/elsewhere", shop().await);
    let refused = shop().await;
    for (link, title) in
        [(missing, "127.0.0.1"), ("https://northwind.example/".into(), "northwind.example"), (refused, "A new roast")]
    {
        if title == "A new roast" {
            t.fault(LinkedIn, Prepare, ServerError);
        }
        let post = firm.post(&format!("See {link}"), &[LinkedIn]).linking(Some(link.clone()));
        let id = firm.publish(post).await;
        t.drive_to(0).await;
        let delivery = firm.delivery(id, LinkedIn).await;
        assert_eq!(delivery.state, Live, "{link}: {:?}", delivery.fault);
        let post = t.sandbox.posts(LinkedIn).into_iter().find(|p| p.link.as_ref() == Some(&link)).expect("published");
        assert_eq!(post.facts["content"]["article"]["title"], title);
        assert!(post.pictures.is_empty());
    }
}
