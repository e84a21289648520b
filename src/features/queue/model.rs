//! Jobs and schedules as both sides know them.

use crate::domain::delivery::DeliveryState;
use crate::domain::frame::Pause;
use crate::domain::ids::{JobId, PostId};
use crate::domain::moment::Moment;
use crate::domain::moment::When;
use crate::domain::page::{PAGE_SIZE, Page};
use crate::domain::platform::Platform;
use serde::{Deserialize, Serialize};

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its time, or for a worker.
    Ready,
    Running,
    Done,
    /// Given up: refused for good, or out of attempts.
    Dead,
    Cancelled,
}

impl JobState {
    pub const ALL: [JobState; 5] = [Self::Ready, Self::Running, Self::Done, Self::Dead, Self::Cancelled];

    pub fn id(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.id() == id)
    }
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Done | Self::Dead | Self::Cancelled)
    }
}

/// Which jobs a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobFilter {
    /// What runs, then what waits by its time, then what has ended, the latest first.
    #[default]
    All,
    Running,
    /// Ready, and its time has come.
    Due,
    /// Ready, and its time has not come.
    Later,
    /// Due and later together; for programs.
    Ready,
    Dead,
    Done,
    Cancelled,
}

impl JobFilter {
    /// Those that people choose from.
    pub const TABS: [JobFilter; 7] =
        [Self::All, Self::Running, Self::Due, Self::Later, Self::Dead, Self::Done, Self::Cancelled];

    pub fn id(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Running => "running",
            Self::Due => "due",
            Self::Later => "later",
            Self::Ready => "ready",
            Self::Dead => "dead",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Running => "Running",
            Self::Due => "Due now",
            Self::Later => "Waiting for later",
            Self::Ready => "Due and waiting",
            Self::Dead => "Given up",
            Self::Done => "Done",
            Self::Cancelled => "Cancelled",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::TABS.into_iter().chain([Self::Ready]).find(|f| f.id() == id)
    }
}

/// A list's filter and page: both are in the URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueQuery {
    pub filter: JobFilter,
    /// From 1.
    pub page: u32,
}

/// A count that stops at a bound: "10,000+".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub n: u32,
    /// There are more.
    pub more: bool,
}

/// An instant to the second, on the company's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exact {
    pub at: Moment,
    /// "Fri 20 Nov, 16:45:10"
    pub text: String,
}

/// A job as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobCard {
    pub id: JobId,
    /// The kind as the program calls it.
    pub kind: String,
    /// What it does, for people: "Publish a post".
    pub title: String,
    pub state: JobState,
    /// Ready, and its time has come.
    pub due: bool,
    /// When it is to run; of a job that has ended: when it last was to.
    pub run_at: When,
    /// Seconds since its time came, while it is due.
    pub late_s: Option<i64>,
    pub ended: Option<Exact>,
    pub attempts: i32,
    pub max_attempts: i32,
    pub last_error: Option<String>,
    pub about: Option<About>,
}

/// The post that a job is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    pub post: PostId,
    pub title: String,
    pub platform: Platform,
    pub handle: String,
    pub state: DeliveryState,
}

/// What a person may do with a job now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobAct {
    Cancel,
    /// Waits for later: do it now.
    RunNow,
    /// Was given up: put it back with all its attempts.
    RunAgain,
    /// Only the post's page knows what is safe (what was sent, what is unclear).
    SeePost,
}

/// One line of a job's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    pub at: Exact,
    pub attempt: i32,
    /// `claimed`, `done`, `retry`, `wait`, `dead`, `cancelled`, `lease_lost`, `again`; `words::log` has the words.
    pub what: String,
    pub detail: String,
}

/// One job with everything that happened to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobDetail {
    #[serde(flatten)]
    pub card: JobCard,
    pub created: Exact,
    pub priority: i16,
    /// One of the program's own, that belongs to no company.
    pub of_server: bool,
    /// Oldest first.
    pub log: Vec<LogLine>,
    /// There are older lines.
    pub log_is_cut: bool,
    pub acts: Vec<JobAct>,
    /// The company's zone, in which all local times are.
    pub zone: String,
    /// Seconds until it is worth looking again.
    pub look_again_s: Option<u32>,
}

