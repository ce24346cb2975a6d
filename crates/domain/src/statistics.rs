//! Statistics of export declarations that are not consolidated (清单核放、汇总统计).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::facts::ExportFacts;

/// What a merchant's simplified declarations (简化申报) of a month come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// How many declarations.
    pub declarations: u64,
    /// 毛重, kilograms.
    pub gross_weight_kg: Decimal,
    /// 净重, kilograms.
    pub net_weight_kg: Decimal,
    /// By what they are told apart.
    pub groups: BTreeMap<SummaryKey, SummaryGroup>,
}

/// What groups of lines are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SummaryKey {
    /// The chapter (章), two digits. Of a simplified declaration's code the first four digits alone need
    /// be of the tariff, so nothing finer is told apart.
    pub chapter: Box<str>,
    /// 最终目的国.
    pub destination: Box<str>,
    /// 币制.
    pub currency: Box<str>,
}

/// What the lines of one group come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummaryGroup {
    /// How many lines.
    pub lines: u64,
    /// 总价, in the group's currency.
    pub value: Decimal,
    /// 法定数量, by unit.
    pub quantities: BTreeMap<Box<str>, Decimal>,
}

impl ExportSummary {
    /// Adds a declaration.
    pub fn add(&mut self, facts: &ExportFacts) {
        self.declarations += 1;
        self.gross_weight_kg += facts.gross_weight_kg;
        self.net_weight_kg += facts.net_weight_kg;
        for item in &facts.items {
            let key = SummaryKey {
                chapter: item.hs_code.get(..2).unwrap_or_default().into(),
                destination: item.destination_country.clone(),
                currency: item.currency.clone(),
            };
            let group = self.groups.entry(key).or_default();
            group.lines += 1;
            group.value += item.total_price.value();
            *group.quantities.entry(item.statutory_unit.clone()).or_default() +=
                item.statutory_quantity;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ExportMode, ExportParties};
    use crate::ids::PartyId;
    use crate::tests::export::export_parcel;

    #[test]
    fn lines_are_added_by_chapter_country_and_currency() {
        let party = PartyId(1);
        let parties =
            ExportParties { platform: None, merchant: party, carrier: party, declarant: party };
        let declaration = export_parcel().declaration;
        let mut facts = ExportFacts::of(&declaration, ExportMode::Retail, parties);
        let mut item = facts.items[0].clone();
        item.hs_code = "6109000000".into();
        item.total_price = crate::money::Amount::new(Decimal::new(1001, 2));
        let mut same_chapter = item.clone();
        same_chapter.hs_code = "6110999999".into();
        let mut other = item.clone();
        other.currency = "300".into();
        let quantity = item.statutory_quantity;
        facts.items = vec![item, same_chapter, other];
        let mut summary = ExportSummary::default();
        summary.add(&facts);
        summary.add(&facts);
        assert_eq!(summary.declarations, 2);
        assert_eq!(summary.gross_weight_kg, facts.gross_weight_kg * Decimal::TWO);
        let groups: Vec<_> = summary
            .groups
            .iter()
            .map(|(key, group)| (&*key.chapter, &*key.currency, group.lines, group.value))
            .collect();
        let dollars = &*facts.items[0].currency;
        let mut expected = vec![
            ("61", dollars, 4, Decimal::new(4004, 2)),
            ("61", "300", 2, Decimal::new(2002, 2)),
        ];
        expected.sort();
        assert_eq!(groups, expected);
        let first = summary.groups.values().map(|group| group.quantities.values().sum::<Decimal>());
        assert_eq!(first.sum::<Decimal>(), quantity * Decimal::from(6));
    }
}
