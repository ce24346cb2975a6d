//! One batch's view of the store: loaded once, changed by each decision in order of arrival, written
//! once.
//!
//! A decision works on a [`Draft`]: it reads through to the set and writes to itself. Only a draft that
//! was decided without a panic is merged, so a document that breaks the rules' code touches nothing.

mod returned;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tongguan_domain::allowance::{Allowance, AllowanceKey, QuantityAllowance, QuantityKey};
use tongguan_domain::bonded::{AccountBook, StockKey};
use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::guarantee::Guarantee;
use tongguan_domain::ids::{
    AccountBookNumber, DeclarationId, DeclarationNumber, FormalDeclarationNumber, PartyId,
    ReturnId, SealNumber,
};
use tongguan_domain::time::Moment;
use tongguan_domain::transit::Transit;
use tongguan_storage::ClosedExportKey;

use super::consolidation::{FormalRecord, PartRecord, RequestKey, RequestRecord, ResultPart};
use super::outcome::{Entry, Posting, Repeat, Response, StockMove};
use super::record::{
    Claim, ClaimKey, DeclarationRecord, DocumentKey, DocumentKind, DocumentRecord, DossierKey,
    ExportRecord, ReturnRecord, StockRecord,
};

use returned::{Returned, ReturnedKeys};

pub use returned::ReturnedChanges;

/// Records by key.
#[derive(Debug, Default)]
struct Tables {
    documents: BTreeMap<DocumentKey, Arc<DocumentRecord>>,
    declarations: HashMap<DeclarationId, Arc<DeclarationRecord>>,
    exports: HashMap<DeclarationId, Arc<ExportRecord>>,
    export_numbers: HashMap<DeclarationNumber, DeclarationId>,
    returns: BTreeMap<(DeclarationId, ReturnId), Arc<ReturnRecord>>,
    claims: HashMap<ClaimKey, Claim>,
    allowances: HashMap<AllowanceKey, Allowance>,
    quantities: HashMap<QuantityKey, QuantityAllowance>,
    guarantees: HashMap<PartyId, Guarantee>,
    returned: Returned,
    transits: HashMap<DeclarationId, Arc<Transit>>,
    requests: BTreeMap<RequestKey, Arc<RequestRecord>>,
    account_books: HashMap<AccountBookNumber, AccountBook>,
    stocks: HashMap<StockKey, StockRecord>,
}

impl Tables {
    fn put_export(&mut self, export: ExportRecord) {
        if let Some(number) = export.state.number() {
            self.export_numbers.insert(number.clone(), export.id);
        }
        self.exports.insert(export.id, Arc::new(export));
    }
}

/// What decisions bring forth besides changed records.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Responses, in order of decision.
    pub responses: Vec<Response>,
    /// Responses to be sent once more.
    pub repeats: Vec<Repeat>,
    /// Postings, in order of decision.
    pub postings: Vec<Posting>,
    /// Movements of bonded stock, in order of decision.
    pub stock_moves: Vec<StockMove>,
    /// Audit entries, in order of decision.
    pub entries: Vec<Entry>,
    /// What was consolidated.
    pub consolidated: Consolidated,
}

/// What consolidation brings forth.
#[derive(Debug, Default)]
pub struct Consolidated {
    /// The numbers that parts of requests name.
    pub parts: Vec<PartRecord>,
    /// Formal declarations.
    pub forms: Vec<FormalRecord>,
    /// Closed exports that are part of them, each with the number of the first.
    pub marks: Vec<(ClosedExportKey, FormalDeclarationNumber)>,
    /// Results for the outbox.
    pub results: Vec<ResultPart>,
}

/// Everything that one batch reads and changes.
#[derive(Debug, Default)]
pub struct WorkingSet {
    loaded: Tables,
    before: Before,
    changed: Changed,
    outcomes: Outcomes,
    /// Closed exports that are no part of a formal declaration.
    free: BTreeSet<ClosedExportKey>,
}

/// What was loaded, where writing needs to know what changed.
#[derive(Debug, Default)]
struct Before {
    waiting: HashMap<DeclarationId, DocumentKey>,
    allowances: HashMap<AllowanceKey, Allowance>,
    quantities: HashMap<QuantityKey, QuantityAllowance>,
    guarantees: HashMap<PartyId, Guarantee>,
    stocks: HashMap<StockKey, StockRecord>,
}

