//! The same message of a bonded zone again: a copy that a network delivers late does nothing.

use tongguan_domain::bonded::declared::{DeclaredList, DeclaredPass};
use tongguan_domain::bonded::list::{BondedListState, BondedListStep};
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::BondedListNumber;
use tongguan_domain::money::Amount;
use tongguan_messages::zone::sample;

use crate::support::*;
use crate::zone_desk::*;

on_both_engines! {
    a_copy_of_a_list_after_its_deletion_is_no_second_list,
    a_copy_of_a_deletion_does_not_delete_the_list_of_a_later_attempt,
    a_copy_of_a_refused_list_is_no_new_attempt,
    a_copy_of_a_gate_pass_after_it_was_given_up_is_no_second_one,
    copies_in_one_batch_are_told_apart_like_those_that_come_later,
}

fn deletion() -> DeclaredList {
    DeclaredList { action: Action::Delete, ..list() }
}

fn a_copy_of_a_list_after_its_deletion_is_no_second_list(on: On) {
    let mut world = world_with_book(on);
    let first = sent_list_as(&mut world, "M1", &list());
    let deleted = sent_list_as(&mut world, "M2", &deletion());
    world.restart();
    let copy = sent_list_as(&mut world, "M1", &list());
    assert_eq!(copy, deleted, "it is told where the list stands");
    assert_eq!(states(&world), [BondedListState::Withdrawn]);
    let again = sent_list_as(&mut world, "M3", &list());
    assert_eq!(heads(&again), heads(&first), "a new attempt");
    assert_ne!(again[1].number, first[1].number);
    assert_eq!(states(&world), [BondedListState::Withdrawn, BondedListState::Approved]);
}

fn a_copy_of_a_deletion_does_not_delete_the_list_of_a_later_attempt(on: On) {
    let mut world = world_with_book(on);
    for (message, list) in [("M1", list()), ("M2", deletion())] {
        sent_list_as(&mut world, message, &list);
    }
    let later = sent_list_as(&mut world, "M3", &list());
    for (message, list) in [("M2", deletion()), ("M1", list())] {
        assert_eq!(sent_list_as(&mut world, message, &list), later[..2], "a copy of {message}");
    }
    assert_eq!(states(&world), [BondedListState::Withdrawn, BondedListState::Approved]);
    let deleted = sent_list_as(&mut world, "M4", &deletion());
    assert_eq!(heads(&deleted), [TAKEN, ("INV201", "5")]);
    assert_eq!(states(&world), [BondedListState::Withdrawn, BondedListState::Withdrawn]);
}

fn a_copy_of_a_refused_list_is_no_new_attempt(on: On) {
    let mut world = world_with_book(on);
    let mut dear = list();
    dear.lines[0].goods.price = Amount::new(501.into());
    let number = sent_list_as(&mut world, "M1", &dear)[1].number.clone();
    step(&world, &number, BondedListStep::Refuse, None).unwrap();
    news(&mut world);
    let copy = sent_list_as(&mut world, "M1", &dear);
    assert_eq!(heads(&copy), [TAKEN, ("INV201", "3")]);
    assert_eq!(states(&world), [BondedListState::Refused]);
    let cheaper = sent_list_as(&mut world, "M1", &list());
    assert_eq!(heads(&cheaper)[1], ("INV201", "5"), "another list in a message of that number");
}

fn a_copy_of_a_gate_pass_after_it_was_given_up_is_no_second_one(on: On) {
    let mut world = world_with_book(on);
    let number = sent_list(&mut world, &list())[1].number.clone();
    let pass = sample::pass(&[BondedListNumber::parse(&number).unwrap()]).unwrap();
    let given_up = DeclaredPass { action: Action::Delete, ..pass.clone() };
    let first = sent_pass_as(&mut world, "M5", &pass);
    let ended = sent_pass_as(&mut world, "M6", &given_up);
    assert_eq!(sent_pass_as(&mut world, "M5", &pass), ended, "it is told where the pass stands");
    let later = sent_pass_as(&mut world, "M7", &pass);
    assert_eq!(heads(&later), heads(&first), "a new attempt");
    assert_ne!(later[1].number, first[1].number);
    assert_eq!(sent_pass_as(&mut world, "M6", &given_up), later, "it stands as it stood");
    let gate = BondedListStep::PassGate;
    assert_eq!(
        step(&world, &number, gate, Some(&later[1].number)).unwrap(),
        BondedListState::Gated,
        "the list is on one pass"
    );
}

fn copies_in_one_batch_are_told_apart_like_those_that_come_later(on: On) {
    let mut world = world_with_book(on);
    let told = sent_lists(&mut world, &[("M1", list()), ("M2", deletion()), ("M1", list())]);
    assert_eq!(told.len(), 3 + 2 + 2, "{told:?}");
    assert_eq!(states(&world), [BondedListState::Withdrawn]);
}
