//! Relay: one window checks and sends, a second one upstream decides, and its answers find their way back.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::relay::RelayState;
use tongguan_application::clearing::settings::{OfficeSettings, Relaying, Settings};
use tongguan_application::intake::Way;
use tongguan_application::mailboxes::{Distributor, Mailboxes};
use tongguan_application::ports::{Arrived, Clock as _, NotRelayed, NotSent, Upstream};
use tongguan_application::relay::{self, Collector, Courier, Overview, RelayActError, Terms, Turn};
use tongguan_domain::ids::{DeclarationNumber, DxpId, Guid, MessageId};
use tongguan_messages::ceb::MessageType;
use tongguan_messages::response::{Quote, Response, write_responses};
use tongguan_messages::write::Style;
use tongguan_storage::seal::Keyring;
use tongguan_testkit::clock::MockClock;
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::Document;
use tongguan_testkit::requests::export_cancellation;
use tongguan_testkit::returned::{Returned, returned};
use tongguan_testkit::world::{Beginning, By, Sent, World};

use crate::support::*;

on_both_engines! {
    upstream_decides_and_its_answers_come_back_as_ours_do,
    an_export_goes_to_the_receiver_of_exports,
    what_is_asked_about_an_export_follows_what_its_office_relays,
    what_was_taken_upstream_though_nobody_heard_so_counts_once,
    an_outage_loses_nothing_and_keeps_the_order,
    a_message_that_fails_holds_up_its_own_parcel_alone,
    what_upstream_does_not_want_is_given_up_told_and_tried_again_by_hand,
    what_fails_for_too_long_is_given_up,
    with_another_key_nothing_is_sent_and_nothing_given_up,
    what_is_wrong_is_refused_here_and_nothing_of_its_message_is_sent,
    an_answer_is_parted_among_its_receivers_and_passed_on_once,
    an_answer_that_comes_before_the_sending_was_noted_is_not_lost,
    a_format_refusal_quotes_the_number_that_the_sender_gave,
    the_same_document_again_is_answered_by_upstream,
}

const WINDOW: &str = "DXPLOC0000000001";
const IMPORT: &str = "DXPEDCCEB0000002";
const EXPORT: &str = "DXPEDCCEB0000003";

/// What comes from upstream, all from one place.
const ABOVE: By<'_> = By { sender: None, way: Way::Upstream, name: "upstream/1/1" };

/// What goes wrong at a sending.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Nobody is there.
    Away,
    /// It is taken, and nobody hears so.
    Unheard,
    /// This message fails.
    Fails,
    /// It is not wanted.
    Refused,
}

/// The second window, which plays upstream.
struct Above {
    world: Mutex<World>,
    faults: Mutex<VecDeque<Fault>>,
    /// The numbers of what was handed over, with each envelope.
    came: Mutex<Vec<(String, String)>>,
}

impl Above {
    fn mailboxes(world: &World) -> Mailboxes {
        Distributor::open(&world.store).unwrap().distribute().unwrap();
        let keyring = Arc::new(Keyring::from_master(&[7; 32]));
        Mailboxes::open(&world.store, keyring, false).unwrap()
    }

    fn numbers(&self) -> Vec<String> {
        self.came.lock().unwrap().iter().map(|(number, _)| number.clone()).collect()
    }
}

impl Upstream for Above {
    fn send(&self, number: &str, envelope: &str) -> Result<(), NotRelayed> {
        let fault = self.faults.lock().unwrap().pop_front();
        let away = || Err(NotRelayed::Away { why: "not reached".into(), after: None });
        match fault {
            Some(Fault::Away) => return away(),
            Some(Fault::Refused) => return Err(NotRelayed::Refused("answered 413".into())),
            Some(Fault::Fails) => return Err(NotRelayed::Failed("answered 500".into())),
            Some(Fault::Unheard) | None => {}
        }
        self.came.lock().unwrap().push((number.to_owned(), envelope.to_owned()));
        let window = DxpId::parse(WINDOW).unwrap();
        let by = By { sender: Some(&window), ..By::default() };
        self.world.lock().unwrap().submit_by(by, [envelope]);
        if fault.is_some() { away() } else { Ok(()) }
    }

