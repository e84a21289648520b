//! The demo company's pictures: eight scenes drawn by the program, so that nobody's photograph is shipped.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

pub const COUNT: usize = 8;
const WIDTH: u32 = 1080;
const HEIGHT: u32 = 1350;

/// Two colours of the background (top, bottom) and one of what stands before it.
const PALETTES: [[[f32; 3]; 3]; COUNT] = [
    [[59., 29., 15.], [224., 169., 109.], [30., 14., 8.]],
    [[16., 36., 28.], [79., 122., 91.], [180., 214., 160.]],
    [[28., 60., 72.], [196., 214., 150.], [24., 66., 42.]],
    [[40., 24., 20.], [120., 82., 60.], [240., 228., 212.]],
    [[72., 40., 22.], [128., 78., 44.], [244., 228., 204.]],
    [[14., 16., 30.], [44., 52., 84.], [72., 128., 220.]],
    [[8., 20., 30.], [30., 74., 96.], [140., 214., 232.]],
    [[36., 16., 30.], [206., 108., 48.], [52., 22., 18.]],
];

/// The picture with this number as a JPEG.
pub fn jpeg(number: usize) -> Result<Vec<u8>, image::ImageError> {
    let number = number % COUNT;
    let [top, bottom, front] = PALETTES[number];
    let scene = RgbImage::from_fn(WIDTH, HEIGHT, |px, py| {
        let (x, y) = (px as f32 / WIDTH as f32, py as f32 / HEIGHT as f32);
        let ground = mix(top, bottom, y);
        let amount = cover(number, x, y);
        let grain = grain(px, py);
        let colour = mix(ground, front, amount);
        Rgb(colour.map(|c| (c + grain).clamp(0.0, 255.0) as u8))
    });
    let mut bytes = vec![];
    JpegEncoder::new_with_quality(&mut bytes, 86).encode_image(&scene)?;
    Ok(bytes)
}

fn mix(a: [f32; 3], b: [f32; 3], t: f32) -> [f32; 3] {
    [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * t.clamp(0.0, 1.0))
}

/// 1 inside, 0 outside, soft at the edge.
fn soft(distance: f32) -> f32 {
    (0.5 - distance * 160.0).clamp(0.0, 1.0)
}

fn disc(x: f32, y: f32, cx: f32, cy: f32, radius: f32) -> f32 {
    let (dx, dy) = (x - cx, (y - cy) * HEIGHT as f32 / WIDTH as f32);
    (dx * dx + dy * dy).sqrt() - radius
}

/// How much of the front colour shows at a point: each scene is one simple shape.
fn cover(number: usize, x: f32, y: f32) -> f32 {
    match number {
        // Hills under a sun.
        0 | 7 => {
            let hill = 0.72 + 0.06 * (x * 7.0).sin() + 0.03 * (x * 17.0 + 1.0).sin();
            soft(hill - y).max(0.45 * soft(disc(x, y, 0.68, 0.36, 0.16)))
        }
        // Rings of a burr.
        1 => 0.7 * (0.5 + 0.5 * (disc(x, y, 0.5, 0.5, 0.0) * 90.0).sin()) * soft(disc(x, y, 0.5, 0.5, 0.42)),
        // Ranges, one behind the other.
        2 => (0..4).fold(0.0, |sum: f32, n| {
            let n = n as f32;
            let ridge = 0.45 + n * 0.13 + 0.05 * (x * (5.0 + n * 2.0) + n * 2.1).sin();
            sum.max(soft(ridge - y) * (0.25 + n * 0.25))
        }),
        // Three cups from above.
        3 => [(0.3, 0.32), (0.7, 0.46), (0.36, 0.74)].into_iter().fold(0.0, |sum: f32, (cx, cy)| {
            let rim = soft(disc(x, y, cx, cy, 0.17)) - 0.85 * soft(disc(x, y, cx, cy, 0.135));
            sum.max(rim)
        }),
        // A heart of milk.
        4 => {
            let (u, v) = ((x - 0.5) / 0.3, (0.5 - y) / 0.26);
            let heart = (u * u + v * v - 1.0).powi(3) - u * u * v * v * v;
            (0.5 - heart * 6.0).clamp(0.0, 1.0) * 0.92
        }
        // A cup with its handle.
        5 => {
            let body = (x - 0.46).abs().max((y - 0.55).abs() * 1.05) - 0.2;
            let handle = disc(x, y, 0.7, 0.55, 0.11).max(-disc(x, y, 0.7, 0.55, 0.07));
            soft(body).max(soft(handle))
        }
        // Drops and their rings.
        _ => {
            let rings = disc(x, y * 2.2, 0.5, 1.65, 0.0);
            let pool =
                if y > 0.55 { 0.4 * (0.5 + 0.5 * (rings * 60.0).cos()) * (1.2 - rings).clamp(0.0, 1.0) } else { 0.0 };
            pool.max(soft(disc(x, y, 0.5, 0.22, 0.05))).max(soft(disc(x, y, 0.5, 0.42, 0.035)))
        }
    }
}

/// A little film grain, the same at every start.
fn grain(x: u32, y: u32) -> f32 {
    let mut n = x.wrapping_mul(374_761_393).wrapping_add(y.wrapping_mul(668_265_263));
    n = (n ^ (n >> 13)).wrapping_mul(1_274_126_177);
    ((n >> 24) as f32 / 255.0 - 0.5) * 9.0
}
