//! A file comes in: it goes to the media store piece by piece, while one looks which encoding it has. Then its first rows say which
//! columns there are.

use super::cells::{Cells, Rows, delimiter};
use super::store::{self, NewImport};
use super::text::{Encoding, Finder};
use super::{guess, row::Plan};
use crate::domain::error::Result;
use crate::domain::ids::ImportId;
use crate::features::contacts::imports::model::{Known, MAX_BYTES, MAX_COLUMNS, Target};
use crate::features::contacts::server::email::Email;
use crate::features::contacts::server::fields;
use crate::features::media::server::receive::clean_name;
use crate::features::media::server::stores::{self, storage_error};
use crate::infra::http::held_bytes::Hold;
use crate::infra::session::Granted;
use crate::infra::storage::MediaStore;
use axum::extract::multipart::Field;
use sha2::{Digest, Sha256};

/// Bytes of the beginning that say what the file is, and that the preview reads.
pub const HEAD: u64 = 1 << 20;
/// Files of one company that wait to be brought in.
const WAITING: i64 = 20;
/// Characters of a column's name.
const COLUMN: usize = 100;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Empty,
    TooBig,
    Broken,
    Waiting,
    Columns,
    NoTable,
    Busy,
}

impl Refused {
    /// As it stands in the address of the page (`imports::page` says it in words).
    pub fn id(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooBig => "big",
            Self::Broken => "broken",
            Self::Waiting => "waiting",
            Self::Columns => "columns",
            Self::NoTable => "table",
            Self::Busy => "busy",
        }
    }
}

/// Takes the file in; it waits until somebody said what its columns are.
pub async fn take(who: &Granted, field: Field<'_>, hold: &Hold) -> Result<Result<ImportId, Refused>> {
    if store::waiting(&who.tenant).await? >= WAITING {
        return Ok(Err(Refused::Waiting));
    }
    let file_name = clean_name(field.file_name().unwrap_or_default());
    let place = stores::current(&who.app, who.company).await?;
    let id = ImportId::new();
    let key = store::key(who.company, id);
    let done = keep(who, &place, id, &file_name, field, hold).await;
    if !matches!(done, Ok(Ok(_))) {
        let _ = place.delete(&key).await;
    }
    done
}

async fn keep(
    who: &Granted,
    place: &MediaStore,
    id: ImportId,
    file_name: &str,
    mut field: Field<'_>,
    hold: &Hold,
) -> Result<Result<ImportId, Refused>> {
    let key = store::key(who.company, id);
    let mut writer = place.writer(&key).await.map_err(|error| storage_error(&error))?;
    // What is on its way to the store.
    if hold.more(16 << 20).is_err() {
        writer.abort().await;
        return Ok(Err(Refused::Busy));
    }
    let (mut finder, mut bytes) = (Finder::new(), 0_u64);
    loop {
        let refused = match field.chunk().await {
            Ok(Some(chunk)) => {
                bytes += chunk.len() as u64;
                if bytes <= MAX_BYTES {
                    finder.look(&chunk);
                    writer.write(&chunk).await.map_err(|error| storage_error(&error))?;
                    continue;
                }
                Refused::TooBig
            }
            Ok(None) => break,
            Err(error) if error.status() == http::StatusCode::PAYLOAD_TOO_LARGE => Refused::TooBig,
            Err(_) => Refused::Broken,
        };
        writer.abort().await;
        return Ok(Err(refused));
    }
    if bytes == 0 {
        writer.abort().await;
        return Ok(Err(Refused::Empty));
    }
    writer.finish().await.map_err(|error| storage_error(&error))?;
    let encoding = finder.found();
    let head = place.get_range(&key, 0..bytes.min(HEAD)).await.map_err(|error| storage_error(&error))?;
    let sheet = match look(encoding, &head, bytes <= HEAD) {
        Ok(sheet) => sheet,
        Err(refused) => return Ok(Err(refused)),
    };
    let header_key = header_key(&sheet.header);
    let fields = fields::all(&who.tenant).await?;
    let mut new = NewImport {
        id,
        store: place.name().to_owned(),
        file_name: file_name.to_owned(),
        bytes: bytes as i64,
        encoding: encoding.id(),
        delimiter: char::from(sheet.delimiter).to_string(),
        has_header: sheet.has_header,
        header_key,
        plan: Plan {
            columns: guess::columns(&sheet.header, &fields),
            fields,
            header: sheet.header,
            known: Known::Fill,
            tags: vec![],
            source: String::new(),
            consent_words: String::new(),
        },
    };
    if !new.has_header {
        new.plan.columns = sheet.columns;
    }
    if let Some((header, columns, known)) = store::chosen_before(&who.tenant, &new.header_key).await? {
        let of = |name: &String| header.iter().position(|known| known == name).and_then(|at| columns.get(at).copied());
        new.plan.columns =
            new.plan.header.iter().zip(&new.plan.columns).map(|(name, guess)| of(name).unwrap_or(*guess)).collect();
        new.plan.known = known;
    }
    store::insert(who, &new).await?;
    Ok(Ok(id))
}

