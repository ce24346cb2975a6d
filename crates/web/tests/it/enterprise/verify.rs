//! Anybody learns whether a response was made here, and whether it was changed.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::Value;
use tongguan_application::ports::Clock as _;
use tongguan_application::transparency::{Logger, found};
use tongguan_domain::access::{Role, Standing};
use tongguan_storage::seal::Keyring;
use tongguan_testkit::parcels::{message, parcel};

use super::Stage;
use crate::fixture::Browser;

/// Every message of the mailboxes of all who take part.
async fn all_mail(stage: &Stage) -> Vec<String> {
    let mut all = Vec::new();
    for (n, actor) in stage.world.cast.actors().into_iter().enumerate() {
        let (name, party) = (format!("actor{n}"), actor.party.id);
        let role = Role::EnterpriseAdministrator;
        stage.site.admit(&name, Standing::Enterprise { party, role });
        all.extend(mail(&mut stage.site.signed_in(&name).await).await);
    }
    all
}

/// Every message of somebody's mailbox.
async fn mail(browser: &mut Browser<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for letter in 1.. {
        for place in 1.. {
            let file = browser.open(&format!("/mail/{letter}/{place}.xml")).await;
            if file.status != StatusCode::OK {
                match place {
                    1 => return all,
                    _ => break,
                }
            }
            all.push(file.body);
        }
    }
    all
}

