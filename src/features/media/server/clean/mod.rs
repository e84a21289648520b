//! A picture without what it says about the place, the camera and the person: EXIF (with its maker notes and its small
//! copy of the picture), XMP, IPTC, comments and texts. Pixels are never encoded again: the segments or chunks that a
//! viewer needs are copied, all others are left out, known or not. What stays is the colour profile and which side is up.
//!
//! Our own and no crate, as those that remove EXIF keep what they do not know, what comes behind the end of the picture
//! (more pictures with an EXIF of their own, in files of newer phones), and know no GIF.

mod gif;
mod jpeg;
mod png;
#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod tests;
mod webp;

use image::ImageFormat;
use image::metadata::Orientation;

/// A picture with what a viewer needs.
#[derive(Debug)]
pub struct Cleaned {
    pub bytes: Vec<u8>,
    /// Whether anything about the place, the camera or the person was left out.
    pub removed: bool,
    /// How the camera was held.
    pub orientation: Orientation,
}

impl Cleaned {
    fn with_capacity(length: usize) -> Self {
        Self { bytes: Vec::with_capacity(length), removed: false, orientation: Orientation::NoTransforms }
    }

    /// Reads the orientation out of an EXIF block that is left out, and gives a block with nothing else, if it says
    /// anything.
    fn instead_of_exif(&mut self, tiff: &[u8]) -> Option<[u8; 26]> {
        self.removed |= tiff != only_orientation(self.orientation_of(tiff));
        let orientation = self.orientation_of(tiff);
        if orientation == Orientation::NoTransforms || self.orientation != Orientation::NoTransforms {
            return None;
        }
        self.orientation = orientation;
        Some(only_orientation(orientation))
    }

    fn orientation_of(&self, tiff: &[u8]) -> Orientation {
        Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
    }
}

/// The picture of a file. `None`: the file ends before the picture does, or is no such file.
pub fn clean(format: ImageFormat, bytes: &[u8]) -> Option<Cleaned> {
    match format {
        ImageFormat::Jpeg => jpeg::clean(bytes),
        ImageFormat::Png => png::clean(bytes),
        ImageFormat::WebP => webp::clean(bytes),
        ImageFormat::Gif => gif::clean(bytes),
        _ => None,
    }
}

/// A TIFF block with one entry: orientation (0x0112), a short.
fn only_orientation(orientation: Orientation) -> [u8; 26] {
    let mut tiff = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0";
    tiff[18] = orientation.to_exif();
    tiff
}

/// Whether what comes behind the end of a picture is more than padding.
fn says_something(rest: &[u8]) -> bool {
    rest.iter().any(|byte| *byte != 0)
}
