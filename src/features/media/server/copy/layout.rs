//! Where the pixels of a copy come from and where they go. Only numbers.

use crate::domain::limits::fit::{CopyLimits, Reshape};

/// Longest side of a copy, in px: more than any platform shows. It bounds the work.
pub const MAX_SIDE: u32 = 4096;

/// Width and height, in px.
pub type Size = (u32, u32);

/// The picture is scaled to `scaled`, then the part of `size` from `from` is cut out of it (crop), or it is put on a white
/// canvas of `size` at `to` (pad).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub scaled: Size,
    pub size: Size,
    /// Left and top, in px of the scaled picture.
    pub from: Size,
    /// Left and top, in px of the canvas.
    pub to: Size,
}

/// How it is reshaped, and which part is kept (per cent from the left and the top).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Focus {
    pub reshape: Reshape,
    pub x: u8,
    pub y: u8,
}

/// The layout of a copy of a picture with these sides that has fewer than `pixels_below` pixels. The picture is never enlarged.
pub fn layout(picture: Size, limits: &CopyLimits, pixels_below: u64, focus: Focus) -> Layout {
    let below = pixels_below.min(limits.pixels_below).max(2);
    let whole = reshaped(picture, limits, focus.reshape);
    let by_side = f64::from(MAX_SIDE) / f64::from(whole.0.max(whole.1));
    let by_pixels = (below as f64 / pixels(whole) as f64).sqrt();
    let mut scaled = times(picture, by_side.min(by_pixels).min(1.0));
    let mut size = reshaped(scaled, limits, focus.reshape);
    // Sides are whole numbers: what rounding left too large loses its last pixels.
    while pixels(size) >= below || size.0.max(size.1) > MAX_SIDE {
        scaled = times(scaled, 0.99);
        size = reshaped(scaled, limits, focus.reshape);
        if scaled == (1, 1) {
            break;
        }
    }
    let part =
        |all: u32, kept: u32, percent: u8| (u64::from(all.saturating_sub(kept)) * u64::from(percent) / 100) as u32;
    let from = (part(scaled.0, size.0, focus.x), part(scaled.1, size.1, focus.y));
    let to = (size.0.saturating_sub(scaled.0) / 2, size.1.saturating_sub(scaled.1) / 2);
    Layout { scaled, size, from, to }
}

pub fn pixels((width, height): Size) -> u64 {
    u64::from(width) * u64::from(height)
}

/// Smaller, at least by a pixel where `by` is below 1, and never nothing.
fn times((width, height): Size, by: f64) -> Size {
    let side = |side: u32| ((f64::from(side) * by) as u32).clamp(1, side.max(1));
    (side(width), side(height))
}

/// These sides in an allowed shape.
fn reshaped(size: Size, limits: &CopyLimits, reshape: Reshape) -> Size {
    let Some((wide, tall)) = limits.shape.and_then(|shape| shape.nearest(size.0, size.1)) else { return size };
    let (w, h, wide, tall) = (u64::from(size.0), u64::from(size.1), u64::from(wide), u64::from(tall));
    let is_wider = w * tall > h * wide;
    // Rounded so that what was too tall does not stay a little too tall, and what was too wide not too wide.
    let (w, h) = match (reshape, is_wider) {
        (Reshape::Crop, true) => (h * wide / tall, h),
        (Reshape::Crop, false) => (w, w * tall / wide),
        (Reshape::Pad, true) => (w, (w * tall).div_ceil(wide)),
        (Reshape::Pad, false) => ((h * wide).div_ceil(tall), h),
    };
    (w.clamp(1, u64::from(u32::MAX)) as u32, h.clamp(1, u64::from(u32::MAX)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::Shape;
    use proptest::prelude::*;

    const INSTAGRAM: Shape = Shape { tallest: (4, 5), widest: (191, 100) };

    fn focus(reshape: Reshape, x: u8, y: u8) -> Focus {
        Focus { reshape, x, y }
    }

    #[test]
    fn the_chosen_part_is_kept() {
        let limits = CopyLimits { shape: Some(INSTAGRAM), ..CopyLimits::NONE };
        let of = |size, reshape, y| layout(size, &limits, u64::MAX, focus(reshape, 50, y));
        let middle = Layout { scaled: (300, 600), size: (300, 375), from: (0, 112), to: (0, 0) };
        assert_eq!(of((300, 600), Reshape::Crop, 50), middle);
        assert_eq!(of((300, 600), Reshape::Crop, 0).from, (0, 0));
        assert_eq!(of((300, 600), Reshape::Crop, 100).from, (0, 225));
        let padded = Layout { scaled: (300, 600), size: (480, 600), from: (0, 0), to: (90, 0) };
        assert_eq!(of((300, 600), Reshape::Pad, 0), padded);
        let same = Layout { scaled: (500, 500), size: (500, 500), from: (0, 0), to: (0, 0) };
        assert_eq!(of((500, 500), Reshape::Crop, 0), same);
        // A strip keeps its height: only what is left of it is bounded.
        assert_eq!(of((16_000, 1_000), Reshape::Crop, 50).size, (1_910, 1_000));
    }

    proptest! {
        #[test]
        fn copies_are_within_all_limits(
            width in 1u32..=16_384,
            height in 1u32..=16_384,
            below in 2u64..=80_000_000,
            shaped in any::<bool>(),
            pad in any::<bool>(),
            (x, y) in (0u8..=100, 0u8..=100),
        ) {
            let shape = shaped.then_some(INSTAGRAM);
            let limits = CopyLimits { shape, pixels_below: below, ..CopyLimits::NONE };
            let reshape = if pad { Reshape::Pad } else { Reshape::Crop };
            let made = layout((width, height), &limits, u64::MAX, focus(reshape, x, y));
            let Layout { scaled, size, from, to } = made;
            prop_assert!(size.0 > 0 && size.1 > 0 && size.0.max(size.1) <= MAX_SIDE, "{made:?}");
            prop_assert!(pixels(size) < below, "{made:?}");
            prop_assert!(shape.is_none_or(|shape| shape.nearest(size.0, size.1).is_none()), "{made:?}");
            prop_assert!(scaled.0 <= width && scaled.1 <= height, "enlarged: {made:?}");
            if pad {
                prop_assert!(to.0 + scaled.0 <= size.0 && to.1 + scaled.1 <= size.1, "{made:?}");
            } else {
                prop_assert!(from.0 + size.0 <= scaled.0 && from.1 + size.1 <= scaled.1, "{made:?}");
            }
        }
    }
}
