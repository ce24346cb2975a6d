//! What holds for every basket: sums, order, and bad input that is an answer, never a panic.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{basket, d, pack, pieces};
use crate::money::{Amount, Money};
use crate::tax::{AppliedRates, Basket, BasketItem, RateOverride, Regime, assess, goods_tax};

fn codes() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["9619001100", "3304990029", "2204210000", "2203000000", "9102110000"])
}

/// At most twenty lines of less than 250 yuan: within the single limit.
fn items() -> impl Strategy<Value = Vec<BasketItem>> {
    let one =
        (codes(), 1..25_000_i64, 1..20_i64, 1..5_000_i64).prop_map(|(hs, fen, quantity, grams)| {
            let mut item = pieces(hs, &quantity.to_string(), "1");
            item.total_price = Amount::new(Decimal::new(fen, 2));
            item.net_weight_kg = Some(Decimal::new(grams, 3));
            item
        });
    prop::collection::vec(one, 1..20)
}

fn rates() -> impl Strategy<Value = AppliedRates> {
    (0..200_i64, 0..60_i64, 0..500_i64, 0..10_000_i64, 0..30_i64).prop_map(
        |(duty, ct, per_unit, quantity, vat)| AppliedRates {
            duty: Decimal::new(duty, 2),
            ct_rate: Decimal::new(ct, 2),
            ct_per_unit: Decimal::new(per_unit, 3),
            ct_quantity: Decimal::new(quantity, 3),
            vat: Decimal::new(vat, 2),
            factor: d("0.7"),
        },
    )
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    (any::<i128>(), 0..=28_u32).prop_map(|(number, scale)| {
        Decimal::try_from_i128_with_scale(number >> 32, scale).unwrap_or(Decimal::MAX)
    })
}

proptest! {
    #[test]
    fn totals_are_the_sums_of_the_items(items in items(), freight in 0..10_000_i64) {
        let goods: Decimal = items.iter().map(|item| item.total_price.value()).sum();
        let mut order = basket(items);
        order.freight = Amount::new(Decimal::new(freight, 2));
        let assessment = order.under("0110").assessed();
        let sum = |of: fn(&crate::tax::AssessedItem) -> Money| {
            assessment.items.iter().map(|item| of(item).fen()).sum::<i64>()
        };
        let totals = assessment.totals;
        prop_assert_eq!(sum(|item| item.dutiable), totals.dutiable.fen());
        prop_assert_eq!(sum(|item| item.taxes.duty), totals.taxes.duty.fen());
        prop_assert_eq!(sum(|item| item.taxes.consumption_tax), totals.taxes.consumption_tax.fen());
        prop_assert_eq!(sum(|item| item.taxes.vat), totals.taxes.vat.fen());
        prop_assert_eq!(totals.taxes.total().unwrap(), totals.tax);
        prop_assert_eq!(goods + Decimal::new(freight, 2), totals.dutiable.to_decimal());
    }

    #[test]
    fn reduced_tax_is_never_above_full_tax(items in items()) {
        let order = basket(items);
        let retail = order.assessed();
        prop_assert_eq!(&retail.regime, &Regime::Reduced);
        let general = order.under("0110").assessed();
        for (reduced, full) in retail.items.iter().zip(&general.items) {
            prop_assert_eq!(reduced.dutiable, full.dutiable);
            prop_assert!(reduced.taxes.duty <= full.taxes.duty);
            prop_assert!(reduced.taxes.consumption_tax <= full.taxes.consumption_tax);
            prop_assert!(reduced.taxes.vat <= full.taxes.vat);
        }
    }

    #[test]
    fn more_value_is_never_less_tax(rates in rates(), fen in 0..10_000_000_i64, more in 1..1000_i64) {
        let at = |fen| goods_tax(Money::from_fen(fen), &rates).unwrap();
        let (less, more) = (at(fen), at(fen + more));
        prop_assert!(less.duty <= more.duty);
        prop_assert!(less.consumption_tax <= more.consumption_tax);
        prop_assert!(less.vat <= more.vat);
    }

    #[test]
    fn payable_amounts_are_within_half_a_fen_of_the_law_step_by_step(
        rates in rates(),
        fen in 0..10_000_000_i64,
    ) {
        let value = Decimal::new(fen, 2);
        let duty = value * rates.duty;
        let specific = rates.ct_quantity * rates.ct_per_unit;
        let composite = (value + duty + specific) / (Decimal::ONE - rates.ct_rate);
        let ct = composite * rates.ct_rate + specific;
        let vat = (value + duty + ct) * rates.vat;
        let taxes = goods_tax(Money::from_fen(fen), &rates).unwrap();
        let half = d("0.0050000001");
        prop_assert!((taxes.duty.to_decimal() - duty).abs() <= half);
        prop_assert!((taxes.consumption_tax.to_decimal() - ct * rates.factor).abs() <= half);
        prop_assert!((taxes.vat.to_decimal() - vat * rates.factor).abs() <= half);
    }

    #[test]
    fn any_numbers_are_assessed_or_refused_and_never_panic(
        numbers in prop::collection::vec(any_decimal(), 10),
        used in any::<i64>(),
        unit in "[0-9]{3}",
    ) {
        let order = Basket {
            annual_used: Money::from_fen(used),
            freight: Amount::new(numbers[0]),
            insurance: Amount::new(numbers[1]),
            items: vec![BasketItem {
                quantity: numbers[2],
                unit: unit.into(),
                total_price: Amount::new(numbers[3]),
                net_weight_kg: Some(numbers[4]),
                volume_l: Some(numbers[5]),
                rates: Some(RateOverride {
                    duty: Some(numbers[6]),
                    ct_rate: Some(numbers[7]),
                    ct_per_unit: Some(numbers[8]),
                    ct_quantity: Some(numbers[9]),
                    vat: None,
                }),
                ..pieces("2208300000", "1", "1")
            }],
            ..basket([])
        };
        if let Err(defects) = assess(&pack(), &order) {
            prop_assert!(!defects.is_empty());
        }
    }
}

