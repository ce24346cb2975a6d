//! One decision in the making: it reads through to the working set and writes to itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tongguan_domain::allowance::{Allowance, AllowanceKey, QuantityAllowance, QuantityKey};
use tongguan_domain::bonded::{AccountBook, StockKey};
use tongguan_domain::filing::declared::StandingGoods;
use tongguan_domain::guarantee::Guarantee;
use tongguan_domain::ids::{
    AccountBookNumber, DeclarationId, DeclarationNumber, FormalDeclarationNumber, OfficeCode,
    PartyId, ReturnId, SealNumber,
};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_domain::transit::Transit;
use tongguan_storage::ClosedExportKey;

use crate::clearing::consolidation::{
    FormalRecord, Merged, PartRecord, RequestKey, RequestRecord, ResultPart,
};
use crate::clearing::outcome::{
    Cause, Entry, EvidenceDrawn, Noted, Posting, Repeat, Response, StockMove, Subject,
};
use crate::clearing::record::{
    Claim, ClaimKey, DeclarationRecord, DocumentKey, DocumentKind, DocumentRecord, DossierKey,
    ExportRecord, Facts, ReturnRecord, StockRecord,
};

use super::{Outcomes, Tables, WorkingSet};

/// One decision in the making.
#[derive(Debug)]
pub struct Draft<'s> {
    pub(super) base: &'s WorkingSet,
    pub(super) new: Tables,
    pub(super) outcomes: Outcomes,
}

/// A decision that was made.
#[derive(Debug)]
pub struct Decided {
    pub(super) new: Tables,
    pub(super) outcomes: Outcomes,
}

