//! What a batch costs: parcels of 16 rows each, as the engine writes them, loads and locks included.
//!
//! ```text
//! batch_write sqlite DIRECTORY [PARCELS] [PARCELS A BATCH]
//! batch_write postgres URL     [PARCELS] [PARCELS A BATCH]
//! ```
//!
//! Prints microseconds a row, bytes of write-ahead log a parcel, and the longest commit, for each fifth
//! of the run, because writes slow down as tables grow.

use std::time::{Duration, Instant};

use tongguan_domain::ids::{DeclarationId, DxpId, Guid, IdError, MessageId, OrderNumber, PartyId};
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_storage::{
    Allowance, AllowanceKey, Claim, Declaration, Delta, Document, Event, Guarantee, Leased,
    Message, MessageBody, Partition, Posting, Response, StorageError, Store, StoreSettings,
    TakeOver, Target, TaxBill, Tx, Writer,
};

/// Rows written a parcel: 4 documents, a declaration, 2 claims, 4 responses, 2 postings, a tax bill, 2
/// events. Message rows are shared by the batch.
const ROWS: u64 = 16;
/// Sequence numbers a parcel.
const SEQS: i64 = 8;
const GUARANTOR: PartyId = PartyId(9);

const USAGE: &str =
    "usage: batch_write sqlite DIRECTORY | postgres URL  [PARCELS] [PARCELS A BATCH]";

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let target = match arguments.as_slice() {
        [kind, place, ..] if kind == "sqlite" => Target::Sqlite(place.into()),
        [kind, url, ..] if kind == "postgres" => Target::Postgres(url.clone()),
        _ => return Err(USAGE.into()),
    };
    let number = |at: usize, or: u64| match arguments.get(at) {
        None => Ok::<u64, &str>(or),
        Some(text) => text.parse().map_err(|_| USAGE),
    };
    let (parcels, batch) = (number(2, 100_000)?, number(3, 250)?.max(1));
    let store = Store::open(&target, StoreSettings::default(), Moment::from_micros(0))?;
    let mut run = Run::start(store.writer()?)?;
    let rounds = parcels.div_ceil(batch);
    println!("parcels  rows/s  µs/row  log B/parcel  commits/s  p50 ms  p99 ms  longest ms");
    for fifth in 0..5 {
        let rounds = rounds * (fifth + 1) / 5 - rounds * fifth / 5;
        let before = store.log_traffic()?;
        let start = now();
        let mut times = Vec::new();
        for _ in 0..rounds {
            times.push(run.batch(batch)?);
        }
        report(
            &run,
            rounds * batch,
            start.elapsed(),
            times,
            store.log_traffic()?.bytes - before.bytes,
        );
    }
    println!("microseconds a parcel by step: {:?}", run.steps.each(run.parcels));
    Ok(())
}

fn report(run: &Run, parcels: u64, took: Duration, mut times: Vec<Duration>, log: u64) {
    times.sort_unstable();
    let nanos = took.as_nanos().max(1);
    let rows = u128::from(parcels * ROWS).max(1);
    let millis = |time: Option<&Duration>| time.map_or(0, Duration::as_micros);
    let (p50, p99) = (times.get(times.len() / 2), times.get(times.len() * 99 / 100));
    println!(
        "{:7}  {:6}  {:6}  {:12}  {:9}  {:6}  {:6}  {:10}",
        run.parcels,
        rows * 1_000_000_000 / nanos,
        thousandths(nanos / rows),
        log / parcels.max(1),
        times.len() as u128 * 1_000_000_000 / nanos,
        thousandths(millis(p50)),
        thousandths(millis(p99)),
        thousandths(millis(times.last())),
    );
}

fn thousandths(value: u128) -> String {
    format!("{}.{:03}", value / 1000, value % 1000)
}

#[derive(Debug, Default)]
struct Steps {
    load: Duration,
    lock: Duration,
    documents: Duration,
    declarations: Duration,
    responses: Duration,
    ledger: Duration,
    messages: Duration,
    advance: Duration,
    commit: Duration,
}

impl Steps {
    fn each(&self, parcels: u64) -> Vec<(&'static str, u128)> {
        [
            ("load", self.load),
            ("lock", self.lock),
            ("documents", self.documents),
            ("declarations", self.declarations),
            ("responses", self.responses),
            ("ledger", self.ledger),
            ("messages", self.messages),
            ("advance", self.advance),
            ("commit", self.commit),
        ]
        .map(|(name, time)| (name, time.as_micros() / u128::from(parcels.max(1))))
        .to_vec()
    }
}

