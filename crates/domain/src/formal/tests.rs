//! The examples of the law, and what merging must keep of any lists.

use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;
use tongguan_codelists::Pack;

use super::*;
use crate::consolidation::{GoodsNaming, Grouping};
use crate::facts::ExportReturnItemFacts;
use crate::readmission::ReturnedByLine;

/// What the law of September 2026 demands, and forms of so many lines.
fn merging(most_lines: usize) -> Merging {
    let keys = Pack::builtin().merge_keys(date(2026, 9, 30)).collect();
    let (grouping, naming) = (Grouping::ConsignorAndProducer, GoodsNaming::Generic);
    Merging { keys, grouping, naming, most_lines }
}

fn head(merchant: i64, producer: &str) -> Head {
    Head {
        merchant: PartyId(merchant),
        producer: producer.into(),
        transport_mode: "5".into(),
        arrival_country: "502".into(),
        exit_office: OfficeCode::parse("2920").unwrap(),
    }
}

fn line(number: i32, hs: &str, destination: &str, currency: &str, pieces: i64) -> ClosedLine {
    let pieces = Measured { quantity: pieces.into(), unit: "011".into() };
    ClosedLine {
        number,
        goods: Goods {
            hs_code: hs.into(),
            name: "针织衫".into(),
            item_name: None,
            destination: destination.into(),
            currency: currency.into(),
        },
        declared: pieces.clone(),
        statutory: pieces,
        second: Some(Measured { quantity: Decimal::new(250, 3), unit: "035".into() }),
        value: Amount::new(Decimal::new(1999, 2)),
    }
}

fn closed(serial: u32, head: Head, lines: Vec<ClosedLine>) -> ClosedDeclaration {
    ClosedDeclaration {
        number: DeclarationNumber::parse(&format!("29242026E{serial:09}")).unwrap(),
        head,
        gross_weight_kg: Decimal::new(1_234_567, 6).trunc_with_scale(5),
        net_weight_kg: Decimal::ONE,
        lines,
    }
}

#[test]
fn five_lists_of_one_head_become_four_lines() {
    let goods = [
        ("6109100021", "502", "502", 10),
        ("6109100021", "502", "502", 5),
        ("6109100021", "501", "502", 2),
        ("6109100021", "502", "300", 1),
        ("4202210090", "502", "502", 1),
    ];
    let lists: Vec<_> = (1..)
        .zip(goods)
        .map(|(serial, (hs, destination, currency, pieces))| {
            closed(serial, head(7, "NO"), vec![line(1, hs, destination, currency, pieces)])
        })
        .collect();
    let forms = merge(&lists, &merging(50));
    assert_eq!(forms.len(), 1);
    let mut lines: Vec<_> = forms[0]
        .lines
        .iter()
        .map(|line| {
            let Goods { hs_code, destination, currency, .. } = &line.goods;
            format!("{hs_code} {destination} {currency} {}", line.statutory.quantity)
        })
        .collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "4202210090 502 502 1",
            "6109100021 501 502 2",
            "6109100021 502 300 1",
            "6109100021 502 502 15",
        ]
    );
}

#[test]
fn producers_and_names_are_told_apart_only_when_asked() {
    let named = |number, name: &str| {
        let mut line = line(number, "6109100021", "502", "502", 1);
        line.goods.item_name = Some(name.into());
        line
    };
    let lists = [
        closed(1, head(7, "NO"), vec![named(1, "T恤"), named(2, "背心")]),
        closed(2, head(7, "3302960XYZ"), vec![named(1, "T恤")]),
    ];
    let forms = |grouping, naming| {
        let forms = merge(&lists, &Merging { grouping, naming, ..merging(50) });
        forms.iter().map(|form| form.lines.len()).collect::<Vec<_>>()
    };
    let (alone, with_producer) = (Grouping::Consignor, Grouping::ConsignorAndProducer);
    assert_eq!(forms(with_producer, GoodsNaming::Generic), [1, 1]);
    assert_eq!(forms(alone, GoodsNaming::Generic), [1]);
    assert_eq!(forms(alone, GoodsNaming::Declared), [2]);
    assert_eq!(forms(with_producer, GoodsNaming::Declared), [1, 2]);
}

/// What each line of a list of a kilogram net gives the form that it goes into alone, in order of lines.
fn masses(lines: &[ClosedLine]) -> Vec<String> {
    let forms = merge(&[closed(1, head(7, "NO"), lines.to_vec())], &merging(1));
    let mut masses: Vec<_> = forms
        .iter()
        .map(|form| (form.lines[0].sources[0].line, form.net_weight_kg.to_string()))
        .collect();
    masses.sort();
    masses.into_iter().map(|(_, mass)| mass).collect()
}

