//! The gate's terminal: in big words whether something may pass, and nothing of whose it is.

use axum::http::StatusCode;
use tongguan_domain::access::Standing;
use tongguan_domain::ids::PartyId;

use crate::customs::{Customs, opened};

#[tokio::test]
async fn a_guard_is_told_whether_a_parcel_may_leave_and_why() {
    let customs = Customs::open();
    let (_, held) = customs.under_examination(1);
    let (_, review) = customs.in_review(2);
    customs.site().admit("guard", Standing::Facility(PartyId(9)));
    let mut guard = customs.site().signed_in("guard").await;
    let empty = opened(&mut guard, "/gate").await;
    assert!(empty.body.contains("autofocus") && !empty.body.contains("class=\"figure\""));
    for (parcel, why) in [(&held, "to be examined, not released"), (&review, "not released: ")] {
        let page = opened(&mut guard, &format!("/gate?q={}", parcel.waybill.number)).await;
        assert!(
            page.body.contains("Stop: it may not pass") && page.body.contains(why),
            "{}",
            page.body
        );
        assert!(page.body.contains("<audio"), "{}", page.body);
        for personal in [&*parcel.declaration.buyer.name, &*parcel.waybill.consignee.address] {
            assert!(!page.body.contains(personal), "{}", page.body);
        }
    }
    let unknown = opened(&mut guard, "/gate?q=%3Cb%3E-nothing").await;
    assert!(
        unknown.body.contains("Stop: not known") && !unknown.body.contains("<b>"),
        "{}",
        unknown.body
    );
    // Nobody else has the terminal, and a guard has nothing else.
    let mut zhang = customs.site().signed_in("zhang").await;
    assert_eq!(zhang.open("/gate").await.status, StatusCode::FORBIDDEN);
    let case = guard.open(&format!("/declarations/{}", held.order.order_no)).await;
    assert_eq!(case.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_released_may_leave() {
    let customs = Customs::open();
    let mut parcel = tongguan_testkit::parcels::parcel(
        1,
        tongguan_domain::time::Moment::parse_wire("20260302095900").unwrap(),
    )
    .unwrap();
    for item in &mut parcel.declaration.items {
        item.hs_code = "3304990029".into();
    }
    let (_, parcel) = customs.lodge(parcel);
    assert_eq!(customs.status(&parcel), 800);
    customs.site().admit("guard", Standing::Facility(PartyId(9)));
    let mut guard = customs.site().signed_in("guard").await;
    let page = opened(&mut guard, &format!("/gate?q={}", parcel.waybill.number)).await;
    assert!(
        page.body.contains("Let it leave") && page.body.contains("released by customs"),
        "{}",
        page.body
    );
}
