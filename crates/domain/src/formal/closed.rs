//! What consolidation takes of an export declaration.

use super::share::Basis;
use super::{ClosedDeclaration, ClosedLine, Goods, Head, Measured};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::facts::{ExportFacts, ExportItemFacts, ExportTransport};
use crate::ids::DeclarationNumber;
use crate::money::Amount;
use crate::readmission::{ReturnedByLine, ReturnedQuantity};

impl ClosedDeclaration {
    /// Of a declaration of that number whose goods left in that way.
    pub fn of(
        number: DeclarationNumber,
        facts: &ExportFacts,
        transport: ExportTransport<'_>,
    ) -> Self {
        Self {
            number,
            head: Head {
                merchant: facts.parties.merchant,
                producer: facts.producer.clone(),
                transport_mode: transport.mode.into(),
                arrival_country: facts.destination_country.clone(),
                exit_office: transport.exit_office,
            },
            gross_weight_kg: facts.gross_weight_kg,
            net_weight_kg: facts.net_weight_kg,
            lines: facts.items.iter().map(ClosedLine::of).collect(),
        }
    }

    /// The same without what came back of it; nothing where all of it did.
    ///
    /// A line keeps its price for each unit, so its value shrinks as its quantity does, to the fen. The
    /// masses of the parcel shrink as the value of its goods does, or as another [`Basis`] where they have
    /// several currencies: what returned goods weighed is not declared. Both are inferences; no source says
    /// how a part is left out.
    pub fn without(self, back: &ReturnedByLine) -> Option<Self> {
        if back.is_empty() {
            return Some(self);
        }
        let basis = Basis::of(&self.lines);
        let before: Decimal = self.lines.iter().map(|line| basis.weight(line)).sum();
        let (mut lines, mut left) = (Vec::new(), Decimal::ZERO);
        for all in self.lines {
            if let Some(line) = all.clone().without(back.line(all.number)) {
                left += basis.weight_left(&line, &all);
                lines.push(line);
            }
        }
        let left = left.checked_div(before).unwrap_or(Decimal::ONE);
        let mass = |kg: Decimal| rounded(kg * left, MASS_DIGITS);
        (!lines.is_empty()).then_some(Self {
            number: self.number,
            head: self.head,
            gross_weight_kg: mass(self.gross_weight_kg),
            net_weight_kg: mass(self.net_weight_kg),
            lines,
        })
    }
}

/// Digits after the point of a mass in kilograms (N19,5).
const MASS_DIGITS: u32 = 5;
/// Digits after the point of a value.
const VALUE_DIGITS: u32 = 2;

fn rounded(number: Decimal, digits: u32) -> Decimal {
    number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

impl ClosedLine {
    fn of(item: &ExportItemFacts) -> Self {
        let measured = |quantity, unit: &str| Measured { quantity, unit: unit.into() };
        Self {
            number: item.number,
            goods: Goods {
                hs_code: item.hs_code.clone(),
                name: item.name.clone(),
                item_name: item.item_name.clone(),
                destination: item.destination_country.clone(),
                currency: item.currency.clone(),
            },
            declared: measured(item.quantity, &item.unit),
            statutory: measured(item.statutory_quantity, &item.statutory_unit),
            second: item.second.as_ref().map(|(unit, quantity)| measured(*quantity, unit)),
            value: item.total_price,
        }
    }

    fn without(mut self, back: ReturnedQuantity) -> Option<Self> {
        let declared = self.declared.quantity - back.declared;
        if declared <= Decimal::ZERO {
            return None;
        }
        if back == ReturnedQuantity::default() {
            return Some(self);
        }
        let value = self.value.value() * declared / self.declared.quantity;
        self.value = Amount::new(rounded(value, VALUE_DIGITS));
        self.declared.quantity = declared;
        self.statutory.quantity -= back.statutory;
        if let Some(second) = &mut self.second {
            second.quantity -= back.second;
        }
        Some(self)
    }
}
