//! Logs with request ids.

tokio::task_local! {
    /// The id of the request that the current task works for.
    pub static REQUEST_ID: String;
}

/// The current request's id, if this task works for one.
pub fn request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}
