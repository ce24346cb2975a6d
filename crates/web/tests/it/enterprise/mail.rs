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
    let (before, _) = list.body.split_once("<td>CEB621").unwrap();
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

#[tokio::test]
async fn letters_are_found_by_number_type_and_day_and_how_far_was_looked_is_told() {
    let stage = Stage::set();
    let mut merchant = stage.merchant().await;
    let own = parcel(2, super::sent_at()).unwrap().declaration.order_no.to_string();
    let other = parcel(1, super::sent_at()).unwrap().declaration.order_no.to_string();
    let found = merchant.open(&format!("/mail?number={}", own.to_lowercase())).await;
    assert!(found.body.contains(&own) && !found.body.contains(&format!("<td>{other}</td>")));
    assert!(found.body.contains("Looked at all of it"), "{}", found.body);
    let typed = merchant.open("/mail?type=CEB622").await;
    assert!(!typed.body.contains("<td>CEB312 "), "{}", typed.body);
    let day = stage.world.clock.now().china_day();
    let before = day.yesterday().unwrap();
    let today = merchant.open(&format!("/mail?from={day}&to={day}")).await;
    assert!(today.body.contains("href=\"/mail/1\""), "{}", today.body);
    for none in [format!("to={before}"), format!("from={}", day.tomorrow().unwrap())] {
        let none = merchant.open(&format!("/mail?{none}")).await;
        assert!(!none.body.contains("href=\"/mail/1\""), "{}", none.body);
        assert!(none.body.contains("check number and days"), "{}", none.body);
    }
    for wrong in ["type=622", "from=yesterday", "before=x", "number=%07"] {
        let answer = merchant.open(&format!("/mail?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    merchant.accept = "application/json";
    let listed = json_of(&merchant.open(&format!("/api/v1/mail?number={own}&limit=1")).await);
    assert_eq!(listed["items"][0]["messages"][0]["key"], own.as_str(), "{listed}");
    let next = listed["next"].as_str().unwrap();
    assert!(next.contains("number="), "the next page looks for the same: {next}");
}

#[tokio::test]
async fn a_parcel_names_the_letters_that_tell_of_it() {
    let stage = Stage::set();
    let bought = parcel(1, super::sent_at()).unwrap();
    let id = stage.world.declaration(&bought).unwrap().id;
    let party = stage.world.cast.carrier.party.id;
    stage.site.admit("declarant", Standing::Enterprise { party, role: Role::Clerk });
    let mut declarant = stage.site.signed_in("declarant").await;
    let case = declarant.open(&format!("/declarations/{id}")).await;
    assert!(case.body.contains("Responses in your mailbox: <a href=\"/mail/"), "{}", case.body);
    let named = |body: &str| -> Vec<i64> {
        let (_, rest) = body.split_once("Responses in your mailbox: ").unwrap();
        let links = rest.split("</p>").next().unwrap().split("href=\"/mail/").skip(1);
        links.map(|link| link.split('"').next().unwrap().parse().unwrap()).collect()
    };
    declarant.accept = "application/json";
    let told = json_of(&declarant.open(&format!("/api/v1/mail?declaration={id}")).await);
    let items = told["items"].as_array().unwrap();
    let places: Vec<_> = items.iter().map(|letter| letter["n"].as_i64().unwrap()).collect();
    assert_eq!(places, named(&case.body));
    for letter in items {
        assert_eq!(letter["messages"][0]["type"], "CEB622", "{letter}");
        let whole = declarant.open(&format!("/api/v1/mail/{}", letter["n"])).await;
        assert!(whole.body.contains(bought.declaration.order_no.as_str()), "{}", whole.body);
    }
    // To the merchant nothing of it was sent.
    let mut merchant = stage.merchant().await;
    let case = merchant.open(&format!("/declarations/{id}")).await;
    assert!(!case.body.contains("Responses in your mailbox"), "{}", case.body);
}

#[tokio::test]
async fn what_was_sent_is_listed_and_given_out_as_it_was_received() {
    let stage = Stage::set();
    let party = stage.world.cast.merchant.party.id;
    stage.site.admit("reader", Standing::Enterprise { party, role: Role::Reader });
    let (mut merchant, mut reader) = (stage.merchant().await, stage.site.signed_in("reader").await);
    let list = merchant.open("/mail/sent").await;
    assert_eq!(list.body.matches("<td>CEB311 ").count(), 3, "one message an order: {}", list.body);
    let (_, rest) = list.body.split_once("href=\"/mail/sent/").unwrap();
    let file = format!("/mail/sent/{}", rest.split('"').next().unwrap());
    let theirs = reader.open("/mail/sent").await;
    assert!(!theirs.body.contains("href=\"/mail/sent/"), "no link that leads nowhere");
    assert_eq!(reader.open(&file).await.status, StatusCode::FORBIDDEN);
    let order = parcel(3, super::sent_at()).unwrap();
    let taken = merchant.open(&file).await;
    assert_eq!(taken.headers["cache-control"], "no-store");
    assert!(taken.body.contains(&*order.declaration.buyer.number), "{}", taken.body);
    let filter = AuditFilter { register: Some(Register::Unmasking), ..AuditFilter::default() };
    let told = stage.world.store.read(|view| audited(view, &filter, None, 9)).unwrap();
    let [event] = told.as_slice() else { panic!("{told:?}") };
    let number = file.trim_start_matches("/mail/sent/").trim_end_matches(".xml");
    let id = MessageId(number.parse().unwrap());
    assert_eq!((event.cause.who(), &event.entry.subject), ("merchant", &Subject::Message(id)));
    // Of nobody else, and nothing that is no number.
    let mut exporter = stage.exporter().await;
    for address in [file.as_str(), "/mail/sent/1.xml", "/mail/sent/x.xml"] {
        assert_eq!(exporter.open(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    merchant.accept = "application/json";
    let listed = json_of(&merchant.open("/api/v1/mail/sent?limit=2").await);
    assert_eq!(listed["items"][0]["file"], file.as_str(), "the newest first: {listed}");
    let rest = json_of(&merchant.open(listed["next"].as_str().unwrap()).await);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1, "{rest}");
    for (query, count) in [
        (format!("number={number}"), 1),
        ("type=CEB411".to_owned(), 0),
        ("type=CEB311".to_owned(), 3),
        ("to=2020-01-01".to_owned(), 0),
    ] {
        let found = json_of(&merchant.open(&format!("/api/v1/mail/sent?{query}")).await);
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}: {found}");
    }
    // A document leads to the message that brought it, and an order has its number.
    merchant.accept = "text/html";
    let number = order.declaration.order_no.as_str();
    let found = merchant.open(&format!("/documents?kind=order&number={number}")).await;
    assert!(found.body.contains(&format!("<td>{number}</td><td>{number}</td>")), "{}", found.body);
    assert!(found.body.contains(&format!("href=\"{file}\"")), "{}", found.body);
}

#[tokio::test]
async fn a_zip_is_uploaded_like_a_message_and_each_of_it_is_told() {
    let stage = Stage::set();
    let mut browser = stage.merchant().await;
    let token = browser.form_token().await;
    let at = stage.world.clock.now();
    let errands = stage.errands.clone();
    let desk = std::thread::spawn(move || {
        let mut names = Vec::new();
        for message in [Some(MessageType::Ceb311), None] {
            let Ok(Errand::Message(handed)) = errands.recv() else { panic!("no message") };
            names.push(handed.origin);
            let documents = usize::from(message.is_some());
            let summary = Summary { message, documents, ..Summary::default() };
            (handed.reply)(Receipt { message: MessageId(78), at, outcome: Ok(summary) });
        }
        names
    });
    let archive = stored(&[("order.xml", "<a/>"), ("broken.xml", "nothing")]);
    let answer = browser.upload_bytes("/mail/send", &token, "all.zip", &archive).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(
        answer.body.contains("Messages taken: 1; not taken, or not readable: 1."),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("order.xml") && answer.body.contains("broken.xml"));
    assert!(answer.body.contains("cannot be read"), "{}", answer.body);
    assert_eq!(desk.join().unwrap(), ["order.xml", "broken.xml"]);
    let none = browser.upload_bytes("/mail/send", &token, "all.zip", b"PK\x03\x04 no zip").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{none:?}");
}

/// A zip whose entries are stored as they are.
fn stored(files: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = zip::write::SimpleFileOptions::default();
        let options = options.compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
