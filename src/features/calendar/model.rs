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
                format!(
                    "{} {} – {} {} {}",
                    first.day,
                    &first.month_name()[..3],
                    last.day,
                    &last.month_name()[..3],
                    last.year
                )
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarDay {
    pub day: Day,
    /// Set on the days on which the clocks change.
    pub clock_change: Option<String>,
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
        assert_eq!(Span::Month.step("2026-01-31".parse().unwrap(), 1).to_string(), "2026-02-01");
    }
}
