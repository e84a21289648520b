//! What is added to a post once it is there: pictures that its options name, such as the thumbnail of a video. It is done before the
//! delivery is written down as live, so that a crash in between leads here again: the platform is asked, the post is found, and the
//! picture is sent once more, which changes nothing. What goes wrong is told; the post is out all the same.

use super::consequence;
use super::run::Kit;
use super::store::Change;
use crate::connectors::{ContentRole, Fault, Media, RemotePost};
use crate::domain::delivery::LACKS_PICTURE;
use crate::domain::ids::CompanyId;
use crate::domain::platform::Platform;
use crate::features::media::server::fitting;
use crate::infra::state::App;
use std::time::Duration;

/// For one attempt, and what lies between two.
const DEADLINE: Duration = Duration::from_secs(40);
const AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];

/// Adds them; what is to be told of it beside the post.
pub(super) async fn add(
    app: &App,
    company: CompanyId,
    kit: &Kit,
    platform: Platform,
    post: &RemotePost,
) -> Change<(String, String)> {
    let content = &kit.content;
    let schema = platform.publishing().map(|publishing| publishing.options);
    let Some(schema) = schema.filter(|_| content.role == ContentRole::Post) else { return Change::Clear };
    let mut told = vec![];
    for (field, id) in schema.pictures(content.format, &content.options) {
        let label = field.label;
        let failed = match fitting::load(app, company, id).await {
            Ok(Some(media)) => match media.source.why_lost() {
                Some(why) => Some(why.to_owned()),
                None => send(kit, post, field.id, &media).await.err().map(|fault| consequence::said(&fault, platform)),
            },
            Ok(None) => Some("the picture is not in the library any more.".to_owned()),
            Err(error) => Some(error.message),
        };
        let name = platform.name();
        told.extend(
            failed.map(|why| format!("Published, but without its {}: {why} Add it at {name}.", label.to_lowercase())),
        );
    }
    if told.is_empty() { Change::Clear } else { Change::Set((LACKS_PICTURE.to_owned(), told.join(" "))) }
}

/// Sends one, again where the platform was out of reach.
async fn send(kit: &Kit, post: &RemotePost, option: &str, media: &Media) -> Result<(), Fault> {
    let call = kit.call();
    let mut pauses = AGAIN.into_iter();
    loop {
        let sent = tokio::time::timeout(DEADLINE, kit.publish.add_picture(&call, post, option, media)).await;
        match sent.unwrap_or_else(|_| Err(Fault::transient("no answer"))) {
            Err(Fault::Transient { message, after }) => match pauses.next() {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(Fault::Transient { message, after }),
            },
            ended => return ended,
        }
    }
}