/// Which records have to be written.
#[derive(Debug, Default)]
struct Changed {
    documents: BTreeSet<DocumentKey>,
    declarations: BTreeSet<DeclarationId>,
    exports: BTreeSet<DeclarationId>,
    returns: BTreeSet<(DeclarationId, ReturnId)>,
    claims: BTreeSet<ClaimKey>,
    allowances: BTreeSet<AllowanceKey>,
    quantities: BTreeSet<QuantityKey>,
    guarantees: BTreeSet<PartyId>,
    returned: ReturnedKeys,
    transits: BTreeSet<DeclarationId>,
    requests: BTreeSet<RequestKey>,
    stocks: BTreeSet<StockKey>,
}

/// What one batch has to write, each record once and in order of its key.
#[derive(Debug)]
pub struct Changes {
    /// Documents as they now stand.
    pub documents: Vec<Arc<DocumentRecord>>,
    /// Declarations as they now stand.
    pub declarations: Vec<Arc<DeclarationRecord>>,
    /// Export declarations as they now stand.
    pub exports: Vec<Arc<ExportRecord>>,
    /// Returns of imported goods as they now stand.
    pub returns: Vec<Arc<ReturnRecord>>,
    /// Declarations that were waiting and are not any more, with their documents.
    pub ended_waiting: Vec<(DeclarationId, DocumentKey)>,
    /// Claims as they now stand.
    pub claims: Vec<Claim>,
    /// Allowances: before and after.
    pub allowances: Vec<(AllowanceKey, Allowance, Allowance)>,
    /// Quantity allowances: before and after.
    pub quantities: Vec<(QuantityKey, QuantityAllowance, QuantityAllowance)>,
    /// Guarantees: before and after.
    pub guarantees: Vec<(PartyId, Guarantee, Guarantee)>,
    /// Returns of exported goods and their parcels as they now stand.
    pub returned: ReturnedChanges,
    /// Transits as they now stand, with the declarations whose goods they are.
    pub transits: Vec<(DeclarationId, Arc<Transit>)>,
    /// Requests to consolidate as they now stand.
    pub requests: Vec<Arc<RequestRecord>>,
    /// Bonded stocks: before and after.
    pub stocks: Vec<(StockKey, StockRecord, StockRecord)>,
    /// Responses, postings and audit entries.
    pub outcomes: Outcomes,
}

impl WorkingSet {
    /// Takes in a document that was loaded.
    pub fn put_document(&mut self, document: DocumentRecord) {
        self.loaded.documents.insert(document.key.clone(), Arc::new(document));
    }

    /// Takes in a declaration that was loaded.
    pub fn put_declaration(&mut self, declaration: DeclarationRecord) {
        let declaration = Arc::new(declaration);
        if matches!(declaration.state, ImportState::Waiting { .. }) {
            self.before.waiting.insert(declaration.id, declaration.document.clone());
        }
        self.loaded.declarations.insert(declaration.id, declaration);
    }

    /// Takes in an export declaration that was loaded.
    pub fn put_export(&mut self, export: ExportRecord) {
        if matches!(export.state, ExportState::Waiting { .. }) {
            self.before.waiting.insert(export.id, export.document.clone());
        }
        self.loaded.put_export(export);
    }

    /// Takes in a return that was loaded.
    pub fn put_return(&mut self, import_return: ReturnRecord) {
        let key = (import_return.declaration, import_return.id);
        self.loaded.returns.insert(key, Arc::new(import_return));
    }

    /// Takes in a claim that was loaded.
    pub fn put_claim(&mut self, claim: Claim) {
        self.loaded.claims.insert(claim.key.clone(), claim);
    }

    /// Takes in an allowance that was loaded.
    pub fn put_allowance(&mut self, key: AllowanceKey, allowance: Allowance) {
        self.before.allowances.insert(key, allowance);
        self.loaded.allowances.insert(key, allowance);
    }

    /// Takes in a quantity allowance that was loaded.
    pub fn put_quantity(&mut self, key: QuantityKey, quantity: QuantityAllowance) {
        self.before.quantities.insert(key, quantity);
        self.loaded.quantities.insert(key, quantity);
    }

