//! What the demo company wrote: three weeks back, today, and the coming days. Days are counted from today.

use crate::domain::platform::Platform::{
    self, Facebook, Instagram, LinkedIn, Pinterest, Reddit, Snapchat, TikTok, X, YouTube,
};
use crate::domain::post::Format;

pub struct DemoPost {
    /// 0 is today, -1 yesterday.
    pub day: i64,
    pub hour: u8,
    pub minute: u8,
    pub text: &'static str,
    pub platforms: &'static [Platform],
    pub files: Files,
    /// How the post looks at one of the platforms, where that is not the ordinary way.
    pub forms: &'static [Form],
    /// The posts of a thread after the first.
    pub thread: &'static [&'static str],
    /// The first comment; empty: none.
    pub comment: &'static str,
    /// The page that a pin leads to; empty: none.
    pub link: &'static str,
    /// Another text for one of the platforms.
    pub variant: Option<(Platform, &'static str)>,
    pub alt: &'static str,
}

/// What a post shows.
#[derive(Clone, Copy)]
pub enum Files {
    Nothing,
    /// One of `pictures`.
    Picture(usize),
    /// Several of them.
    Pictures(&'static [usize]),
    /// The video.
    Video,
}

/// Format and options at one platform.
pub struct Form {
    pub platform: Platform,
    pub format: Format,
    /// Names and values; `yes` of a switch, and [`FIRST`] of a list that the account has at its platform.
    pub options: &'static [(&'static str, &'static str)],
}

/// The first of what the account has there.
pub const FIRST: &str = "";

const fn form(platform: Platform, format: Format, options: &'static [(&'static str, &'static str)]) -> Form {
    Form { platform, format, options }
}

const fn post(day: i64, hour: u8, minute: u8, platforms: &'static [Platform], text: &'static str) -> DemoPost {
    let (files, forms, thread) = (Files::Nothing, &[], &[]);
    DemoPost { day, hour, minute, text, platforms, files, forms, thread, comment: "", link: "", variant: None, alt: "" }
}

const fn shown(post: DemoPost, picture: usize, alt: &'static str) -> DemoPost {
    DemoPost { files: Files::Picture(picture), alt, ..post }
}

const fn filmed(post: DemoPost, forms: &'static [Form]) -> DemoPost {
    DemoPost { files: Files::Video, alt: "Coffee is poured into a cup in slow circles", forms, ..post }
}

const fn formed(post: DemoPost, forms: &'static [Form]) -> DemoPost {
    DemoPost { forms, ..post }
}

/// A video that is published to those who need no more said about it.
const UPRIGHT: &[Form] = &[
    form(Instagram, Format::Reel, &[]),
    form(Facebook, Format::Reel, &[]),
    form(TikTok, Format::Feed, &[("privacy", FIRST), ("comments", "yes")]),
    form(YouTube, Format::Short, &[("title", "Pour slowly, in circles"), ("made_for_kids", "no")]),
];

const fn but(post: DemoPost, platform: Platform, text: &'static str) -> DemoPost {
    DemoPost { variant: Some((platform, text)), ..post }
}

pub static POSTS: &[DemoPost] = &[
    shown(
        post(
            -21,
            9,
            0,
            &[Instagram, X],
            "Roast notes: the new lot from Huila is in. Red apple, brown sugar, and a long finish. On the shelf now.",
        ),
        0,
        "A warm evening sky over hills, the label of the Huila lot",
    ),
    post(
        -20,
        12,
        30,
        &[LinkedIn],
        "We moved our roasting log from paper to a shared sheet this year. What changed: we now see within a day when a batch drifts, not within a month. Happy to share the template, just ask below.",
    ),
    shown(
        post(
            -18,
            8,
            0,
            &[Instagram, Facebook],
            "Grinder guide, part 1. If your cup is sour, go finer. If it is bitter, go coarser. Change one thing at a time and write it down.",
        ),
        1,
        "Concentric rings in green, like the burrs of a grinder",
    ),
    post(
        -17,
        17,
        0,
        &[X, LinkedIn],
        "Opening hours this season: 9 to 18, and 10 to 16 on holidays. The terrace is open and the heaters are on.",
    ),
    shown(
        post(
            -15,
            9,
            0,
            &[Instagram, Facebook, LinkedIn],
            "Origin story: Huila. Six families share one washing station and one nursery. We buy the whole harvest, so that they can plan for more than one season.",
        ),
        2,
        "Green hills in morning light",
    ),
    post(
        -13,
        10,
        0,
        &[X],
        "Small thing we learned: a kettle with a thin spout changes more in your cup than a more expensive grinder. Pour slowly, in circles, and stop at 250 g.",
    ),
    shown(
        post(
            -11,
            18,
            0,
            &[Instagram, X],
            "Live tasting this evening at the roastery. Three coffees, no scores, just what you notice. Free, 12 seats.",
        ),
        3,
        "Three cups seen from above",
    ),
    post(
        -10,
        9,
        0,
        &[LinkedIn],
        "We are looking for a second roaster, part time. You need a patient nose and no experience. Write to us in \
         your own words; a CV is fine but not needed.",
    ),
    shown(
        post(
            -8,
            12,
            0,
            &[Instagram],
            "Latte art, 1 of 3: the heart. Start high, end low, and cut through at the end. Milk at 60 degrees, never above 65.",
        ),
        4,
        "A pale heart on brown",
    ),
    filmed(
        post(-9, 18, 0, &[TikTok, YouTube], "How we pour: slowly, in circles, and never into the filter paper."),
        UPRIGHT,
    ),
    formed(
        post(
            -12,
            10,
            0,
            &[Reddit],
            "Small roastery here. We measured our grinders for a month: the burrs cost us more taste than the beans did. Happy to answer questions about how we measured.",
        ),
        &[form(Reddit, Format::SelfPost, &[("title", "We measured our grinders for a month")])],
    ),
    DemoPost {
        files: Files::Picture(1),
        link: "https://northwind.example/grinder-guide",
        alt: "Concentric rings in green, like the burrs of a grinder",
        forms: &[form(Pinterest, Format::Feed, &[("title", "Grinder guide: sour or bitter?")])],
        ..post(-5, 18, 0, &[Pinterest], "Sour: go finer. Bitter: go coarser. One thing at a time.")
    },
    post(-7, 19, 0, &[X], "Which one on a slow morning: filter or espresso? Asking for the menu."),
    shown(
        post(
            -6,
            9,
            0,
            &[Instagram, Facebook, X, LinkedIn],
            "New mugs. The cups came out of the kiln last night: stoneware from Caldas, 220 ml, dishwasher safe. \
             Forty of them, then we wait for spring.",
        ),
        5,
        "A blue cup on a dark table",
    ),
    post(
        -4,
        11,
        0,
        &[LinkedIn],
        "Our water report: 31 % less per kilo roasted than a year ago. The biggest part was a leaking valve. Measure \
         first, then invest.",
    ),
    shown(
        post(
            -3,
            12,
            0,
            &[Instagram, Facebook],
            "Latte art, 2 of 3: the tulip. Three short pours, each one pushing the last. It will look like an onion for a week. Keep going.",
        ),
        4,
        "A layered pattern in pale and brown",
    ),
    shown(
        post(
            -2,
            8,
            30,
            &[X, LinkedIn],
            "Five ways to brew with less water: cold drip, ristretto, moka, bypass, and the one that everybody forgets, a smaller cup.",
        ),
        6,
        "Drops falling into a dark pool",
    ),
    post(
        -1,
        17,
        0,
        &[Instagram, X],
        "Team news: Ana passed her Q-grader exam. Six exams in three days, one cupping spoon, no second try. We are \
         proud and slightly afraid of her.",
    ),
    shown(
        but(
            post(
                -1,
                8,
                30,
                &[LinkedIn, X],
                "Winter blend is here. Cocoa first, then a bit of orange, and it holds up in milk. Roasted this \
                 week, ships tomorrow.",
            ),
            X,
            "Winter blend is here. Cocoa, orange, good in milk. Ships tomorrow.",
        ),
        7,
        "A winter evening in brown and orange",
    ),
    shown(
        post(
            0,
            7,
            30,
            &[Instagram, X],
            "Good morning from the roastery. First drum of the day is the house espresso; come by before ten and smell it for free.",
        ),
        0,
        "Morning sky over the roastery",
    ),
    but(
        post(
            0,
            12,
            0,
            &[LinkedIn, X],
            "Behind the roast: Ana, head roaster, on what she listens for. “First crack tells you where you are. The seconds after tell you where you are going.”",
        ),
        X,
        "Ana, head roaster: “First crack tells you where you are. The seconds after tell you where you are going.”",
    ),
    shown(
        post(
            0,
            16,
            45,
            &[Instagram, Facebook, LinkedIn, X],
            "Subscriber offer this week: 15 % on the winter blend, and a mug with every order over 40 euros. Code is \
             in your inbox.",
        ),
        5,
        "A blue cup on a dark table",
    ),
    post(0, 19, 0, &[X], "Filter or espresso? Tomorrow’s menu is decided by you, tonight."),
    shown(
        post(1, 9, 0, &[Instagram], "Breakfast: flat white, rye toast, and the window seat if you are early."),
        3,
        "Three cups seen from above",
    ),
    DemoPost {
        thread: &[
            "“Blackcurrant, jasmine, cedar” told people what we tasted. Nobody at home could find the cedar, and some thought it was their fault.",
            "So the bag now says how to brew it, when it was roasted, and one sentence about the farm. The notes are on the website for those who like them.",
        ],
        ..post(2, 11, 0, &[X], "Why we stopped printing tasting notes on the bag, and what we print instead:")
    },
    formed(
        post(2, 14, 0, &[LinkedIn], "We plan the spring opening hours and would rather ask than guess."),
        &[form(
            LinkedIn,
            Format::Poll,
            &[
                ("question", "When should the roastery open in spring?"),
                ("answer_1", "At seven, before work"),
                ("answer_2", "At nine, as it is now"),
                ("answer_3", "Later, but longer"),
                ("duration", "seven_days"),
            ],
        )],
    ),
    filmed(
        post(
            1,
            17,
            30,
            &[Instagram, Facebook, TikTok, YouTube],
            "Pour slowly, in circles, and stop at 250 g. The same coffee, a better cup.",
        ),
        UPRIGHT,
    ),
    filmed(
        post(1, 12, 0, &[Snapchat], "Eight seconds of calm from the roastery."),
        &[form(Snapchat, Format::Story, &[])],
    ),
    DemoPost {
        files: Files::Picture(5),
        link: "https://northwind.example/mugs",
        alt: "A blue cup on a dark table",
        forms: &[form(Pinterest, Format::Feed, &[("board", FIRST), ("title", "Stoneware mug, 220 ml")])],
        ..post(
            3,
            18,
            0,
            &[Pinterest],
            "Stoneware from Caldas, 220 ml, dishwasher safe. It keeps a filter coffee warm for twenty minutes.",
        )
    },
    formed(
        post(
            4,
            10,
            0,
            &[Reddit],
            "We roast for a living and still find the ratio on our own bags confusing. What do you write on yours: grams per litre, or spoons? Both have lost us customers.",
        ),
        &[form(
            Reddit,
            Format::SelfPost,
            &[("subreddit", FIRST), ("title", "Grams per litre or spoons: what helps people at home more?")],
        )],
    ),
    DemoPost {
        files: Files::Pictures(&[0, 2, 3]),
        comment: "Huila, six families, one washing station. The long version is on our website.",
        alt: "A page of the story of a harvest",
        forms: &[form(Instagram, Format::Carousel, &[])],
        ..post(
            4,
            9,
            0,
            &[Instagram],
            "One harvest in three pictures. Swipe for the hills, the cups and the evening sky.",
        )
    },
    shown(
        post(
            3,
            9,
            0,
            &[Instagram, Facebook, LinkedIn],
            "Gift guide, no. 1: a bag, a mug, and a note that we write for you by hand. Order early to be safe.",
        ),
        1,
        "Concentric rings in green",
    ),
    shown(
        post(
            5,
            10,
            0,
            &[Instagram, Facebook],
            "Latte art, 3 of 3: the rosetta. Wiggle, retreat, and cut. Show us yours.",
        ),
        4,
        "A leaf pattern in pale and brown",
    ),
    post(
        6,
        8,
        0,
        &[X],
        "A full table tonight? The filter works better if you grind for eight cups, not for two. Enjoy.",
    ),
    shown(
        post(
            7,
            9,
            0,
            &[Instagram, LinkedIn, X],
            "We do not do sales. We do one honest price all year, and today a free cupping for anybody who walks in.",
        ),
        7,
        "A winter evening in brown and orange",
    ),
    post(
        10,
        9,
        0,
        &[LinkedIn],
        "The month in numbers: 1.9 tonnes roasted, 212 new subscribers, one new roof. Thank you for drinking along.",
    ),
];

/// What people wrote under a post of the past: the beginning of its text, who, what, and how many hours later.
pub static COMMENTS: &[(&str, Platform, &str, &str, i64)] = &[
    ("New mugs", Instagram, "Joana Reis", "Is there a smaller one for espresso?", 3),
    ("New mugs", Instagram, "Tom Weaver", "Mine arrived with a chip. Whom do I write to?", 9),
    ("New mugs", Facebook, "Inês Duarte", "Can I reserve two and pick them up?", 20),
    ("Latte art, 2", Instagram, "Mika", "It looks like an onion. Thank you for warning me.", 2),
    ("Latte art, 2", Facebook, "Rosa Lima", "Do you teach this in the shop as well?", 30),
    ("Live tasting", Instagram, "Pedro Alves", "Came by, tasted it, bought two bags.", 1),
];

#[cfg(test)]
mod tests {
    use super::POSTS;

    /// The days are counted from today, so a text that names one is right on one day of the week only.
    #[test]
    fn no_text_names_a_day_that_it_may_not_fall_on() {
        let dated = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "weekend",
            "thanksgiving",
            "january",
            "october",
            "november",
            "december",
        ];
        for post in POSTS {
            let variant = post.variant.map_or("", |(_, text)| text);
            let text = format!("{} {variant}", post.text).to_lowercase();
            let named: Vec<_> = dated.iter().filter(|day| text.contains(**day)).collect();
            assert!(named.is_empty(), "{named:?}: {text}");
        }
    }
}
