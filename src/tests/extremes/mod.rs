//! One person must not be able to stop the server: every server function, REST address and page is asked with values at
//! and beyond every edge, and none may answer with 5xx, take longer than two seconds or need more than 100 MB.
//!
//! What there is to be asked is read from the sources (`inventory`), an example of each argument is made from its type
//! (`examples`), every part of it is replaced by extremes of its kind (`values`), and `walk` sends them to a process of the
//! real program under a memory limit (`program`). `heavy` sends what is dear, and looks whether others are still served.
//!
//! The release build is walked with `LUX_EXTREMES_PROGRAM=target/release/lux` (CONTRIBUTING.md).

mod calendar;
mod examples;
mod heavy;
mod inventory;
mod program;
mod values;
mod walk;
