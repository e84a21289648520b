//! Emoji that consist of several characters: X counts each of them as one (weight 2), however long it is.
//!
//! A single emoji needs no table, since it weighs 2 as any other character beyond the light ranges. A sequence counts as
//! one only if it is recommended for general interchange (RGI, Unicode Emoji 17); anything else that is glued together
//! with joiners counts piece by piece, as X does it.

const JOINER: char = '\u{200d}';
const EMOJI_STYLE: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';
const BLACK_FLAG: char = '\u{1f3f4}';

const MAN: char = '\u{1f468}';
const WOMAN: char = '\u{1f469}';
const PERSON: char = '\u{1f9d1}';
const BOY: char = '\u{1f466}';
const GIRL: char = '\u{1f467}';
const CHILD: char = '\u{1f9d2}';
const HEART: char = '\u{2764}';
const ARROW: char = '\u{27a1}';

/// Characters that take the emoji style (U+FE0F). Inversion list: begin of a range, its end (exclusive), the next begin ...
const STYLED: &[u32] = &[
    0xa9, 0xaa, 0xae, 0xaf, 0x203c, 0x203d, 0x2049, 0x204a, 0x2122, 0x2123, 0x2139, 0x213a, 0x2194, 0x219a, 0x21a9,
    0x21ab, 0x231a, 0x231c, 0x2328, 0x2329, 0x23cf, 0x23d0, 0x23ed, 0x23f0, 0x23f1, 0x23f3, 0x23f8, 0x23fb, 0x24c2,
    0x24c3, 0x25aa, 0x25ac, 0x25b6, 0x25b7, 0x25c0, 0x25c1, 0x25fb, 0x25ff, 0x2600, 0x2605, 0x260e, 0x260f, 0x2611,
    0x2612, 0x2614, 0x2616, 0x2618, 0x2619, 0x261d, 0x261e, 0x2620, 0x2621, 0x2622, 0x2624, 0x2626, 0x2627, 0x262a,
    0x262b, 0x262e, 0x2630, 0x2638, 0x263b, 0x2640, 0x2641, 0x2642, 0x2643, 0x2648, 0x2654, 0x265f, 0x2661, 0x2663,
    0x2664, 0x2665, 0x2667, 0x2668, 0x2669, 0x267b, 0x267c, 0x267e, 0x2680, 0x2692, 0x2698, 0x2699, 0x269a, 0x269b,
    0x269d, 0x26a0, 0x26a2, 0x26a7, 0x26a8, 0x26aa, 0x26ac, 0x26b0, 0x26b2, 0x26bd, 0x26bf, 0x26c4, 0x26c6, 0x26c8,
    0x26c9, 0x26cf, 0x26d0, 0x26d1, 0x26d2, 0x26d3, 0x26d5, 0x26e9, 0x26eb, 0x26f0, 0x26f6, 0x26f7, 0x26fb, 0x26fd,
    0x26fe, 0x2702, 0x2703, 0x2708, 0x270a, 0x270c, 0x270e, 0x270f, 0x2710, 0x2712, 0x2713, 0x2714, 0x2715, 0x2716,
    0x2717, 0x271d, 0x271e, 0x2721, 0x2722, 0x2733, 0x2735, 0x2744, 0x2745, 0x2747, 0x2748, 0x2757, 0x2758, 0x2763,
    0x2765, 0x27a1, 0x27a2, 0x2934, 0x2936, 0x2b05, 0x2b08, 0x2b1b, 0x2b1d, 0x2b50, 0x2b51, 0x2b55, 0x2b56, 0x3030,
    0x3031, 0x303d, 0x303e, 0x3297, 0x3298, 0x3299, 0x329a, 0x1f004, 0x1f005, 0x1f170, 0x1f172, 0x1f17e, 0x1f180,
    0x1f202, 0x1f203, 0x1f21a, 0x1f21b, 0x1f22f, 0x1f230, 0x1f237, 0x1f238, 0x1f321, 0x1f322, 0x1f324, 0x1f32d,
    0x1f336, 0x1f337, 0x1f37d, 0x1f37e, 0x1f396, 0x1f398, 0x1f399, 0x1f39c, 0x1f39e, 0x1f3a0, 0x1f3cb, 0x1f3cf,
    0x1f3d4, 0x1f3e0, 0x1f3f3, 0x1f3f4, 0x1f3f5, 0x1f3f6, 0x1f3f7, 0x1f3f8, 0x1f43f, 0x1f440, 0x1f441, 0x1f442,
    0x1f4fd, 0x1f4fe, 0x1f549, 0x1f54b, 0x1f56f, 0x1f571, 0x1f573, 0x1f57a, 0x1f587, 0x1f588, 0x1f58a, 0x1f58e,
    0x1f590, 0x1f591, 0x1f5a5, 0x1f5a6, 0x1f5a8, 0x1f5a9, 0x1f5b1, 0x1f5b3, 0x1f5bc, 0x1f5bd, 0x1f5c2, 0x1f5c5,
    0x1f5d1, 0x1f5d4, 0x1f5dc, 0x1f5df, 0x1f5e1, 0x1f5e2, 0x1f5e3, 0x1f5e4, 0x1f5e8, 0x1f5e9, 0x1f5ef, 0x1f5f0,
    0x1f5f3, 0x1f5f4, 0x1f5fa, 0x1f5fb, 0x1f6cb, 0x1f6cc, 0x1f6cd, 0x1f6d0, 0x1f6e0, 0x1f6e6, 0x1f6e9, 0x1f6ea,
    0x1f6f0, 0x1f6f1, 0x1f6f3, 0x1f6f4,
];

