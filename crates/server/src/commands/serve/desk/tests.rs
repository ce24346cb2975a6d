//! Officers and facilities act through a running desk while messages pour in.

use std::thread::{self, JoinHandle};

use crossbeam_channel::{bounded, unbounded};
use tongguan_application::cancellations;
use tongguan_application::casework::{self, ProposalError};
use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::deciding::{AtReception, Decides, NotCommitted, Refused};
use tongguan_application::history::{Actor, Cause};
use tongguan_application::keys::KeysNews;
use tongguan_application::learning::Learned;
use tongguan_application::quarantine::{self, RegisterError};
use tongguan_application::reception::{NotTaken, Reception};
use tongguan_application::returns::{self, ReturnError};
use tongguan_application::review::{self, DecideError, Decision};
use tongguan_application::transit::{self, Officer};
use tongguan_codelists::text::Defaults;
use tongguan_codelists::{Pack, Table};
use tongguan_domain::declaration::{Detention, Ruling};
use tongguan_domain::ids::{DeclarationId, OfficeCode, SealNumber, VehiclePlate};
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_domain::quarantine::Finding;
use tongguan_domain::readmission::ExportReturnId;
use tongguan_domain::time::Moment;
use tongguan_storage::Store;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::{Document, Parcel, message, parcel, single_piece, sweeten};
use tongguan_testkit::postgres::database;
use tongguan_testkit::requests::{cancellation, import_return};
use tongguan_testkit::world::{Beginning, World};

use super::*;
use crate::refresh::{Refresh, TrustFolder};

/// Nobody waits so long; a test that does fails by that.
const LONG: Duration = Duration::from_secs(600);

/// Runs each of the named functions on both engines, as a test of its name in `sqlite` and `postgres`.
macro_rules! on_both_engines {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(|beginning| beginning); })+
        }
        mod postgres {
            use super::{Beginning, database};

            $(#[test] fn $name() {
                // Where there is no server, that has been said loudly.
                if database().is_some() {
                    super::$name(|beginning| Beginning { database: database(), ..beginning });
                }
            })+
        }
    };
}

type On = fn(Beginning) -> Beginning;

on_both_engines! {
    declarations_are_decided_and_cancelled,
    what_is_kept_is_let_go_by_two,
    goods_are_sealed_and_each_refusal_says_why,
    a_finding_of_quarantine_is_registered,
    returned_goods_arrive_once,
    whoever_was_taken_in_is_answered_at_the_end,
}

fn declarations_are_decided_and_cancelled(on: On) {
    let hits = vec![Hit { on: Target::HsPrefix("17".into()), lane: Lane::Yellow }];
    let selectivity = Selectivity { hits, ..Selectivity::default() };
    let office =
        OfficeSettings { selectivity, review_cancellations: true, ..OfficeSettings::default() };
    let mut world = world(on, Settings { default_office: office, ..Settings::default() });
    let [reviewed, asked] = [1, 2].map(|n| {
        let mut parcel = single_piece(n, sent_at(), 10_00).unwrap();
        sweeten(&mut parcel, 1500);
        parcel
    });
    world.send(&reviewed.documents());
    world.send(&asked.documents());
    let id = world.declaration(&reviewed).unwrap().id;
    let number = world.declaration(&asked).unwrap().state.number().cloned().unwrap();
    let request = cancellation(&asked, &number, 1, sent_at()).unwrap();
    world.send([&Document::Cancellation(Box::new(request))]);

    while_messages_pour_in(&mut world, |desk| {
        let (officer, reason) = ("王关员".to_owned(), "in-order".to_owned());
        let (approver, seen, ruling) = (None, None, Ruling::Accept);
        let decision = Decision { declaration: id, ruling, officer, reason, approver, seen };
        let decided = review::decide(desk, &Pack::builtin(), &decision).unwrap();
        assert_eq!(decided.status.number(), 800);
        assert!(!decided.told.is_empty(), "what was told is stored when the answer comes");
        let again = review::decide(desk, &Pack::builtin(), &decision);
        assert!(matches!(again, Err(DecideError::NotAllowed(_))), "{again:?}");

        let (declaration_no, approves) = (number.as_str(), true);
        let (officer, reason) = ("王关员", "单证齐全");
        let decision = cancellations::Decision { declaration_no, approves, officer, reason };
        assert_eq!(cancellations::decide(desk, &decision).unwrap().status.number(), 399);
    });
    assert!(world.declaration(&asked).unwrap().state.is_final());
}

