//! The videos that were sent to the platforms: their index read as a platform would.

use bytes::Bytes;
use mp4_atom::{Codec, FourCC, Header, Moov, ReadAtom, ReadFrom};
use std::io::{Cursor, Seek, SeekFrom};

/// What the index of an MP4 or MOV file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// The codec's four letters in the file.
    pub codec: String,
    pub millis: u64,
    /// As it is coded, before any turning.
    pub width: u16,
    pub height: u16,
}

/// `None` when it is no video or its index is broken.
pub(super) async fn inspect(bytes: Bytes) -> Option<Facts> {
    tokio::task::spawn_blocking(move || read(&bytes)).await.ok().flatten()
}

fn read(bytes: &[u8]) -> Option<Facts> {
    let mut reader = Cursor::new(bytes);
    loop {
        let header = Header::read_from(&mut reader).ok()?;
        if header.kind == FourCC::new(b"moov") {
            return facts(&Moov::read_atom(&header, &mut reader).ok()?);
        }
        let end = reader.position().checked_add(header.size? as u64).filter(|end| *end <= bytes.len() as u64)?;
        reader.seek(SeekFrom::Start(end)).ok()?;
    }
}

fn facts(moov: &Moov) -> Option<Facts> {
    let track = moov.trak.iter().find(|trak| trak.mdia.hdlr.handler == FourCC::new(b"vide"))?;
    let codec = track.mdia.minf.stbl.stsd.codecs.first()?;
    let visual = codec.visual()?;
    let codec = match codec {
        Codec::Avc1(_) | Codec::Avc3(_) => "avc1",
        Codec::Hev1(_) | Codec::Hvc1(_) => "hvc1",
        Codec::Vp09(_) => "vp09",
        Codec::Av01(_) => "av01",
        _ => "other",
    };
    let millis = moov.mvhd.duration.checked_mul(1_000)? / u64::from(moov.mvhd.timescale.max(1));
    Some(Facts { codec: codec.into(), millis, width: visual.width, height: visual.height })
}
