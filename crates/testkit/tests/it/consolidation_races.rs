//! What comes back between the reading of a portion and its commit.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use tongguan_domain::consolidation::Scope;
use tongguan_domain::ids::DeclarationNumber;
use tongguan_testkit::consolidation::{document, request};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::returned::{Returned, returned};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

fn departed(world: &mut World, n: u64) -> (Export, DeclarationNumber) {
    let parcel = export(n, sent_at()).unwrap();
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let sent = world.send([&parcel.departure_document()]);
    assert_eq!(sent.statuses(&declaration), [899]);
    let number = world.export(&parcel).unwrap().state.number().unwrap().clone();
    (parcel, number)
}

/// Some of a parcel comes back, and is let in.
fn bring_back(
    world: &mut World,
    parcel: &Export,
    number: &DeclarationNumber,
    what: impl FnOnce(&mut Returned),
) {
    let mut back = returned(parcel, number, 1, sent_at()).unwrap();
    what(&mut back);
    let (request, tally) = (back.request_document(), back.tally_document());
    assert_eq!(world.send([&request, &tally]).statuses(&request).last(), Some(&800));
}

/// The pieces of each line of all formal declarations.
fn pieces(world: &World) -> Vec<Decimal> {
    let forms = world.formal_declarations();
    forms.iter().flat_map(|one| &one.form.lines).map(|line| line.declared.quantity).collect()
}

/// The export declarations in formal ones.
fn inside(world: &World) -> BTreeSet<DeclarationNumber> {
    let forms = world.formal_declarations();
    let sources = forms.iter().flat_map(|one| &one.form.lines).flat_map(|line| &line.sources);
    sources.map(|source| source.declaration.clone()).collect()
}

on_both_engines! {
    what_came_back_in_part_while_it_was_merged_is_left_out,
    what_came_back_whole_while_it_was_merged_is_left_out,
}

fn what_came_back_in_part_while_it_was_merged_is_left_out(on: On) {
    for by_number in [true, false] {
        let mut world = World::with(on(Beginning::unsigned()));
        let (parcel, number) = departed(&mut world, 1);
        ask(&mut world, &number, by_number);
        let (done, refused) = world.consolidate_while(|world| {
            bring_back(world, &parcel, &number, |back| back.of_pieces(10));
        });
        assert_eq!((done.declarations, refused), (1, 1), "merged again, without what came back");
        assert_eq!(pieces(&world), [Decimal::ONE, Decimal::ONE], "one scarf of two came back");
    }
}

fn what_came_back_whole_while_it_was_merged_is_left_out(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let ((parcel, number), (_, other)) = (departed(&mut world, 1), departed(&mut world, 2));
    let scope = Scope::Declarations(vec![number.clone(), other.clone()]);
    world.send([&document(&request(1, sent_at(), scope).unwrap())]);
    let (done, refused) = world.consolidate_while(|world| {
        bring_back(world, &parcel, &number, |back| back.all_of(&parcel.declaration));
    });
    assert_eq!((done.declarations, done.left_out, refused), (1, 1, 1));
    assert_eq!(inside(&world), [other].into());
}

/// Asks for the consolidation of one declaration, by its number or by the day.
fn ask(world: &mut World, number: &DeclarationNumber, by_number: bool) {
    let scope = match by_number {
        true => Scope::Declarations(vec![number.clone()]),
        false => {
            Scope::Period { from: sent_at().plus_days(-1), until: sent_at().plus_millis(59_000) }
        }
    };
    world.send([&document(&request(1, sent_at(), scope).unwrap())]);
}