#[test]
fn masses_go_by_value_in_one_currency_by_quantity_in_one_unit_and_by_line_in_none() {
    let mut lines = [
        line(1, "4202210090", "502", "502", 1),
        line(2, "6109100021", "502", "502", 3),
        line(3, "9503008390", "502", "502", 4),
    ];
    lines[1].value = Amount::new(Decimal::new(3998, 2));
    assert_eq!(masses(&lines), ["0.25000", "0.50000", "0.25000"], "by value");
    lines[1].goods.currency = "300".into();
    // Forms stand in order of their lines' keys, and the last one bears the remainder.
    assert_eq!(masses(&lines), ["0.12500", "0.37500", "0.50000"], "by pieces");
    lines[2].statutory.unit = "035".into();
    let mut each = masses(&lines);
    each.sort();
    assert_eq!(each, ["0.33333", "0.33333", "0.33334"], "each line alike");
}

#[test]
fn what_is_left_of_a_list_in_several_currencies_weighs_by_its_pieces() {
    let left = |currency, returned: &[(i32, i64)]| {
        let lines =
            vec![line(1, "6109100021", "502", "502", 6), line(2, "9503008390", "502", currency, 2)];
        let returned: Vec<_> = returned
            .iter()
            .map(|(number, pieces)| ExportReturnItemFacts {
                number: *number,
                hs_code: "6109100021".into(),
                name: "针织衫".into(),
                unit: "011".into(),
                quantity: (*pieces).into(),
                statutory_unit: "011".into(),
                statutory_quantity: (*pieces).into(),
                second: None,
            })
            .collect();
        let back = ReturnedByLine::of(&returned);
        let left = closed(1, head(7, "NO"), lines).without(&back)?;
        Some(left.net_weight_kg.normalize().to_string())
    };
    assert_eq!(left("502", &[(1, 6)]), Some("0.5".into()), "half of the value");
    assert_eq!(left("300", &[(1, 6)]), Some("0.25".into()));
    assert_eq!(left("300", &[(1, 2), (2, 1)]), Some("0.625".into()));
    assert_eq!(left("300", &[(1, 6), (2, 2)]), None);
}

#[test]
fn units_that_differ_are_never_added() {
    let mut by_weight = line(1, "6109100021", "502", "502", 3);
    by_weight.statutory.unit = "035".into();
    let mut by_box = line(2, "6109100021", "502", "502", 2);
    by_box.declared.unit = "140".into();
    let lists = [
        closed(1, head(7, "NO"), vec![by_weight, by_box]),
        closed(2, head(7, "NO"), vec![line(1, "6109100021", "502", "502", 4)]),
    ];
    let forms = merge(&lists, &merging(50));
    let lines: Vec<_> =
        forms[0].lines.iter().map(|line| (&line.statutory, &line.declared)).collect();
    let pieces = Measured { quantity: 6.into(), unit: "011".into() };
    let kilograms = Measured { quantity: 3.into(), unit: "035".into() };
    let declared = Measured { quantity: 3.into(), unit: "011".into() };
    assert_eq!(lines, [(&pieces, &pieces), (&kilograms, &declared)]);
}

prop_compose! {
    fn any_line(number: i32)(
        hs in prop::sample::select(vec!["6109100021", "4202210090", "9503008390"]),
        destination in prop::sample::select(vec!["502", "303"]),
        currency in prop::sample::select(vec!["502", "300"]),
        pieces in 1..100_i64,
        fen in 0..100_000_i64,
        second in prop::option::of(1..10_000_i64),
        unit in prop::sample::select(vec!["011", "007"]),
        statutory in prop::sample::select(vec!["011", "011", "011", "035"]),
    ) -> ClosedLine {
        let mut line = line(number, hs, destination, currency, pieces);
        line.declared.unit = unit.into();
        line.statutory.unit = statutory.into();
        line.value = Amount::new(Decimal::new(fen, 2));
        line.second =
            second.map(|grams| Measured { quantity: Decimal::new(grams, 3), unit: "035".into() });
        line
    }
}

fn any_closed() -> impl Strategy<Value = Vec<ClosedDeclaration>> {
    let lines = prop::collection::vec(any::<prop::sample::Index>(), 1..5).prop_flat_map(|places| {
        (1..).zip(places).map(|(number, _)| any_line(number)).collect::<Vec<_>>()
    });
    let one = (1..4_i64, prop::bool::ANY, 0..10_000_000_i64, lines);
    prop::collection::vec(one, 0..30).prop_map(|all| {
        (1..)
            .zip(all)
            .map(|(serial, (merchant, registered, mass, lines))| {
                let head = head(merchant, if registered { "3302960XYZ" } else { "NO" });
                let net_weight_kg = Decimal::new(mass, 5);
                ClosedDeclaration { net_weight_kg, ..closed(serial, head, lines) }
            })
            .collect()
    })
}