impl Draft<'_> {
    /// Ends the decision.
    pub fn finish(self) -> Decided {
        Decided { new: self.new, outcomes: self.outcomes }
    }

    /// The document of that key.
    pub fn document(&self, key: &DocumentKey) -> Option<&Arc<DocumentRecord>> {
        self.new.documents.get(key).or_else(|| self.base.loaded.documents.get(key))
    }

    /// The document of that key with the place and time of its newest response, which an export
    /// declaration's own record knows.
    pub fn standing(&self, key: &DocumentKey) -> Option<Arc<DocumentRecord>> {
        let document = self.document(key)?;
        let Some(export) = self.exported_as(document) else { return Some(document.clone()) };
        let (response_seq, replied_at) = (export.response_seq, export.replied_at);
        Some(Arc::new(DocumentRecord {
            response_seq,
            replied_at,
            ..DocumentRecord::clone(document)
        }))
    }

    /// The export declaration that a document is.
    pub fn exported_as(&self, document: &DocumentRecord) -> Option<&Arc<ExportRecord>> {
        match document.facts.as_deref() {
            Some(Facts::Export(id)) => self.export(*id),
            _ => None,
        }
    }

    /// The live documents of one kind in a dossier, in order of their keys.
    pub fn documents(&self, dossier: &DossierKey, kind: DocumentKind) -> Vec<&Arc<DocumentRecord>> {
        let first = DocumentKey {
            dossier: dossier.clone(),
            kind,
            party: PartyId(i64::MIN),
            number: "".into(),
        };
        let here = |key: &DocumentKey| key.kind == kind && key.dossier == *dossier;
        let keys: BTreeSet<&DocumentKey> = [&self.base.loaded.documents, &self.new.documents]
            .into_iter()
            .flat_map(|documents| documents.range(&first..).take_while(|(key, _)| here(key)))
            .map(|(key, _)| key)
            .collect();
        keys.into_iter()
            .filter_map(|key| self.document(key))
            .filter(|document| document.state.is_live())
            .collect()
    }

    /// The declaration of that id.
    pub fn declaration(&self, id: DeclarationId) -> Option<&Arc<DeclarationRecord>> {
        self.new.declarations.get(&id).or_else(|| self.base.loaded.declarations.get(&id))
    }

    /// The export declaration of that id.
    pub fn export(&self, id: DeclarationId) -> Option<&Arc<ExportRecord>> {
        self.new.exports.get(&id).or_else(|| self.base.loaded.exports.get(&id))
    }

    /// The export declaration of that 清单编号.
    pub fn export_numbered(&self, number: &DeclarationNumber) -> Option<&Arc<ExportRecord>> {
        let known = self.new.export_numbers.get(number);
        self.export(*known.or_else(|| self.base.loaded.export_numbers.get(number))?)
    }

    /// The returns of a declaration's goods, in order of request.
    pub fn returns_of(&self, declaration: DeclarationId) -> Vec<&Arc<ReturnRecord>> {
        let range = (declaration, ReturnId(i64::MIN))..=(declaration, ReturnId(i64::MAX));
        let mut returns: BTreeMap<_, _> = self.base.loaded.returns.range(range.clone()).collect();
        returns.extend(self.new.returns.range(range));
        returns.into_values().collect()
    }

    /// The claim of that key, vacant if nobody holds it.
    pub fn claim(&self, key: &ClaimKey, at: Moment) -> Claim {
        let known = self.new.claims.get(key).or_else(|| self.base.loaded.claims.get(key));
        known.cloned().unwrap_or_else(|| Claim::vacant(key.clone(), at))
    }

    /// The claims of a carrier's export waybills whose parcels travel under a bill, in order of their keys.
    pub fn claims_under_bill(&self, carrier: PartyId, bill_no: &str) -> Vec<Claim> {
        let tables = [&self.base.loaded.claims, &self.new.claims];
        let keys: BTreeSet<_> = tables
            .into_iter()
            .flat_map(HashMap::values)
            .filter(|claim| claim.bill_no.as_deref() == Some(bill_no))
            .map(|claim| &claim.key)
            .filter(|key| key.kind == DocumentKind::ExportWaybill && key.party == carrier)
            .collect();
        let under = |claim: &&Claim| claim.bill_no.as_deref() == Some(bill_no);
        let current = |key| self.new.claims.get(key).or_else(|| self.base.loaded.claims.get(key));
        keys.into_iter().filter_map(current).filter(under).cloned().collect()
    }

    /// The allowance of that key.
    pub fn allowance(&self, key: AllowanceKey) -> Allowance {
        let known = self.new.allowances.get(&key).or_else(|| self.base.loaded.allowances.get(&key));
        known.copied().unwrap_or_default()
    }

    /// The quantity allowance of that key.
    pub fn quantity(&self, key: QuantityKey) -> QuantityAllowance {
        let known = self.new.quantities.get(&key).or_else(|| self.base.loaded.quantities.get(&key));
        known.copied().unwrap_or_default()
    }

    /// The guarantee of that party, if it has given one.
    pub fn guarantee(&self, guarantor: PartyId) -> Option<Guarantee> {
        let known = self.new.guarantees.get(&guarantor);
        known.or_else(|| self.base.loaded.guarantees.get(&guarantor)).copied()
    }

    /// The transit of a declaration's goods, if they were ever sealed.
    pub fn transit(&self, declaration: DeclarationId) -> Option<&Arc<Transit>> {
        let known = self.new.transits.get(&declaration);
        known.or_else(|| self.base.loaded.transits.get(&declaration))
    }

    /// The transits under a seal, in no order.
    pub fn transits_under<'d>(
        &'d self,
        seal: &SealNumber,
    ) -> impl Iterator<Item = &'d Arc<Transit>> {
        let known = self.base.loaded.transits.keys().chain(self.new.transits.keys());
        known
            .filter_map(|declaration| self.transit(*declaration))
            .filter(move |transit| transit.sealing.seal == *seal)
    }

    /// The request to consolidate of that key.
    pub fn request(&self, key: &RequestKey) -> Option<&Arc<RequestRecord>> {
        self.new.requests.get(key).or_else(|| self.base.loaded.requests.get(key))
    }

    /// Whether a closed export is loaded and no part of a formal declaration yet, and nothing has come back
    /// of it beside so many returns.
    pub fn is_free(&self, closed: ClosedExportKey, returns: i64) -> bool {
        let (_, _, _, declaration) = closed;
        let known = self.export_returns_of(declaration).into_iter();
        let completed = known.filter(|record| record.state.released_at().is_some()).count();
        self.base.free.get(&closed) == Some(&returns)
            && i64::try_from(completed).is_ok_and(|completed| completed <= returns)
    }

    /// The account book of that number, if it is registered here.
    pub fn account_book(&self, number: &AccountBookNumber) -> Option<&AccountBook> {
        self.base.loaded.account_books.get(number)
    }

    /// The bonded stock of that key, if it is registered.
    pub fn stock(&self, key: &StockKey) -> Option<&StockRecord> {
        self.new.stocks.get(key).or_else(|| self.base.loaded.stocks.get(key))
    }

    /// Goods that a merchant has registered under that number.
    pub fn registered_goods(&self, merchant: PartyId, item_no: &str) -> Option<&StandingGoods> {
        self.base.loaded.goods.get(&merchant)?.get(item_no)
    }

    /// Whether something was found about a platform's payments, as the office looks back.
    pub fn has_findings(&self, office: OfficeCode, platform: PartyId) -> bool {
        self.base.loaded.findings.contains(&(office, platform))
    }

    /// What stood before this decision.
    pub fn before(&self) -> Self {
        self.base.draft()
    }

    /// Sets a document.
    pub fn set_document(&mut self, document: DocumentRecord) {
        self.new.documents.insert(document.key.clone(), Arc::new(document));
    }

    /// Sets when a document was last told something, if one stands under that key.
    pub fn set_replied_at(&mut self, key: &DocumentKey, replied_at: Moment) {
        let Some(standing) = self.document(key).cloned() else { return };
        match self.exported_as(&standing).cloned() {
            Some(export) => {
                self.set_export(ExportRecord { replied_at, ..ExportRecord::clone(&export) });
            }
            None => {
                let standing = DocumentRecord::clone(&standing);
                self.set_document(DocumentRecord { replied_at, ..standing });
            }
        }
    }

    /// Sets a declaration.
    pub fn set_declaration(&mut self, declaration: DeclarationRecord) {
        self.new.declarations.insert(declaration.id, Arc::new(declaration));
    }

    /// Sets an export declaration.
    pub fn set_export(&mut self, export: ExportRecord) {
        self.new.put_export(export);
    }

    /// Sets a return.
    pub fn set_return(&mut self, import_return: ReturnRecord) {
        let key = (import_return.declaration, import_return.id);
        self.new.returns.insert(key, Arc::new(import_return));
    }

    /// Sets a claim.
    pub fn set_claim(&mut self, claim: Claim) {
        self.new.claims.insert(claim.key.clone(), claim);
    }

    /// Sets an allowance.
    pub fn set_allowance(&mut self, key: AllowanceKey, allowance: Allowance) {
        self.new.allowances.insert(key, allowance);
    }

    /// Sets a quantity allowance.
    pub fn set_quantity(&mut self, key: QuantityKey, quantity: QuantityAllowance) {
        self.new.quantities.insert(key, quantity);
    }

    /// Sets a guarantee.
    pub fn set_guarantee(&mut self, guarantor: PartyId, guarantee: Guarantee) {
        self.new.guarantees.insert(guarantor, guarantee);
    }

    /// Sets the transit of a declaration's goods.
    pub fn set_transit(&mut self, declaration: DeclarationId, transit: Transit) {
        self.new.transits.insert(declaration, Arc::new(transit));
    }

    /// Sets a request to consolidate.
    pub fn set_request(&mut self, request: RequestRecord) {
        self.new.requests.insert(request.key.clone(), Arc::new(request));
    }

    /// Adds what a part of a request names.
    pub fn add_part(&mut self, part: PartRecord) {
        self.outcomes.consolidated.parts.push(part);
    }

    /// Adds a formal declaration.
    pub fn add_formal(&mut self, formal: FormalRecord) {
        self.outcomes.consolidated.forms.push(formal);
    }

    /// Makes a closed export part of a formal declaration.
    pub fn mark_consolidated(&mut self, merged: &Merged, formal: FormalDeclarationNumber) {
        self.outcomes.consolidated.marks.push((merged.closed, merged.returns, formal));
    }

    /// Has a part of a result sent.
    pub fn send_result(&mut self, result: ResultPart) {
        self.outcomes.consolidated.results.push(result);
    }

    /// Sets a bonded stock.
    pub fn set_stock(&mut self, key: StockKey, stock: StockRecord) {
        self.new.stocks.insert(key, stock);
    }

    /// Adds a movement of bonded stock.
    pub fn move_stock(&mut self, movement: StockMove) {
        self.outcomes.stock_moves.push(movement);
    }

    /// Adds a response.
    pub fn respond(&mut self, response: Response) {
        self.outcomes.responses.push(response);
    }

    /// Has stored responses sent once more.
    pub fn repeat(&mut self, repeat: Repeat) {
        self.outcomes.repeats.push(repeat);
    }

    /// Adds a posting.
    pub fn post(&mut self, posting: Posting) {
        self.outcomes.postings.push(posting);
    }

    /// Has the platform of a declaration asked for payment evidence.
    pub fn ask_for_evidence(&mut self, drawn: EvidenceDrawn) {
        self.outcomes.evidence.push(drawn);
    }

    /// Adds an audit entry.
    pub fn note(&mut self, entry: Entry) {
        // Of what nobody decided about the audit needs no before: its message or its time says why it is so.
        let before = match &entry.cause {
            Cause::Ruling { .. } | Cause::Command | Cause::Signed(_) => self.stood(&entry.subject),
            Cause::Document(_) | Cause::Delegated { .. } | Cause::Time | Cause::Guarantee => None,
        };
        self.outcomes.entries.push(Noted { entry, before });
    }

    /// Where something stood before this decision.
    fn stood(&self, subject: &Subject) -> Option<ReturnStatus> {
        let before = self.before();
        match subject {
            Subject::Declaration(id) => Some(before.declaration(*id)?.state.status()),
            Subject::Export(id) => Some(before.export(*id)?.state.status()),
            Subject::ExportReturn(id) => Some(before.export_return(*id)?.state.status()),
            Subject::Document(_)
            | Subject::Unkeyed(_)
            | Subject::Zone(..)
            | Subject::Relayed(_) => None,
        }
    }
}
