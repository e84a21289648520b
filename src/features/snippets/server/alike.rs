//! Snippets that a search with one typing error in a word means: one character wrong, missing, too many, or two in the wrong order.
//! The index of characters answers it: what stands before the error and what stands behind it are both in the text.

use super::store::{self, Row};
use crate::domain::error::Result;
use crate::domain::page::PAGE_SIZE;
use crate::features::snippets::model::SnippetQuery;
use crate::infra::database::Tenant;
use std::collections::BTreeSet;

/// A shorter word says too little around an error.
const SHORTEST: usize = 6;
/// A longer word is left as it is, and so are all words behind so many.
const LONGEST: usize = 24;
const WORDS: usize = 6;

/// The last changed first; none where the search has no word of [`SHORTEST`] characters.
pub async fn rows(tenant: &Tenant, query: &SnippetQuery) -> Result<Vec<Row>> {
    let typed = words(&query.search);
    let parts: BTreeSet<(String, String)> = typed
        .iter()
        .take(WORDS)
        .filter(|word| (SHORTEST..=LONGEST).contains(&word.len()))
        .flat_map(|word| (0..word.len()).map(move |at| (&word[..at], &word[(at + 2).min(word.len())..])))
        // Where either part is too short for the index, the other one must say enough.
        .filter(|(before, behind)| before.len().saturating_sub(2) + behind.len().saturating_sub(2) >= 2)
        .map(|(before, behind)| (before.iter().collect(), behind.iter().collect()))
        .collect();
    if parts.is_empty() {
        return Ok(vec![]);
    }
    let (before, behind): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
    let found = store::around(tenant, query, &before, &behind).await?;
    let ids: Vec<_> = found
        .into_iter()
        .filter(|row| is_alike(&row.words, &typed))
        .map(|row| row.id)
        .take(PAGE_SIZE as usize)
        .collect();
    store::these(tenant, &ids).await
}

/// In lower case.
fn words(text: &str) -> Vec<Vec<char>> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().flat_map(char::to_lowercase).collect()).collect()
}

/// Whether the text has each word that was typed, or one that differs by one error.
fn is_alike(text: &str, typed: &[Vec<char>]) -> bool {
    let has: BTreeSet<Vec<char>> = words(text).into_iter().collect();
    typed.iter().all(|word| {
        has.iter().any(|other| {
            other.starts_with(word) || ((SHORTEST..=LONGEST).contains(&word.len()) && has_one_error(word, other))
        })
    })
}

fn has_one_error(typed: &[char], word: &[char]) -> bool {
    let same = typed.iter().zip(word).take_while(|(a, b)| a == b).count();
    match (&typed[same..], &word[same..]) {
        ([], []) => true,
        ([_, rest @ ..], []) => rest.is_empty(),
        ([], [_, rest @ ..]) => rest.is_empty(),
        (a, b) => {
            let swapped = a.len() == b.len() && a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
            a[1..] == b[1..] || a[1..] == *b || *a == b[1..] || swapped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_in_a_word_is_forgiven() {
        let text = "Opening hours: our roastery in Köln-Ehrenfeld, #springsale";
        for typed in ["openning", "hours opnening", "rostery", "roasteri", "rpastery", "ehrenfled", "köln springsales"]
        {
            assert!(is_alike(text, &words(typed)), "{typed}");
        }
        for typed in ["oppenning", "huors", "roastery berlin", "rstery", "opening winter"] {
            assert!(!is_alike(text, &words(typed)), "{typed}");
        }
    }
}
