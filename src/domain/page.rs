//! Paging for every list: a page number from 1 and a size, both kept in the URL so that a link reproduces the view.

use serde::{Deserialize, Serialize};

pub const PAGE_SIZE: u32 = 25;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// From 1.
    pub number: u32,
    pub size: u32,
    /// All rows that match, over all pages.
    pub total: u64,
}

impl<T> Page<T> {
    pub fn pages(&self) -> u32 {
        (self.total.div_ceil(u64::from(self.size.max(1)))).max(1) as u32
    }
}
