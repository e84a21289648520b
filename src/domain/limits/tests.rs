//! One draft per rule that breaks this rule only, and a draft per platform that breaks none.

use super::*;
use crate::domain::error::{Problem, Severity};
use crate::domain::ids::AssetId;
use crate::domain::options::OptionValue;
use crate::domain::post::{MediaFacts, PartKind, PostContent, VideoFacts};
use Platform::{Bluesky, Facebook, Instagram, LinkedIn, X};
use std::str::FromStr;

fn picture() -> MediaFacts {
    MediaFacts {
        asset: AssetId::nil(),
        mime: "image/jpeg".into(),
        bytes: 200_000,
        width: 1080,
        height: 1080,
        alt: "A cup of coffee on a table".into(),
        video: None,
        pages: None,
    }
}

fn of(mime: &str) -> MediaFacts {
    MediaFacts { mime: mime.into(), ..picture() }
}

fn sized(width: u32, height: u32) -> MediaFacts {
    MediaFacts { width, height, ..picture() }
}

fn film(width: u32, height: u32) -> MediaFacts {
    let video = VideoFacts {
        millis: 20_000,
        codec: "h264".into(),
        audio: Some("aac".into()),
        frames: 30_000,
        bit_rate: 5_000_000,
    };
    MediaFacts { mime: "video/mp4".into(), width, height, video: Some(video), ..picture() }
}

type Draft = PostContent<MediaFacts>;

fn post(text: &str, media: Vec<MediaFacts>) -> Draft {
    Draft { text: text.into(), media, ..Draft::default() }
}

fn with_link(draft: Draft, link: &str) -> Draft {
    Draft { link: Some(link.into()), ..draft }
}

/// `draft` has exactly this problem.
#[track_caller]
fn refused(platform: Platform, draft: Draft, field: &str, message: &str) {
    assert_eq!(check(platform, &draft), [Problem::error(field, message)]);
}

/// `draft` could be published, but with exactly this remark.
#[track_caller]
fn remarked(platform: Platform, draft: Draft, field: &str, message: &str) {
    assert_eq!(check(platform, &draft), [Problem::warning(field, message)]);
}

/// An ordinary post of an account of which nothing is known.
fn check(platform: Platform, draft: &Draft) -> Vec<Problem> {
    super::check(platform, &AccountFacts::default(), draft)
}

fn count(platform: Platform, text: &str) -> u32 {
    super::count(platform, Format::Feed, &AccountFacts::default(), text)
}

#[test]
fn good_drafts_pass() {
    let gif = MediaFacts { bytes: 14 << 20, width: 1280, height: 1080, ..of("image/gif") };
    let good = [
        (X, post("Fresh coffee from 8 o'clock: example.com/menu #coffee @lux $LUX 👨‍👩‍👧‍👦", vec![])),
        (X, post(&"x".repeat(280), vec![picture(), of("image/png"), of("image/webp"), sized(200, 4000)])),
        (X, post("", vec![gif])),
        (X, with_link(post("See https://example.com/menu", vec![]), "https://example.com/menu")),
        (LinkedIn, post(&"x".repeat(3000), vec![])),
        (LinkedIn, post("We are hiring!", vec![picture(), of("image/png"), of("image/gif")])),
        (LinkedIn, post("", vec![picture(); 20])),
        (LinkedIn, with_link(post("", vec![]), "https://example.com/menu?day=monday#top")),
        (Bluesky, post(&"👨‍👩‍👧‍👦".repeat(120), vec![picture(), of("image/png"), of("image/webp"), sized(200, 4000)])),
        (Bluesky, with_link(post("", vec![]), "https://example.com/menu")),
        (Facebook, post(&"x".repeat(60_000), vec![picture(), of("image/png"), sized(200, 4000)])),
        (Facebook, with_link(post("", vec![]), "https://example.com/menu")),
        (Facebook, post("", vec![picture(); 10])),
        (Instagram, post(&"x".repeat(2200), vec![picture(); 10])),
        (Instagram, post("", vec![sized(1080, 1350)])),
        (Instagram, post("", vec![sized(1910, 1000)])),
        (Instagram, post(&"#coffee @lux ".repeat(20), vec![picture()])),
    ];
    for (platform, draft) in good {
        assert_eq!(check(platform, &draft), [], "{platform}: {}", draft.text);
    }
}