    fn fetch(&self) -> Result<Vec<Arrived>, NotSent> {
        let window = DxpId::parse(WINDOW).unwrap();
        let letters =
            Self::mailboxes(&self.world.lock().unwrap()).letters(&window, None, 100).unwrap();
        Ok(letters
            .into_iter()
            .map(|letter| Arrived {
                place: letter.n.to_string(),
                messages: letter.messages.into_iter().map(|message| message.xml).collect(),
            })
            .collect())
    }

    fn done(&self, place: &str) -> Result<(), NotSent> {
        let world = self.world.lock().unwrap();
        let (window, now) = (DxpId::parse(WINDOW).unwrap(), world.clock.now());
        Self::mailboxes(&world).read_up_to(&window, place.parse().unwrap(), now).unwrap();
        Ok(())
    }
}

/// A window that relays everything, and the one above it.
struct Windows {
    local: World,
    above: Arc<Above>,
    courier: Courier,
}

impl Windows {
    fn on(on: On) -> Self {
        Self::with(on, Relaying::Everything)
    }

    fn with(on: On, relay: Relaying) -> Self {
        let default_office = OfficeSettings { relay, ..OfficeSettings::default() };
        Self::settled(on, Settings { default_office, ..Settings::default() })
    }

    fn settled(on: On, settings: Settings) -> Self {
        let local = World::with(on(Beginning { settings, ..Beginning::unsigned() }));
        let windows = BTreeSet::from([DxpId::parse(WINDOW).unwrap()]);
        let above = World::with(on(Beginning { windows, ..Beginning::unsigned() }));
        let above = Arc::new(Above {
            world: Mutex::new(above),
            faults: Mutex::default(),
            came: Mutex::default(),
        });
        let courier = courier(&local, &above, local.clock.clone());
        Self { local, above, courier }
    }

    fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.above.faults.lock().unwrap().extend(faults);
    }

    fn turn(&mut self) -> (Turn, Sent) {
        let turn = self.courier.turn(&mut self.local.desk()).unwrap();
        self.advance(Duration::from_secs(1));
        (turn, Sent::of(self.local.deliver()))
    }

    fn collect(&mut self) -> Sent {
        let mut messages = Vec::new();
        let collector = Collector::new(self.above.clone());
        let keep = &mut |name: String, bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            let by = By { way: Way::Upstream, name: &name, ..By::default() };
            messages.extend(self.local.submit_by(by, [&*text]));
            Ok(())
        };
        collector.collect(keep).unwrap();
        Sent::of(messages)
    }

    /// Sends and collects until nothing is left.
    fn settle(&mut self) -> Sent {
        while self.turn().0.sent > 0 {}
        self.collect()
    }

    fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap();
        self.local.clock.advance_millis(by);
        self.above.world.lock().unwrap().clock.advance_millis(by);
    }

    fn overview(&self) -> Overview {
        relay::overview(&self.local.store).unwrap()
    }
}

fn courier(local: &World, above: &Arc<Above>, clock: Arc<MockClock>) -> Courier {
    courier_with(local, above, clock, [7; 32])
}

fn courier_with(
    local: &World,
    above: &Arc<Above>,
    clock: Arc<MockClock>,
    key: [u8; 32],
) -> Courier {
    let [sender, import, export] = [WINDOW, IMPORT, EXPORT].map(|it| DxpId::parse(it).unwrap());
    let terms = Terms { sender, import, export, give_up_after_hours: 72 };
    let keyring = Arc::new(Keyring::from_master(&key));
    Courier::open(&local.store, keyring, above.clone(), clock, terms).unwrap()
}

/// The statuses of all messages for a mailbox, in order.
fn read(world: &World, mailbox: &str) -> Vec<i32> {
    let mailbox = DxpId::parse(mailbox).unwrap();
    let letters = Above::mailboxes(world).letters(&mailbox, Some(0), 1000).unwrap();
    let messages = letters.into_iter().flat_map(|letter| letter.messages).collect();
    Sent::of(messages).answers.iter().map(|answer| answer.status).collect()
}

