//! From audit events to the lists of parties and offices, and to the live figures.

use std::collections::BTreeSet;

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::event::{StoredEntryV1, StoredEvent, StoredSubjectV1};
use tongguan_storage::{
    Backoff, Event, OfficeParcel, Partition, PartyParcel, PastDeclaration, StorageError, Store,
    View, Writer,
};

use super::asked::requests_in;
use super::{ParcelsError, keys_of, past, standing};
use crate::figures::counted;
use crate::following::{TakenUp, Unread, everything};
use crate::review::{AnyDeclaration, Direction};

/// The name under which the projector follows the audit events.
pub const PARCELS: &str = "parcels";
/// Events read at a time: of some batches of clearing, and written in a transaction so short that whoever
/// clears on the same file hardly waits for it.
const PAGE: i64 = 256;

/// Keeps the lists of the parties and offices.
pub struct Projector {
    store: Store,
    writer: Writer,
}

impl Projector {
    /// Goes on where the last one stopped.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn open(store: &Store) -> Result<Self, StorageError> {
        Ok(Self { store: store.clone(), writer: store.writer()? })
    }

    /// Takes up some of what was decided since. Where another process does the same, one of them does each part.
    ///
    /// # Errors
    /// [`ParcelsError`]; what was taken up before stays so.
    pub fn take_up_some(&mut self) -> Result<TakenUp, ParcelsError> {
        let (unread, (rows, requests, figures, findings)) = self.store.read(|view| {
            let unread = Unread::<Event>::by(view, PARCELS, PAGE)?;
            let decided = decided_in(&unread.rows)?;
            let rows = rows_of(view, &declarations_in(&decided))?;
            let requests = requests_in(view, &decided)?;
            let findings = past::findings_in(&decided);
            let figures = counted(&unread.rows, &rows.parties)?;
            Ok::<_, ParcelsError>((unread, (rows, requests, figures, findings)))
        })?;
        if unread.steps.is_empty() {
            return Ok(unread.when(Ok(()))?);
        }
        let written = self.writer.retried(Backoff::default(), |tx| {
            // The cursors first: whoever loses them has read what may be old by now, and writes nothing.
            tx.move_cursors(PARCELS, &unread.steps)?;
            tx.insert_absent(&requests)?;
            tx.add_figures(&figures)?;
            tx.upsert(&rows.offices)?;
            tx.upsert(&rows.past)?;
            tx.insert_absent(&findings)?;
            tx.upsert(&rows.parties)
        });
        Ok(unread.when(written)?)
    }

    /// Takes up everything that was decided since; gives how many events that were.
    ///
    /// # Errors
    /// [`ParcelsError`]; what was taken up before stays so.
    pub fn take_up(&mut self) -> Result<usize, ParcelsError> {
        everything(|| self.take_up_some())
    }

    /// Forgets the lists, to be made anew from the first event on. Whoever follows beside it starts anew too.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn forget(&mut self) -> Result<(), StorageError> {
        self.writer.retried(Backoff::default(), |tx| tx.forget_parcels(PARCELS))
    }
}

/// What events say was decided.
fn decided_in(events: &[Event]) -> Result<Vec<StoredEntryV1>, ParcelsError> {
    let mut entries = Vec::new();
    for event in events {
        entries.extend(StoredEvent::decode(&event.body)?.entries);
    }
    Ok(entries)
}

/// The declarations that it is about.
fn declarations_in(decided: &[StoredEntryV1]) -> Vec<(Partition, DeclarationId)> {
    let mut ids = BTreeSet::new();
    for entry in decided {
        if let StoredSubjectV1::Declaration(id) | StoredSubjectV1::Export(id) = entry.subject {
            ids.insert(DeclarationId(id));
        }
    }
    keys_of(ids)
}

/// What is written of declarations as they stand.
#[derive(Default)]
struct Rows {
    /// One for each party.
    parties: Vec<PartyParcel>,
    /// One for the office.
    offices: Vec<OfficeParcel>,
    /// One for each whom it names: buyer, merchant and address.
    past: Vec<PastDeclaration>,
}

fn rows_of(view: &mut View<'_>, ids: &[(Partition, DeclarationId)]) -> Result<Rows, ParcelsError> {
    let mut rows = Rows::default();
    for (declaration, changed_at) in standing(view, ids)? {
        rows.offices.push(OfficeParcel {
            office: declaration.office().to_string(),
            declaration_id: declaration.id(),
            direction: Direction::code(declaration.direction()),
            state: i64::from(declaration.status().number()),
        });
        rows.parties.extend(listed(&declaration, changed_at));
        rows.past.extend(past::rows_of(&declaration));
    }
    Ok(rows)
}

fn listed(declaration: &AnyDeclaration, changed_at: Moment) -> impl Iterator<Item = PartyParcel> {
    let of = move |party: PartyId| PartyParcel {
        bucket: Partition::of_party(party),
        party_id: party,
        declaration_id: declaration.id(),
        direction: Direction::code(declaration.direction()),
        office: declaration.office().to_string(),
        state: i64::from(declaration.status().number()),
        merchant_id: declaration.merchant(),
        order_no: declaration.order_no().clone(),
        waybill_no: declaration.waybill_no().to_string(),
        pre_no: declaration.provisional_no().to_string(),
        invt_no: declaration.number().map(ToString::to_string),
        changed_at,
    };
    // Once each: a merchant may declare for itself.
    let parties: BTreeSet<_> = declaration.parties().into_iter().collect();
    parties.into_iter().map(of)
}
