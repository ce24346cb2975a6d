//! The mailbox, and a message that is uploaded.

use axum::http::StatusCode;
use tongguan_application::intake::Summary;
use tongguan_application::ports::Clock as _;
use tongguan_application::reception::{Errand, Receipt};
use tongguan_domain::ids::MessageId;
use tongguan_messages::ceb::MessageType;

use super::Stage;
use crate::fixture::{Answer, Browser};

#[tokio::test]
async fn a_mailbox_is_read_by_its_own_people_alone() {
    let stage = Stage::set();
    let (mut merchant, mut exporter) = (stage.merchant().await, stage.exporter().await);
    let list = merchant.open("/mail").await;
    let own = stage.world.cast.merchant.mailbox();
    assert!(list.body.contains(own), "{}", list.body);
    assert!(
        list.body.contains("CEB312") && list.body.contains("href=\"/mail/1\""),
        "{}",
        list.body
    );
    let letter = merchant.open("/mail/1").await;
    assert!(letter.body.contains("href=\"/mail/1/1.xml\""), "{}", letter.body);
    let file = merchant.open("/mail/1/1.xml").await;
    assert_eq!(file.headers["content-type"], "application/xml; charset=utf-8");
    assert!(file.body.starts_with("<?xml"), "{}", file.body);
    // Each reads the first letter of the own mailbox, and they are not the same.
    let theirs = exporter.open("/mail/1/1.xml").await;
    assert_ne!(theirs.body, file.body);
    assert!(!exporter.open("/mail").await.body.contains(own));
    for nothing in ["/mail/999", "/mail/0", "/mail/-1", "/mail/1/9.xml", "/mail/1/0.xml"] {
        assert_eq!(merchant.open(nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    // Older ones, page by page.
    let before = merchant.open("/mail?before=2").await;
    assert!(before.body.contains("href=\"/mail/1\"") && !before.body.contains("href=\"/mail/2\""));
}

#[tokio::test]
async fn an_uploaded_message_is_handed_over_and_its_outcome_shown() {
    let stage = Stage::set();
    let mut browser = stage.merchant().await;
    let token = browser.form_token().await;
    let at = stage.world.clock.now();
    let errands = stage.errands.clone();
    let desk = std::thread::spawn(move || {
        let mut taken = Vec::new();
        for message in [Some(MessageType::Ceb311), None] {
            let Ok(Errand::Message(handed)) = errands.recv() else { panic!("no message") };
            taken.push((handed.bytes, handed.sender, handed.origin));
            let documents = usize::from(message.is_some());
            let summary = Summary { message, documents, ..Summary::default() };
            (handed.reply)(Receipt { message: MessageId(77), at, outcome: Ok(summary) });
        }
        taken
    });
    let good = send(&mut browser, &token, "<a/>").await;
    assert_eq!(good.status, StatusCode::OK, "{good:?}");
    assert!(good.body.contains("The message was received") && good.body.contains("CEB311"));
    let bad = send(&mut browser, &token, "no message").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
    assert!(bad.body.contains("cannot be read") && bad.body.contains("77"), "{}", bad.body);
    let taken = desk.join().unwrap();
    assert_eq!(taken[0].0, b"<a/>");
    assert_eq!(taken[0].1, stage.world.cast.merchant.party.mailbox);
    assert_eq!(taken[0].2, "message.xml");
    // Of another session, or of none: nothing is handed over.
    let foreign = send(&mut browser, "made-up", "<a/>").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let long = "x".repeat((1 << 20) + 1);
    let long = send(&mut browser, &token, &long).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE, "{long:?}");
    assert!(stage.errands.is_empty());
}

async fn send(browser: &mut Browser<'_>, token: &str, content: &str) -> Answer {
    browser.upload("/mail/send", &[("form_token", token), ("file", content)]).await
}
