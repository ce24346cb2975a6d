//! One batch's view of the store: loaded once, changed by each decision in order of arrival, written
//! once.
//!
//! A decision works on a [`Draft`]: it reads through to the set and writes to itself. Only a draft that
//! was decided without a panic is merged, so a document that breaks the rules' code touches nothing.

mod draft;
mod relay;
mod returned;
mod zone;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use tongguan_domain::allowance::{Allowance, AllowanceKey, QuantityAllowance, QuantityKey};
use tongguan_domain::bonded::{AccountBook, StockKey};
use tongguan_domain::declaration::{ExportState, ImportState};
use tongguan_domain::filing::declared::StandingGoods;
use tongguan_domain::guarantee::Guarantee;
use tongguan_domain::ids::{
    AccountBookNumber, DeclarationId, DeclarationNumber, FormalDeclarationNumber, OfficeCode,
    PartyId, ReturnId,
};
use tongguan_domain::transit::Transit;
use tongguan_storage::{ClosedExportKey, HeldFrom};

use super::consolidation::{FormalRecord, PartRecord, RequestKey, RequestRecord, ResultPart};
use super::holding::is_short;
use super::outcome::{EvidenceDrawn, Noted, Posting, Repeat, Response, StockMove};
use super::record::{
    Claim, ClaimKey, DeclarationRecord, DocumentKey, DocumentRecord, ExportRecord, ReturnRecord,
    StockRecord,
};

use returned::{Returned, ReturnedKeys};

pub use draft::{Decided, Draft};
pub use relay::{RelayOutcomes, RelayTables};
pub use returned::ReturnedChanges;
pub use zone::{ZoneOutcomes, ZoneTables};

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
    /// Registered goods, by merchant and item number; of offices that hold declarations against them.
    goods: HashMap<PartyId, HashMap<Box<str>, StandingGoods>>,
    /// Platforms about which something was found; of offices that review for that.
    findings: BTreeSet<(OfficeCode, PartyId)>,
    zone: ZoneTables,
    relay: RelayTables,
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
    pub entries: Vec<Noted>,
    /// Declarations of which the platform is asked for payment evidence.
    pub evidence: Vec<EvidenceDrawn>,
    /// What was consolidated.
    pub consolidated: Consolidated,
    /// What was decided about bonded lists and gate passes.
    pub zone: ZoneOutcomes,
    /// What was decided about what is relayed.
    pub relay: RelayOutcomes,
}

/// What consolidation brings forth.
#[derive(Debug, Default)]
pub struct Consolidated {
    /// The numbers that parts of requests name.
    pub parts: Vec<PartRecord>,
    /// Formal declarations.
    pub forms: Vec<FormalRecord>,
    /// Closed exports that are part of them, each with the number of the first.
    pub marks: Vec<(ClosedExportKey, i64, FormalDeclarationNumber)>,
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
    /// Closed exports that are no part of a formal declaration, and how many returns of each are complete.
    free: BTreeMap<ClosedExportKey, i64>,
}

/// What was loaded, where writing needs to know what changed.
#[derive(Debug, Default)]
struct Before {
    waiting: HashMap<DeclarationId, DocumentKey>,
    exports: HashSet<DeclarationId>,
    allowances: HashMap<AllowanceKey, Allowance>,
    quantities: HashMap<QuantityKey, QuantityAllowance>,
    guarantees: HashMap<PartyId, (Guarantee, HeldFrom)>,
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
    zone: ZoneTables,
    relay: RelayTables,
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
    /// Those among them that this batch lodged.
    pub lodged_exports: HashSet<DeclarationId>,
    /// Returns of imported goods as they now stand.
    pub returns: Vec<Arc<ReturnRecord>>,
    /// Declarations that were waiting and are not any more, with their documents.
    pub ended_waiting: Vec<(DeclarationId, DocumentKey)>,
    /// Claims as they now stand.
    pub claims: Vec<Claim>,
    /// Allowances: before, where they had been used, and after.
    pub allowances: Vec<(AllowanceKey, Option<Allowance>, Allowance)>,
    /// Quantity allowances: before, where they had been used, and after.
    pub quantities: Vec<(QuantityKey, Option<QuantityAllowance>, QuantityAllowance)>,
    /// Guarantees, from what of them was held: before and after.
    pub guarantees: Vec<(PartyId, HeldFrom, Guarantee, Guarantee)>,
    /// Returns of exported goods and their parcels as they now stand.
    pub returned: ReturnedChanges,
    /// Transits as they now stand, with the declarations whose goods they are.
    pub transits: Vec<(DeclarationId, Arc<Transit>)>,
    /// Requests to consolidate as they now stand.
    pub requests: Vec<Arc<RequestRecord>>,
    /// Bonded stocks: before and after.
    pub stocks: Vec<(StockKey, StockRecord, StockRecord)>,
    /// Bonded lists and gate passes as they now stand.
    pub zone: ZoneTables,
    /// Messages to upstream as they now stand, and numbers that name them.
    pub relay: RelayTables,
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
        self.before.exports.insert(export.id);
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