#[test]
fn text_that_is_missing_or_too_long() {
    refused(X, post(" \n", vec![]), "text", "X needs text or a picture. Write something.");
    refused(LinkedIn, post("", vec![]), "text", "LinkedIn needs text, a link or a picture. Write something.");
    let text = format!("{}https://example.com/", "é".repeat(269));
    refused(X, post(&text, vec![]), "text", "X allows 280 characters; this is 292. Remove 12.");
    let text = "x".repeat(3001);
    refused(LinkedIn, post(&text, vec![]), "text", "LinkedIn allows 3000 characters; this is 3001. Remove 1.");
    let text = "😀".repeat(1101);
    let message = "Instagram allows 2200 characters; this is 2202. Remove 2.";
    refused(Instagram, post(&text, vec![picture()]), "text", message);
}

#[test]
fn facebook_takes_pictures_a_link_or_one_video() {
    let message = "Facebook needs text, a link or a picture. Write something.";
    refused(Facebook, post(" ", vec![]), "text", message);
    let message = "Facebook allows 60000 characters; this is 60001. Remove 1.";
    refused(Facebook, post(&"x".repeat(60_001), vec![]), "text", message);
    let message = "Facebook allows 10 pictures; this has 11. Remove 1.";
    refused(Facebook, post("", vec![picture(); 11]), "media", message);
    let message = "Picture 1 is a WebP; Facebook takes JPEG or PNG only. Replace it, or save it as JPEG or PNG.";
    refused(Facebook, post("", vec![of("image/webp")]), "media", message);
    let message = "Facebook shows no link card beside pictures: this link will not appear. Put it into the text.";
    remarked(Facebook, with_link(post("", vec![picture()]), "https://example.com"), "link", message);
    refused(
        Facebook,
        post("", vec![film(1080, 1920), picture()]),
        "media",
        "Facebook shows a video only alone. Keep the video, or only the pictures.",
    );
    assert_eq!(check(Facebook, &post("", vec![film(1920, 1080)])), []);
    assert_eq!(check(Facebook, &post("", vec![MediaFacts { mime: "video/quicktime".into(), ..film(1080, 1080) }])), []);
    let large = MediaFacts { bytes: 2_000_000_001, ..film(1920, 1080) };
    let message = "The video has 1907.4 MB; Facebook allows 1907.3 MB. Export it smaller.";
    refused(Facebook, post("", vec![large]), "media", message);
}

#[test]
fn facebook_reels_are_short_and_upright() {
    let reel = |media| Draft { format: Format::Reel, ..post("Look", media) };
    assert_eq!(check(Facebook, &reel(vec![film(1080, 1920)])), []);
    assert_eq!(check(Facebook, &Draft { format: Format::Reel, ..post("", vec![film(540, 960)]) }), []);
    refused(Facebook, reel(vec![]), "media", "Facebook needs a video.");
    // One can only come near 9:16 with so many pixels.
    assert_eq!(check(Facebook, &reel(vec![film(640, 1136)])), []);
    assert_eq!(check(Facebook, &reel(vec![film(640, 1138)])), []);
    let message = "The shape of the video (1080 × 1080) has to be 9:16 for Facebook. Cut it at the sides, to 606 × 1080, or \
                   export it in that shape.";
    refused(Facebook, reel(vec![film(1080, 1080)]), "media", message);
    let message = "The shape of the video (1080 × 2000) has to be 9:16 for Facebook. Cut it at the top or bottom, to 1080 × 1920, \
                   or export it in that shape.";
    refused(Facebook, reel(vec![film(1080, 2000)]), "media", message);
    let message = "The video has 541 × 955 pixels; Facebook wants 540 × 960 at least. Export it larger.";
    refused(Facebook, reel(vec![film(541, 955)]), "media", message);
    let message = "The video has 360 × 640 pixels; Facebook wants 540 at least. Export it larger.";
    refused(Facebook, reel(vec![film(360, 640)]), "media", message);
    let lasting = |millis| {
        let mut film = film(1080, 1920);
        film.video.as_mut().unwrap().millis = millis;
        film
    };
    refused(
        Facebook,
        reel(vec![lasting(2_900)]),
        "media",
        "The video lasts 2.9 seconds; Facebook wants 3 seconds at least.",
    );
    let message = "The video lasts 1:31 minutes; Facebook takes 1:30 minutes at most. Cut it shorter.";
    refused(Facebook, reel(vec![lasting(91_000)]), "media", message);
    let found = check(Facebook, &reel(vec![picture()]));
    assert!(found.iter().any(|problem| problem.field == "media" && problem.severity == Severity::Error), "{found:?}");
}

