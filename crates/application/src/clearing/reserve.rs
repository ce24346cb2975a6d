//! Official numbers for a batch, reserved before it is decided.

use std::collections::BTreeMap;

use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_messages::response::Quoted;
use tongguan_storage::{SerialBlock, Tx};

use super::batch::BatchError;
use super::decide::wanted as consolidation_numbers;
use super::fold::partition_of;
use super::incoming::Incoming;
use super::working_set::WorkingSet;
use crate::numbering::{Serials, Series};

/// How many numbers are reserved at a time when a series runs short.
const SERIAL_BLOCK: i64 = 64;

/// Sees to it that every decision of the batch finds an official number: a provisional one for each
/// declaration that comes in, a declaration number for each that may be entered.
pub(super) fn reserve_serials(
    tx: &mut Tx<'_>,
    serials: &Serials,
    set: &WorkingSet,
    batch: &[&Incoming],
    at: Moment,
) -> Result<(), BatchError> {
    let mut wanted = BTreeMap::<Series, i64>::new();
    let mut want = |series, count| *wanted.entry(series).or_default() += count;
    for incoming in batch {
        if let Incoming::Consolidate(what) = incoming {
            for (series, count) in consolidation_numbers(what, at) {
                want(series, count);
            }
        }
        if let Incoming::Zone(document) = incoming {
            document.series(at).into_iter().for_each(|series| want(series, 1));
        }
        if let Incoming::ZoneNews(news) = incoming {
            want(Series::zone_formal(news.partition(), at), 1);
        }
        if let Incoming::Relayed(relayed) = incoming {
            want(Series::provisional(relayed.partition(), at), relayed.numbered());
        }
        let Incoming::Document(submitted) = incoming else { continue };
        let quote = &submitted.answer.quote;
        let partition = partition_of(incoming);
        if quote.has(Quoted::PROVISIONAL_NO) {
            want(Series::provisional(partition, at), 1);
        }
        if let Ok(office) = OfficeCode::parse(quote.get(Quoted::OFFICE)) {
            want(Series::declaration(partition, office, at), 1);
        }
        if let Some(request) = submitted.consolidates() {
            want(Series::consolidation(request.bucket(), at), 1);
        }
        if let Some(office) = submitted.exported_at() {
            want(Series::export(partition, office, at), 1);
        }
    }
    for export in set.exports() {
        if matches!(export.state, ExportState::Stored | ExportState::Waiting { .. }) {
            let partition = export.document.dossier.partition;
            want(Series::export(partition, export.facts.office, at), 1);
        }
    }
    for declaration in set.declarations() {
        if matches!(declaration.state, ImportState::Stored(_) | ImportState::Waiting { .. }) {
            let partition = declaration.document.dossier.partition;
            want(Series::declaration(partition, declaration.facts.office, at), 1);
        }
    }
    let blocks: Vec<_> = wanted
        .into_iter()
        .filter(|(series, wanted)| serials.shortfall(series, *wanted) > 0)
        .map(|(series, wanted)| SerialBlock {
            partition: series.partition,
            series: series.prefix,
            count: wanted.max(SERIAL_BLOCK),
        })
        .collect();
    let firsts = tx.reserve(&blocks)?;
    for (block, first) in blocks.into_iter().zip(firsts) {
        let series = Series { partition: block.partition, prefix: block.series };
        serials.add(series, first, block.count);
    }
    Ok(())
}