struct Run {
    writer: Writer,
    leased: Leased,
    parcels: u64,
    steps: Steps,
}

/// The rows of one batch.
#[derive(Default)]
struct Rows {
    documents: Vec<Document>,
    declarations: Vec<Declaration>,
    claims: Vec<Claim>,
    responses: Vec<Response>,
    postings: Vec<Posting>,
    bills: Vec<TaxBill>,
    events: Vec<Event>,
    allowances: Vec<(AllowanceKey, Delta)>,
}

impl Run {
    fn start(mut writer: Writer) -> Result<Self, Failure> {
        let all: Vec<_> = Partition::all().collect();
        let leased = writer.transaction(|tx| {
            tx.grant(&[Guarantee {
                bucket: Partition::of_party(GUARANTOR),
                party_id: GUARANTOR,
                granted: Money::from_fen(i64::MAX / 4),
                queued: Money::ZERO,
                held: Money::ZERO,
                valid_from: at(0),
                valid_to: None,
                reference: None,
            }])?;
            tx.lease("bench", &all, TakeOver::All, at(i64::MAX / 2))
        })?;
        // A run on a database that holds parcels goes on behind them.
        let parcels = leased.next_seq.unsigned_abs() / SEQS.unsigned_abs();
        Ok(Self { writer, leased, parcels, steps: Steps::default() })
    }

    fn batch(&mut self, parcels: u64) -> Result<Duration, Failure> {
        let mut rows = Rows::default();
        for n in self.parcels..self.parcels + parcels {
            parcel(&mut rows, n)?;
            self.leased.next_seq = to_i64(n + 1) * SEQS;
        }
        let first = self.parcels;
        self.parcels += parcels;
        let (leased, steps) = (&self.leased, &mut self.steps);
        let start = now();
        let mut lap = start;
        self.writer.transaction(|tx| {
            write(tx, &rows, leased, steps, &mut lap)?;
            messages(tx, first)?;
            steps.messages += since(&mut lap);
            Ok::<_, StorageError>(())
        })?;
        steps.commit += since(&mut lap);
        Ok(start.elapsed())
    }
}

fn write(
    tx: &mut Tx<'_>,
    rows: &Rows,
    leased: &Leased,
    steps: &mut Steps,
    lap: &mut Instant,
) -> Result<(), StorageError> {
    let orders: Vec<_> = rows.documents.iter().map(|row| (row.partition, &*row.order_no)).collect();
    tx.documents_of_orders(&orders)?;
    tx.waiting_for_orders(&orders)?;
    steps.load += since(lap);
    tx.claim(&rows.claims)?;
    let people: Vec<_> = rows.allowances.iter().map(|(key, _)| *key).collect();
    let standing: Vec<Allowance> = tx.lock_allowances(&people)?;
    assert!(!standing.is_empty(), "every parcel has a buyer");
    let guarantee = (Partition::of_party(GUARANTOR), GUARANTOR);
    tx.lock_guarantees(&[guarantee])?;
    tx.change_allowances(&rows.allowances)?;
    tx.change_guarantees(&[(
        guarantee,
        Delta { waiting: Money::ZERO, taken: Money::from_fen(1) },
    )])?;
    steps.lock += since(lap);
    tx.upsert(&rows.documents)?;
    steps.documents += since(lap);
    tx.upsert(&rows.declarations)?;
    steps.declarations += since(lap);
    tx.insert(&rows.responses)?;
    steps.responses += since(lap);
    tx.insert(&rows.postings)?;
    tx.insert(&rows.bills)?;
    tx.insert(&rows.events)?;
    steps.ledger += since(lap);
    tx.advance(&leased.leases, leased.next_seq, at(i64::MAX / 2))?;
    steps.advance += since(lap);
    Ok(())
}

