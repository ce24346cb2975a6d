//! What a batch names.

use std::collections::BTreeSet;

use tongguan_domain::allowance::{AllowanceKey, LimitedQuantity, QuantityKey};
use tongguan_domain::bonded::StockKey;
use tongguan_domain::commerce::Part;
use tongguan_domain::facts::DeclarationFacts;
use tongguan_domain::ids::{DeclarationId, DeclarationNumber, PartyId, SealNumber, WaybillNumber};
use tongguan_storage::{ClosedExportKey, Partition, Partitions};

use super::export_returns::Returned;
use crate::clearing::consolidation::RequestKey;
use crate::clearing::incoming::{
    Filed, FiledDocument, FiledFacts, Incoming, Lodging, QuarantineCommand, ReturnCommand,
    TransitAct,
};
use crate::clearing::record::{ClaimKey, DeclarationRecord, DocumentKey, DocumentKind, DossierKey};
use crate::numbering::{partition_of, partition_of_number};

use super::balances::PRESENT;
use super::relay::RelayNamed;
use super::zone::ZoneNamed;

/// What a batch names, and what that leads to.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) claims: BTreeSet<ClaimKey>,
    /// Those whose documents lie with them, because they know no order.
    pub(super) parked: BTreeSet<ClaimKey>,
    /// Those of parcels that a report names: it moves their declarations and looks at nothing else.
    pub(super) moved: BTreeSet<ClaimKey>,
    /// Carriers and bills all of whose parcels arrived.
    pub(super) bills: BTreeSet<(PartyId, Box<str>)>,
    pub(super) dossiers: BTreeSet<DossierKey>,
    pub(super) declarations: BTreeSet<DeclarationId>,
    /// Those that are known to be of exports.
    pub(super) exports: BTreeSet<DeclarationId>,
    /// Exports that reports move.
    pub(super) moved_exports: BTreeSet<DeclarationId>,
    /// Dossiers of whose goods something comes back, and declarations of which it is known.
    pub(super) returning: (BTreeSet<DossierKey>, BTreeSet<DeclarationId>),
    /// Exports of which nothing but the number is known.
    pub(super) export_numbers: BTreeSet<DeclarationNumber>,
    /// Without a year where only the present one counts.
    pub(super) persons: BTreeSet<AllowanceKey>,
    /// Likewise.
    pub(super) quantities: BTreeSet<QuantityKey>,
    pub(super) guarantors: BTreeSet<PartyId>,
    pub(super) returned: Returned,
    /// Declarations whose goods may be under seal.
    pub(super) transits: BTreeSet<DeclarationId>,
    pub(super) seals: BTreeSet<SealNumber>,
    /// Whether something leaves the country: not while it is under seal.
    pub(super) departs: bool,
    pub(super) requests: BTreeSet<RequestKey>,
    /// Those that a portion of a request makes part of formal declarations.
    pub(super) closed: BTreeSet<ClosedExportKey>,
    pub(super) stocks: BTreeSet<StockKey>,
    pub(super) zone: ZoneNamed,
    pub(super) relay: RelayNamed,
}

