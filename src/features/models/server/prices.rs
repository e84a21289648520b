//! What models cost and how long they answer, as far as it is known. Prices: as they were published when the models came out; they
//! were not compared with the price lists since (openai.com/api/pricing, ai.google.dev/pricing), so sums are estimates. Dates:
//! developers.openai.com/api/docs/deprecations and ai.google.dev/gemini-api/docs/deprecations, read in November 2026.

use crate::connectors::models::Usage;
use crate::domain::platform::Platform;

struct Known {
    model: &'static str,
    /// Millionths of a dollar for a thousand tokens read and written; `None`: not known.
    price: Option<(u64, u64)>,
    /// The last day on which it answers.
    until: Option<(&'static str, &'static str)>,
}

const fn known(model: &'static str, price: Option<(u64, u64)>, until: Option<(&'static str, &'static str)>) -> Known {
    Known { model, price, until }
}

const JANUARY: Option<(&str, &str)> = Some(("14 January 2027", "gpt-6-luna"));
const WINTER: Option<(&str, &str)> = Some(("1 December 2026", "gpt-image-2.5-sunburst"));
const DECEMBER: Option<(&str, &str)> = Some(("11 December 2026", "gpt-5.6-sol"));

/// Longer names first where one begins another.
static KNOWN: &[Known] = &[
    known("gpt-4o-mini", Some((150, 600)), JANUARY),
    known("gpt-4o", Some((2_500, 10_000)), JANUARY),
    known("gpt-4.1-mini", Some((400, 1_600)), JANUARY),
    known("gpt-4.1", Some((2_000, 8_000)), JANUARY),
    known("gpt-5.1", None, Some(("1 April 2027", "gpt-6-luna"))),
    known("gpt-5-mini", Some((250, 2_000)), DECEMBER),
    known("gpt-5-nano", Some((50, 400)), DECEMBER),
    known("gpt-5-pro", None, DECEMBER),
    known("gpt-5", Some((1_250, 10_000)), DECEMBER),
    known("o3", Some((2_000, 8_000)), DECEMBER),
    // Text read, and picture written.
    known("gpt-image-2", Some((5_000, 30_000)), None),
    known("gpt-image-1.5", Some((5_000, 32_000)), WINTER),
    known("gpt-image-1-mini", Some((2_000, 8_000)), WINTER),
    known("gemini-2.5-flash-lite", Some((100, 400)), None),
    known("gemini-2.5-flash", Some((300, 2_500)), Some(("1 December 2026", "gemini-3.8-flash"))),
    known("gemini-2.5-pro", Some((1_250, 10_000)), Some(("1 December 2026", "gemini-3.8-flash"))),
    known("gemini-3.1-flash-lite", None, Some(("7 May 2027", "gemini-3.5-flash-lite"))),
];

/// What a model counts as whose price is not known: more than those that are, so that a cap holds.
const UNKNOWN: (u64, u64) = (10_000, 30_000);

/// A model's entry: by its name, or by the name with a date behind it (`gpt-4o-2024-08-06`).
fn find(model: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| {
        model.strip_prefix(known.model).is_some_and(|rest| {
            rest.is_empty()
                || rest.strip_prefix("-20").is_some_and(|date| date.starts_with(|c: char| c.is_ascii_digit()))
        })
    })
}

/// Millionths of a dollar. A server of the company's own costs nothing that we know of.
pub fn cost(service: Platform, model: &str, usage: Usage) -> u64 {
    if service == Platform::OpenAiCompatible {
        return 0;
    }
    let (read, written) = find(model).and_then(|known| known.price).unwrap_or(UNKNOWN);
    (u64::from(usage.input) * read + u64::from(usage.output) * written).div_ceil(1_000)
}

pub fn is_known(service: Platform, model: &str) -> bool {
    service == Platform::OpenAiCompatible || find(model).is_some_and(|known| known.price.is_some())
}

/// What there is to know of a model; may be empty.
pub fn note(service: Platform, model: &str) -> String {
    let until = find(model).and_then(|known| known.until);
    let until =
        until.map(|(until, next)| format!("{model} answers until {until}; its maker names {next} as the next one."));
    let price =
        (!is_known(service, model)).then(|| format!("The price of {model} is not known here, so it is counted high."));
    [until, price].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Which models answer where nobody chose: the first, and the one that stands in for it.
pub fn usual(service: Platform) -> (&'static str, &'static str) {
    match service {
        Platform::Gemini => ("gemini-3.8-flash", "gemini-3.5-flash"),
        _ => ("gpt-4o", "gpt-6-luna"),
    }
}

/// Which models make pictures where nobody chose; `None`: there is no usual one.
pub fn usual_for_pictures(service: Platform) -> Option<(&'static str, &'static str)> {
    (service == Platform::OpenAi).then_some(("gpt-image-2", "gpt-image-2.5-flare"))
}

/// Tokens that a picture of this size costs in the quality that is asked for, about: 0.053 dollars for a square of 1,024 pixels
/// at gpt-image-2 in April 2026; larger ones in proportion, which is a little more than they cost.
pub fn drawn((width, height): (u32, u32)) -> u32 {
    const SQUARE: u64 = 1_770;
    (u64::from(width) * u64::from(height) * SQUARE).div_ceil(1024 * 1024) as u32
}

/// Tokens of a text, about: four characters of Latin script each, fewer of others.
pub fn tokens(text: &str) -> u32 {
    (text.len() as u32).div_ceil(4)
}

/// Tokens of a picture that is looked at coarsely.
pub const PICTURE: u32 = 85;

/// `$1.24`, `0.6 cents`, `less than 0.1 cents`.
pub fn words(micros: u64) -> String {
    let tenths = micros.div_ceil(1_000);
    match micros {
        0 => "nothing".into(),
        1..1_000 => "less than 0.1 cents".into(),
        1_000..100_000 => format!("{}.{} cents", tenths / 10, tenths % 10),
        _ => {
            let cents = micros.div_ceil(10_000);
            format!("${}.{:02}", cents / 100, cents % 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_reckoned_up() {
        let usage = Usage { input: 1_000, output: 300 };
        assert_eq!(cost(Platform::OpenAi, "gpt-4o", usage), 5_500);
        assert_eq!(cost(Platform::OpenAi, "gpt-4o-2024-08-06", usage), 5_500);
        assert_eq!(cost(Platform::OpenAi, "gpt-4o-mini", usage), 330);
        assert_eq!(cost(Platform::OpenAi, "gpt-9-nova", usage), 19_000, "an unknown price is a high one");
        assert_eq!(cost(Platform::OpenAiCompatible, "llama", usage), 0);
        let square = Usage { input: 100, output: drawn((1024, 1024)) };
        assert_eq!(words(cost(Platform::OpenAi, "gpt-image-2", square)), "5.4 cents");
        assert_eq!(drawn((1024, 1536)), 2_655);
        assert!(note(Platform::OpenAi, "gpt-4o").contains("14 January 2027"));
        assert_eq!(note(Platform::OpenAiCompatible, "llama"), "");
    }

    #[test]
    fn money_reads_as_people_say_it() {
        for (micros, text) in [
            (0, "nothing"),
            (12, "less than 0.1 cents"),
            (5_500, "0.6 cents"),
            (99_000, "9.9 cents"),
            (1_234_567, "$1.24"),
        ] {
            assert_eq!(words(micros), text);
        }
    }
}
