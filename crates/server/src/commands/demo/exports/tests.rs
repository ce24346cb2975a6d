//! What the report of a day finds when a parcel, or the consolidation, ends otherwise than it must.

use tongguan_codelists::Pack;
use tongguan_domain::time::Moment;
use tongguan_testkit::traffic::exports::{Story, day_of};

use super::super::mail::Answer;
use super::super::sums::Sums;
use super::*;

const NUMBER: &str = "29002026E000000256";

/// One parcel of that story.
fn parcel_of(story: Story) -> ExportedParcel {
    let at = Moment::parse_wire("20260302100000").unwrap();
    let parcels = day_of(&Crew::new(1).unwrap(), 7, 40, at).unwrap();
    parcels.into_iter().find(|parcel| parcel.story == story).unwrap()
}

/// Mail in which a parcel ended so, and went into these formal declarations.
fn mail(parcel: &ExportedParcel, status: i32, text: &str, formal: &[&str]) -> Mail {
    let mut mail = Mail::default();
    let (at, number) = ("20260302110000000".to_owned(), Some(NUMBER.to_owned()));
    let guid = parcel.documents.declaration.filing.guid.to_string();
    mail.answers.insert(guid, Answer { status, at, text: text.to_owned(), number });
    let formal = formal.iter().map(ToString::to_string).collect();
    mail.consolidated.insert(NUMBER.to_owned(), formal);
    mail
}

/// What differs.
fn differences(parcel: &ExportedParcel, mail: &Mail) -> Vec<(String, String)> {
    let sent = ExportsSent::default();
    let report = ExportReport::of(std::slice::from_ref(parcel), sent, mail, &Pack::builtin());
    let told = report.differences().iter();
    told.map(|difference| (difference.expected.clone(), difference.found.clone())).collect()
}

#[test]
fn what_left_goes_into_one_formal_declaration() {
    let parcel = parcel_of(Story::Straight);
    for (formal, found) in [(&["1"][..], None), (&[], Some("0")), (&["1", "2"], Some("2"))] {
        let mut wrong = differences(&parcel, &mail(&parcel, 899, "结关", formal));
        wrong.retain(|(expected, _)| expected == "formal declarations: 1");
        let wrong = wrong.first().map(|(_, found)| found.as_str());
        assert_eq!(wrong, found, "{formal:?}");
    }
    let simplified = parcel_of(Story::Simplified);
    let merged = differences(&simplified, &mail(&simplified, 899, "结关", &["1"]));
    assert_eq!(merged[0], ("formal declarations: 0".to_owned(), "1".to_owned()));
}

#[test]
fn formal_declarations_are_worth_what_went_into_them() {
    let parcel = parcel_of(Story::Straight);
    let mut worth = Sums::default();
    for item in &parcel.documents.declaration.items {
        let day = parcel.documents.declaration.filing.sent_at.china_day();
        worth.add(item.total_price.value(), &item.currency, &Pack::builtin(), day);
    }
    let told = differences(&parcel, &mail(&parcel, 899, "结关", &["1"]));
    assert_eq!(told, [(worth.to_string(), String::new())], "there are none");
}

#[test]
fn a_declaration_and_a_return_end_as_they_must() {
    let parcel = parcel_of(Story::Withdrawn);
    let right = mail(&parcel, 100, "退关，货物在监管场所内核查无误，企业申请退关", &[]);
    assert_eq!(differences(&parcel, &right), []);
    let refused = mail(&parcel, 100, "退单", &[]);
    let expected = "declaration 100 退关，货物在监管场所内核查无误".to_owned();
    assert_eq!(differences(&parcel, &refused), [(expected, "100 退单".to_owned())]);
    let parcel = parcel_of(Story::Returned);
    let silent = mail(&parcel, 899, "结关", &[]);
    let expected = ("return 800 放行".to_owned(), "no answer".to_owned());
    assert_eq!(differences(&parcel, &silent), [expected]);
}
