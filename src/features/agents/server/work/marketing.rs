//! What the agents for strategy, content, design and demand write.

use super::posts::{account_table, answered_table, best_hours, rhythm};
use super::{Made, Taken, month_name, of_kind, week};
use crate::domain::error::Result;
use crate::domain::moment::Day;
use crate::features::agents::action::IdeaAction;
use crate::features::agents::hand_overs::MAX_FILES;
use crate::features::agents::server::facts::{Scene, contacts, posts, things};
use crate::features::agents::server::sheet::{change, count, number, said, share};
use crate::features::agents::server::store::proposals;
use chrono::{DateTime, Utc};

pub async fn strategy(scene: &Scene) -> Result<Made> {
    let quarter = (scene.today.month - 1) / 3 + 1;
    let mut made = Made::new(
        format!("Strategy for quarter {quarter} of {}", scene.today.year),
        format!("{}-Q{quarter}", scene.today.year),
    );
    let (accounts, answered, weeks, hours, people) = futures::try_join!(
        posts::accounts(scene, 90),
        posts::answered(scene, 90, 5),
        posts::weeks(scene, 13),
        posts::hours(scene),
        contacts::counts(scene, 90),
    )?;
    let live: i64 = accounts.iter().map(|a| a.live).sum();
    let before: i64 = accounts.iter().map(|a| a.before).sum();
    let active = accounts.iter().filter(|a| a.live > 0).count() as i64;
    made.finding(format!(
        "**{}** in 90 days on {} of {} accounts ({} against the 90 days before).",
        count(live, "publication", "publications"),
        number(active),
        number(accounts.len() as i64),
        change(live, before)
    ));
    made.finding(format!(
        "**{}** joined, {} in the 90 days before; {} of all agreed to mail.",
        count(people.new, "contact", "contacts"),
        number(people.before),
        share(people.given, people.all)
    ));
    if let Some(top) = answered.first().filter(|p| p.comments > 0) {
        made.finding(format!(
            "What people answered most: “{}” ({}).",
            said(&top.text),
            count(top.comments, "comment", "comments")
        ));
    }
    made.section("Where you are present");
    account_table(&mut made, &accounts);
    rhythm(&mut made, &weeks);
    best_hours(&mut made, &hours);
    made.section("Goals for the quarter");
    let mut goals = vec![];
    let usable = accounts.iter().filter(|a| a.is_usable()).count() as i64;
    let whole: Vec<_> = weeks.iter().rev().skip(1).take(8).map(|(_, n)| *n).collect();
    let mean = if whole.is_empty() { 0 } else { whole.iter().sum::<i64>() / whole.len() as i64 };
    goals.push(format!(
        "Rhythm: at least {} every week (the mean of the last {} weeks is {}).",
        count((mean + 1).max(3), "post", "posts"),
        whole.len(),
        number(mean)
    ));
    for account in accounts.iter().filter(|a| a.is_usable() && a.live == 0) {
        goals.push(format!(
            "{} {}: decide. Nothing went out in 90 days; either plan one post a week or disconnect it.",
            account.network(),
            said(&account.handle)
        ));
    }
    for account in accounts.iter().filter(|a| !a.is_usable()) {
        goals.push(format!(
            "{} {}: [connect it again](/connections), its sign-in has ended.",
            account.network(),
            said(&account.handle)
        ));
    }
    goals.push(format!(
        "List: {} new contacts (the last 90 days brought {}).",
        number(people.new.max(10) * 11 / 10),
        number(people.new)
    ));
    if usable == 0 {
        goals.push("[Connect an account](/connections): without one nothing goes out.".into());
    }
    made.list(goals);
    made.section("What people answered most");
    answered_table(scene, &mut made, &answered);
    Ok(made)
}

