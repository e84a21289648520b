//! The eleven agents, as data: who they are, what they do when, and what they would need that is not there. What a job writes
//! stands in `server/work`, under the same names.

use crate::ui::Glyph;

/// An agent.
#[derive(Debug)]
pub struct Agent {
    /// As it stands in addresses and in the database.
    pub id: &'static str,
    pub name: &'static str,
    /// One sentence.
    pub purpose: &'static str,
    /// The class of its colour on the tile.
    pub colour: &'static str,
    pub glyph: Glyph,
    /// Under this name its questions stand in the ledger of model calls.
    pub ledger: &'static str,
    pub jobs: &'static [AgentJob],
    /// Its documents and proposals name people: only whoever may see contacts may see them.
    pub names_people: bool,
    /// Sources that it would use and this program does not have, and what it does instead.
    pub missing: &'static [&'static str],
}

/// Something that an agent does again and again.
#[derive(Debug)]
pub struct AgentJob {
    pub id: &'static str,
    pub name: &'static str,
    /// When, unless the company says otherwise (`timing::Timing`).
    pub timing: &'static str,
    /// What comes of it: a sentence.
    pub delivers: &'static str,
    /// Whether it proposes something that a person decides.
    pub proposes: bool,
}

const fn job(id: &'static str, name: &'static str, timing: &'static str, delivers: &'static str) -> AgentJob {
    AgentJob { id, name, timing, delivers, proposes: false }
}

const PURPLE: &str = "text-purple-soft";
const CYAN: &str = "text-cyan";
const PINK: &str = "text-pink-soft";

const NO_ADS: &str = "No advertising account is connected (this program does not place ads yet), so nothing is said about spend, reach or cost per click.";
const NO_MAIL: &str =
    "No mail service is connected (this program does not send mail yet), so opens, clicks and bounces are not known.";
const NO_CRM: &str = "No CRM is connected, so deals and revenue are not known. Contacts come from this program.";
const NO_WEB: &str = "No web analytics and no search console are connected, so visits and search positions are not known. Clicks on your short links are.";
const NO_REACH: &str = "Reach and likes are not read from the networks yet. Comments and clicks on short links are.";
const NO_SHOP: &str =
    "No shop is connected, so orders are not known. Who is a customer is read from the tag “customer”.";