#[test]
fn youtube_takes_one_video_and_shorts_are_short_and_not_wide() {
    use crate::domain::options::{OptionValue, Options};
    use Platform::YouTube;
    let about: Options = [("title", "A new roast"), ("made_for_kids", "no")]
        .map(|(id, value)| (id.to_owned(), OptionValue::Text(value.to_owned())))
        .into_iter()
        .collect();
    let video = |media| Draft { options: about.clone(), ..post("Beans", media) };
    let short = |media| Draft { format: Format::Short, ..video(media) };
    // Nobody said which format: the first one is meant.
    for good in [video(vec![film(1920, 1080)]), short(vec![film(1080, 1920)]), short(vec![film(1080, 1080)])] {
        assert_eq!(check(YouTube, &good), []);
    }
    let webm = MediaFacts { mime: "video/webm".into(), ..film(1920, 1080) };
    assert_eq!(check(YouTube, &Draft { format: Format::Video, ..video(vec![webm]) }), []);
    refused(YouTube, video(vec![]), "media", "YouTube needs a video.");
    let message = "The shape of the video (1920 × 1080) has to be between 1:100 and 1:1 for YouTube. Cut it at the sides, to \
                   1080 × 1080, or export it in that shape.";
    refused(YouTube, short(vec![film(1920, 1080)]), "media", message);
    let mut long = film(1080, 1920);
    long.video.as_mut().unwrap().millis = 181_000;
    let message = "The video lasts 3:01 minutes; YouTube takes 3:00 minutes at most. Cut it shorter.";
    refused(YouTube, short(vec![long.clone()]), "media", message);
    assert_eq!(check(YouTube, &video(vec![long])), []);
    let message = "YouTube allows 5000 bytes of text; the characters of this have 5002. Use fewer emoji or shorten it.";
    refused(
        YouTube,
        Draft { options: about.clone(), ..post(&"é".repeat(2_501), vec![film(1920, 1080)]) },
        "text",
        message,
    );
    let message = "Choose “Made for kids” first.";
    let mut unsaid = video(vec![film(1920, 1080)]);
    unsaid.options.set("made_for_kids", OptionValue::Text(String::new()));
    refused(YouTube, unsaid, "options.made_for_kids", message);
}

#[test]
fn text_of_too_many_characters_or_bytes() {
    let message = "Bluesky allows 300 characters; this is 301. Remove 1.";
    refused(Bluesky, post(&"é".repeat(301), vec![]), "text", message);
    refused(Bluesky, post(&"👍🏽".repeat(301), vec![]), "text", message);
    // A family of four is one character of 25 bytes.
    let message = "Bluesky allows 3000 bytes of text; the characters of this have 3025. Use fewer emoji or shorten it.";
    refused(Bluesky, post(&"👨‍👩‍👧‍👦".repeat(121), vec![]), "text", message);
    refused(Bluesky, post("", vec![]), "text", "Bluesky needs text, a link or a picture. Write something.");
    assert_eq!(count(Bluesky, "👨‍👩‍👧 é"), 3);
    let reply =
        part_rules(Bluesky, Format::Feed, &AccountFacts::default(), PartKind::Reply).map(|rules| rules.max_text);
    assert_eq!(reply, Some(300));
}

