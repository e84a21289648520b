//! What agents hand to each other, as data: who finds it, who takes it up, and what is asked. The finding is computed
//! (`server/work`, by the job named here); the next run of the receiving job acts on it and says in its document what came of it.

use crate::domain::ids::Uuid;
use crate::domain::moment::Day;

/// Characters of the sentence that says what is asked.
pub const MAX_WHAT: usize = 300;
/// Files that one task is about.
pub const MAX_FILES: usize = 3;

/// What a task is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Nothing but itself.
    Nothing,
    /// An hour of the company's day.
    Hour,
    Day,
    /// A post, by its address.
    Post,
    /// Files of the library, by their addresses.
    Files,
    /// A word: where people came from.
    Source,
}

/// Something that one agent finds and another one does.
#[derive(Debug)]
pub struct HandOver {
    /// As it stands in the database.
    pub id: &'static str,
    pub from: &'static str,
    pub job: &'static str,
    pub to: &'static str,
    pub to_job: &'static str,
    /// What has to be found for it.
    pub finds: &'static str,
    /// What is asked, as a person chooses it.
    pub asks: &'static str,
    pub about: About,
}

/// All of them.
pub const HAND_OVERS: [HandOver; 8] = [
    HandOver {
        id: "best_hour",
        from: "analytics",
        job: "daily",
        to: "social",
        to_job: "posts",
        finds: "the hour whose publications are answered most, where the Social agent does not post then anyway",
        asks: "Plan a post at an hour",
        about: About::Hour,
    },
    HandOver {
        id: "empty_day",
        from: "content",
        job: "calendar",
        to: "social",
        to_job: "posts",
        finds: "the first day of the calendar without a post",
        asks: "Plan a post for a day",
        about: About::Day,
    },
    HandOver {
        id: "new_pictures",
        from: "creative",
        job: "assets",
        to: "social",
        to_job: "posts",
        finds: "pictures that were in no post yet",
        asks: "Use a picture",
        about: About::Files,
    },
    HandOver {
        id: "answered_post",
        from: "ads",
        job: "review",
        to: "content",
        to_job: "article",
        finds: "the post of 30 days that people answered most",
        asks: "Build the article on a post",
        about: About::Post,
    },
    HandOver {
        id: "silent_customers",
        from: "retention",
        job: "health",
        to: "email",
        to_job: "newsletter",
        finds: "customers of whom nothing was heard for 90 days and who agreed to mail",
        asks: "Write something for silent customers",
        about: About::Nothing,
    },
    HandOver {
        id: "lead_source",
        from: "sales",
        job: "score",
        to: "ads",
        to_job: "review",
        finds: "where most of the hot leads came from",
        asks: "Look at where people come from",
        about: About::Source,
    },
    HandOver {
        id: "stale_accounts",
        from: "app",
        job: "improvements",
        to: "operations",
        to_job: "health",
        finds: "accounts that must be connected again, or on which nothing went out for 30 days",
        asks: "Check the accounts",
        about: About::Nothing,
    },
    HandOver {
        id: "refused_requests",
        from: "operations",
        job: "sync",
        to: "app",
        to_job: "improvements",
        finds: "requests of other programs that were refused within 7 days",
        asks: "Put refused requests on the list of improvements",
        about: About::Nothing,
    },
];

/// The one of this id.
pub fn find(id: &str) -> Option<&'static HandOver> {
    HAND_OVERS.iter().find(|hand_over| hand_over.id == id)
}

impl About {
    /// What a person types for it; `None`: nothing.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Hour => Some("an hour such as 10:00"),
            Self::Day => Some("a day such as 2026-12-03"),
            Self::Post => Some("the address of a post"),
            Self::Files => Some("the address of a picture in the library"),
            Self::Source => Some("the name of a source"),
        }
    }

    /// What was typed, as the program keeps it; `None` when it is not that.
    pub fn read(self, typed: &str) -> Option<String> {
        let typed = typed.trim();
        match self {
            Self::Nothing => Some(String::new()),
            Self::Hour => {
                let hour = typed.strip_suffix(":00").unwrap_or(typed);
                let digits = hour.len() <= 2 && hour.bytes().all(|b| b.is_ascii_digit());
                hour.parse::<u8>().ok().filter(|hour| digits && *hour < 24).map(|hour| hour.to_string())
            }
            Self::Day => typed.parse::<Day>().ok().map(|day| day.to_string()),
            Self::Post => ids(typed).first().map(Uuid::to_string),
            Self::Files => {
                let all: Vec<_> = ids(typed).iter().take(MAX_FILES).map(Uuid::to_string).collect();
                (!all.is_empty()).then(|| all.join(" "))
            }
            Self::Source => {
                let name: String = typed.chars().filter(|c| !c.is_control()).take(100).collect();
                (!name.is_empty()).then_some(name)
            }
        }
    }
}

/// The ids in a text: of addresses too.
pub fn ids(text: &str) -> Vec<Uuid> {
    text.split(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
        .filter(|part| part.len() == 36)
        .filter_map(|part| part.parse().ok())
        .collect()
}

impl HandOver {
    /// What a person asks for, in a sentence, and where its data stands.
    pub fn words(&self, subject: &str) -> (String, String) {
        match self.about {
            About::Nothing => (format!("{}.", self.asks), String::new()),
            About::Hour => (format!("Plan a post at {subject:0>2}:00."), "/calendar".into()),
            About::Day => {
                let day = subject.parse::<Day>().map_or_else(|()| subject.to_owned(), Day::short);
                (format!("Plan a post for {day}."), format!("/calendar?view=day&day={subject}"))
            }
            About::Post => ("Build the article on this post.".into(), format!("/posts/{subject}")),
            About::Files => {
                let first = subject.split(' ').next().unwrap_or_default();
                ("Use this picture in a post.".into(), format!("/library/{first}"))
            }
            About::Source => (
                format!("Look at how many people come from “{subject}”."),
                format!("/contacts?source={}", crate::ui::encode(subject)),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::agents::catalogue;
    use std::collections::BTreeSet;

    #[test]
    fn hand_overs_name_jobs_that_are_there() {
        let ids: BTreeSet<_> = HAND_OVERS.iter().map(|hand_over| hand_over.id).collect();
        assert_eq!(ids.len(), HAND_OVERS.len());
        for it in &HAND_OVERS {
            let job = |agent: &str, job: &str| catalogue::find(agent).and_then(|agent| agent.job(job)).is_some();
            assert!(job(it.from, it.job) && job(it.to, it.to_job) && it.from != it.to, "{}", it.id);
        }
    }

    #[test]
    fn what_a_task_is_about_is_read() {
        let id = "019a0000-0000-7000-8000-000000000001";
        assert_eq!(["10", "10:00", "07:00", " 0 "].map(|t| About::Hour.read(t).unwrap()), ["10", "10", "7", "0"]);
        for wrong in ["", "24", "10:30", "+1", "ten", "1000"] {
            assert_eq!(About::Hour.read(wrong), None, "{wrong}");
        }
        assert_eq!(About::Day.read("2026-12-03").as_deref(), Some("2026-12-03"));
        assert_eq!(About::Day.read("tomorrow"), None);
        assert_eq!(About::Post.read(&format!("https://lux.example/posts/{id}?x=1")).as_deref(), Some(id));
        assert_eq!(About::Post.read("/posts/new"), None);
        assert_eq!(About::Files.read(&format!("{id} /library/{id}")).as_deref(), Some(format!("{id} {id}").as_str()));
        assert_eq!(find("best_hour").unwrap().words("7").0, "Plan a post at 07:00.");
    }
}