/// Characters that take a skin tone. Inversion list.
const TONED: &[u32] = &[
    0x261d, 0x261e, 0x26f9, 0x26fa, 0x270a, 0x270e, 0x1f385, 0x1f386, 0x1f3c2, 0x1f3c5, 0x1f3c7, 0x1f3c8, 0x1f3ca,
    0x1f3cd, 0x1f442, 0x1f444, 0x1f446, 0x1f451, 0x1f466, 0x1f46a, 0x1f46b, 0x1f479, 0x1f47c, 0x1f47d, 0x1f481,
    0x1f484, 0x1f485, 0x1f488, 0x1f48f, 0x1f490, 0x1f491, 0x1f492, 0x1f4aa, 0x1f4ab, 0x1f574, 0x1f576, 0x1f57a,
    0x1f57b, 0x1f590, 0x1f591, 0x1f595, 0x1f597, 0x1f645, 0x1f648, 0x1f64b, 0x1f650, 0x1f6a3, 0x1f6a4, 0x1f6b4,
    0x1f6b7, 0x1f6c0, 0x1f6c1, 0x1f6cc, 0x1f6cd, 0x1f90c, 0x1f90d, 0x1f90f, 0x1f910, 0x1f918, 0x1f920, 0x1f926,
    0x1f927, 0x1f930, 0x1f93a, 0x1f93c, 0x1f93f, 0x1f977, 0x1f978, 0x1f9b5, 0x1f9b7, 0x1f9b8, 0x1f9ba, 0x1f9bb,
    0x1f9bc, 0x1f9cd, 0x1f9d0, 0x1f9d1, 0x1f9de, 0x1fac3, 0x1fac6, 0x1faf0, 0x1faf9,
];

/// Characters that a joined male or female sign makes a man or a woman. Inversion list.
const GENDERED: &[u32] = &[
    0x26f9, 0x26fa, 0x1f3c3, 0x1f3c5, 0x1f3ca, 0x1f3cd, 0x1f46e, 0x1f472, 0x1f473, 0x1f474, 0x1f477, 0x1f478, 0x1f481,
    0x1f483, 0x1f486, 0x1f488, 0x1f575, 0x1f576, 0x1f645, 0x1f648, 0x1f64b, 0x1f64c, 0x1f64d, 0x1f64f, 0x1f6a3,
    0x1f6a4, 0x1f6b4, 0x1f6b7, 0x1f926, 0x1f927, 0x1f935, 0x1f936, 0x1f937, 0x1f93a, 0x1f93c, 0x1f93f, 0x1f9b8,
    0x1f9ba, 0x1f9cd, 0x1f9d0, 0x1f9d4, 0x1f9d5, 0x1f9d6, 0x1f9e0,
];

/// What a man, woman or person can be joined with: jobs, wheelchairs, hair.
const TRADES: &str = "⚕⚖✈🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦯🦰🦱🦲🦳🦼🦽";

