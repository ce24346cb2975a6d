//! Writing what concerns bonded lists and gate passes that came by message.

use std::collections::BTreeMap;

use tongguan_domain::time::Moment;
use tongguan_storage::{self as storage, Partition, Tx};

use super::{Sequence, response_kind};
use crate::clearing::batch::BatchError;
use crate::clearing::rows;
use crate::clearing::working_set::Changes;

pub(super) fn write(
    tx: &mut Tx<'_>,
    changes: &Changes,
    sequence: &mut Sequence,
    moved: &mut BTreeMap<Partition, ()>,
    at: Moment,
) -> Result<(), BatchError> {
    let zone = &changes.zone;
    let passes = zone.passes.values().map(|pass| rows::write_pass(pass));
    tx.upsert(&passes.collect::<Result<Vec<_>, _>>()?)?;
    let (mut lodged, mut changed) = (Vec::new(), Vec::new());
    for (key, list) in &zone.lists {
        let is_new = changes.outcomes.zone.lodged.contains(key);
        if is_new { &mut lodged } else { &mut changed }.push(rows::write_list(list, at)?);
    }
    tx.insert(&lodged)?;
    tx.upsert(&changed)?;
    let references = zone.references.iter().map(|(key, named)| rows::write_reference(key, named));
    tx.upsert(&references.collect::<Vec<_>>())?;
    let mut responses = Vec::with_capacity(changes.outcomes.zone.told.len());
    for told in &changes.outcomes.zone.told {
        let seq = sequence.take();
        moved.insert(told.partition, ());
        responses.push(storage::Response {
            partition: told.partition,
            seq,
            response_id: seq,
            mailbox: told.mailbox.clone(),
            kind: response_kind::ZONE,
            message_id: told.source.message,
            ordinal: i64::from(told.source.ordinal),
            recorded_at: at,
            body: rows::write_zone_answer(&told.answer).encode()?,
        });
    }
    tx.insert(&responses)?;
    let heard = changes.outcomes.zone.heard.iter().map(|news| {
        // Also where it told nothing: only who holds the partition may take it away.
        moved.insert(news.partition(), ());
        let row = rows::write_news(news);
        (row.bucket, row.kind, row.number)
    });
    tx.delete_zone_news(&heard.collect::<Vec<_>>())?;
    Ok(())
}
