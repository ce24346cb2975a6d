//! What holds for every table: reading undoes writing, a day finds the row that came into force
//! last, and no text makes the reader panic.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;
use tongguan_codelists::entries::{
    ConsumptionTax, Control, CtRates, Direction, ExportMeasure, MergeKey, ParameterKind, Per,
    PositiveLine, Rate, Threshold, Vat,
};
use tongguan_codelists::text::{self, Defaults, Separator};
use tongguan_codelists::{Confidence, Dated, Entry, HsCode, Pack, Row, RowId, Table, Validity};

fn words() -> impl Strategy<Value = Box<str>> {
    prop_oneof![
        "\\PC{1,12}".prop_map(|text| text.trim().to_owned()),
        Just("a,b\t\"c\"\nd\r\ne".to_owned()),
        Just("'=1+1".to_owned()),
    ]
    .prop_filter("not empty", |text| !text.is_empty())
    .prop_map(Into::into)
}

fn amount() -> impl Strategy<Value = Decimal> {
    (1..10_000_000_i64, 0..6_u32).prop_map(|(number, scale)| Decimal::new(number, scale))
}

fn share() -> impl Strategy<Value = Decimal> {
    (0..1000_i64).prop_map(|number| Decimal::new(number, 3))
}

fn day() -> impl Strategy<Value = Date> {
    (0..20_000_i64).prop_map(|days| date(1990, 1, 1).checked_add(days.days()).unwrap())
}

fn dated<E: std::fmt::Debug>(entry: impl Strategy<Value = E>) -> impl Strategy<Value = Dated<E>> {
    (entry, words(), words(), day(), prop::option::of(0..4000_i64), 0..3_usize).prop_map(
        |(entry, id, source, from, length, confidence)| Dated {
            id: RowId::new(&id),
            entry,
            validity: Validity {
                from,
                to: length.map(|days| from.checked_add(days.days()).unwrap()),
            },
            source,
            confidence: [Confidence::Confirmed, Confidence::Likely, Confidence::Unverified]
                [confidence],
        },
    )
}

fn hs() -> impl Strategy<Value = HsCode> {
    "[0-9]{10}".prop_map(|digits| digits.parse().unwrap())
}

fn per() -> impl Strategy<Value = Per> {
    prop::sample::select(vec![Per::Gram, Per::Kilogram, Per::Tonne, Per::Litre, Per::Piece])
}

fn rate() -> impl Strategy<Value = Rate> {
    let threshold = (amount(), per()).prop_map(|(price, per)| Threshold { price, per });
    let specific = prop::option::of((per(), amount(), amount()));
    let thresholds = prop::collection::vec(threshold, 0..3);
    let vat = prop_oneof![Just(Vat::Standard), Just(Vat::Reduced), share().prop_map(Vat::Fixed)];
    let duty = prop::option::of(share());
    let litres = prop::option::of(amount());
    (hs(), duty, (share(), share()), specific, thresholds, litres, vat).prop_map(
        |(hs, duty, (above, below), specific, thresholds, litres_per_tonne, vat)| {
            let none = thresholds.is_empty();
            let (unit, each, each_below) = specific
                .map_or((None, Decimal::ZERO, Decimal::ZERO), |(per, a, b)| (Some(per), a, b));
            let below = CtRates { ad_valorem: below, per_unit: each_below };
            let consumption_tax = ConsumptionTax {
                rates: CtRates { ad_valorem: above, per_unit: each },
                unit,
                thresholds,
                below: if none { CtRates::default() } else { below },
                litres_per_tonne,
            };
            Rate { hs, duty, consumption_tax, vat }
        },
    )
}

fn positive() -> impl Strategy<Value = PositiveLine> {
    let control = prop_oneof![
        Just(Control::None),
        Just(Control::Manual),
        words().prop_map(Control::Exclude),
        words().prop_map(Control::Mode),
        prop::collection::vec("[a-z墨]{1,5}".prop_map(Box::from), 1..4).prop_map(Control::Name),
        (amount(), words()).prop_map(|(limit, unit)| Control::Quantity { limit, unit }),
    ];
    (hs(), words(), words(), control, words()).prop_map(|(hs, zh, en, control, remark)| {
        let remark = if control == Control::None { Box::default() } else { remark };
        PositiveLine { line: hs.line(), zh, en, control, remark }
    })
}

fn is_written_as_it_is_read<E: Entry + std::fmt::Debug>(rows: &[Dated<E>]) {
    let mut rows = rows.to_vec();
    let mut ids = std::collections::HashSet::new();
    rows.retain(|row| ids.insert(row.id.clone()));
    for separator in [Separator::Comma, Separator::Tab] {
        let written = text::write(&rows, separator);
        let reading = text::read::<E>(&written, separator, &Defaults::default());
        assert_eq!(reading.defects, []);
        assert_eq!(reading.rows, rows);
    }
}

