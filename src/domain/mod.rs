//! The small vocabulary that every room shares, on both targets: no clock (but for the year, in `moment`), no network, no database.
//! Read in this order: `ids`, `moment`, `error`, `permission`, `platform` (what a platform's spec is made of), `platforms`
//! (the platforms), `keys`, `pace`, `account`, `post`, `recent`, `options`, `limits`, `delivery`, `connection`, `frame`, `xtext`,
//! `entities`, `page`, `page_company`, `local_path`, `written`, `utm`,
//! `marks`, `authenticity`, `facts`.

pub mod account;
pub mod authenticity;
pub mod bounds;
pub mod connection;
pub mod delivery;
pub mod entities;
pub mod error;
pub mod facts;
pub mod frame;
pub mod ids;
pub mod incident;
pub mod keys;
pub mod limits;
pub mod local_path;
pub mod marks;
pub mod moment;
pub mod options;
pub mod pace;
pub mod page;
pub mod page_company;
pub mod permission;
pub mod platform;
pub mod platforms;
pub mod post;
pub mod recent;
pub mod utm;
pub mod written;
pub mod xtext;
