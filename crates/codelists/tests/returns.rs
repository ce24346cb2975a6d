//! What law says of exported goods that come back.

use jiff::civil::date;
use tongguan_codelists::Pack;
use tongguan_codelists::entries::{Flow, GoodsClass};

#[test]
fn goods_may_be_back_within_a_year_of_their_release() {
    let pack = Pack::builtin();
    let deadline = |day| pack.export_return_deadline(day);
    assert_eq!(deadline(date(2026, 3, 2)), Some(date(2027, 3, 2)));
    assert_eq!(deadline(date(2024, 2, 29)), Some(date(2025, 2, 28)));
    assert_eq!(deadline(date(2020, 3, 26)), None, "before the notice");
}

#[test]
fn the_day_of_export_decides_by_which_notice_they_are_free() {
    let pack = Pack::builtin();
    let relief =
        |day| pack.export_return_relief(day, day).map(|(until, row)| (until, row.to_string()));
    let of = |until, row: &str| Some((until, row.to_owned()));
    assert_eq!(relief(date(2026, 2, 10)), of(date(2026, 8, 10), "CN-EXP-RELIEF-3"), "RET-X1");
    assert_eq!(relief(date(2025, 12, 31)), of(date(2026, 6, 30), "CN-EXP-RELIEF-2"), "RET-X3");
    assert_eq!(relief(date(2023, 1, 30)), of(date(2023, 7, 30), "CN-EXP-RELIEF-1"));
    assert_eq!(relief(date(2023, 1, 29)), None);
    assert_eq!(relief(date(2028, 1, 1)), None);
    let (until, _) = pack.export_return_relief(date(2026, 1, 1), date(2026, 1, 5)).unwrap();
    assert_eq!(until, date(2026, 7, 5), "six months from when the goods left");
}

#[test]
fn each_mode_has_the_mode_of_its_return() {
    let pack = Pack::builtin();
    let mode = |mode: &str| {
        pack.return_mode(mode, date(2026, 9, 1)).map(|row| row.entry.returned.to_string())
    };
    assert_eq!(mode("9610").as_deref(), Some("9661"));
    assert_eq!(mode("1210").as_deref(), Some("1261"));
    assert_eq!(mode("9810").as_deref(), Some("9661"));
    assert_eq!(mode("9710"), None, "sold to a firm: a formal declaration");
    assert!(pack.return_mode("9610", date(2020, 3, 26)).is_none());
}

#[test]
fn goods_come_back_in_another_district_where_the_law_of_the_day_lets_them() {
    let pack = Pack::builtin();
    let may = |mode: &str, from: &str, to: &str, day| {
        pack.may_return_across(Flow::Export, mode, from, to, day)
    };
    let (before, pilot, nationwide) = (date(2024, 12, 14), date(2024, 12, 15), date(2026, 4, 1));
    assert!(may("9610", "53", "53", before), "one district");
    assert!(!may("9610", "29", "01", before));
    assert!(may("9610", "29", "01", pilot), "two of the twenty");
    assert!(!may("9610", "29", "53", pilot), "one of them");
    assert!(!may("9610", "29", "53", date(2026, 3, 31)));
    assert!(may("9610", "29", "53", nationwide));
    assert!(!may("1210", "29", "01", nationwide), "retail export alone");
    assert!(!may("9810", "29", "01", nationwide));
    assert!(pack.may_return_across(Flow::Import, "1210", "29", "53", pilot));
    assert!(!pack.may_return_across(Flow::Import, "9610", "29", "53", pilot));
}

#[test]
fn food_is_known_by_the_beginning_of_its_code() {
    let pack = Pack::builtin();
    let is_food = |digits: &str| pack.is_of_class(digits, GoodsClass::Food, date(2026, 9, 1));
    assert!(is_food("0902109000"));
    assert!(is_food("2204210000"));
    assert!(is_food("1901101090"));
    assert!(!is_food("2207200010"));
    assert!(!is_food("6109100021"));
    assert!(!is_food(""));
}
