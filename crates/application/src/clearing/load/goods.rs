//! Loading registered goods that declarations are held against: only of offices that want that.

use std::collections::BTreeSet;

use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::facts::{DeclarationFacts, ExportFacts};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_storage::Tx;

use crate::clearing::batch::BatchError;
use crate::clearing::decide::goods::{lines_of_export, lines_of_import};
use crate::clearing::incoming::{Filed, FiledFacts, Incoming};
use crate::clearing::rows;
use crate::clearing::settings::{GoodsCheck, Settings};
use crate::clearing::working_set::WorkingSet;

/// The goods of everything that this batch may enter: what it lodges, and what waits or is stored and was loaded.
/// They are read and not locked: an officer's decision about goods counts from the next batch on.
pub(super) fn load_goods(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    batch: &[&Incoming],
    settings: &Settings,
) -> Result<(), BatchError> {
    if !settings.check_goods_somewhere() {
        return Ok(());
    }
    let keys = named(set, batch, settings);
    let keys = Vec::from_iter(keys.iter().map(|(merchant, item)| (*merchant, &**item)));
    for row in tx.registered_goods(&keys)? {
        let (merchant, item_no, goods) = rows::read_goods(row);
        set.put_goods(merchant, item_no, goods);
    }
    Ok(())
}

/// Merchants and item numbers.
fn named(
    set: &WorkingSet,
    batch: &[&Incoming],
    settings: &Settings,
) -> BTreeSet<(PartyId, Box<str>)> {
    let looks = |office: OfficeCode| settings.office(office).registered_goods != GoodsCheck::Off;
    let mut keys = BTreeSet::new();
    for incoming in batch {
        let Incoming::Document(submitted) = incoming else { continue };
        let Filed::Document(filed) = &submitted.filed else { continue };
        match &filed.verdict {
            Ok(FiledFacts::Declaration(lodging)) if looks(lodging.facts.office) => {
                keys.extend(of_import(&lodging.facts));
            }
            Ok(FiledFacts::Export(lodging)) if looks(lodging.facts.office) => {
                keys.extend(of_export(&lodging.facts));
            }
            _ => {}
        }
    }
    for record in set.declarations() {
        let enters = matches!(record.state, ImportState::Stored(_) | ImportState::Waiting { .. });
        if enters && looks(record.facts.office) {
            keys.extend(of_import(&record.facts));
        }
    }
    for record in set.exports() {
        let enters = matches!(record.state, ExportState::Stored | ExportState::Waiting { .. });
        if enters && looks(record.facts.office) {
            keys.extend(of_export(&record.facts));
        }
    }
    keys
}

fn of_import(facts: &DeclarationFacts) -> impl Iterator<Item = (PartyId, Box<str>)> {
    let items = lines_of_import(facts).filter_map(|line| line.item_no);
    items.map(|item| (facts.merchant, item.into()))
}

fn of_export(facts: &ExportFacts) -> impl Iterator<Item = (PartyId, Box<str>)> {
    let items = lines_of_export(facts).filter_map(|line| line.item_no);
    items.map(|item| (facts.parties.merchant, item.into()))
}