/// Pairs that follow no rule. The first takes the emoji style if it is in [`STYLED`], and so does the second.
const PAIRS: &[(char, char)] = &[
    ('\u{2764}', '\u{1f525}'),  // heart on fire
    ('\u{2764}', '\u{1fa79}'),  // mending heart
    ('\u{26d3}', '\u{1f4a5}'),  // broken chain
    ('\u{1f344}', '\u{1f7eb}'), // brown mushroom
    ('\u{1f34b}', '\u{1f7e9}'), // lime
    ('\u{1f3f3}', '\u{26a7}'),  // transgender flag
    ('\u{1f3f3}', '\u{1f308}'), // rainbow flag
    ('\u{1f3f4}', '\u{2620}'),  // pirate flag
    ('\u{1f408}', '\u{2b1b}'),  // black cat
    ('\u{1f415}', '\u{1f9ba}'), // service dog
    ('\u{1f426}', '\u{2b1b}'),  // black bird
    ('\u{1f426}', '\u{1f525}'), // phoenix
    ('\u{1f43b}', '\u{2744}'),  // polar bear
    ('\u{1f441}', '\u{1f5e8}'), // eye in speech bubble
    ('\u{1f62e}', '\u{1f4a8}'), // face exhaling
    ('\u{1f635}', '\u{1f4ab}'), // face with spiral eyes
    ('\u{1f636}', '\u{1f32b}'), // face in clouds
    ('\u{1f642}', '\u{2194}'),  // head shaking horizontally
    ('\u{1f642}', '\u{2195}'),  // head shaking vertically
];

/// The pairs of regional indicators that are flags: for each first letter one bit per second letter.
const FLAGS: [u32; 26] = [
    0x2df597c, 0x36f7bfb, 0x3f3fded, 0x2005650, 0x1e00d5, 0x25700, 0x15fb9fb, 0x1a3400, 0xf781c, 0xd010, 0x342b1d0,
    0x13e0507, 0x3fffcfd, 0x212c975, 0x1000, 0x14e3cf1, 0x1, 0x544010, 0x3ae7fdf, 0x26a7eed, 0x3043041, 0x102155,
    0x40020, 0x400, 0x80010, 0x401001,
];

/// England, Scotland, Wales.
const REGIONS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// How many characters at the start of `text` are one emoji, if they are more than one.
pub(super) fn sequence(text: &[char]) -> Option<usize> {
    let (first, second) = (*text.first()?, *text.get(1)?);
    match first {
        '0'..='9' | '#' | '*' => match text {
            [_, EMOJI_STYLE, KEYCAP, ..] => Some(3),
            [_, KEYCAP, ..] => Some(2),
            _ => None,
        },
        '\u{1f1e6}'..='\u{1f1ff}' => flag(first, second).then_some(2),
        _ if second < JOINER => None,
        BLACK_FLAG if ('\u{e0061}'..='\u{e007a}').contains(&second) => region(&text[1..]).map(|n| n + 1),
        _ => joined(text).or_else(|| alone(text)),
    }
}

fn listed(list: &[u32], c: char) -> bool {
    list.partition_point(|edge| *edge <= u32::from(c)) % 2 == 1
}

fn flag(first: char, second: char) -> bool {
    let letter = |c: char| u32::from(c).wrapping_sub(0x1f1e6);
    let row = FLAGS.get(letter(first) as usize).copied().unwrap_or(0);
    letter(second) < 26 && row >> letter(second) & 1 == 1
}

/// The length of a region's tag characters with the tag that ends them.
fn region(tags: &[char]) -> Option<usize> {
    let spelled = |name: &&&str| name.bytes().zip(tags).all(|(b, tag)| u32::from(*tag) == 0xe0000 + u32::from(b));
    let name = REGIONS.iter().find(spelled)?;
    (tags.get(name.len()) == Some(&'\u{e007f}')).then_some(name.len() + 1)
}

/// A base with its style or tone.
fn alone(text: &[char]) -> Option<usize> {
    let piece = Piece::at(text, 0)?;
    let taken = if listed(TONED, piece.base) && piece.tone > 0 {
        piece.end
    } else if listed(STYLED, piece.base) && piece.styled {
        2
    } else {
        1
    };
    (taken > 1 && (!piece.styled || listed(STYLED, piece.base))).then_some(taken)
}

/// One part of a joined sequence.
#[derive(Clone, Copy)]
struct Piece {
    base: char,
    styled: bool,
    /// 1 to 5, or 0 for none.
    tone: u32,
    /// Where it ends in the text.
    end: usize,
}

