//! Phone numbers. They are kept as they were written; one that says its country is known in one form (E.164) too.

use phonenumber::Mode;

/// Characters of what is looked at.
const LONGEST: usize = 40;

/// `+4915112345678`; `None` where the number is none, or does not say its country.
pub fn e164(text: &str) -> Option<String> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return None;
    }
    let international = match text.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => text.to_owned(),
    };
    if !international.starts_with('+') {
        return None;
    }
    let number = phonenumber::parse(None, international).ok()?;
    phonenumber::is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_number_has_one_form() {
        for text in ["+49 1512 3456789", "0049 1512/3456789", "+49 (1512) 345-6789"] {
            assert_eq!(e164(text).as_deref(), Some("+4915123456789"), "{text}");
        }
        assert_eq!(e164("+1 415 555 2671").as_deref(), Some("+14155552671"));
        for text in ["", "030 123456", "+", "+1 2", "call me", "+49"] {
            assert_eq!(e164(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_may_be_asked(text in "\\PC{0,50}", number in "\\+[0-9() ./x;=-]{0,39}") {
            e164(&text);
            e164(&number);
        }
    }
}
