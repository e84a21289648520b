//! The boards of an account: the same three for each, told apart by the account's id. The first one has two sections.

use super::{error, page, paging};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse};
use crate::sandbox::world::{AccessToken, Account};
use serde_json::{Value, json};

const NAMES: [(&str, &str); 3] = [("Coffee at home", "PUBLIC"), ("Behind the roastery", "PUBLIC"), ("Plans", "SECRET")];

const SECTIONS: [&str; 2] = ["Espresso", "Filter"];

pub(super) struct Board {
    pub id: String,
    name: &'static str,
    privacy: &'static str,
}

impl Board {
    /// Id and name of each of its sections.
    pub fn sections(&self) -> Vec<(String, &'static str)> {
        let names = if self.name == NAMES[0].0 { &SECTIONS[..] } else { &[] };
        names.iter().enumerate().map(|(n, name)| (format!("{}{n}", self.id), *name)).collect()
    }

    /// Refuses what is no section of it.
    pub fn section(&self, id: &str) -> Result<(), ErrorResponse> {
        let known = self.sections().iter().any(|(section, _)| section == id);
        if known { Ok(()) } else { Err(error(404, 2031, "Board section not found.")) }
    }

    pub fn shown(&self, me: &Account) -> Value {
        json!({ "id": self.id, "name": self.name, "privacy": self.privacy, "description": "",
            "owner": { "username": me.handle } })
    }
}

pub(super) fn of(me: &Account) -> Vec<Board> {
    let board = |(n, (name, privacy))| Board { id: format!("{}{n}", me.id), name, privacy };
    NAMES.into_iter().enumerate().map(board).collect()
}

fn may_see(token: &AccessToken, board: &Board) -> bool {
    board.privacy != "SECRET" || token.scopes.iter().any(|scope| scope == "boards:read_secret")
}

/// A board that this access may see.
pub(super) fn visible(me: &Account, token: &AccessToken, id: &str) -> Result<Board, ErrorResponse> {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(super::invalid(&format!("'{id}' does not match '^\\\\d+$'")));
    }
    let found = of(me).into_iter().find(|board| board.id == id && may_see(token, board));
    found.ok_or_else(|| error(404, 40, "Board not found."))
}

/// `GET /v5/boards/{id}/sections`
pub(super) fn sections(request: &PlatformRequest, board: &Board) -> PlatformResponse {
    let all = board.sections().into_iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
    page(all, paging(request)?)
}

/// `GET /v5/boards`
pub(super) fn list(request: &PlatformRequest, me: &Account, token: &AccessToken) -> PlatformResponse {
    let paging = paging(request)?;
    page(of(me).iter().filter(|board| may_see(token, board)).map(|board| board.shown(me)).collect(), paging)
}
