//! Every platform that posts are sent to can be tried without the internet; where people publish themselves there is nothing
//! to stand in for.

use lux::connectors::registry;
use lux::domain::platform::Platform;
use lux::sandbox;
use std::net::SocketAddr;

#[tokio::test]
async fn every_platform_that_is_published_to_has_a_stand_in() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let running = sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), sandbox::Options::default()).await;
    let running = running.expect("sandbox");
    let mut without = vec![];
    for platform in Platform::ALL {
        let page = reqwest::get(format!("http://{}/{platform}", running.addr)).await.expect("an answer");
        let is_sent_to = registry::find(platform).is_some_and(|c| c.publish.is_some());
        if is_sent_to && !page.status().is_success() {
            without.push(platform);
        }
        assert!(is_sent_to || page.status() == 404, "{platform} has a stand-in, and nothing that uses it");
    }
    assert!(without.is_empty(), "no stand-in: {without:?}");
    running.shutdown().await;
}
