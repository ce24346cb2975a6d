//! The laws that formal declarations are held to: each line of each list that is to be consolidated in
//! exactly one formal line, and every sum the same to the last gram and fen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use rust_decimal::Decimal;
use tongguan_application::clearing::consolidation::FormalRecord;
use tongguan_domain::consolidation::ConsolidationResult;
use tongguan_domain::formal::FormalLine;

use super::Ledger;
use super::clearing::MonthError;
use super::formal_line::{Expected, conditions};
use super::left::Left;
use super::parcel::Parcel;

/// A law that does not hold, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("merchant {merchant}, list {list}{line}: {what}: expected {expected}, found {found}", line = self.line_text())]
pub struct Unbalanced {
    /// Its code.
    pub merchant: Box<str>,
    /// 清单编号, or the order number of a list that has none.
    pub list: Box<str>,
    /// 商品序号, where it is about one.
    pub line: Option<i32>,
    /// What is wrong.
    pub what: Box<str>,
    /// What it must be.
    pub expected: Box<str>,
    /// What it is.
    pub found: Box<str>,
}

impl Unbalanced {
    fn line_text(&self) -> String {
        self.line.map(|line| format!(", line {line}")).unwrap_or_default()
    }
}

/// What was consolidated.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Formal declarations.
    pub forms: usize,
    /// Their lines.
    pub form_lines: usize,
    /// The most lines of one of them.
    pub longest_form: usize,
    /// Lists in them.
    pub lists: usize,
    /// The lines of those.
    pub lines: usize,
    /// Lists whose lines are in several formal declarations.
    pub shared: usize,
}

/// A formal line: the place of its form, and its own in that.
type Place = (usize, usize);

impl Ledger {
    /// Asserts that `forms`, of which the declarants were told `results`, hold what is left of exactly those
    /// lists that `is_meant` says, and nothing else.
    ///
    /// # Errors
    /// The first law that does not hold, with merchant, list and line.
    pub fn check(
        &self,
        forms: &[FormalRecord],
        results: &[ConsolidationResult],
        is_meant: &dyn Fn(&Parcel) -> bool,
    ) -> Result<Figures, MonthError> {
        let mut balance = Balance::of(self, forms, results)?;
        for n in 1..=self.month.declarations {
            let parcel = self.month.parcel(n)?;
            match is_meant(&parcel) {
                true => balance.expect(&parcel)?,
                false => balance.expect_nothing(&parcel)?,
            }
        }
        balance.settle()
    }
}

/// What was told of the forms, and what they should come to.
struct Balance<'b> {
    ledger: &'b Ledger,
    forms: &'b [FormalRecord],
    /// Where each line of each parcel went, as it was told.
    told: BTreeMap<(u64, i32), Place>,
    /// What each formal line should come to, and its first line.
    expected: BTreeMap<Place, Expected>,
    /// By form: those that share a list with it have the same.
    group: Vec<usize>,
    /// What the forms of a group should weigh, and its first list.
    masses: BTreeMap<usize, (u64, [Decimal; 2])>,
    figures: Figures,
}

impl<'b> Balance<'b> {
    fn of(
        ledger: &'b Ledger,
        forms: &'b [FormalRecord],
        results: &[ConsolidationResult],
    ) -> Result<Self, MonthError> {
        let mut balance = Self {
            ledger,
            forms,
            told: BTreeMap::new(),
            expected: BTreeMap::new(),
            group: (0..forms.len()).collect(),
            masses: BTreeMap::new(),
            figures: Figures::default(),
        };
        let places: BTreeMap<_, _> =
            forms.iter().enumerate().map(|(place, form)| (&form.number, place)).collect();
        let numbered: BTreeMap<_, _> = ledger.numbered().collect();
        for result in results {
            let form = result.formal_no.as_ref().and_then(|number| places.get(number));
            for line in &result.lines {
                let Some(&n) = numbered.get(&line.declaration_no) else {
                    let list = line.declaration_no.as_str();
                    return Err(stray(result.merchant.code.as_str(), list, line.number).into());
                };
                let parcel = ledger.month.parcel(n)?;
                let wrong = |what, expected: &dyn Display, found: &dyn Display| {
                    balance_error(ledger, &parcel, Some(line.number), what, expected, found)
                };
                let own = usize::try_from(line.formal_line - 1).unwrap_or(usize::MAX);
                let Some((form, own)) = form.map(|form| (*form, own)).filter(|(form, own)| {
                    forms.get(*form).is_some_and(|it| it.form.lines.get(*own).is_some())
                }) else {
                    let no = format!("{:?} {}", result.formal_no, line.formal_line);
                    return Err(wrong("its formal line", &"one that exists", &no));
                };
                if line.waybill_no != parcel.export.waybill.number {
                    let expected = &parcel.export.waybill.number;
                    return Err(wrong("the waybill in the result", expected, &line.waybill_no));
                }
                if balance.told.insert((n, line.number), (form, own)).is_some() {
                    return Err(wrong("formal lines that hold it", &1, &"several"));
                }
            }
        }
        Ok(balance)
    }

    /// A list is left out.
    fn expect_nothing(&mut self, parcel: &Parcel) -> Result<(), MonthError> {
        let line = self.told.range((parcel.n, 0)..=(parcel.n, i32::MAX)).next();
        match line {
            None => Ok(()),
            Some(((_, line), _)) => {
                let what = "formal lines that hold it";
                Err(balance_error(self.ledger, parcel, Some(*line), what, &0, &1))
            }
        }
    }

