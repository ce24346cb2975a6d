//! Access keys of the own mailbox.

use axum::http::{Method, StatusCode};
use tongguan_application::history::{Actor, Cause, ChangeKind, Subject, events};
use tongguan_storage::{About, Register};

use super::Stage;
use crate::fixture::Answer;

pub fn secret(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("<pre>").unwrap_or_else(|| panic!("{page:?}"));
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_is_shown_once_withdrawn_after_a_question_and_never_anothers() {
    let stage = Stage::set();
    let (mut merchant, mut exporter) = (stage.merchant().await, stage.exporter().await);
    let (token, foreign) = (merchant.form_token().await, exporter.form_token().await);
    let form = [("form_token", token.as_str()), ("purpose", "our ERP"), ("days", "90")];
    let given = merchant.send("/programs", &form).await;
    assert_eq!(given.status, StatusCode::OK, "{given:?}");
    let secret = secret(&given);
    assert!(secret.starts_with("tongguan_"), "{secret}");
    let list = merchant.open("/programs").await;
    assert!(list.body.contains("our ERP") && !list.body.contains(&secret), "{}", list.body);
    let link = list.body.split("href=\"/programs/").nth(1).unwrap();
    let number = link.split('/').next().unwrap().to_owned();
    let address = format!("/programs/{number}/withdraw");

    // Another enterprise neither sees nor withdraws it.
    assert!(!exporter.open("/programs").await.body.contains(&number));
    assert_eq!(exporter.open(&address).await.status, StatusCode::NOT_FOUND);
    let theirs = exporter.send(&address, &[("form_token", &foreign)]).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);

    let question = merchant.open(&address).await;
    assert!(question.body.contains("It cannot be undone"), "{}", question.body);
    assert!(merchant.open("/programs").await.body.contains("Valid"), "asking changes nothing");
    let done = merchant.send(&address, &[("form_token", &token)]).await;
    assert_eq!(done.location(), "/programs");
    let list = merchant.open("/programs").await;
    assert!(list.body.contains("Withdrawn"), "{}", list.body);
    // Again changes nothing, and is not recorded.
    merchant.changes_nothing = true;
    merchant.send(&address, &[("form_token", &token)]).await;

    let store = &stage.world.store;
    let recorded = store.read(|view| events(view, Register::People, About::Everything, None, 99));
    let recorded = recorded.unwrap().into_iter();
    let of_keys = recorded.filter(|event| matches!(event.entry.subject, Subject::AccessKey(_)));
    let mut changes = Vec::new();
    for event in of_keys {
        let Cause::Person(Actor { name, origin, .. }) = event.cause else { panic!("by nobody") };
        assert_eq!(name, "merchant");
        assert_eq!(origin.request.map(|number| number.len()), Some(32), "found in the log");
        changes.push(event.entry.change);
    }
    assert_eq!(changes, [ChangeKind::Ended, ChangeKind::Added]);
}

#[tokio::test]
async fn a_key_without_purpose_is_not_given() {
    let stage = Stage::set();
    let mut browser = stage.merchant().await;
    let token = browser.form_token().await;
    let form = [("form_token", token.as_str()), ("purpose", " "), ("days", "90")];
    let refused = browser.send("/programs", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("No key was given yet"), "{}", refused.body);
    let form = [("form_token", token.as_str()), ("purpose", "x"), ("days", "9999")];
    assert_eq!(browser.send("/programs", &form).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_key_is_replaced_by_another_and_is_good_a_while_longer() {
    let stage = Stage::set();
    let (mut merchant, mut exporter) = (stage.merchant().await, stage.exporter().await);
    let (token, foreign) = (merchant.form_token().await, exporter.form_token().await);
    let form = [("form_token", token.as_str()), ("purpose", "our ERP"), ("days", "90")];
    let old = secret(&merchant.send("/programs", &form).await);
    let list = merchant.open("/programs").await;
    let number = list.body.split("href=\"/programs/").nth(1).unwrap().split('/').next().unwrap();
    let address = format!("/programs/{number}/rotation");
    let form = |token| [("form_token", token), ("hours", "24"), ("days", "365")];
    assert_eq!(exporter.open(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(exporter.send(&address, &form(&foreign)).await.status, StatusCode::NOT_FOUND);
    let question = merchant.open(&address).await;
    assert!(question.body.contains("The old one is good"), "{}", question.body);
    let odd = [("form_token", token.as_str()), ("hours", "999"), ("days", "365")];
    assert_eq!(merchant.send(&address, &odd).await.status, StatusCode::BAD_REQUEST);
    let replaced = merchant.send(&address, &form(&token)).await;
    assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
    let new = secret(&replaced);
    let works = async |key: &str| {
        let mut program = stage.site.browser();
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str())];
        program.with(Method::GET, "/api/v1/session", &headers, "").await.status == StatusCode::OK
    };
    assert_ne!(old, new);
    assert!(works(&old).await && works(&new).await);
    stage.world.clock.advance_millis(24 * 60 * 60 * 1_000);
    assert!(!works(&old).await && works(&new).await);
    let over = stage.merchant().await.open(&address).await;
    assert_eq!(over.status, StatusCode::NOT_FOUND, "what is over is not replaced");
}
