//! What consolidation must keep: every line once, and every sum to the last gram and fen.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tongguan_application::clearing::record::ExportRecord;
use tongguan_application::clearing::rows;
use tongguan_domain::ids::DeclarationNumber;
use tongguan_storage::Store;

use super::MonthError;

/// Lines and sums.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// How often each line stands: declaration and line number.
    lines: BTreeMap<(Box<str>, i32), u32>,
    /// Quantities in both statutory units, by tariff code and unit.
    quantities: BTreeMap<[Box<str>; 2], Decimal>,
    /// Values by currency.
    values: BTreeMap<Box<str>, Decimal>,
    /// Gross and net, kilograms.
    masses: [Decimal; 2],
}

/// What a store holds after consolidation.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Formal declarations.
    pub forms: u64,
    /// Their lines.
    pub form_lines: u64,
    /// The lines of export declarations in them.
    pub lines: u64,
    /// The most lines of one form.
    pub longest_form: usize,
}

/// A law that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {expected} went in, {found} came out")]
pub struct Unbalanced {
    what: &'static str,
    expected: String,
    found: String,
}

impl Ledger {
    /// Expects a declaration to be consolidated.
    pub fn expect(&mut self, export: &ExportRecord) {
        let Some(number) = export.state.number() else { return };
        self.masses[0] += export.facts.gross_weight_kg;
        self.masses[1] += export.facts.net_weight_kg;
        for item in &export.facts.items {
            self.line(number, item.number);
            *self.values.entry(item.currency.clone()).or_default() += item.total_price.value();
            let first = Some((&item.statutory_unit, item.statutory_quantity));
            let second = item.second.as_ref().map(|(unit, quantity)| (unit, *quantity));
            for (unit, quantity) in first.into_iter().chain(second) {
                let key = [item.hs_code.clone(), unit.clone()];
                *self.quantities.entry(key).or_default() += quantity;
            }
        }
    }

    /// What the formal declarations of a store come to.
    ///
    /// # Errors
    /// [`MonthError`].
    pub fn of(store: &Store) -> Result<(Self, Figures), MonthError> {
        let (mut ledger, mut figures) = (Self::default(), Figures::default());
        for row in store.read(|view| view.all_formal_declarations())? {
            let form = rows::read_formal(row)?.form;
            figures.forms += 1;
            figures.longest_form = figures.longest_form.max(form.lines.len());
            ledger.masses[0] += form.gross_weight_kg;
            ledger.masses[1] += form.net_weight_kg;
            for line in &form.lines {
                figures.form_lines += 1;
                for source in &line.sources {
                    figures.lines += 1;
                    ledger.line(&source.declaration, source.line);
                }
                let goods = &line.goods;
                *ledger.values.entry(goods.currency.clone()).or_default() += line.value.value();
                for measured in [Some(&line.statutory), line.second.as_ref()].into_iter().flatten()
                {
                    let key = [goods.hs_code.clone(), measured.unit.clone()];
                    *ledger.quantities.entry(key).or_default() += measured.quantity;
                }
            }
        }
        Ok((ledger, figures))
    }

    /// Whether `found` holds each line once and the same sums.
    ///
    /// # Errors
    /// The first law that does not hold.
    pub fn agrees_with(&self, found: &Self) -> Result<(), Unbalanced> {
        if let Some((line, times)) = found.lines.iter().find(|(_, times)| **times != 1) {
            let (expected, found) = (format!("{line:?} once"), format!("{times} times"));
            return Err(Unbalanced { what: "a line", expected, found });
        }
        same("lines", &self.lines.len(), &found.lines.len())?;
        if self.lines != found.lines {
            same("the lines", &"these lines", &"others")?;
        }
        same("quantities", &self.quantities, &found.quantities)?;
        same("values", &self.values, &found.values)?;
        same("masses", &self.masses, &found.masses)
    }

    /// Its lines: declaration and line number, in order.
    pub fn lines(&self) -> impl Iterator<Item = (&str, i32)> {
        self.lines.keys().map(|(number, line)| (&**number, *line))
    }

    fn line(&mut self, number: &DeclarationNumber, line: i32) {
        *self.lines.entry((number.as_str().into(), line)).or_default() += 1;
    }
}

fn same<T: PartialEq + std::fmt::Debug>(
    what: &'static str,
    expected: &T,
    found: &T,
) -> Result<(), Unbalanced> {
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
    Err(Unbalanced { what, expected, found })
}