fn what_is_kept_is_let_go_by_two(on: On) {
    let hits = vec![Hit { on: Target::HsPrefix("17".into()), lane: Lane::Red }];
    let selectivity = Selectivity { hits, ..Selectivity::default() };
    let default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let mut world = world(on, Settings { default_office, ..Settings::default() });
    let mut parcel = single_piece(1, sent_at(), 10_00).unwrap();
    sweeten(&mut parcel, 1500);
    world.send(&parcel.documents());
    let id = world.declaration(&parcel).unwrap().id;
    let pack = Pack::builtin();

    while_messages_pour_in(&mut world, |desk| {
        let decision = |ruling, officer: &str| Decision {
            declaration: id,
            ruling,
            officer: officer.to_owned(),
            reason: "in-order".to_owned(),
            approver: None,
            seen: None,
        };
        let detain = decision(Ruling::Detain(Detention::Clearance), "zhao");
        let store = desk.store().clone();
        let early =
            casework::propose(&store, &decision(Ruling::Accept, "li"), &by("li"), sent_at());
        assert!(matches!(early, Err(ProposalError::NotNeeded)), "{early:?}");
        assert_eq!(review::decide(desk, &pack, &detain).unwrap().status.number(), 501);

        let alone = review::decide(desk, &pack, &decision(Ruling::Accept, "li"));
        assert!(matches!(alone, Err(DecideError::SecondNeeded)), "{alone:?}");
        let late = Decision { seen: Some(1), ..decision(Ruling::ShipBack, "li") };
        let late = review::decide(desk, &pack, &late);
        assert!(matches!(late, Err(DecideError::MovedOn(_))), "{late:?}");

        let accept = decision(Ruling::Accept, "li");
        casework::propose(&store, &accept, &by("li"), sent_at()).unwrap();
        let twice = casework::propose(&store, &accept, &by("li"), sent_at());
        assert!(matches!(twice, Err(ProposalError::OneWaits(_))), "{twice:?}");
        casework::turn_down(&store, id, "chen", "等检验结果", &by("chen"), sent_at()).unwrap();
        casework::propose(&store, &accept, &by("li"), sent_at()).unwrap();
        assert_eq!(casework::open(&store, None).unwrap().len(), 1);
        for same in ["li", "zhao"] {
            let refused = casework::approve(desk, &pack, id, same, &by(same), sent_at());
            let is_same =
                matches!(refused, Err(ProposalError::Decide(DecideError::SameOfficer(_))));
            assert!(is_same, "{same}: {refused:?}");
        }
        let approved = casework::approve(desk, &pack, id, "chen", &by("chen"), sent_at()).unwrap();
        assert_eq!(approved.status.number(), 800);
        let again = casework::approve(desk, &pack, id, "chen", &by("chen"), sent_at());
        assert!(matches!(again, Err(ProposalError::NoneWaits(_))), "{again:?}");
        let answered = casework::of(&store, id).unwrap();
        let refusals = answered.iter().map(|it| it.answer.as_ref().unwrap().refusal.is_some());
        assert_eq!(refusals.collect::<Vec<_>>(), [true, false]);
        let acts = review::acts(&store, id).unwrap();
        let officers: Vec<_> = acts.iter().map(|act| act.officer.as_str()).collect();
        assert_eq!(officers, ["zhao", "li + chen"]);
    });
}

