//! The formulas on figures that others published, and on figures computed by hand.

use super::{d, yuan};
use crate::tax::{AppliedRates, goods_tax};

/// `[P, d, r, s, q, v, k]`
type Given = [&'static str; 7];
/// `[duty, consumption tax, value-added tax, total]`
type Expected = [&'static str; 4];

fn check(table: &[(&str, Given, Expected)]) {
    for (name, [value, duty, ct_rate, per_unit, quantity, vat, factor], expected) in table {
        let rates = AppliedRates {
            duty: d(duty),
            ct_rate: d(ct_rate),
            ct_per_unit: d(per_unit),
            ct_quantity: d(quantity),
            vat: d(vat),
            factor: d(factor),
        };
        let taxes = goods_tax(yuan(value), &rates).unwrap();
        let found = [taxes.duty, taxes.consumption_tax, taxes.vat, taxes.total().unwrap()];
        assert_eq!(found.map(|tax| tax.to_string()), *expected, "{name}");
    }
}

#[test]
fn published_examples_come_out_as_published() {
    check(&[
        (
            "PUB-1: a customs tax bill",
            ["410.00", "0", "0", "0", "0", "0.13", "0.7"],
            ["0.00", "0.00", "37.31", "37.31"],
        ),
        (
            "PUB-2: 500 at 9.1 %",
            ["500", "0", "0", "0", "0", "0.13", "0.7"],
            ["0.00", "0.00", "45.50", "45.50"],
        ),
        (
            "PUB-3: red wine by general trade at 17 %",
            ["1000", "0.14", "0.10", "0", "0", "0.17", "1"],
            ["140.00", "126.67", "215.33", "482.00"],
        ),
        (
            "PUB-4: goods with freight at 17 %",
            ["110000", "0.13", "0", "0", "0", "0.17", "1"],
            ["14300.00", "0.00", "21131.00", "35431.00"],
        ),
        (
            "PUB-5: methanol, duty alone",
            ["4320000", "0.12", "0", "0", "0", "0", "1"],
            ["518400.00", "0.00", "0.00", "518400.00"],
        ),
        (
            "PUB-6: ordinary cosmetics, after October 2016",
            ["10000", "0", "0", "0", "0", "0.17", "0.7"],
            ["0.00", "0.00", "1190.00", "1190.00"],
        ),
        (
            "PUB-6: ordinary cosmetics, before",
            ["10000", "0", "0.30", "0", "0", "0.17", "0.7"],
            ["0.00", "3000.00", "1700.00", "4700.00"],
        ),
        (
            "PUB-7: high-end cosmetics; 26.37 % was published, the formula gives 26.3529 %",
            ["10000", "0", "0.15", "0", "0", "0.17", "0.7"],
            ["0.00", "1235.29", "1400.00", "2635.29"],
        ),
    ]);
}

#[test]
fn composite_rates_follow_from_the_formula_for_every_period_of_value_added_tax() {
    let composite = |vat, ct, expected| {
        let rates = AppliedRates {
            ct_rate: d(ct),
            vat: d(vat),
            factor: d("0.7"),
            ..AppliedRates::default()
        };
        let taxes = goods_tax(yuan("10000"), &rates).unwrap();
        assert_eq!(taxes.total().unwrap().to_string(), expected, "{vat} {ct}");
    };
    composite("0.17", "0", "1190.00");
    composite("0.16", "0", "1120.00");
    composite("0.13", "0", "910.00");
    composite("0.17", "0.15", "2635.29");
    composite("0.16", "0.15", "2552.94");
    composite("0.13", "0.15", "2305.88");
    composite("0.17", "0.10", "2100.00");
    composite("0.13", "0.10", "1788.89");
    composite("0.13", "0.20", "2887.50");
    composite("0.09", "0", "630.00");
    composite("0.17", "0.30", "4700.00");
}

#[test]
fn computed_examples_of_reduced_tax() {
    let none = "0";
    let plain = |value| [value, none, none, none, none, "0.13", "0.7"];
    check(&[
        ("CN-01: diapers", plain("300"), ["0.00", "0.00", "27.30", "27.30"]),
        ("CN-02: milk powder and freight", plain("816"), ["0.00", "0.00", "74.26", "74.26"]),
        ("CN-03: ordinary skin care", plain("1000"), ["0.00", "0.00", "91.00", "91.00"]),
        (
            "CN-04: high-end cosmetics",
            ["1000", none, "0.15", none, none, "0.13", "0.7"],
            ["0.00", "123.53", "107.06", "230.59"],
        ),
        (
            "CN-05: wine",
            ["1000", none, "0.10", none, none, "0.13", "0.7"],
            ["0.00", "77.78", "101.11", "178.89"],
        ),
        (
            "CN-06: whisky, compound",
            ["500", none, "0.20", "0.912", "0.7", "0.13", "0.7"],
            ["0.00", "88.06", "56.95", "145.01"],
        ),
        (
            "CN-07: beer, specific",
            ["120", none, none, "0.253", "7.92", "0.13", "0.7"],
            ["0.00", "1.40", "11.10", "12.50"],
        ),
        ("CN-08", plain("410"), ["0.00", "0.00", "37.31", "37.31"]),
        (
            "CN-09: goods at 9 %",
            ["200", none, none, none, none, "0.09", "0.7"],
            ["0.00", "0.00", "12.60", "12.60"],
        ),
        ("CN-10: at the limit", plain("5000.00"), ["0.00", "0.00", "455.00", "455.00"]),
        ("CN-T1: a tie goes up", plain("15.00"), ["0.00", "0.00", "1.37", "1.37"]),
        ("CN-T1: 35", plain("35"), ["0.00", "0.00", "3.19", "3.19"]),
        ("CN-T1: 55", plain("55"), ["0.00", "0.00", "5.01", "5.01"]),
        ("CN-T1: 95", plain("95"), ["0.00", "0.00", "8.65", "8.65"]),
        ("CN-T5: rounded once", plain("1.04"), ["0.00", "0.00", "0.09", "0.09"]),
        (
            "CN-T6: no rounded composite rate",
            ["100.02", none, "0.15", none, none, "0.13", "0.7"],
            ["0.00", "12.36", "10.71", "23.07"],
        ),
        ("EX-1: no exemption of small amounts", plain("5.00"), ["0.00", "0.00", "0.46", "0.46"]),
    ]);
}

#[test]
fn computed_examples_of_full_tax() {
    check(&[
        (
            "CN-11: a fen above the limit",
            ["5000.01", "0.06", "0", "0", "0", "0.13", "1"],
            ["300.00", "0.00", "689.00", "989.00"],
        ),
        (
            "CN-12: handbag",
            ["8000", "0.06", "0", "0", "0", "0.13", "1"],
            ["480.00", "0.00", "1102.40", "1582.40"],
        ),
        (
            "CN-13: watch of 10,000 or more",
            ["12000", "0.10", "0.20", "0", "0", "0.13", "1"],
            ["1200.00", "3300.00", "2145.00", "6645.00"],
        ),
        (
            "CN-14: watch below",
            ["9999.99", "0.10", "0", "0", "0", "0.13", "1"],
            ["1000.00", "0.00", "1430.00", "2430.00"],
        ),
        (
            "CN-15: wine by general trade",
            ["1000", "0.14", "0.10", "0", "0", "0.13", "1"],
            ["140.00", "126.67", "164.67", "431.34"],
        ),
    ]);
}

#[test]
fn a_division_that_never_ends_still_finds_its_tie() {
    // 78.65 / 0.99 has no end, yet 78.65 / 0.99 × 0.09 × 0.7 is 5.005 exactly.
    let at = |value| [value, "0", "0.01", "0", "0", "0.09", "0.7"];
    check(&[
        ("5.005", at("78.65"), ["0.00", "0.56", "5.01", "5.57"]),
        ("5.425", at("85.25"), ["0.00", "0.60", "5.43", "6.03"]),
        ("50.155", at("788.15"), ["0.00", "5.57", "50.16", "55.73"]),
    ]);
}

#[test]
fn a_rate_of_consumption_tax_that_is_not_below_one_is_refused() {
    let rates = AppliedRates { ct_rate: d("1"), factor: d("1"), ..AppliedRates::default() };
    assert!(goods_tax(yuan("1"), &rates).is_err());
}
