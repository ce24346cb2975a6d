//! The terms that follow from a release, and the late fee.

use super::{day, pack, yuan};
use crate::tax::{ImportTerms, goods_payment_due, import_terms, late_fee};

fn terms([return_by, back_by, pay_from, pay_by]: [&str; 4]) -> Option<ImportTerms> {
    Some(ImportTerms {
        return_by: day(return_by),
        back_by: day(back_by),
        pay_from: day(pay_from),
        pay_by: day(pay_by),
    })
}

#[test]
fn due_1_a_release_in_march() {
    assert_eq!(
        import_terms(&pack(), day("2026-03-01")),
        terms(["2026-03-31", "2026-04-15", "2026-04-01", "2026-04-15"])
    );
}

#[test]
fn due_2_a_release_in_december_runs_into_the_next_year() {
    assert_eq!(
        import_terms(&pack(), day("2026-12-10")),
        terms(["2027-01-09", "2027-01-24", "2027-01-10", "2027-01-24"])
    );
}

#[test]
fn before_the_rules_there_were_no_terms() {
    assert_eq!(import_terms(&pack(), day("2015-01-01")), None);
}

#[test]
fn other_goods_are_due_after_15_days() {
    assert_eq!(goods_payment_due(&pack(), day("2026-11-22")), Some(day("2026-12-07")));
}

fn fee(tax: &str, due: &str, paid: &str) -> String {
    late_fee(&pack(), yuan(tax), day(due), day(paid)).unwrap().unwrap().to_string()
}

#[test]
fn late_1_ten_days_on_ten_thousand() {
    assert_eq!(fee("10000.00", "2026-03-01", "2026-03-11"), "50.00");
}

#[test]
fn late_2_below_the_floor_nothing_is_charged() {
    assert_eq!(fee("8000.00", "2026-03-01", "2026-03-11"), "0.00");
    assert_eq!(fee("9998.00", "2026-03-01", "2026-03-11"), "0.00");
}

#[test]
fn in_time_and_early_cost_nothing() {
    assert_eq!(fee("1000000", "2026-03-01", "2026-03-01"), "0.00");
    assert_eq!(fee("1000000", "2026-03-01", "2026-02-01"), "0.00");
}