pub async fn research(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Research, {}", month_name(scene.today)), super::month(scene.today));
    let (texts, answered, links, tags) = futures::try_join!(
        posts::texts(scene, 90),
        posts::answered(scene, 90, 8),
        things::links(scene, 30),
        contacts::tags(scene),
    )?;
    let themes = posts::themes(&texts);
    let hashtags = posts::hashtags(&texts);
    made.finding(format!("**{}** of the last 90 days were read.", count(texts.len() as i64, "post", "posts")));
    if let Some((word, n)) = themes.first() {
        made.finding(format!("The word you used most: **{}** (in {}).", said(word), count(*n, "post", "posts")));
    }
    if let Some((tag, n)) = hashtags.first() {
        made.finding(format!("The hashtag you used most: **{}** (in {}).", said(tag), count(*n, "post", "posts")));
    }
    made.section("What you talk about");
    let rows = themes.iter().map(|(word, n)| vec![said(word), number(*n), share(*n, texts.len() as i64)]).collect();
    made.table(&["Word", "Posts", "Share"], rows, "No word of six letters or more came back in several posts.");
    made.section("Hashtags");
    let rows = hashtags.iter().map(|(tag, n)| vec![said(&format!("#{tag}")), number(*n)]).collect();
    made.table(&["Hashtag", "Posts"], rows, "No post had a hashtag.");
    made.section("What people answered");
    answered_table(scene, &mut made, &answered);
    made.section("Where links led people in 30 days");
    let rows = links
        .iter()
        .map(|l| vec![said(if l.name.is_empty() { &l.target } else { &l.name }), number(l.clicks), number(l.before)])
        .collect();
    made.table(
        &["Link", "Clicks", "30 days before"],
        rows,
        "No short link was followed. [Make one](/links) to see what brings people.",
    );
    made.section("Who your contacts are");
    let rows = tags.iter().map(|(tag, n)| vec![said(tag), number(*n)]).collect();
    made.table(&["Tag", "People"], rows, "No contact has a tag yet.");
    Ok(made)
}

pub async fn article(scene: &Scene, tasks: &[Taken]) -> Result<Made> {
    let mut made =
        Made::new(format!("Article and snippets, week of {}", scene.today.monday().short()), week(scene.today));
    let (mut answered, snippets, texts) =
        futures::try_join!(posts::answered(scene, 90, 40), things::snippets(scene), posts::texts(scene, 90))?;
    for task in of_kind(tasks, "answered_post") {
        match answered.iter().position(|post| post.id.to_string() == task.subject) {
            Some(at) => {
                answered[..=at].rotate_right(1);
                made.answer(task, "The outline below is built on it.");
            }
            None => {
                made.answer(task, "It did not go out within the last 90 days, so the article is built on another post.")
            }
        }
    }
    let answered_all: Vec<_> =
        answered.iter().map(|post| (post.text.to_lowercase(), post.comments, post.live_at)).collect();
    answered.truncate(8);
    let Some(first) = answered.first() else {
        made.finding("No post went out in 90 days, so there is nothing to build an article on.");
        made.section("First step");
        made.text("[Write a few posts](/studio). The article is built on those that people answer.");
        return Ok(made);
    };
    made.finding(format!(
        "The article is built on “{}”, with **{}**.",
        said(&first.text),
        count(first.comments, "comment", "comments")
    ));
    let unused: Vec<_> = snippets.iter().filter(|s| !s.used).collect();
    made.idea = idea(scene, &answered_all, &texts).await?;
    made.finding(format!(
        "{} of {} were in no post of the last 60 days.",
        number(unused.len() as i64),
        count(snippets.len() as i64, "snippet", "snippets")
    ));
    made.section("Outline");
    let lead = sentences(&first.text);
    made.text(&format!("Working title: **{}**", lead.first().map(|s| said(s)).unwrap_or_default()));
    made.list(lead.iter().skip(1).take(3).map(|s| format!("Opening: {}", said(s))));
    made.list(answered.iter().skip(1).take(4).enumerate().map(|(n, p)| {
        let opening = sentences(&p.text);
        format!(
            "Section {}: {} ([post](/posts/{}))",
            n + 1,
            said(opening.first().map_or(p.text.as_str(), String::as_str)),
            p.id
        )
    }));
    let themes: Vec<_> =
        posts::themes(&texts).into_iter().take(5).map(|(word, n)| format!("{} ({n})", said(&word))).collect();
    if !themes.is_empty() {
        made.text(&format!("Words to use, by how many of your posts have them: {}.", themes.join(", ")));
    }
    made.section("Lines worth keeping as snippets");
    let lines = answered.iter().flat_map(|p| sentences(&p.text)).filter(|s| (30..=120).contains(&s.chars().count()));
    let mut seen = std::collections::BTreeSet::new();
    let lines: Vec<_> = lines.filter(|line| seen.insert(line.clone())).take(6).collect();
    if lines.is_empty() {
        made.text("No sentence of these posts has the right length (30 to 120 characters).");
    } else {
        made.list(lines.iter().map(|line| said(line)));
        made.text("[Keep them](/snippets?new=text) to use them again.");
    }
    made.section("Snippets that nobody uses");
    let rows = unused.iter().map(|s| vec![said(&s.name), said(&s.kind), scene.day_of(s.changed_at).short()]).collect();
    made.table(&["Snippet", "Kind", "Last changed"], rows, "All snippets are in use, or there are none.");
    Ok(made)
}

