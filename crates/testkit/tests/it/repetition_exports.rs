//! The same message again, of exports: the rows of `docs/reference/repetition.md` for every kind of
//! document.

use tongguan_application::clearing::record::ExportRecord;
use tongguan_domain::commerce::Action;
use tongguan_domain::consolidation::Scope;
use tongguan_domain::defect::Rule;
use tongguan_domain::official::export::{
    ARRIVAL, CANCELLATION, COLLECTION, CONSOLIDATION, DECLARATION, DEPARTURE, Faults,
    MASTER_BILL_LINK, ORDER, RETURN, TALLY, WAYBILL,
};
use tongguan_testkit::consolidation::{document as consolidating, request};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::requests::export_cancellation;
use tongguan_testkit::returned::returned;
use tongguan_testkit::world::{Sent, World};

use crate::support::*;

/// Every kind of document of an export, with the words in which it is refused.
const KINDS: [(u16, &Faults); 11] = [
    (303, &ORDER),
    (403, &COLLECTION),
    (505, &WAYBILL),
    (603, &DECLARATION),
    (507, &ARRIVAL),
    (607, &MASTER_BILL_LINK),
    (509, &DEPARTURE),
    (605, &CANCELLATION),
    (213, &RETURN),
    (215, &TALLY),
    (701, &CONSOLIDATION),
];

/// A world in which everything stands that usually comes before a document of that kind; and such a
/// document.
fn before(kind: u16) -> (World, Export, Document) {
    let mut world = world();
    let parcel = export(1, sent_at()).unwrap();
    let [order, waybill, declaration] = parcel.documents();
    let (collection, arrival) = (parcel.collection_document(), parcel.arrival_document());
    let (link, departure) = (parcel.master_bill_document(), parcel.departure_document());
    let chain = [order, collection, waybill, declaration, arrival, link, departure];
    let place = KINDS.iter().position(|(known, _)| *known == kind).unwrap();
    if let Some(document) = chain.get(place) {
        chain[..place].iter().for_each(|earlier| drop(world.send([earlier])));
        return (world, parcel, document.clone());
    }
    let earlier = if kind == 605 { &chain[..4] } else { &chain[..] };
    earlier.iter().for_each(|earlier| drop(world.send([earlier])));
    let number = world.export(&parcel).unwrap().state.number().unwrap().clone();
    let back = returned(&parcel, &number, 1, sent_at()).unwrap();
    let document = match kind {
        605 => {
            let request = export_cancellation(&parcel, &number, 1, sent_at()).unwrap();
            Document::ExportCancellation(Box::new(request))
        }
        213 => back.request_document(),
        215 => {
            world.send([&back.request_document()]);
            back.tally_document()
        }
        _ => {
            let scope = Scope::Declarations(vec![number]);
            consolidating(&request(1, sent_at(), scope).unwrap())
        }
    };
    (world, parcel, document)
}

/// For every kind: a world with a document of it standing.
fn each(check: impl Fn(&mut World, &Export, &Document, &Faults)) {
    for (kind, faults) in KINDS {
        let (mut world, parcel, document) = before(kind);
        let first = world.send([&document]);
        let statuses = first.statuses(&document);
        assert!(statuses.starts_with(&[2]), "{kind}: {statuses:?} {:?}", first.answers);
        check(&mut world, &parcel, &document, faults);
    }
}

fn bytes(sent: &Sent) -> Vec<&[u8]> {
    sent.messages.iter().map(|message| &*message.xml).collect()
}

/// That a document was refused, by that rule and with one answer.
fn assert_refused(sent: &Sent, document: &Document, rule: &Rule) {
    let kind = document.message_number();
    assert_eq!(sent.statuses(document), [100], "{kind}: {:?}", sent.answers);
    assert_eq!(sent.answers.len(), 1, "{kind}: {:?}", sent.answers);
    let text = sent.last_text(document);
    let literal = rule.zh.split(['{', '}']).step_by(2);
    for words in literal {
        assert!(text.contains(words), "{kind}: {text} for {}", rule.zh);
    }
}

#[test]
fn the_same_document_again_gets_its_newest_responses_and_changes_nothing() {
    for (kind, _) in KINDS {
        let (mut world, parcel, document) = before(kind);
        world.send([&document]);
        let stands = world.export(&parcel);
        let (again, more) = (world.send([&document]), world.send([&document]));
        assert!(!again.messages.is_empty(), "{kind}");
        assert_eq!(bytes(&again), bytes(&more), "{kind}");
        assert_eq!(world.export(&parcel), stands, "{kind}");
    }
}