    /// Takes in a guarantee that was loaded.
    pub fn put_guarantee(&mut self, guarantor: PartyId, guarantee: Guarantee) {
        self.before.guarantees.insert(guarantor, guarantee);
        self.loaded.guarantees.insert(guarantor, guarantee);
    }

    /// Takes in the transit of a declaration's goods that was loaded.
    pub fn put_transit(&mut self, declaration: DeclarationId, transit: Transit) {
        self.loaded.transits.insert(declaration, Arc::new(transit));
    }

    /// Takes in a request to consolidate that was loaded.
    pub fn put_request(&mut self, request: RequestRecord) {
        self.loaded.requests.insert(request.key.clone(), Arc::new(request));
    }

    /// Takes in that a closed export is no part of a formal declaration.
    pub fn put_free(&mut self, closed: ClosedExportKey) {
        self.free.insert(closed);
    }

    /// Takes in an account book that was loaded.
    pub fn put_account_book(&mut self, book: AccountBook) {
        self.loaded.account_books.insert(book.number.clone(), book);
    }

    /// Takes in a bonded stock that was loaded.
    pub fn put_stock(&mut self, key: StockKey, stock: StockRecord) {
        self.before.stocks.insert(key.clone(), stock.clone());
        self.loaded.stocks.insert(key, stock);
    }

    /// The declarations that are loaded.
    pub fn declarations(&self) -> impl Iterator<Item = &DeclarationRecord> {
        self.loaded.declarations.values().map(|declaration| &**declaration)
    }

    /// The declarations that decisions have changed.
    pub fn changed_declarations(&self) -> impl Iterator<Item = &DeclarationRecord> {
        self.changed
            .declarations
            .iter()
            .filter_map(|id| self.loaded.declarations.get(id))
            .map(|d| &**d)
    }

    /// The export declarations that are loaded.
    pub fn exports(&self) -> impl Iterator<Item = &ExportRecord> {
        self.loaded.exports.values().map(|export| &**export)
    }

    /// The export declarations that decisions have changed.
    pub fn changed_exports(&self) -> impl Iterator<Item = &ExportRecord> {
        self.changed.exports.iter().filter_map(|id| self.loaded.exports.get(id)).map(|e| &**e)
    }

