//! How goods come back, where a master bill says it afterwards.

use std::sync::Arc;

use tongguan_domain::facts::ExportReturnFacts;
use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::readmission::ExportReturnState;
use tongguan_domain::returns::ReturnTransport;

use crate::clearing::export_return::ExportReturnRecord;
use crate::clearing::working_set::Draft;

/// Whether goods of an export declaration are asked back and awaited.
pub fn is_awaited(draft: &Draft<'_>, number: &DeclarationNumber) -> bool {
    !awaited(draft, number).is_empty()
}

/// A master bill (清单总分单; 607) names an export declaration of which goods come back, and how they do:
/// every request of it whose goods are awaited takes that over, so that the tally is compared with it.
pub fn carried_back(
    draft: &mut Draft<'_>,
    number: &DeclarationNumber,
    transport: &ReturnTransport,
) {
    for record in awaited(draft, number) {
        let transport = transport.clone();
        let facts = ExportReturnFacts { transport, ..ExportReturnFacts::clone(&record.facts) };
        let record = ExportReturnRecord::clone(&record);
        draft.set_export_return(ExportReturnRecord { facts: Arc::new(facts), ..record });
    }
}

fn awaited(draft: &Draft<'_>, number: &DeclarationNumber) -> Vec<Arc<ExportReturnRecord>> {
    let Some(export) = draft.export_numbered(number) else { return Vec::new() };
    let returns = draft.export_returns_of(export.id).into_iter();
    returns.filter(|record| record.state == ExportReturnState::Admitted).cloned().collect()
}
