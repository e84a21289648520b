//! Bluesky, a network on the AT Protocol. A post is a record in the account's repository on its PDS (personal data
//! server); its key is chosen by us before the call, so sending it again is safe. Read in this order: `tid` (the key),
//! `facets` (links, mentions and tags of a text), `record` (the post), `problem` (errors).
//! Not a connector yet: the platform has no spec and no line in `registry`, and nothing else uses these parts.
//! Sources: atproto.com, specifications TID, record key, blob, XRPC; lexicons `app.bsky.feed.post`, `app.bsky.embed.*`,
//! `app.bsky.richtext.facet`; reviewed 2026-11-27 and tried on `@atproto/pds` 0.4.217.

pub mod facets;
pub mod problem;
pub mod record;
pub mod tid;