#[test]
fn two_copies_in_one_message_are_one_document_and_its_repetition() {
    for (kind, _) in KINDS {
        let (mut world, _, document) = before(kind);
        let sent = world.send_together(&[document.clone(), document.clone()]);
        let answers = sent.statuses(&document);
        let (first, second) = answers.split_at(answers.len() / 2);
        assert_eq!(first, second, "{kind}: {:?}", sent.answers);
    }
}

#[test]
fn a_new_document_under_the_key_of_a_live_one_is_refused_as_a_duplicate() {
    each(|world, parcel, document, faults| {
        let stands = world.export(parcel);
        let second = anew(document, 10);
        assert_refused(&world.send([&second]), &second, &faults.duplicate);
        let now = world.export(parcel);
        // The next answer is to be later than this one.
        let replied_at = now.as_ref().map(|now| now.replied_at);
        let stands =
            stands.zip(replied_at).map(|(it, replied_at)| ExportRecord { replied_at, ..it });
        assert_eq!(now, stands);
    });
}

#[test]
fn two_documents_under_one_key_in_one_message_are_an_original_and_a_duplicate() {
    for (kind, faults) in KINDS {
        let (mut world, _, document) = before(kind);
        let second = anew(&document, 10);
        let sent = world.send_together(&[document.clone(), second.clone()]);
        assert_eq!(sent.statuses(&document)[0], 2, "{kind}: {:?}", sent.answers);
        assert_eq!(sent.statuses(&second), [100], "{kind}: {:?}", sent.answers);
        assert!(sent.last_text(&second).contains(faults.duplicate.zh), "{:?}", sent.answers);
    }
}

#[test]
fn the_same_number_with_other_content_is_refused_by_name() {
    each(|world, _, document, faults| {
        let other = with_note(document, "改了");
        let sent = world.send([&other]);
        assert_refused(&sent, &other, &faults.guid_reused);
        assert!(sent.last_text(&other).contains(document.filing().guid.as_str()));
    });
}

#[test]
fn a_document_older_than_the_stored_one_is_refused_as_old_data() {
    each(|world, _, document, faults| {
        let older = asking(Action::Delete, document, -60);
        assert_refused(&world.send([&older]), &older, &faults.outdated);
    });
}

#[test]
fn a_deletion_without_an_original_is_refused() {
    for (kind, faults) in KINDS {
        let (mut world, _, document) = before(kind);
        let deletion = asking(Action::Delete, &document, 10);
        assert_refused(&world.send([&deletion]), &deletion, &faults.original_missing);
    }
}

#[test]
fn what_the_rest_rests_on_can_no_longer_be_deleted() {
    for (kind, faults) in KINDS {
        let (mut world, parcel, document) = before(kind);
        world.send([&document]);
        // What usually comes later rests on it.
        if let Document::ExportReturn(_) = document {
            let number = world.export(&parcel).unwrap().state.number().unwrap().clone();
            world.send([&returned(&parcel, &number, 1, sent_at()).unwrap().tally_document()]);
        }
        let [_, waybill, declaration] = parcel.documents();
        let (arrival, departure) = (parcel.arrival_document(), parcel.departure_document());
        world.send([&waybill, &declaration, &arrival, &departure]);
        let deletion = asking(Action::Delete, &document, 20);
        assert_refused(&world.send([&deletion]), &deletion, &faults.fixed);
    }
}

#[test]
fn what_nothing_rests_on_is_deleted_and_makes_room() {
    for kind in [303, 403, 505, 603, 607, 213] {
        let (mut world, _, document) = match kind {
            // Nothing before it, so that it waits.
            603 => {
                (world(), export(1, sent_at()).unwrap(), export(1, sent_at()).unwrap().lodging())
            }
            607 => {
                let parcel = export(1, sent_at()).unwrap();
                (world(), parcel.clone(), parcel.master_bill_document())
            }
            kind => before(kind),
        };
        world.send([&document]);
        let deletion = asking(Action::Delete, &document, 10);
        let sent = world.send([&deletion]);
        assert_eq!(sent.statuses(&deletion).first(), Some(&2), "{kind}: {:?}", sent.answers);
        let again = anew(&document, 20);
        let sent = world.send([&again]);
        assert_eq!(sent.statuses(&again).first(), Some(&2), "{kind}: {:?}", sent.answers);
    }
}
