//! Persons are seen for a stated reason, and that they were seen is recorded first.

use std::sync::Arc;

use tongguan_application::enquiry::Enquiries;
use tongguan_application::history::{
    Actor, AuditFilter, Cause, ChangeKind, Event, Origin, Register, Subject, Way, audited,
};
use tongguan_application::ports::Clock as _;
use tongguan_application::settings;
use tongguan_application::unmasking::{Persons, Reason, UnmaskError, Unmasking};
use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, OfficeCode};
use tongguan_storage::seal::Keyring;
use tongguan_testkit::exports::export;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    the_persons_of_a_declaration_are_shown_whole_and_recorded,
    of_many_declarations_a_day_a_second_officer_decides,
    a_list_is_shown_once_to_whoever_asked_when_another_approved,
    what_is_kept_no_longer_is_not_shown,
}

fn at_office() -> Reach {
    Reach::Office(OfficeCode::parse("2916").unwrap())
}

fn unsigned(on: On) -> World {
    World::with(on(Beginning::unsigned()))
}

fn unmasking(world: &World) -> Unmasking {
    let enquiries = Arc::new(Enquiries::new(world.store.clone()));
    Unmasking::new(enquiries, Arc::new(Keyring::from_master(&[7; 32])))
}

fn actor(name: &str) -> Actor {
    let (address, request) = (Some("192.0.2.7".into()), Some("q1".into()));
    let origin = Origin { address, request, way: Some(Way::Page) };
    Actor { name: name.into(), standing: "officer 2916".into(), origin }
}

fn reason() -> Reason {
    Reason::new("identity", "证件照片与姓名不符").unwrap()
}

fn see(world: &World, who: &str, id: DeclarationId) -> Result<Persons, UnmaskError> {
    unmasking(world).see(at_office(), id, &reason(), &actor(who), world.clock.now())
}

fn events(world: &World) -> Vec<Event> {
    let register = Some(Register::Unmasking);
    let filter = AuditFilter { register, ..AuditFilter::default() };
    world.store.read(|view| audited(view, &filter, None, 99)).unwrap()
}

fn lodged(world: &mut World, n: u64) -> DeclarationId {
    let parcel = nth(n);
    world.send(&parcel.documents());
    world.declaration(&parcel).unwrap().id
}

fn values(persons: &Persons) -> String {
    let fields = persons.documents.iter().flat_map(|document| document.fields.iter().flatten());
    fields.map(|field| format!("{}={}\n", field.name, field.value)).collect()
}

fn the_persons_of_a_declaration_are_shown_whole_and_recorded(on: On) {
    let mut world = unsigned(on);
    let parcel = nth(1);
    // Each message holds two documents: those of the other parcel are not shown.
    let other = nth(2);
    for (theirs, own) in other.documents().into_iter().zip(parcel.documents()) {
        world.send_together(&[theirs, own]);
    }
    let id = world.declaration(&parcel).unwrap().id;
    let persons = see(&world, "zhang", id).unwrap();
    let shown = values(&persons);
    for (name, value) in [
        ("buyerName", &*parcel.declaration.buyer.name),
        ("buyerIdNumber", &*parcel.declaration.buyer.number),
        ("consigneeAddress", &*parcel.declaration.consignee_address),
        ("payerIdNumber", &*parcel.payment.payer.number),
    ] {
        assert!(shown.contains(&format!("{name}={value}")), "{name} {value}: {shown}");
    }
    assert_eq!(persons.documents.len(), 4, "{persons:?}");
    assert_eq!(shown.matches("buyerName=").count(), 2, "of order and declaration: {shown}");
    assert!(!format!("{persons:?}").contains(&*parcel.declaration.buyer.number));

    let [event] = events(&world).try_into().unwrap();
    assert_eq!(event.entry.subject, Subject::Declaration(id));
    assert_eq!(event.entry.change, ChangeKind::Shown);
    assert_eq!(event.cause, Cause::Person(actor("zhang")));
    let told = format!("{event:?}");
    for said in ["identity", "证件照片与姓名不符", "Declaration: buyerIdNumber", "192.0.2.7"]
    {
        assert!(told.contains(said), "{said}: {told}");
    }
    for personal in [&*parcel.declaration.buyer.name, &*parcel.declaration.buyer.number] {
        assert!(!told.contains(personal), "{told}");
    }

    let exported = export(3, sent_at()).unwrap();
    world.send(&exported.documents());
    let id = world.export(&exported).unwrap().id;
    assert!(see(&world, "zhang", id).is_ok());
    let elsewhere = Reach::Office(OfficeCode::parse("0100").unwrap());
    let now = world.clock.now();
    let refused = unmasking(&world).see(elsewhere, id, &reason(), &actor("zhang"), now);
    assert!(matches!(refused, Err(UnmaskError::Unknown)), "{refused:?}");
    assert_eq!(events(&world).len(), 2);
}

