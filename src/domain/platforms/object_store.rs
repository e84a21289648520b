//! An S3-compatible object store.

use crate::domain::keys::{Form, Keys, key, open, shaped};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Object store", kind: PlatformKind::Infrastructure, mark: Mark::Letters("S3"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[
        shaped(
            open("endpoint", "Endpoint", "OBJECT_STORE_ENDPOINT", "The address of the S3-compatible service."),
            Form::Address,
        ),
        open("region", "Region", "OBJECT_STORE_REGION", "If the service has none: auto."),
        open("bucket", "Bucket", "OBJECT_STORE_BUCKET", ""),
        open("access_key", "Access key", "OBJECT_STORE_ACCESS_KEY", ""),
        key("secret_key", "Secret key", "OBJECT_STORE_SECRET_KEY", ""),
    ],
    help_url: None,
    note: "Any S3-compatible service: AWS, Cloudflare R2, MinIO, Google Cloud Storage with HMAC keys.",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