#[test]
fn text_that_is_written_wrongly() {
    let message = "The text contains an invisible character (U+FEFF) that X refuses. Remove it.";
    refused(X, post("\u{feff}Hello", vec![]), "text", message);
    let message = "X allows one cashtag in a post; this has $ABC, $DEF. Keep one.";
    refused(X, post("$ABC or $DEF?", vec![]), "text", message);
    let text = "#tag ".repeat(31);
    let message = "Instagram allows 30 hashtags; this has 31. Remove 1.";
    refused(Instagram, post(&text, vec![picture()]), "text", message);
    refused(
        Instagram,
        post(&"#2026#☕".repeat(20), vec![picture()]),
        "text",
        "Instagram allows 30 hashtags; this has 40. Remove 10.",
    );
    let text = "@name ".repeat(22);
    let message = "Instagram allows 20 mentions; this has 22. Remove 2.";
    refused(Instagram, post(&text, vec![picture()]), "text", message);
    let no_tags = "# x#\n #! https://example.com/#a #\u{fe0f}\u{20e3} ".repeat(31);
    assert_eq!(check(Instagram, &post(&no_tags, vec![picture()])), []);
    let text = format!("{}(*)", "x".repeat(2996));
    let message = "LinkedIn may count each of \\|{}@[]()<>#*_~ twice: then this is 3002 of 3000 and the end could be cut off. \
                   Remove 2 to be safe.";
    remarked(LinkedIn, post(&text, vec![]), "text", message);
}

#[test]
fn number_of_pictures() {
    refused(Instagram, post("Hello", vec![]), "media", "Instagram needs a picture or a video.");
    refused(X, post("", vec![picture(); 5]), "media", "X allows 4 pictures; this has 5. Remove 1.");
    refused(LinkedIn, post("", vec![picture(); 22]), "media", "LinkedIn allows 20 pictures; this has 22. Remove 2.");
    refused(Instagram, post("", vec![picture(); 11]), "media", "Instagram allows 10 pictures; this has 11. Remove 1.");
    let message = "X shows a GIF only alone. Keep one GIF, or only the other pictures.";
    refused(X, post("", vec![picture(), of("image/gif")]), "media", message);
    refused(
        X,
        post("", vec![of("image/gif"); 2].into_iter().map(|m| MediaFacts { width: 10, height: 10, ..m }).collect()),
        "media",
        message,
    );
}

#[test]
fn types_of_pictures() {
    let message = "Picture 2 is a PNG; Instagram takes JPEG only. Replace it, or save it as JPEG.";
    refused(Instagram, post("", vec![picture(), of("image/png")]), "media", message);
    let message =
        "Picture 1 is a WebP; LinkedIn takes JPEG, PNG or GIF only. Replace it, or save it as JPEG, PNG or GIF.";
    refused(LinkedIn, post("", vec![of("image/webp")]), "media", message);
    let message = "Picture 1 is of type image/tiff; X takes JPEG, PNG, WebP or GIF only. \
                   Replace it, or save it as JPEG, PNG, WebP or GIF.";
    refused(X, post("", vec![of("image/tiff")]), "media", message);
}

