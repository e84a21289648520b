//! The first rows of a file, and what would become of them.

use super::cells::Cells;
use super::merge::{self, Batch};
use super::store::{self, Import};
use super::upload::{HEAD, head};
use crate::domain::error::Result;
use crate::domain::ids::new_id;
use crate::features::contacts::imports::model::{Fate, PREVIEWED, PreviewRow};
use crate::features::media::server::stores::{self, storage_error};
use crate::infra::session::Granted;

/// Characters of a cell that are shown.
const SHOWN: usize = 80;

/// `None`: the file is not there any more.
pub async fn rows(who: &Granted, import: &Import) -> Result<Option<Vec<PreviewRow>>> {
    let Some(place) = stores::find(&who.app, who.company, &import.store).await? else { return Ok(None) };
    let bytes = match place.get_range(&store::key(who.company, import.id), 0..import.bytes.min(HEAD)).await {
        Ok(bytes) => bytes,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(storage_error(&error)),
    };
    let (_, found) = head(import.encoding, Some(import.delimiter), &bytes, import.bytes <= HEAD);
    let rows: Vec<Cells> = found.into_iter().skip(usize::from(import.has_header)).take(PREVIEWED).collect();
    let (id, mut batch) = (new_id(), Batch::default());
    let mut seen: Vec<String> = vec![];
    let mut fates = vec![];
    for cells in &rows {
        fates.push(match import.plan.person(cells) {
            Err(reason) => Err(reason),
            Ok(person) => {
                let key = person.email.key.clone();
                let is_first = !seen.contains(&key);
                if is_first {
                    merge::write(&mut batch.copy, who.company.0, id, &person);
                    batch.people += 1;
                    seen.push(key.clone());
                }
                Ok((key, is_first))
            }
        });
    }
    let (made, changed) = match batch.people {
        0 => (vec![], vec![]),
        _ => merge::try_out(&who.tenant, import, id, &batch).await?,
    };
    let rows = rows.iter().zip(fates).map(|(cells, fate)| PreviewRow {
        row: cells.row,
        cells: (0..import.plan.header.len()).map(|at| cells.get(at).chars().take(SHOWN).collect()).collect(),
        fate: match fate {
            Err(reason) => Fate::Refused(reason),
            Ok((key, true)) if made.contains(&key) => Fate::New,
            Ok((key, true)) if changed.contains(&key) => Fate::Changed,
            Ok(_) => Fate::Same,
        },
    });
    Ok(Some(rows.collect()))
}
