//! Which rates hold: thresholds of consumption tax, provisional duties, dates, gaps, and the sharing
//! out of freight in a whole order.

use super::{PLAIN, basket, d, item, pieces};
use crate::tax::{Gap, GapKind, RateOverride, Regime};

const SKIN_CARE: &str = "3304990029";
const SKIN_CARE_BY_VOLUME: &str = "3304990039";
const MASKS: &str = "3304990049";
const WATCH: &str = "9102110000";
const BEER: &str = "2203000000";

fn ct(items: super::BasketItem) -> String {
    let assessment = basket([items]).assessed();
    assert!(assessment.is_taxed(), "{:?}", assessment.regime);
    assessment.totals.taxes.consumption_tax.to_string()
}

#[test]
fn cn_t4_cosmetics_are_high_end_from_10_a_millilitre() {
    let thirty = |price| item(SKIN_CARE_BY_VOLUME, "30", "096", price);
    assert_eq!(ct(thirty("299.99")), "0.00");
    let high_end = basket([thirty("300.00")]).assessed();
    assert_eq!(high_end.paid(), ["0.00", "37.06", "32.12", "69.18"]);
}

#[test]
fn cosmetics_are_high_end_from_10_a_gram() {
    assert_eq!(ct(pieces(SKIN_CARE, "2", "999.99").kilograms("0.1")), "0.00");
    assert_eq!(ct(pieces(SKIN_CARE, "2", "1000").kilograms("0.1")), "123.53");
    // Weight stands for volume and volume for weight: 1 L = 1 kg.
    assert_eq!(ct(pieces(SKIN_CARE, "2", "1000").litres("0.1")), "123.53");
    assert_eq!(ct(pieces(SKIN_CARE_BY_VOLUME, "2", "999.99").kilograms("0.1")), "0.00");
    assert_eq!(ct(item(SKIN_CARE, "100", "036", "1000")), "123.53");
}

#[test]
fn goods_by_the_sheet_are_high_end_from_15_a_sheet() {
    let ten = |unit, price| item(MASKS, "10", unit, price).kilograms("0.25");
    assert_eq!(ct(ten("020", "149.99")), "0.00");
    assert_eq!(ct(ten("020", "150.00")), "18.53");
    assert_eq!(ct(ten("010", "150.00")), "18.53");
}

#[test]
fn the_threshold_is_judged_on_the_value_with_freight() {
    let cream = pieces(SKIN_CARE, "1", "990").kilograms("0.1");
    assert_eq!(ct(cream.clone()), "0.00");
    assert_eq!(basket([cream]).freight("10", "0").assessed().paid()[1], "123.53");
}

#[test]
fn cosmetics_of_unknown_content_go_to_review_and_are_not_taken_for_ordinary() {
    let assessment = basket([pieces(SKIN_CARE, "1", "199")]).assessed();
    assert_eq!(assessment.code(), "no-measure");
    assert_eq!(assessment.paid(), ["0.00", "0.00", "0.00", "0.00"]);
    assert!(!assessment.is_taxed());
}

#[test]
fn watches_bear_consumption_tax_from_10000_each() {
    let watch = |price| basket([item(WATCH, "1", "008", price)]).assessed().paid();
    assert_eq!(watch("9999.99"), ["1000.00", "0.00", "1430.00", "2430.00"]);
    assert_eq!(watch("12000"), ["1200.00", "3300.00", "2145.00", "6645.00"]);
    // Two of 6,000 each are not two of 10,000.
    let two = basket([item(WATCH, "2", "008", "12000")]).under("0110").assessed();
    assert_eq!(two.totals.taxes.consumption_tax.to_string(), "0.00");
}

#[test]
fn beer_is_taxed_by_the_litre_at_a_rate_that_its_value_decides_by_the_year() {
    let cans = |price| pieces(BEER, "24", price).litres("7.92");
    assert_eq!(basket([cans("120")]).assessed().paid(), ["0.00", "1.40", "11.10", "12.50"]);
    // 1,000 L at 2.65 a litre: above the threshold of 2026, below that of 2024.
    let barrel = |on| {
        let beer = item(BEER, "1000", "095", "2650");
        basket([beer]).on(on).assessed().totals.taxes.consumption_tax.to_string()
    };
    assert_eq!(barrel("2026-06-01"), "177.10");
    assert_eq!(barrel("2024-06-01"), "155.89");
}

#[test]
fn a_tonne_of_beer_is_988_litres() {
    let tonne = item(BEER, "1", "070", "4000");
    // 988 × 0.253 × 0.7 = 174.9748
    assert_eq!(ct(tonne), "174.97");
}