fn upstream_decides_and_its_answers_come_back_as_ours_do(on: On) {
    let mut windows = Windows::on(on);
    let documents = nth(1).documents();
    let taken = windows.local.send(&documents);
    for document in &documents {
        assert_eq!(taken.statuses(document), [2], "{}", taken.last_text(document));
    }
    assert_eq!(windows.overview().waiting.count, 4);

    let (turn, sent) = windows.turn();
    assert_eq!((turn.sent, turn.waiting), (4, 0));
    let [order, _, _, declaration] = &documents;
    assert_eq!(sent.statuses(declaration), [3]);
    let envelopes = windows.above.came.lock().unwrap().clone();
    assert!(envelopes[0].1.contains(IMPORT) && envelopes[0].1.contains("CEB311Message"));

    let answered = windows.collect();
    assert_eq!(answered.statuses(order), [2, 120]);
    let statuses = answered.statuses(declaration);
    assert!(statuses.starts_with(&[2]) && statuses.ends_with(&[800]), "{statuses:?}");
    assert_eq!(answered.bills.len(), 1, "the tax bill came too");
    let carrier = windows.local.cast.carrier.mailbox().to_owned();
    assert!(read(&windows.local, &carrier).contains(&800), "in the declarant's own mailbox");
    assert_eq!(
        read(&windows.above.world.lock().unwrap(), &carrier),
        [0; 0],
        "upstream knows the window"
    );

    // What was said later bears a later time: senders keep the response with the largest.
    let time = |sent: &Sent| sent.to(declaration).last().unwrap().at.clone();
    assert!(time(&taken) < time(&sent) && time(&sent) < time(&answered));
    let overview = windows.overview();
    assert_eq!((overview.waiting.count, overview.sent.count, overview.strays), (0, 4, vec![]));
    assert_eq!(windows.collect().messages, [], "nothing comes twice");
}

fn an_export_goes_to_the_receiver_of_exports(on: On) {
    let mut windows = Windows::on(on);
    let export = export(1, sent_at()).unwrap();
    let order = Document::ExportOrder(Box::new(export.order));
    windows.local.send([&order]);
    let answered = windows.settle();
    assert_eq!(answered.statuses(&order), [2, 120]);
    let came = windows.above.came.lock().unwrap();
    assert!(came[0].1.contains(EXPORT) && !came[0].1.contains(IMPORT));
}

fn what_is_asked_about_an_export_follows_what_its_office_relays(on: On) {
    let export = export(1, sent_at()).unwrap();
    let relay =
        Relaying::Only([MessageType::Ceb605, MessageType::Ceb213, MessageType::Ceb215].into());
    let office = OfficeSettings { relay, ..OfficeSettings::default() };
    let offices = [(export.declaration.office, office)].into();
    let mut windows = Windows::settled(on, Settings { offices, ..Settings::default() });
    let number = DeclarationNumber::parse("29162026E000000001").unwrap();
    let cancellation = export_cancellation(&export, &number, 1, sent_at()).unwrap();
    let Returned { request, tally } = returned(&export, &number, 1, sent_at()).unwrap();
    for document in [
        Document::ExportCancellation(Box::new(cancellation)),
        Document::ExportReturn(Box::new(request)),
        Document::ReturnTally(Box::new(tally)),
    ] {
        let taken = windows.local.send([&document]);
        assert_eq!(taken.statuses(&document), [2], "{document:?}: {}", taken.last_text(&document));
    }
    assert_eq!(windows.overview().waiting.count, 3);
}

fn what_was_taken_upstream_though_nobody_heard_so_counts_once(on: On) {
    let mut windows = Windows::on(on);
    let documents = nth(1).documents();
    windows.local.send(&documents);
    windows.fail([Fault::Unheard]);
    assert_eq!(windows.turn().0.sent, 0);
    windows.advance(Duration::from_secs(2));
    let answered = windows.settle();
    let numbers = windows.above.numbers();
    assert_eq!((numbers.len(), &numbers[0]), (5, &numbers[1]), "again under its number");
    assert_eq!(answered.statuses(&documents[0]), [2, 120], "upstream took it once");
    let carrier = windows.local.cast.carrier.mailbox().to_owned();
    let released = read(&windows.local, &carrier).into_iter().filter(|it| *it == 800).count();
    assert_eq!(released, 1);
}

