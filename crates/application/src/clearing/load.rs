//! Loading what a batch names, in the one global lock order: claims, dossiers, declarations,
//! allowances, quantity allowances, guarantees, bonded stock.

mod export_returns;

mod consolidation;

use std::collections::BTreeSet;

use tongguan_domain::allowance::{Allowance, AllowanceKey, LimitedQuantity, QuantityKey};
use tongguan_domain::bonded::StockKey;
use tongguan_domain::commerce::Part;
use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::facts::DeclarationFacts;
use tongguan_domain::guarantee::Guarantee;
use tongguan_domain::ids::{DeclarationId, DeclarationNumber, PartyId, SealNumber, WaybillNumber};
use tongguan_domain::mark::Mark;
use tongguan_domain::time::Moment;
use tongguan_storage::{ClosedExportKey, Partition, Tx};

use super::batch::BatchError;
use super::consolidation::RequestKey;
use super::incoming::{
    Filed, FiledDocument, FiledFacts, Incoming, QuarantineCommand, ReturnCommand, Submitted,
    TransitAct,
};
use super::record::{
    ClaimKey, DeclarationRecord, DocumentKey, DocumentKind, DossierKey, ExportRecord, Facts,
};
use super::rows;
use super::working_set::WorkingSet;
use crate::numbering::{partition_of, partition_of_number};
use export_returns::{Returned, load_export_returns};

/// Loads everything that deciding `batch` may read.
pub fn load(tx: &mut Tx<'_>, batch: &[&Incoming], at: Moment) -> Result<WorkingSet, BatchError> {
    let mut set = WorkingSet::default();
    let mut named = Named::of(batch);
    follow_bills(tx, &mut named)?;
    consolidation::load(tx, &mut set, &mut named)?;
    load_claims(tx, &mut set, &mut named)?;
    load_dossiers(tx, &mut set, &mut named)?;
    load_linked(tx, &mut set, &mut named, batch)?;
    let first = load_declarations(tx, &mut set, &named.declarations)?;
    follow_declarations(tx, &mut set, &mut named, &first)?;
    load_returns(tx, &mut set, &named)?;
    follow_numbers(tx, &mut named)?;
    load_exports(tx, &mut set, &mut named)?;
    load_export_returns(tx, &mut set, std::mem::take(&mut named.returned))?;
    load_transits(tx, &mut set, &named)?;
    load_allowances(tx, &mut set, &named, at)?;
    load_quantities(tx, &mut set, &named, at)?;
    load_guarantees(tx, &mut set, &mut named)?;
    load_stocks(tx, &mut set, &named)?;
    Ok(set)
}

/// What a batch names, and what that leads to.
#[derive(Debug, Default)]
struct Named {
    claims: BTreeSet<ClaimKey>,
    /// Those whose documents lie with them, because they know no order.
    parked: BTreeSet<ClaimKey>,
    /// Those of parcels that a report names: it moves their declarations and looks at nothing else.
    moved: BTreeSet<ClaimKey>,
    /// Carriers and bills all of whose parcels arrived.
    bills: BTreeSet<(PartyId, Box<str>)>,
    dossiers: BTreeSet<DossierKey>,
    declarations: BTreeSet<DeclarationId>,
    /// Those that are known to be of exports.
    exports: BTreeSet<DeclarationId>,
    /// Exports that reports move.
    moved_exports: BTreeSet<DeclarationId>,
    /// Dossiers of whose goods something comes back, and declarations of which it is known.
    returning: (BTreeSet<DossierKey>, BTreeSet<DeclarationId>),
    /// Exports of which nothing but the number is known.
    export_numbers: BTreeSet<DeclarationNumber>,
    /// Without a year where only the present one counts.
    persons: BTreeSet<AllowanceKey>,
    /// Likewise.
    quantities: BTreeSet<QuantityKey>,
    guarantors: BTreeSet<PartyId>,
    returned: Returned,
    /// Declarations whose goods may be under seal.
    transits: BTreeSet<DeclarationId>,
    seals: BTreeSet<SealNumber>,
    /// Whether something leaves the country: not while it is under seal.
    departs: bool,
    requests: BTreeSet<RequestKey>,
    /// Those that a portion of a request makes part of formal declarations.
    closed: BTreeSet<ClosedExportKey>,
    stocks: BTreeSet<StockKey>,
}

