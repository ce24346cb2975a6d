//! Loading of which platforms something was found about payments: only of offices that review for that.

use std::collections::BTreeSet;

use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_storage::Tx;

use crate::clearing::batch::BatchError;
use crate::clearing::incoming::{Filed, FiledFacts, Incoming};
use crate::clearing::settings::Settings;
use crate::clearing::working_set::WorkingSet;

/// The platforms of the offices at which this batch may enter an import. They are read and not locked: what is found
/// counts from the next batch on.
pub(super) fn load_findings(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    batch: &[&Incoming],
    settings: &Settings,
    at: Moment,
) -> Result<(), BatchError> {
    if !settings.reviews_findings_somewhere() {
        return Ok(());
    }
    for office in offices(set, batch) {
        let days = settings.office(office).evidence_finding_days;
        if days <= 0 {
            continue;
        }
        let since = at.plus_days(days.saturating_neg());
        for platform in tx.platforms_found(&office.to_string(), since)? {
            set.put_finding(office, platform);
        }
    }
    Ok(())
}

/// The offices of what this batch lodges, and of what waits or is stored and was loaded.
fn offices(set: &WorkingSet, batch: &[&Incoming]) -> BTreeSet<OfficeCode> {
    let mut offices = BTreeSet::new();
    for incoming in batch {
        let Incoming::Document(submitted) = incoming else { continue };
        let Filed::Document(filed) = &submitted.filed else { continue };
        if let Ok(FiledFacts::Declaration(lodging)) = &filed.verdict {
            offices.insert(lodging.facts.office);
        }
    }
    let enters =
        |state: &ImportState| matches!(state, ImportState::Stored(_) | ImportState::Waiting { .. });
    offices.extend(
        set.declarations().filter(|record| enters(&record.state)).map(|record| record.facts.office),
    );
    offices
}
