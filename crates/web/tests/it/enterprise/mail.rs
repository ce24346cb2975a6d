//! The mailbox, and a message that is uploaded.

use axum::http::StatusCode;
use serde_json::Value;
use tongguan_application::history::{AuditFilter, Register, Subject, audited};
use tongguan_application::intake::Summary;
use tongguan_application::mailboxes::Distributor;
use tongguan_application::ports::Clock as _;
use tongguan_application::reception::{Errand, Receipt};
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::MessageId;
use tongguan_messages::ceb::MessageType;
use tongguan_testkit::parcels::{message, parcel};

use super::Stage;
use crate::fixture::{Answer, Browser};
use crate::interface::json_of;

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
    merchant.accept = "application/json";
    let listed = json_of(&merchant.open("/api/v1/mail?limit=1").await);
    let next = listed["next"].as_str().unwrap().to_owned();
    let newest = listed["items"][0]["n"].as_i64().unwrap();
    let message = &listed["items"][0]["messages"][0];
    assert!(message["type"].as_str().unwrap().starts_with("CEB"), "{listed}");
    assert_eq!(message["parts"], Value::Null);
    let older = json_of(&merchant.open(&next).await);
    assert_eq!(older["items"][0]["n"], newest - 1, "{older}");
    let told = json_of(&merchant.open("/api/v1/mail/1").await);
    assert_eq!(told["messages"][0]["file"], "/mail/1/1.xml");
    assert!(told["messages"][0]["parts"][0]["fields"][0]["name"].is_string(), "{told}");
    assert_eq!(merchant.open("/api/v1/mail/999").await.status, StatusCode::NOT_FOUND);
    merchant.accept = "text/html";
    for nothing in ["/mail/999", "/mail/0", "/mail/-1", "/mail/1/9.xml", "/mail/1/0.xml"] {
        assert_eq!(merchant.open(nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    // Older ones, page by page.
    let before = merchant.open("/mail?before=2").await;
    assert!(before.body.contains("href=\"/mail/1\"") && !before.body.contains("href=\"/mail/2\""));
}

#[tokio::test]
async fn a_message_with_persons_in_it_leaves_the_pages_for_those_who_declare_and_is_recorded() {
    let mut stage = Stage::set();
    let mailbox = stage.world.cast.merchant.mailbox().to_owned();
    let parcel = parcel(9, super::sent_at()).unwrap();
    let [.., declaration] = parcel.documents();
    let xml = message(&stage.world.cast, &[declaration], 9).unwrap();
    let prefix = if xml.contains("<ceb:") { "ceb:" } else { "" };
    let subscription = format!(
        "</{prefix}BaseTransfer><{prefix}BaseSubscribe><{prefix}status>DATA</{prefix}status>\
         <{prefix}dxpMode>DXP</{prefix}dxpMode><{prefix}dxpAddress>{mailbox}</{prefix}dxpAddress>\
         </{prefix}BaseSubscribe>"
    );
    let xml = xml.replace(&format!("</{prefix}BaseTransfer>"), &subscription);
    stage.world.submit([xml.as_str()]);
    Distributor::open(&stage.world.store).unwrap().distribute().unwrap();
    let party = stage.world.cast.merchant.party.id;
    stage.site.admit("reader", Standing::Enterprise { party, role: Role::Reader });
    let (mut merchant, mut reader) = (stage.merchant().await, stage.site.signed_in("reader").await);

    let list = reader.open("/mail").await;
    let (before, _) = list.body.split_once("CEB621").unwrap();
    let n = before.rsplit_once("href=\"/mail/").unwrap().1.split('"').next().unwrap();
    let (page, file) = (format!("/mail/{n}"), format!("/mail/{n}/1.xml"));
    let number = &*parcel.declaration.buyer.number;
    for browser in [&mut merchant, &mut reader] {
        for address in [page.clone(), format!("/api/v1{page}")] {
            let shown = browser.open(&address).await;
            assert!(shown.body.contains("***") && !shown.body.contains(number), "{}", shown.body);
        }
    }
    assert!(!reader.open(&page).await.body.contains(&file), "no link that leads nowhere");
    assert_eq!(reader.open(&file).await.status, StatusCode::FORBIDDEN);
    let taken = merchant.open(&file).await;
    assert!(taken.body.contains(number) && taken.headers["cache-control"] == "no-store");
    // An answer without persons is anybody's who reads mail.
    assert_eq!(reader.open("/mail/1/1.xml").await.status, StatusCode::OK);

    let filter = AuditFilter { register: Some(Register::Unmasking), ..AuditFilter::default() };
    let told = stage.world.store.read(|view| audited(view, &filter, None, 9)).unwrap();
    let [event] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(event.cause.who(), "merchant");
    let (n, place) = (n.parse().unwrap(), 1);
    assert_eq!(event.entry.subject, Subject::Letter { mailbox, n, place });
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
