//! What must be so after a crash, seen from outside and in the store.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document as Tree, Node};
use tongguan_application::clearing::record::{
    DeclarationRecord, DocumentKey, DocumentKind, DossierKey,
};
use tongguan_application::reconciliation::reconcile;
use tongguan_application::registry;
use tongguan_domain::declaration::ImportState;
use tongguan_domain::ids::PartyId;
use tongguan_domain::party::PartyCode;
use tongguan_domain::quantity::Quantity;
use tongguan_storage::{Partition, StorageError, Store, View};
use tongguan_testkit::audit;
use tongguan_testkit::parcels::Parcel;

use super::desk::{Desk, is_limited};

/// Every document of every acknowledged message has its row.
pub fn what_was_acknowledged_is_stored(desk: &Desk) {
    let store = desk.store();
    for message in desk.acknowledged_messages() {
        for parcel in &desk.parcels[message.parcels.clone()] {
            let order_no = parcel.order.order_no.as_str();
            let place = (Partition::of_order(&parcel.order.order_no), order_no);
            let rows = store.read(|view| view.documents_of_orders(&[place])).unwrap();
            let of_kind = rows.iter().filter(|row| row.kind == message.kind.code()).count();
            assert_eq!(of_kind, 1, "{:?} of {order_no} was acknowledged", message.kind);
        }
    }
}

/// Everything that was sent is acknowledged, stored, decided, billed and answered: once.
pub fn all_is_there_once(desk: &Desk) {
    assert_eq!(desk.inbox(), BTreeSet::new());
    assert_eq!(desk.done().len(), desk.sent());
    assert_eq!(desk.drafts(), 0, "a draft that was left behind is written again");
    what_was_acknowledged_is_stored(desk);
    the_store_agrees(&desk.store(), &desk.parcels);
    the_answers_agree(desk);
}

/// Of parcels in order of their numbers, from the first on: each is decided, billed and summed once.
pub fn the_store_agrees(store: &Store, parcels: &[Parcel]) {
    let reconciled = reconcile(store, None, &mut |_| {}).unwrap();
    assert!(reconciled.is_sound(), "{:?}", reconciled.disagreements);
    store.read(|view| each_is_there_once(view, parcels)).unwrap();
}

fn each_is_there_once(view: &mut View<'_>, parcels: &[Parcel]) -> Result<(), StorageError> {
    audit::nothing_held(view)?;
    assert!(view.inbox_is_empty()?);
    let count = i64::try_from(parcels.len()).unwrap();
    let limited = (1..).zip(parcels).filter(|(n, _)| is_limited(*n)).count();
    let rows = view.row_counts()?;
    let expected = [
        ("document", 4 * count),
        ("declaration", count),
        ("claim", 2 * count),
        ("tax_bill", count),
        ("waiting", 0),
        ("allowance", count),
        ("quantity_allowance", i64::try_from(limited).unwrap()),
    ];
    for (table, expected) in expected {
        assert_eq!(rows[table], expected, "rows of {table}");
    }
    let party = party_by_code(view)?;
    let (mut used, mut owed) = (BTreeMap::new(), 0);
    for parcel in parcels {
        let key = DocumentKey {
            dossier: DossierKey::of_order(&parcel.order.order_no),
            kind: DocumentKind::Declaration,
            party: party(&parcel.declaration.platform.code),
            number: "".into(),
        };
        let declaration = audit::declaration(view, &key)?.unwrap();
        let ImportState::Released(release) = &declaration.state else {
            panic!("{} is {:?}", parcel.order.order_no, declaration.state);
        };
        *used.entry(release.used.key).or_insert(0) += release.used.amount.fen();
        owed += release.tax.total.fen();
        the_claims_are_its_own(view, parcel, &declaration, &party)?;
        let place = (Partition::of_order(&parcel.order.order_no), declaration.id);
        let bills = view.tax_bills(&[place])?;
        assert_eq!(bills.len(), 1);
        let bill = &bills[0];
        let billed = bill.duty.fen() + bill.vat.fen() + bill.consumption_tax.fen();
        assert_eq!(billed, release.tax.total.fen());
    }
    for (key, used) in used {
        let person = key.person.to_bytes();
        let row = (Partition::of_person(&person), person, i64::from(key.year));
        let allowance = view.allowances(&[row])?.remove(0);
        assert_eq!((allowance.used.fen(), allowance.reserved.fen()), (used, 0));
    }
    for account in view.all_quantity_allowances()? {
        let used = (account.used.to_string(), account.reserved);
        assert_eq!(used, ("0.5".to_owned(), Quantity::ZERO), "each buyer has one parcel");
    }
    let guarantees = view.all_guarantees()?;
    let balances: Vec<_> = guarantees.iter().map(|g| (g.held.fen(), g.queued.fen())).collect();
    assert_eq!(balances, [(owed, 0)], "the guarantee holds what was released");
    Ok(())
}

