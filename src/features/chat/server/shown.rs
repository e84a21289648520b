//! What an answer's context has shown, by short references: `p1` a post, `a1` an account, `e1` an error, `m1` a picture, `c1` a contact, `d1` a
//! document. A model never sees an id, and what it names counts only when it was shown here.

use crate::domain::ids::{AssetId, ConnectionId, ContactId, DocumentId, ErrorId, PostId};

#[derive(Debug, Default)]
pub struct Shown {
    posts: Vec<PostId>,
    accounts: Vec<ConnectionId>,
    errors: Vec<ErrorId>,
    media: Vec<AssetId>,
    contacts: Vec<ContactId>,
    documents: Vec<DocumentId>,
}

/// The reference of this thing; the same one when it was shown before.
fn note<T: PartialEq>(all: &mut Vec<T>, letter: char, id: T) -> String {
    let at = all.iter().position(|known| *known == id).unwrap_or_else(|| {
        all.push(id);
        all.len() - 1
    });
    format!("{letter}{}", at + 1)
}

fn find<T: Copy>(all: &[T], letter: char, name: &str) -> Option<T> {
    let at: usize = name.trim().strip_prefix(letter)?.parse().ok()?;
    all.get(at.checked_sub(1)?).copied()
}

impl Shown {
    pub fn post(&mut self, id: PostId) -> String {
        note(&mut self.posts, 'p', id)
    }

    pub fn account(&mut self, id: ConnectionId) -> String {
        note(&mut self.accounts, 'a', id)
    }

    pub fn error(&mut self, id: ErrorId) -> String {
        note(&mut self.errors, 'e', id)
    }

    pub fn picture(&mut self, id: AssetId) -> String {
        note(&mut self.media, 'm', id)
    }

    pub fn contact(&mut self, id: ContactId) -> String {
        note(&mut self.contacts, 'c', id)
    }

    pub fn document(&mut self, id: DocumentId) -> String {
        note(&mut self.documents, 'd', id)
    }

    pub fn find_document(&self, name: &str) -> Option<DocumentId> {
        find(&self.documents, 'd', name)
    }

    pub fn find_post(&self, name: &str) -> Option<PostId> {
        find(&self.posts, 'p', name)
    }

    pub fn find_account(&self, name: &str) -> Option<ConnectionId> {
        find(&self.accounts, 'a', name)
    }

    pub fn find_error(&self, name: &str) -> Option<ErrorId> {
        find(&self.errors, 'e', name)
    }

    pub fn find_picture(&self, name: &str) -> Option<AssetId> {
        find(&self.media, 'm', name)
    }

    /// The page of what a reference names.
    fn page(&self, name: &str) -> Option<String> {
        if let Some(id) = self.find_post(name) {
            return Some(format!("/posts/{id}"));
        }
        if let Some(id) = self.find_error(name) {
            return Some(format!("/diagnostics/{id}"));
        }
        if let Some(id) = find(&self.media, 'm', name) {
            return Some(format!("/library/{id}"));
        }
        if let Some(id) = find(&self.contacts, 'c', name) {
            return Some(format!("/contacts/{id}"));
        }
        if let Some(id) = self.find_document(name) {
            return Some(format!("/agents/documents/{id}"));
        }
        self.find_account(name).map(|_| "/connections".to_owned())
    }

    /// Links to references as links to their pages; those that name nothing stay words.
    pub fn linked(&self, markdown: &str) -> String {
        let mut out = String::with_capacity(markdown.len());
        let mut rest = markdown;
        while let Some(at) = rest.find("](") {
            let (before, after) = rest.split_at(at + 2);
            out.push_str(before);
            rest = after;
            let Some(end) = after.find(')') else { break };
            if let Some(page) = self.page(&after[..end]) {
                out.push_str(&page);
                rest = &after[end..];
            }
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_shown_is_found() {
        let mut shown = Shown::default();
        let post = PostId::from_u128(7);
        assert_eq!(
            (shown.post(post), shown.post(PostId::from_u128(8)), shown.post(post)),
            ("p1".into(), "p2".into(), "p1".into())
        );
        assert_eq!(shown.find_post("p1"), Some(post));
        for foreign in
            ["p3", "p0", "p-1", "a1", "p", "", "00000000-0000-0000-0000-000000000007", "p99999999999999999999"]
        {
            assert_eq!(shown.find_post(foreign), None, "{foreign}");
        }
        let text = shown.linked("See [this](p1), [that](p9), [all](/posts) and [x](https://evil.example/p1) ](");
        assert!(text.contains(&format!("[this](/posts/{post})")) && text.contains("[that](p9)"), "{text}");
        assert!(text.contains("(https://evil.example/p1)") && text.ends_with("]("), "{text}");
    }
}