/// The sums that consolidation must keep: by tariff code and unit, by currency, and of both masses.
#[derive(Debug, PartialEq)]
struct Sums {
    quantities: BTreeMap<(String, String), Decimal>,
    values: BTreeMap<String, Decimal>,
    masses: [Decimal; 2],
}

impl Sums {
    fn of<'l>(
        lines: impl Iterator<Item = (&'l Goods, [Option<&'l Measured>; 2], Amount)>,
        masses: impl Iterator<Item = [Decimal; 2]>,
    ) -> Self {
        let (mut quantities, mut values) = (BTreeMap::new(), BTreeMap::new());
        for (goods, measured, value) in lines {
            for measured in measured.into_iter().flatten() {
                let key = (goods.hs_code.to_string(), measured.unit.to_string());
                *quantities.entry(key).or_default() += measured.quantity;
            }
            *values.entry(goods.currency.to_string()).or_default() += value.value();
        }
        let masses =
            masses.fold([Decimal::ZERO; 2], |sum, each| [sum[0] + each[0], sum[1] + each[1]]);
        Self { quantities, values, masses }
    }

    fn closed(all: &[ClosedDeclaration]) -> Self {
        Self::of(
            all.iter().flat_map(|one| &one.lines).map(|line| {
                (&line.goods, [Some(&line.statutory), line.second.as_ref()], line.value)
            }),
            all.iter().map(|one| [one.gross_weight_kg, one.net_weight_kg]),
        )
    }

    fn formal(all: &[FormalDeclaration]) -> Self {
        Self::of(
            all.iter().flat_map(|one| &one.lines).map(|line| {
                (&line.goods, [Some(&line.statutory), line.second.as_ref()], line.value)
            }),
            all.iter().map(|one| [one.gross_weight_kg, one.net_weight_kg]),
        )
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_or_doubled(
        lists in any_closed(),
        most_lines in 1..6_usize,
        grouping in prop::sample::select(vec![Grouping::Consignor, Grouping::ConsignorAndProducer]),
        naming in prop::sample::select(vec![GoodsNaming::Declared, GoodsNaming::Generic]),
    ) {
        let merging = Merging { grouping, naming, ..merging(most_lines) };
        let forms = merge(&lists, &merging);
        prop_assert_eq!(Sums::formal(&forms), Sums::closed(&lists));
        let mut merged: Vec<_> =
            forms.iter().flat_map(|form| &form.lines).flat_map(|line| line.sources.clone()).collect();
        merged.sort();
        let every: Vec<_> = lists
            .iter()
            .flat_map(|list| list.lines.iter().map(|line| LineOf {
                declaration: list.number.clone(),
                line: line.number,
            }))
            .collect();
        prop_assert_eq!(merged, every, "each line in exactly one formal line");
        for form in &forms {
            prop_assert!((1..=most_lines).contains(&form.lines.len()));
            prop_assert!(!form.gross_weight_kg.is_sign_negative());
        }
    }

    #[test]
    fn the_order_of_the_lists_does_not_matter(
        (lists, shuffled) in any_closed().prop_flat_map(|lists| {
            (Just(lists.clone()), Just(lists).prop_shuffle())
        }),
    ) {
        let merging = merging(3);
        prop_assert_eq!(merge(&lists, &merging), merge(&shuffled, &merging));
    }

    /// A currency that is renamed, or loses two noughts, makes no goods lighter.
    #[test]
    fn what_another_currency_is_worth_moves_no_mass(lists in any_closed(), factor in 2..1000_i64) {
        let merging = merging(1);
        let in_two = |list: &ClosedDeclaration| {
            list.lines.iter().any(|line| line.goods.currency != list.lines[0].goods.currency)
        };
        let lists: Vec<_> = lists.into_iter().filter(in_two).collect();
        let mut revalued = lists.clone();
        for line in revalued.iter_mut().flat_map(|list| &mut list.lines) {
            if &*line.goods.currency == "300" {
                line.value = Amount::new(line.value.value() * Decimal::from(factor));
            }
        }
        let masses = |lists: &[ClosedDeclaration]| {
            let forms = merge(lists, &merging).into_iter();
            forms.map(|form| [form.gross_weight_kg, form.net_weight_kg]).collect::<Vec<_>>()
        };
        prop_assert_eq!(masses(&lists), masses(&revalued));
    }

    #[test]
    fn shares_add_up(
        total in 0..i64::MAX,
        values in prop::collection::vec(0..i64::MAX, 1..8),
    ) {
        let total = Decimal::new(total, 5);
        let values: Vec<_> = values.into_iter().map(|value| Decimal::new(value, 5)).collect();
        let shares = share::share(total, &values);
        prop_assert_eq!(shares.len(), values.len());
        prop_assert_eq!(shares.iter().sum::<Decimal>(), total);
        prop_assert!(shares.iter().all(|share| !share.is_sign_negative() && share.scale() <= 5));
    }
}
