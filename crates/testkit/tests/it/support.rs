//! Small words for the tests.

use std::sync::Arc;

use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::history::Cause;
use tongguan_application::registry::Signed;
use tongguan_codelists::text::Defaults;
use tongguan_codelists::{Pack, Table};
use tongguan_domain::commerce::{Action, Stage};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::{DeclarationId, Guid, PartyId};
use tongguan_domain::registry::{Delegate, Delegates};
use tongguan_domain::time::Moment;
use tongguan_storage::PartyRow;
use tongguan_testkit::parcels::{Document, Parcel, parcel, single_piece, sweeten};
use tongguan_testkit::world::{Beginning, World};

/// When the made-up documents say that they were sent: a minute before the world begins.
pub fn sent_at() -> Moment {
    Moment::parse_wire("20260302095900").unwrap()
}

/// The `n`th made-up parcel.
pub fn nth(n: u64) -> Parcel {
    parcel(n, sent_at()).unwrap()
}

/// A world without signatures.
pub fn world() -> World {
    World::with(Beginning::unsigned())
}

/// Writes the carrier into the store: waybills lie by their carriers, which are looked for in the registry.
pub fn register_carrier(world: &World) {
    let carrier = &world.cast.carrier.party;
    let row = PartyRow {
        party_id: carrier.id,
        name: carrier.name.clone(),
        roles: carrier.roles.bits(),
        suspended: false,
        valid_from: Moment::start_of(carrier.valid_from),
        valid_to: None,
        mailbox: None,
        payment_url: None,
    };
    world.store.writer().unwrap().transaction(|tx| tx.insert(&[row])).unwrap();
}

/// Runs each of the named functions on both engines, as a test of its name in `sqlite` and `postgres`.
macro_rules! on_both_engines {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(|beginning| beginning); })+
        }
        mod postgres {
            use tongguan_testkit::postgres::database;
            use tongguan_testkit::world::Beginning;

            $(#[test] fn $name() {
                // Where there is no server, that has been said loudly.
                if database().is_some() {
                    super::$name(|beginning| Beginning { database: database(), ..beginning });
                }
            })+
        }
    };
}
pub(crate) use on_both_engines;

/// Puts a world on an engine.
pub type On = fn(Beginning) -> Beginning;

/// Past the store, as somebody who administers the database.
pub fn tamper(world: &World, text: &str) {
    match world.database() {
        Some(database) => {
            let mut client = ::postgres::Client::connect(&database.url, ::postgres::NoTls).unwrap();
            client
                .batch_execute(&format!("SET session_replication_role = replica; {text}"))
                .unwrap();
        }
        None => {
            let file = rusqlite::Connection::open(world.folder().join("tongguan.db")).unwrap();
            let mut guards = file
                .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%\\_no\\_%' ESCAPE '\\'")
                .unwrap();
            let guards = guards.query_map([], |row| row.get::<_, String>(0)).unwrap();
            for guard in guards.collect::<Result<Vec<_>, _>>().unwrap() {
                file.execute_batch(&format!("DROP TRIGGER {guard}")).unwrap();
            }
            file.execute_batch(text).unwrap();
        }
    }
}

/// The `n`th parcel, for person `buyer`: one bag with so many grams of sugar, of which the positive list
/// admits two kilograms for a person and year.
pub fn sugar(n: u64, buyer: u64, grams: i64) -> Parcel {
    sugar_at(n, buyer, grams, sent_at())
}

/// The same, sent at another time.
pub fn sugar_at(n: u64, buyer: u64, grams: i64, at: Moment) -> Parcel {
    let mut parcel = single_piece(n, at, 10_00).unwrap();
    let buyer = tongguan_testkit::parcels::buyer(buyer);
    parcel.order.buyer = buyer.clone();
    parcel.payment.payer = buyer.clone();
    parcel.declaration.buyer = buyer;
    sweeten(&mut parcel, grams);
    parcel
}

