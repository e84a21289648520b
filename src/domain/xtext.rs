//! Text length as X counts it: twitter-text v3 weights, URLs, emoji.