proptest! {
    #[test]
    fn rates_are_read_as_they_are_written(rows in prop::collection::vec(dated(rate()), 0..8)) {
        is_written_as_it_is_read(&rows);
    }

    #[test]
    fn positive_lines_are_read_as_they_are_written(
        rows in prop::collection::vec(dated(positive()), 0..8),
    ) {
        is_written_as_it_is_read(&rows);
    }

    #[test]
    fn any_text_is_read_or_refused_and_never_panics(
        header in "[a-z_8,\t]{0,60}",
        body in "(\\PC|[,\n\t\"\r]){0,200}",
    ) {
        for &table in Table::ALL {
            let _ = table.read(&format!("{header}\n{body}"), &Defaults::default());
            let columns = table.columns().join(",");
            let _ = table.read(&format!("{columns}\n{body}"), &Defaults::default());
        }
    }

    #[test]
    fn of_several_rows_the_one_that_came_into_force_last_holds(
        rows in prop::collection::vec(dated(rate()), 1..12),
        on in day(),
    ) {
        let code: HsCode = "9999999999".parse().unwrap();
        let rows: Vec<_> = rows
            .into_iter()
            .enumerate()
            .map(|(n, mut row)| {
                row.id = RowId::new(&format!("row-{n:02}"));
                row.entry.hs = code;
                row
            })
            .collect();
        let pack = Pack::builtin().overlay(rows.iter().cloned().map(Row::Rates));
        let holding = rows.iter().filter(|row| row.validity.covers(on));
        let expected = holding.max_by_key(|row| (row.validity.from, row.id.clone()));
        prop_assert_eq!(pack.rates(code, on), expected);
    }
}

#[test]
fn a_new_row_changes_the_law_from_its_day_on_and_not_before() {
    let text = "id,parameter,value,valid_from,source\nX,annual-limit,30000,2027-01-01,a notice\n";
    let reading = Table::Parameters.read(text, &Defaults::default());
    assert_eq!(reading.defects, []);
    let pack = Pack::builtin().overlay(reading.rows);
    let annual = |day: &str| pack.limits(day.parse().unwrap()).unwrap().annual.to_string();
    assert_eq!(annual("2026-12-31"), "26000");
    assert_eq!(annual("2027-01-01"), "30000");
}

#[test]
fn a_parameter_takes_only_values_of_its_form() {
    for (parameter, wrong) in [
        ("annual-limit", "-1"),
        ("payable-share", "1.1"),
        ("return-application-days", "30.5"),
        ("allowance-year", "birth"),
        ("rsa-sha1-certificates-before", "2022-7-1"),
        ("full-tax-single-item", "1"),
        ("no-such-thing", "1"),
    ] {
        let line =
            format!("id,parameter,value,valid_from,source\nX,{parameter},{wrong},2020-01-01,s\n");
        let reading = Table::Parameters.read(&line, &Defaults::default());
        assert_eq!(reading.rows, [], "{parameter}");
        assert_eq!(reading.defects.len(), 1, "{parameter}");
    }
}

#[test]
fn every_parameter_has_a_built_in_value() {
    let today = date(2026, 11, 22);
    for &kind in ParameterKind::ALL {
        assert!(Pack::builtin().parameter(kind, today).is_some(), "{kind}");
    }
}

#[test]
fn settings_that_are_not_numbers_have_their_own_look_ups() {
    let pack = Pack::builtin();
    let today = date(2026, 11, 22);
    let sha1 = pack.day(ParameterKind::RsaSha1CertificatesBefore, today);
    assert_eq!(sha1, Some(date(2022, 7, 1)));
    assert_eq!(pack.allowance_year(today), tongguan_codelists::AllowanceYear::Release);
}

#[test]
fn the_code_lists_of_the_standard_are_there_in_both_languages() {
    let pack = Pack::builtin();
    let today = date(2026, 11, 22);
    assert_eq!(&*pack.currency("142", today).unwrap().entry.iso, "CNY");
    assert_eq!(&*pack.country("116", today).unwrap().entry.zh, "日本");
    assert_eq!(&*pack.country("142", today).unwrap().entry.en, "China");
    assert_eq!(&*pack.unit("035", today).unwrap().entry.zh, "千克");
    assert_eq!(&*pack.office("2900", today).unwrap().entry.en, "Hangzhou Customs");
    assert_eq!(&*pack.transport("5", today).unwrap().entry.zh, "航空运输");
    assert_eq!(&*pack.mode("1239", today).unwrap().entry.zh, "保税跨境贸易电子商务A");
    assert_eq!(&*pack.list_item("wrapType", "2", today).unwrap().entry.zh, "纸箱");
    assert!(pack.mode("1239", date(2016, 11, 30)).is_none());
    let hs: HsCode = "2204210000".parse().unwrap();
    assert_eq!(&*pack.hs_name(hs, today).unwrap().entry.unit1, "095");
}

