//! Text to rows of cells, piece by piece, with a bound for each row.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Bytes of one row. A longer one has lost a quotation mark: all that follows would be one cell.
pub const MAX_ROW: usize = 1 << 20;
/// Cells of one row that are kept; one more than a file may have columns, so that it is noticed.
const MAX_CELLS: usize = super::super::super::imports::model::MAX_COLUMNS + 1;

/// One row as it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// As a spreadsheet counts.
    pub row: i64,
    text: String,
    /// Where each cell ends.
    ends: Vec<usize>,
}

impl Cells {
    pub fn get(&self, at: usize) -> &str {
        let begin = if at == 0 { 0 } else { self.ends.get(at - 1).copied().unwrap_or(self.text.len()) };
        let end = self.ends.get(at).copied().unwrap_or(begin);
        self.text.get(begin..end).unwrap_or_default()
    }
    pub fn count(&self) -> usize {
        self.ends.len()
    }
    pub fn bytes(&self) -> usize {
        self.text.len()
    }
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.count()).map(|at| self.get(at))
    }
    /// Nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// A row that is longer than a row can be.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong {
    pub row: i64,
}

/// Reads rows out of pieces of text.
pub struct Rows {
    reader: Reader,
    out: Vec<u8>,
    ends: Vec<usize>,
    /// Of `out` and `ends`, what belongs to the row that has begun.
    out_at: usize,
    end_at: usize,
    /// Cells of this row that there was no room for.
    is_wide: bool,
    /// Line breaks within cells so far.
    inner: u64,
    last_row: i64,
    ended_with_break: bool,
}

impl Rows {
    pub fn new(delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            out: vec![0; 64 * 1024],
            ends: vec![0; MAX_CELLS],
            out_at: 0,
            end_at: 0,
            is_wide: false,
            inner: 0,
            last_row: 0,
            ended_with_break: false,
        }
    }

    /// Gives each row that is complete to `take`. An empty `text` ends the file.
    pub fn read(&mut self, text: &str, mut take: impl FnMut(Cells)) -> Result<(), TooLong> {
        let mut input = text.as_bytes();
        loop {
            let (result, read, written, ended) =
                self.reader.read_record(input, &mut self.out[self.out_at..], &mut self.ends[self.end_at..]);
            if read > 0 {
                self.ended_with_break = input[read - 1] == b'\n';
            }
            input = &input[read..];
            self.out_at += written;
            self.end_at += ended;
            match result {
                ReadRecordResult::InputEmpty => {
                    if !text.is_empty() && input.is_empty() {
                        return Ok(());
                    }
                }
                ReadRecordResult::OutputFull if self.out.len() >= MAX_ROW => {
                    return Err(TooLong { row: self.last_row + 1 });
                }
                ReadRecordResult::OutputFull => self.out.resize(self.out.len() * 2, 0),
                // More cells than are looked at: the last one is read over and over, and the row is known to be too wide.
                ReadRecordResult::OutputEndsFull => {
                    self.is_wide = true;
                    self.end_at -= 1;
                }
                ReadRecordResult::Record => take(self.row()),
                ReadRecordResult::End => return Ok(()),
            }
        }
    }

    fn row(&mut self) -> Cells {
        // The reader is given nothing but UTF-8, and cuts it at characters of one byte.
        let text = String::from_utf8_lossy(&self.out[..self.out_at]).into_owned();
        let mut ends = self.ends[..self.end_at].to_vec();
        if self.is_wide {
            ends.resize(MAX_CELLS, text.len());
        }
        self.inner += text.bytes().filter(|b| *b == b'\n').count() as u64;
        let line = self.reader.line() - u64::from(self.ended_with_break);
        // Rows that no line break divides are counted one by one.
        let row = (line.saturating_sub(self.inner) as i64).max(self.last_row + 1);
        self.last_row = row;
        (self.out_at, self.end_at, self.is_wide) = (0, 0, false);
        Cells { row, text, ends }
    }
}

/// What divides the columns: the sign that the first line has most of, outside of quotation marks.
pub fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for b in text.trim_start_matches(['\n', '\r']).bytes() {
        match b {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(sign, _)| *sign == b).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    // Of equal ones the first.
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(b',', |(sign, _)| *sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str, piece: usize) -> Vec<(i64, Vec<String>)> {
        let mut rows = Rows::new(delimiter(text));
        let mut all = vec![];
        let mut take = |cells: Cells| all.push((cells.row, cells.iter().map(str::to_owned).collect()));
        let mut left = text;
        while !left.is_empty() {
            let mut cut = piece.min(left.len());
            while !left.is_char_boundary(cut) {
                cut += 1;
            }
            rows.read(&left[..cut], &mut take).expect("short rows");
            left = &left[cut..];
        }
        rows.read("", &mut take).expect("short rows");
        all
    }

    #[test]
    fn rows_are_read_and_counted_as_a_spreadsheet_does() {
        let text = "a;b\r\n1;\"two\r\nlines\"\r\n\r\n\"3 \"\"x\"\"; y\";\r\nü";
        let expected = vec![
            (1, vec!["a".to_owned(), "b".into()]),
            (2, vec!["1".into(), "two\r\nlines".into()]),
            (4, vec!["3 \"x\"; y".into(), "".into()]),
            (5, vec!["ü".into()]),
        ];
        for piece in [1, 2, 7, 1000] {
            assert_eq!(rows(text, piece), expected, "in pieces of {piece}");
            assert_eq!(rows(&text.replace("\r\n", "\n"), piece)[3].0, 5, "in pieces of {piece}");
        }
        assert_eq!(rows("a,b\rc,d\r", 1).len(), 2);
        for (text, sign) in [("a,b;c;d", b';'), ("a\tb", b'\t'), ("a|b|c,d", b'|'), ("\"a;b;c\",d", b','), ("", b',')] {
            assert_eq!(delimiter(text), sign, "{text}");
        }
    }

    #[test]
    fn a_row_is_bounded() {
        let wide = "x,".repeat(5_000);
        assert_eq!(
            rows(&format!("{wide}\na,b\n"), 100).iter().map(|(_, cells)| cells.len()).collect::<Vec<_>>(),
            [MAX_CELLS, 2]
        );
        let mut rows = Rows::new(b',');
        let mut n = 0;
        assert_eq!(rows.read("a,b\n1,\"never closed\n", |_| n += 1), Ok(()));
        let mut told = Ok(());
        for _ in 0..40 {
            told = told.and_then(|()| rows.read(&"x,y\n".repeat(20_000), |_| n += 1));
        }
        assert_eq!((told, n), (Err(TooLong { row: 2 }), 1));
    }

    proptest! {
        #[test]
        fn any_text_is_read_the_same_in_any_pieces(text in "[a,;\"\n\r ü]{0,80}", piece in 1usize..9) {
            prop_assert_eq!(rows(&text, piece), rows(&text, 1000));
        }
    }
}