#[test]
fn a_tonne_of_yellow_wine_is_962_litres() {
    // 9.62 L = 0.01 t at 240 a tonne.
    assert_eq!(ct(pieces("2206001000", "10", "500").litres("9.62")), "1.68");
}

#[test]
fn beer_of_a_year_without_a_published_threshold_goes_to_review() {
    let beer = basket([pieces(BEER, "1", "10").litres("0.5")]).on("2025-06-01").assessed();
    assert_eq!(beer.code(), "no-rate");
}

#[test]
fn whisky_and_wine_are_taxed_by_their_rows() {
    assert_eq!(
        basket([pieces("2208300000", "1", "500").litres("0.7")]).assessed().paid(),
        ["0.00", "88.06", "56.95", "145.01"]
    );
    let wine = basket([pieces("2204210000", "1", "1000").litres("0.75")]);
    assert_eq!(wine.assessed().paid(), ["0.00", "77.78", "101.11", "178.89"]);
    assert_eq!(wine.under("0110").assessed().paid(), ["140.00", "126.67", "164.67", "431.34"]);
}

#[test]
fn a_provisional_duty_wins_while_it_is_valid() {
    let duty = |hs, on| {
        let tin = basket([pieces(hs, "1", "1000")]).under("0110").on(on).assessed();
        tin.totals.taxes.duty.to_string()
    };
    assert_eq!(duty("1901101010", "2025-06-01"), "0.00");
    assert_eq!(duty("1901101090", "2025-12-31"), "50.00");
    assert_eq!(duty("1901101090", "2026-01-01"), "150.00");
    assert_eq!(duty("2205100000", "2026-01-01"), "300.00");
}

#[test]
fn every_code_of_the_sample_table_has_the_duty_it_names() {
    for (hs, duty) in [
        ("1901101010", "150.00"),
        ("1901101090", "150.00"),
        ("9619001100", "0.00"),
        ("3304990029", "10.00"),
        ("3304990099", "10.00"),
        ("3304910090", "50.00"),
        ("2204210000", "140.00"),
        ("2204290000", "200.00"),
        ("2205100000", "300.00"),
        ("2208300000", "100.00"),
        ("2203000000", "0.00"),
        ("9102110000", "100.00"),
        ("9102210090", "110.00"),
        ("9101110000", "80.00"),
        ("4202210090", "60.00"),
    ] {
        let goods = pieces(hs, "1", "1000").kilograms("1").litres("1");
        let assessment = basket([goods]).under("0110").assessed();
        assert!(assessment.is_taxed(), "{hs}: {:?}", assessment.regime);
        assert_eq!(assessment.totals.taxes.duty.to_string(), duty, "{hs}");
    }
}

#[test]
fn books_and_salt_pay_nine_percent() {
    for hs in ["4901990000", "2501001100", "0409000000", "1509200000"] {
        let goods = basket([pieces(hs, "1", "200")]).assessed();
        assert_eq!(goods.paid(), ["0.00", "0.00", "12.60", "12.60"], "{hs}");
    }
}

#[test]
fn value_added_tax_follows_the_day() {
    let on = |day| basket([pieces(PLAIN, "1", "1000")]).on(day).assessed().totals.tax.to_string();
    assert_eq!(on("2018-04-30"), "119.00");
    assert_eq!(on("2018-05-01"), "112.00");
    assert_eq!(on("2019-03-31"), "112.00");
    assert_eq!(on("2019-04-01"), "91.00");
}

#[test]
fn cosmetics_bore_30_percent_until_september_2016() {
    let cream = basket([pieces(SKIN_CARE, "1", "1000").kilograms("1")]);
    assert_eq!(cream.clone().on("2016-09-30").assessed().totals.tax.to_string(), "470.00");
    assert_eq!(cream.on("2016-10-01").assessed().totals.tax.to_string(), "119.00");
}

#[test]
fn a_code_without_a_rate_goes_to_review_and_all_such_lines_are_named() {
    let order = basket([
        pieces("0101210010", "1", "100"),
        pieces(PLAIN, "1", "100"),
        pieces("0101210090", "1", "100"),
    ]);
    let assessment = order.assessed();
    let gap = |line, hs: &str| Gap { line, hs: hs.parse().unwrap(), kind: GapKind::NoRate };
    assert_eq!(assessment.regime, Regime::Review(vec![gap(1, "0101210010"), gap(3, "0101210090")]));
    assert_eq!(assessment.paid(), ["0.00", "0.00", "0.00", "0.00"]);
    assert_eq!(assessment.totals.dutiable.to_string(), "300.00");
}

#[test]
fn full_tax_without_a_known_duty_goes_to_review() {
    let sugar = basket([pieces("1701991090", "1", "100")]);
    assert!(sugar.assessed().is_reduced());
    assert_eq!(sugar.under("0110").assessed().code(), "no-duty-rate");
}

