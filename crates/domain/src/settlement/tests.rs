//! What a return leaves, and that nothing is lost on the way.

use proptest::prelude::*;

use super::*;
use crate::allowance::AllowanceKey;
use crate::ids::DeclarationNumber;
use crate::mark::Mark;
use crate::money::Amount;
use crate::quantity::Measure;
use crate::time::Moment;

fn item(number: i32, pieces: i64) -> ItemFacts {
    ItemFacts {
        account_item: None,
        item_no: None,
        number,
        hs_code: "1701991090".into(),
        name: "糖".into(),
        item_name: None,
        unit: "011".into(),
        quantity: pieces.into(),
        statutory_unit: "035".into(),
        statutory_quantity: Decimal::new(pieces * 5, 1),
        second: None,
        price: Amount::ZERO,
        total_price: Amount::ZERO,
    }
}

/// A release of these lines: pieces, value and value-added tax in fen; half a kilogram each piece.
fn release(lines: &[(i64, i64, i64)]) -> (Release, Vec<ItemFacts>) {
    let numbered = || (1..).zip(lines);
    let tax = numbered().map(|(number, (_, dutiable, vat))| TaxLine {
        number,
        hs_code: "1701991090".into(),
        dutiable: Money::from_fen(*dutiable),
        duty: Money::ZERO,
        vat: Money::from_fen(*vat),
        consumption_tax: Money::ZERO,
    });
    let tax = TaxDue::of(tax.collect()).unwrap();
    let pieces: i64 = lines.iter().map(|(pieces, ..)| pieces).sum();
    let kilograms = |pieces: i64| Quantity::from_trillionths(pieces * 500_000_000_000).unwrap();
    let limited = LimitedQuantity {
        line: "17019910".parse().unwrap(),
        measure: Measure::Mass,
        amount: kilograms(pieces),
        limit: kilograms(1000),
    };
    let used = Reservation {
        key: AllowanceKey { person: Mark::from_bytes([1; 16]), year: 2026 },
        amount: tax.dutiable,
        quantities: vec![limited],
    };
    let number = DeclarationNumber::parse("29162026I000000001").unwrap();
    let released_at = Moment::from_micros(0);
    let items = numbered().map(|(number, (pieces, ..))| item(number, *pieces)).collect();
    (Release { number, released_at, used, tax }, items)
}

fn some(number: i32, pieces: i64) -> ReturnedLine {
    ReturnedLine { number, quantity: pieces.into() }
}

#[test]
fn each_line_keeps_its_part_rounded_half_up_and_the_others_theirs() {
    let (release, items) = release(&[(3, 1001, 92), (1, 500, 46)]);
    for (returned, dutiable, vat, trillionths) in [
        (vec![], [1001, 500], [92, 46], 2_000_000_000_000),
        (vec![some(1, 1)], [667, 500], [61, 46], 1_500_000_000_000),
        (vec![some(1, 2)], [334, 500], [31, 46], 1_000_000_000_000),
        (vec![some(2, 1)], [1001, 0], [92, 0], 1_500_000_000_000),
        (vec![some(1, 3), some(2, 1)], [0, 0], [0, 0], 0),
    ] {
        let left = rest(&release, &items, &[], &returned).unwrap();
        let of = |part: fn(&TaxLine) -> Money| -> Vec<i64> {
            left.tax.lines.iter().map(|line| part(line).fen()).collect()
        };
        assert_eq!(of(|line| line.dutiable), dutiable, "{returned:?}");
        assert_eq!(of(|line| line.vat), vat, "{returned:?}");
        assert_eq!(left.used.amount.fen(), dutiable.iter().sum::<i64>());
        assert_eq!(left.used.quantities[0].amount.trillionths(), trillionths, "{returned:?}");
    }
}

#[test]
fn what_goes_back_later_is_a_part_of_what_is_left() {
    let (release, items) = release(&[(3, 1000, 91)]);
    let once = rest(&release, &items, &[], &[some(1, 1)]).unwrap();
    let twice = rest(&once, &items, &[some(1, 1)], &[some(1, 1)]).unwrap();
    assert_eq!((once.tax.total.fen(), twice.tax.total.fen()), (61, 31));
    let all = rest(&twice, &items, &[some(1, 1), some(1, 1)], &[some(1, 1)]).unwrap();
    assert_eq!((all.tax.total, all.used.amount), (Money::ZERO, Money::ZERO));
    assert_eq!(all.used.quantities[0].amount, Quantity::ZERO);
}

proptest! {
    /// Piece by piece in any order: what is left never grows, is never below nothing, and ends at nothing.
    #[test]
    fn nothing_is_lost_or_made_by_rounding(
        lines in prop::collection::vec((1..6_i64, 0..100_000_i64, 0..10_000_i64), 1..4),
        order in any::<prop::sample::Index>(),
    ) {
        let (first, items) = release(&lines);
        let mut pieces: Vec<i32> = (1..)
            .zip(&lines)
            .flat_map(|(number, (pieces, ..))| std::iter::repeat_n(number, usize::try_from(*pieces).unwrap()))
            .collect();
        let turn = order.index(pieces.len());
        pieces.rotate_left(turn);
        let (mut left, mut before) = (first.clone(), Vec::new());
        for number in pieces {
            let next = rest(&left, &items, &before, &[some(number, 1)]).unwrap();
            prop_assert!(next.tax.total <= left.tax.total && next.used.amount <= left.used.amount);
            prop_assert!(next.used.quantities[0].amount <= left.used.quantities[0].amount);
            prop_assert!(next.tax.total >= Money::ZERO && next.used.amount >= Money::ZERO);
            prop_assert_eq!(next.used.amount, next.tax.dutiable);
            before.push(some(number, 1));
            left = next;
        }
        prop_assert_eq!((left.tax.total, left.used.amount), (Money::ZERO, Money::ZERO));
        prop_assert_eq!(left.used.quantities[0].amount, Quantity::ZERO);
    }
}