fn of_many_declarations_a_day_a_second_officer_decides(on: On) {
    let mut world = unsigned(on);
    let ids = [1, 2, 3].map(|n| lodged(&mut world, n));
    let cause = Cause::Command("test".into());
    let mut writer = world.store.writer().unwrap();
    settings::put(&mut writer, None, "unmask_per_day", Some("2"), &cause, sent_at()).unwrap();
    see(&world, "zhang", ids[0]).unwrap();
    see(&world, "zhang", ids[0]).unwrap();
    see(&world, "zhang", ids[1]).unwrap();
    let refused = see(&world, "zhang", ids[2]);
    assert!(matches!(refused, Err(UnmaskError::TooMany(2))), "{refused:?}");
    assert_eq!(events(&world).len(), 3, "what was not shown is not recorded as shown");
    see(&world, "zhang", ids[1]).unwrap();
    see(&world, "li", ids[2]).unwrap();
    world.clock.advance_millis(24 * 3_600_000);
    see(&world, "zhang", ids[2]).unwrap();
}

fn a_list_is_shown_once_to_whoever_asked_when_another_approved(on: On) {
    let mut world = unsigned(on);
    let ids = [1, 2, 3].map(|n| lodged(&mut world, n));
    let all = unmasking(&world);
    let now = || world.clock.now();
    let (office, zhang, chen) = (at_office(), actor("zhang"), actor("chen"));
    let none = all.propose(office, &[], &reason(), &zhang, now());
    assert!(matches!(none, Err(UnmaskError::BadList)), "{none:?}");
    let unknown = all.propose(office, &[DeclarationId(5)], &reason(), &zhang, now());
    assert!(matches!(unknown, Err(UnmaskError::Unknown)), "{unknown:?}");

    let number = all.propose(office, &ids, &reason(), &zhang, now()).unwrap();
    let early = all.see_all(office, number, &zhang, now());
    assert!(matches!(early, Err(UnmaskError::NotOpen)), "{early:?}");
    let own = all.answer(office, number, None, &zhang, now());
    assert!(matches!(own, Err(UnmaskError::OwnRequest)), "{own:?}");
    let elsewhere = Reach::Office(OfficeCode::parse("0100").unwrap());
    let foreign = all.answer(elsewhere, number, None, &chen, now());
    assert!(matches!(foreign, Err(UnmaskError::Unknown)), "{foreign:?}");
    all.answer(office, number, None, &chen, now()).unwrap();
    let twice = all.answer(office, number, Some("too late"), &chen, now());
    assert!(matches!(twice, Err(UnmaskError::Answered)), "{twice:?}");
    let anothers = all.see_all(office, number, &chen, now());
    assert!(matches!(anothers, Err(UnmaskError::Unknown)), "{anothers:?}");
    assert_eq!(all.see_all(office, number, &zhang, now()).unwrap().len(), 3);
    let again = all.see_all(office, number, &zhang, now());
    assert!(matches!(again, Err(UnmaskError::NotOpen)), "{again:?}");
    let told = events(&world);
    let shown = told.iter().filter(|event| event.entry.change == ChangeKind::Shown);
    assert_eq!(shown.count(), 3, "one for each declaration: {told:?}");

    let turned_down = all.propose(office, &ids[..1], &reason(), &zhang, now()).unwrap();
    all.answer(office, turned_down, Some("no need"), &chen, now()).unwrap();
    let late = all.propose(office, &ids[..1], &reason(), &zhang, now()).unwrap();
    all.answer(office, late, None, &chen, now()).unwrap();
    world.clock.advance_millis(24 * 3_600_000);
    for number in [turned_down, late] {
        let refused = all.see_all(office, number, &zhang, now());
        assert!(matches!(refused, Err(UnmaskError::NotOpen)), "{refused:?}");
    }
}

fn what_is_kept_no_longer_is_not_shown(on: On) {
    let mut world = unsigned(on);
    let id = lodged(&mut world, 1);
    let period = world.clock.now().to_string()[..7].to_owned();
    let mut writer = world.store.writer().unwrap();
    writer.transaction(|tx| tx.forget_periods(&[(&*period,)])).unwrap();
    let persons = see(&world, "zhang", id).unwrap();
    assert_eq!(values(&persons), "");
    assert!(persons.documents.iter().all(|document| document.fields.is_none()), "{persons:?}");
}