fn goods_are_sealed_and_each_refusal_says_why(on: On) {
    let rows = "plate,zh,valid_from,valid_to,source\n\
                浙A00001,示例运输有限公司,2026-01-01,,a registration\n";
    let vehicles = Table::Vehicles.read(rows, &Defaults::default()).rows;
    let law = Arc::new(Pack::builtin().overlay(vehicles));
    let mut world = world(on, Settings { law, ..Settings::default() });
    let parcels = [1, 2].map(|n| {
        let mut parcel = export(n, sent_at()).unwrap();
        parcel.declaration.port = OfficeCode::parse("2924").unwrap();
        parcel
    });
    let [here, not_here] = &parcels;
    world.send(&here.documents());
    world.send(&not_here.documents());
    world.send([&here.arrival_document()]);
    let ids = [id(&world, here), id(&world, not_here)];

    while_messages_pour_in(&mut world, |desk| {
        let officer =
            Officer { name: "王关员".to_owned(), office: OfficeCode::parse("2916").unwrap() };
        let seal = SealNumber::parse("SEAL1").unwrap();
        let vehicle = |plate| VehiclePlate::parse(plate).unwrap();
        let mut sealed = |plate| {
            let outcomes = transit::seal(desk, &ids, &seal, &vehicle(plate), &officer).unwrap();
            <[_; 2]>::try_from(outcomes).unwrap().map(|of| of.outcome.map(drop))
        };
        for refused in sealed("浙A00009") {
            assert!(matches!(refused, Err(Undecidable::Transit(_))), "{refused:?}");
        }
        let [done, refused] = sealed("浙A00001");
        assert_eq!(done, Ok(()));
        assert!(matches!(refused, Err(Undecidable::Transit(_))), "{refused:?}");
    });
}

fn a_finding_of_quarantine_is_registered(on: On) {
    let default_office =
        OfficeSettings { quarantine_per_10_000: 10_000, ..OfficeSettings::default() };
    let mut world = world(on, Settings { default_office, ..Settings::default() });
    let parcel = export(1, sent_at()).unwrap();
    world.send(&parcel.documents());
    let (id, nobody) = (id(&world, &parcel), DeclarationId(7));

    while_messages_pour_in(&mut world, |desk| {
        let mut register =
            |id| quarantine::register(desk, id, Finding::Passed, "王关员", "现场检疫");
        assert_eq!(register(id).unwrap().status.number(), 399);
        let refused = register(nobody).unwrap_err();
        let RegisterError::Undecidable(Undecidable::NoSuchDeclaration(named)) = refused else {
            panic!("{refused}")
        };
        assert_eq!(named, nobody);
    });
}

fn returned_goods_arrive_once(on: On) {
    let mut world = world(on, Settings::default());
    let parcel = nth(1);
    world.send(&parcel.documents());
    let number = world.declaration(&parcel).unwrap().state.number().cloned().unwrap();
    let request = import_return(&parcel, &number, 1, sent_at(), &[(0, 1.into())]).unwrap();
    world.send([&Document::Return(Box::new(request))]);
    let number = world.returns(&parcel).pop().unwrap().provisional_no.to_string();

    while_messages_pour_in(&mut world, |desk| {
        let mut arrive = || returns::arrive(desk, &number, 1, None, "李保管");
        assert_eq!(arrive().unwrap().status.number(), 300);
        let refused = arrive().unwrap_err();
        let typed = matches!(refused, ReturnError::Undecidable(Undecidable::ReturnStepRefused(_)));
        assert!(typed, "{refused}");
    });
}

fn whoever_was_taken_in_is_answered_at_the_end(on: On) {
    let mut world = world(on, Settings::default());
    let (reception, errands) = Reception::open(8);
    let answers: Vec<_> = (0..8)
        .map(|n| {
            let (reply, answer) = bounded(1);
            let id = ExportReturnId { declaration: DeclarationId(7), n };
            let unknown = Incoming::Exchange { id, order_no: nth(1).order.order_no };
            reception.ask(Asked { commands: vec![unknown], by: None, reply }).unwrap();
            answer
        })
        .collect();
    let mut late = at(&world, reception.clone());
    let full = late.carry_out(Vec::new()).unwrap_err();
    assert!(matches!(full, NotCommitted::NotTaken(NotTaken::Full)), "{full}");

    // Nobody hands anything over any more before the first of them is taken up.
    drop((reception, late));
    run(&mut world, errands).join().unwrap();
    world.restart();
    for answer in answers {
        let refused = answer.try_recv().unwrap().unwrap();
        assert!(matches!(refused[..], [(0, Undecidable::NoSuchExportReturn(_))]), "{refused:?}");
    }
}

