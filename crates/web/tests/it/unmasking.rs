//! Officers see persons for a stated reason, one declaration at a time or as a list that another approves.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_domain::access::{Role, Standing};

use crate::customs::{Customs, opened, send};

const WHY: [(&str, &str); 2] = [("reason", "identity"), ("words", "document photo unclear")];

#[tokio::test]
async fn an_officer_sees_persons_for_a_reason_on_a_page_that_nobody_keeps() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let number = &*parcel.declaration.buyer.number;
    let (address, persons) = (format!("/declarations/{id}"), format!("/declarations/{id}/persons"));
    let mut zhang = customs.site().signed_in("zhang").await;
    let page = opened(&mut zhang, &address).await;
    assert!(page.body.contains("Why you need them") && !page.body.contains(number));
    for form in [
        vec![("words", "document photo unclear")],
        vec![("reason", "identity")],
        vec![("reason", "identity"), ("words", "call 13812345678")],
        vec![("reason", "curiosity"), ("words", "document photo unclear")],
    ] {
        let refused = send(&mut zhang, &page, &persons, &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
        assert!(!refused.body.contains(number), "{form:?}");
    }
    let shown = send(&mut zhang, &page, &persons, &WHY).await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    assert!(shown.body.contains(number) && shown.body.contains(&*parcel.declaration.buyer.name));
    assert_eq!(shown.headers["cache-control"], "no-store");
    assert_eq!(zhang.open(&persons).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(!opened(&mut zhang, &address).await.body.contains(number), "masked as before");
}

#[tokio::test]
async fn whose_parcel_it_is_sees_it_masked_and_is_not_asked() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let merchant = customs.world().cast.merchant.party.id;
    let role = Role::EnterpriseAdministrator;
    customs.site().admit("owner", Standing::Enterprise { party: merchant, role });
    let mut owner = customs.site().signed_in("owner").await;
    let page = opened(&mut owner, &format!("/declarations/{id}")).await;
    assert!(page.body.contains("*** (masked)") && !page.body.contains("Why you need them"));
    assert!(!page.body.contains(&*parcel.declaration.buyer.number));
    let refused = send(&mut owner, &page, &format!("/declarations/{id}/persons"), &WHY).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // At the port there is no need for it.
    let mut gao = customs.site().signed_in("gao").await;
    let page = opened(&mut gao, &format!("/declarations/{id}")).await;
    assert!(!page.body.contains("Why you need them"));
}

#[tokio::test]
async fn a_list_needs_a_second_officer_and_is_shown_once() {
    let customs = Customs::open();
    let (first, parcel) = customs.in_review(1);
    let (second, _) = customs.in_review(2);
    let number = &*parcel.declaration.buyer.number;
    let site = customs.site();
    let mut zhang = site.signed_in("zhang").await;
    let page = opened(&mut zhang, "/unmaskings").await;
    assert!(page.body.contains("Nobody has asked yet"));
    let unknown = [&[("declarations", "nothing-of-that-number")][..], &WHY].concat();
    let refused = send(&mut zhang, &page, "/unmaskings", &unknown).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("nothing-of-that-number"), "what was typed is kept");
    let lines = format!("{first}\r\n{second}");
    let list = [&[("declarations", lines.as_str())][..], &WHY].concat();
    let sent = send(&mut zhang, &page, "/unmaskings", &list).await;
    assert_eq!(sent.location(), "/unmaskings?done=asked", "{sent:?}");
    let page = opened(&mut zhang, "/unmaskings").await;
    assert!(
        page.body.contains("waits for another officer") && !page.body.contains("Show them (once)")
    );
    let early = send(&mut zhang, &page, "/unmaskings/1/persons", &[]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    let own = send(&mut zhang, &page, "/unmaskings/1/answer", &[("answer", "approve")]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "an officer approves nothing");

    let mut chen = site.signed_in("chen").await;
    let page = opened(&mut chen, "/unmaskings").await;
    assert!(page.body.contains("document photo unclear"), "{}", page.body);
    let sent = send(&mut chen, &page, "/unmaskings/1/answer", &[("answer", "approve")]).await;
    assert_eq!(sent.location(), "/unmaskings?done=answered", "{sent:?}");
    let page = opened(&mut zhang, "/unmaskings").await;
    assert!(page.body.contains("Show them (once)"), "{}", page.body);
    let shown = send(&mut zhang, &page, "/unmaskings/1/persons", &[]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.body.contains(number) && shown.headers["cache-control"] == "no-store");
    let again = send(&mut zhang, &page, "/unmaskings/1/persons", &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(!again.body.contains(number));
}

#[tokio::test]
async fn the_interface_does_what_the_pages_do_and_keeps_no_answer() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let number = &*parcel.declaration.buyer.number;
    let site = customs.site();
    let mut zhang = site.signed_in("zhang").await;
    let mut chen = site.signed_in("chen").await;
    let (zhang_token, chen_token) = (zhang.form_token().await, chen.form_token().await);
    let address = format!("/api/v1/declarations/{id}/persons");
    let why = json!({ "reason": "identity", "words": "document photo unclear" });
    let headers = [("x-form-token", zhang_token.as_str()), ("idempotency-key", "once")];
    for _ in 0..2 {
        let shown = zhang.json(Method::POST, &address, &headers, &why).await;
        assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
        assert!(shown.body.contains(number) && shown.headers["cache-control"] == "no-store");
        assert!(!shown.headers.contains_key("idempotent-replayed"), "each is a showing");
    }
    let wrong = json!({ "reason": "identity", "words": "" });
    let refused = zhang.json(Method::POST, &address, &headers[..1], &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("/words"), "{refused:?}");

    let list = json!({ "declarations": [id.to_string()], "reason": "contact", "words": "return of goods" });
    let asked = zhang.json(Method::POST, "/api/v1/unmaskings", &headers[..1], &list).await;
    let asked: Value = serde_json::from_str(&asked.body).unwrap();
    let request = format!("/api/v1/unmaskings/{}", asked["number"]);
    let persons = format!("{request}/persons");
    let early = zhang.json(Method::POST, &persons, &headers[..1], &json!({})).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{early:?}");
    let headers_of_chen = [("x-form-token", chen_token.as_str())];
    let answer = format!("{request}/answer");
    let answered = chen.json(Method::POST, &answer, &headers_of_chen, &json!({})).await;
    assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
    let listed = zhang.open("/api/v1/unmaskings").await;
    assert!(listed.body.contains("\"approved\""), "{}", listed.body);
    let shown = zhang.json(Method::POST, &persons, &headers[..1], &json!({})).await;
    assert!(shown.body.contains(number), "{shown:?}");
}