fn an_outage_loses_nothing_and_keeps_the_order(on: On) {
    let mut windows = Windows::on(on);
    let parcels: Vec<_> = (1..=3).map(nth).collect();
    for parcel in &parcels {
        windows.local.send(&parcel.documents());
    }
    windows.fail([Fault::Away, Fault::Away, Fault::Away]);
    assert_eq!(windows.turn().0, Turn { waiting: 12, ..Turn::default() });
    let overview = windows.overview();
    let head = &overview.next[0];
    assert_eq!((head.attempts, head.failure.as_deref()), (1, Some("not reached")));
    // It rests, longer each time, and a new start forgets nothing but the rest.
    assert_eq!(windows.above.faults.lock().unwrap().len(), 2, "one attempt, and not one for each");
    windows.advance(Duration::from_secs(2));
    windows.turn();
    windows.turn();
    assert_eq!(windows.above.faults.lock().unwrap().len(), 1);
    windows.local.restart();
    windows.courier = courier(&windows.local, &windows.above, windows.local.clock.clone());
    windows.turn();
    windows.advance(Duration::from_secs(600));
    windows.settle();
    let carrier = windows.local.cast.carrier.mailbox().to_owned();
    let released = read(&windows.local, &carrier).into_iter().filter(|it| *it == 800).count();
    assert_eq!(released, 3);
    let came = windows.above.came.lock().unwrap();
    let kinds: Vec<_> = came.iter().map(|(_, envelope)| kind_of(envelope)).collect();
    let all = ["CEB311Message", "CEB411Message", "CEB511Message", "CEB621Message"];
    assert_eq!(kinds, [all, all, all].concat());
}

fn kind_of(envelope: &str) -> &str {
    let (_, rest) = envelope.split_once("MsgType>").unwrap();
    rest.split('<').next().unwrap()
}

fn a_message_that_fails_holds_up_its_own_parcel_alone(on: On) {
    let mut windows = Windows::on(on);
    let (first, second) = (nth(1), nth(2));
    windows.local.send(&first.documents());
    windows.local.send(&second.documents());
    windows.fail([Fault::Fails]);
    let (turn, _) = windows.turn();
    // The first waybill names no order of its own accord; everything else of the first parcel waits.
    let sent = turn.sent;
    assert!((4..8).contains(&sent), "{turn:?}");
    let kinds: Vec<_> = windows.overview().next.iter().map(|it| it.kind.clone()).collect();
    assert_eq!((kinds[0].as_str(), kinds[kinds.len() - 1].as_str()), ("CEB311", "CEB621"));
    let answered = windows.collect();
    assert!(answered.statuses(&second.documents()[3]).ends_with(&[800]));
    assert_eq!(answered.statuses(&first.documents()[3]), [0; 0]);
    windows.advance(Duration::from_secs(5));
    assert!(windows.settle().statuses(&first.documents()[3]).ends_with(&[800]));
}

fn what_upstream_does_not_want_is_given_up_told_and_tried_again_by_hand(on: On) {
    let mut windows = Windows::on(on);
    let order = nth(1).order_document();
    windows.local.send([&order]);
    windows.fail([Fault::Refused]);
    let (turn, told) = windows.turn();
    assert_eq!((turn.given_up, turn.waiting), (1, 0));
    assert_eq!(told.statuses(&order), [4]);
    assert!(told.last_text(&order).contains("413"), "{}", told.last_text(&order));
    let dead = windows.overview().dead.remove(0);
    assert!(matches!(dead.state, RelayState::GivenUp { .. }));

    relay::retry(&mut windows.local.desk(), dead.message, "root").unwrap();
    let refused = |outcome| {
        let Err(RelayActError::Undecidable(why)) = outcome else { panic!("{outcome:?}") };
        why
    };
    let again = refused(relay::retry(&mut windows.local.desk(), dead.message, "root"));
    assert_eq!(again, Undecidable::NotGivenUp(dead.message));
    let unknown = refused(relay::dismiss(&mut windows.local.desk(), MessageId(1), "root"));
    assert_eq!(unknown, Undecidable::NoSuchRelay(MessageId(1)));
    let (turn, told) = windows.turn();
    assert_eq!((turn.sent, told.statuses(&order)), (1, vec![3]));

    let other = nth(2).order_document();
    windows.local.send([&other]);
    windows.fail([Fault::Refused]);
    windows.turn();
    let dead = windows.overview().dead.remove(0);
    relay::dismiss(&mut windows.local.desk(), dead.message, "root").unwrap();
    let overview = windows.overview();
    assert_eq!((overview.given_up.count, overview.dead), (0, vec![]));
}

