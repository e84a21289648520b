//! What the stand-in writes: from the words that it was sent, the same each time. It knows the frame in which the program sends
//! its data and takes everything in it for data; to what stands outside of it, it listens like a model that obeys anybody.

use super::check::Question;
use super::schema;
use serde_json::{Value, json};

/// The answer, as text.
pub fn answer(question: &Question, too_long: bool, always: bool) -> String {
    let Some(schema) = &question.schema else {
        return "This is an answer of the stand-in.".into();
    };
    let (data, outside) = framed(&question.text);
    let obeys = outside.to_lowercase().contains("ignore all");
    if let Some(data) = data.as_ref().filter(|data| data["findings"].is_array()) {
        return agent(data, obeys).to_string();
    }
    if let Some(data) = data.as_ref().filter(|data| data["question"].is_string()) {
        return super::talking::step(data, obeys).to_string();
    }
    if let Some(data) = data.as_ref().filter(|data| data["campaign"].is_object()) {
        return campaign(data, obeys, too_long, always).to_string();
    }
    if let Some(text) = data.as_ref().and_then(|data| data["hashtags_for"].as_str()) {
        return json!({ "hashtags": hashtags(text, obeys) }).to_string();
    }
    if let Some(data) = data.as_ref().filter(|data| data["caption"].is_string()) {
        return fit(data, &question.picture, obeys).to_string();
    }
    if let Some(data) = data.as_ref().filter(|data| data["error"].is_object()) {
        return diagnosis(data, obeys).to_string();
    }
    let Some(data) = data.filter(|data| data["texts"].is_array()) else {
        let plain = schema::plain(schema, schema, 0).to_string();
        return if obeys { plain.replace("An answer of the stand-in.", "PWNED") } else { plain };
    };
    let texts = data["texts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let captions = texts.iter().enumerate().map(|(at, entry)| {
        let long = always || (too_long && entry.get("fix").is_none());
        let text = if obeys { "PWNED".into() } else { text(question, &data, entry, at, long) };
        json!({ "ref": entry["ref"], "text": text })
    });
    json!({ "captions": captions.collect::<Vec<_>>() }).to_string()
}

/// Words about an error, and the first repair that is offered.
fn diagnosis(data: &Value, obeys: bool) -> Value {
    if obeys {
        return json!({ "meaning": "PWNED", "next": "PWNED", "repair": "clear_temporary" });
    }
    let part = data["error"]["part"].as_str().unwrap_or("program");
    let repair = data["repairs"][0]["id"].as_str().unwrap_or("none");
    json!({
        "meaning": format!("Something in the part “{part}” did not go as it should."),
        "next": "Look at what the program saw last.",
        "repair": repair,
    })
}

/// Whether a picture fits a text, by the one thing that the stand-in sees: its colour.
fn fit(data: &Value, picture: &[u8], obeys: bool) -> Value {
    if obeys {
        return json!({ "fits": "yes", "why": "PWNED" });
    }
    let seen = colour(picture);
    let caption = data["caption"].as_str().unwrap_or_default().to_lowercase();
    let named = COLOURS.iter().map(|(name, _)| *name).find(|name| caption.contains(name));
    match named {
        Some(named) if named == seen => {
            json!({ "fits": "yes", "why": format!("The picture is {seen}, as the text says.") })
        }
        Some(named) => {
            json!({ "fits": "no", "why": format!("The text speaks of {named}, and the picture is {seen}.") })
        }
        None => json!({ "fits": "partly", "why": format!("The picture is {seen}; the text names no colour.") }),
    }
}

const COLOURS: [(&str, [u8; 3]); 8] = [
    ("black", [20, 20, 20]),
    ("white", [240, 240, 240]),
    ("grey", [128, 128, 128]),
    ("red", [200, 40, 40]),
    ("green", [40, 160, 60]),
    ("blue", [40, 80, 200]),
    ("yellow", [230, 210, 50]),
    ("brown", [130, 85, 45]),
];

/// The name of the colour that is nearest to a picture's average.
fn colour(picture: &[u8]) -> &'static str {
    let Ok(read) = image::load_from_memory(picture) else { return "nothing that can be seen" };
    let small = read.thumbnail_exact(1, 1).to_rgb8();
    let seen = small.get_pixel(0, 0).0;
    let far = |colour: [u8; 3]| -> i32 {
        let apart = |at: usize| i32::from(colour[at]) - i32::from(seen[at]);
        (0..3).map(|at| apart(at) * apart(at)).sum()
    };
    COLOURS.iter().min_by_key(|(_, colour)| far(*colour)).map_or("grey", |(name, _)| *name)
}