impl Piece {
    fn at(text: &[char], start: usize) -> Option<Self> {
        let base = *text.get(start)?;
        let mut piece = Self { base, styled: false, tone: 0, end: start + 1 };
        if text.get(piece.end) == Some(&EMOJI_STYLE) {
            piece.styled = true;
            piece.end += 1;
        }
        if let Some(tone @ '\u{1f3fb}'..='\u{1f3ff}') = text.get(piece.end) {
            piece.tone = u32::from(*tone) - 0x1f3fa;
            piece.end += 1;
        }
        Some(piece)
    }
    /// Without its tone, or else without its style: the end of a sequence may not own what follows it.
    fn shorter(self) -> Option<Self> {
        match self {
            Self { tone: 1.., .. } => Some(Self { tone: 0, end: self.end - 1, ..self }),
            Self { styled: true, .. } => Some(Self { styled: false, end: self.end - 1, ..self }),
            _ => None,
        }
    }
    /// Written out in full: the emoji style exactly where the base needs it, unless a tone stands for it.
    fn complete(self) -> bool {
        self.styled == (self.tone == 0 && listed(STYLED, self.base) && !self.is_square())
    }
    /// Emoji by default, though old enough to be in [`STYLED`].
    fn is_square(self) -> bool {
        self.base == '\u{2b1b}'
    }
    fn plain(self, base: char) -> bool {
        self.base == base && self.tone == 0 && self.complete()
    }
    fn adult(self) -> bool {
        matches!(self.base, MAN | WOMAN | PERSON) && !self.styled
    }
}

/// The longest joined sequence at the start of `text`.
fn joined(text: &[char]) -> Option<usize> {
    // The longest have four pieces (families).
    let mut pieces = [Piece::at(text, 0)?; 4];
    let mut n = 1;
    while n < 4 && text.get(pieces[n - 1].end) == Some(&JOINER) {
        let Some(next) = Piece::at(text, pieces[n - 1].end + 1) else { break };
        pieces[n] = next;
        n += 1;
    }
    for count in (2..=n).rev() {
        let mut last = Some(pieces[count - 1]);
        while let Some(piece) = last {
            pieces[count - 1] = piece;
            if recommended(&pieces[..count]) {
                return Some(piece.end);
            }
            last = piece.shorter();
        }
    }
    None
}

/// Whether the pieces, joined, are one emoji.
fn recommended(pieces: &[Piece]) -> bool {
    if !pieces.iter().all(|p| p.complete()) || pieces[1..pieces.len() - 1].iter().any(|p| p.tone > 0) {
        return false;
    }
    let (first, last) = (pieces[0], pieces[pieces.len() - 1]);
    let sign = |p: Piece| p.plain('\u{2640}') || p.plain('\u{2642}');
    let walker = matches!(first.base, '\u{1f3c3}' | '\u{1f6b6}' | '\u{1f9ce}');
    match *pieces {
        [_, p] if sign(p) => listed(GENDERED, first.base),
        [_, p] if p.plain(ARROW) => walker,
        [_, p, arrow] if arrow.plain(ARROW) => {
            (walker && sign(p)) || (first.adult() && matches!(p.base, '\u{1f9af}' | '\u{1f9bc}' | '\u{1f9bd}'))
        }
        [_, p] if first.adult() && p.tone == 0 && TRADES.contains(p.base) => true,
        [_, p] if first.base == PERSON && p.tone == 0 && matches!(p.base, '\u{1f384}' | '\u{1fa70}') => true,
        [_, p] if first.base == '\u{1faf1}' && p.base == '\u{1faf2}' => {
            first.tone > 0 && p.tone > 0 && first.tone != p.tone
        }
        [_, p] if PAIRS.contains(&(first.base, p.base)) => first.tone == 0 && p.tone == 0,
        [_, link, _] if first.adult() && last.adult() && couple(first, link.base, last) => true,
        [_, heart, kiss, _] if heart.base == HEART && kiss.base == '\u{1f48b}' => couple(first, HEART, last),
        _ => family(pieces),
    }
}

/// Two adults in love, hand in hand, wrestling or with bunny ears. Pairs that have an emoji of their own are left out.
fn couple(a: Piece, link: char, b: Piece) -> bool {
    let persons = a.base == PERSON && b.base == PERSON;
    if !(a.adult() && b.adult()) || (a.tone == 0) != (b.tone == 0) || persons != (a.base == PERSON || b.base == PERSON)
    {
        return false;
    }
    // Written woman first.
    let ordered = !(a.base == MAN && b.base == WOMAN);
    match link {
        HEART if persons => a.tone != b.tone,
        HEART => ordered,
        '\u{1f91d}' if persons => true,
        '\u{1f91d}' => ordered && a.tone != b.tone,
        '\u{1f430}' | '\u{1faef}' => a.base == b.base && a.tone != b.tone,
        _ => false,
    }
}