    /// Takes in so much of a guarantee as was loaded.
    pub fn put_guarantee(&mut self, guarantor: PartyId, guarantee: Guarantee, from: HeldFrom) {
        self.before.guarantees.insert(guarantor, (guarantee, from));
        self.loaded.guarantees.insert(guarantor, guarantee);
    }

    /// The guarantees of which more is needed than was loaded ([`is_short`]).
    pub fn short(&self) -> Vec<PartyId> {
        let known = self.before.guarantees.iter();
        let short = known.filter(|(id, (before, from))| {
            let after = self.loaded.guarantees.get(id);
            after.is_some_and(|after| is_short(*from, before, after))
        });
        short.map(|(id, _)| *id).collect()
    }

    /// Takes in goods that are registered.
    pub fn put_goods(&mut self, merchant: PartyId, item_no: Box<str>, goods: StandingGoods) {
        self.loaded.goods.entry(merchant).or_default().insert(item_no, goods);
    }

    /// Takes in that something was found about a platform's payments.
    pub fn put_finding(&mut self, office: OfficeCode, platform: PartyId) {
        self.loaded.findings.insert((office, platform));
    }

    /// Takes in the transit of a declaration's goods that was loaded.
    pub fn put_transit(&mut self, declaration: DeclarationId, transit: Transit) {
        self.loaded.transits.insert(declaration, Arc::new(transit));
    }

    /// Takes in a request to consolidate that was loaded.
    pub fn put_request(&mut self, request: RequestRecord) {
        self.loaded.requests.insert(request.key.clone(), Arc::new(request));
    }

    /// Takes in that a closed export is no part of a formal declaration; so many returns of it are complete.
    pub fn put_free(&mut self, closed: ClosedExportKey, returns: i64) {
        self.free.insert(closed, returns);
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
        self.changed.zone.extend(new.zone.clone());
        self.loaded.zone.extend(new.zone);
        self.changed.relay.extend(new.relay.clone());
        self.loaded.relay.extend(new.relay);
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
        self.outcomes.evidence.extend(outcomes.evidence);
        self.outcomes.zone.extend(outcomes.zone);
        self.outcomes.relay.extend(outcomes.relay);
        let Consolidated { parts, forms, marks, results } = outcomes.consolidated;
        for (closed, ..) in &marks {
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
            lodged_exports: changed
                .exports
                .iter()
                .filter(|id| !before.exports.contains(id))
                .copied()
                .collect(),
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
                .map(|key| (*key, before.allowances.get(key).copied(), allowances[key]))
                .collect(),
            quantities: changed
                .quantities
                .iter()
                .map(|key| (*key, before.quantities.get(key).copied(), quantities[key]))
                .collect(),
            guarantees: changed
                .guarantees
                .iter()
                .filter_map(|id| {
                    let (first, from) = *before.guarantees.get(id)?;
                    Some((*id, from, first, *guarantees.get(id)?))
                })
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
            zone: changed.zone,
            relay: changed.relay,
            outcomes,
        }
    }
}
