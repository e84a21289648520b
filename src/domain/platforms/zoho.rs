//! Zoho CRM.

use crate::domain::keys::{Form, Keys, key, open, shaped};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Zoho", kind: PlatformKind::Crm, mark: Mark::Letters("Zo"), edge: PLAIN_EDGE };

/// The data centres, as the endings of its addresses.
const CENTRES: &[&str] = &["com", "eu", "in", "com.au", "jp", "com.cn", "ca", "sa", "uk", "ae"];

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "Client ID", "ZOHO_CLIENT_ID", "Of a “Server-based Application”."),
        key("client_secret", "Client secret", "ZOHO_CLIENT_SECRET", ""),
        shaped(
            open(
                "data_centre",
                "Data centre",
                "ZOHO_DATA_CENTRE",
                "The ending of your Zoho address: com, eu, in, com.au, jp, com.cn, ca, sa, uk or ae.",
            ),
            Form::OneOf(CENTRES),
        ),
    ],
    help_url: Some("https://api-console.zoho.com/"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
