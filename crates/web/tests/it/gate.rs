//! The gate's terminal: in big words whether something may pass, and nothing of whose it is.

use axum::http::StatusCode;
use tongguan_application::history::Cause;
use tongguan_application::registry::file::{Format, read};
use tongguan_application::registry::import_file;
use tongguan_domain::access::Standing;
use tongguan_domain::ids::PartyId;

use crate::customs::{Customs, opened};
use crate::interface::json_of;

/// Registers an operator of places with these codes, at the office 2916; gives its number.
fn with_places(customs: &Customs, codes: &[&str]) -> PartyId {
    let operator = "[[party]]\nname = '场所经营人'\ncodes = ['6104W60029']\n\
                    roles = ['facility-operator']\n";
    let places = codes.iter().map(|code| {
        format!(
            "[[place]]\ncode = '{code}'\nname = '{code}号场所'\nname_en = 'Place {code}'\n\
             office = '2916'\noperator = '6104W60029'\nvalid_from = 2026-01-01\n"
        )
    });
    let text = operator.to_owned() + &places.collect::<String>();
    let none = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let contents = read(&text, Format::Toml, &none).unwrap();
    let (now, world) = (customs.now(), customs.world());
    let mut writer = world.store.writer().unwrap();
    let report =
        import_file(&mut writer, &contents, &Cause::Command("test".to_owned()), now).unwrap();
    report.parties[0].after.party.id
}

#[tokio::test]
async fn whoever_is_known_sees_whose_supervised_places_are() {
    let customs = Customs::open();
    let mut zhang = customs.site().signed_in("zhang").await;
    let none = opened(&mut zhang, "/places").await;
    assert!(none.body.contains("No supervised place is registered"), "{}", none.body);
    let operator = with_places(&customs, &["C1", "C2", "C3"]);
    let page = opened(&mut zhang, "/places").await;
    for part in ["C1", "Place C2", "场所经营人", "2916"] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    zhang.accept = "application/json";
    let first = json_of(&zhang.open("/api/v1/places?limit=2").await);
    assert_eq!(first["items"][1]["code"], "C2", "{first}");
    assert_eq!(first["items"][0]["operator"], operator.0, "{first}");
    assert_eq!(first["items"][0]["operator_name"], "场所经营人", "{first}");
    let rest = json_of(&zhang.open(first["next"].as_str().unwrap()).await);
    assert_eq!((&rest["items"][0]["code"], &rest["next"]), (&"C3".into(), &().into()), "{rest}");
    let mut nobody = customs.site().browser();
    nobody.accept = "application/json";
    assert_eq!(nobody.open("/api/v1/places").await.status, StatusCode::UNAUTHORIZED);
}

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
