//! What is left of a list when what came back of it is left out: what consolidation must keep.
//!
//! The rules are those of `docs/reference/consolidation.md`, reckoned here a second time.

use rust_decimal::{Decimal, RoundingStrategy};
use tongguan_domain::declaration::ExportItem;

use super::parcel::Parcel;

/// What is left of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Gross and net, kilograms.
    pub masses: [Decimal; 2],
    /// Its lines, each with what is left of it.
    pub lines: Vec<LeftLine>,
}

/// What is left of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftLine {
    /// As it was declared.
    pub item: ExportItem,
    /// In the declared unit.
    pub declared: Decimal,
    /// In the first statutory unit.
    pub statutory: Decimal,
    /// In the second statutory unit; nothing where there is none.
    pub second: Option<Decimal>,
    /// In the line's currency.
    pub value: Decimal,
}

impl Left {
    /// Of a parcel whose goods came back as its fate says.
    pub fn of(parcel: &Parcel) -> Self {
        let list = &parcel.export.declaration;
        let masses = [list.gross_weight_kg, list.net_weight_kg];
        if !parcel.fate.comes_back() {
            return Self { masses, lines: list.items.iter().map(LeftLine::all).collect() };
        }
        let back = parcel.coming_back();
        let lines = list.items.iter().filter_map(|item| {
            match back.iter().find(|back| back.number == item.number) {
                None => Some(LeftLine::all(item)),
                Some(back) if back.quantity == item.quantity => None,
                Some(back) => {
                    let declared = item.quantity - back.quantity;
                    let value = item.total_price.value() * declared / item.quantity;
                    Some(LeftLine {
                        item: item.clone(),
                        declared,
                        statutory: item.statutory_quantity - back.statutory_quantity,
                        second: item
                            .second_quantity
                            .map(|all| all - back.second_quantity.unwrap_or_default()),
                        value: rounded(value, 2),
                    })
                }
            }
        });
        let lines: Vec<_> = lines.collect();
        let [all, left] = borne(&list.items, &lines);
        Self { masses: masses.map(|kg| rounded(kg * (left / all), 5)), lines }
    }
}

/// What bears the masses, of all lines and of what is left of them: their value if they have one currency,
/// their statutory quantity if they have one unit, and otherwise their number.
fn borne(items: &[ExportItem], left: &[LeftLine]) -> [Decimal; 2] {
    let one = |of: fn(&ExportItem) -> &str| {
        items.windows(2).all(|pair| matches!(pair, [a, b] if of(a) == of(b)))
    };
    if one(|item| &item.currency) {
        let all = items.iter().map(|item| item.total_price.value());
        [all.sum(), left.iter().map(|line| line.value).sum()]
    } else if one(|item| &item.statutory_unit) {
        let all = items.iter().map(|item| item.statutory_quantity);
        [all.sum(), left.iter().map(|line| line.statutory).sum()]
    } else {
        let parts = left.iter().map(|line| line.declared / line.item.quantity);
        [Decimal::from(items.len()), parts.sum()]
    }
}

impl LeftLine {
    fn all(item: &ExportItem) -> Self {
        Self {
            declared: item.quantity,
            statutory: item.statutory_quantity,
            second: item.second_quantity,
            value: item.total_price.value(),
            item: item.clone(),
        }
    }
}

fn rounded(number: Decimal, places: u32) -> Decimal {
    number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}
