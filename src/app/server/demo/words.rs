//! The kept words of the demo company: a template, a signature, hashtags and answers to comments. No ready texts for posts: the
//! agents would propose those, and the demo's proposals come from its own posts.

use crate::domain::error::Result;
use crate::features::snippets::model::SnippetKind::{self, Hashtags, Reply, Signature, Template};
use crate::features::snippets::server::service::{self, Draft};
use crate::infra::session::Granted;

/// Kind, name, folder, tags, text.
const KEPT: [(SnippetKind, &str, &str, &str, &str); 5] = [
    (
        Template,
        "A new roast",
        "Coffee",
        "roast",
        "{{coffee}} is out of the drum. {{notes}}. By the bag at the counter from Tuesday, and on its way to subscribers.",
    ),
    (
        Signature,
        "Opening hours",
        "Shop",
        "",
        "Northwind Roasters, Lisbon. We open at 8 and close when the bread is gone.",
    ),
    (Hashtags, "Lisbon coffee", "Coffee", "", "#specialtycoffee #lisboncoffee #smallbatch"),
    (Reply, "Thank you", "Answers", "", "Thank you, {{name}}. That goes on the board by the roaster."),
    (
        Reply,
        "A bag that was lost",
        "Answers",
        "complaint",
        "Sorry, {{name}}. Send us the number of your order, and another bag goes out today.",
    ),
];

pub async fn keep(who: &Granted) -> Result<()> {
    for (kind, name, folder, tags, text) in KEPT {
        service::save(who, None, Draft { kind, name, folder, tags, text }).await?;
    }
    Ok(())
}
