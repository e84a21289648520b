//! The SSRF guard for every address that a user supplies.
