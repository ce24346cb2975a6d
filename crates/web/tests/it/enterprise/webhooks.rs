//! Webhooks of the own mailbox, on pages and by the interface.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_application::webhooks::PAUSES;
use tongguan_testkit::receiver::Came;

use super::{Stage, has_chinese, own_words};
use crate::fixture::{Answer, Browser};

const URL: &str = "https://erp.example/in";

struct Owner<'s> {
    browser: Browser<'s>,
    token: String,
}

impl<'s> Owner<'s> {
    async fn of(mut browser: Browser<'s>) -> Self {
        let token = browser.form_token().await;
        Self { browser, token }
    }

    async fn add(&mut self, url: &str, messages: &str, from_the_first: &str) -> Answer {
        let form = [
            ("form_token", self.token.as_str()),
            ("url", url),
            ("messages", messages),
            ("from_the_first", from_the_first),
        ];
        self.browser.send("/webhooks", &form).await
    }

    async fn act(&mut self, number: &str, act: &str, place: &str) -> Answer {
        let form = [("form_token", self.token.as_str()), ("act", act), ("place", place)];
        self.browser.send(&format!("/webhooks/{number}"), &form).await
    }

    async fn page(&mut self, number: &str) -> Answer {
        self.browser.open(&format!("/webhooks/{number}")).await
    }

    async fn ask(&mut self, method: Method, address: &str, body: &Value) -> Answer {
        let token = self.token.clone();
        self.browser.json(method, address, &[("x-form-token", &token)], body).await
    }
}

fn secret(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("<pre>").unwrap_or_else(|| panic!("{page:?}"));
    rest.split('<').next().unwrap().to_owned()
}

fn number(page: &Answer) -> String {
    let link = page.body.split("href=\"/webhooks/").nth(1).unwrap();
    link.split('"').next().unwrap().to_owned()
}

/// What came last, as receivers see it.
fn came(stage: &Stage) -> Came {
    let post = stage.site.receiver.came.lock().unwrap().pop().unwrap();
    let headers = post.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Came { headers: headers.collect(), body: post.body }
}

fn taken(stage: &Stage) -> usize {
    stage.site.receiver.came.lock().unwrap().len()
}