impl Named {
    pub(super) fn of(batch: &[&Incoming]) -> Self {
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
                | Incoming::Declare { declaration, .. }
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
                Incoming::Cancellation(command) => named.request(&command.request),
                Incoming::GuaranteeChanged(queue) => named.declarations.extend(queue),
                Incoming::Consolidate(what) => named.consolidation(what),
                Incoming::Zone(document) => named.zone_document(document),
                Incoming::ZoneNews(news) => named.zone_news(news),
                // Nothing that is stored is looked at.
                Incoming::Relayed(_) => {}
                Incoming::RelayStep(step) => drop(named.relay.messages.insert(step.message)),
                Incoming::FromUpstream(came) => named.upstream_message(came),
            }
        }
        named
    }

    /// The partitions of all that, as far as they are known without looking; claims that are locked by themselves
    /// are of none.
    pub(super) fn partitions(&self) -> Partitions {
        let claims = self.claims.iter().chain(&self.moved);
        let claims = claims.filter(|claim| !claim.is_of_one_parcel()).chain(&self.parked);
        let dossiers = self.dossiers.iter().chain(&self.returning.0);
        let ids = self.declarations.iter().chain(&self.exports).chain(&self.transits);
        let numbers = self.export_numbers.iter();
        let mut partitions = Partitions::default();
        partitions.extend(claims.map(ClaimKey::bucket));
        partitions.extend(dossiers.map(|dossier| dossier.partition));
        partitions.extend(ids.map(|id| partition_of(id.0)));
        partitions.extend(numbers.filter_map(|number| partition_of_number(number.as_str())));
        partitions.extend(self.seals.iter().map(|seal| Partition::of_text(seal.as_str())));
        partitions.extend(self.requests.iter().map(RequestKey::bucket));
        partitions.extend(self.zone.partitions().chain(self.relay.partitions()));
        partitions
    }

    pub(super) fn document(&mut self, filed: &FiledDocument) {
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
        if let Ok(facts) = &filed.verdict {
            self.facts(filed, facts);
        }
    }

    /// A request to cancel leads to the declaration that it is known by, as its document does.
    fn request(&mut self, request: &DocumentKey) {
        self.dossiers.insert(request.dossier.clone());
        if request.kind == DocumentKind::ExportCancellation {
            let DocumentKey { kind, party, number, .. } = request.clone();
            self.export_numbers.extend(DeclarationNumber::parse(&number).ok());
            let claim = ClaimKey { kind, party, number };
            self.parked.insert(claim.clone());
            self.claims.insert(claim);
        }
    }

    /// What a document that is in order says leads further.
    fn facts(&mut self, filed: &FiledDocument, facts: &FiledFacts) {
        self.export_numbers.extend(facts.exports_named().iter().cloned());
        match facts {
            FiledFacts::Declaration(lodging) => self.import(lodging),
            FiledFacts::Export(lodging) => {
                let facts = &lodging.facts;
                let carrier = facts.parties.carrier;
                self.claims.insert(ClaimKey::of_export_waybill(carrier, &facts.waybill_no));
                let bill = facts.bill_no.as_deref();
                self.claims.extend(bill.map(|bill| ClaimKey::of_master_bill(carrier, bill)));
            }
            FiledFacts::Arrival(facts) => {
                self.first_part(filed, facts.part);
                self.moves(facts.carrier, &facts.waybills);
                if let Some(bill) = facts.whole_bill() {
                    self.claims.insert(ClaimKey::of_master_bill(facts.carrier, bill));
                    self.bills.insert((facts.carrier, bill.into()));
                }
            }
            FiledFacts::Departure(facts) => {
                self.first_part(filed, facts.part);
                self.moves(facts.carrier, &facts.waybills);
            }
            FiledFacts::MasterBill(facts) => {
                self.first_part(filed, facts.part);
                self.moves(facts.carrier, &facts.waybills);
                self.claims.insert(ClaimKey::of_master_bill(facts.carrier, &facts.bill.bill_no));
            }
            FiledFacts::WarehouseEntry(facts) => {
                let claims = facts.waybills.iter();
                self.claims.extend(claims.map(|number| waybill(facts.carrier, number)));
            }
            FiledFacts::Consolidation(requested) => {
                self.requests.insert(requested.key.clone());
            }
            _ => {}
        }
    }

    fn import(&mut self, lodging: &Lodging) {
        let facts = &lodging.facts;
        self.claims.insert(waybill(facts.carrier, &facts.waybill_no));
        let person = AllowanceKey { person: facts.buyer.person, year: PRESENT };
        self.allowance(person, &lodging.assessed.quantities);
        self.guarantors.insert(facts.guarantor);
        self.stocks(facts);
    }

    /// Whether something of the goods of that declaration comes back.
    pub(super) fn returns_goods_of(&self, declaration: &DeclarationRecord) -> bool {
        let (dossiers, declarations) = &self.returning;
        declarations.contains(&declaration.id) || dossiers.contains(&declaration.document.dossier)
    }

    /// The bonded stocks from which a declaration draws; mostly none.
    pub(super) fn stocks(&mut self, facts: &DeclarationFacts) {
        let Some(book) = facts.account_book.as_ref().filter(|_| facts.mode.is_bonded()) else {
            return;
        };
        let items = facts.items.iter().filter_map(|item| item.account_item.clone());
        self.stocks.extend(items.map(|item| StockKey { book: book.clone(), item }));
    }

    pub(super) fn allowance(&mut self, of: AllowanceKey, quantities: &[LimitedQuantity]) {
        self.persons.insert(of);
        self.quantities.extend(quantities.iter().map(|quantity| quantity.key(of)));
    }

    pub(super) fn moves(&mut self, carrier: PartyId, numbers: &[WaybillNumber]) {
        let claims = numbers.iter().map(|number| ClaimKey::of_export_waybill(carrier, number));
        self.moved.extend(claims);
    }

    /// The first part of a split report, by which it shows whether it was sent as a whole before.
    pub(super) fn first_part(&mut self, filed: &FiledDocument, part: Part) {
        if part != Part::WHOLE {
            let report = filed.key.report();
            let first = DocumentKey::of_report(report.kind, report.party, &report.number, 1);
            self.parked.insert(ClaimKey { number: first.number, ..report });
        }
    }

    pub(super) fn claim(&mut self, kind: DocumentKind, filed: &FiledDocument) {
        let (party, number) = (filed.key.party, filed.key.number.clone());
        let claim = ClaimKey { kind, party, number };
        if filed.key.dossier.order_no.is_empty() {
            self.parked.insert(claim.clone());
        }
        self.claims.insert(claim);
    }
}

/// The claim of a waybill of imports.
fn waybill(carrier: PartyId, number: &WaybillNumber) -> ClaimKey {
    ClaimKey { kind: DocumentKind::Waybill, party: carrier, number: number.as_str().into() }
}