fn what_fails_for_too_long_is_given_up(on: On) {
    let mut windows = Windows::on(on);
    let order = nth(1).order_document();
    windows.local.send([&order]);
    windows.fail([Fault::Away, Fault::Away]);
    windows.turn();
    windows.advance(Duration::from_secs(72 * 3600));
    let (turn, told) = windows.turn();
    assert_eq!((turn.given_up, told.statuses(&order)), (1, vec![4]));
}

fn with_another_key_nothing_is_sent_and_nothing_given_up(on: On) {
    let mut windows = Windows::on(on);
    let order = nth(1).order_document();
    windows.local.send([&order]);
    let (local, above) = (&windows.local, &windows.above);
    windows.courier = courier_with(local, above, local.clock.clone(), [8; 32]);
    windows.courier.turn(&mut windows.local.desk()).unwrap_err();
    assert_eq!((windows.overview().waiting.count, windows.overview().dead.len()), (1, 0));
    windows.courier = courier(&windows.local, &windows.above, windows.local.clock.clone());
    assert_eq!(windows.turn().0.sent, 1);
}

fn what_is_wrong_is_refused_here_and_nothing_of_its_message_is_sent(on: On) {
    let only = BTreeSet::from([MessageType::Ceb311]);
    let mut windows = Windows::with(on, Relaying::Only(only));
    let (good, mut bad) = (nth(1).order_document(), nth(2).order_document());
    let Document::Order(order) = &mut bad else { panic!("no order") };
    order.paid = tongguan_domain::money::Amount::new(1.into());
    let told = windows.local.send_together(&[good.clone(), bad.clone()]);
    assert_eq!(told.statuses(&good), [4]);
    assert!(told.statuses(&bad)[0] < 0, "{:?}", told.statuses(&bad));
    assert_eq!(windows.overview().waiting.count, 0);

    // What is not relayed is decided here.
    let waybill = nth(3).waybill_document();
    assert_eq!(windows.local.send([&waybill]).statuses(&waybill), [2, 120]);
    assert_eq!(windows.overview().waiting.count, 0);
}

/// A message of upstream with a status for each of these documents.
fn said(guid: &str, told: &[(&Document, i32)]) -> String {
    let responses: Vec<_> = told
        .iter()
        .map(|(document, status)| Response {
            quote: Quote::new(MessageType::Ceb312, |field| match (field.name, document) {
                ("guid", _) => document.filing().guid.as_str().into(),
                ("orderNo", Document::Order(order)) => order.order_no.as_str().into(),
                ("ebpCode", Document::Order(order)) => order.platform.code.as_str().into(),
                ("ebcCode", Document::Order(order)) => order.merchant.code.as_str().into(),
                _ => "".into(),
            }),
            status: *status,
            at: sent_at().plus_days(1),
            text: "x".to_owned(),
        })
        .collect();
    write_responses(MessageType::Ceb312, guid, &responses, Style::Compact).unwrap()
}