#[tokio::test]
async fn a_webhook_is_added_tried_and_removed_by_its_own_people_alone() {
    let stage = Stage::set();
    let mut merchant = Owner::of(stage.merchant().await).await;
    let mut exporter = Owner::of(stage.exporter().await).await;
    let added = merchant.add(URL, "ceb312，CEB622", "").await;
    assert_eq!(added.status, StatusCode::OK, "{added:?}");
    let (secret, number) = (secret(&added), number(&added));
    assert!(secret.starts_with("whsec_"), "{secret}");
    let page = merchant.page(&number).await;
    assert!(page.body.contains(URL) && page.body.contains("CEB312 CEB622"), "{}", page.body);
    assert!(!page.body.contains(&secret), "a secret is shown once");

    let tested = merchant.act(&number, "test", "").await;
    assert!(tested.body.contains("took it and answered 204"), "{}", tested.body);
    assert!(!tested.body.contains("what nobody is told"), "{}", tested.body);
    assert_eq!(came(&stage).signatures_of(&secret), 1);
    *stage.site.receiver.refuses.lock().unwrap() = Some(503);
    let tested = merchant.act(&number, "test", "").await;
    assert!(tested.body.contains("answered 503"), "{}", tested.body);
    *stage.site.receiver.refuses.lock().unwrap() = None;

    // Another enterprise neither sees nor does anything with it.
    assert!(!exporter.browser.open("/webhooks").await.body.contains(&number));
    assert_eq!(exporter.page(&number).await.status, StatusCode::NOT_FOUND);
    stage.site.receiver.came.lock().unwrap().clear();
    for act in ["test", "pause", "rotate", "replay", "send", "ask-removal", "remove"] {
        let answer = exporter.act(&number, act, "0").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}");
    }
    assert_eq!(taken(&stage), 0);

    let rotated = merchant.act(&number, "rotate", "").await;
    let second = self::secret(&rotated);
    merchant.act(&number, "test", "").await;
    let signed = came(&stage);
    assert_eq!([signed.signatures_of(&secret), signed.signatures_of(&second)], [1, 1]);

    let question = merchant.act(&number, "ask-removal", "").await;
    assert!(question.body.contains("It cannot be undone"), "{}", question.body);
    assert_eq!(merchant.act(&number, "remove", "").await.location(), "/webhooks");
    assert_eq!(merchant.page(&number).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_not_taken_is_listed_and_sent_again() {
    let stage = Stage::set();
    let mut merchant = Owner::of(stage.merchant().await).await;
    let number = number(&merchant.add(URL, "", "yes").await);
    *stage.site.receiver.refuses.lock().unwrap() = Some(500);
    stage.site.courier.deliver_due().unwrap();
    let failing = merchant.page(&number).await;
    assert!(failing.body.contains("answered 500") && failing.body.contains("next at"));
    for pause in PAUSES {
        let waited = i64::try_from(pause.as_millis()).unwrap() * 2;
        stage.site.clock.advance_millis(waited);
        stage.site.courier.turn(number.parse().unwrap()).unwrap();
    }
    // The session did not outlast three days.
    let mut merchant = Owner::of(stage.merchant().await).await;
    let page = merchant.page(&number).await;
    assert!(page.body.contains("value=\"send\"") && page.body.contains("/mail/1\""), "{page:?}");
    assert_eq!(merchant.act(&number, "send", "2").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = merchant.act(&number, "send", "1").await;
    assert!(refused.body.contains("answered 500") && refused.body.contains("value=\"send\""));
    *stage.site.receiver.refuses.lock().unwrap() = None;
    let sent = merchant.act(&number, "send", "1").await;
    assert!(sent.body.contains("answered 204") && !sent.body.contains("value=\"send\""));

    // Paused, set back, and resumed: all of it is sent again.
    assert_eq!(merchant.act(&number, "pause", "").await.status, StatusCode::SEE_OTHER);
    assert!(merchant.page(&number).await.body.contains("paused"));
    stage.site.receiver.came.lock().unwrap().clear();
    let beyond = merchant.act(&number, "replay", "99").await;
    assert_eq!(beyond.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(beyond.body.contains("value=\"99\""), "what was typed stays: {}", beyond.body);
    assert_eq!(merchant.act(&number, "replay", "0").await.status, StatusCode::SEE_OTHER);
    stage.site.courier.deliver_due().unwrap();
    assert_eq!(taken(&stage), 0);
    assert_eq!(merchant.act(&number, "resume", "").await.status, StatusCode::SEE_OTHER);
    stage.site.courier.deliver_due().unwrap();
    assert!(taken(&stage) > 1, "every letter of the mailbox");
}

#[tokio::test]
async fn what_cannot_be_added_is_told_and_kept_in_the_form() {
    let stage = Stage::set();
    let mut merchant = Owner::of(stage.merchant().await).await;
    let inside = merchant.add("https://10.0.0.1/in", "", "").await;
    assert_eq!(inside.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(inside.body.contains("it is not public") && inside.body.contains("10.0.0.1/in"));
    let unknown = merchant.add(URL, "CEB000", "").await;
    assert!(unknown.body.contains("There is no message CEB000"), "{}", unknown.body);
    for _ in 0..8 {
        assert_eq!(merchant.add(URL, "", "").await.status, StatusCode::OK);
    }
    let many = merchant.add(URL, "", "").await;
    assert_eq!(many.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(many.body.contains("8 webhooks at most") && !many.body.contains("Add a webhook"));
}

#[tokio::test]
async fn the_page_of_one_is_whole_in_both_languages() {
    let stage = Stage::set();
    let mut merchant = Owner::of(stage.merchant().await).await;
    let number = number(&merchant.add(URL, "", "").await);
    let english = merchant.page(&number).await;
    assert!(!has_chinese(&own_words(&stage, &english)), "{}", own_words(&stage, &english));
    merchant.browser.language = "zh";
    let chinese = merchant.page(&number).await;
    assert!(chinese.body.contains("未送达的回执"), "{}", chinese.body);
    assert_eq!(chinese.body.matches("<h1").count(), 1);
}

#[tokio::test]
async fn the_interface_does_what_the_pages_do() {
    let stage = Stage::set();
    let mut merchant = Owner::of(stage.merchant().await).await;
    let mut exporter = Owner::of(stage.exporter().await).await;
    for owner in [&mut merchant, &mut exporter] {
        owner.browser.accept = "application/json";
    }
    let list = "/api/v1/webhooks";
    let told = |answer: &Answer| serde_json::from_str::<Value>(&answer.body).unwrap();
    let wanted = json!({"url": URL, "messages": ["CEB312"], "after": 0});
    let added = merchant.ask(Method::POST, list, &wanted).await;
    assert_eq!(added.status, StatusCode::CREATED, "{added:?}");
    let added = told(&added);
    let (number, secret) = (added["number"].as_str().unwrap(), added["secret"].as_str().unwrap());
    let one = format!("{list}/{number}");
    let at = |rest: &str| format!("{one}/{rest}");
    assert_eq!(told(&merchant.browser.open(list).await)["webhooks"][0]["number"], number);

    let tested = told(&merchant.ask(Method::POST, &at("test"), &json!(null)).await);
    assert_eq!((&tested["taken"], &tested["status"]), (&json!(true), &json!(204)));
    assert_eq!(came(&stage).signatures_of(secret), 1);
    let paused = told(&merchant.ask(Method::POST, &at("pause"), &json!(null)).await);
    assert_eq!(paused["standing"], "paused");
    let resumed = told(&merchant.ask(Method::POST, &at("resumption"), &json!(null)).await);
    assert_eq!(resumed["standing"], "active");
    let rotated = told(&merchant.ask(Method::POST, &at("secret"), &json!(null)).await);
    assert_ne!(rotated["secret"], secret);
    stage.site.courier.deliver_due().unwrap();
    let progress = told(&merchant.browser.open(&one).await);
    assert_eq!(progress["n"], progress["last"]);
    let replayed = merchant.ask(Method::POST, &at("replay"), &json!({"after": 0})).await;
    assert_eq!(told(&replayed)["n"], 0);
    for (body, pointer) in [(json!({"after": 99}), "/after"), (json!({}), "")] {
        let wrong = told(&merchant.ask(Method::POST, &at("replay"), &body).await);
        assert_eq!(wrong["errors"][0]["pointer"], pointer, "{wrong}");
    }
    let inside = json!({"url": "https://10.0.0.1/"});
    let inside = told(&merchant.ask(Method::POST, list, &inside).await);
    assert_eq!(inside["errors"][0]["pointer"], "/url");
    let none = merchant.ask(Method::POST, &at("dead-letters/1/sending"), &json!(null)).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);

    // For another enterprise it is not there.
    assert_eq!(told(&exporter.browser.open(list).await)["webhooks"], json!([]));
    assert_eq!(exporter.browser.open(&one).await.status, StatusCode::NOT_FOUND);
    for rest in ["test", "pause", "secret"] {
        let answer = exporter.ask(Method::POST, &at(rest), &json!(null)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{rest}");
    }
    let answer = exporter.ask(Method::DELETE, &one, &json!(null)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let removed = merchant.ask(Method::DELETE, &one, &json!(null)).await;
    assert_eq!(told(&removed)["number"], number);
    assert_eq!(told(&merchant.browser.open(list).await)["webhooks"], json!([]));
}