impl Named {
    fn of(batch: &[&Incoming]) -> Self {
        let mut named = Self::default();
        for incoming in batch {
            match incoming {
                Incoming::Document(submitted) => match &submitted.filed {
                    Filed::Document(filed) => named.document(filed),
                    Filed::TurnedAway { .. } => {}
                },
                Incoming::Ruling { declaration, .. } => {
                    named.declarations.insert(*declaration);
                    named.transits.insert(*declaration);
                }
                Incoming::Transit(command) => {
                    named.declarations.insert(command.declaration);
                    named.transits.insert(command.declaration);
                    if let TransitAct::Seal { seal, .. } = &command.act {
                        named.seals.insert(seal.clone());
                    }
                }
                Incoming::Quarantine(QuarantineCommand { declaration, .. })
                | Incoming::Declare(declaration)
                | Incoming::Due(declaration) => {
                    named.declarations.insert(*declaration);
                }
                Incoming::ExportReturnRuling { id, .. } | Incoming::Exchange { id, .. } => {
                    named.returned.declaration(id.declaration);
                }
                Incoming::Return(ReturnCommand { declaration, .. }) => {
                    named.declarations.insert(*declaration);
                    named.returning.1.insert(*declaration);
                }
                Incoming::GuaranteeChanged(queue) => named.declarations.extend(queue),
                Incoming::Consolidate(what) => named.consolidation(what),
            }
        }
        named
    }

    fn document(&mut self, filed: &FiledDocument) {
        self.dossiers.insert(filed.key.dossier.clone());
        self.returned.document(filed);
        self.departs |= filed.key.kind == DocumentKind::Departure;
        match filed.key.kind {
            DocumentKind::Payment => self.claim(DocumentKind::Payment, filed),
            DocumentKind::Waybill | DocumentKind::Delivery => {
                self.claim(DocumentKind::Waybill, filed);
            }
            kind @ (DocumentKind::ExportWaybill
            | DocumentKind::ExportCancellation
            | DocumentKind::ExportReturn
            | DocumentKind::ReturnTally
            | DocumentKind::Consolidation
            | DocumentKind::WarehouseEntry) => self.claim(kind, filed),
            kind @ (DocumentKind::Arrival | DocumentKind::Departure | DocumentKind::MasterBill) => {
                self.claim(kind, filed);
                self.claims.insert(filed.key.report());
            }
            DocumentKind::Order
            | DocumentKind::Declaration
            | DocumentKind::ExportOrder
            | DocumentKind::Collection
            | DocumentKind::Export
            | DocumentKind::Cancellation => {}
            DocumentKind::Return => {
                self.returning.0.insert(filed.key.dossier.clone());
            }
        }
        match &filed.verdict {
            Ok(FiledFacts::Export(lodging)) => {
                let facts = &lodging.facts;
                let carrier = facts.parties.carrier;
                self.claims.insert(ClaimKey::of_export_waybill(carrier, &facts.waybill_no));
                let bill = facts.bill_no.as_deref();
                self.claims.extend(bill.map(|bill| ClaimKey::of_master_bill(carrier, bill)));
            }
            Ok(FiledFacts::Arrival(facts)) => {
                self.first_part(filed, facts.part);
                self.moves(facts.carrier, &facts.waybills);
                if let Some(bill) = facts.whole_bill() {
                    self.claims.insert(ClaimKey::of_master_bill(facts.carrier, bill));
                    self.bills.insert((facts.carrier, bill.into()));
                }
            }
            Ok(FiledFacts::Departure(facts)) => {
                self.first_part(filed, facts.part);
                self.moves(facts.carrier, &facts.waybills);
            }
            Ok(FiledFacts::MasterBill(facts)) => {
                self.first_part(filed, facts.part);
                self.moves(facts.carrier, &facts.waybills);
                self.claims.insert(ClaimKey::of_master_bill(facts.carrier, &facts.bill.bill_no));
            }
            Ok(FiledFacts::WarehouseEntry(facts)) => {
                self.claims.extend(facts.waybills.iter().map(|number| ClaimKey {
                    kind: DocumentKind::Waybill,
                    party: facts.carrier,
                    number: number.as_str().into(),
                }));
            }
            _ => {}
        }
        if let Ok(FiledFacts::Consolidation(requested)) = &filed.verdict {
            self.requests.insert(requested.key.clone());
        }
        if let Ok(facts) = &filed.verdict {
            self.export_numbers.extend(facts.exports_named().iter().cloned());
        }
        if let Ok(FiledFacts::Declaration(lodging)) = &filed.verdict {
            self.claims.insert(ClaimKey {
                kind: DocumentKind::Waybill,
                party: lodging.facts.carrier,
                number: lodging.facts.waybill_no.as_str().into(),
            });
            let person = AllowanceKey { person: lodging.facts.buyer.person, year: PRESENT };
            self.allowance(person, &lodging.assessed.quantities);
            self.guarantors.insert(lodging.facts.guarantor);
            self.stocks(&lodging.facts);
        }
    }

