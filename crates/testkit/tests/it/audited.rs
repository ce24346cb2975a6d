//! What officers decided stands in the audit: by whom, from where, about what, from which status to which.

use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::history::{
    Actor, AuditFilter, Cause, ChangeKind, Decisions, Entry, Event, Origin, Register, Subject, Way,
    audited, change,
};
use tongguan_application::ports::Clock as _;
use tongguan_domain::declaration::{Detention, Ruling};
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_domain::lane::Selectivity;
use tongguan_storage::{AuditPlace, Partition, StorageError};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    a_decision_is_found_with_who_from_where_and_what_it_was_before,
    what_two_decided_is_found_by_both_names,
    what_came_by_message_is_told_by_its_message,
    what_is_found_is_paged_without_a_gap_and_nothing_is_taken_up_twice,
    an_event_is_of_the_office_of_its_record_and_of_whoever_acted,
}

/// Where everything is reviewed.
fn reviewing(on: On) -> World {
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    let default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    World::with(on(Beginning { settings, ..Beginning::unsigned() }))
}

fn lodged(world: &mut World, n: u64) -> DeclarationId {
    let parcel = nth(n);
    world.send(&parcel.documents());
    world.declaration(&parcel).unwrap().id
}

fn ruling(declaration: DeclarationId, ruling: Ruling, officer: &str, reason: &str) -> Incoming {
    Incoming::Ruling {
        declaration,
        ruling,
        officer: officer.into(),
        reason: reason.into(),
        reassessed: None,
        only_at: None,
    }
}

fn at_a_page(name: &str) -> Actor {
    let origin = Origin {
        address: Some("192.0.2.7".into()),
        request: Some("q1".into()),
        way: Some(Way::Page),
    };
    Actor { name: name.into(), standing: "officer 2916".into(), origin }
}

fn take_up(world: &World) -> usize {
    Decisions::open(&world.store).unwrap().take_up().unwrap()
}

fn found(world: &World, filter: &AuditFilter, before: Option<&AuditPlace>) -> Vec<Event> {
    world.store.read(|view| audited(view, filter, before, 2)).unwrap()
}

fn of_decisions() -> AuditFilter {
    AuditFilter { register: Some(Register::Decisions), ..AuditFilter::default() }
}

fn field<'e>(event: &'e Event, name: &str) -> (&'e str, &'e str) {
    let field = event.entry.fields.iter().find(|field| field.name == name);
    field.map_or(("", ""), |field| (&field.before, &field.after))
}

fn a_decision_is_found_with_who_from_where_and_what_it_was_before(on: On) {
    let mut world = reviewing(on);
    let (first, second) = (lodged(&mut world, 1), lodged(&mut world, 2));
    let why = "电话13812345678核实";
    let refuse = ruling(first, Ruling::Refuse, "zhang", why);
    world.decide_for(Some(&at_a_page("zhang")), refuse).unwrap();
    let accept = ruling(second, Ruling::Accept, "li", "agreed");
    world.decide_for(Some(&at_a_page("li")), accept).unwrap();
    assert!(found(&world, &of_decisions(), None).is_empty(), "beside clearing, not in it");
    take_up(&world);

    let by_id = AuditFilter { record: Some(first.to_string()), ..AuditFilter::default() };
    let [event] = found(&world, &by_id, None).try_into().unwrap();
    assert_eq!(event.cause, Cause::Person(at_a_page("zhang")));
    assert_eq!(event.entry.subject, Subject::Declaration(first));
    assert_eq!(field(&event, "status"), ("300", "100"));
    assert_eq!(field(&event, "reason"), ("", "电话***********核实"), "nobody's number");

    let by_name = AuditFilter { who: Some("li".into()), ..of_decisions() };
    let [event] = found(&world, &by_name, None).try_into().unwrap();
    assert_eq!(field(&event, "status"), ("300", "800"));
    assert_eq!(event.entry.subject, Subject::Declaration(second));
    let nobody = AuditFilter { who: Some("wang".into()), ..of_decisions() };
    assert!(found(&world, &nobody, None).is_empty());
}

