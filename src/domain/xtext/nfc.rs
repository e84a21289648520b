//! Unicode normalisation form C out of the primitives of `unicode-normalization`. Its ready-made iterators would bring
//! the tables of the compatibility forms along: 25 kB more (compressed) for the browser.

use std::borrow::Cow;
use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};

pub(super) fn nfc(text: &str) -> Cow<'_, str> {
    // Nothing below the combining accents changes.
    if text.chars().all(|c| c < '\u{300}') {
        return Cow::Borrowed(text);
    }
    let mut apart: Vec<(u8, char)> = Vec::with_capacity(text.len());
    for c in text.chars() {
        decompose_canonical(c, |part| apart.push((canonical_combining_class(part), part)));
    }
    // Marks on one base come in the order of their classes.
    for marks in apart.split_mut(|(class, _)| *class == 0).filter(|marks| !marks.is_sorted_by_key(|(class, _)| *class))
    {
        // A pass per class keeps equal ones in order, as a stable sort would, and is a tenth of its code.
        let ordered: Vec<_> =
            (1..=u8::MAX).flat_map(|k| marks.iter().filter(move |(class, _)| *class == k)).copied().collect();
        marks.copy_from_slice(&ordered);
    }
    let mut together: Vec<char> = Vec::with_capacity(apart.len());
    let (mut base, mut last_class) = (None, 0);
    for (class, c) in apart {
        // A mark reaches its base past marks of lower classes only.
        let reachable = base.filter(|_| last_class == 0 || last_class < class);
        if let Some((at, whole)) = reachable.and_then(|at: usize| compose(together[at], c).map(|whole| (at, whole))) {
            together[at] = whole;
            continue;
        }
        if class == 0 {
            base = Some(together.len());
        }
        last_class = class;
        together.push(c);
    }
    Cow::Owned(together.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn composes_and_orders() {
        let cases = [
            ("plain", "plain"),
            ("e\u{301}", "é"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("a\u{301}\u{323}", "ạ\u{301}"),
            ("\u{301}e", "\u{301}e"),
            ("\u{212b}", "Å"),
            ("\u{fb2c}", "\u{5e9}\u{5bc}\u{5c1}"),
        ];
        for (text, expected) in cases {
            assert_eq!(nfc(text), expected);
        }
    }

    proptest! {
        #[test]
        fn does_what_the_library_does(text in "([\\PC]|[aeoAEOक\u{300}-\u{345}\u{5b0}-\u{5c2}\u{93c}\u{94d}\u{1100}-\u{11ff}\u{ac00}-\u{ac20}\u{f71}-\u{f84}]){0,24}") {
            prop_assert_eq!(nfc(&text), text.nfc().collect::<String>());
        }
    }
}