    /// Whether something of the goods of that declaration comes back.
    fn returns_goods_of(&self, declaration: &DeclarationRecord) -> bool {
        let (dossiers, declarations) = &self.returning;
        declarations.contains(&declaration.id) || dossiers.contains(&declaration.document.dossier)
    }

    /// The bonded stocks from which a declaration draws; mostly none.
    fn stocks(&mut self, facts: &DeclarationFacts) {
        let Some(book) = facts.account_book.as_ref().filter(|_| facts.mode.is_bonded()) else {
            return;
        };
        let items = facts.items.iter().filter_map(|item| item.account_item.clone());
        self.stocks.extend(items.map(|item| StockKey { book: book.clone(), item }));
    }

    fn allowance(&mut self, of: AllowanceKey, quantities: &[LimitedQuantity]) {
        self.persons.insert(of);
        self.quantities.extend(quantities.iter().map(|quantity| quantity.key(of)));
    }

    fn moves(&mut self, carrier: PartyId, numbers: &[WaybillNumber]) {
        let claims = numbers.iter().map(|number| ClaimKey::of_export_waybill(carrier, number));
        self.moved.extend(claims);
    }

    /// The first part of a split report, by which it shows whether it was sent as a whole before.
    fn first_part(&mut self, filed: &FiledDocument, part: Part) {
        if part != Part::WHOLE {
            let report = filed.key.report();
            let first = DocumentKey::of_report(report.kind, report.party, &report.number, 1);
            self.parked.insert(ClaimKey { number: first.number, ..report });
        }
    }

    fn claim(&mut self, kind: DocumentKind, filed: &FiledDocument) {
        let (party, number) = (filed.key.party, filed.key.number.clone());
        let claim = ClaimKey { kind, party, number };
        if filed.key.dossier.order_no.is_empty() {
            self.parked.insert(claim.clone());
        }
        self.claims.insert(claim);
    }
}

/// Bills lead to the claims of their parcels.
fn follow_bills(tx: &mut Tx<'_>, named: &mut Named) -> Result<(), BatchError> {
    for (carrier, bill_no) in &named.bills {
        let claims = tx.claims_under_bill(DocumentKind::ExportWaybill.code(), *carrier, bill_no)?;
        let keys = claims.iter().map(|claim| claim.number.as_str()).map(|number| ClaimKey {
            kind: DocumentKind::ExportWaybill,
            party: *carrier,
            number: number.into(),
        });
        named.moved.extend(keys);
    }
    Ok(())
}

/// A link that is changed or deleted leads to the parcels that it named before.
fn load_linked(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
    batch: &[&Incoming],
) -> Result<(), BatchError> {
    let mut further = Named::default();
    let draft = set.draft();
    for incoming in batch {
        let Incoming::Document(Submitted { filed: Filed::Document(filed), .. }) = incoming else {
            continue;
        };
        if filed.key.kind != DocumentKind::MasterBill {
            continue;
        }
        let standing = draft.document(&filed.key).and_then(|standing| standing.facts.as_deref());
        if let Some(Facts::MasterBill(link)) = standing {
            further.moves(link.carrier, &link.waybills);
        }
    }
    further.moved.retain(|claim| !named.claims.contains(claim) && !named.moved.contains(claim));
    if further.moved.is_empty() {
        return Ok(());
    }
    load_claims(tx, set, &mut further)?;
    named.moved_exports.append(&mut further.moved_exports);
    named.moved.append(&mut further.moved);
    Ok(())
}

