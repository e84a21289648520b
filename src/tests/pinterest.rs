//! Pins from the composer to the board, as a company uses them.

use crate::support::{Content as _, Firm, TestApp};
use image::ImageFormat;
use lux::domain::delivery::DeliveryState::{self, Live};
use lux::domain::options::OptionValue;
use lux::domain::platform::Platform::Pinterest;
use lux::domain::post::SavePost;
use lux::sandbox::{Fault, FaultKind, Operation};

async fn start() -> (TestApp, Firm) {
    let t = TestApp::start().await;
    let mut firm = t.firm("Northwind").await;
    firm.connect(&t.sandbox, Pinterest).await;
    (t, firm)
}

fn with(mut post: SavePost, id: &str, value: &str) -> SavePost {
    post.targets[0].options.set(id, OptionValue::Text(value.to_owned()));
    post
}

#[tokio::test]
async fn a_pin_goes_to_its_board_with_title_and_link() {
    let (t, firm) = start().await;
    let media = vec![firm.picture(ImageFormat::Png).await, firm.jpeg(320).await];
    let mut post = with(firm.post("Fresh beans.", &[Pinterest]).showing(media), "title", "This week");
    post.content.link = Some("https://northwind.example/shop".into());
    let id = firm.publish(post).await;
    t.drive_to(0).await;
    assert_eq!(firm.state(id, Pinterest).await, Live, "{:?}", firm.delivery(id, Pinterest).await.fault);
    let pins = t.sandbox.posts(Pinterest);
    let [pin] = pins.as_slice() else { panic!("{pins:?}") };
    assert_eq!((pin.text.as_str(), pin.link.as_deref()), ("Fresh beans.", Some("https://northwind.example/shop")));
    assert_eq!((&pin.facts["title"], pin.pictures.len()), (&"This week".into(), 2));
    let boards = t.sandbox.accounts(Pinterest)[0].id.clone();
    assert_eq!(pin.facts["board_id"], format!("{boards}0"), "the board that was chosen");
}

/// The sections are those of the chosen board, and asked for again before the pin is made.
#[tokio::test]
async fn a_pin_goes_into_a_section_of_its_board() {
    let (t, firm) = start().await;
    let board = format!("{}0", t.sandbox.accounts(Pinterest)[0].id);
    let id = firm.account(Pinterest).to_string();
    let client = t.signed_in(&firm.email).await;
    let sections = async |board: &str| {
        let asked = [("id", id.as_str()), ("source", "sections"), ("parent", board)];
        let answer = client.call("connections/load_choices", &asked).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json().as_array().expect("a list").iter().map(|c| c["label"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(sections(&board).await, ["\"Espresso\"", "\"Filter\""]);
    for (other, why) in [(&board[..board.len() - 1], "no board of the account"), ("", "no board")] {
        assert_eq!(sections(other).await, Vec::<String>::new(), "{why}");
    }
    let kept = t.value::<i64>("select count(*) from connection_choices where source like 'sections%'").await;
    assert_eq!(kept, 1, "only lists of boards that the account has are kept");
    let media = vec![firm.jpeg(320).await];
    let pin = with(firm.post("Pulled short.", &[Pinterest]).showing(media), "section", &format!("{board}1"));
    let gone = with(pin.clone(), "section", &format!("{board}7"));
    let (good, bad) = (firm.publish(pin).await, firm.publish(gone).await);
    t.drive_to(0).await;
    assert_eq!(firm.state(good, Pinterest).await, Live, "{:?}", firm.delivery(good, Pinterest).await.fault);
    let fault = firm.delivery(bad, Pinterest).await.fault;
    assert!(fault.as_ref().is_some_and(|words| words.contains("“Section” no longer exists")), "{fault:?}");
    // The post says what was chosen by its name, where a list had it.
    let names: Vec<_> = firm.detail(good).await.names.into_iter().map(|(_, choice)| choice.label).collect();
    assert!(names.contains(&"Filter".to_owned()), "{names:?}");
    assert!(client.page(&format!("/posts/{good}")).await.body.contains("Section: Filter"));
    let pins = t.sandbox.posts(Pinterest);
    assert_eq!(pins.iter().map(|p| p.facts["board_section_id"].clone()).collect::<Vec<_>>(), [format!("{board}1")]);
}

#[tokio::test]
async fn a_pin_needs_a_board_and_a_picture() {
    let (_t, firm) = start().await;
    let mut post = firm.post("Only words.", &[Pinterest]);
    post.targets[0].options = Default::default();
    let saved = firm.save(post).await;
    let fields: Vec<_> = saved.problems.iter().map(|p| p.problem.field.as_str()).collect();
    assert!(fields.contains(&"options.board") && fields.contains(&"media"), "{:?}", saved.problems);
}

/// The board was deleted at Pinterest meanwhile: nothing goes out, and the post says what to choose.
#[tokio::test]
async fn a_board_that_is_gone_is_asked_for_again() {
    let (t, firm) = start().await;
    let media = vec![firm.jpeg(320).await];
    let post = with(firm.post("Where to?", &[Pinterest]).showing(media), "board", "813744226420000009");
    let id = firm.publish(post).await;
    t.drive_to(0).await;
    let delivery = firm.delivery(id, Pinterest).await;
    assert_eq!(delivery.state, DeliveryState::NeedsEdit);
    assert!(delivery.fault.is_some_and(|words| words.contains("“Board” no longer exists")));
    assert!(t.sandbox.posts(Pinterest).is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_found_on_the_board() {
    let (t, firm) = start().await;
    let media = vec![firm.jpeg(320).await];
    t.sandbox.inject(Fault::once(Pinterest, Operation::Commit, FaultKind::ServerErrorAfterAccept));
    let id = firm.publish(firm.post("Sent once.", &[Pinterest]).showing(media)).await;
    for seconds in [0, 60, 200, 400] {
        t.drive_to(seconds).await;
    }
    assert_eq!(firm.state(id, Pinterest).await, Live);
    assert_eq!(t.sandbox.posts(Pinterest).len(), 1);
}