fn an_answer_is_parted_among_its_receivers_and_passed_on_once(on: On) {
    let mut windows = Windows::on(on);
    let (first, second) = (nth(1).order_document(), nth(2).order_document());
    windows.local.send([&first]);
    let two = message_of(&windows.local, &second).replace("DXPENT0000000001", "DXPENT0000000777");
    let own = windows.local.cast.merchant.mailbox().to_owned();
    let two = two.replace(&own, "DXPENT0000000777");
    windows.local.submit([&*two]);
    windows.turn();
    let stranger = nth(9).order_document();
    let guid = "6A1D3C52-0000-4000-8000-000000000001";
    let text = said(guid, &[(&first, 120), (&second, -301_010), (&stranger, 120)]);
    let parted = windows.local.submit_by(ABOVE, [&*text]);
    let seen: Vec<_> = parted
        .iter()
        .map(|it| {
            (it.mailboxes.clone(), Sent::of(vec![it.clone()]).answers[0].status, it.key.clone())
        })
        .collect();
    assert_eq!(parted.len(), 2, "{seen:?}");
    assert!(seen.iter().any(|(to, status, _)| *to == [own.clone()] && *status == 120), "{seen:?}");
    let other = [("DXPENT0000000777".to_owned())];
    assert!(seen.iter().any(|(to, status, _)| *to == other && *status == -301_010), "{seen:?}");
    assert!(parted.iter().all(|it| Sent::of(vec![it.clone()]).answers.len() == 1));
    let strays = windows.overview().strays;
    assert_eq!((strays.len(), strays[0].kind.as_str()), (1, "CEB312"));

    let again = windows.local.submit_by(ABOVE, [&*text]);
    assert_eq!(again, [], "the same message again");
    let whole = said("6A1D3C52-0000-4000-8000-000000000002", &[(&first, 120)]);
    let passed = windows.local.submit_by(ABOVE, [&*whole]);
    assert_eq!(passed[0].xml, whole.as_bytes(), "byte for byte where it is for one alone");

    // The same number from somebody else answers nothing.
    let mut foreign = stranger.clone();
    foreign.filing_mut().guid = Guid::parse(first.filing().guid.as_str()).unwrap();
    let foreign = said("6A1D3C52-0000-4000-8000-000000000003", &[(&foreign, 800)]);
    assert_eq!(windows.local.submit_by(ABOVE, [&*foreign]), []);
    assert_eq!(windows.local.submit_by(ABOVE, ["<broken"]), []);
    assert_eq!(windows.overview().strays.len(), 3);
}

fn message_of(world: &World, document: &Document) -> String {
    tongguan_testkit::parcels::message(&world.cast, std::slice::from_ref(document), 77).unwrap()
}

fn an_answer_that_comes_before_the_sending_was_noted_is_not_lost(on: On) {
    let mut windows = Windows::on(on);
    let order = nth(1).order_document();
    windows.local.send([&order]);
    windows.fail([Fault::Unheard]);
    windows.turn();
    let answered = windows.collect();
    assert_eq!(answered.statuses(&order), [3, 2, 120], "whoever answers has it");
    windows.advance(Duration::from_secs(600));
    assert_eq!(windows.turn().0.sent, 0);
    assert_eq!(windows.above.numbers().len(), 1);
}

fn a_format_refusal_quotes_the_number_that_the_sender_gave(on: On) {
    let mut windows = Windows::on(on);
    let order = nth(1).order_document();
    windows.local.send([&order]);
    windows.turn();
    let number = windows.above.numbers().remove(0);
    let refusal = tongguan_messages::ceb::FormatRefusal {
        guid: "6A1D3C52-0000-4000-8000-000000000009".into(),
        status: -2,
        text: "schema".to_owned(),
        at: sent_at().plus_days(1),
        original_id: number.clone(),
        original_type: "CEB311Message".to_owned(),
        original: "<x/>".to_owned(),
    };
    let refusal = tongguan_messages::ceb::ceb900::write(&refusal, Style::Compact).unwrap();
    let told = windows.local.submit_by(ABOVE, [&*refusal]);
    let [told] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        (told.message, &told.mailboxes[0]),
        ("CEB900", &windows.local.cast.merchant.mailbox().to_owned())
    );
    let text = String::from_utf8(told.xml.clone()).unwrap();
    assert!(text.contains("test.xml") && text.contains("schema") && !text.contains(&number));
}

fn the_same_document_again_is_answered_by_upstream(on: On) {
    let mut windows = Windows::on(on);
    let order = nth(1).order_document();
    windows.local.send([&order]);
    assert_eq!(windows.settle().statuses(&order), [2, 120]);
    windows.local.send([&order]);
    assert_eq!(windows.settle().statuses(&order), [2, 120], "the stored responses, once more");
}
