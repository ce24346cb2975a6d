//! The decision table of the limits, its boundaries, and its dates.

use super::{PLAIN, basket, d, item, pieces};
use crate::tax::{RateOverride, Refusal, Regime};

const HANDBAG: &str = "4202210090";

#[test]
fn cn_lim_2_up_to_5000_00_is_reduced_and_a_fen_more_is_not() {
    let reduced = basket([pieces(PLAIN, "2", "5000.00")]).assessed();
    assert!(reduced.is_reduced());
    assert_eq!(reduced.paid(), ["0.00", "0.00", "455.00", "455.00"]);
    assert_eq!(basket([pieces(PLAIN, "2", "5000.01")]).assessed().code(), "over-single-limit");
}

#[test]
fn cn_full_1_one_piece_above_the_single_limit_pays_all_taxes() {
    let full = basket([pieces(HANDBAG, "1", "5000.01")]).assessed();
    assert_eq!(full.regime, Regime::Full);
    assert_eq!(full.paid(), ["300.00", "0.00", "689.00", "989.00"]);
    assert_eq!(
        basket([pieces(HANDBAG, "1", "8000")]).assessed().paid(),
        ["480.00", "0.00", "1102.40", "1582.40"]
    );
}

#[test]
fn cn_t7_two_pieces_above_the_single_limit_are_refused() {
    let two = basket([pieces(HANDBAG, "2", "5200")]).assessed();
    assert_eq!(two.code(), "over-single-limit");
    assert_eq!(two.paid(), ["0.00", "0.00", "0.00", "0.00"]);
    assert_eq!(two.totals.dutiable.to_string(), "5200.00");
    let lines = basket([pieces(HANDBAG, "1", "2600"), pieces(PLAIN, "1", "2600")]).assessed();
    assert_eq!(lines.code(), "over-single-limit");
}

#[test]
fn exactly_one_item_is_one_line_of_one_piece() {
    let regime = |quantity, unit| basket([item(HANDBAG, quantity, unit, "6000")]).assessed().regime;
    for unit in ["007", "008", "011", "001", "025", "142"] {
        assert_eq!(regime("1", unit), Regime::Full, "one {unit}");
        assert_eq!(regime("1.00000", unit), Regime::Full, "one {unit}");
    }
    // A dozen, a kilogram, half a piece, a case, a lot.
    for (quantity, unit) in
        [("1", "127"), ("1", "035"), ("0.5", "011"), ("1", "120"), ("1", "121"), ("1", "050")]
    {
        assert!(matches!(regime(quantity, unit), Regime::Refused(_)), "{quantity} of {unit}");
    }
}

#[test]
fn cn_lim_4_the_year_is_full_at_26000_00_exactly() {
    let order = |value| basket([pieces(PLAIN, "2", value)]).used("25500");
    let inside = order("500.00").assessed();
    assert!(inside.is_reduced());
    assert_eq!(inside.paid(), ["0.00", "0.00", "45.50", "45.50"]);
    assert_eq!(order("500.01").assessed().code(), "over-annual-limit");
}

#[test]
fn cn_gt_1_above_the_year_the_whole_order_is_refused_and_says_by_how_much() {
    let assessment = basket([pieces(PLAIN, "1", "1114.44")]).used("25000").assessed();
    let reason = assessment.regime.reason();
    assert_eq!(reason.official.unwrap().to_string(), "1313");
    assert!(reason.zh.contains("26114.44 > limitPrice: 26000.00"), "{}", reason.zh);
    assert!(reason.en.contains("26114.44"), "{}", reason.en);
}

#[test]
fn the_annual_limit_is_judged_before_the_single_one() {
    let both = basket([pieces(PLAIN, "2", "5200")]).used("25000").assessed();
    assert_eq!(both.code(), "over-annual-limit");
}

#[test]
fn a_single_piece_counts_to_the_year() {
    let order = |used| basket([pieces(HANDBAG, "1", "6000")]).used(used).assessed();
    assert_eq!(order("20000").regime, Regime::Full);
    assert_eq!(order("20000.01").code(), "over-annual-limit");
}

