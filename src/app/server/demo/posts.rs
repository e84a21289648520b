//! What the demo company wrote: three weeks back, today, and the coming days. Days are counted from today.

use crate::domain::platform::Platform::{self, Instagram, LinkedIn, X};

pub struct DemoPost {
    /// 0 is today, -1 yesterday.
    pub day: i64,
    pub hour: u8,
    pub minute: u8,
    pub text: &'static str,
    pub platforms: &'static [Platform],
    /// Which picture (see `pictures`), if any.
    pub picture: Option<usize>,
    /// Another text for one of the platforms.
    pub variant: Option<(Platform, &'static str)>,
    pub alt: &'static str,
}

const fn post(day: i64, hour: u8, minute: u8, platforms: &'static [Platform], text: &'static str) -> DemoPost {
    DemoPost { day, hour, minute, text, platforms, picture: None, variant: None, alt: "" }
}

const fn shown(mut post: DemoPost, picture: usize, alt: &'static str) -> DemoPost {
    post.picture = Some(picture);
    post.alt = alt;
    post
}

const fn but(mut post: DemoPost, platform: Platform, text: &'static str) -> DemoPost {
    post.variant = Some((platform, text));
    post
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
            &[Instagram],
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
            &[Instagram, LinkedIn],
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
    post(-7, 19, 0, &[X], "Which one on a slow morning: filter or espresso? Asking for the menu."),
    shown(
        post(
            -6,
            9,
            0,
            &[Instagram, X, LinkedIn],
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
            &[Instagram],
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
            &[Instagram, LinkedIn, X],
            "Subscriber offer this week: 15 % on the winter blend, and a mug with every order over 40 euros. Code is \
             in your inbox.",
        ),
        5,
        "A blue cup on a dark table",
    ),
    post(0, 19, 0, &[X], "Filter or espresso? Tomorrow’s menu is decided by you, tonight."),
    shown(
        post(1, 9, 0, &[Instagram], "Brunch: flat white, rye toast, and the window seat if you are early."),
        3,
        "Three cups seen from above",
    ),
    post(
        2,
        11,
        0,
        &[X, LinkedIn],
        "Long read: why we stopped printing tasting notes on the bag, and what we print instead.",
    ),
    shown(
        post(
            3,
            9,
            0,
            &[Instagram, LinkedIn],
            "Gift guide, no. 1: a bag, a mug, and a note that we write for you by hand. Order early to be safe.",
        ),
        1,
        "Concentric rings in green",
    ),
    shown(
        post(5, 10, 0, &[Instagram], "Latte art, 3 of 3: the rosetta. Wiggle, retreat, and cut. Show us yours."),
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
