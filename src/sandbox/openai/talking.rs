//! What the stand-in says in a conversation: it calls the tool that the words of the question ask for, once, and tells what came of it. The
//! same each time.

use serde_json::{Value, json};

/// One step: what it says, and the tool that it calls next.
pub fn step(data: &Value, obeys: bool) -> Value {
    if obeys {
        return json!({ "say": "PWNED", "tool": null });
    }
    let question = data["question"].as_str().unwrap_or_default();
    let lower = question.to_lowercase();
    let empty = vec![];
    let results = data["results"].as_array().unwrap_or(&empty);
    let result = |tool: &str| results.iter().find(|result| result["tool"] == tool).map(|result| &result["result"]);
    let says = |words: &str| json!({ "say": words, "tool": null });
    let calls = |say: &str, tool: Value| json!({ "say": say, "tool": tool });
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if let Some(report) = data["report"].as_str() {
        let first = report.lines().find_map(|line| line.strip_prefix("- "));
        return match first {
            _ if has(&["repair"]) => says("The program can mend what it may.\nACTION: REPAIR_ERRORS"),
            Some(_) => says("Begin with the first line of the report: the others often follow from it."),
            None => says("There is nothing to do now."),
        };
    }
    if has(&["write", "draft", "propose"]) && has(&["post"]) {
        if let Some(done) = result("propose_post") {
            return says(done["refused"].as_str().unwrap_or("The post is below: have a look, and decide."));
        }
        let Some(accounts) = result("connections") else {
            return calls("", json!({ "tool": "connections" }));
        };
        let account = accounts.as_array().into_iter().flatten().find(|account| account["state"] == "works");
        let Some(account) = account else { return says("No account works right now, so I propose no post.") };
        let about = lower.find("about ").map_or(question, |at| question.get(at + 6..).unwrap_or(question));
        return calls(
            "",
            json!({ "tool": "propose_post", "text": format!("Good news from us: {about}"), "accounts": [account["ref"]], "picture": null, "at": null }),
        );
    }
    if has(&["repair", "fix", "mend"]) {
        return match result("repair_errors") {
            None => calls("", json!({ "tool": "repair_errors", "error": null })),
            Some(done) => {
                says(done["done"].as_str().or(done["offered"].as_str()).or(done["refused"].as_str()).unwrap_or("Done."))
            }
        };
    }
    if has(&["connection", "account"]) && !has(&["how"]) {
        let Some(accounts) = result("connections") else { return calls("", json!({ "tool": "connections" })) };
        return says(&connections(accounts));
    }
    if has(&["error", "wrong", "broken"]) {
        let Some(errors) = result("open_errors") else { return calls("", json!({ "tool": "open_errors" })) };
        return says(&lines(errors, "message", "No error is open."));
    }
    if has(&["needs me", "waits"]) {
        let Some(posts) = result("needs_you") else { return calls("", json!({ "tool": "needs_you" })) };
        return says(&lines(posts, "begins", "Nothing waits for you."));
    }
    if has(&["find", "search"]) {
        let (tool, name) = if has(&["contact"]) { ("find_contacts", "name") } else { ("find_posts", "begins") };
        let Some(found) = result(tool) else {
            let words = question.split_whitespace().last().unwrap_or_default();
            return calls("", json!({ "tool": tool, "words": words }));
        };
        return says(&lines(found, name, "I found nothing."));
    }
    if let Some(pictures) = data["page"]["post"]["pictures"].as_array()
        && has(&["picture"])
    {
        return says(&format!("[This post](p1) has {} pictures.", pictures.len()));
    }
    let Some(help) = result("help") else { return calls("", json!({ "tool": "help", "words": question })) };
    match help.get(0) {
        Some(topic) => {
            let (title, page) = (topic["title"].as_str().unwrap_or_default(), topic["page"].as_str().unwrap_or("/"));
            let text = topic["text"].as_str().unwrap_or_default();
            let first = text.split(". ").next().unwrap_or_default().trim_end_matches('.');
            says(&format!("{first}. See [{title}]({page})."))
        }
        None => says("I do not know that, and the help says nothing about it."),
    }
}

fn connections(accounts: &Value) -> String {
    let all: Vec<&Value> = accounts.as_array().into_iter().flatten().collect();
    let bad: Vec<_> = all
        .iter()
        .filter(|account| account["state"] != "works" || account["why"].as_str().is_some_and(|why| !why.is_empty()))
        .map(|account| {
            let text = |name: &str| account[name].as_str().unwrap_or_default();
            format!("- [{} {}]({}) {}. {}", text("network"), text("handle"), text("ref"), text("state"), text("why"))
        })
        .collect();
    match (all.len(), bad.is_empty()) {
        (0, _) => "No account is connected.".into(),
        (n, true) => format!("All {n} accounts work."),
        (_, false) => format!("These need you:\n\n{}", bad.join("\n")),
    }
}

fn lines(found: &Value, name: &str, nothing: &str) -> String {
    let lines: Vec<_> = found
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            format!("- [{}]({})", one[name].as_str().unwrap_or_default(), one["ref"].as_str().unwrap_or_default())
        })
        .collect();
    match (lines.is_empty(), found["refused"].as_str()) {
        (_, Some(refused)) => refused.to_owned(),
        (true, _) => nothing.to_owned(),
        (false, _) => lines.join("\n"),
    }
}
