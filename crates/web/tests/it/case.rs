//! The case page, and what officers decide on it.

use axum::http::StatusCode;
use tongguan_application::history::Cause;
use tongguan_application::settings;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::money::{Amount, Money};
use tongguan_testkit::parcels::single_piece;

use crate::customs::{Customs, opened, send};

#[tokio::test]
async fn the_documents_stand_side_by_side_and_what_differs_is_marked() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let mut browser = customs.site().signed_in("zhang").await;
    let page = opened(&mut browser, &format!("/declarations/{id}")).await;
    assert!(page.body.contains("No difference") && page.body.contains("The documents match"));
    for said in
        ["*** (masked)", "*** (the same)", "330196M002", "Delivery address", "CNY", "yellow"]
    {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert!(!page.body.contains(&*parcel.declaration.buyer.number), "persons are masked");
    assert!(!page.body.contains(&*parcel.declaration.consignee_address));

    let mut wrong = single_piece(2, customs.now(), 10_00).unwrap();
    wrong.payment.amount = Amount::new(Money::from_fen(9_00).to_decimal());
    wrong.order.consignee.name = "另一人".into();
    let (id, _) = customs.lodge(wrong);
    let page = opened(&mut browser, &format!("/declarations/{id}")).await;
    assert!(page.body.contains("The documents do not match") && page.body.contains(">1332<"));
    assert!(page.body.contains("*** (another)") && page.body.contains(">Differs<"));
    assert!(page.body.contains("class=\"differs\""));
    assert!(page.body.contains("Nothing can be decided"));
}

#[tokio::test]
async fn an_export_has_its_own_documents_and_movement() {
    let customs = Customs::open();
    let (id, export) = customs.export(1);
    let mut browser = customs.site().signed_in("zhang").await;
    let page = opened(&mut browser, &format!("/declarations/{id}")).await;
    for said in ["Collection", "has not come", "Where the goods are", "not sealed", "Packages"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    customs.world().send([&export.collection_document()]);
    let page = opened(&mut browser, &format!("/declarations/{id}")).await;
    let paid = format!("{} ({} ", export.collection.amount, export.collection.currency);
    assert!(page.body.contains(&paid), "its name behind it: {}", page.body);
    let by_order = browser.open(&format!("/declarations/{}", export.declaration.order_no)).await;
    assert_eq!(by_order.status, StatusCode::OK);
}

#[tokio::test]
async fn whose_declaration_it_is_sees_it_and_decides_nothing() {
    let customs = Customs::open();
    let (id, _) = customs.in_review(1);
    let merchant = customs.world().cast.merchant.party.id;
    let site = customs.site();
    site.admit("clerk", Standing::Enterprise { party: merchant, role: Role::Clerk });
    let office = OfficeCode::parse("0100").unwrap();
    site.admit("elsewhere", Standing::Customs { office, role: Role::Officer });
    let mut browser = site.signed_in("clerk").await;
    let page = opened(&mut browser, &format!("/declarations/{id}")).await;
    assert!(page.body.contains("No difference") && page.body.contains("What happened"));
    assert!(!page.body.contains("id=\"decide\"") && !page.body.contains("In the hands of"));
    assert!(!page.body.contains("allowance"), "what the buyer spends elsewhere: {}", page.body);
    let mut officer = site.signed_in("zhang").await;
    let seen = opened(&mut officer, &format!("/declarations/{id}")).await;
    assert!(seen.body.contains("allowance of the year: used CNY"), "{}", seen.body);
    let mut browser = site.signed_in("elsewhere").await;
    let page = browser.open(&format!("/declarations/{id}")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let token = browser.form_token().await;
    let form = [("form_token", token.as_str()), ("ruling", "accept"), ("code", "in-order")];
    let refused = browser.send(&format!("/declarations/{id}/rulings"), &form).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_decision_is_carried_out_and_what_was_told_is_shown() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let mut browser = customs.site().signed_in("zhang").await;
    let (address, rulings) = (format!("/declarations/{id}"), format!("/declarations/{id}/rulings"));
    let page = opened(&mut browser, &address).await;
    assert!(page.body.contains("value=\"accept\"") && !page.body.contains("value=\"ship-back\""));
    let without = send(&mut browser, &page, &rulings, &[("ruling", "accept")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.body.contains("Choose a reason"));
    assert!(without.body.contains("value=\"accept\" required checked"), "{}", without.body);
    assert_eq!(customs.status(&parcel), 300);

    let form = [("ruling", "accept"), ("code", "in-order")];
    let sent = send(&mut browser, &page, &rulings, &form).await;
    assert_eq!(sent.location(), format!("{address}?done=decided"));
    assert_eq!(customs.status(&parcel), 800);
    let page = opened(&mut browser, sent.location()).await;
    assert!(page.body.contains("It is decided") && page.body.contains("By zhang"));
    assert!(page.body.contains("Tax bills"));
}

#[tokio::test]
async fn a_grave_decision_asks_first_whether_it_is_meant() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let mut browser = customs.site().signed_in("zhang").await;
    let rulings = format!("/declarations/{id}/rulings");
    let page = browser.open(&format!("/declarations/{id}")).await;
    let form = [("ruling", "refuse"), ("words", "申报不实")];
    let asked = send(&mut browser, &page, &rulings, &form).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.body.contains("Please confirm") && customs.status(&parcel) == 300);
    let form = [("ruling", "refuse"), ("words", "申报不实"), ("confirmed", "yes")];
    let sent = send(&mut browser, &asked, &rulings, &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{sent:?}");
    assert_eq!(customs.status(&parcel), 100);
}

#[tokio::test]
async fn what_a_colleague_decided_in_between_is_told() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let rulings = format!("/declarations/{id}/rulings");
    let mut zhang = customs.site().signed_in("zhang").await;
    let mut li = customs.site().signed_in("li.ming").await;
    let seen_by_zhang = zhang.open(&format!("/declarations/{id}")).await;
    let seen_by_li = li.open(&format!("/declarations/{id}")).await;
    let examine = [("ruling", "examine"), ("code", "quantity")];
    let sent = send(&mut li, &seen_by_li, &rulings, &examine).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{sent:?}");
    // From examination the goods could be accepted too; that is not what was seen.
    let accept = [("ruling", "accept"), ("code", "in-order")];
    let late = send(&mut zhang, &seen_by_zhang, &rulings, &accept).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("The case has gone on"), "{}", late.body);
    assert_eq!(customs.status(&parcel), 500);
}

