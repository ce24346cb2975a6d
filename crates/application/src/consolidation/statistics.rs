//! Simplified declarations (简化申报), summed up by month for the statistics (汇总统计).

use tongguan_domain::ids::PartyId;
use tongguan_domain::month::Month;
use tongguan_domain::registry::Registry;
use tongguan_domain::statistics::ExportSummary;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::summary::StoredSummary;
use tongguan_storage::{Backoff, Departures, ExportSummaryRow, Kept, Partition, Store};

use super::ConsolidationError;
use super::merging::exports;
use super::month::merchants;

/// How many departures are read at a time.
const PAGE: i64 = 2_000;

/// A merchant's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summarized {
    /// 电商企业.
    pub merchant: PartyId,
    /// What it comes to.
    pub summary: ExportSummary,
}

/// Sums a month up, of every merchant or of one, and keeps the sums in the place of earlier ones. Goods
/// that came back are left out, so a later run may come to less. `told` hears of every merchant.
///
/// # Errors
/// [`ConsolidationError`].
pub fn summarize(
    store: &Store,
    registry: &Registry,
    month: Month,
    only: Option<PartyId>,
    now: Moment,
    told: &mut dyn FnMut(&Summarized),
) -> Result<Vec<Summarized>, ConsolidationError> {
    let mut all = Vec::new();
    let mut writer = store.writer()?;
    for merchant in merchants(registry, only) {
        let summary = sum_up(store, merchant, month)?;
        let earlier = summarized(store, merchant, month)?;
        if summary.declarations == 0 && earlier.is_none() {
            continue;
        }
        if earlier.as_ref() != Some(&summary) {
            let row = ExportSummaryRow {
                bucket: Partition::of_party(merchant),
                merchant_id: merchant,
                month: month.to_string(),
                made_at: now,
                body: StoredSummary::from(&summary).encode()?,
            };
            writer.retried(Backoff::default(), |tx| tx.upsert(std::slice::from_ref(&row)))?;
        }
        let summarized = Summarized { merchant, summary };
        told(&summarized);
        all.push(summarized);
    }
    Ok(all)
}

/// What was summed up of a merchant's month, if it was.
///
/// # Errors
/// [`ConsolidationError`].
pub fn summarized(
    store: &Store,
    merchant: PartyId,
    month: Month,
) -> Result<Option<ExportSummary>, ConsolidationError> {
    let month = month.to_string();
    let key = (Partition::of_party(merchant), merchant, month.as_str());
    let rows = store.read(|view| view.export_summaries(&[key]))?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(StoredSummary::decode(&row.body)?.try_into()?))
}

fn sum_up(
    store: &Store,
    merchant: PartyId,
    month: Month,
) -> Result<ExportSummary, ConsolidationError> {
    let which = Departures {
        merchant,
        office: None,
        from: month.start(),
        until: month.end(),
        kept: Kept::ForStatistics,
    };
    let (mut summary, mut after) = (ExportSummary::default(), None);
    loop {
        let rows = store.read(|view| view.departures(which, after, PAGE))?;
        let Some(last) = rows.last() else { return Ok(summary) };
        after = Some((last.departed_at, last.declaration_id));
        for export in exports(store, rows.iter().map(|row| row.declaration_id))?.values() {
            summary.add(&export.facts);
        }
    }
}