fn what_two_decided_is_found_by_both_names(on: On) {
    let mut world = reviewing(on);
    let id = lodged(&mut world, 1);
    let examine = ruling(id, Ruling::Examine, "zhang", "a look");
    world.decide_for(Some(&at_a_page("zhang")), examine).unwrap();
    let both = ruling(id, Ruling::Detain(Detention::Clearance), "li + chen", "kept");
    world.decide_for(Some(&at_a_page("chen")), both).unwrap();
    take_up(&world);
    for name in ["li", "chen"] {
        let filter = AuditFilter { who: Some(name.into()), ..of_decisions() };
        let [event] = found(&world, &filter, None).try_into().unwrap();
        let Cause::Person(actor) = &event.cause else { panic!("{event:?}") };
        assert_eq!(actor.name, "li + chen");
        assert_eq!(actor.origin, at_a_page("chen").origin, "where it was approved");
    }
}

fn what_came_by_message_is_told_by_its_message(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    lodged(&mut world, 1);
    assert!(take_up(&world) > 0);
    assert!(found(&world, &of_decisions(), None).is_empty());
}

fn what_is_found_is_paged_without_a_gap_and_nothing_is_taken_up_twice(on: On) {
    let mut world = reviewing(on);
    let ids: Vec<_> = (1..=5).map(|n| lodged(&mut world, n)).collect();
    for (place, id) in ids.iter().enumerate() {
        world
            .decide_for(Some(&at_a_page("zhang")), ruling(*id, Ruling::Refuse, "zhang", "no"))
            .unwrap();
        if place == 2 {
            take_up(&world);
        }
    }
    assert!(take_up(&world) > 0);
    assert_eq!(take_up(&world), 0);
    let filter = AuditFilter { who: Some("zhang".into()), ..AuditFilter::default() };
    let (mut told, mut before) = (Vec::new(), None);
    loop {
        let page = found(&world, &filter, before.as_ref());
        let Some(last) = page.last() else { break };
        before = Some(AuditPlace {
            at: last.at,
            register: last.register.name().to_owned(),
            revision: last.revision,
            n: last.n,
        });
        told.extend(page.into_iter().map(|event| event.entry.subject));
    }
    let all: Vec<_> = ids.into_iter().rev().map(Subject::Declaration).collect();
    assert_eq!(told, all, "the newest first, each once");
    let cursors = world.store.read(|view| view.cursors("decisions")).unwrap();
    assert!(cursors.iter().any(|cursor| cursor.partition != Partition(0)), "{cursors:?}");
}

fn an_event_is_of_the_office_of_its_record_and_of_whoever_acted(on: On) {
    let mut world = reviewing(on);
    let mut parcel = nth(1);
    parcel.declaration.port = OfficeCode::parse("2918").unwrap();
    world.send(&parcel.documents());
    let id = world.declaration(&parcel).unwrap().id;
    let actor = Actor { standing: "officer 2916".into(), ..at_a_page("zhang") };
    world.decide_for(Some(&actor), ruling(id, Ruling::Refuse, "zhang", "no")).unwrap();
    take_up(&world);
    let cause =
        Cause::Person(Actor { standing: "system-administrator".into(), ..at_a_page("root") });
    let setting =
        |scope: &str| Subject::Setting { scope: scope.into(), name: "case_minutes".into() };
    let stranger = Cause::Person(Actor { standing: "supervisor 2917".into(), ..at_a_page("qian") });
    for (cause, subject) in [
        (&cause, setting("office:2917")),
        (&cause, setting("office")),
        (&stranger, Subject::ParameterProposal(1)),
    ] {
        let entry = Entry { subject, change: ChangeKind::Changed, fields: Vec::new() };
        let now = world.clock.now();
        change(&mut world.store.writer().unwrap(), Register::Settings, cause, now, |_| {
            Ok::<_, StorageError>(((), vec![entry.clone()]))
        })
        .unwrap();
    }
    let of = |office: &str| {
        let filter = AuditFilter { office: Some(office.into()), ..AuditFilter::default() };
        let events = world.store.read(|view| audited(view, &filter, None, 9)).unwrap();
        events.into_iter().map(|event| event.entry.subject).collect::<Vec<_>>()
    };
    assert_eq!(of("2916"), [Subject::Declaration(id)]);
    assert_eq!(of("2918"), [Subject::Declaration(id)], "the port's too");
    assert_eq!(of("2917"), [Subject::ParameterProposal(1), setting("office:2917")]);
    assert_eq!(of("2919"), []);
}
