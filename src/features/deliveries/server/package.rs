//! What a person needs to publish a post themselves: its files, text and link, one by one and as a ZIP file that is written
//! while it is sent.

use super::store::{self, Packed};
use crate::connectors::{Media, MediaSource};
use crate::domain::delivery::{Package, PackageFile};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::DeliveryId;
use crate::features::media::server::service as media;
use crate::infra::http::throttle;
use crate::infra::session::Granted;
use crate::infra::zip::{Archive, Entry, PIECE};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use std::io;

/// Where the ZIP file is.
pub fn address(id: DeliveryId) -> String {
    format!("/api/v1/deliveries/{id}/package")
}

/// What is in it. Not found for a delivery that no person was to publish.
pub async fn view(who: &Granted, id: DeliveryId) -> Result<Package> {
    let packed = found(who, id).await?;
    let mut db = who.tenant.db.acquire().await?;
    let cards = media::of_post(&mut db, who.company, packed.post).await?;
    let files = (1..).zip(cards).map(|(n, card)| PackageFile {
        name: file_name(n, &card.url),
        thumb: card.thumb(),
        alt: card.facts.alt,
        bytes: card.facts.bytes,
        url: card.url,
    });
    Ok(Package {
        delivery: id,
        files: files.collect(),
        zip: address(id),
        text: packed.text,
        link: packed.link,
        page: packed.profile_url.filter(|url| url.starts_with("https://")),
        platform: packed.platform,
        handle: packed.handle,
        format: packed.format,
    })
}

/// A ZIP file of it.
pub struct Zip {
    /// `snapchat-northwind-2026-11-28.zip`
    pub name: String,
    /// Bytes.
    pub length: u64,
    /// Its bytes, read while they are sent.
    pub bytes: BoxStream<'static, io::Result<Bytes>>,
}

/// The same as one file.
pub async fn zip(who: &Granted, id: DeliveryId) -> Result<Zip> {
    throttle::check(&who.app.throttles.copies, &who.user.to_string(), "downloads")?;
    let packed = found(who, id).await?;
    let mut parts: Vec<(String, Part)> = vec![];
    for (n, Media { source, public_url, .. }) in (1..).zip(media::load_media(&who.app, who.company, packed.post).await?)
    {
        if let Some(why) = source.why_lost() {
            return Err(AppError::conflict(why));
        }
        parts.push((file_name(n, &public_url), Part::File(source)));
    }
    let texts = [("text.txt", Some(&packed.text)), ("link.txt", packed.link.as_ref())];
    for (name, text) in texts {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            parts.push((name.into(), Part::Text(Bytes::from(text.clone()))));
        }
    }
    let entries = parts.iter().map(|(name, part)| Entry { name: name.clone(), length: part.length() }).collect();
    let archive = Archive::new(entries).ok_or_else(|| {
        AppError::invalid("files", "Together these files are too large for one ZIP file. Save them one by one.")
    })?;
    let day = packed.due_at.map(|at| format!("-{}", at.date_naive())).unwrap_or_default();
    let account: String = packed.handle.chars().filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c)).collect();
    let name = format!("{}-{}{day}.zip", packed.platform, account.trim_matches('.'));
    let parts = parts.into_iter().map(|(_, part)| part).collect();
    Ok(Zip { name, length: archive.length(), bytes: written(archive, parts) })
}

async fn found(who: &Granted, id: DeliveryId) -> Result<Packed> {
    store::packed(&who.tenant, id).await?.ok_or_else(|| AppError::not_found("package"))
}

/// `2.mp4`, by the ending of the file's address.
fn file_name(n: usize, url: &str) -> String {
    let ending = url.rsplit_once('.').map_or("bin", |(_, ending)| ending);
    format!("{n}.{ending}")
}

/// What stands under one name.
enum Part {
    File(MediaSource),
    Text(Bytes),
}

impl Part {
    fn length(&self) -> u64 {
        match self {
            Self::File(source) => source.length(),
            Self::Text(text) => text.len() as u64,
        }
    }

    /// [`PIECE`] bytes from there, or what is left.
    async fn piece(&self, at: u64) -> io::Result<Bytes> {
        let end = self.length().min(at + PIECE);
        match self {
            Self::Text(text) => Ok(text.slice(at as usize..end as usize)),
            Self::File(source) => {
                let piece = source.part(at..end).await.map_err(io::Error::other)?;
                // A shorter file than the one that was announced ends the download as broken, and not as whole.
                let whole = piece.len() as u64 == end - at;
                whole.then_some(piece).ok_or_else(|| io::Error::other("the file ends too early"))
            }
        }
    }
}

/// Where the writing is: before a part, within it, behind the last one.
enum At {
    Part(usize),
    Byte(usize, u64),
    End,
}

fn written(archive: Archive, parts: Vec<Part>) -> BoxStream<'static, io::Result<Bytes>> {
    stream::try_unfold((archive, parts, At::Part(0)), |(mut archive, parts, at)| async move {
        let (bytes, next) = match at {
            At::Part(n) if n < parts.len() => (archive.begin(), At::Byte(n, 0)),
            At::Part(_) => (archive.directory(), At::End),
            At::Byte(n, from) if from < parts[n].length() => {
                let piece = parts[n].piece(from).await?;
                (archive.piece(&piece), At::Byte(n, from + piece.len() as u64))
            }
            At::Byte(n, _) => (archive.end(), At::Part(n + 1)),
            At::End => return Ok(None),
        };
        Ok(Some((bytes, (archive, parts, next))))
    })
    .boxed()
}
