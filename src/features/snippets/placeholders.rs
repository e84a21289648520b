//! The placeholders of a template: `{{product}}`. A name has letters, digits, spaces, `-` and `_`; what stands in braces and is no
//! name stays as it is.

/// Placeholders of one template that are asked for.
pub const MOST: usize = 20;
/// Longest name, in characters.
const MAX_NAME: usize = 40;

/// The text cut into what stands outside of placeholders (`Err`) and their names (`Ok`).
fn pieces(text: &str) -> Vec<Result<&str, &str>> {
    let mut pieces = vec![];
    let (mut begin, mut at) = (0, 0);
    while let Some(open) = text[at..].find("{{").map(|found| at + found) {
        let inner = open + 2;
        let name = text[inner..].find("}}").map(|end| &text[inner..inner + end]).filter(|name| is_name(name));
        match name {
            Some(name) => {
                pieces.push(Err(&text[begin..open]));
                pieces.push(Ok(name.trim()));
                at = inner + name.len() + 2;
                begin = at;
            }
            // The second brace may begin one.
            None => at = open + 1,
        }
    }
    pieces.push(Err(&text[begin..]));
    pieces
}

fn is_name(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty()
        && name.chars().count() <= MAX_NAME
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
}

/// The names in the order in which they first stand there, each once.
pub fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = vec![];
    for name in pieces(text).into_iter().flatten() {
        if names.len() < MOST && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The text with values in the place of names. A name without a value stays; what a value holds is never read as a placeholder.
pub fn fill(text: &str, values: &[(String, String)]) -> String {
    let value = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let piece = |piece| match piece {
        Err(plain) => String::from(plain),
        Ok(name) => value(name).unwrap_or_else(|| format!("{{{{{name}}}}}")),
    };
    pieces(text).into_iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| (String::from(*name), String::from(*value))).collect()
    }

    #[test]
    fn names_are_found_and_filled() {
        let text = "New: {{product}} for {{ price }} until {{date}}. {{product}}!";
        assert_eq!(names(text), ["product", "price", "date"]);
        let filled = fill(text, &values(&[("product", "{{price}}"), ("price", "9 €")]));
        assert_eq!(filled, "New: {{price}} for 9 € until {{date}}. {{price}}!");
    }

    #[test]
    fn what_is_no_name_stays() {
        for text in ["{{}}", "{{ }}", "{{a.b}}", "{{a", "a}}", "{a}", "{{a\nb}}", "{{{", "é{{", "{{<b>}}"] {
            assert!(names(text).is_empty(), "{text}");
            assert_eq!(fill(text, &values(&[("a", "x")])), text);
        }
        assert_eq!(fill("{{{a}}}", &values(&[("a", "x")])), "{x}");
        assert_eq!(names("{{größe}}"), ["größe"]);
        let many: String = (0..99).map(|n| format!("{{{{n{n}}}}}")).collect();
        assert_eq!(names(&many).len(), MOST);
    }

    proptest! {
        #[test]
        fn without_values_nothing_is_lost(text in "[{}a-c ]{0,40}") {
            let squeezed = |text: &str| text.replace(' ', "");
            prop_assert_eq!(squeezed(&fill(&text, &[])), squeezed(&text));
        }
    }
}
