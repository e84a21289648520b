//! What the calendar shows, worked out on the server: days, posts on them, and what is special about a day.

use crate::domain::moment::{Day, LocalTime};
use crate::domain::page::{Cursor, DAY_COUNTED, up_to};
use crate::domain::permission::Role;
use crate::domain::platform::Platform;
use crate::features::posts::model::PostCard;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    #[default]
    Month,
    Week,
    Day,
}

impl Span {
    pub const ALL: [Span; 3] = [Self::Month, Self::Week, Self::Day];

    pub fn id(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Month => "Month",
            Self::Week => "Week",
            Self::Day => "Day",
        }
    }
    pub fn parse(id: &str) -> Self {
        Self::ALL.into_iter().find(|v| v.id() == id).unwrap_or_default()
    }
    /// So many posts of one day are shown; the rest is a link to the day, and in the day to what comes behind.
    pub fn of_a_day(self) -> u32 {
        match self {
            Self::Month => 4,
            Self::Week => 20,
            Self::Day => 60,
        }
    }
    /// The first and last day that are shown around `day`. A month shows whole weeks.
    pub fn range(self, day: Day) -> (Day, Day) {
        match self {
            Self::Month => (day.first_of_month().monday(), day.last_of_month().monday().plus(6)),
            Self::Week => (day.monday(), day.monday().plus(6)),
            Self::Day => (day, day),
        }
    }
    /// The same view, one step away.
    pub fn step(self, day: Day, by: i32) -> Day {
        match self {
            Self::Month => day.first_of_month().plus_months(by),
            Self::Week => day.plus(i64::from(by) * 7),
            Self::Day => day.plus(i64::from(by)),
        }
    }
    pub fn title(self, day: Day) -> String {
        match self {
            Self::Month => format!("{} {}", day.month_name(), day.year),
            Self::Week => {
                let (first, last) = self.range(day);
                let year = if first.year == last.year { String::new() } else { format!(" {}", first.year) };
                let (of_first, of_last) = (&first.month_name()[..3], &last.month_name()[..3]);
                format!("{} {of_first}{year} – {} {of_last} {}", first.day, last.day, last.year)
            }
            Self::Day => format!("{} {} {} {}", day.weekday_name(), day.day, day.month_name(), day.year),
        }
    }
}

/// What is asked for; all of it is in the URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CalendarQuery {
    pub span: Span,
    /// `None`: today in the company's zone.
    pub day: Option<Day>,
    pub platform: Option<Platform>,
    /// Only posts that a person must look at.
    pub attention: bool,
    /// Of a day: only what comes behind this place.
    #[serde(default)]
    pub after: Option<Cursor>,
    /// By the hour: from midnight, and not from the beginning of the working day.
    #[serde(default)]
    pub early: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarView {
    pub span: Span,
    /// The day around which the view is drawn.
    pub day: Day,
    /// IANA name of the company's zone.
    pub zone: String,
    pub now: LocalTime,
    pub days: Vec<CalendarDay>,
    /// Of the person who looks: what is offered to them.
    pub role: Role,
}

/// The hour with which the week and the day begin, unless something stands before it.
pub const WORK_BEGINS: u8 = 8;

impl CalendarView {
    /// The first hour that is drawn: nothing is hidden, be it a post or the hour that it is now.
    pub fn first_hour(&self) -> u8 {
        let posts = self.days.iter().flat_map(|day| &day.posts).filter_map(|post| Some(post.due?.local.hour));
        let now = self.days.iter().any(|day| day.day == self.now.day).then_some(self.now.hour);
        posts.chain(now).chain([WORK_BEGINS]).min().unwrap_or_default()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarDay {
    pub day: Day,
    /// Set on the days on which the clocks change.
    pub clock_change: Option<String>,
    /// The hours that the clock leaves out on that day.
    pub skipped: Vec<u8>,
    /// The first posts of the day.
    pub posts: Vec<PostCard>,
    /// How many more there are; with the posts one past `domain::page::DAY_COUNTED` at most.
    pub more: i64,
    /// Where these posts end, while there are more.
    pub next: Option<Cursor>,
}

impl CalendarDay {
    /// "+ 1,430 more"; nothing while all of them are shown.
    pub fn more_words(&self) -> Option<String> {
        let shown = self.posts.len() as i64;
        (self.more > 0).then(|| format!("+ {} more", up_to(DAY_COUNTED - shown.min(DAY_COUNTED), self.more)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_shows_whole_weeks() {
        let (first, last) = Span::Month.range("2026-11-20".parse().unwrap());
        assert_eq!((first.to_string().as_str(), last.to_string().as_str()), ("2026-10-26", "2026-12-06"));
        assert_eq!(Span::Week.title("2026-11-20".parse().unwrap()), "16 Nov – 22 Nov 2026");
        assert_eq!(Span::Week.title("2026-12-31".parse().unwrap()), "28 Dec 2026 – 3 Jan 2027");
        assert_eq!(Span::Month.step("2026-01-31".parse().unwrap(), 1).to_string(), "2026-02-01");
    }

    #[test]
    fn hours_begin_with_the_working_day_or_with_what_stands_before_it() {
        let view = |now: &str, day: &str| {
            let day = day.parse().unwrap();
            let days =
                vec![CalendarDay { day, clock_change: None, skipped: vec![], posts: vec![], more: 0, next: None }];
            let now = now.parse().unwrap();
            CalendarView { span: Span::Day, day, zone: "Europe/Lisbon".into(), now, days, role: Role::Owner }
        };
        assert_eq!(view("2026-11-20T06:30", "2026-11-21").first_hour(), WORK_BEGINS);
        assert_eq!(view("2026-11-20T06:30", "2026-11-20").first_hour(), 6);
        assert_eq!(view("2026-11-20T16:30", "2026-11-20").first_hour(), WORK_BEGINS);
    }
}
