//! What LinkedIn is asked to create.

use super::card::Card;
use super::little;
use super::publish::Prep;
use crate::connectors::{Content, link_page};
use crate::domain::platforms::linkedin::{LinkedInOptions, PollDuration};
use crate::domain::post::{Format, MediaKind};
use serde_json::{Value, json};

/// Files win over a link card: a post has one or the other.
pub(super) fn of(author: &str, content: &Content, prep: &Prep) -> Value {
    let mut body = json!({
        "author": author,
        "commentary": little::encode(&content.text),
        "visibility": "PUBLIC",
        "distribution": { "feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": [] },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": false,
    });
    let options = LinkedInOptions::read(content.format, &content.options);
    let file = prep.file.as_ref().filter(|_| content.media.iter().any(|m| m.facts.kind() != MediaKind::Picture));
    let mut pictures = prep.images.iter().zip(&content.media).map(|(image, media)| {
        let mut picture = json!({ "id": image.urn });
        if !media.facts.alt.trim().is_empty() {
            picture["altText"] = media.facts.alt.trim().into();
        }
        picture
    });
    if content.format == Format::Poll {
        body["content"] = json!({ "poll": poll(&options) });
    } else if let Some(file) = file {
        let mut media = json!({ "id": file.urn });
        if let Some(title) = options.title {
            media["title"] = title.into();
        }
        body["content"] = json!({ "media": media });
    } else {
        match (prep.images.len(), card_link(content)) {
            (0, Some(link)) => body["content"] = json!({ "article": article(link, prep.card.as_ref()) }),
            (0, None) => {}
            (1, _) => body["content"] = json!({ "media": pictures.next() }),
            _ => body["content"] = json!({ "multiImage": { "images": pictures.collect::<Vec<_>>() } }),
        }
    }
    body
}

fn poll(options: &LinkedInOptions) -> Value {
    let answers = [&options.answer_1, &options.answer_2, &options.answer_3, &options.answer_4];
    let answers: Vec<_> = answers.into_iter().flatten().map(|answer| json!({ "text": answer.trim() })).collect();
    let duration = match options.duration {
        PollDuration::OneDay => "ONE_DAY",
        PollDuration::ThreeDays => "THREE_DAYS",
        PollDuration::SevenDays => "SEVEN_DAYS",
        PollDuration::FourteenDays => "FOURTEEN_DAYS",
    };
    json!({
        "question": options.question.as_deref().unwrap_or_default().trim(),
        "options": answers,
        "settings": { "duration": duration },
    })
}

/// The link that becomes a card.
pub(super) fn card_link(content: &Content) -> Option<&str> {
    let link = content.link.as_deref().map(str::trim).filter(|link| !link.is_empty());
    link.filter(|_| content.media.is_empty() && content.format != Format::Poll)
}

/// LinkedIn does not read the page: title, words and picture come from us. A page that says nothing is named by its host.
fn article(link: &str, card: Option<&Card>) -> Value {
    let card = card.filter(|card| card.link == link);
    let title = card.and_then(|c| c.title.clone()).unwrap_or_else(|| link_page::host(link));
    let mut article = json!({ "source": link, "title": title });
    if let Some(description) = card.and_then(|c| c.description.as_deref()) {
        article["description"] = description.into();
    }
    if let Some(thumbnail) = card.and_then(|c| c.thumbnail.as_deref()) {
        article["thumbnail"] = thumbnail.into();
    }
    article
}