#[test]
fn every_defect_of_a_basket_is_found_with_its_pointer() {
    let mut order =
        basket([pieces("9619001100", "0", "-1"), pieces("9619001100", "1", "1.000001")]);
    order.mode = "9999".into();
    order.annual_used = Money::from_fen(-1);
    order.freight = Amount::new(d("-0.01"));
    order.items[1].line = 1;
    order.items[1].unit = "999".into();
    order.items[1].net_weight_kg = Some(Decimal::ZERO);
    order.items[1].rates = Some(RateOverride {
        ct_rate: Some(d("1")),
        vat: Some(d("-0.1")),
        ..RateOverride::default()
    });
    let defects = assess(&pack(), &order).unwrap_err();
    let found: Vec<_> = defects.iter().map(|d| (d.code(), d.pointer.as_str())).collect();
    let expected = [
        ("unknown-mode", "/mode"),
        ("negative", "/annual_used"),
        ("negative", "/freight"),
        ("not-positive", "/items/0/qty"),
        ("negative", "/items/0/total_price"),
        ("line-twice", "/items/1/line"),
        ("unknown-unit", "/items/1/unit"),
        ("too-many-digits", "/items/1/total_price"),
        ("not-positive", "/items/1/net_weight_kg"),
        ("rate-too-high", "/items/1/rates/ct_rate"),
        ("negative", "/items/1/rates/vat"),
    ];
    assert_eq!(found, expected.map(|(code, pointer)| (code.to_owned(), pointer)));
}

#[test]
fn modes_of_export_and_empty_baskets_are_defects() {
    let code = |order: &Basket| assess(&pack(), order).unwrap_err()[0].code();
    assert_eq!(code(&basket([pieces("9619001100", "1", "1")]).under("9710")), "unknown-mode");
    assert_eq!(code(&basket([])), "no-items");
}

#[test]
fn amounts_beyond_all_measure_overflow_as_a_defect() {
    let mut order = basket([]);
    order.mode = "0110".into();
    let rates = RateOverride {
        duty: Some(d("99.9")),
        ct_rate: Some(d("0.9999999999")),
        ct_per_unit: Some(d("99999999999999")),
        ct_quantity: Some(d("99999999999999")),
        vat: Some(d("0.9")),
    };
    order.items = vec![pieces("9619001100", "1", "99999999999999").rated(rates)];
    assert_eq!(assess(&pack(), &order).unwrap_err()[0].code(), "amount-overflow");
}
