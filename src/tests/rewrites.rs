//! A model that drops, changes or invents a fact on purpose, 200 times: each rewrite is asked for as a person asks, repaired twice with the
//! same fault, and never shown; the person's own text stays. Beside them 40 that keep the facts and are shown.

use crate::support::TestApp;
use lux::domain::ids::{ConnectionId, PostId};
use lux::domain::platform::Platform::{Instagram, LinkedIn, OpenAi, X};
use lux::features::captions::model::CaptionEvent;
use lux::features::secrets::server::service as secrets;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A sentence in two wordings, the fact in it, and what a model may make of that fact.
type Sentence = (&'static str, &'static str, &'static str, &'static str);

const ENGLISH: [Sentence; 14] = [
    ("the winter bag is {} now", "now you pay {} for the winter bag", "18 €", "16 €"),
    ("a cup costs {} here", "here you get a cup for {}", "$2.80", "$2.08"),
    ("the doors open at {}", "come in from {} on", "6:45", "7:45"),
    ("each sack weighs {} when it comes in", "when it comes in, a sack has {}", "60 kg", "60 g"),
    ("you save {} with the card", "with the card the price falls by {}", "15 %", "50 %"),
    ("we are away on {}", "on {} nobody is here", "Thursday", "Tuesday"),
    ("the course begins in {}", "from {} on we give the course", "October", "August"),
    ("ask for {} in the kitchen", "in the kitchen you will find {}", "Marta", "Marie"),
    ("it was grown in {} this year", "this year it came from {}", "Huehuetenango", "Honduras"),
    ("we roast it with {}", "it comes from the drum of {}", "Harbour Roasters", "Hilltop Roasters"),
    ("the recipe is on {}", "look the recipe up at {}", "beans.com/brew", "beans.com/brew-2"),
    ("the picture is by {}", "we thank {} for the picture", "@ola_nord", "@ola_south"),
    ("find more under {}", "there is more under {}", "#slowroast", "#fastroast"),
    ("a guest wrote “{}” in our book", "in our book a guest wrote “{}”", "better than at home", "better than home"),
];

const GERMAN: [Sentence; 8] = [
    ("das Kilo kostet {} im Laden", "im Laden gibt es das Kilo für {}", "24,50 €", "24,90 €"),
    ("wir öffnen um {} die Türen", "die Türen sind ab {} offen", "7:15", "8:15"),
    ("am {} ist niemand da", "niemand ist da am {}", "Mittwoch", "Montag"),
    ("es sind noch {} frei", "frei sind noch {}", "12 Plätze", "21 Plätze"),
    (
        "mehr dazu auf {} im Netz",
        "im Netz steht mehr auf {}",
        "https://bohnen.example/kurs",
        "https://bohnen.example/kurse",
    ),
    ("das Foto ist von {} gemacht", "gemacht hat das Foto {}", "@lena_k", "@lena_m"),
    ("alles unter {} zu finden", "zu finden ist alles unter {}", "#langsam", "#schnell"),
    ("du sparst {} mit der Karte", "mit der Karte sparst du {}", "10 %", "20 %"),
];

/// The same numbers each time, as if they were drawn.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn shuffled(&mut self, n: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for at in (1..n).rev() {
            all.swap(at, self.below(at + 1));
        }
        all
    }
}

fn said(sentence: &Sentence, other_wording: bool, changed: bool) -> String {
    let (one, other, right, wrong) = *sentence;
    let text = if other_wording { other } else { one }.replace("{}", if changed { wrong } else { right });
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    [&first, chars.as_str(), "."].concat()
}