/// A world without signatures, on an engine.
fn world(on: On, settings: Settings) -> World {
    World::with(on(Beginning { settings, ..Beginning::unsigned() }))
}

fn sent_at() -> Moment {
    Moment::parse_wire("20260302095900").unwrap()
}

fn nth(n: u64) -> Parcel {
    parcel(n, sent_at()).unwrap()
}

fn id(world: &World, parcel: &Export) -> DeclarationId {
    world.export(parcel).unwrap().id
}

fn by(name: &str) -> Cause {
    Cause::Person(Actor { name: name.to_owned(), ..Actor::default() })
}

fn at(world: &World, reception: Reception) -> AtReception {
    AtReception { reception, store: world.store.clone(), patience: LONG, by: None }
}

/// Somebody at the reception who comes again while the queue is full.
struct Insisting(AtReception);

impl Decides for Insisting {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn carry_out(&mut self, commands: Vec<Incoming>) -> Result<Refused, NotCommitted> {
        loop {
            match self.0.carry_out(commands.clone()) {
                Err(NotCommitted::NotTaken(NotTaken::Full)) => thread::yield_now(),
                answered => return answered,
            }
        }
    }
}

/// Runs a desk over the world; acts once its first message is durable, while others come behind. All of them
/// are durable at the end.
fn while_messages_pour_in(world: &mut World, act: impl FnOnce(&mut Insisting)) {
    let messages: Vec<_> = (1_000..1_020)
        .flat_map(|n| nth(n).documents().into_iter().take(3))
        .zip(1_000..)
        .map(|(document, n)| message(&world.cast, &[document], n).unwrap())
        .collect();
    let (reception, errands) = Reception::open(4);
    let desk = run(world, errands);
    let mut acting = Insisting(at(world, reception.clone()));
    let (told, receipts) = unbounded();
    let count = messages.len();
    let pouring = thread::spawn(move || {
        for message in messages {
            pour(&reception, &message, &told);
        }
    });
    let first: Receipt = receipts.recv().unwrap();
    act(&mut acting);
    drop(acting);
    pouring.join().unwrap();
    desk.join().unwrap();
    world.restart();
    let receipts: Vec<_> = [first].into_iter().chain(receipts).collect();
    assert_eq!(receipts.len(), count);
    for receipt in receipts {
        assert_eq!(receipt.outcome.unwrap().documents, 1);
    }
}

/// Hands a message over, and comes again as long as the reception is full.
fn pour(reception: &Reception, message: &str, told: &Sender<Receipt>) {
    loop {
        let told = told.clone();
        let handed = Handed {
            origin: "test.xml".into(),
            sender: None,
            way: tongguan_application::intake::Way::Party,
            bytes: message.as_bytes().to_vec(),
            reply: Box::new(move |receipt| told.send(receipt).unwrap()),
        };
        match reception.hand_over(handed) {
            Ok(()) => return,
            Err(NotTaken::Full) => thread::yield_now(),
            Err(NotTaken::Closed) => panic!("the desk has ended"),
        }
    }
}

/// Starts a desk with the world's writer.
fn run(world: &mut World, errands: Receiver<Errand>) -> JoinHandle<()> {
    let parts = world.lend(2);
    let knowledge = parts.knowledge.clone();
    let learned = Learned {
        registry: knowledge.registry.clone(),
        settings: parts.engine.settings(),
        pack: knowledge.pack.clone(),
        ..world.store.read(Learned::load).unwrap()
    };
    let (trust, _) = TrustFolder::open(&world.folder().join("trust")).unwrap();
    let clock = world.clock.clone();
    let keys = KeysNews::new(parts.keyring.clone());
    let refresh = Refresh::new(learned, keys, knowledge, trust, 1);
    let upkeep = Upkeep::new(world.store.clone(), clock.clone(), refresh);
    let (news, heard) = bounded(1);
    let desk = Desk::new(Pipeline::start(parts), errands, upkeep, clock, news);
    thread::spawn(move || {
        desk.run().unwrap();
        drop(heard);
    })
}