    /// A list is consolidated, but for what came back of it.
    fn expect(&mut self, parcel: &Parcel) -> Result<(), MonthError> {
        let left = Left::of(parcel);
        let mut forms = BTreeSet::new();
        for line in &left.lines {
            let number = line.item.number;
            let wrong = |what: &str, expected: &dyn Display, found: &dyn Display| {
                balance_error(self.ledger, parcel, Some(number), what, expected, found)
            };
            let Some(place) = self.told.remove(&(parcel.n, number)) else {
                return Err(wrong("formal lines that hold it", &1, &0));
            };
            let Some((form, into)) = at(self.forms, place) else { continue };
            let said = (parcel.export.declaration.order_no.as_str(), number);
            let holds = into.sources.iter().any(|source| {
                source.line == number && Some(&source.declaration) == self.ledger.number(parcel.n)
            });
            if !holds {
                return Err(wrong("its source in the formal line", &said.0, &"none"));
            }
            for (what, expected, found) in conditions(&self.ledger.month, parcel, line, form, into)
            {
                if expected != found {
                    return Err(wrong(what, &expected, &found));
                }
            }
            forms.insert(place.0);
            self.figures.lines += 1;
            let expected = self.expected.entry(place);
            expected.or_insert_with(|| Expected::of_none((parcel.n, number), line)).add(line);
        }
        if let Some(((_, line), _)) = self.told.range((parcel.n, 0)..=(parcel.n, i32::MAX)).next() {
            let what = "formal lines that hold it, which came back";
            return Err(balance_error(self.ledger, parcel, Some(*line), what, &0, &1));
        }
        self.figures.lists += 1;
        self.figures.shared += usize::from(forms.len() > 1);
        self.weigh(parcel.n, &left, &forms);
        Ok(())
    }

    /// Adds a list's masses to those of the forms that share it.
    fn weigh(&mut self, n: u64, left: &Left, forms: &BTreeSet<usize>) {
        let groups: BTreeSet<_> = forms.iter().map(|form| self.root(*form)).collect();
        let Some(&first) = groups.first() else { return };
        let (mut of, mut masses) = (n, left.masses);
        for group in groups {
            if let Some((list, more)) = self.masses.remove(&group) {
                of = of.min(list);
                (masses[0], masses[1]) = (masses[0] + more[0], masses[1] + more[1]);
            }
            self.group[group] = first;
        }
        self.masses.insert(first, (of, masses));
    }

    fn root(&self, form: usize) -> usize {
        let mut root = form;
        while self.group[root] != root {
            root = self.group[root];
        }
        root
    }

    /// Compares every formal line and every mass with what it should be.
    fn settle(mut self) -> Result<Figures, MonthError> {
        for (place, form) in self.forms.iter().enumerate() {
            for (own, line) in form.form.lines.iter().enumerate() {
                let Some(expected) = self.expected.get(&(place, own)) else {
                    let merchant = form.merchant.code.as_str();
                    let list = line.sources.first();
                    let name = list.map(|it| it.declaration.as_str()).unwrap_or_default();
                    let number = list.map(|it| it.line).unwrap_or_default();
                    return Err(stray(merchant, name, number).into());
                };
                self.compare(expected, form, line)?;
            }
            self.figures.forms += 1;
            self.figures.form_lines += form.form.lines.len();
            self.figures.longest_form = self.figures.longest_form.max(form.form.lines.len());
        }
        let mut found = BTreeMap::<usize, [Decimal; 2]>::new();
        for (place, form) in self.forms.iter().enumerate() {
            let sums = found.entry(self.root(place)).or_default();
            sums[0] += form.form.gross_weight_kg;
            sums[1] += form.form.net_weight_kg;
        }
        for (group, (n, expected)) in &self.masses {
            let found = found.get(group).copied().unwrap_or_default();
            for (what, expected, found) in [
                ("gross mass of its formal declarations, kg", expected[0], found[0]),
                ("net mass of its formal declarations, kg", expected[1], found[1]),
            ] {
                if expected != found {
                    let parcel = self.ledger.month.parcel(*n)?;
                    return Err(balance_error(self.ledger, &parcel, None, what, &expected, &found));
                }
            }
        }
        Ok(self.figures)
    }

    fn compare(
        &self,
        expected: &Expected,
        form: &FormalRecord,
        line: &FormalLine,
    ) -> Result<(), MonthError> {
        let Some((what, expected_sum, found)) = expected.difference(line) else { return Ok(()) };
        let (n, number) = expected.first;
        let parcel = self.ledger.month.parcel(n)?;
        let what = format!("{what} of formal declaration {} with it and others", form.number);
        Err(balance_error(self.ledger, &parcel, Some(number), &what, &expected_sum, &found))
    }
}

fn at(forms: &[FormalRecord], (form, line): Place) -> Option<(&FormalRecord, &FormalLine)> {
    let form = forms.get(form)?;
    Some((form, form.form.lines.get(line)?))
}

fn balance_error(
    ledger: &Ledger,
    parcel: &Parcel,
    line: Option<i32>,
    what: &str,
    expected: &dyn Display,
    found: &dyn Display,
) -> MonthError {
    let (merchant, list) = (parcel.merchant_code(), ledger.name(parcel));
    let (expected, found) = (expected.to_string().into(), found.to_string().into());
    Unbalanced { merchant, list, line, what: what.into(), expected, found }.into()
}

/// A line that nobody sent.
fn stray(merchant: &str, list: &str, line: i32) -> Unbalanced {
    let (what, expected) = ("a line in a formal declaration".into(), "none".into());
    let (merchant, list, line) = (merchant.into(), list.into(), Some(line));
    let found = "one".into();
    Unbalanced { merchant, list, line, what, expected, found }
}
