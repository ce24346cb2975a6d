//! Payment evidence: demanded on the case page and by the interface, seen by customs alone; uploads answered in
//! their own form.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_domain::access::{Role, Standing};

use crate::customs::{Customs, opened, send};

const UPLOAD: &str = "/ceb2grab/grab/realTimeDataUpload";

#[tokio::test]
async fn an_officer_has_a_platform_asked_on_the_case_page() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let (address, demand) =
        (format!("/declarations/{id}"), format!("/declarations/{id}/payment-evidence"));
    let mut zhang = customs.site().signed_in("zhang").await;
    assert!(opened(&mut zhang, "/payment-evidence").await.body.contains("There is nothing here"));
    let page = opened(&mut zhang, &address).await;
    assert!(page.body.contains("The platform was not asked"), "{}", page.body);
    let refused = send(&mut zhang, &page, &demand, &[("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    let sent = send(&mut zhang, &page, &demand, &[("reason", "price")]).await;
    assert_eq!(sent.location(), format!("{address}?done=demanded#evidence"), "{sent:?}");
    let page = opened(&mut zhang, &format!("{address}?done=demanded")).await;
    for said in ["The platform is going to be asked", "the platform is being asked", "zhang"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert!(!page.body.contains("Why you want it"), "one at a time");
    let again = send(&mut zhang, &page, &demand, &[("reason", "price")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{again:?}");
    let listed = opened(&mut zhang, "/payment-evidence").await;
    assert!(listed.body.contains(parcel.declaration.order_no.as_str()), "{}", listed.body);
    let found = opened(&mut zhang, "/payment-evidence?findings=only").await;
    assert!(found.body.contains("There is nothing here"));
    let odd = zhang.open("/payment-evidence?after=x").await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);

    // Whose parcel it is, is not told that somebody was asked.
    let merchant = customs.world().cast.merchant.party.id;
    customs.site().admit("clerk", Standing::Enterprise { party: merchant, role: Role::Clerk });
    let mut clerk = customs.site().signed_in("clerk").await;
    let page = opened(&mut clerk, &address).await;
    assert!(!page.body.contains("Payment evidence"), "{}", page.body);
    assert_eq!(clerk.open("/payment-evidence").await.status, StatusCode::FORBIDDEN);
    let refused = send(&mut clerk, &page, &demand, &[("reason", "price")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn programs_of_pages_demand_and_read_it() {
    let customs = Customs::open();
    let (id, _) = customs.in_review(1);
    let path = format!("/api/v1/declarations/{id}/payment-evidence");
    let mut zhang = customs.site().signed_in("zhang").await;
    let token = zhang.form_token().await;
    let headers = [("x-form-token", token.as_str())];
    zhang.accept = "application/json";
    let of = |answer: &crate::fixture::Answer| -> Value {
        serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
    };
    assert_eq!(of(&zhang.open(&path).await), json!({ "demands": [] }));
    let given = json!({ "reason": "in words of my own" });
    let demanded = zhang.json(Method::POST, &path, &headers, &given).await;
    let demand = &of(&demanded)["demands"][0];
    assert_eq!((&demand["stage"], &demand["n"]), (&json!("waiting"), &json!(1)), "{demanded:?}");
    assert_eq!(demand["officer"], "zhang");
    let again = zhang.json(Method::POST, &path, &headers, &given).await;
    assert_eq!((again.status, again.problem().as_deref()), (StatusCode::CONFLICT, Some("refused")));
    let listed = of(&zhang.open("/api/v1/payment-evidence").await);
    assert_eq!(listed["items"], json!([demand]));
    let found = of(&zhang.open("/api/v1/payment-evidence?findings=true").await);
    assert_eq!(found["items"], json!([]));
}

#[tokio::test]
async fn what_is_no_upload_is_answered_in_the_interfaces_own_form() {
    let customs = Customs::open();
    let mut platform = customs.site().browser();
    let whole = "payExInfoStr=%7B%22sessionID%22%3A%22S%22%2C%22payExchangeInfoHead%22%3A%7B%7D%2C\
                 %22payExchangeInfoLists%22%3A%5B%5D%2C%22serviceTime%22%3A1%2C%22certNo%22%3A%221%22%2C\
                 %22signValue%22%3A%22%22%7D";
    for (body, code) in [
        ("", "20001"),
        ("other=1", "20001"),
        ("payExInfoStr=%7B%7D&payExInfoStr=%7B%7D", "20001"),
        ("payExInfoStr=%7B%7D", "20002"),
        (whole, "20004"),
    ] {
        let answer = platform.request(Method::POST, UPLOAD, body).await;
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status, &told["code"]), (StatusCode::OK, &json!(code)), "{answer:?}");
        assert!(told["message"].is_string() && told["serviceTime"].is_number(), "{answer:?}");
    }
}