/// An officer's ruling about a declaration.
pub fn ruling(declaration: DeclarationId, ruling: Ruling) -> Incoming {
    Incoming::Ruling {
        declaration,
        ruling,
        officer: "关员001".into(),
        reason: "单货不符".into(),
        reassessed: None,
        only_at: None,
    }
}

/// The same document under a number of its own, sent so many seconds later.
pub fn anew(document: &Document, seconds: i64) -> Document {
    let mut document = document.clone();
    let filing = document.filing_mut();
    let (head, tail) = filing.guid.as_str().split_at(9);
    let number = 0x1000 + (seconds.unsigned_abs() & 0xFFF);
    filing.guid = Guid::parse(&format!("{head}{number:04X}{}", &tail[4..])).unwrap();
    filing.sent_at = filing.sent_at.plus_millis(seconds * 1000);
    document
}

/// The same document as a change or deletion, sent so many seconds later.
pub fn asking(action: Action, document: &Document, seconds: i64) -> Document {
    let mut document = anew(document, seconds);
    document.filing_mut().action = action;
    document
}

/// The same document, only to be stored.
pub fn stored_only(document: &Document) -> Document {
    let mut document = document.clone();
    document.filing_mut().stage = Stage::Stored;
    document
}

/// Something in the content of a document changed that no check looks at.
pub fn with_note(document: &Document, note: &str) -> Document {
    let mut document = document.clone();
    let note = Some(note.into());
    match &mut document {
        Document::Order(order) => order.note = note,
        Document::Payment(payment) => payment.note = note,
        Document::Waybill(waybill) => waybill.note = note,
        Document::Delivery(delivery) => delivery.note = note,
        Document::Declaration(declaration) => declaration.note = note,
        Document::ExportOrder(order) => order.note = note,
        Document::Collection(collection) => collection.note = note,
        Document::ExportWaybill(waybill) => waybill.note = note,
        Document::ExportDeclaration(declaration) => declaration.note = note,
        Document::Arrival(report) => report.note = note,
        Document::Departure(report) => report.note = note,
        Document::ExportReturn(request) => request.note = note,
        Document::ReturnTally(tally) => tally.note = note,
        Document::Cancellation(request) => request.note = note,
        Document::ExportCancellation(request) => request.note = note,
        Document::Return(request) => request.note = note,
        Document::MasterBill(link) => link.note = note,
        Document::Consolidation(request) => request.note = note,
        Document::WarehouseEntry(entry) => entry.note = note,
    }
    document
}

/// The command that a stored declaration is declared now, signed by somebody who may.
pub fn declare(declaration: DeclarationId) -> Incoming {
    let signed = Signed { certificate: DELEGATE, signature: vec![1] };
    Incoming::Declare { declaration, signed }
}

/// The certificate of a delegate.
pub const DELEGATE: [u8; 32] = [0xDE; 32];

/// These parties have charged a delegate with declaring what they have stored.
pub fn charged_by(parties: &[PartyId]) -> Delegates {
    let (valid_from, valid_to) = (Moment::from_micros(0), sent_at().plus_days(365));
    let delegate = Delegate { certificate: DELEGATE, valid_from, valid_to };
    Delegates::new(parties.iter().map(|party| (*party, delegate.clone())))
}

/// Every kind of document of one parcel, in the order in which they usually come.
pub fn all_kinds(parcel: &Parcel) -> [Document; 5] {
    let [order, payment, waybill, declaration] = parcel.documents();
    [order, payment, waybill, declaration, parcel.delivery_document()]
}

/// The built-in law with rows of `parameters` laid over it.
pub fn law_with(rows: &str) -> Arc<Pack> {
    let read = Table::Parameters.read(rows, &Defaults::default());
    assert!(read.defects.is_empty(), "{:?}", read.defects);
    Arc::new(Pack::builtin().overlay(read.rows))
}

/// What changes something here, for the audit.
pub fn caused() -> Cause {
    Cause::Command("test".to_owned())
}
