//! The brand voice of a company: reading, checking and keeping it.

use crate::domain::error::{AppError, Problem, Result};
use crate::domain::moment::When;
use crate::features::brand_voice::model::{
    BETWEEN, BrandVoice, MAX_EXAMPLE, MAX_EXAMPLES, MAX_SAID, MAX_WORD, MAX_WORDS, VoiceBoard,
};
use crate::features::models::server::door;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::zone;
use std::collections::HashSet;

/// How the company sounds; empty where nobody said it.
pub async fn of(tenant: &Tenant) -> Result<BrandVoice> {
    let row = sqlx::query!(
        "select about, tone, audience, words, examples from brand_voices where company_id = $1",
        tenant.company.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(row.map_or_else(BrandVoice::default, |row| BrandVoice {
        about: row.about,
        tone: row.tone,
        audience: row.audience,
        words: row.words,
        examples: row.examples,
    }))
}

pub async fn board(who: &Granted) -> Result<VoiceBoard> {
    let row = sqlx::query!(
        "select v.changed_at, v.learnt, u.name as \"by?\", c.zone
         from companies c
         left join brand_voices v on v.company_id = c.id
         left join users u on u.id = v.changed_by
         where c.id = $1",
        who.tenant.company.0
    )
    .fetch_one(&who.tenant.db)
    .await?;
    let clock = zone::of(&row.zone);
    let changed = row.changed_at.map(|at| (row.by, When { at: at.into(), local: zone::local(clock, at) }));
    // Of a version that wrote it otherwise: nothing that could be shown.
    let learnt = row.learnt.and_then(|learnt| serde_json::from_value(learnt).ok());
    let door = door::find(who).await?;
    let (has_model, stand_in) = (door.is_some(), door.is_some_and(|door| door.is_stand_in(who)));
    Ok(VoiceBoard { kept: of(&who.tenant).await?, changed, learnt, has_model, stand_in })
}

/// Keeps what the fields say, in the order of [`BrandVoice::fields`].
pub async fn save(who: &Granted, fields: [&str; 5]) -> Result<()> {
    let voice = read(fields)?;
    sqlx::query!(
        "insert into brand_voices (company_id, id, about, tone, audience, words, examples, changed_by, changed_at)
         values ($1, $1, $2, $3, $4, $5, $6, $7, now())
         on conflict (company_id, id) do update set
           about = excluded.about, tone = excluded.tone, audience = excluded.audience, words = excluded.words,
           examples = excluded.examples, changed_by = excluded.changed_by, changed_at = excluded.changed_at,
           learnt = null, learnt_at = null",
        who.tenant.company.0,
        voice.about,
        voice.tone,
        voice.audience,
        &voice.words,
        &voice.examples,
        who.user.0
    )
    .execute(&who.tenant.db)
    .await?;
    Ok(())
}

/// What was learnt, until somebody keeps or discards it.
pub async fn propose(who: &Granted, learnt: &BrandVoice) -> Result<()> {
    let json = serde_json::to_value(learnt).map_err(|_| AppError::bug(None))?;
    sqlx::query!(
        "insert into brand_voices (company_id, id, learnt, learnt_at) values ($1, $1, $2, now())
         on conflict (company_id, id) do update set learnt = excluded.learnt, learnt_at = excluded.learnt_at",
        who.tenant.company.0,
        json
    )
    .execute(&who.tenant.db)
    .await?;
    Ok(())
}

pub async fn discard(who: &Granted) -> Result<()> {
    sqlx::query!("update brand_voices set learnt = null, learnt_at = null where company_id = $1", who.tenant.company.0)
        .execute(&who.tenant.db)
        .await?;
    Ok(())
}

/// What was typed, checked; an error names the field.
fn read([about, tone, audience, words, examples]: [&str; 5]) -> Result<BrandVoice> {
    let mut problems = vec![];
    for (field, text) in [("about", about), ("tone", tone), ("audience", audience)] {
        if text.trim().chars().count() > MAX_SAID {
            problems.push(Problem::error(field, format!("Shorten this: at most {MAX_SAID} characters.")));
        }
    }
    let voice = BrandVoice {
        about: about.trim().to_owned(),
        tone: tone.trim().to_owned(),
        audience: audience.trim().to_owned(),
        words: listed(words.split([',', '\n', ';'])),
        examples: listed(examples.replace('\r', "").split(&format!("\n{BETWEEN}\n"))),
    };
    if voice.words.len() > MAX_WORDS {
        problems.push(Problem::error("words", format!("Keep at most {MAX_WORDS} words.")));
    }
    if let Some(long) = voice.words.iter().find(|word| word.chars().count() > MAX_WORD) {
        let begin: String = long.chars().take(20).collect();
        problems.push(Problem::error(
            "words",
            format!("“{begin}…” is too long: at most {MAX_WORD} characters each, with commas between them."),
        ));
    }
    if voice.examples.len() > MAX_EXAMPLES {
        problems.push(Problem::error("examples", format!("Keep at most {MAX_EXAMPLES} examples.")));
    }
    if voice.examples.iter().any(|text| text.chars().count() > MAX_EXAMPLE) {
        problems.push(Problem::error(
            "examples",
            format!("An example has at most {MAX_EXAMPLE} characters. Put a line of three dashes ({BETWEEN}) between two examples."),
        ));
    }
    if problems.is_empty() { Ok(voice) } else { Err(AppError::problems(problems)) }
}

/// Each entry once, without those that are empty.
fn listed<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut known = HashSet::new();
    parts.map(str::trim).filter(|part| !part.is_empty() && known.insert(*part)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_kept() {
        let voice =
            read([" Coffee ", "", "Neighbours", "slow, fresh,slow,\n,crema", "One.\r\n---\r\nTwo."]).expect("it fits");
        assert_eq!((voice.about.as_str(), voice.words.join("|").as_str()), ("Coffee", "slow|fresh|crema"));
        assert_eq!(voice.examples, ["One.", "Two."]);
        let fields = voice.fields();
        let again = read([&fields[0], &fields[1], &fields[2], &fields[3], &fields[4]]).expect("it fits");
        assert_eq!(again, voice);
        let long = "x".repeat(2_000);
        let refused = read([&long, "", "", &long, &long]).expect_err("too long");
        assert_eq!(
            refused.problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(),
            ["about", "words", "examples"]
        );
    }
}