#[test]
fn rates_of_the_basket_replace_those_of_the_pack_field_by_field() {
    let vat = RateOverride { vat: Some(d("0.09")), ..RateOverride::default() };
    assert_eq!(
        basket([pieces("2204210000", "1", "1000").rated(vat)]).assessed().paid(),
        ["0.00", "77.78", "70.00", "147.78"]
    );
    let whole = RateOverride {
        duty: Some(d("0.10")),
        ct_rate: Some(d("0.20")),
        ct_per_unit: Some(d("0.912")),
        ct_quantity: Some(d("0.7")),
        vat: Some(d("0.13")),
    };
    let unknown = basket([pieces("0101210010", "1", "500").rated(whole)]).assessed();
    assert_eq!(unknown.paid(), ["0.00", "88.06", "56.95", "145.01"]);
    // A rate that decides the threshold's question makes its measure needless.
    let none = RateOverride { ct_rate: Some(d("0")), ..RateOverride::default() };
    assert_eq!(ct(pieces(SKIN_CARE, "1", "199").rated(none)), "0.00");
}

#[test]
fn a_specific_rate_without_a_quantity_goes_to_review() {
    let rates = RateOverride { ct_per_unit: Some(d("1")), ..RateOverride::default() };
    assert_eq!(basket([pieces(PLAIN, "1", "10").rated(rates)]).assessed().code(), "no-measure");
    assert_eq!(basket([pieces("2208300000", "1", "500")]).assessed().code(), "no-measure");
}

#[test]
fn cn_t2_each_item_is_rounded_and_the_order_is_their_sum() {
    let three = basket(std::iter::repeat_n(pieces(PLAIN, "1", "10.05"), 3)).assessed();
    assert_eq!(three.totals.tax.to_string(), "2.73");
}

#[test]
fn cn_t3_freight_and_insurance_are_shared_out_by_value() {
    let order = basket([
        pieces(PLAIN, "1", "199.00"),
        pieces(PLAIN, "1", "89.90"),
        pieces(PLAIN, "1", "45.50"),
    ])
    .freight("25", "3")
    .assessed();
    let items: Vec<_> = order
        .items
        .iter()
        .map(|item| (item.dutiable.to_string(), item.taxes.vat.to_string()))
        .collect();
    let expected = [("215.66", "19.63"), ("97.43", "8.87"), ("49.31", "4.49")];
    assert_eq!(items, expected.map(|(value, vat)| (value.to_owned(), vat.to_owned())));
    assert_eq!(order.totals.dutiable.to_string(), "362.40");
    assert_eq!(order.totals.tax.to_string(), "32.99");
}

#[test]
fn cn_02_milk_powder_with_freight() {
    let order = basket([pieces("1901101090", "4", "796")]).freight("20", "0").assessed();
    assert_eq!(order.paid(), ["0.00", "0.00", "74.26", "74.26"]);
}

#[test]
fn cn_t9_a_promotion_lowers_the_value_and_a_coupon_does_not() {
    // List price 500, open promotion 50, coupon 30: the declared price is 450.
    assert_eq!(basket([pieces(PLAIN, "1", "450")]).assessed().totals.tax.to_string(), "40.95");
}

#[test]
fn cn_t10_what_is_returned_in_time_is_priced_as_it_was_and_given_back_to_the_year() {
    let order = basket([pieces(PLAIN, "5", "3000")]).used("7000").assessed();
    assert_eq!(order.totals.tax.to_string(), "273.00");
    let returned = basket([pieces(PLAIN, "2", "1200")]).assessed();
    assert_eq!(returned.totals.tax.to_string(), "109.20");
    let used = super::yuan("7000").checked_add(order.totals.dutiable).unwrap();
    let restored = used.checked_sub(returned.totals.dutiable).unwrap();
    assert_eq!(restored.to_string(), "8800.00");
}

#[test]
fn an_assessment_names_the_rows_it_used() {
    let ids = |assessment: crate::tax::Assessment| {
        assessment.rows.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        ids(basket([pieces(PLAIN, "1", "100")]).assessed()),
        ["CN-LIM-2", "CN-LIM-4", "CN-RATE-9619001100-1", "CN-RED-2", "CN-VAT-S-13"]
    );
    assert_eq!(
        ids(basket([pieces(PLAIN, "1", "6000")]).assessed()),
        [
            "CN-FULL-1",
            "CN-LIM-2",
            "CN-LIM-4",
            "CN-PROV-9619001100",
            "CN-RATE-9619001100-1",
            "CN-VAT-S-13"
        ]
    );
}
