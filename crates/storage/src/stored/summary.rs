//! The body of a row that sums up simplified export declarations.

use serde::{Deserialize, Serialize};
use tongguan_domain::statistics::{ExportSummary, SummaryGroup, SummaryKey};

use super::decimal::StoredDecimal;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "summary of exports";

/// The form that is written now.
pub type StoredSummary = StoredSummaryV1;

/// A summary, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSummaryV1 {
    declarations: u64,
    gross_weight_kg: StoredDecimal,
    net_weight_kg: StoredDecimal,
    groups: Vec<StoredGroupV1>,
}

/// What the lines of one group come to: chapter, country and currency, then their sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredGroupV1 {
    key: [Box<str>; 3],
    lines: u64,
    value: StoredDecimal,
    quantities: Vec<(Box<str>, StoredDecimal)>,
}

impl StoredSummary {
    /// The bytes for `body`.
    ///
    /// # Errors
    /// See [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
        encode(FORM, 1, self)
    }

    /// From a `body` of any version.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
        match versioned(FORM, body)? {
            (1, fields) => decode::<StoredSummaryV1>(FORM, fields),
            (version, _) => Err(StoredError::UnknownVersion { form: FORM, version }),
        }
    }
}

impl From<&ExportSummary> for StoredSummary {
    fn from(summary: &ExportSummary) -> Self {
        let group = |(key, group): (&SummaryKey, &SummaryGroup)| StoredGroupV1 {
            key: [key.chapter.clone(), key.destination.clone(), key.currency.clone()],
            lines: group.lines,
            value: group.value.into(),
            quantities: group
                .quantities
                .iter()
                .map(|(unit, quantity)| (unit.clone(), (*quantity).into()))
                .collect(),
        };
        Self {
            declarations: summary.declarations,
            gross_weight_kg: summary.gross_weight_kg.into(),
            net_weight_kg: summary.net_weight_kg.into(),
            groups: summary.groups.iter().map(group).collect(),
        }
    }
}

impl TryFrom<StoredSummary> for ExportSummary {
    type Error = StoredError;
    fn try_from(stored: StoredSummary) -> Result<Self, StoredError> {
        let group = |stored: StoredGroupV1| {
            let [chapter, destination, currency] = stored.key;
            let quantities = stored.quantities.into_iter();
            let quantities = quantities.map(|(unit, quantity)| Ok((unit, quantity.try_into()?)));
            let group = SummaryGroup {
                lines: stored.lines,
                value: stored.value.try_into()?,
                quantities: quantities.collect::<Result<_, StoredError>>()?,
            };
            Ok((SummaryKey { chapter, destination, currency }, group))
        };
        Ok(Self {
            declarations: stored.declarations,
            gross_weight_kg: stored.gross_weight_kg.try_into()?,
            net_weight_kg: stored.net_weight_kg.try_into()?,
            groups: stored.groups.into_iter().map(group).collect::<Result<_, StoredError>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::stored::golden::keeps;

    #[test]
    fn a_summary_is_kept() {
        let key =
            SummaryKey { chapter: "62".into(), destination: "502".into(), currency: "142".into() };
        let group = SummaryGroup {
            lines: 3,
            value: Decimal::new(5000, 2),
            quantities: [("011".into(), Decimal::TWO)].into(),
        };
        let summary = ExportSummary {
            declarations: 2,
            gross_weight_kg: Decimal::new(9, 1),
            net_weight_kg: Decimal::new(7, 1),
            groups: [(key, group)].into(),
        };
        let stored = StoredSummary::from(&summary);
        let written = "01 02 1201 0e01 01 023632 03353032 03313432 03 904e02 01 03303131 0400";
        keeps(written, &stored, StoredSummary::encode, StoredSummary::decode);
        assert_eq!(ExportSummary::try_from(stored), Ok(summary));
    }
}