    /// Starts a decision.
    pub fn draft(&self) -> Draft<'_> {
        Draft { base: self, new: Tables::default(), outcomes: Outcomes::default() }
    }

    /// Makes a decision's changes part of the set, so that later decisions see them.
    pub fn merge(&mut self, decided: Decided) {
        let Decided { new, outcomes } = decided;
        self.changed.documents.extend(new.documents.keys().cloned());
        self.changed.declarations.extend(new.declarations.keys());
        self.changed.exports.extend(new.exports.keys());
        self.changed.returns.extend(new.returns.keys());
        self.changed.claims.extend(new.claims.keys().cloned());
        self.changed.allowances.extend(new.allowances.keys());
        self.changed.quantities.extend(new.quantities.keys());
        self.changed.guarantees.extend(new.guarantees.keys());
        self.changed.returned.note(&new.returned);
        self.loaded.returned.extend(new.returned);
        self.changed.transits.extend(new.transits.keys());
        self.changed.requests.extend(new.requests.keys().cloned());
        self.changed.stocks.extend(new.stocks.keys().cloned());
        self.loaded.documents.extend(new.documents);
        self.loaded.declarations.extend(new.declarations);
        self.loaded.exports.extend(new.exports);
        self.loaded.returns.extend(new.returns);
        self.loaded.export_numbers.extend(new.export_numbers);
        self.loaded.claims.extend(new.claims);
        self.loaded.allowances.extend(new.allowances);
        self.loaded.quantities.extend(new.quantities);
        self.loaded.guarantees.extend(new.guarantees);
        self.loaded.transits.extend(new.transits);
        self.loaded.requests.extend(new.requests);
        self.loaded.stocks.extend(new.stocks);
        self.outcomes.responses.extend(outcomes.responses);
        self.outcomes.repeats.extend(outcomes.repeats);
        self.outcomes.postings.extend(outcomes.postings);
        self.outcomes.stock_moves.extend(outcomes.stock_moves);
        self.outcomes.entries.extend(outcomes.entries);
        let Consolidated { parts, forms, marks, results } = outcomes.consolidated;
        for (closed, _) in &marks {
            self.free.remove(closed);
        }
        let consolidated = &mut self.outcomes.consolidated;
        consolidated.parts.extend(parts);
        consolidated.forms.extend(forms);
        consolidated.marks.extend(marks);
        consolidated.results.extend(results);
    }

    /// Everything that has to be written.
    pub fn into_changes(self) -> Changes {
        let Self { loaded, before, changed, outcomes, .. } = self;
        let Tables { documents, declarations, exports, claims, allowances, quantities, .. } =
            &loaded;
        let (guarantees, stocks) = (&loaded.guarantees, &loaded.stocks);
        let waits = |id: &DeclarationId| match (declarations.get(id), exports.get(id)) {
            (Some(import), _) => matches!(import.state, ImportState::Waiting { .. }),
            (None, Some(export)) => matches!(export.state, ExportState::Waiting { .. }),
            (None, None) => false,
        };
        Changes {
            documents: changed.documents.iter().map(|key| documents[key].clone()).collect(),
            ended_waiting: changed
                .declarations
                .union(&changed.exports)
                .filter(|id| !waits(id))
                .filter_map(|id| Some((*id, before.waiting.get(id)?.clone())))
                .collect(),
            exports: changed.exports.iter().map(|id| exports[id].clone()).collect(),
            returns: changed.returns.iter().map(|key| loaded.returns[key].clone()).collect(),
            declarations: changed.declarations.iter().map(|id| declarations[id].clone()).collect(),
            claims: changed.claims.iter().map(|key| claims[key].clone()).collect(),
            transits: changed
                .transits
                .iter()
                .map(|id| (*id, loaded.transits[id].clone()))
                .collect(),
            allowances: changed
                .allowances
                .iter()
                .map(|key| {
                    (*key, before.allowances.get(key).copied().unwrap_or_default(), allowances[key])
                })
                .collect(),
            quantities: changed
                .quantities
                .iter()
                .map(|key| {
                    (*key, before.quantities.get(key).copied().unwrap_or_default(), quantities[key])
                })
                .collect(),
            guarantees: changed
                .guarantees
                .iter()
                .filter_map(|id| Some((*id, *before.guarantees.get(id)?, *guarantees.get(id)?)))
                .collect(),
            returned: changed.returned.changes(&loaded.returned, exports),
            requests: changed.requests.iter().map(|key| loaded.requests[key].clone()).collect(),
            stocks: changed
                .stocks
                .iter()
                .filter_map(|key| {
                    let (before, after) = (before.stocks.get(key)?, stocks.get(key)?);
                    Some((key.clone(), before.clone(), after.clone()))
                })
                .collect(),
            outcomes,
        }
    }
}

/// One decision in the making.
#[derive(Debug)]
pub struct Draft<'s> {
    base: &'s WorkingSet,
    new: Tables,
    outcomes: Outcomes,
}

/// A decision that was made.
#[derive(Debug)]
pub struct Decided {
    new: Tables,
    outcomes: Outcomes,
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

    /// Whether a closed export is loaded and no part of a formal declaration yet.
    pub fn is_free(&self, closed: ClosedExportKey) -> bool {
        self.base.free.contains(&closed)
    }

    /// The account book of that number, if it is registered here.
    pub fn account_book(&self, number: &AccountBookNumber) -> Option<&AccountBook> {
        self.base.loaded.account_books.get(number)
    }

    /// The bonded stock of that key, if it is registered.
    pub fn stock(&self, key: &StockKey) -> Option<&StockRecord> {
        self.new.stocks.get(key).or_else(|| self.base.loaded.stocks.get(key))
    }

    /// What stood before this decision.
    pub fn before(&self) -> Self {
        self.base.draft()
    }

    /// Sets a document.
    pub fn set_document(&mut self, document: DocumentRecord) {
        self.new.documents.insert(document.key.clone(), Arc::new(document));
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
    pub fn mark_consolidated(&mut self, closed: ClosedExportKey, formal: FormalDeclarationNumber) {
        self.outcomes.consolidated.marks.push((closed, formal));
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

    /// Adds an audit entry.
    pub fn note(&mut self, entry: Entry) {
        self.outcomes.entries.push(entry);
    }
}
