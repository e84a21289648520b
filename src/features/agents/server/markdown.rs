//! A document's Markdown as elements. Raw HTML and pictures are left out, a link leads only to a page of this server; one that leads
//! elsewhere stands in the text in full and is no link.

use crate::domain::local_path::is_page;
use crate::features::agents::model::{Block, Span};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Most elements of a document.
const MOST: usize = 5_000;

pub fn read(markdown: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES).take(MOST * 20) {
        if reader.blocks.len() >= MOST {
            break;
        }
        reader.take(event);
    }
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    spans: Vec<Span>,
    items: Vec<Vec<Span>>,
    rows: Vec<Vec<Vec<Span>>>,
    cells: Vec<Vec<Span>>,
    strong: bool,
    href: Option<String>,
    /// Where a link leads that is none here.
    elsewhere: Option<String>,
    in_list: bool,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) => self.say(&text),
            Event::SoftBreak | Event::HardBreak => self.say(" "),
            // Markup of others is left out.
            _ => {}
        }
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Strong => self.strong = true,
            Tag::Link { dest_url, .. } => {
                let local = dest_url.starts_with('/') && is_page(dest_url);
                self.href = local.then(|| dest_url.to_string());
                self.elsewhere = (!local).then(|| dest_url.to_string());
            }
            Tag::List(_) => self.in_list = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.strong = false,
            TagEnd::Link => {
                self.href = None;
                if let Some(address) = self.elsewhere.take() {
                    self.say(&format!(" ({address})"));
                }
            }
            TagEnd::Heading(level) => {
                let spans = std::mem::take(&mut self.spans);
                self.blocks.push(Block::Heading(level as u8, spans));
            }
            TagEnd::Paragraph if !self.in_list => {
                let spans = std::mem::take(&mut self.spans);
                if !spans.is_empty() {
                    self.blocks.push(Block::Text(spans));
                }
            }
            TagEnd::Item => self.items.push(std::mem::take(&mut self.spans)),
            TagEnd::List(_) => {
                self.in_list = false;
                self.blocks.push(Block::List(std::mem::take(&mut self.items)));
            }
            TagEnd::TableCell => self.cells.push(std::mem::take(&mut self.spans)),
            TagEnd::TableHead | TagEnd::TableRow => self.rows.push(std::mem::take(&mut self.cells)),
            TagEnd::Table => self.blocks.push(Block::Table(std::mem::take(&mut self.rows))),
            _ => {}
        }
    }

    fn say(&mut self, text: &str) {
        // Adjacent pieces of one kind are one piece.
        if let Some(last) = self.spans.last_mut()
            && last.strong == self.strong
            && last.href == self.href
        {
            last.text.push_str(text);
            return;
        }
        self.spans.push(Span { text: text.to_owned(), strong: self.strong, href: self.href.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_documents_need_is_read() {
        let text = "# Week\n\n**3** posts <script>alert(1)</script> [all](/posts) [x](https://evil.example/?q=1) ![p](https://evil.example/p)\n\n\
                    - a\n- b\n\n| A | B |\n| --- | --- |\n| 1 | \\<b\\> |\n";
        let blocks = read(text);
        assert!(matches!(&blocks[0], Block::Heading(1, _)));
        let Block::Text(spans) = &blocks[1] else { panic!("{blocks:?}") };
        assert!(spans[0].strong && spans.iter().any(|s| s.href.as_deref() == Some("/posts")));
        let words: String = spans.iter().map(|s| s.text.as_str()).collect();
        assert!(words.contains("x (https://evil.example/?q=1)") && !words.contains("<script>"), "{words}");
        assert!(spans.iter().all(|s| s.href.is_none() || s.href.as_deref() == Some("/posts")));
        assert!(matches!(&blocks[2], Block::List(items) if items.len() == 2));
        let Block::Table(rows) = &blocks[3] else { panic!("{blocks:?}") };
        assert_eq!((rows.len(), rows[1][1][0].text.as_str()), (2, "<b>"));
    }
}
