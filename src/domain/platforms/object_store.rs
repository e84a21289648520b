//! An S3-compatible object store: where pictures and videos lie, in place of the server's folder.

use crate::domain::keys::{Form, Keys, key, open, shaped};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Object store", kind: PlatformKind::Infrastructure, mark: Mark::Letters("S3"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[
        shaped(
            open(
                "endpoint",
                "Endpoint",
                "OBJECT_STORE_ENDPOINT",
                "The store's address, such as https://s3.eu-central-1.amazonaws.com.",
            ),
            Form::Address,
        ),
        open("region", "Region", "OBJECT_STORE_REGION", "If the service has none: auto."),
        open("bucket", "Bucket", "OBJECT_STORE_BUCKET", "Its name alone. Make it at the store first."),
        open("access_key", "Access key", "OBJECT_STORE_ACCESS_KEY", ""),
        key("secret_key", "Secret key", "OBJECT_STORE_SECRET_KEY", ""),
    ],
    help_url: None,
    note: "New pictures and videos go there: AWS S3, Cloudflare R2, MinIO, Google Cloud Storage with HMAC keys. Files from \
           before stay where they are: after a change to another bucket, those in the old one cannot be used until its keys \
           are back.",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
