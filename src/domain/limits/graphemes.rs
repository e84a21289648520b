//! User-perceived characters (extended grapheme clusters of UAX 29): a letter with its accents, an emoji of several parts and
//! a line break of two characters are one each.
//!
//! The browser counts with its own `Intl.Segmenter`, as the tables of `unicode-segmentation` are 12 kB that every visit
//! would load. `end2end/fixtures/graphemes.json` has texts with their number, which both are held against.

/// How many there are.
#[cfg(not(feature = "hydrate"))]
pub fn count(text: &str) -> u32 {
    use unicode_segmentation::UnicodeSegmentation;
    text.graphemes(true).count() as u32
}

/// How many there are. A browser without `Intl.Segmenter` (before 2024) counts code points, which are never fewer.
#[cfg(feature = "hydrate")]
pub fn count(text: &str) -> u32 {
    // Most texts: every character of ASCII counts by itself, but for line breaks of two.
    if text.is_ascii() && !text.contains('\r') {
        return text.len() as u32;
    }
    browser::segments(text).unwrap_or_else(|| text.chars().count() as u32)
}

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Array, Object};
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = Intl)]
        type Segmenter;

        /// Its default granularity is the grapheme.
        #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
        fn new() -> Result<Segmenter, JsValue>;

        #[wasm_bindgen(method)]
        fn segment(this: &Segmenter, text: &str) -> Object;
    }

    pub fn segments(text: &str) -> Option<u32> {
        Some(Array::from(&Segmenter::new().ok()?.segment(text)).length())
    }
}

#[cfg(all(test, not(feature = "hydrate")))]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_number_that_browsers_find() {
        let texts = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/end2end/fixtures/graphemes.json"));
        let texts: Vec<(String, u32)> = serde_json::from_str(texts).unwrap();
        assert!(texts.len() > 10);
        for (text, number) in texts {
            assert_eq!(count(&text), number, "{text:?}");
        }
    }
}