#[test]
fn one_piece_of_exactly_26000_00_is_not_below_26000() {
    let piece = |value| basket([pieces(HANDBAG, "1", value)]).assessed();
    assert_eq!(piece("25999.99").regime, Regime::Full);
    assert_eq!(piece("26000.00").code(), "not-below-annual-limit");
    assert_eq!(piece("26000.01").code(), "over-annual-limit");
    assert_eq!(basket([pieces(HANDBAG, "2", "26000")]).assessed().code(), "over-single-limit");
}

#[test]
fn cn_lim_1_and_3_before_2019_the_limits_were_lower() {
    let order =
        |value, used| basket([pieces(PLAIN, "2", value)]).on("2018-12-31").used(used).assessed();
    assert!(order("2000.00", "0").is_reduced());
    assert_eq!(order("2000.01", "0").code(), "over-single-limit");
    assert!(order("500.00", "19500").is_reduced());
    assert_eq!(order("500.01", "19500").code(), "over-annual-limit");
    assert!(basket([pieces(PLAIN, "2", "2000.01")]).on("2019-01-01").assessed().is_reduced());
}

#[test]
fn before_2019_one_piece_above_the_limit_was_general_trade() {
    let piece = |on| basket([pieces(HANDBAG, "1", "2000.01")]).on(on).assessed();
    assert_eq!(piece("2018-12-31").code(), "over-single-limit");
    assert!(piece("2019-01-01").is_reduced());
}

#[test]
fn before_april_2016_there_was_no_such_tax() {
    let order = basket([pieces(PLAIN, "1", "100")]);
    assert!(order.clone().on("2016-04-08").assessed().is_reduced());
    assert_eq!(order.on("2016-04-07").assessed().regime, Regime::Refused(Refusal::NotInForce));
}

#[test]
fn the_three_modes_of_retail_import_are_taxed_alike_and_general_trade_is_not() {
    let order = basket([pieces(HANDBAG, "1", "1000")]);
    for mode in ["9610", "1210", "1239"] {
        let assessment = order.clone().under(mode).assessed();
        assert_eq!(assessment.paid(), ["0.00", "0.00", "91.00", "91.00"], "{mode}");
    }
    let general = order.clone().under("0110").used("26000").assessed();
    assert_eq!(general.regime, Regime::General);
    assert_eq!(general.paid(), ["60.00", "0.00", "137.80", "197.80"]);
}

#[test]
fn general_trade_has_no_limits() {
    let rates =
        RateOverride { duty: Some(d("0.13")), vat: Some(d("0.17")), ..RateOverride::default() };
    let goods = basket([pieces(PLAIN, "10", "80000").rated(rates)])
        .under("0110")
        .freight("30000", "0")
        .assessed();
    assert_eq!(goods.paid(), ["14300.00", "0.00", "21131.00", "35431.00"]);
}

#[test]
fn cn_val_1_freight_and_insurance_count_to_the_limits() {
    let order = |freight| basket([pieces(PLAIN, "4", "4980")]).freight(freight, "5").assessed();
    assert!(order("15").is_reduced());
    assert_eq!(order("15.01").code(), "over-single-limit");
}

#[test]
fn cn_ex_1_there_is_no_exemption_of_small_amounts() {
    assert_eq!(
        basket([pieces(PLAIN, "1", "5.00")]).assessed().paid(),
        ["0.00", "0.00", "0.46", "0.46"]
    );
    // 0.01 of value is 0.00091 of tax, which rounds to nothing by itself.
    assert!(basket([pieces(PLAIN, "1", "0.01")]).assessed().is_reduced());
}

#[test]
fn goods_without_any_price_are_refused_and_a_gift_among_them_is_not() {
    assert_eq!(basket([pieces(PLAIN, "1", "0")]).freight("9", "0").assessed().code(), "no-value");
    assert_eq!(basket([pieces(PLAIN, "1", "0.004")]).assessed().code(), "no-value");
    let gift = basket([pieces(PLAIN, "1", "100"), pieces(PLAIN, "1", "0")]).assessed();
    assert_eq!(gift.paid(), ["0.00", "0.00", "9.10", "9.10"]);
}
