//! Facebook: photos that are uploaded for a post and that nobody sees before it.

use super::desk::{Desk, Photo};
use super::ok_id;
use crate::sandbox::graph::GraphError;
use crate::sandbox::pictures::inspect;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::Account;
use image::ImageFormat;

/// The reference says 10 MB, and photos above 4 MB have been seen to be refused: the stricter counts.
const MAX_BYTES: usize = 4_000_000;

fn bad_file(words: &str) -> ErrorResponse {
    let error = GraphError::new(324, "Missing or invalid image file").subcode(1_366_046);
    error.user("Your photos couldn't be uploaded", words).into()
}

/// `POST /{page}/photos` with `published=false`, as multipart. Facebook also takes addresses, and publishes a photo by
/// itself; here a photo is part of a post.
pub(super) async fn create(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let parts = request.parts().await.ok_or_else(|| GraphError::new(324, "(#324) Requires upload file"))?;
    let text = |name: &str| {
        let part = parts.iter().find(|part| part.name == name);
        part.map(|part| String::from_utf8_lossy(&part.bytes).into_owned()).unwrap_or_default()
    };
    if text("published") != "false" {
        return Err(GraphError::new(100, "(#100) This stand-in takes unpublished photos only").into());
    }
    let source = parts.iter().find(|part| part.name == "source").map(|part| part.bytes.clone());
    let bytes = source.ok_or_else(|| GraphError::new(324, "(#324) Requires upload file"))?;
    if bytes.len() > MAX_BYTES {
        return Err(bad_file("Photos should be less than 4 MB and saved as JPG, PNG, GIF or TIFF files."));
    }
    let facts = inspect(bytes.clone()).await;
    if !facts.is_some_and(|f| matches!(f.format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::Gif)) {
        return Err(bad_file("The file is no JPG, PNG, GIF or TIFF picture, or it is damaged."));
    }
    let key = sandbox.pictures().keep(bytes).await;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let id = world.graph_id();
    let photo = Photo { page: me.id.clone(), key, alt: text("alt_text_custom"), at: now, posted: false };
    world.own::<Desk>().add_photo(id.clone(), photo);
    ok_id(&id)
}