#[test]
fn a_consolidation_is_due_on_a_working_day() {
    let pack = Pack::builtin();
    let deadline = |year, month| pack.consolidation_deadline(date(year, month, 7));
    assert_eq!(deadline(2026, 9), Some(date(2026, 10, 15)), "AGG-1");
    assert_eq!(deadline(2026, 10), Some(date(2026, 11, 16)), "AGG-2: the 15th is a Sunday");
    assert_eq!(deadline(2026, 1), Some(date(2026, 2, 24)), "the 15th begins the Spring Festival");
    assert_eq!(deadline(2018, 11), Some(date(2018, 12, 10)), "the law of the month counts");
    assert_eq!(deadline(2018, 12), Some(date(2019, 1, 10)));
    assert_eq!(deadline(2019, 1), Some(date(2019, 2, 15)));
    assert_eq!(deadline(2015, 1), None);
    assert!(pack.is_working_day(date(2026, 2, 28)), "a Saturday that is worked");
    assert!(!pack.is_working_day(date(2026, 10, 1)), "a Thursday of rest");
}

#[test]
fn goods_need_what_any_prefix_of_their_code_needs() {
    let pack = Pack::builtin();
    let day = date(2026, 9, 30);
    let needs = |digits: &str| {
        [ExportMeasure::Duty, ExportMeasure::Licence]
            .map(|measure| pack.needs_to_be_exported(digits, measure, day))
    };
    assert_eq!(needs("0301921000"), [true, false]);
    assert_eq!(needs("0301929000"), [false, false]);
    assert_eq!(needs("8711100010"), [false, true]);
    assert_eq!(needs("2805301100"), [false, true]);
    assert_eq!(needs("0301"), [true, false], "goods of the heading do");
    assert_eq!(needs("2805"), [false, true]);
    assert_eq!(needs("6109"), [false, false]);
    assert_eq!(needs(""), [false, false]);
    assert!(!pack.needs_to_be_exported("8711100010", ExportMeasure::Licence, date(2018, 1, 1)));
}

#[test]
fn a_declaration_may_be_cancelled_before_its_release_unless_it_is_examined() {
    let pack = Pack::builtin();
    let cancellable = |direction, day| {
        let statuses = [2, 100, 120, 300, 399, 500, 501, 599, 600, 700, 800, 899];
        let found = statuses.into_iter().filter(|s| pack.is_cancellable(direction, *s, day));
        found.collect::<Vec<_>>()
    };
    for direction in [Direction::Import, Direction::Export] {
        assert_eq!(cancellable(direction, date(2026, 9, 30)), [300, 399], "{direction:?}");
        assert_eq!(cancellable(direction, date(2016, 4, 7)), [0; 0], "before there was a list");
    }
}

#[test]
fn eight_things_must_be_the_same_to_be_consolidated() {
    let pack = Pack::builtin();
    assert_eq!(pack.merge_keys(date(2026, 9, 30)).collect::<Vec<_>>(), MergeKey::ALL);
    assert_eq!(pack.merge_keys(date(2018, 12, 31)).count(), 0);
}

#[test]
fn the_positive_list_is_matched_by_the_eight_digit_line() {
    let pack = Pack::builtin();
    let today = date(2026, 11, 22);
    let controls = |code: &str| -> Vec<Control> {
        let hs = code.parse().unwrap();
        pack.positive(hs, today).map(|row| row.entry.control.clone()).collect()
    };
    assert_eq!(controls("9619001100"), [Control::None]);
    assert_eq!(controls("9619001199"), [Control::None]);
    assert_eq!(controls("0306149090"), [Control::Mode("1210".into())]);
    assert_eq!(controls("3215190090"), [Control::Name(vec!["打印机".into(), "printer".into()])]);
    let kilograms = |limit: i64| Control::Quantity { limit: limit.into(), unit: "035".into() };
    assert_eq!(controls("1701991090"), [kilograms(2)]);
    assert_eq!(controls("1006302090"), [kilograms(20)]);
    assert_eq!(controls("0407909000"), [Control::Exclude("endangered-species".into())]);
    assert_eq!(controls("0101210010"), []);
}