/// One or two parents with one or two children, nobody with a skin tone.
fn family(pieces: &[Piece]) -> bool {
    let child = |p: &Piece| matches!(p.base, BOY | GIRL);
    let parents = pieces.iter().take_while(|p| p.adult()).count();
    let (parents, children) = pieces.split_at(parents);
    if pieces.iter().any(|p| p.tone > 0) || parents.is_empty() || parents.len() > 2 {
        return false;
    }
    if parents.iter().all(|p| p.base == PERSON) {
        return matches!(children.len(), 1 | 2) && children.iter().all(|p| p.base == CHILD);
    }
    let order = parents.iter().all(|p| p.base != PERSON)
        && !(parents[0].base == WOMAN && parents.last().is_some_and(|p| p.base == MAN));
    let pair = match children {
        [one] => child(one),
        [a, b] => child(a) && child(b) && !(a.base == BOY && b.base == GIRL),
        _ => false,
    };
    order && pair
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Option<usize> {
        sequence(&text.chars().collect::<Vec<_>>())
    }

    /// All of `text` is one emoji.
    fn one(text: &str) {
        assert_eq!(taken(text), Some(text.chars().count()), "{text}");
        assert_eq!(taken(&format!("{text}x")), Some(text.chars().count()), "{text} before a letter");
    }

    #[test]
    fn keycaps_flags_and_regions() {
        for text in ["1\u{fe0f}\u{20e3}", "#\u{20e3}", "*\u{fe0f}\u{20e3}", "🇩🇪", "🇨🇶", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
        {
            one(text);
        }
        for text in ["12", "1\u{fe0f}", "🇦🇦", "🇩x", "🇩", "🏴", "🏴\u{e0067}\u{e0062}", "a\u{20e3}"] {
            assert_eq!(taken(text), None, "{text}");
        }
    }

    #[test]
    fn styles_and_tones() {
        for text in ["©\u{fe0f}", "☺\u{fe0f}", "❤\u{fe0f}", "👍🏽", "☝\u{fe0f}🏽", "☝🏽", "🫶🏿", "👯🏻"]
        {
            one(text);
        }
        for text in ["©", "©\u{fe0e}", "😀", "😀\u{fe0f}", "😀🏽", "a\u{fe0f}", "🏽", "👪🏻"] {
            assert_eq!(taken(text), None, "{text}");
        }
        assert_eq!(taken("❤\u{fe0f}🏽"), Some(2), "a heart has no skin");
    }

    #[test]
    fn joined_people() {
        let families = ["👨‍👩‍👧‍👦", "👩‍👩‍👦", "👨‍👧‍👧", "👩‍👦", "🧑‍🧑‍🧒‍🧒", "🧑‍🧒"];
        let couples = ["👩‍❤️‍👨", "👩🏻‍❤️‍👩🏿", "👨‍❤️‍💋‍👨", "🧑🏻‍❤️‍💋‍🧑🏽", "🧑‍🤝‍🧑", "👩🏻‍🤝‍👨🏿", "🧑🏿‍🤝‍🧑🏿", "🧑🏻‍🐰‍🧑🏿"];
        let trades = ["👨‍🎤", "👩🏽‍⚕️", "🧑🏿‍🦽‍➡️", "🧑‍🎄", "🧑🏾‍🩰", "🏃🏽‍♀️‍➡️", "🚶‍➡️", "🤷🏽‍♂️", "🕵️‍♀️", "🕵🏻‍♂️", "🧞‍♂️", "🫱🏻‍🫲🏿"];
        for text in families.iter().chain(&couples).chain(&trades) {
            one(text);
        }
    }

    #[test]
    fn joined_things() {
        for text in ["🏳️‍🌈", "🏳️‍⚧️", "🏴‍☠️", "🐈‍⬛", "❤️‍🔥", "👁️‍🗨️", "😮‍💨", "🙂‍↔️", "⛓️‍💥"]
        {
            one(text);
        }
    }

    #[test]
    fn what_is_no_emoji_counts_by_piece() {
        for text in ["😀‍😀", "👨‍🐱", "🧑‍👩‍👦", "👨‍❤️‍👩", "👨‍👦‍👧", "🧑‍❤️‍🧑", "👨🏽‍👩‍👦", "🤷‍♂", "🏳‍🌈", "😀‍", "🐈‍⬛‍⬛‍⬛"]
        {
            let whole = text.chars().count();
            assert_ne!(taken(text), Some(whole), "{text}");
        }
        assert_eq!(taken("👨‍👩‍👦🏽"), Some(5), "the tone belongs to nobody");
        assert_eq!(taken("👍🏽‍👍🏽"), Some(2));
    }
}