/// Ten messages of a hundred documents; 8 KB each, sealed.
fn messages(tx: &mut Tx<'_>, first: u64) -> Result<(), StorageError> {
    let ids: Vec<_> = (0..10_i64).map(|n| MessageId(to_i64(first) * 10 + n)).collect();
    let partition = |id: &MessageId| Partition(id.0.to_le_bytes()[0]);
    let rows: Vec<_> = ids
        .iter()
        .map(|id| Message {
            partition: partition(id),
            message_id: *id,
            received_at: at(id.0),
            kind: Some("CEB621".into()),
            guid: Some("4CDE1CFD-EDED-46B1-946C-B8022E42FC94".into()),
            sender: Some("DXPENT0000000001".into()),
            origin: "bench".into(),
            digest: [1; 32],
            documents: 100,
            state: 1,
            verdict: Some(vec![1; 40]),
        })
        .collect();
    let bodies: Vec<_> = ids
        .iter()
        .map(|id| MessageBody {
            partition: partition(id),
            message_id: *id,
            period: "2026-11".into(),
            body: vec![7; 30_000],
        })
        .collect();
    tx.insert(&rows)?;
    tx.insert(&bodies)
}

fn parcel(rows: &mut Rows, n: u64) -> Result<(), IdError> {
    // Ten platforms whose order numbers grow with time.
    let order_no = OrderNumber::parse(&format!("P{}-2026{n:012}", n % 10))?;
    let partition = Partition::of_order(&order_no);
    let seq = to_i64(n) * SEQS + 1;
    let declaration_id = DeclarationId(to_i64(n) + 1);
    let mailbox = DxpId::parse("DXPENT0000000001")?;
    let guid = Guid::parse(&format!("4CDE1CFD-EDED-46B1-946C-{n:012}"))?;
    let message_id = MessageId(to_i64(n));
    for kind in 1..=4_i64 {
        rows.documents.push(Document {
            partition,
            order_no: order_no.to_string(),
            kind,
            party_id: PartyId(kind),
            number: format!("{kind}-2026{n:012}"),
            guid: guid.clone(),
            app_time: at(1),
            content_digest: [1; 16],
            state: 120,
            message_id,
            ordinal: kind,
            body: vec![3; 160],
        });
        rows.responses.push(Response {
            partition,
            seq: seq + kind,
            response_id: to_i64(n) * 4 + kind,
            mailbox: Some(mailbox.clone()),
            kind,
            message_id,
            ordinal: kind,
            recorded_at: at(1),
            body: vec![4; 90],
        });
    }
    for kind in 1..=2_i64 {
        let (party_id, number) = (PartyId(kind), format!("{kind}-2026{n:012}"));
        rows.claims.push(Claim {
            bucket: Partition::of_claim(kind, party_id, &number),
            kind,
            party_id,
            number,
            partition: Some(partition),
            order_no: Some(order_no.to_string()),
            declaration_id: Some(declaration_id),
            claimed_at: at(1),
            parked: false,
        });
        rows.postings.push(Posting {
            partition,
            seq,
            n: kind,
            at: at(1),
            debit: "guarantee:9".into(),
            credit: "tax:consumption".into(),
            amount: Money::from_fen(1_234),
            declaration_id,
        });
        rows.events.push(Event {
            partition,
            seq: seq + kind,
            at: at(1),
            version: 1,
            body: vec![5; 120],
        });
    }
    money(rows, n, partition, declaration_id);
    rows.declarations.push(Declaration {
        partition,
        declaration_id,
        order_no,
        platform_id: PartyId(1),
        merchant_id: PartyId(2),
        declarant_id: PartyId(3),
        office: "0100".into(),
        pre_no: format!("B0100{n:013}"),
        invt_no: Some(format!("0100{n:014}")),
        reference: Some(format!("REF{n:013}")),
        state: 800,
        queue: None,
        updated_at: at(1),
        body: vec![6; 240],
    });
    Ok(())
}

/// A buyer for every third parcel, spread as hashes are.
fn money(rows: &mut Rows, n: u64, partition: Partition, declaration_id: DeclarationId) {
    let mixed = (n / 3).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
    let mut person = [0; 16];
    person[..8].copy_from_slice(&mixed);
    let key = (Partition::of_person(&person), person, 2026);
    rows.allowances.push((key, Delta { waiting: Money::ZERO, taken: Money::from_fen(100) }));
    rows.bills.push(TaxBill {
        partition,
        declaration_id,
        n: 1,
        tax_no: format!("T{n:017}"),
        status: 1,
        duty: Money::ZERO,
        consumption_tax: Money::from_fen(1),
        vat: Money::from_fen(2),
        at: at(1),
        body: vec![8; 60],
    });
}

fn at(micros: i64) -> Moment {
    Moment::from_micros(micros)
}

fn to_i64(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn since(lap: &mut Instant) -> Duration {
    let end = now();
    let took = end.duration_since(*lap);
    *lap = end;
    took
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn now() -> Instant {
    Instant::now()
}