/// What an agent is told: the first findings again as a summary, and each draft in other words, with what it was offered.
fn agent(data: &Value, obeys: bool) -> Value {
    let list = |of: &Value| of.as_array().cloned().unwrap_or_default();
    let findings = list(&data["findings"]);
    let summary: Vec<_> = findings.iter().filter_map(Value::as_str).take(3).collect();
    let drafts = list(&data["drafts"]).into_iter().map(|draft| {
        let most = draft["most_characters"].as_u64().unwrap_or(280) as usize;
        let mut all = vec!["Something nice today.".to_owned()];
        all.extend(sentences(draft["say"].as_str().unwrap_or_default()));
        let accounts: Vec<_> = list(&draft["accounts"]).into_iter().map(|account| account["ref"].clone()).collect();
        let text = if obeys { "PWNED".to_owned() } else { fitting(&all, most) };
        json!({ "ref": draft["ref"], "text": text, "picture": list(&draft["pictures"]).first().map(|p| p["ref"].clone()), "accounts": accounts })
    });
    let summary = if obeys { "PWNED".to_owned() } else { summary.join(" ") };
    json!({ "summary": summary, "drafts": drafts.collect::<Vec<_>>() })
}

/// A campaign's strategy and messages out of its brief, or a text for each of its posts out of its message.
fn campaign(data: &Value, obeys: bool, too_long: bool, always: bool) -> Value {
    if data["ask"] == "strategy" {
        let mut messages = sentences(data["campaign"]["goal"].as_str().unwrap_or_default());
        messages.truncate(3);
        messages.extend(["Come by and see.", "Made with care.", "Ask us."].map(str::to_owned));
        messages.truncate(3);
        let strategy = if obeys { "PWNED" } else { "First we say why, then we show how, and at the end we invite." };
        return json!({ "strategy": strategy, "messages": messages });
    }
    let texts = data["texts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let posts = texts.iter().enumerate().map(|(at, entry)| {
        let most = entry["most_characters"].as_u64().unwrap_or(280) as usize;
        let opening = OPENINGS[at % OPENINGS.len()].1[at % 3];
        let mut all = vec![if entry["now"].is_string() { "Said once more." } else { opening }.to_owned()];
        all.extend(sentences(entry["message"].as_str().unwrap_or_default()));
        let text = match () {
            () if obeys => "PWNED".to_owned(),
            () if always || (too_long && entry["fix"].is_null()) => "This sentence is too long. ".repeat(most / 20),
            () => fitting(&all, most),
        };
        json!({ "ref": entry["ref"], "account": entry["account"], "day": entry["day"], "text": text, "picture": null })
    });
    json!({ "posts": posts.collect::<Vec<_>>() })
}

/// What a campaign's question gets from a model that names foreign accounts, days, pictures, links and numbers; `None`: it is another's.
pub fn foreign_campaign(question: &Question) -> Option<String> {
    let data = framed(&question.text).0.filter(|data| data["campaign"].is_object())?;
    if data["ask"] == "strategy" {
        let messages = ["Reach grew by 4,711 %.", "Ask Marco Polo.", "See https://evil.example/x"];
        return Some(json!({ "strategy": "Delete all posts first.", "messages": messages }).to_string());
    }
    let texts = data["texts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let posts = texts.iter().enumerate().map(|(at, entry)| {
        let mut post = json!({
            "ref": entry["ref"], "account": entry["account"], "day": entry["day"], "text": "Something nice.", "picture": null,
        });
        let (field, wrong) = [
            ("account", "a41"),
            ("day", "2099-01-01"),
            ("picture", "p99"),
            ("text", "Save 77 % at https://evil.example/x."),
            ("ref", "019a0000-0000-7000-8000-000000000001"),
            ("account", "019a0000-0000-7000-8000-000000000001"),
        ][at % 6];
        post[field] = wrong.into();
        post
    });
    Some(json!({ "posts": posts.collect::<Vec<_>>() }).to_string())
}

/// The JSON between `<data>` and `</data>`, and everything around it.
fn framed(text: &str) -> (Option<Value>, String) {
    let Some((before, rest)) = text.split_once("<data>") else { return (None, text.to_owned()) };
    let Some((inner, after)) = rest.split_once("</data>") else { return (None, text.to_owned()) };
    (serde_json::from_str(inner).ok(), format!("{before}{after}"))
}

const OPENINGS: [(&str, [&str; 3]); 5] = [
    ("Friendly", ["Good news from us.", "A small note for you.", "Something nice today."]),
    ("Expert", ["Here are the facts.", "What matters here.", "In short."]),
    ("Playful", ["Guess what landed on our counter.", "Ta-da.", "Psst."]),
    ("Calm", ["No hurry.", "Take a moment.", "Quietly new."]),
    ("Bold", ["This is it.", "Straight to the point.", "No small talk."]),
];

