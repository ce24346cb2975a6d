//! Merging (归并): which lines of closed export declarations become one line of a formal one.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tongguan_codelists::entries::{MergeKey, MergePart};

use super::share::{Basis, share};
use super::{ClosedDeclaration, ClosedLine, FormalDeclaration, FormalLine, Head, LineOf, Measured};
use crate::consolidation::{GoodsNaming, Grouping};

/// What must be the same, and how many lines a form holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// What the law demands to be the same on that day.
    pub keys: Vec<MergeKey>,
    /// Which parties are told apart, as it was asked.
    pub grouping: Grouping,
    /// Which names of goods are told apart, as it was asked.
    pub naming: GoodsNaming,
    /// The most lines of a formal declaration, at least 1.
    pub most_lines: usize,
}

/// Merges closed declarations into formal ones.
///
/// Each line goes into exactly one formal line. Quantities in both statutory units, values and masses
/// are conserved: lines with other statutory units are never one line, and a declaration whose lines
/// go into several forms shares its masses out among them ([`Basis`]). The order of `closed` does not
/// matter.
pub fn merge(closed: &[ClosedDeclaration], merging: &Merging) -> Vec<FormalDeclaration> {
    let mut ordered: Vec<&ClosedDeclaration> = closed.iter().collect();
    ordered.sort_by(|a, b| a.number.cmp(&b.number));
    let mut heads = BTreeMap::<Vec<String>, Vec<&ClosedDeclaration>>::new();
    for declaration in ordered {
        heads.entry(merging.head_key(&declaration.head)).or_default().push(declaration);
    }
    heads.values().flat_map(|declarations| forms(declarations, merging)).collect()
}

impl Merging {
    fn head_key(&self, head: &Head) -> Vec<String> {
        self.values(MergePart::Head, |key| match key {
            MergeKey::Merchant => Some(head.merchant.to_string()),
            MergeKey::TransportMode => Some(head.transport_mode.to_string()),
            MergeKey::Producer if self.grouping == Grouping::ConsignorAndProducer => {
                Some(head.producer.to_string())
            }
            MergeKey::ArrivalCountry => Some(head.arrival_country.to_string()),
            MergeKey::ExitOffice => Some(head.exit_office.to_string()),
            _ => None,
        })
    }

    /// The statutory units belong to it always: two quantities of different units are not one.
    fn line_key(&self, line: &ClosedLine) -> Vec<String> {
        let goods = &line.goods;
        let mut key = self.values(MergePart::Line, |key| match key {
            MergeKey::Destination => Some(goods.destination.to_string()),
            MergeKey::HsCode => Some(goods.hs_code.to_string()),
            MergeKey::Currency => Some(goods.currency.to_string()),
            _ => None,
        });
        key.push(line.statutory.unit.to_string());
        key.push(line.second.as_ref().map(|second| second.unit.to_string()).unwrap_or_default());
        if self.naming == GoodsNaming::Declared {
            key.push(goods.item_name.as_deref().unwrap_or(&goods.name).to_owned());
        }
        key
    }

    fn values(&self, part: MergePart, value: impl Fn(MergeKey) -> Option<String>) -> Vec<String> {
        self.keys.iter().copied().filter(|key| key.part() == part).filter_map(value).collect()
    }
}

/// A line on its way into a formal one.
#[derive(Clone, Copy)]
struct Source<'c> {
    /// The place of its declaration among those of the same head.
    place: usize,
    declaration: &'c ClosedDeclaration,
    line: &'c ClosedLine,
    /// What it bears of the masses of its declaration.
    weight: Decimal,
}

/// The forms that declarations of one head become.
fn forms(declarations: &[&ClosedDeclaration], merging: &Merging) -> Vec<FormalDeclaration> {
    let Some(first) = declarations.first() else { return Vec::new() };
    let mut groups = BTreeMap::<Vec<String>, Vec<Source<'_>>>::new();
    for (place, &declaration) in declarations.iter().enumerate() {
        let basis = Basis::of(&declaration.lines);
        for line in &declaration.lines {
            let source = Source { place, declaration, line, weight: basis.weight(line) };
            groups.entry(merging.line_key(line)).or_default().push(source);
        }
    }
    let groups: Vec<Vec<Source<'_>>> = groups.into_values().collect();
    let mut forms = Vec::new();
    // By declaration and form: the weight of the lines of the one that went into the other.
    let mut weights = BTreeMap::<usize, BTreeMap<usize, Decimal>>::new();
    for (form, groups) in groups.chunks(merging.most_lines.max(1)).enumerate() {
        for source in groups.iter().flatten() {
            let of_declaration = weights.entry(source.place).or_default();
            *of_declaration.entry(form).or_default() += source.weight;
        }
        forms.push(FormalDeclaration {
            head: first.head.clone(),
            gross_weight_kg: Decimal::ZERO,
            net_weight_kg: Decimal::ZERO,
            lines: groups.iter().filter_map(|group| FormalLine::of(group)).collect(),
        });
    }
    for (place, weights) in weights {
        if let Some(declaration) = declarations.get(place) {
            share_masses(declaration, &weights, &mut forms);
        }
    }
    forms
}

/// Adds a declaration's masses to the forms that its lines went into.
fn share_masses(
    declaration: &ClosedDeclaration,
    weights: &BTreeMap<usize, Decimal>,
    forms: &mut [FormalDeclaration],
) {
    let by_weight: Vec<Decimal> = weights.values().copied().collect();
    let gross = share(declaration.gross_weight_kg, &by_weight);
    let net = share(declaration.net_weight_kg, &by_weight);
    for (form, (gross, net)) in weights.keys().zip(gross.into_iter().zip(net)) {
        if let Some(form) = forms.get_mut(*form) {
            form.gross_weight_kg += gross;
            form.net_weight_kg += net;
        }
    }
}

impl FormalLine {
    /// The line that lines of one key become.
    fn of(group: &[Source<'_>]) -> Option<Self> {
        let first = group.first()?.line;
        let lines = || group.iter().map(|source| source.line);
        let statutory = sum(lines().map(|line| &line.statutory))?;
        Some(Self {
            goods: first.goods.clone(),
            declared: sum(lines().map(|line| &line.declared)).unwrap_or_else(|| statutory.clone()),
            second: sum(lines().filter_map(|line| line.second.as_ref())),
            statutory,
            value: lines().map(|line| line.value).sum(),
            sources: group
                .iter()
                .map(|source| LineOf {
                    declaration: source.declaration.number.clone(),
                    line: source.line.number,
                })
                .collect(),
        })
    }
}

/// The sum of quantities of one unit; none where there are several units, or nothing.
fn sum<'m>(mut all: impl Iterator<Item = &'m Measured>) -> Option<Measured> {
    let mut sum = all.next()?.clone();
    for measured in all {
        if measured.unit != sum.unit {
            return None;
        }
        sum.quantity += measured.quantity;
    }
    Some(sum)
}