/// All of them, in the order of the tiles.
pub const AGENTS: [Agent; 11] = [
    Agent {
        id: "strategy",
        name: "Brand & Strategy",
        purpose: "Looks at the whole quarter: where you are present, how steadily, and what that says about the next one.",
        colour: PURPLE,
        glyph: Glyph::Grid,
        ledger: "agent-strategy",
        jobs: &[
            job(
                "plan",
                "Quarterly strategy",
                "quarterly 1 09:00",
                "A review of the last quarter with goals for the next, per network.",
            ),
            job(
                "research",
                "Monthly research",
                "monthly 1 10:00",
                "What you talked about, what people answered, and which words came back.",
            ),
        ],
        names_people: false,
        missing: &[NO_REACH, NO_WEB],
    },
    Agent {
        id: "content",
        name: "Content & SEO",
        purpose: "Keeps words in stock: outlines for articles from your own posts, snippets to keep, and a calendar without holes.",
        colour: CYAN,
        glyph: Glyph::Pen,
        ledger: "agent-content",
        jobs: &[
            AgentJob {
                proposes: true,
                ..job(
                    "article",
                    "Weekly article and snippets",
                    "weekly mon 10:00",
                    "An outline for an article from the posts that people answered most, lines worth keeping as snippets, and an idea for a post.",
                )
            },
            job(
                "calendar",
                "Monthly content calendar",
                "monthly 25 10:00",
                "The next month day by day: what is planned, and which days are empty.",
            ),
        ],
        names_people: false,
        missing: &[NO_WEB],
    },
    Agent {
        id: "analytics",
        name: "Analytics & Optimization",
        purpose: "Reads your own numbers and says what to do next, with the size of the sample.",
        colour: PINK,
        glyph: Glyph::Chart,
        ledger: "agent-analytics",
        jobs: &[
            job("daily", "Daily recommendations", "daily 07:00", "What yesterday's numbers ask you to do today."),
            job(
                "weekly",
                "Weekly summary",
                "weekly fri 16:00",
                "The week against the week before, by network and account.",
            ),
            job(
                "monthly",
                "Monthly report",
                "monthly 1 08:00",
                "The last 30 days against the 30 before, with best hours and what went wrong.",
            ),
        ],
        names_people: false,
        missing: &[NO_REACH],
    },
    Agent {
        id: "creative",
        name: "Creative & Design",
        purpose: "Takes care of the media library: what was never used, what is worn out, what has no description.",
        colour: PURPLE,
        glyph: Glyph::Media,
        ledger: "agent-creative",
        jobs: &[job(
            "assets",
            "Weekly assets",
            "weekly wed 10:00",
            "Which pictures to use next, which lack a description, and which formats are missing.",
        )],
        names_people: false,
        missing: &["Pictures are not generated: the report works with those that you have."],
    },
    Agent {
        id: "ads",
        name: "Advertising & Demand Gen",
        purpose: "Finds posts that are worth money behind them, and says where your links bring people.",
        colour: CYAN,
        glyph: Glyph::Campaign,
        ledger: "agent-ads",
        jobs: &[job(
            "review",
            "Weekly review",
            "weekly wed 11:00",
            "Posts that people answered most, clicks on short links, and where new contacts came from.",
        )],
        names_people: false,
        missing: &[NO_ADS],
    },
    Agent {
        id: "social",
        name: "Social Media & Community",
        purpose: "Keeps your accounts alive: proposes posts for 09, 13 and 17 h, and reports on the community each Sunday.",
        colour: PINK,
        glyph: Glyph::People,
        ledger: "agent-social",
        jobs: &[
            AgentJob {
                proposes: true,
                ..job(
                    "posts",
                    "Posts for 09, 13 and 17 h",
                    "daily 09:00 13:00 17:00",
                    "Up to three drafts for the next free hours, for you to edit and approve.",
                )
            },
            job(
                "weekly",
                "Weekly report",
                "weekly sun 18:00",
                "What went out, who answered, and which comments still wait.",
            ),
        ],
        names_people: false,
        missing: &[NO_REACH],
    },
    Agent {
        id: "email",
        name: "Email & CRM",
        purpose: "Gathers what the next newsletter could say and watches how your list grows.",
        colour: PURPLE,
        glyph: Glyph::Mail,
        ledger: "agent-email",
        jobs: &[
            job(
                "newsletter",
                "Weekly newsletter",
                "weekly tue 10:00",
                "A draft of the newsletter from the week's posts, with the number of people who may get it.",
            ),
            job("analysis", "Monthly analysis", "monthly 5 09:00", "How the list grew, by source and consent."),
        ],
        names_people: false,
        missing: &[NO_MAIL],
    },
    Agent {
        id: "sales",
        name: "Sales Enablement",
        purpose: "Says whom to call first: a score that you can check by hand, and how many people are at each step.",
        colour: CYAN,
        glyph: Glyph::Star,
        ledger: "agent-sales",
        jobs: &[
            AgentJob {
                proposes: true,
                ..job(
                    "score",
                    "Lead scoring",
                    "weekly thu 10:00",
                    "The twenty leads with the highest score, with its parts, and a tag for them if you agree.",
                )
            },
            job(
                "pipeline",
                "Pipeline",
                "weekly mon 09:00",
                "How many contacts are at each step, and who waits longest.",
            ),
        ],
        names_people: true,
        missing: &[NO_CRM],
    },
    Agent {
        id: "retention",
        name: "Customer Retention & Loyalty",
        purpose: "Watches who grows quiet and who leaves the list, before it is too late.",
        colour: PINK,
        glyph: Glyph::Bell,
        ledger: "agent-retention",
        jobs: &[
            AgentJob {
                proposes: true,
                ..job(
                    "health",
                    "Customer health",
                    "weekly fri 15:00",
                    "How many customers are active, cooling and silent, who was heard of last, and a segment of the silent ones if you agree.",
                )
            },
            job(
                "churn",
                "Churn",
                "monthly 1 11:00",
                "Who withdrew consent in the last 30 days, by source, against the 30 before.",
            ),
        ],
        names_people: true,
        missing: &[NO_SHOP],
    },
    Agent {
        id: "operations",
        name: "Operations & Integration",
        purpose: "Checks every account, key and planned post, so that nothing fails on the day it matters.",
        colour: PURPLE,
        glyph: Glyph::Plug,
        ledger: "agent-operations",
        jobs: &[
            job(
                "health",
                "Daily health",
                "daily 06:00",
                "Accounts, keys and posts: what is broken, and what soon will be.",
            ),
            job(
                "sync",
                "Weekly sync",
                "weekly sun 00:00",
                "What came in from Zapier and the networks, and what was refused.",
            ),
        ],
        names_people: false,
        missing: &[],
    },
    Agent {
        id: "app",
        name: "APP Agent",
        purpose: "Looks after this program itself: errors, waiting work, how it is used, and what would make it better.",
        colour: CYAN,
        glyph: Glyph::Pulse,
        ledger: "agent-app",
        jobs: &[
            job("health", "Hourly health", "hourly", "Open errors, jobs that were given up, and work that is late."),
            job("usage", "Daily usage", "daily 23:30", "What your team did today, and what models cost."),
            job(
                "improvements",
                "Weekly improvements",
                "weekly sun 18:00",
                "What to set up or tidy next, in order of what it would save.",
            ),
        ],
        names_people: false,
        missing: &[],
    },
];

/// The agent of this id.
pub fn find(id: &str) -> Option<&'static Agent> {
    AGENTS.iter().find(|agent| agent.id == id)
}

impl Agent {
    pub fn job(&self, id: &str) -> Option<&'static AgentJob> {
        self.jobs.iter().find(|job| job.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::agents::timing::Timing;
    use std::collections::BTreeSet;

    #[test]
    fn agents_and_jobs_are_complete() {
        let ids: BTreeSet<_> = AGENTS.iter().map(|agent| agent.id).collect();
        assert_eq!(ids.len(), 11);
        for agent in &AGENTS {
            assert!(agent.ledger.len() <= 40 && !agent.jobs.is_empty() && agent.purpose.ends_with('.'), "{}", agent.id);
            for job in agent.jobs {
                assert!(job.timing.parse::<Timing>().is_ok(), "{}", job.timing);
                assert!(job.delivers.ends_with('.') && agent.job(job.id).is_some());
            }
        }
    }
}