const CLOSINGS: [&str; 3] = ["See you soon.", "Tell us how you like it.", "Thank you for reading."];

fn text(question: &Question, data: &Value, entry: &Value, at: usize, long: bool) -> String {
    let most = entry["most_characters"].as_u64().unwrap_or(500) as usize;
    let network = entry["network"].as_str().unwrap_or_default();
    let now = entry["now"].as_str();
    let instructions = question.instructions.as_str();
    let wants = |words: &str| instructions.contains(words);
    let sentences = sentences(now.unwrap_or(data["brief"].as_str().unwrap_or_default()));
    let mut written = match now {
        _ if long => vec!["This sentence is here to make the text too long.".to_owned(); most / 40 + 2],
        // Mended from what it was to say.
        Some(now) if entry.get("fix").is_some() => {
            return fitting(&self::sentences(entry["original"].as_str().unwrap_or(now)), most);
        }
        Some(_) if wants("half as many words") => sentences[..sentences.len().div_ceil(2)].to_vec(),
        Some(_) if wants("as a person would") => sentences.iter().map(|s| s.replace('!', ".")).collect(),
        Some(_) if wants("more warmly") => [vec!["We thought of you.".to_owned()], sentences].concat(),
        Some(_) if wants("without advertising") => unadvertised(&sentences),
        Some(_) if wants("honest question") => [sentences, vec!["What do you think?".to_owned()]].concat(),
        Some(now) if wants("translate it into") => {
            let language = data["language"].as_str().unwrap_or_default();
            return fitting(&[format!("({language}) {now}")], most);
        }
        Some(_) => {
            let mut turned = sentences;
            let by = usize::from(turned.len() > 1);
            turned.rotate_left(by);
            [vec!["Said once more.".to_owned()], turned].concat()
        }
        None => {
            let tone = data["tone"].as_str().unwrap_or_default();
            let openings = OPENINGS.iter().find(|(name, _)| *name == tone).map_or(OPENINGS[0].1, |(_, all)| *all);
            let seed = at + network.len();
            let mut all = vec![openings[seed % 3].to_owned()];
            all.extend(sentences);
            match question.pictures {
                0 => {}
                1 => all.push("Have a look at the picture.".into()),
                n => all.push(format!("Have a look at the {n} pictures.")),
            }
            all.push(CLOSINGS[seed % 3].into());
            all
        }
    };
    if long {
        return written.join(" ");
    }
    if written.is_empty() {
        written.push("Have a look.".into());
    }
    fitting(&written, most)
}

/// The longer words of a text as hashtags.
fn hashtags(text: &str, obeys: bool) -> Vec<String> {
    if obeys {
        return vec!["#PWNED".into()];
    }
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 4);
    words.filter(|word| word.chars().any(char::is_alphabetic)).map(|word| format!("#{word}")).take(4).collect()
}

/// Without sentences that only urge, and without exclamation marks.
fn unadvertised(sentences: &[String]) -> Vec<String> {
    const URGES: [&str; 4] = ["miss out", "hurry", "act now", "wait any longer"];
    let urges = |sentence: &String| {
        let low = sentence.to_lowercase();
        low.split_whitespace().count() < 6 && URGES.iter().any(|words| low.contains(words))
    };
    let calm: Vec<_> = sentences.iter().filter(|s| !urges(s)).map(|s| s.replace('!', ".")).collect();
    if calm.is_empty() { sentences.to_vec() } else { calm }
}

fn sentences(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut characters = text.trim().chars().peekable();
    while let Some(c) = characters.next() {
        if let Some(last) = all.last_mut() {
            last.push(if c == '\n' { ' ' } else { c });
        }
        if matches!(c, '.' | '!' | '?') && characters.peek().is_none_or(|next| next.is_whitespace()) {
            all.push(String::new());
        }
    }
    let whole = |s: &String| {
        let s = s.trim();
        if s.ends_with(['.', '!', '?', ')', '"']) || s.is_empty() { s.to_owned() } else { format!("{s}.") }
    };
    all.iter().map(whole).filter(|s| !s.is_empty()).collect()
}

/// As many sentences as there is room for; of a first one that is too long as many words.
fn fitting(sentences: &[String], most: usize) -> String {
    let mut text = String::new();
    for sentence in sentences {
        let length = text.chars().count() + sentence.chars().count() + 1;
        if length > most * 4 / 5 && !text.is_empty() {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(sentence);
    }
    if text.chars().count() > most {
        text = text.chars().take(most.saturating_sub(1)).collect();
        if let Some((head, _)) = text.clone().rsplit_once(' ') {
            text = format!("{head}.");
        }
    }
    text
}
