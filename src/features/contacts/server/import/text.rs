//! Which encoding a file has, and its text piece by piece.

use encoding_rs::{CoderResult, Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

impl Encoding {
    const ALL: [Encoding; 4] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252];

    pub fn id(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Windows1252 => "Windows-1252 (Western European)",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.id() == id)
    }

    /// Turns bytes into text; a mark at the beginning is left out, what is none in this encoding becomes `U+FFFD`.
    pub fn text(self) -> Text {
        let encoding = match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        };
        Text(encoding.new_decoder_with_bom_removal())
    }
}

pub struct Text(Decoder);

impl Text {
    pub fn decode(&mut self, mut bytes: &[u8], is_last: bool) -> String {
        let most = self.0.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3 + 16);
        let mut text = String::with_capacity(most);
        loop {
            let (result, read, _) = self.0.decode_to_string(bytes, &mut text, is_last);
            bytes = &bytes[read..];
            match result {
                CoderResult::InputEmpty => return text,
                CoderResult::OutputFull => text.reserve(1024),
            }
        }
    }
}

/// Bytes by which UTF-16 without a mark is known.
const HEAD: usize = 1024;

/// Looks at all bytes of a file as they come by.
pub struct Finder {
    head: Vec<u8>,
    /// `None`: there was something that is no UTF-8.
    utf8: Option<Decoder>,
    scratch: Vec<u8>,
}

impl Finder {
    pub fn new() -> Self {
        Self { head: vec![], utf8: Some(UTF_8.new_decoder_without_bom_handling()), scratch: vec![0; 16 * 1024] }
    }

    pub fn look(&mut self, bytes: &[u8]) {
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.check(bytes, false);
    }

    fn check(&mut self, mut bytes: &[u8], is_last: bool) {
        while let Some(utf8) = &mut self.utf8 {
            let (result, read, _) = utf8.decode_to_utf8_without_replacement(bytes, &mut self.scratch, is_last);
            bytes = &bytes[read..];
            match result {
                encoding_rs::DecoderResult::InputEmpty => return,
                encoding_rs::DecoderResult::OutputFull => {}
                encoding_rs::DecoderResult::Malformed(..) => self.utf8 = None,
            }
        }
    }

    /// By its mark; by the zeros that UTF-16 has in Latin text; else UTF-8 where all of it is, as hardly any other text is by chance.
    pub fn found(mut self) -> Encoding {
        self.check(&[], true);
        match self.head.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => return Encoding::Utf8,
            [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
            [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
            _ => {}
        }
        let zeros = |first: usize| self.head.iter().skip(first).step_by(2).filter(|b| **b == 0).count();
        let (even, odd, pairs) = (zeros(0), zeros(1), self.head.len() / 2);
        if pairs > 1 && odd * 4 > pairs * 3 && even == 0 {
            Encoding::Utf16Le
        } else if pairs > 1 && even * 4 > pairs * 3 && odd == 0 {
            Encoding::Utf16Be
        } else if self.utf8.is_some() {
            Encoding::Utf8
        } else {
            Encoding::Windows1252
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The encoding of a file that comes in pieces of so many bytes, and its text.
    fn read(file: &[u8], piece: usize) -> (Encoding, String) {
        let mut finder = Finder::new();
        file.chunks(piece).for_each(|bytes| finder.look(bytes));
        let encoding = finder.found();
        let mut text = encoding.text();
        let mut all: String = file.chunks(piece).map(|bytes| text.decode(bytes, false)).collect();
        all.push_str(&text.decode(&[], true));
        (encoding, all)
    }

    #[test]
    fn every_encoding_is_known_and_read() {
        let words = "email;name\nü@example.com;Zoë Ångström\n";
        let utf16 = |swap: bool, mark: &str| -> Vec<u8> {
            let units: Vec<u16> = format!("{mark}{words}").encode_utf16().collect();
            units.iter().flat_map(|u| if swap { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        let latin: Vec<u8> = words.chars().map(|c| u8::try_from(u32::from(c)).expect("latin")).collect();
        for piece in [1, 3, 4096] {
            for (file, encoding) in [
                (words.as_bytes().to_vec(), Encoding::Utf8),
                (format!("\u{feff}{words}").into_bytes(), Encoding::Utf8),
                (utf16(false, "\u{feff}"), Encoding::Utf16Le),
                (utf16(true, "\u{feff}"), Encoding::Utf16Be),
                (utf16(false, ""), Encoding::Utf16Le),
                (utf16(true, ""), Encoding::Utf16Be),
                (latin.clone(), Encoding::Windows1252),
            ] {
                assert_eq!(read(&file, piece), (encoding, words.to_owned()), "{piece}");
            }
        }
        assert_eq!(read(b"", 1).0, Encoding::Utf8);
        assert_eq!(read("a;\u{20ac}\n".as_bytes(), 1).0, Encoding::Utf8);
        assert_eq!(read(b"a;\x80\n", 1), (Encoding::Windows1252, "a;\u{20ac}\n".into()));
        // Half a character at the end is no UTF-8.
        assert_eq!(read(b"a;\xc3", 1).0, Encoding::Windows1252);
    }
}
