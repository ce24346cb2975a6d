//! Requests to cancel that an officer decides, where the office wants it so.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::{CancellationCommand, Incoming};
use tongguan_application::clearing::record::{DocumentKey, DocumentRecord};
use tongguan_application::clearing::rows::read_document;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::declaration::{ExportState, ImportState, Ruling};
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_domain::money::Money;
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::requests::{cancellation, export_cancellation};
use tongguan_testkit::world::{Beginning, Sent, World};

use crate::support::*;

/// A world whose offices review everything, and whose officers decide about requests to cancel.
fn desk(on: On) -> World {
    let on_all = |prefix: &str| Hit { on: Target::HsPrefix(prefix.into()), lane: Lane::Yellow };
    let hits = ["1", "2", "3", "6"].map(on_all).to_vec();
    let selectivity = Selectivity { hits, ..Selectivity::default() };
    let default_office =
        OfficeSettings { selectivity, review_cancellations: true, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    World::with(on(Beginning { settings, ..Beginning::unsigned() }))
}

fn nth_export(n: u64) -> Export {
    export(n, sent_at()).unwrap()
}

/// What waits for an officer.
fn pending(world: &World) -> Vec<DocumentRecord> {
    let rows = world.store.read(|view| view.pending_documents()).unwrap();
    rows.into_iter().map(|row| read_document(row).unwrap()).collect()
}

fn decide(world: &mut World, request: &DocumentKey, approves: bool) -> Result<Sent, Undecidable> {
    let (officer, reason) = ("王关员".to_owned(), "单证不齐".to_owned());
    let request = request.clone();
    world.decide(Incoming::Cancellation(CancellationCommand { request, approves, officer, reason }))
}

/// An import and an export in review, each with its declaration and the request to cancel it.
fn asked(world: &mut World) -> [(Document, Document); 2] {
    let (import, export) = (sugar(1, 1, 1500), nth_export(1));
    world.send(&import.documents());
    world.send(&export.documents());
    let number = world.declaration(&import).unwrap().state.number().cloned().unwrap();
    let request = cancellation(&import, &number, 1, sent_at()).unwrap();
    let import = (import.lodging(), Document::Cancellation(Box::new(request)));
    let number = world.export(&export).unwrap().state.number().cloned().unwrap();
    let request = export_cancellation(&export, &number, 1, sent_at()).unwrap();
    [import, (export.lodging(), Document::ExportCancellation(Box::new(request)))]
}

on_both_engines! {
    what_an_officer_approves_is_cancelled_once,
    what_an_officer_refuses_goes_on_and_may_be_asked_for_anew,
    what_was_released_meanwhile_is_not_cancelled,
}

fn what_an_officer_approves_is_cancelled_once(on: On) {
    let mut world = desk(on);
    for (declaration, request) in asked(&mut world) {
        let sent = world.send([&request]);
        assert_eq!(sent.statuses(&request), [2, 120, 300]);
        assert_eq!(sent.statuses(&declaration), [0; 0], "it stands as it stood");
        let again = anew(&request, 60);
        let refused = world.send([&again]).statuses(&again);
        assert!(refused == [-623_009] || refused == [100], "{refused:?}");
        assert_eq!(
            world.send([&request]).statuses(&request),
            [2, 120, 300],
            "the same is repeated"
        );

        let [waits] = <[_; 1]>::try_from(pending(&world)).unwrap();
        let sent = decide(&mut world, &waits.key, true).unwrap();
        assert_eq!(sent.statuses(&request), [399]);
        assert_eq!(sent.statuses(&declaration), [100]);
        assert!(sent.last_text(&declaration).starts_with("撤单，撤销申请单["));
        assert_eq!(pending(&world), []);
        let twice = decide(&mut world, &waits.key, true).unwrap_err();
        assert!(matches!(twice, Undecidable::NoSuchCancellation(_)), "{twice}");
        let late = anew(&request, 120);
        let refused = world.send([&late]).statuses(&late);
        assert!(refused == [-623_009] || refused == [100], "{refused:?}");
    }
    let cancelled = world.declaration(&sugar(1, 1, 1500)).unwrap();
    assert!(matches!(cancelled.state, ImportState::Cancelled(_)));
    assert_eq!(world.allowance(&cancelled, 2026).reserved, Money::ZERO);
    let cancelled = world.export(&nth_export(1)).unwrap();
    assert!(matches!(cancelled.state, ExportState::Cancelled(_)));
}

fn what_an_officer_refuses_goes_on_and_may_be_asked_for_anew(on: On) {
    let mut world = desk(on);
    for (declaration, request) in asked(&mut world) {
        world.send([&request]);
        let [waits] = <[_; 1]>::try_from(pending(&world)).unwrap();
        let sent = decide(&mut world, &waits.key, false).unwrap();
        assert_eq!(sent.statuses(&request), [100]);
        assert_eq!(sent.last_text(&request), "撤销申请不予批准，单证不齐");
        assert_eq!(sent.statuses(&declaration), [0; 0]);
        let again = anew(&request, 60);
        assert_eq!(world.send([&again]).statuses(&again), [2, 120, 300]);
        let [waits] = <[_; 1]>::try_from(pending(&world)).unwrap();
        assert_eq!(decide(&mut world, &waits.key, true).unwrap().statuses(&declaration), [100]);
    }
}

fn what_was_released_meanwhile_is_not_cancelled(on: On) {
    let mut world = desk(on);
    let parcel = nth_export(1);
    let [_, (declaration, request)] = asked(&mut world);
    world.send([&request]);
    world.send([&parcel.arrival_document()]);
    assert_eq!(world.rule(&parcel, Ruling::Accept).unwrap().statuses(&declaration), [399, 800]);
    let [waits] = <[_; 1]>::try_from(pending(&world)).unwrap();
    let late = decide(&mut world, &waits.key, true).unwrap_err();
    assert!(matches!(late, Undecidable::CancelledTooLate { .. }), "{late}");
    assert_eq!(decide(&mut world, &waits.key, false).unwrap().statuses(&request), [100]);
    assert_eq!(pending(&world), []);
}