fn party_by_code(
    view: &mut View<'_>,
) -> Result<impl Fn(&PartyCode) -> PartyId + use<>, StorageError> {
    let registry = registry::snapshot(view)?;
    Ok(move |code: &PartyCode| registry.named(code).unwrap().id)
}

fn the_claims_are_its_own(
    view: &mut View<'_>,
    parcel: &Parcel,
    declaration: &DeclarationRecord,
    party: &impl Fn(&PartyCode) -> PartyId,
) -> Result<(), StorageError> {
    let waybill = (DocumentKind::Waybill, &parcel.waybill.carrier.code);
    let payment = (DocumentKind::Payment, &parcel.payment.institution.code);
    let numbers = [parcel.waybill.number.as_str(), parcel.payment.transaction.as_str()];
    for ((kind, code), number) in [waybill, payment].into_iter().zip(numbers) {
        let (kind, party) = (kind.code(), party(code));
        let key = (Partition::of_claim(kind, party, number), kind, party, number);
        let claims = view.claims(&[key])?;
        let owners: Vec<_> =
            claims.iter().map(|claim| (claim.order_no.as_deref(), claim.declaration_id)).collect();
        let order_no = Some(parcel.order.order_no.as_str());
        let declared = (kind == DocumentKind::Waybill.code()).then_some(declaration.id);
        assert_eq!(owners, [(order_no, declared)], "who uses {number}");
    }
    Ok(())
}

/// What receivers were told, a repetition counted once.
#[derive(Default)]
struct Told {
    /// Of each document, its statuses with their times.
    statuses: BTreeMap<String, BTreeSet<(String, String)>>,
    /// Of each order, its bills.
    bills: BTreeMap<String, BTreeSet<String>>,
    /// Of each declaration number, whose it is.
    numbers: BTreeMap<String, BTreeSet<String>>,
}

impl Told {
    fn hear(&mut self, xml: &str) {
        let tree = Tree::parse(xml).unwrap();
        for node in tree.descendants() {
            match node.tag_name().name() {
                "returnStatus" => {
                    let response = node.parent().unwrap();
                    let guid = child(response, "guid").to_uppercase();
                    let status = (child(response, "returnStatus"), child(response, "returnTime"));
                    let number = child(response, "invtNo");
                    if !number.is_empty() {
                        self.numbers.entry(number).or_default().insert(guid.clone());
                    }
                    self.statuses.entry(guid).or_default().insert(status);
                }
                "TaxHeadRd" => {
                    let (order_no, tax_no) = (child(node, "orderNo"), child(node, "taxNo"));
                    self.bills.entry(order_no).or_default().insert(tax_no);
                }
                _ => {}
            }
        }
    }

    fn times(&self, guid: &str, status: &str) -> usize {
        let told = self.statuses.get(&guid.to_uppercase()).into_iter().flatten();
        told.filter(|(told, _)| told == status).count()
    }
}

fn child(parent: Node<'_, '_>, name: &str) -> String {
    let mut children = parent.children();
    let found = children.find(|node| node.tag_name().name() == name);
    found.and_then(|node| node.text()).unwrap_or_default().to_owned()
}

fn the_answers_agree(desk: &Desk) {
    let mut told = Told::default();
    for path in desk.answers() {
        told.hear(&std::fs::read_to_string(path).unwrap());
    }
    assert_eq!(told.bills.len(), desk.parcels.len(), "orders with a bill");
    assert_eq!(told.numbers.len(), desk.parcels.len(), "declaration numbers");
    assert!(told.numbers.values().all(|whose| whose.len() == 1), "each has one declaration");
    for parcel in &desk.parcels {
        let filings = [&parcel.order.filing, &parcel.payment.filing, &parcel.waybill.filing];
        for filing in filings {
            assert_eq!(told.times(filing.guid.as_str(), "2"), 1, "{} is declared", filing.guid);
        }
        let declaration = &parcel.declaration.filing.guid;
        assert_eq!(told.times(declaration.as_str(), "800"), 1, "{declaration} is released");
        assert_eq!(told.bills[parcel.order.order_no.as_str()].len(), 1);
    }
}