#[test]
fn sizes_of_pictures() {
    let bytes = |bytes, mime| MediaFacts { bytes, ..of(mime) };
    let message = "Picture 1 has 5.1 MB; X allows 5 MB. Use a smaller file.";
    refused(X, post("", vec![bytes((5 << 20) + 1, "image/png")]), "media", message);
    let message = "Picture 1 has 2 MB; Bluesky allows 1.9 MB. Use a smaller file.";
    refused(Bluesky, post("", vec![bytes(2_000_001, "image/jpeg")]), "media", message);
    let message = "Picture 1 has 16 MB; X allows 15 MB. Use a smaller file.";
    refused(
        X,
        post("", vec![MediaFacts { width: 100, height: 100, ..bytes(16 << 20, "image/gif") }]),
        "media",
        message,
    );
    let message = "Picture 2 has 8.5 MB; Instagram allows 8 MB. Use a smaller file.";
    refused(Instagram, post("", vec![picture(), bytes((17 << 20) / 2, "image/jpeg")]), "media", message);
    let message = "Picture 1 is a GIF of 1281 × 1080 pixels; X allows 1280 × 1080. Scale it down.";
    refused(X, post("", vec![MediaFacts { width: 1281, ..of("image/gif") }]), "media", message);
    let message = "Picture 1 has 8000 × 5000 = 40000000 pixels; LinkedIn takes fewer than 36152320. Scale it down.";
    refused(LinkedIn, post("", vec![sized(8000, 5000)]), "media", message);
    assert_eq!(check(LinkedIn, &post("", vec![sized(36_152_319, 1)])), []);
    assert_eq!(check(LinkedIn, &post("", vec![sized(36_152_320, 1)])).len(), 1);
    let message = "Picture 1 is 200 pixels wide; Instagram enlarges it to 320, which looks blurred. Use a wider one.";
    remarked(Instagram, post("", vec![sized(200, 200)]), "media", message);
}

#[test]
fn shapes_of_pictures() {
    let message = "Picture 1 is too tall for Instagram (1080 × 1351); the shape has to be between 4:5 and 1.91:1. \
                   Cut something off at the top or bottom.";
    refused(Instagram, post("", vec![sized(1080, 1351)]), "media", message);
    let message = "Picture 1 is too wide for Instagram (1911 × 1000); the shape has to be between 4:5 and 1.91:1. \
                   Cut something off at the sides.";
    refused(Instagram, post("", vec![sized(1911, 1000)]), "media", message);
    let message = "Instagram will crop pictures 2 and 4 to the shape of picture 1. Check what is cut off.";
    let pictures = vec![picture(), sized(1080, 2000), sized(1080, 1081), sized(1920, 1080)];
    remarked(Instagram, post("", pictures), "media", message);
    assert_eq!(check(Instagram, &post("", vec![sized(0, 0)])).len(), 1, "no picture has no size, but no panic either");
}

#[test]
fn descriptions_of_pictures() {
    let alt = |alt: &str| MediaFacts { alt: alt.into(), ..picture() };
    let message = "The description of picture 2 has 1003 characters; X allows 1000. Remove 3.";
    refused(X, post("", vec![picture(), alt(&"x".repeat(1003))]), "media", message);
    let message = "The description of picture 1 has 1001 characters; Instagram allows 1000. Remove 1.";
    refused(Instagram, post("", vec![alt(&"x".repeat(1001))]), "media", message);
    for platform in [X, LinkedIn, Instagram, Bluesky, Facebook] {
        let message = "No description (alt text) for picture 2. Say in a sentence what can be seen.";
        remarked(platform, post("", vec![picture(), alt(" ")]), "media", message);
    }
    let message = "No description (alt text) for pictures 1, 2 and 3. Say in a sentence what can be seen.";
    remarked(X, post("", vec![alt(""), alt(""), alt("")]), "media", message);
}

