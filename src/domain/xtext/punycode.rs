//! The length of a domain label in Punycode (RFC 3492), for the DNS limit of 63 characters. Only the length is needed.

/// The length of `label` as it travels: itself if it is printable ASCII, else `xn--` and its code. `None` if that is
/// longer than `limit`.
pub(super) fn length(label: &[char], limit: usize) -> Option<usize> {
    // Every character costs at least one.
    if label.len() > limit {
        return None;
    }
    if label.iter().all(|c| (' '..='~').contains(c)) {
        return Some(label.len());
    }
    Some("xn--".len() + code_length(label)).filter(|length| *length <= limit)
}

fn code_length(label: &[char]) -> usize {
    let basic = label.iter().filter(|c| c.is_ascii()).count();
    let mut length = basic + usize::from(basic > 0);
    let (mut least, mut delta, mut bias, mut handled) = (128_u64, 0_u64, 72_u64, basic as u64);
    while let Some(next) = label.iter().map(|c| u64::from(u32::from(*c))).filter(|c| *c >= least).min() {
        delta += (next - least) * (handled + 1);
        least = next;
        for c in label.iter().map(|c| u64::from(u32::from(*c))) {
            if c < least {
                delta += 1;
            }
            if c == least {
                length += digits(delta, bias);
                bias = adapt(delta, handled + 1, handled == basic as u64);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        least += 1;
    }
    length
}

/// How many digits the variable-length integer takes.
fn digits(mut delta: u64, bias: u64) -> usize {
    let mut count = 1;
    let mut k = 36_u64;
    loop {
        let threshold = if k <= bias { 1 } else { (k - bias).min(26) };
        if delta < threshold {
            return count;
        }
        delta = (delta - threshold) / (36 - threshold);
        count += 1;
        k += 36;
    }
}

fn adapt(delta: u64, points: u64, first: bool) -> u64 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_known_codes() {
        let samples = [
            ("example", "example"),
            ("bücher", "xn--bcher-kva"),
            ("☃", "xn--n3h"),
            ("日本語", "xn--wgv71a119e"),
            ("пример", "xn--e1afmkfd"),
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
            ("3年B組金八先生", "xn--3B-ww4c5e180e575a65lsy2b"),
            ("президент", "xn--d1abbgf6aiiy"),
        ];
        for (label, code) in samples {
            assert_eq!(length(&label.chars().collect::<Vec<_>>(), 63), Some(code.len()), "{label}");
        }
    }

    #[test]
    fn too_long_is_none() {
        assert_eq!(length(&['a'; 63], 63), Some(63));
        assert_eq!(length(&['a'; 64], 63), None);
        assert_eq!(length(&['あ'; 64], 63), None);
        assert_eq!(length(&[], 63), Some(0));
    }
}