#[tokio::test]
async fn what_is_kept_is_let_go_by_two() {
    let customs = Customs::open();
    let (id, parcel) = customs.under_examination(1);
    let site = customs.site();
    let (address, rulings) = (format!("/declarations/{id}"), format!("/declarations/{id}/rulings"));
    let answer = format!("/declarations/{id}/proposal");
    let mut zhao = site.signed_in("zhao").await;
    let page = opened(&mut zhao, &address).await;
    let detain = [("ruling", "detain-investigation"), ("code", "prohibited"), ("confirmed", "yes")];
    send(&mut zhao, &page, &rulings, &detain).await;
    assert_eq!(customs.status(&parcel), 502);

    let mut zhang = site.signed_in("zhang").await;
    let page = opened(&mut zhang, &address).await;
    assert!(page.body.contains("needs a second officer"));
    let accept = [("ruling", "accept"), ("code", "in-order")];
    let sent = send(&mut zhang, &page, &rulings, &accept).await;
    assert_eq!(sent.location(), format!("{address}?done=proposed"));
    assert_eq!(customs.status(&parcel), 502, "nothing is decided yet");
    let page = opened(&mut zhang, &address).await;
    assert!(page.body.contains("It waits for another officer"));
    assert_eq!(zhang.open("/proposals").await.status, StatusCode::FORBIDDEN);

    // Who has kept the goods does not let them go.
    let page = opened(&mut zhao, &address).await;
    assert!(page.body.contains("somebody else has to approve it"));
    let same = send(&mut zhao, &page, &answer, &[("answer", "approve")]).await;
    assert_eq!(same.status, StatusCode::CONFLICT, "{same:?}");
    assert_eq!(customs.status(&parcel), 502);

    let mut chen = site.signed_in("chen").await;
    let list = opened(&mut chen, "/proposals").await;
    assert!(list.body.contains(&format!("{address}#decide")));
    let page = opened(&mut chen, &address).await;
    let down = [("answer", "turn-down"), ("words", "wait for the laboratory")];
    let sent = send(&mut chen, &page, &answer, &down).await;
    assert_eq!(sent.location(), format!("{address}?done=turned-down"));
    let page = opened(&mut zhang, &address).await;
    assert!(page.body.contains("wait for the laboratory"));
    send(&mut zhang, &page, &rulings, &accept).await;
    send(&mut zhang, &page, &format!("{address}/assignment"), &[("act", "take")]).await;
    let nobody = "In the hands of: nobody";
    assert!(!opened(&mut chen, &address).await.body.contains(nobody));
    let page = opened(&mut chen, &address).await;
    let sent = send(&mut chen, &page, &answer, &[("answer", "approve")]).await;
    assert_eq!(sent.location(), format!("{address}?done=decided"));
    assert_eq!(customs.status(&parcel), 800);
    let page = opened(&mut chen, &address).await;
    assert!(page.body.contains(nobody), "nobody works on it: {}", page.body);
    assert!(page.body.contains("zhang + chen"), "both names stand in the event: {}", page.body);
    assert!(opened(&mut chen, "/proposals").await.body.contains("Nothing waits for approval"));
}

#[tokio::test]
async fn what_is_not_registered_of_the_goods_is_shown_where_the_office_asks() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let mut browser = customs.site().signed_in("zhang").await;
    let address = format!("/declarations/{id}");
    let page = opened(&mut browser, &address).await;
    assert!(!page.body.contains("id=\"unregistered\""), "nobody asks: {}", page.body);
    let put = |value| {
        let mut writer = customs.world().store.writer().unwrap();
        let cause = Cause::Command("office set".to_owned());
        settings::put(&mut writer, None, "registered_goods", Some(value), &cause, customs.now())
    };
    put("review").unwrap();
    let page = opened(&mut browser, &address).await;
    let item_no = parcel.declaration.items[0].item_no.as_deref().unwrap();
    let said = format!("the merchant has not registered goods [{item_no}]");
    assert!(
        page.body.contains("id=\"unregistered\"") && page.body.contains(&said),
        "{}",
        page.body
    );
    browser.accept = "application/json";
    let case = browser.open(&format!("/api/v1/declarations/{id}/case")).await;
    assert!(case.body.contains("declared-goods-unregistered"), "{}", case.body);
}
