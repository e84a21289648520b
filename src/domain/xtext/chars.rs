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
    (c.is_alphabetic() && !c.is_numeric() && !symbol) || canonical_combining_class(c) != 0
}

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
