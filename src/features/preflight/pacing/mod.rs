//! Guards against what a platform or its readers take amiss: the same content again, more posts than the platform takes,
//! posts on top of each other. They warn and never block.
//! Read `same` (when two texts are one), then `rules`. The SQL around them is in `server/guard`.

pub mod rules;
pub mod same;
