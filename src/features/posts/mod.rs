//! Posts: content with a default text, media and per-connection variants. Read `model`, `calls`, then `server/service`.

pub mod model;
