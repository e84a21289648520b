//! People and sessions as both sides know them, and the rules for what a person may type.

use crate::domain::error::Problem;
use crate::domain::ids::SessionId;
use crate::domain::moment::When;
use serde::{Deserialize, Serialize};

/// Fewest characters of a password (NIST SP 800-63B asks for 8 beside a second factor, more without).
pub const PASSWORD_MIN: usize = 10;
/// Most characters of a password: hashing must not become a way to keep the server busy.
pub const PASSWORD_MAX: usize = 200;
/// Most characters of a person's or company's name.
pub const NAME_MAX: usize = 80;
/// Hours for which a link for a new password works.
pub const RESET_HOURS: i32 = 24;
/// Longest address that SMTP can carry (RFC 5321, 4.5.3.1.3, without the angle brackets).
pub const EMAIL_MAX: usize = 254;

/// The security page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityData {
    pub email: String,
    /// The zone of the times below.
    pub zone: String,
    /// The current one first, then by last use.
    pub sessions: Vec<SessionRow>,
    /// What happened to the account, the latest first.
    pub history: Vec<EventRow>,
}

/// A person's own name and e-mail, to be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    pub email: String,
}

/// Something that happened to the ways in which one signs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    pub at: When,
    /// A sentence.
    pub text: String,
}

/// A link with which a person sets a new password. It is shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetLink {
    pub link: String,
    /// Whose password.
    pub name: String,
}

/// What the holder of such a link sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetView {
    /// Whose password is set.
    pub email: String,
}

/// One browser that is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRow {
    pub id: SessionId,
    /// "Firefox on Linux"
    pub device: String,
    pub ip: String,
    pub signed_in: When,
    /// To the minute.
    pub last_seen: When,
    pub current: bool,
}

/// An e-mail address as it is kept and compared: without surrounding space, in lower case.
pub fn normal_email(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// A name on one line, without surrounding or repeated space.
pub fn normal_name(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether it has the form of an address; whether it exists only mail can tell.
pub fn email_problem(typed: &str) -> Option<Problem> {
    let email = normal_email(typed);
    if email.is_empty() {
        return Some(Problem::error("email", "Enter your e-mail address."));
    }
    let form = email.split_once('@').is_some_and(|(local, domain)| {
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"@<>()[],;:\\\"".contains(c);
        let label = |l: &str| {
            (1..=63).contains(&l.len())
                && l.chars().all(|c| c.is_alphanumeric() || c == '-')
                && !l.starts_with('-')
                && !l.ends_with('-')
        };
        (1..=64).contains(&local.len())
            && local.chars().all(plain)
            && domain.contains('.')
            && domain.split('.').all(label)
    });
    (!form || email.len() > EMAIL_MAX)
        .then(|| Problem::error("email", "This is not an e-mail address. It looks like name@company.example."))
}

/// Whether a new password is acceptable for this e-mail.
pub fn password_problem(field: &str, password: &str, email: &str) -> Option<Problem> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Some(Problem::error(field, format!("Use at least {PASSWORD_MIN} characters; this has {length}.")));
    }
    if length > PASSWORD_MAX {
        return Some(Problem::error(field, format!("Use at most {PASSWORD_MAX} characters; this has {length}.")));
    }
    (normal_email(password) == normal_email(email))
        .then(|| Problem::error(field, "Do not use your e-mail address as the password."))
}

/// Whether it can be the name of a person or company; `whose` begins the sentence ("Your name").
pub fn name_problem(field: &str, typed: &str, whose: &str) -> Option<Problem> {
    let name = normal_name(typed);
    if name.is_empty() {
        return Some(Problem::error(field, format!("{whose} is missing.")));
    }
    if name.chars().any(char::is_control) {
        return Some(Problem::error(field, format!("{whose} contains characters that cannot be shown.")));
    }
    (name.chars().count() > NAME_MAX)
        .then(|| Problem::error(field, format!("{whose} is too long: at most {NAME_MAX} characters.")))
}

/// "Firefox on Linux", from a browser's `User-Agent`. For people to recognise, not for decisions.
pub fn device(user_agent: &str) -> String {
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    // Most browsers name others too: the most particular mark comes first.
    let browser = find(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("HeadlessChrome", "Chrome (automated)"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.into(),
        (None, None) => "Unknown device".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses() {
        let local64 = format!("{}@a.example", "a".repeat(64));
        for good in
            ["maya@northwind.example", " Maya.Castro+news@mail.northwind.example ", "jörg@müller.example", &local64]
        {
            assert_eq!(email_problem(good), None, "{good}");
        }
        let long = format!("{}@a.example", "a".repeat(65));
        for bad in [
            "",
            "maya",
            "maya@",
            "@a.example",
            "a@b",
            "a b@c.example",
            "a@b@c.example",
            "a@-b.example",
            "a@b..example",
            "<a>@b.example",
            &long,
        ] {
            assert!(email_problem(bad).is_some(), "{bad}");
        }
        assert_eq!(normal_email("  Maya@NorthWind.Example "), "maya@northwind.example");
    }

    #[test]
    fn passwords() {
        let check = |p: &str| password_problem("password", p, "maya@northwind.example").map(|p| p.message);
        assert_eq!(check("correct horse"), None);
        assert_eq!(check("ünïcödé-ok"), None);
        assert_eq!(check("ninechars").as_deref(), Some("Use at least 10 characters; this has 9."));
        assert!(check(&"x".repeat(201)).is_some());
        assert!(check("Maya@Northwind.example").is_some());
    }

    #[test]
    fn names() {
        assert_eq!(name_problem("name", " Maya\u{a0} Castro ", "Your name"), None);
        assert_eq!(normal_name("  Maya \n Castro "), "Maya Castro");
        assert_eq!(name_problem("name", "  ", "Your name").unwrap().message, "Your name is missing.");
        assert!(name_problem("name", "a\u{7}b", "Your name").is_some());
        assert!(name_problem("name", &"é".repeat(81), "Your name").is_some());
    }

    #[test]
    fn devices() {
        let cases = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            ("curl/8.5.0", "curl"),
            ("", "Unknown device"),
        ];
        for (user_agent, expected) in cases {
            assert_eq!(device(user_agent), expected);
        }
    }

    proptest! {
        #[test]
        fn a_good_address_stays_good(typed in "\\PC{0,40}@\\PC{0,40}") {
            if email_problem(&typed).is_none() {
                let kept = normal_email(&typed);
                prop_assert_eq!(email_problem(&kept), None);
                prop_assert_eq!(normal_email(&kept), kept);
            }
        }
    }
}
