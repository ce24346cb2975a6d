//! A parcel is followed on a page that is open to everybody, and tells strangers nothing.

use axum::http::StatusCode;
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::parcel;

use crate::customs::Customs;
use crate::fixture::Browser;

/// The last four digits of the telephone number of a made-up parcel's buyer.
fn ending(telephone: &str) -> &str {
    &telephone[telephone.len() - 4..]
}

async fn follow(browser: &mut Browser<'_>, number: &str, ending: &str) -> (StatusCode, String) {
    let answer = browser.send("/track", &[("number", number), ("ending", ending)]).await;
    (answer.status, answer.body)
}

/// A page without what was typed into its field.
fn without_number(page: &str, number: &str) -> String {
    page.replace(&format!("value=\"{number}\""), "value=\"\"")
}

#[tokio::test]
async fn whoever_knows_number_and_digits_reads_where_the_parcel_stands() {
    let customs = Customs::open();
    let mut parcel = parcel(1, Moment::parse_wire("20260302095900").unwrap()).unwrap();
    parcel.waybill.consignee.telephone = "13800007531".into();
    parcel.order.consignee.telephone = "13800007531".into();
    let (_, parcel) = customs.lodge(parcel);
    let (number, digits) = (parcel.order.order_no.as_str(), "7531");
    let mut browser = customs.site().browser();
    let (status, page) = follow(&mut browser, number, digits).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("Customs is examining the goods"), "{page}");
    assert!(page.contains("What you may have to do"), "{page}");
    browser.language = "zh";
    let waybill = parcel.waybill.number.as_str();
    let (_, chinese) = follow(&mut browser, waybill, digits).await;
    assert!(chinese.contains("海关查验货物") && chinese.contains("已向海关申报"), "{chinese}");
    for page in [page, chinese] {
        for personal in [
            &*parcel.declaration.buyer.name,
            &*parcel.declaration.buyer.number,
            &*parcel.waybill.consignee.name,
            &*parcel.waybill.consignee.address,
            &*parcel.waybill.consignee.telephone,
            digits,
            &parcel.order.paid.to_string(),
        ] {
            assert!(!page.contains(personal), "{personal}: {page}");
        }
    }
}

#[tokio::test]
async fn unknown_numbers_and_wrong_digits_are_answered_alike_and_not_at_once() {
    let customs = Customs::open();
    let (_, parcel) = customs.under_examination(1);
    let number = parcel.order.order_no.as_str();
    let mut browser = customs.site().browser();
    let mut answers = Vec::new();
    for (number, digits) in [(number, "0007"), ("TG-nobody-has-this", "0007")] {
        let begun = tokio::time::Instant::now();
        let (status, page) = follow(&mut browser, number, digits).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        // A bound from below: no machine is too slow for it.
        assert!(begun.elapsed().as_millis() >= 300, "no sooner than anything that is not found");
        answers.push(without_number(&page, number));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].contains("No parcel has that number and those digits."));
    for (number, digits) in [("", "0007"), (number, "007"), (number, "00075"), (number, "abcd")] {
        let (status, page) = follow(&mut browser, number, digits).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{number} {digits}");
        assert!(page.contains("the last four digits"), "{page}");
    }
}

#[tokio::test]
async fn a_number_is_asked_for_so_often_an_hour_whether_or_not_it_is_one() {
    let customs = Customs::open();
    let (_, parcel) = customs.under_examination(1);
    let digits = ending(&parcel.waybill.consignee.telephone).to_owned();
    let known = parcel.order.order_no.as_str();
    let mut browser = customs.site().browser();
    for _ in 0..20 {
        assert_eq!(follow(&mut browser, known, &digits).await.0, StatusCode::OK);
    }
    let (status, _) = follow(&mut browser, known, &digits).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "whoever knows the digits waits as well");
    let (status, _) = follow(&mut browser, &format!(" {known} "), &digits).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "blanks do not make another number of it");
    let waybill = parcel.waybill.number.as_str();
    assert_eq!(follow(&mut browser, waybill, &digits).await.0, StatusCode::OK);
}