/// The word of your posts of 90 days whose posts people answered most, as an idea for another one; unless it was proposed lately.
async fn idea(
    scene: &Scene,
    answered: &[(String, i64, DateTime<Utc>)],
    texts: &[String],
) -> Result<Option<(IdeaAction, String)>> {
    let all: i64 = answered.iter().map(|(_, comments, _)| comments).sum();
    let with = |theme: &str| {
        let posts: Vec<_> = answered.iter().filter(|(text, ..)| text.contains(theme)).collect();
        let comments: i64 = posts.iter().map(|(_, comments, _)| comments).sum();
        (posts.len() as i64, comments, posts.iter().map(|(.., at)| *at).max())
    };
    let themes: Vec<_> = posts::themes(texts).into_iter().map(|(theme, _)| (with(&theme), theme)).collect();
    // The most comments for each post; of equals the one that more posts have.
    let best = themes
        .into_iter()
        .filter(|((n, comments, _), _)| *n >= 2 && *comments > 0)
        .max_by(|((n, c, _), _), ((m, d, _), _)| (c * m).cmp(&(d * n)).then(n.cmp(m)));
    let Some(((n, comments, Some(last)), theme)) = best else { return Ok(None) };
    if proposals::proposed_lately(scene.tenant(), "content", "idea", ("about", &theme)).await? {
        return Ok(None);
    }
    let share = format!(
        "{} of 90 days had the word “{theme}”, and {} came under them; under all {} together {}.",
        count(n, "post", "posts"),
        count(comments, "comment", "comments"),
        number(answered.len() as i64),
        number(all)
    );
    let text = format!(
        "Idea: say more about “{theme}”.\n\n{share} The last of them went out on {}.",
        scene.day_of(last).short()
    );
    let why = format!("People answered what you say about “{theme}”. As a draft it waits for whoever writes it.");
    Ok(Some((IdeaAction { about: theme, text }, why)))
}

/// The sentences of a text, without links and hashtags.
fn sentences(text: &str) -> Vec<String> {
    let words: Vec<_> = text.split_whitespace().filter(|w| !w.starts_with('#') && !w.contains("://")).collect();
    let line = words.join(" ");
    let mut all = vec![String::new()];
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        if let Some(last) = all.last_mut() {
            last.push(c);
        }
        // A point inside a number ends nothing.
        if matches!(c, '.' | '!' | '?') && characters.peek().is_none_or(|next| next.is_whitespace()) {
            all.push(String::new());
        }
    }
    all.iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

pub async fn calendar(scene: &Scene) -> Result<Made> {
    // In the last days of a month the next one is meant.
    let first = if scene.today.day >= 20 { Day { day: 1, ..scene.today }.plus_months(1) } else { scene.today };
    let month = Day { day: 1, ..first };
    let end = month.plus_months(1);
    let days = end.number() - scene.today.number();
    let mut made = Made::new(format!("Content calendar, {}", month_name(month)), super::month(month));
    let (planned, drafts, hours) =
        futures::try_join!(posts::planned(scene, days), things::drafts(scene), posts::hours(scene))?;
    let shown: Vec<_> = planned.iter().filter(|(day, _)| day.number() >= first.number()).collect();
    if let Some((day, _)) = shown.iter().find(|(day, n)| *n == 0 && day.number() > scene.today.number()) {
        let what = format!("Plan a post for {}: it is the first day of the calendar without one.", day.short());
        let reference = format!("/calendar?view=day&day={day}");
        made.hand_on("empty_day", what, (&reference, &day.to_string()), day.to_string());
    }
    let full = shown.iter().filter(|(_, n)| *n > 0).count() as i64;
    let posts_planned: i64 = shown.iter().map(|(_, n)| n).sum();
    made.finding(format!(
        "**{}** planned on {} of {} days.",
        count(posts_planned, "post is", "posts are"),
        number(full),
        number(shown.len() as i64)
    ));
    made.finding(format!("**{}** lie ready to be planned.", count(drafts.len() as i64, "draft", "drafts")));
    made.section("Weeks");
    let mut weeks: Vec<(Day, i64, Vec<String>)> = vec![];
    for (day, n) in &shown {
        let monday = day.monday();
        if weeks.last().is_none_or(|(last, ..)| *last != monday) {
            weeks.push((monday, 0, vec![]));
        }
        if let Some(last) = weeks.last_mut() {
            last.1 += n;
            if *n == 0 {
                last.2.push(day.short());
            }
        }
    }
    let rows = weeks.iter().map(|(monday, n, empty)| {
        vec![
            format!("week of {}", monday.short()),
            number(*n),
            if empty.is_empty() { "none".into() } else { empty.join(", ") },
        ]
    });
    let rows: Vec<_> = rows.collect();
    made.table(&["Week", "Planned", "Days without a post"], rows, "");
    let best: Vec<_> = posts::best_hours(&hours).into_iter().take(3).map(|h| format!("{:02}:00", h.hour)).collect();
    if !best.is_empty() {
        made.text(&format!("Hours in which people answered you most so far: {}.", best.join(", ")));
    }
    made.section("Drafts that could fill the gaps");
    let rows = drafts
        .iter()
        .take(15)
        .map(|d| vec![format!("[{}](/posts/{})", said(&d.text), d.id), scene.day_of(d.updated_at).short()])
        .collect();
    made.table(&["Draft", "Last changed"], rows, "There is no draft.");
    made.text("[Open the calendar](/calendar)");
    Ok(made)
}