/// How it goes, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureBoard {
    pub due: Count,
    pub later: Count,
    pub running: Count,
    pub done_last_hour: Count,
    /// Over the last ten minutes.
    pub done_per_minute: f64,
    pub done_per_minute_is_bounded: bool,
    pub given_up: Count,
    pub oldest_due: Option<When>,
    pub oldest_due_late_s: Option<i64>,
    /// Posts of the last hour from which lateness was measured.
    pub measured: u32,
    pub late_median_ms: f64,
    pub late_p95_ms: f64,
    pub late_p99_ms: f64,
}

/// The same for all companies and the program itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerFigureBoard {
    pub due: Count,
    pub later: Count,
    pub running: Count,
    /// Over the last ten minutes.
    pub done_per_minute: f64,
    pub done_per_minute_is_bounded: bool,
    pub oldest_due: Option<When>,
    pub oldest_due_late_s: Option<i64>,
    /// Posts of the last hour from which lateness was measured.
    pub measured: u32,
    pub late_median_ms: f64,
    pub late_p99_ms: f64,
}

/// A worker, for those who look after the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerCard {
    pub id: String,
    pub started: Exact,
    /// Seconds since its last sign of life.
    pub beat_s: i64,
    pub alive: bool,
    pub running: i64,
}

/// What belongs to all companies or to none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerPart {
    pub figures: ServerFigureBoard,
    pub workers: Vec<WorkerCard>,
    /// The program's own jobs: unfinished, given up, and the latest that were done.
    pub jobs: Vec<JobCard>,
}

/// The queue page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueBoard {
    pub figures: FigureBoard,
    pub pause: Option<Pause>,
    pub jobs: JobList,
    /// Only for the owner of the server.
    pub server: Option<ServerPart>,
    pub zone: String,
    pub now: Exact,
}

/// A part of a list of jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobList {
    pub jobs: Vec<JobCard>,
    pub total: Count,
    pub limit: u32,
    pub offset: u32,
}

impl JobList {
    /// Page number and number of pages.
    pub fn pages(&self) -> (u32, u32) {
        let size = self.limit.max(1);
        let page = Page::<()> { items: vec![], number: self.offset / size + 1, size, total: self.total.n.into() };
        (page.number, page.pages())
    }
}

impl QueueQuery {
    pub fn offset(self) -> u32 {
        self.page.max(1).saturating_sub(1).saturating_mul(PAGE_SIZE)
    }
}

/// How a schedule's last run went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastRun {
    pub at: Exact,
    pub by_hand: bool,
    /// `None`: it ran so long ago that its job is no longer kept.
    pub state: Option<JobState>,
    pub ended: Option<Exact>,
    /// Why it failed; only for the owner of the server.
    pub error: Option<String>,
    /// Its job, while that is kept; only for the owner of the server.
    pub job: Option<JobId>,
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScheduleCard {
    /// As the program calls it.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What it does.
    pub does: String,
    /// What follows while it is stopped.
    pub when_stopped: String,
    /// Six fields, seconds first, in UTC.
    pub cron: String,
    /// "Every 6 hours"
    pub rhythm: String,
    pub running: bool,
    pub stopped: Option<Stopped>,
    /// `None` while it is stopped.
    pub next: Option<When>,
    pub last: Option<LastRun>,
}

/// When and by whom a schedule was stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stopped {
    pub at: When,
    /// Only for the owner of the server.
    pub by: Option<String>,
}

/// The schedules page, and what `GET /api/jobs/scheduler/status` answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScheduleBoard {
    /// At least one schedule is on.
    pub running: bool,
    pub schedules: Vec<ScheduleCard>,
    /// Only the owner of the server may: schedules serve every company.
    pub may_change: bool,
    pub pause: Option<Pause>,
    pub zone: String,
    pub now: Exact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_found_by_their_words() {
        for filter in JobFilter::TABS {
            assert_eq!(JobFilter::parse(filter.id()), Some(filter));
        }
        assert_eq!(JobFilter::parse("ready"), Some(JobFilter::Ready));
        assert_eq!(JobFilter::parse("lost"), None);
    }

    #[test]
    fn pages_of_a_bounded_list() {
        let list = JobList { jobs: vec![], total: Count { n: 10_000, more: true }, limit: 25, offset: 50 };
        assert_eq!(list.pages(), (3, 400));
        assert_eq!(QueueQuery { page: 3, ..Default::default() }.offset(), 50);
        assert_eq!(QueueQuery::default().offset(), 0);
    }
}