/// What the beginning of a file says.
struct Sheet {
    delimiter: u8,
    has_header: bool,
    header: Vec<String>,
    /// Of a file without a header.
    columns: Vec<Target>,
}

/// The rows of the beginning; a row that is cut off is left out, and a line `sep=;` too.
pub fn head(encoding: Encoding, sign: Option<u8>, bytes: &[u8], is_all: bool) -> (u8, Vec<Cells>) {
    let text = encoding.text().decode(bytes, is_all);
    let named = text.get(..4).is_some_and(|sep| sep.eq_ignore_ascii_case("sep="));
    let said = text.as_bytes().get(4).copied().filter(|sign| named && b",;\t|".contains(sign));
    let sign = sign.or(said).unwrap_or_else(|| delimiter(&text));
    let (mut rows, mut found) = (Rows::new(sign), vec![]);
    let mut take = |cells: Cells| {
        if !(cells.is_blank() || cells.row == 1 && is_sep(&cells)) {
            found.push(cells);
        }
    };
    if !text.is_empty() && rows.read(&text, &mut take).is_ok() && is_all {
        let _ = rows.read("", &mut take);
    }
    (sign, found)
}

/// The line by which spreadsheets are told what divides the columns.
pub fn is_sep(cells: &Cells) -> bool {
    cells.get(0).get(..4).is_some_and(|sep| sep.eq_ignore_ascii_case("sep=")) && cells.count() <= 2
}

fn look(encoding: Encoding, bytes: &[u8], is_all: bool) -> Result<Sheet, Refused> {
    let (delimiter, rows) = head(encoding, None, bytes, is_all);
    let first = rows.first().ok_or(Refused::NoTable)?;
    // Names of columns are no addresses.
    let has_header = !first.iter().any(|cell| Email::parse(cell).is_some());
    let mut width = first.count();
    while width > 1 && first.get(width - 1).trim().is_empty() && has_header {
        width -= 1;
    }
    if width > MAX_COLUMNS {
        return Err(Refused::Columns);
    }
    // Nothing that a table is made of.
    if first.iter().any(|cell| cell.contains('\0')) || (has_header && width == 1 && rows.len() < 2) {
        return Err(Refused::NoTable);
    }
    let mut header: Vec<String> = vec![];
    for at in 0..width {
        let name: String = match has_header {
            true => first.get(at).split_whitespace().collect::<Vec<_>>().join(" "),
            false => format!("Column {}", at + 1),
        };
        let name: String = name.chars().filter(|c| !c.is_control()).take(COLUMN).collect();
        let name = if name.is_empty() { format!("Column {}", at + 1) } else { name };
        // Two columns of one name are two.
        let mut unique = name.clone();
        let mut n = 2;
        while header.contains(&unique) {
            unique = format!("{name} ({n})");
            n += 1;
        }
        header.push(unique);
    }
    let mut columns = vec![Target::Custom; width];
    if let Some(at) = (0..width).find(|at| Email::parse(first.get(*at)).is_some()) {
        columns[at] = Target::Email;
    }
    Ok(Sheet { delimiter, has_header, header, columns })
}

/// The same for the same set of names, in whatever order.
fn header_key(header: &[String]) -> Vec<u8> {
    let mut names: Vec<_> = header.iter().map(|name| guess::folded(name)).collect();
    names.sort();
    Sha256::digest(names.join("\n")).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rows_say_what_a_file_is() {
        let of = |text: &str| {
            look(Encoding::Utf8, text.as_bytes(), true).map(|sheet| (sheet.delimiter, sheet.has_header, sheet.header))
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            of("\n\nE-Mail; Name ;Name;;\na@example.com;A;B"),
            Ok((b';', true, names(&["E-Mail", "Name", "Name (2)"])))
        );
        assert_eq!(of("sep=|\nE-Mail|Name\na@example.com|A"), Ok((b'|', true, names(&["E-Mail", "Name"]))));
        assert_eq!(of("a@example.com,Ada\n"), Ok((b',', false, names(&["Column 1", "Column 2"]))));
        assert_eq!(of("a@example.com\nb@example.com\n").map(|(_, has, _)| has), Ok(false));
        let wide = |n: usize| of(&(0..n).map(|at| format!("c{at},")).collect::<String>()).map(|sheet| sheet.2.len());
        assert_eq!((wide(200), wide(201)), (Ok(200), Err(Refused::Columns)));
        // Letters of two and three bytes where a line `sep=;` would have its letters.
        for name in ["Imię", "Имя", "名前名", "naïv", "😀"] {
            let names = of(&format!("{name};E-mail\nAda;a@example.com\n")).map(|sheet| sheet.2);
            assert_eq!(names, Ok(vec![name.to_owned(), "E-mail".to_owned()]));
        }
        for nothing in ["", "\n \n", "PK\u{3}\u{4}\0\0"] {
            assert_eq!(of(nothing), Err(Refused::NoTable), "{nothing:?}");
        }
        let key = |names: &[&str]| header_key(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(key(&["E-Mail", "Name"]), key(&["name", "email"]));
        assert_ne!(key(&["E-Mail", "Name"]), key(&["E-Mail"]));
    }
}