pub async fn assets(scene: &Scene) -> Result<Made> {
    let mut made = Made::new(format!("Media, week of {}", scene.today.monday().short()), week(scene.today));
    let assets = things::assets(scene).await?;
    let pictures: Vec<_> = assets.iter().filter(|a| a.kind != "video").collect();
    let videos = assets.len() - pictures.len();
    let bare: Vec<_> = pictures.iter().filter(|a| a.alt.trim().is_empty()).collect();
    let fresh: Vec<_> = assets.iter().filter(|a| a.last_used.is_none()).collect();
    let worn = assets.iter().filter(|a| a.last_used.is_some_and(|at| at > scene.ago(14))).count() as i64;
    made.finding(format!(
        "**{}** and {} in the library.",
        count(pictures.len() as i64, "picture", "pictures"),
        count(videos as i64, "video", "videos")
    ));
    made.finding(format!(
        "**{}** in no post yet; {} in a post of the last 14 days or planned.",
        count(fresh.len() as i64, "file was", "files were"),
        number(worn)
    ));
    made.finding(format!(
        "**{}** no description for people who cannot see them.",
        count(bare.len() as i64, "picture has", "pictures have")
    ));
    let unseen: Vec<_> =
        pictures.iter().filter(|a| a.last_used.is_none()).take(MAX_FILES).map(|a| a.id.to_string()).collect();
    if let Some(first) = unseen.first() {
        let what = format!(
            "Use {}: no post had {} yet.",
            count(unseen.len() as i64, "picture", "pictures"),
            if unseen.len() == 1 { "it" } else { "them" }
        );
        let reference = format!("/library/{first}");
        made.hand_on("new_pictures", what, (&reference, &unseen.join(" ")), week(scene.today));
    }
    made.section("Use these next");
    let rows: Vec<_> = assets
        .iter()
        .filter(|a| a.last_used.is_none_or(|at| at < scene.ago(60)))
        .take(10)
        .map(|a| {
            let used = a.last_used.map_or_else(|| "never".into(), |at| scene.day_of(at).short());
            vec![
                format!("[{}](/library/{})", said(&a.file_name), a.id),
                shape(a.width, a.height).into(),
                used,
                described(&a.alt),
            ]
        })
        .collect();
    made.table(
        &["File", "Shape", "Last used", "Shows"],
        rows,
        "Every file was used in the last 60 days: it is time for new pictures.",
    );
    made.section("Describe these");
    let rows = bare
        .iter()
        .take(15)
        .map(|a| vec![format!("[{}](/library/{})", said(&a.file_name), a.id), scene.day_of(a.created_at).short()])
        .collect();
    made.table(&["Picture", "Added"], rows, "Every picture has a description.");
    made.section("Shapes");
    let mut shapes = [("upright", 0), ("square", 0), ("wide", 0)];
    for asset in &assets {
        let of = shape(asset.width, asset.height);
        if let Some(entry) = shapes.iter_mut().find(|(name, _)| *name == of) {
            entry.1 += 1;
        }
    }
    let all = assets.len() as i64;
    let rows = shapes.iter().map(|(name, n)| vec![(*name).into(), number(*n), share(*n, all)]).collect();
    made.table(&["Shape", "Files", "Share"], rows, "");
    let lacking: Vec<_> = shapes.iter().filter(|(_, n)| *n * 5 < all).map(|(name, _)| *name).collect();
    if !lacking.is_empty() && all > 0 {
        made.text(&format!("Rare in your library: {}. Stories, Reels and TikTok want upright files, feeds square ones, links wide ones.", lacking.join(" and ")));
    }
    Ok(made)
}

