//! The classes of characters that X's rules speak of.

use unicode_normalization::char::canonical_combining_class;

/// Never allowed in a post: byte order mark and two noncharacters.
pub(super) fn invalid(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

pub(super) fn space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'..='\u{200a}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Marks that only turn the writing direction.
pub(super) fn directional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// ASCII punctuation but for the double quote and the backquote, which X lets stand in a domain.
pub(super) fn punctuation(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '"' | '`')
}

/// Latin letters beyond ASCII, with the combining accents.
pub(super) fn accented(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
        || matches!(c, '\u{253}' | '\u{254}' | '\u{256}' | '\u{257}' | '\u{259}' | '\u{25b}' | '\u{263}' | '\u{268}')
        || matches!(c, '\u{26f}' | '\u{272}' | '\u{289}' | '\u{28b}' | '\u{2bb}' | '\u{300}'..='\u{36f}')
}

/// A letter or a mark: what a hashtag needs at least one of. Circled letters are symbols.
pub(super) fn letter(c: char) -> bool {
    let symbol = matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}');
    (c.is_alphabetic() && !c.is_numeric() && !symbol) || mark(c)
}

/// A combining mark (Unicode's general category M): an accent, a vowel sign, a virama, a variation selector.
pub(in crate::domain) fn mark(c: char) -> bool {
    let at = OTHER_MARKS.partition_point(|(_, last)| *last < c);
    canonical_combining_class(c) != 0 || OTHER_MARKS.get(at).is_some_and(|(first, _)| *first <= c)
}

/// The marks without a combining class that are not letters as well. `unicode-normalization` has a table of all marks, of
/// 10 kB.
const OTHER_MARKS: &[(char, char)] = &[
    ('\u{34f}', '\u{34f}'),
    ('\u{488}', '\u{489}'),
    ('\u{afd}', '\u{aff}'),
    ('\u{b53}', '\u{b55}'),
    ('\u{e47}', '\u{e47}'),
    ('\u{e4c}', '\u{e4c}'),
    ('\u{e4e}', '\u{e4e}'),
    ('\u{ecc}', '\u{ecc}'),
    ('\u{ece}', '\u{ece}'),
    ('\u{f3e}', '\u{f3f}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{17c9}', '\u{17d1}'),
    ('\u{17d3}', '\u{17d3}'),
    ('\u{180b}', '\u{180d}'),
    ('\u{180f}', '\u{180f}'),
    ('\u{1abe}', '\u{1abe}'),
    ('\u{1ce1}', '\u{1ce1}'),
    ('\u{1cf7}', '\u{1cf7}'),
    ('\u{20dd}', '\u{20e0}'),
    ('\u{20e2}', '\u{20e4}'),
    ('\u{a670}', '\u{a672}'),
    ('\u{abec}', '\u{abec}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{111c9}', '\u{111c9}'),
    ('\u{111cb}', '\u{111cc}'),
    ('\u{113d2}', '\u{113d2}'),
    ('\u{113e1}', '\u{113e2}'),
    ('\u{11a33}', '\u{11a33}'),
    ('\u{11a98}', '\u{11a98}'),
    ('\u{11df0}', '\u{11df0}'),
    ('\u{11f5a}', '\u{11f5a}'),
    ('\u{13440}', '\u{13440}'),
    ('\u{13447}', '\u{13455}'),
    ('\u{16fe4}', '\u{16fe4}'),
    ('\u{1bc9d}', '\u{1bc9d}'),
    ('\u{1cf00}', '\u{1cf2d}'),
    ('\u{1cf30}', '\u{1cf46}'),
    ('\u{1da00}', '\u{1da36}'),
    ('\u{1da3b}', '\u{1da6c}'),
    ('\u{1da75}', '\u{1da75}'),
    ('\u{1da84}', '\u{1da84}'),
    ('\u{1da9b}', '\u{1da9f}'),
    ('\u{1daa1}', '\u{1daaf}'),
    ('\u{e0100}', '\u{e01ef}'),
];

/// What a hashtag may consist of: letters, marks, digits and a few signs that belong to words.
pub(super) fn word(c: char) -> bool {
    let fraction = matches!(c, '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{bc}'..='\u{be}' | '\u{2070}'..='\u{2189}')
        || matches!(c, '\u{2460}'..='\u{24ff}' | '\u{2776}'..='\u{2793}' | '\u{3220}'..='\u{32bf}');
    letter(c)
        || (c.is_numeric() && !fraction)
        || matches!(c, '_' | '\u{200c}' | '\u{200d}' | '\u{a67e}' | '\u{5be}' | '\u{5f3}' | '\u{5f4}' | '\u{ff5e}')
        || matches!(c, '\u{301c}' | '\u{309b}' | '\u{309c}' | '\u{30a0}' | '\u{30fb}' | '\u{3003}')
        || matches!(c, '\u{f0b}' | '\u{f0c}' | '\u{b7}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_marks_are_parts_of_words() {
        let missing: Vec<char> = ('\0'..=char::MAX)
            .filter(|c| unicode_normalization::char::is_combining_mark(*c) && !(mark(*c) || c.is_alphabetic()))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        let others: Vec<char> =
            ('\0'..=char::MAX).filter(|c| mark(*c) && !unicode_normalization::char::is_combining_mark(*c)).collect();
        assert!(others.is_empty(), "{others:?}");
    }
}