/// What a person wrote, and what a model makes of it. `fault`: 0 drops a fact, 1 changes one, 2 invents one, 3 keeps all.
fn rewrite(drawn: &mut Drawn, fault: usize) -> (String, String) {
    let all: &[Sentence] = if drawn.below(3) == 0 { &GERMAN } else { &ENGLISH };
    let order = drawn.shuffled(all.len());
    let (chosen, others) = order.split_at(2 + drawn.below(3));
    let original: Vec<_> = chosen.iter().map(|at| said(&all[*at], false, false)).collect();
    let hit = drawn.below(chosen.len());
    let mut made: Vec<String> = vec![];
    for (n, at) in chosen.iter().enumerate().rev() {
        if fault != 0 || n != hit {
            made.push(said(&all[*at], drawn.below(2) == 0, fault == 1 && n == hit));
        }
    }
    if fault == 2 {
        made.insert(drawn.below(made.len() + 1), said(&all[others[0]], true, false));
    }
    (original.join(" "), made.join(" "))
}

#[tokio::test]
async fn two_hundred_rewrites_with_a_wrong_fact_are_all_caught() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let keys = BTreeMap::from([("api_key".to_owned(), "sk-good-key-1234".to_owned())]);
    secrets::save(&t.app, &firm.who.tenant, Some(firm.who.user), OpenAi, keys).await.expect("kept");
    let owner = t.signed_in(&firm.email).await;
    let targets: [Option<ConnectionId>; 4] =
        [None, Some(firm.account(X)), Some(firm.account(LinkedIn)), Some(firm.account(Instagram))];
    let mut drawn = Drawn(14);
    let (mut caught, mut shown) = ([0; 3], 0);
    for round in 0..60 {
        let (keeps, shorter) = (round % 6 == 5, round % 6 == 4);
        let rewrites: Vec<_> = (0..targets.len())
            .map(|n| {
                // Who asks for a shorter text wants it to say less: there only what is changed or invented is wrong.
                let fault = match (keeps, shorter) {
                    (true, _) => 3,
                    (_, true) => 1 + n % 2,
                    _ => (round + n) % 3,
                };
                (fault, rewrite(&mut drawn, fault))
            })
            .collect();
        let wish = if shorter { "shorter" } else { ["human", "warmer", "less_salesy", "question"][round % 4] };
        let before: Vec<_> =
            targets.iter().zip(&rewrites).map(|(to, (_, (own, _)))| json!({ "connection": to, "text": own })).collect();
        let captions: Vec<_> = rewrites
            .iter()
            .enumerate()
            .map(|(n, (_, (_, new)))| json!({ "ref": format!("t{}", n + 1), "text": new }))
            .collect();
        // The first answer and both repairs.
        let answer = json!({ "captions": captions });
        t.sandbox.script_model(&if keeps { vec![answer] } else { vec![answer.clone(), answer.clone(), answer] });
        let body = json!({
            "post": PostId::new(), "brief": "Beans", "tone": "friendly", "wish": wish, "before": before,
            "targets": targets.iter().map(|to| json!({ "connection": to })).collect::<Vec<Value>>(),
        });
        let answer = owner.json("/api/v1/captions", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let events = answer.body.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
        let events: Vec<CaptionEvent> = events.map(|event| serde_json::from_str(event).expect("an event")).collect();
        if keeps {
            for (to, (_, (own, new))) in targets.iter().zip(&rewrites) {
                let is_it = |event: &CaptionEvent| matches!(event, CaptionEvent::Text { connection, text, .. } if connection == to && text == new);
                assert!(events.iter().any(is_it), "{own}\n{new}\n{events:?}");
                shown += 1;
            }
            continue;
        }
        let [CaptionEvent::Failed { message }] = events.as_slice() else {
            panic!("a rewrite was shown: {rewrites:#?}\n{events:?}");
        };
        assert!(message.contains("your text stays"), "{message}");
        for (fault, _) in rewrites {
            caught[fault] += 1;
        }
    }
    println!(
        "caught: {} that drop, {} that change, {} that invent a fact; shown: {shown} that keep them",
        caught[0], caught[1], caught[2]
    );
    assert!(caught.iter().sum::<i32>() == 200 && caught.iter().all(|n| *n >= 60) && shown == 40, "{caught:?} {shown}");
}
