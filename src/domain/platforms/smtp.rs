//! A mail server.

use crate::domain::keys::{Form, Keys, key, open, optional, shaped};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "SMTP server", kind: PlatformKind::Infrastructure, mark: Mark::Letters("@"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[
        open("host", "Server", "SMTP_HOST", "For example smtp.example.com."),
        shaped(open("port", "Port", "SMTP_PORT", "Usually 587 or 465."), Form::Port),
        optional(open("username", "User name", "SMTP_USERNAME", "")),
        optional(key("password", "Password", "SMTP_PASSWORD", "")),
        open("from", "Sender", "SMTP_FROM", "For example Northwind <hello@example.com>."),
    ],
    help_url: None,
    note: "Your mail provider's help names the server, the port and how to get a password for programs.",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
