//! Contacts that other programs send. Read in this order: `rest` (the address), `receive` (one request from its body to its
//! answer), `node` (bodies as trees), `words` and `fields` (from a tree to a person), `keys` (who may send), `together` (what
//! several requests send at one moment), `items` (what came in, and sending it again), `page`.

pub mod fields;
pub mod items;
pub mod keys;
pub mod node;
pub mod page;
pub mod receive;
pub mod rest;
#[cfg(test)]
mod shapes;
mod together;
mod words;
