//! How goods come back, where a master bill says it afterwards.

use std::sync::Arc;

use tongguan_domain::facts::ExportReturnFacts;
use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::readmission::ExportReturnState;
use tongguan_domain::returns::ReturnTransport;

use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::working_set::Draft;

/// A master bill (清单总分单; 607) names an export declaration of which goods come back, and how they do:
/// every request of it whose goods are awaited takes that over, so that the tally is compared with it.
/// Whether there was any.
///
/// The document has to name the declaration by `FiledFacts::exports_named`; its returns are loaded then.
pub fn carried_back(
    draft: &mut Draft<'_>,
    number: &DeclarationNumber,
    transport: &ReturnTransport,
) -> bool {
    let Some(export) = draft.export_numbered(number).map(|export| export.id) else { return false };
    let awaited: Vec<_> = draft
        .export_returns_of(export)
        .into_iter()
        .filter(|record| record.state == ExportReturnState::Admitted)
        .cloned()
        .collect();
    for record in &awaited {
        let transport = transport.clone();
        let facts = ExportReturnFacts { transport, ..ExportReturnFacts::clone(&record.facts) };
        let record = ExportReturnRecord::clone(record);
        draft.set_export_return(ExportReturnRecord { facts: Arc::new(facts), ..record });
    }
    !awaited.is_empty()
}