#[test]
fn links() {
    let text = || post("Our menu", vec![]);
    let message = "This link is not a web address. Write it as in https://example.com/page";
    refused(LinkedIn, with_link(text(), "javascript:alert(1)"), "link", message);
    let message = "Begin the link with https://, as in https://example.com/menu";
    refused(LinkedIn, with_link(text(), "example.com/menu"), "link", message);
    let not_sent = [
        (LinkedIn, "LinkedIn shows no link card beside pictures: this link will not appear. Put it into the text."),
        (X, "X takes links only in the text: this link will not appear. Put it into the text."),
        (Instagram, "Instagram takes links only in the text: this link will not appear. Put it into the text."),
    ];
    for (platform, message) in not_sent {
        let draft = || post("Our menu", vec![picture()]);
        remarked(platform, with_link(draft(), "https://example.com"), "link", message);
        remarked(platform, with_link(draft(), "not sent, so not refused"), "link", message);
    }
    let named = with_link(post("See https://example.com", vec![picture()]), "https://example.com");
    assert_eq!(check(LinkedIn, &named), [], "the text has it");
    assert_eq!(check(LinkedIn, &with_link(text(), " ")), [], "an empty input is no link");
}

#[test]
fn several_problems_are_all_named() {
    let draft = post(&"x".repeat(2300), vec![MediaFacts { alt: String::new(), ..of("image/gif") }; 11]);
    let found = check(Instagram, &draft);
    assert_eq!(found.iter().filter(|p| p.severity == Severity::Error).count(), 1 + 1 + 11);
    assert_eq!(found.iter().filter(|p| p.severity == Severity::Warning).count(), 1);
}

#[test]
fn rules_say_where_they_come_from() {
    for platform in Platform::ALL {
        let Some(publishing) = platform.publishing() else {
            assert_eq!(check(platform, &Draft::default()), []);
            continue;
        };
        for format in publishing.formats.iter().map(|f| f.format) {
            let rules = rules(platform, format, &AccountFacts::default()).unwrap();
            assert_eq!(rules.platform, platform);
            assert!(!rules.source.is_empty() && !rules.image_types.is_empty());
            assert!(crate::domain::moment::Day::from_str(rules.reviewed).is_ok(), "{}", rules.reviewed);
        }
    }
}

#[test]
fn a_format_that_is_not_published_is_refused_by_name() {
    let found = super::check(X, &AccountFacts::default(), &Draft { format: Format::Story, ..post("Hello", vec![]) });
    assert_eq!(found, [Problem::error("format", "“Story” is not possible on X yet. Choose another format.")]);
    assert_eq!(rules(X, Format::Story, &AccountFacts::default()), None);
    assert!(rules(Platform::Moz, Format::Feed, &AccountFacts::default()).is_none());
}

#[test]
fn accounts_that_pay_for_long_texts_may_write_them() {
    let facts = AccountFacts { long_text: true, ..AccountFacts::default() };
    let long = post(&"x".repeat(25_000), vec![]);
    assert_eq!(super::check(X, &facts, &long), []);
    assert_eq!(super::check(X, &AccountFacts::default(), &long).len(), 1);
    let longer = super::check(X, &facts, &post(&"x".repeat(25_001), vec![]));
    assert_eq!(longer, [Problem::error("text", "X allows 25000 characters; this is 25001. Remove 1.")]);
    let reply = part_rules(X, Format::Feed, &facts, PartKind::Reply).map(|rules| rules.max_text);
    assert_eq!(reply, Some(25_000), "so may the next posts of a thread be");
    assert_eq!(rules(LinkedIn, Format::Feed, &facts).map(|rules| rules.max_text), Some(3000), "elsewhere they may not");
}

#[test]
fn counts_as_the_platform_does() {
    let text = "é 😀 👨‍👩‍👧 https://example.com/a/long/path";
    assert_eq!(count(X, text), 1 + 1 + 2 + 1 + 2 + 1 + 23);
    for platform in [LinkedIn, Instagram, Platform::Reddit] {
        assert_eq!(count(platform, text) as usize, text.encode_utf16().count());
    }
}

