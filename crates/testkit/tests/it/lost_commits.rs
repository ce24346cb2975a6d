//! A connection that breaks while a batch commits: what became of it is found out, and nothing is done
//! twice or not at all.

use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::declaration::Ruling;
use tongguan_domain::lane::Selectivity;
use tongguan_testkit::postgres::database;
use tongguan_testkit::postgres::wire::{Lost, Wire};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

/// A world on PostgreSQL behind a wire; `None` where there is no server, which has been said loudly.
fn world_behind_a_wire(settings: Settings) -> Option<(World, Wire)> {
    let mut database = database()?;
    let wire = Wire::to(&database.url).unwrap();
    database.url.clone_from(&wire.url);
    let database = Some(database);
    let world = World::with(Beginning { database, settings, ..Beginning::unsigned() });
    Some((world, wire))
}

/// What a stranger sees of a parcel whose batch lost a message while it was committed.
fn a_batch_is_decided_once(lost: Lost) {
    let Some((mut world, wire)) = world_behind_a_wire(Settings::default()) else { return };
    let (before, parcel) = (nth(1), nth(2));
    world.send(&before.documents());
    wire.cut_at_commit(lost, 0);
    let sent = world.send(&parcel.documents());
    assert_eq!(wire.cuts(), 1);
    assert_eq!(sent.statuses(&parcel.lodging()), [2, 3, 120, 399, 800]);
    assert_eq!(sent.bills.len(), 1);
    let counts = world.store.read(|view| view.row_counts()).unwrap();
    for (table, expected) in [("document", 8), ("declaration", 2), ("response", 8), ("tax_bill", 2)]
    {
        assert_eq!(counts[table], expected, "rows of {table}");
    }
    // The writer goes on, under new leases and with numbers that nobody has used.
    let after = nth(3);
    assert_eq!(world.send(&after.documents()).bills.len(), 1);
    assert_eq!(wire.cuts(), 1);
}

#[test]
fn a_batch_whose_commit_never_arrived_is_committed_again() {
    a_batch_is_decided_once(Lost::Request);
}

#[test]
fn a_batch_that_was_committed_without_an_answer_is_not_committed_again() {
    a_batch_is_decided_once(Lost::Answer);
}

/// A ruling whose commit lost a message is told to have been carried out, as it was.
fn a_ruling_is_made_once(lost: Lost) {
    let selectivity = Selectivity { yellow_per_10_000: 10_000, ..Selectivity::default() };
    let default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    let Some((mut world, wire)) = world_behind_a_wire(settings) else { return };
    let parcel = nth(1);
    world.send(&parcel.documents());
    let declaration = world.declaration(&parcel).unwrap();
    assert_eq!(declaration.state.status().number(), 300);
    wire.cut_at_commit(lost, 0);
    let sent = world.decide(Incoming::Ruling {
        declaration: declaration.id,
        ruling: Ruling::Accept,
        officer: "关员001".into(),
        reason: "核查无异常".into(),
        reassessed: None,
        only_at: None,
    });
    assert_eq!(wire.cuts(), 1);
    let sent = sent.unwrap();
    assert_eq!(sent.statuses(&parcel.lodging()), [399, 800]);
    assert_eq!(sent.bills.len(), 1);
}

#[test]
fn a_ruling_whose_commit_never_arrived_is_committed_again() {
    a_ruling_is_made_once(Lost::Request);
}

#[test]
fn a_ruling_that_was_committed_without_an_answer_is_not_refused_as_a_second_one() {
    a_ruling_is_made_once(Lost::Answer);
}

#[test]
fn declaring_that_was_committed_without_an_answer_is_not_refused_as_a_second_time() {
    let Some((mut world, wire)) = world_behind_a_wire(Settings::default()) else { return };
    let parcel = nth(1);
    let [order, payment, waybill, declaration] = parcel.documents();
    let stored = stored_only(&declaration);
    world.send([&order, &payment, &waybill, &stored]);
    let id = world.declaration(&parcel).unwrap().id;
    wire.cut_at_commit(Lost::Answer, 0);
    let sent = world.decide(declare(id));
    assert_eq!(wire.cuts(), 1);
    assert_eq!(sent.unwrap().statuses(&stored), [2, 3, 120, 399, 800]);
}