/// Claims lead to the dossiers that hold them and to the declarations that name them.
fn load_claims(tx: &mut Tx<'_>, set: &mut WorkingSet, named: &mut Named) -> Result<(), BatchError> {
    let keys: Vec<_> = named
        .claims
        .union(&named.moved)
        .map(|key| (key.bucket(), key.kind.code(), key.party, &*key.number))
        .collect();
    for row in tx.claims(&keys)? {
        let Some(claim) = rows::read_claim(row)? else { continue };
        if !named.claims.contains(&claim.key) {
            named.moved_exports.extend(claim.declaration);
            set.put_claim(claim);
            continue;
        }
        named.dossiers.extend(claim.document.clone());
        match claim.key.kind {
            DocumentKind::ExportWaybill => named.exports.extend(claim.declaration),
            _ => named.declarations.extend(claim.declaration),
        }
        if claim.parked {
            named.parked.insert(claim.key.clone());
        }
        set.put_claim(claim);
    }
    Ok(())
}

/// Dossiers hold documents; that of a declaration leads to its record.
fn load_dossiers(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
) -> Result<(), BatchError> {
    let of_orders = named.dossiers.iter().filter(|dossier| !dossier.order_no.is_empty());
    let keys: Vec<_> = of_orders.map(|dossier| (dossier.partition, &*dossier.order_no)).collect();
    let mut documents = tx.documents_of_orders(&keys)?;
    if !named.parked.is_empty() {
        let keys: Vec<_> = named
            .parked
            .iter()
            .flat_map(|claim| {
                let kinds: &[_] = match claim.kind {
                    DocumentKind::ExportWaybill => &[DocumentKind::ExportWaybill],
                    DocumentKind::Arrival => &[DocumentKind::Arrival],
                    DocumentKind::Departure => &[DocumentKind::Departure],
                    DocumentKind::ExportReturn => &[DocumentKind::ExportReturn],
                    DocumentKind::ReturnTally => &[DocumentKind::ReturnTally],
                    DocumentKind::ExportCancellation => &[DocumentKind::ExportCancellation],
                    DocumentKind::MasterBill => &[DocumentKind::MasterBill],
                    DocumentKind::Consolidation => &[DocumentKind::Consolidation],
                    DocumentKind::WarehouseEntry => &[DocumentKind::WarehouseEntry],
                    _ => &[DocumentKind::Waybill, DocumentKind::Delivery],
                };
                let key = |kind: &DocumentKind| {
                    (claim.bucket(), "", kind.code(), claim.party, &*claim.number)
                };
                kinds.iter().map(key)
            })
            .collect();
        documents.extend(tx.documents(&keys)?);
    }
    for row in documents {
        let document = rows::read_document(row)?;
        match document.facts.as_deref() {
            Some(Facts::Declaration(id)) => {
                named.declarations.insert(*id);
            }
            Some(Facts::Export(id)) => {
                named.exports.insert(*id);
            }
            _ => {}
        }
        if let Some(facts) = &document.facts {
            named.returned.standing(facts);
        }
        set.put_document(document);
    }
    Ok(())
}

fn load_declarations(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    ids: &BTreeSet<DeclarationId>,
) -> Result<Vec<DeclarationId>, BatchError> {
    let keys: Vec<_> = ids.iter().map(|id| (partition_of(id.0), *id)).collect();
    let mut loaded = Vec::with_capacity(keys.len());
    for row in tx.declarations(&keys)? {
        let declaration = rows::read_declaration(row)?;
        loaded.push(declaration.id);
        set.put_declaration(declaration);
    }
    Ok(loaded)
}

/// A declaration leads back: to its own dossier, to its waybill's claim and what holds that, another
/// declaration too. This is needed where something else than its own documents named it.
fn follow_declarations(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
    loaded: &[DeclarationId],
) -> Result<(), BatchError> {
    let mut further = Named::default();
    for declaration in set.declarations().filter(|declaration| loaded.contains(&declaration.id)) {
        let facts = &declaration.facts;
        let claim = ClaimKey {
            kind: DocumentKind::Waybill,
            party: facts.carrier,
            number: facts.waybill_no.as_str().into(),
        };
        if !named.claims.contains(&claim) {
            further.claims.insert(claim);
        }
        if !named.dossiers.contains(&declaration.document.dossier) {
            further.dossiers.insert(declaration.document.dossier.clone());
        }
        // Those that are over let go of nothing any more; a release may be undone.
        if declaration.state.is_live() {
            named.stocks(facts);
        }
        let returns = named.returns_goods_of(declaration);
        if let Some((of, quantities)) = takes(declaration).or(used(declaration).filter(|_| returns))
        {
            named.allowance(of, quantities);
            named.guarantors.insert(facts.guarantor);
        }
    }
    if further.claims.is_empty() && further.dossiers.is_empty() {
        return Ok(());
    }
    load_claims(tx, set, &mut further)?;
    load_dossiers(tx, set, &mut further)?;
    further.declarations.retain(|id| !loaded.contains(id));
    load_declarations(tx, set, &further.declarations).map(drop)
}