/// A text of a full field, made to send a scanner back and forth, is read as fast as any other.
#[test]
fn no_text_keeps_the_processor_busy() {
    let patterns = [
        "\u{301}",
        "e\u{301}\u{323}",
        "#",
        "#1",
        "#a",
        "@",
        "@a/",
        "$A",
        "a.co/",
        "a.co/(",
        "https://t.co/",
        "https://",
        ".",
        "-.",
        "a.",
        "xn--",
        "\u{1f468}\u{200d}",
        "\u{1f3fb}",
        "\u{1f1e6}",
        "(",
        "?a=",
        "ü.de",
        "a.co?",
        "\u{3002}",
        "日本。co",
    ];
    for pattern in patterns {
        let text: String = pattern.chars().cycle().take(20_000).collect();
        let content = PostContent::<MediaFacts>::of_text(text.clone());
        for platform in Platform::publishers() {
            let start = std::time::Instant::now();
            check(platform, &content);
            let spent = start.elapsed();
            assert!(spent < std::time::Duration::from_secs(2), "{platform} takes {spent:?} for {pattern:?}");
        }
    }
}

fn pdf(pages: u32) -> MediaFacts {
    MediaFacts { width: 0, height: 0, pages: Some(pages), ..of("application/pdf") }
}

fn in_format(format: Format, draft: Draft) -> Draft {
    Draft { format, ..draft }
}

fn messages(platform: Platform, draft: &Draft) -> Vec<String> {
    check(platform, draft).into_iter().map(|problem| problem.message).collect()
}

#[test]
fn documents_and_polls_have_a_format_of_their_own() {
    let titled = |mut draft: Draft| {
        draft.options.set("title", OptionValue::Text("Our harvest".into()));
        draft
    };
    let document = |file: MediaFacts| titled(in_format(Format::Document, post("", vec![file])));
    assert_eq!(check(LinkedIn, &document(pdf(300))), []);
    refused(LinkedIn, document(pdf(301)), "media", "The document has 301 pages; LinkedIn takes 300 at most. Remove 1.");
    let large = MediaFacts { bytes: (100 << 20) + 1, ..pdf(3) };
    refused(
        LinkedIn,
        document(large),
        "media",
        "The document has 100.1 MB; LinkedIn allows 100 MB. Export it smaller.",
    );
    let message = "LinkedIn takes no documents in this format. Use a picture, or choose another format.";
    refused(LinkedIn, post("Read", vec![pdf(3)]), "media", message);
    refused(LinkedIn, titled(in_format(Format::Document, post("Read", vec![]))), "media", "LinkedIn needs a document.");
    let untitled = in_format(Format::Document, post("", vec![pdf(3)]));
    assert_eq!(check(LinkedIn, &untitled)[0].field, "options.title");

    for (platform, longest) in [(LinkedIn, 30), (X, 25)] {
        let mut poll = in_format(Format::Poll, post("Which roast?", vec![]));
        let mut set = |id: &str, text: String| poll.options.set(id, OptionValue::Text(text));
        set("answer_1", "Light".into());
        if platform == LinkedIn {
            set("question", "Which?".into());
        }
        assert_eq!(check(platform, &poll).iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), ["options.answer_2"]);
        poll.options.set("answer_2", OptionValue::Text("x".repeat(longest)));
        assert_eq!(check(platform, &poll), []);
        poll.options.set("answer_2", OptionValue::Text("x".repeat(longest + 1)));
        assert_eq!(check(platform, &poll).len(), 1, "{platform}");
        let first = poll.options.text("answer_1").expect("an answer").to_uppercase();
        poll.options.set("answer_2", OptionValue::Text(format!("{first} ")));
        assert_eq!(check(platform, &poll).iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), ["options.answer_2"]);
        poll.options.set("answer_2", OptionValue::Text("Dark".into()));
        assert!(!check(platform, &Draft { media: vec![picture()], ..poll }).is_empty(), "a poll shows no picture");
    }
}

#[test]
fn a_video_on_linkedin_keeps_to_its_limits() {
    assert_eq!(check(LinkedIn, &post("Look", vec![film(1920, 1080)])), []);
    let shape = "The shape of the video (2500 × 1000) has to be between 5:12 and 12:5 for LinkedIn. Cut it at the sides, to \
                 2400 × 1000, or export it in that shape.";
    refused(LinkedIn, post("Look", vec![film(2500, 1000)]), "media", shape);
    let mut long = film(1920, 1080);
    long.video.as_mut().unwrap().millis = 1_800_001;
    refused(
        LinkedIn,
        post("Look", vec![long]),
        "media",
        "The video lasts 30:01 minutes; LinkedIn takes 30:00 minutes at most. Cut it shorter.",
    );
}

