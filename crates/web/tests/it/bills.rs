//! Master bills compared with what entered: short, over, and what nobody declared.

use axum::http::StatusCode;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::OfficeCode;
use tongguan_testkit::facility::entry_document;
use tongguan_testkit::parcels::parcel;

use crate::customs::{Customs, opened};
use crate::interface::json_of;

/// The bill that the made-up waybills name.
const BILL: &str = "99900000001";

/// Of three parcels the first is in order, the second short, the third over and not declared.
fn stage() -> Customs {
    let customs = Customs::open();
    let at = customs.now();
    let [first, second, third] = [1, 2, 3].map(|n| parcel(n, at).unwrap());
    let mut world = customs.world();
    world.send(&first.documents());
    world.send([&second.waybill_document()]);
    world.send([&entry_document(1, at, &[&first, &third]).unwrap()]);
    drop(world);
    customs
}

/// The part of a page under a heading.
fn under<'p>(page: &'p str, heading: &str) -> &'p str {
    let from = page.split(&format!("<h2>{heading}")).nth(1).unwrap();
    from.split("<h2>").next().unwrap()
}

#[tokio::test]
async fn an_office_sees_which_bills_are_short_and_over() {
    let customs = stage();
    let mut browser = customs.site().signed_in("gao").await;
    let list = opened(&mut browser, "/bills").await;
    let row = list.body.split("<tr>").find(|row| row.contains(BILL)).unwrap();
    let counts: Vec<_> = row.split("class=\"number\">").skip(1).collect();
    assert!(counts[0].starts_with("2<") && counts[1].starts_with("2<"), "{row}");
    assert_eq!(row.matches("tag warn\">1<").count(), 3, "short, over, not declared: {row}");
    let bill = opened(&mut browser, &format!("/bills?number={BILL}")).await;
    for (heading, waybill) in
        [("Short", "EX000000002CN"), ("Over", "EX000000003CN"), ("Not declared", "EX000000003CN")]
    {
        let part = under(&bill.body, heading);
        assert!(part.contains(waybill) && part.contains("(1)"), "{heading}: {part}");
        assert!(!part.contains("EX000000001CN"), "{heading}: {part}");
    }
    let undeclared = opened(&mut browser, "/undeclared").await;
    assert!(undeclared.body.contains("EX000000003CN"), "{}", undeclared.body);
    assert!(!undeclared.body.contains("EX000000001CN"), "{}", undeclared.body);
    let none = browser.open("/bills?number=%3Cb%3E").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert!(none.body.contains("Check its number") && !none.body.contains("<b>"), "{}", none.body);
    browser.accept = "application/json";
    let bills = json_of(&browser.open("/api/v1/bills").await);
    assert_eq!(bills["items"][0]["bill"], BILL, "{bills}");
    let counted = ["waybills", "short", "entered", "over", "undeclared"]
        .map(|name| bills["items"][0][name].as_i64().unwrap());
    assert_eq!(counted, [2, 1, 2, 1, 1], "{bills}");
}

#[tokio::test]
async fn bills_of_another_office_are_not_there() {
    let customs = stage();
    let office = OfficeCode::parse("0100").unwrap();
    customs.site().admit("elsewhere", Standing::Customs { office, role: Role::Officer });
    let mut browser = customs.site().signed_in("elsewhere").await;
    assert!(opened(&mut browser, "/bills").await.body.contains("There is no master bill"));
    let page = opened(&mut browser, "/undeclared").await;
    assert!(page.body.contains("whatever entered is declared"), "{}", page.body);
    let bill = browser.open(&format!("/bills?number={BILL}")).await;
    assert_eq!(bill.status, StatusCode::NOT_FOUND);
}