/// The returns of the declarations of whose goods something comes back.
fn load_returns(tx: &mut Tx<'_>, set: &mut WorkingSet, named: &Named) -> Result<(), BatchError> {
    let returning = set.declarations().filter(|declaration| named.returns_goods_of(declaration));
    let keys = returning.map(|declaration| (partition_of(declaration.id.0), declaration.id));
    let keys: Vec<_> = keys.collect();
    if keys.is_empty() {
        return Ok(());
    }
    for row in tx.returns_of(&keys)? {
        set.put_return(rows::read_return(row)?);
    }
    Ok(())
}

/// Numbers lead to export declarations.
fn follow_numbers(tx: &mut Tx<'_>, named: &mut Named) -> Result<(), BatchError> {
    let keys: Vec<_> = named
        .export_numbers
        .iter()
        .filter_map(|number| Some((partition_of_number(number.as_str())?, number.as_str())))
        .collect();
    if !keys.is_empty() {
        named.exports.extend(tx.exports_numbered(&keys)?.into_iter().map(|row| row.declaration_id));
    }
    Ok(())
}

/// Export declarations, those among the ids of which nobody said what they are too. Each leads back to
/// its own dossier and to its waybill's claim.
fn load_exports(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
) -> Result<(), BatchError> {
    let imports: BTreeSet<_> = set.declarations().map(|import| import.id).collect();
    named.exports.extend(named.declarations.difference(&imports));
    load_moved(tx, set, &named.moved_exports)?;
    if named.exports.is_empty() {
        return Ok(());
    }
    let mut further = Named::default();
    for export in read_exports(tx, &named.exports)? {
        let claim = export.waybill_claim();
        // What is only stored may be declared, and looks for its bill's arrival then.
        let bill = export.facts.bill_no.as_deref().filter(|_| export.state == ExportState::Stored);
        let bill = bill.map(|bill| ClaimKey::of_master_bill(claim.party, bill));
        let claims = [Some(claim), bill].into_iter().flatten();
        further.claims.extend(claims.filter(|claim| !named.claims.contains(claim)));
        if !named.dossiers.contains(&export.document.dossier) {
            further.dossiers.insert(export.document.dossier.clone());
        }
        set.put_export(export);
    }
    load_claims(tx, set, &mut further)?;
    load_dossiers(tx, set, &mut further)?;
    further.exports.retain(|id| !named.exports.contains(id));
    for export in read_exports(tx, &further.exports)? {
        set.put_export(export);
    }
    Ok(())
}

/// Export declarations that a report moves, each with its own document, which is answered.
fn load_moved(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    ids: &BTreeSet<DeclarationId>,
) -> Result<(), BatchError> {
    let exports = read_exports(tx, ids)?;
    let mut keys: Vec<_> = exports
        .iter()
        .map(|export| {
            let DocumentKey { dossier, kind, party, number } = &export.document;
            (dossier.partition, &*dossier.order_no, kind.code(), *party, &**number)
        })
        .collect();
    keys.sort_unstable();
    for row in tx.documents(&keys)? {
        set.put_document(rows::read_document(row)?);
    }
    for export in exports {
        set.put_export(export);
    }
    Ok(())
}

fn read_exports(
    tx: &mut Tx<'_>,
    ids: &BTreeSet<DeclarationId>,
) -> Result<Vec<ExportRecord>, BatchError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = ids.iter().map(|id| (partition_of(id.0), *id)).collect();
    Ok(tx.exports(&keys)?.into_iter().map(rows::read_export).collect::<Result<_, _>>()?)
}

/// The transits of goods that are under seal: those that a command is about, others under the same
/// seal, and those of goods that leave.
fn load_transits(tx: &mut Tx<'_>, set: &mut WorkingSet, named: &Named) -> Result<(), BatchError> {
    let leaving = set.exports().filter(|export| {
        named.departs && matches!(export.state, ExportState::Released(_) | ExportState::Recalled(_))
    });
    let ids: BTreeSet<_> =
        named.transits.iter().copied().chain(leaving.map(|export| export.id)).collect();
    let keys: Vec<_> = ids.iter().map(|id| (partition_of(id.0), *id)).collect();
    let mut found = Vec::new();
    if !keys.is_empty() {
        found.extend(tx.transits(&keys)?);
    }
    if !named.seals.is_empty() {
        let seals: Vec<_> = named.seals.iter().map(|seal| (seal.as_str(),)).collect();
        found.extend(tx.transits_sealed(&seals)?);
    }
    for row in found {
        let (id, transit) = rows::read_transit(row)?;
        set.put_transit(id, transit);
    }
    Ok(())
}

