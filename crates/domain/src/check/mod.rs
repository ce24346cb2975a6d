//! Single-document checks (单证逻辑校验): what can be judged of a document by itself.
//!
//! Each check returns every finding, in the order of the document. Structure (lengths, required
//! elements) is not looked at here: `messages` has already parsed it.

mod cancellation;
pub mod consolidation;
mod declaration;
mod delivery;
pub mod export;
mod import_return;
mod order;
mod payment;
mod rules;
#[cfg(test)]
mod tests;
mod warehouse_entry;
mod waybill;

pub use cancellation::{check_cancellation, check_export_cancellation};
pub use declaration::{CodeBook, check_declaration};
pub use delivery::check_delivery;
pub use import_return::check_return;
pub use order::check_order;
pub use payment::check_payment;
pub use rules::*;
pub use warehouse_entry::check_warehouse_entry;
pub use waybill::check_waybill;

use std::collections::HashSet;
use std::fmt::Display;

use crate::defect::{Defect, Rule};
use crate::money::{Amount, Money};
use rust_decimal::Decimal;

/// Renminbi (人民币), the only currency of retail import.
const CNY: &str = "142";
/// Resident identity card, the only document of a buyer or payer.
const RESIDENT_CARD: &str = "1";

/// Collects findings below one element.
struct Findings<'p> {
    base: &'p str,
    defects: Vec<Defect>,
}

impl<'p> Findings<'p> {
    fn below(base: &'p str) -> Self {
        Self { base, defects: Vec::new() }
    }

    /// Notes `rule` at `path` below the base unless `holds`.
    fn require(&mut self, holds: bool, rule: &'static Rule, path: &str, found: impl Display) {
        if !holds {
            self.defects.push(self.at(rule, path).found(found));
        }
    }

    fn at(&self, rule: &'static Rule, path: &str) -> Defect {
        Defect::at(rule, format!("{}/{path}", self.base))
    }

    /// Line numbers start at 1, without gap or repetition.
    fn require_line_numbers(
        &mut self,
        numbers: impl Iterator<Item = i32>,
        line: &str,
        repeated: &'static Rule,
        gap: &'static Rule,
    ) {
        let mut seen = HashSet::new();
        for (number, expected) in numbers.zip(1..) {
            let path = format!("{line}[{expected}]/gnum");
            if !seen.insert(number) {
                self.defects.push(self.at(repeated, &path).found(number));
            } else if number != expected {
                self.defects.push(self.at(gap, &path).found(number).expected(expected));
            }
        }
    }
}

/// Whether a line's total is its price times its quantity, compared in 分: prices carry up to five
/// decimals and senders round their totals.
fn is_line_total(price: Amount, quantity: Decimal, total: Amount) -> bool {
    let product = price.value().checked_mul(quantity).map(Money::round_half_up);
    matches!((product, Money::round_half_up(total.value())), (Some(Ok(product)), Ok(total)) if product == total)
}
