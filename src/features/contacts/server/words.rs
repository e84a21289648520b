//! What contacts are found by, worked out here for those who come many at a time: the same numbers as the database's `contact_keys`
//! (migration 0180), in a hundredth of the time. Texts are folded to lower case by the database wherever they are not plain ASCII, so
//! that both sides fold alike whatever its language is.

use super::capture::Capture;
use crate::domain::error::Result;
use crate::infra::database::Tenant;
use sqlx::PgConnection;
use std::fmt::Write;
use std::sync::OnceLock;
use uuid::Uuid;

/// The words of somebody who comes in, as `contact_words` of the database joins them.
pub fn of(person: &Capture, name: &str, phone_e164: Option<&str>) -> String {
    let (email, phone, company) = (&person.email.typed, &person.phone, &person.company_name);
    format!("{name} {email} {phone} {} {company}", phone_e164.unwrap_or_default())
}

/// The numbers of words that are plain ASCII, as Postgres writes an array; empty: the database works them out.
pub async fn plain_keys(db: &mut PgConnection, company: Uuid, words: &[String]) -> Result<Vec<String>> {
    // One program has one database.
    static PLAIN: OnceLock<bool> = OnceLock::new();
    let plain = match PLAIN.get() {
        Some(plain) => *plain,
        None => {
            let plain = sqlx::query_scalar!(
                r#"select lower('ABCDEFGHIJKLMNOPQRSTUVWXYZ') = 'abcdefghijklmnopqrstuvwxyz' as "plain!""#
            );
            let plain = plain.fetch_one(db).await?;
            *PLAIN.get_or_init(|| plain)
        }
    };
    let one = |text: &String| {
        let mut array = String::new();
        if plain && text.is_ascii() {
            array.push('{');
            for (n, key) in keys(company, &text.to_ascii_lowercase()).into_iter().enumerate() {
                let _ = write!(array, "{}{key}", if n == 0 { "" } else { "," });
            }
            array.push('}');
        }
        array
    };
    Ok(words.iter().map(one).collect())
}

/// These words in lower case, in their order; `None`: the database works out their numbers, as it folds plain letters in its own way.
pub async fn lowered(tenant: &Tenant, words: Vec<String>) -> Result<Vec<Option<String>>> {
    let others: Vec<String> = words.iter().filter(|text| !text.is_ascii()).cloned().collect();
    let row = sqlx::query!(
        r#"select lower('ABCDEFGHIJKLMNOPQRSTUVWXYZ') = 'abcdefghijklmnopqrstuvwxyz' as "plain!",
                  array(select lower(w.text) from unnest($1::text[]) with ordinality as w (text, n) order by w.n) as "lowered!: Vec<String>""#,
        &others
    );
    let row = row.fetch_one(&tenant.db).await?;
    let mut lowered = row.lowered.into_iter();
    let one = |text: String| match text.is_ascii() {
        true => row.plain.then(|| text.to_ascii_lowercase()),
        false => lowered.next(),
    };
    Ok(words.into_iter().map(one).collect())
}

/// Every three characters that stand together, as numbers; each once.
pub fn keys(company: Uuid, lowered: &str) -> Vec<i32> {
    let [.., a, b, c, d] = *company.as_bytes();
    let seed = i64::from(u32::from_be_bytes([a, b, c, d]));
    let codes: Vec<i64> = lowered.chars().map(|c| i64::from(u32::from(c))).collect();
    let key = |three: &[i64]| {
        let number = ((three[0] * 1_000_003 + three[1]) * 1_000_003 + three[2]) % 4_294_967_291;
        ((number ^ seed) - 2_147_483_648) as i32
    };
    let mut keys: Vec<i32> = codes.windows(3).map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_database() {
        let company = |last: u128| Uuid::from_u128(0x0199_9999_0000_7000_8000_0000_0000_0000 | last);
        assert_eq!(keys(Uuid::from_u128(0xc1), "abcd"), [270_838_949, 991_217_867]);
        assert_eq!(keys(Uuid::from_u128(0xc1), "ab"), [0_i32; 0]);
        // Signs beyond the first plane, and a company whose last bytes have every bit.
        assert_eq!(
            keys(company(0xffff_fff1), "zoë müller 😀"),
            [
                -1_655_985_565,
                -1_648_985_541,
                -1_546_808_263,
                -1_078_607_186,
                -856_654_224,
                -647_199_276,
                -159_191_610,
                -149_617_158,
                381_150_525,
                1_878_297_534,
            ]
        );
    }
}