/// What deciding about a declaration may take of its buyer's accounts or give back to them; nothing where
/// it can touch neither those nor the guarantor's.
fn takes(declaration: &DeclarationRecord) -> Option<(AllowanceKey, &[LimitedQuantity])> {
    if let ImportState::Stored(assessed) = &declaration.state {
        let person = declaration.facts.buyer.person;
        return Some((AllowanceKey { person, year: PRESENT }, &assessed.quantities));
    }
    let reservation = declaration.state.reservation()?;
    Some((reservation.key, &reservation.quantities))
}

/// What a released declaration used of its buyer's accounts, which a return gives back.
const fn used(declaration: &DeclarationRecord) -> Option<(AllowanceKey, &[LimitedQuantity])> {
    match &declaration.state {
        ImportState::Released(release) | ImportState::Closed(release) => {
            Some((release.used.key, release.used.quantities.as_slice()))
        }
        _ => None,
    }
}

/// The year of a key that stands for the present one alone.
const PRESENT: i16 = 0;

/// What is needed of a person: the present year, and the year of a reservation.
fn years(key: AllowanceKey, at: Moment) -> impl Iterator<Item = AllowanceKey> {
    let year = at.china_day().year();
    [AllowanceKey { year, ..key }, key].into_iter().filter(|key| key.year != PRESENT)
}

fn load_allowances(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &Named,
    at: Moment,
) -> Result<(), BatchError> {
    let keys: BTreeSet<_> = named
        .persons
        .iter()
        .flat_map(|key| years(*key, at))
        .map(|key| (rows::allowance_bucket(key), key.person.to_bytes(), i64::from(key.year)))
        .collect();
    let keys: Vec<(Partition, [u8; 16], i64)> = keys.into_iter().collect();
    for row in tx.lock_allowances(&keys)? {
        let year = i16::try_from(row.year).unwrap_or_default();
        let key = AllowanceKey { person: Mark::from_bytes(row.person), year };
        set.put_allowance(key, Allowance { reserved: row.reserved, used: row.used });
    }
    Ok(())
}

/// Of each limited line too, which few parcels have: without one there is nothing to load.
fn load_quantities(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &Named,
    at: Moment,
) -> Result<(), BatchError> {
    let keys: BTreeSet<_> = named
        .quantities
        .iter()
        .flat_map(|key| years(key.of, at).map(|of| QuantityKey { of, ..*key }))
        .collect();
    let keys: Vec<_> = keys.iter().map(rows::quantity_key).collect();
    for row in tx.lock_quantity_allowances(&keys)? {
        let (key, quantity) = rows::read_quantity(&row)?;
        set.put_quantity(key, quantity);
    }
    Ok(())
}

fn load_guarantees(
    tx: &mut Tx<'_>,
    set: &mut WorkingSet,
    named: &mut Named,
) -> Result<(), BatchError> {
    let keys: Vec<_> = named.guarantors.iter().map(|id| (Partition::of_party(*id), *id)).collect();
    for row in tx.lock_guarantees(&keys)? {
        let guarantee = Guarantee {
            granted: row.granted,
            held: row.held,
            queued: row.queued,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        };
        set.put_guarantee(row.party_id, guarantee);
    }
    Ok(())
}

/// Of bonded goods alone, and only where their account book is kept here.
fn load_stocks(tx: &mut Tx<'_>, set: &mut WorkingSet, named: &Named) -> Result<(), BatchError> {
    if named.stocks.is_empty() {
        return Ok(());
    }
    let books: BTreeSet<_> = named.stocks.iter().map(|key| rows::book_key(&key.book)).collect();
    for row in tx.account_books(&Vec::from_iter(books))? {
        set.put_account_book(rows::read_book(row)?);
    }
    let keys: Vec<_> = named.stocks.iter().map(rows::stock_key).collect();
    for row in tx.lock_bonded_stocks(&keys)? {
        let (key, stock) = rows::read_stock(row)?;
        set.put_stock(key, stock);
    }
    Ok(())
}