fn shape(width: i32, height: i32) -> &'static str {
    match (i64::from(width), i64::from(height)) {
        (w, h) if w * 10 < h * 9 => "upright",
        (w, h) if h * 10 < w * 9 => "wide",
        _ => "square",
    }
}

fn described(alt: &str) -> String {
    if alt.trim().is_empty() { "not described".into() } else { said(alt) }
}

pub async fn promotion(scene: &Scene, tasks: &[Taken]) -> Result<Made> {
    let mut made = Made::new(format!("Demand, week of {}", scene.today.monday().short()), week(scene.today));
    let (answered, links, sources) =
        futures::try_join!(posts::answered(scene, 30, 5), things::links(scene, 7), contacts::sources(scene, 7))?;
    let clicks: i64 = links.iter().map(|l| l.clicks).sum();
    let before: i64 = links.iter().map(|l| l.before).sum();
    let new: i64 = sources.iter().map(|s| s.new).sum();
    let new_before: i64 = sources.iter().map(|s| s.before).sum();
    made.finding(format!(
        "**{}** on short links in 7 days, {} in the 7 before.",
        count(clicks, "click", "clicks"),
        number(before)
    ));
    made.finding(format!(
        "**{}** in 7 days, {} in the 7 before.",
        count(new, "new contact", "new contacts"),
        number(new_before)
    ));
    let worth: Vec<_> = answered.iter().filter(|p| p.comments > 0).collect();
    if let Some(best) = worth.first() {
        let what = format!(
            "Build the article on the post of 30 days that people answered most ({}).",
            count(best.comments, "comment", "comments")
        );
        let id = best.id.to_string();
        made.hand_on("answered_post", what, (&format!("/posts/{id}"), &id), id.clone());
    }
    for task in of_kind(tasks, "lead_source") {
        let of = sources.iter().find(|s| s.source == task.subject);
        let (new, before) = of.map_or((0, 0), |s| (s.new, s.before));
        made.answer(
            task,
            format!(
                "It brought {} in 7 days, {} in the 7 before.",
                count(new, "new contact", "new contacts"),
                number(before)
            ),
        );
    }
    made.finding(if worth.is_empty() {
        "No post of the last 30 days was answered, so none asks for money behind it yet.".to_owned()
    } else {
        format!(
            "**{}** of the last 30 days were answered on their own: the first to try with a budget.",
            count(worth.len() as i64, "post", "posts")
        )
    });
    made.section("Posts that carry themselves");
    answered_table(scene, &mut made, &answered);
    made.section("Where new contacts came from");
    let rows = sources.iter().filter(|s| s.new > 0 || s.before > 0).map(|s| {
        vec![source(&s.source), number(s.new), number(s.before), change(s.new, s.before), share(s.given, s.all)]
    });
    let rows: Vec<_> = rows.collect();
    made.table(
        &["Source", "New", "Week before", "Change", "Agreed to mail"],
        rows,
        "No contact came in these two weeks.",
    );
    made.section("Links");
    let rows = links
        .iter()
        .map(|l| vec![said(if l.name.is_empty() { &l.target } else { &l.name }), number(l.clicks), number(l.before)])
        .collect();
    made.table(
        &["Link", "Clicks", "Week before"],
        rows,
        "No short link was followed. [Make one](/links) for each campaign to see what it brings.",
    );
    Ok(made)
}

pub fn source(name: &str) -> String {
    if name.trim().is_empty() { "not said".into() } else { said(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        assert_eq!(sentences("It costs 3.50 today. Come! #now https://a.example/b"), ["It costs 3.50 today.", "Come!"]);
        assert_eq!(sentences("No end"), ["No end"]);
        assert_eq!(sentences(""), [""; 0]);
        assert_eq!(sentences("Wait... what?"), ["Wait...", "what?"]);
    }

    #[test]
    fn shapes_have_room() {
        assert_eq!(
            [shape(1080, 1350), shape(1000, 1000), shape(1920, 1080), shape(1000, 950)],
            ["upright", "square", "wide", "square"]
        );
    }
}