#[test]
fn a_carousel_has_pictures_and_videos_beside_each_other() {
    let carousel = |media: Vec<MediaFacts>| in_format(Format::Carousel, post("Look", media));
    assert_eq!(check(Instagram, &carousel(vec![picture(), film(1080, 1080), picture()])), []);
    assert_eq!(check(Instagram, &carousel(vec![film(1080, 1080), picture()])), [], "a video may be the first");
    let mut long = film(1080, 1080);
    long.video.as_mut().unwrap().millis = 61_000;
    let message = "File 2: The video lasts 1:01 minutes; Instagram takes 1:00 minutes at most. Cut it shorter.";
    refused(Instagram, carousel(vec![picture(), long.clone()]), "media", message);
    let few = "A carousel on Instagram has 2 pictures or videos at least. Add one, or choose another format.";
    refused(Instagram, carousel(vec![picture()]), "media", few);
    let many = "Instagram allows 10 pictures and videos; this has 11. Remove 1.";
    refused(Instagram, carousel([vec![picture(); 10], vec![film(1080, 1080)]].concat()), "media", many);
    let document = messages(Instagram, &carousel(vec![picture(), pdf(2)]));
    assert!(
        document.contains(&"File 2: Instagram takes no documents in this format. Remove it.".into()),
        "{document:?}"
    );
    // Everywhere else a video is alone.
    let alone = "Instagram shows a video only alone. Keep the video, or only the pictures.";
    refused(Instagram, post("Look", vec![picture(), film(1080, 1080)]), "media", alone);
    assert_eq!(check(Instagram, &in_format(Format::Reel, post("Look", vec![film(1080, 1920)]))), []);
    let reel = messages(Instagram, &in_format(Format::Reel, post("Look", vec![picture()])));
    assert_eq!(reel, ["Instagram shows no pictures in this format. Remove 1, or choose another format."]);
}

#[test]
fn a_story_has_one_picture_or_video_and_no_text() {
    let story = |text: &str, media: Vec<MediaFacts>| in_format(Format::Story, post(text, media));
    for media in [sized(1080, 1920), film(1080, 1920)] {
        assert_eq!(check(Instagram, &story("", vec![media])), []);
    }
    let words = "Instagram shows no text in this format: yours is not sent.";
    remarked(Instagram, story("Look", vec![picture()]), "text", words);
    refused(Instagram, story("", vec![picture(); 2]), "media", "Instagram allows 1 picture; this has 2. Remove 1.");
    let mut long = film(1080, 1920);
    long.video.as_mut().unwrap().millis = 60_001;
    assert_eq!(check(Instagram, &story("", vec![long])).len(), 1);
}

#[test]
fn a_gif_on_x_is_alone() {
    let gif = MediaFacts { bytes: 15 << 20, width: 1280, height: 1080, ..of("image/gif") };
    assert_eq!(check(X, &post("", vec![gif.clone()])), []);
    let message = "X shows a GIF only alone. Keep one GIF, or only the other pictures.";
    refused(X, post("", vec![gif.clone(), picture()]), "media", message);
    refused(X, post("", vec![gif.clone(), gif.clone()]), "media", message);
    for (wrong, part) in [
        (MediaFacts { bytes: (15 << 20) + 1, ..gif.clone() }, "15 MB"),
        (MediaFacts { width: 1281, ..gif.clone() }, "1280 × 1080"),
        (MediaFacts { height: 1081, ..gif }, "1280 × 1080"),
    ] {
        let found = messages(X, &post("", vec![wrong]));
        assert!(found.len() == 1 && found[0].contains(part), "{found:?}");
    }
}
