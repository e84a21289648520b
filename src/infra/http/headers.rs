//! Security headers and the same-origin check for unsafe methods.