async fn checked(browser: &mut Browser<'_>, xml: &str) -> Value {
    let kind = [("content-type", "application/xml")];
    let answer = browser.with(Method::POST, "/api/v1/responses/check", &kind, xml).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

fn own_number(xml: &str) -> &str {
    xml.split_once("guid=\"").unwrap().1.split('"').next().unwrap()
}

#[tokio::test]
async fn everything_that_was_sent_is_genuine_and_nothing_that_was_changed_is() {
    let stage = Stage::set();
    let (mail, mut anybody) = (all_mail(&stage).await, stage.site.browser());
    let mut kinds = std::collections::BTreeSet::new();
    for xml in &mail {
        let told = checked(&mut anybody, xml).await;
        assert_eq!(told["verdict"], "genuine", "{xml}");
        assert_eq!(told["guid"], own_number(xml), "{xml}");
        kinds.insert(told["type"].as_str().unwrap().to_owned());
        // A byte somewhere behind the number.
        for part in [4, 2] {
            let at = xml.len() - xml.len() / part;
            let mut bytes = xml.clone().into_bytes();
            bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let told = checked(&mut anybody, &changed).await;
            let is_number = !changed.contains(own_number(xml));
            let wanted = if is_number { "unknown" } else { "altered" };
            assert_eq!(told["verdict"], wanted, "{changed}");
        }
        let longer = xml.replace("</", " </");
        assert_eq!(checked(&mut anybody, &longer).await["verdict"], "altered");
        let number = format!("/api/v1/responses/{}", own_number(xml));
        let known: Value = serde_json::from_str(&anybody.open(&number).await.body).unwrap();
        assert_eq!((&known["verdict"], &known["made_at"]), (&"known".into(), &told["made_at"]));
    }
    assert!(kinds.contains("CEB312") && kinds.contains("CEB816"), "{kinds:?}");
    // What parties sent is none of ours.
    let [order, ..] = parcel(1, super::sent_at()).unwrap().documents();
    let sent = message(&stage.world.cast, &[order], 1).unwrap();
    for nothing in [&*sent, "nonsense", "", "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"] {
        assert_eq!(
            checked(&mut anybody, nothing).await,
            serde_json::json!({ "verdict": "unknown" })
        );
    }
    // The place of a row and a made-up rest name nothing.
    let own = own_number(&mail[0]);
    let guessed = format!("{}000000000000", &own[..24]);
    assert_eq!(checked(&mut anybody, &guessed).await["verdict"], "unknown");
}

#[tokio::test]
async fn the_page_tells_what_it_proves_and_shows_nothing_of_the_message() {
    let stage = Stage::set();
    let (mut merchant, mut anybody) = (stage.merchant().await, stage.site.browser());
    let xml = merchant.open("/mail/1/1.xml").await.body;
    let order_no = xml.split_once("orderNo>").unwrap().1.split('<').next().unwrap().to_owned();
    let page = anybody.upload("/verify", &[("file", &xml)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Genuine: this service made it"), "{}", page.body);
    assert!(page.body.contains("Responses bear no signature"), "{}", page.body);
    assert!(!page.body.contains(&order_no) && !page.body.contains("returnInfo"), "{}", page.body);
    // Browsers send the line ends of text areas as network protocols want them.
    let typed = xml.replace('\n', "\r\n");
    let page = anybody.upload("/verify", &[("text", &typed)]).await;
    assert!(page.body.contains("Genuine: this service made it"), "{}", page.body);
    let forged = xml.replace(&order_no, "TG-FORGED");
    let page = anybody.upload("/verify", &[("text", &forged)]).await;
    assert!(page.body.contains("Changed: this service made a message"), "{}", page.body);
    assert!(!page.body.contains("TG-FORGED") && !page.body.contains(&order_no), "{}", page.body);
    let page = anybody.send("/verify", &[("text", &own_number(&xml).to_lowercase())]).await;
    assert!(page.body.contains("Show all of it to learn"), "{}", page.body);
    anybody.language = "zh";
    let page = anybody.upload("/verify", &[("file", "<a/>")]).await;
    assert!(page.body.contains("查无记录"), "{}", page.body);
    let nothing = anybody.upload("/verify", &[("text", " ")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = " ".repeat((1 << 20) + 1);
    let long = anybody.upload("/verify", &[("file", &long)]).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", long.body);
}

/// Logs what was answered so far.
fn log(stage: &Stage) {
    let (store, now) = (&stage.world.store, stage.world.clock.now());
    let keyring = Arc::new(Keyring::from_master(&[7; 32]));
    let log = found(store, &keyring, None, now).unwrap();
    Logger::open(store, keyring, log).unwrap().take_up(now).unwrap();
}

#[tokio::test]
async fn a_response_that_is_shown_whole_is_proved_and_its_proof_is_verified() {
    let stage = Stage::set();
    let (mut merchant, mut anybody) = (stage.merchant().await, stage.site.browser());
    assert_eq!(anybody.open("/log/checkpoint").await.status, StatusCode::NOT_FOUND);
    let xml = merchant.open("/mail/1/1.xml").await.body;
    let kind = [("content-type", "application/xml")];
    let early = anybody.with(Method::POST, "/api/v1/responses/proof", &kind, &xml).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{early:?}");
    assert!(early.body.contains("ask again in a few seconds"), "{}", early.body);
    log(&stage);
    let proved = anybody.with(Method::POST, "/api/v1/responses/proof", &kind, &xml).await;
    assert_eq!(proved.status, StatusCode::OK, "{proved:?}");
    assert_eq!(merchant.open("/mail/1/1.proof.json").await.body, proved.body);
    assert_eq!(anybody.upload("/verify/proof", &[("file", &xml)]).await.body, proved.body);
    assert!(merchant.open("/mail/1").await.body.contains("/mail/1/1.proof.json"));

    let page = anybody.upload("/verify", &[("file", &proved.body)]).await;
    assert!(page.body.contains("Proved: this service made the response"), "{}", page.body);
    let changed = proved.body.replacen("returnInfo", "returnInf0", 1);
    let page = anybody.upload("/verify", &[("text", &changed)]).await;
    assert!(page.body.contains("Not proved"), "{}", page.body);
    assert!(page.body.contains("it was changed"), "{}", page.body);
    let page = anybody.upload("/verify", &[("text", "{}")]).await;
    assert!(page.body.contains("no bundle of a log"), "{}", page.body);

    // Nobody is given what he does not have.
    for (shown, status) in [
        (own_number(&xml).to_owned(), StatusCode::CONFLICT),
        (xml.replacen("returnInfo", "returnInf0", 1), StatusCode::CONFLICT),
        ("<a/>".to_owned(), StatusCode::NOT_FOUND),
    ] {
        let refused = anybody.with(Method::POST, "/api/v1/responses/proof", &kind, &shown).await;
        assert_eq!(refused.status, status, "{refused:?}");
        assert!(!refused.body.contains("record"), "{}", refused.body);
    }
    for open in ["/log/checkpoint", "/log/key"] {
        assert_eq!(anybody.open(open).await.status, StatusCode::OK, "{open}");
    }
}
