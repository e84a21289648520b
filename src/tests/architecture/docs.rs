//! The table of features in docs/ARCHITECTURE.md, between two comments that no reader sees.

const BEGIN: &str = "<!-- rooms:begin -->\n";
const END: &str = "\n<!-- rooms:end -->";

/// What is wrong with the document, if anything: it must show exactly this table.
pub fn compare(document: &str, table: &str) -> Result<(), String> {
    let (_, written, _) = parts(document)?;
    if written == table {
        return Ok(());
    }
    Err(format!("the document shows another table; LUX_WRITE_DOCS=1 writes this one:\n{table}"))
}

/// The document with this table in it.
pub fn replace(document: &str, table: &str) -> Result<String, String> {
    let (before, _, after) = parts(document)?;
    Ok([before, BEGIN, table, END, after].concat())
}

fn parts(document: &str) -> Result<(&str, &str, &str), String> {
    let (before, rest) = document.split_once(BEGIN).ok_or_else(|| format!("there is no line {BEGIN}"))?;
    // An empty place, in which the end follows at once, is filled like any other.
    let (written, after) = match rest.strip_prefix(END.trim_start()) {
        Some(after) => ("", after),
        None => rest.split_once(END).ok_or_else(|| format!("there is no line {END}"))?,
    };
    Ok((before, written, after))
}
