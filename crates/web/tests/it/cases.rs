//! Cases by the JSON interface: taken on, decided one by one and several at once, let go by two.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::customs::Customs;
use crate::fixture::{Answer, Browser};
use crate::interface::json_of;

/// An officer's program in a browser.
struct Desk<'c> {
    browser: Browser<'c>,
    token: String,
}

impl<'c> Desk<'c> {
    async fn of(customs: &'c Customs, name: &str) -> Self {
        let mut browser = customs.site().signed_in(name).await;
        browser.accept = "application/json";
        let session = json_of(&browser.open("/api/v1/session").await);
        Self { browser, token: session["form_token"].as_str().unwrap().to_owned() }
    }

    async fn send(&mut self, path: &str, given: &Value) -> Answer {
        let headers = [("x-form-token", self.token.as_str())];
        self.browser.json(Method::POST, &format!("/api/v1/{path}"), &headers, given).await
    }

    async fn read(&mut self, path: &str) -> Value {
        let answer = self.browser.open(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        json_of(&answer)
    }

    async fn queue(&mut self, query: &str) -> Vec<Value> {
        let listed = self.read(&format!("queue{query}")).await;
        let items = listed["items"].as_array().unwrap().iter();
        items.map(|it| it["id"].clone()).collect()
    }
}

fn title(answer: &Answer) -> String {
    json_of(answer)["title"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_has_taken_a_case_on_decides_about_it() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let (free, _) = customs.in_review(2);
    let (mut zhang, mut li) =
        (Desk::of(&customs, "zhang").await, Desk::of(&customs, "li.ming").await);
    let at = format!("declarations/{id}");
    let taken = zhang.send(&format!("{at}/assignment"), &json!({ "act": "take" })).await;
    assert_eq!(json_of(&taken)["assignment"]["officer"], "zhang", "{taken:?}");
    let mine = json!([id.to_string()]);
    assert_eq!(json!(zhang.queue("?whose=mine").await), mine);
    assert_eq!(json!(zhang.queue("?whose=free").await), json!([free.to_string()]));
    assert_eq!(li.queue("").await.len(), 2);
    let late = li.send(&format!("{at}/assignment"), &json!({ "act": "take" })).await;
    assert_eq!(late.problem().as_deref(), Some("refused"));
    assert!(title(&late).contains("take it over"), "{late:?}");
    let accept = json!({ "ruling": "accept", "reason": "in-order" });
    let held = li.send(&format!("{at}/ruling"), &accept).await;
    assert!(title(&held).contains("is working on this case"), "{held:?}");
    assert_eq!(customs.status(&parcel), 300);

    let over = li.send(&format!("{at}/assignment"), &json!({ "act": "take-over" })).await;
    assert_eq!(json_of(&over)["assignment"]["officer"], "li.ming", "{over:?}");
    zhang.browser.changes_nothing = true;
    zhang.send(&format!("{at}/assignment"), &json!({ "act": "give-back" })).await;
    let case = li.read(&format!("{at}/case")).await;
    assert_eq!(case["assignment"]["officer"], "li.ming", "it was hers no more: {case}");
    assert_eq!(
        (&case["status"], &case["rulings"][0]["needs_second"]),
        (&300.into(), &false.into())
    );

    // What was decided meanwhile is not decided again.
    let seen = case["seen"].clone();
    li.send(&format!("{at}/ruling"), &json!({ "ruling": "examine", "reason": "quantity" })).await;
    assert_eq!(customs.status(&parcel), 500);
    let stale = json!({ "ruling": "accept", "reason": "in-order", "seen": seen });
    let stale = li.send(&format!("{at}/ruling"), &stale).await;
    assert!(title(&stale).contains("The case has gone on"), "{stale:?}");
    let case = li.read(&format!("{at}/case")).await;
    assert_eq!(case["assignment"], Value::Null, "a decision gives it back: {case}");
    let wrong = json!({ "ruling": "accept", "reason": "in-order", "seen": "x" });
    let wrong = li.send(&format!("{at}/ruling"), &wrong).await;
    assert_eq!(json_of(&wrong)["errors"][0]["pointer"], "/seen");
    let waiting = li.read("queue/waiting").await;
    assert_eq!(waiting["queues"].as_array().unwrap().len(), 2, "{waiting}");
}

#[tokio::test]
async fn several_are_decided_and_each_tells_what_became_of_it() {
    let customs = Customs::open();
    let (first, parcel) = customs.in_review(1);
    let (second, other) = customs.in_review(2);
    let (examined, third) = customs.under_examination(3);
    let (mut zhang, mut li) =
        (Desk::of(&customs, "zhang").await, Desk::of(&customs, "li.ming").await);
    let taken = format!("declarations/{second}/assignment");
    li.send(&taken, &json!({ "act": "take" })).await;
    let chosen = |numbers: &[String]| -> Value {
        numbers.iter().map(|number| json!({ "number": number })).collect()
    };
    let numbers = [first.to_string(), second.to_string(), examined.to_string(), "1".to_owned()];
    let given =
        json!({ "declarations": chosen(&numbers), "ruling": "refuse", "reason": "documents" });
    let answer = zhang.send("queue/rulings", &given).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let outcomes = json_of(&answer)["declarations"].clone();
    assert_eq!(outcomes[0]["decided"]["status"], 100, "{outcomes}");
    assert_eq!(outcomes[0]["problem"], Value::Null);
    for (n, kind, words) in [
        (1, "refused", "is working on this case"),
        (2, "refused", "where this is not possible"),
        (3, "not-found", "nothing of that number"),
    ] {
        let problem = &outcomes[n]["problem"];
        assert_eq!(problem["type"], format!("urn:tongguan:problem:{kind}"), "{outcomes}");
        assert!(problem["title"].as_str().unwrap().contains(words), "{problem}");
        assert_eq!(outcomes[n]["decided"], Value::Null);
    }
    let standing = [&parcel, &other, &third].map(|parcel| customs.status(parcel));
    assert_eq!(standing, [100, 300, 500]);

    let many: Vec<_> = (0..51).map(|n| n.to_string()).collect();
    for numbers in [&many[..], &[]] {
        let given =
            json!({ "declarations": chosen(numbers), "ruling": "refuse", "reason": "documents" });
        let refused = zhang.send("queue/rulings", &given).await;
        assert_eq!(json_of(&refused)["errors"][0]["pointer"], "/declarations", "{refused:?}");
    }
    for (field, value) in [("/ruling", "praise"), ("/reason", " ")] {
        let mut given = given.clone();
        given[field.trim_start_matches('/')] = json!(value);
        let refused = zhang.send("queue/rulings", &given).await;
        assert_eq!(json_of(&refused)["errors"][0]["pointer"], field, "{refused:?}");
    }
    assert_eq!(customs.status(&other), 300);
}

#[tokio::test]
async fn what_is_kept_is_let_go_by_two() {
    let customs = Customs::open();
    let (id, parcel) = customs.under_examination(1);
    let at = format!("declarations/{id}");
    let mut zhao = Desk::of(&customs, "zhao").await;
    let detain = json!({ "ruling": "detain-investigation", "reason": "prohibited" });
    zhao.send(&format!("{at}/ruling"), &detain).await;
    assert_eq!(customs.status(&parcel), 502);
    let mut zhang = Desk::of(&customs, "zhang").await;
    let accept = json!({ "ruling": "accept", "reason": "in-order" });
    let alone = zhang.send(&format!("{at}/ruling"), &accept).await;
    assert!(title(&alone).contains("propose it"), "{alone:?}");
    let case = zhang.read(&format!("{at}/case")).await;
    let rulings = case["rulings"].as_array().unwrap();
    assert!(rulings.contains(&json!({ "ruling": "accept", "needs_second": true })), "{case}");
    let proposed = zhang.send(&format!("{at}/proposal"), &accept).await;
    assert_eq!(proposed.status, StatusCode::CREATED, "{proposed:?}");
    assert_eq!(json_of(&proposed)["proposals"][0]["waits"], true);
    let twice = zhang.send(&format!("{at}/proposal"), &accept).await;
    assert!(title(&twice).contains("waits for an answer already"), "{twice:?}");

    // Who has kept the goods does not let them go.
    let same = zhao.send(&format!("{at}/proposal/answer"), &json!({})).await;
    assert!(title(&same).contains("somebody else has to"), "{same:?}");
    let mut chen = Desk::of(&customs, "chen").await;
    let listed = chen.read("proposals").await;
    let listed = &listed["items"][0];
    assert_eq!(
        (&listed["declaration"], &listed["officer"]),
        (&json!(id.to_string()), &"zhang".into())
    );
    let down = json!({ "refusal": "wait for the laboratory" });
    let answered = json_of(&chen.send(&format!("{at}/proposal/answer"), &down).await);
    assert_eq!(answered["proposals"][0]["answer"]["refusal"], "wait for the laboratory");
    assert_eq!((&answered["status"], customs.status(&parcel)), (&502.into(), 502));
    assert_eq!(chen.read("proposals").await["items"], json!([]));
    let none = chen.send(&format!("{at}/proposal/answer"), &json!({})).await;
    assert!(title(&none).contains("No proposal waits"), "{none:?}");

    zhang.send(&format!("{at}/proposal"), &accept).await;
    let answered = json_of(&chen.send(&format!("{at}/proposal/answer"), &json!({})).await);
    assert_eq!((&answered["status"], customs.status(&parcel)), (&800.into(), 800), "{answered}");
    let told = json_of(&chen.send("declarations/1/proposal/answer", &json!({})).await);
    assert_eq!(told["status"], 404);
}

#[tokio::test]
async fn any_number_finds_the_declaration() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let (exported, export) = customs.export(2);
    let mut zhang = Desk::of(&customs, "zhang").await;
    for (number, found) in [
        (parcel.declaration.order_no.as_str(), id),
        (parcel.waybill.number.as_str(), id),
        (export.waybill.number.as_str(), exported),
    ] {
        let told = zhang.read(&format!("search?number={number}")).await;
        assert_eq!(told["declarations"][0]["id"], found.to_string(), "{number}: {told}");
    }
    assert_eq!(zhang.read("search?number=NOTHING").await["declarations"], json!([]));
    let empty = zhang.browser.open("/api/v1/search?number=").await;
    assert_eq!(empty.problem().as_deref(), Some("malformed"));
}
