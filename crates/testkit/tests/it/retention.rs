//! What is kept until when, what is held, and what is left once it was erased.

use std::sync::Arc;

use tongguan_application::originals::{Archive, OriginalError};
use tongguan_application::ports::Clock as _;
use tongguan_application::reconciliation::reconcile;
use tongguan_application::retention::{
    Erased, HoldError, Item, RecordClass, Stage, erase, hold, holds, lift, plan,
};
use tongguan_application::transparency::{
    Fault, Logger, NoProof, Proofs, Walked, found, standing, walk,
};
use tongguan_codelists::Pack;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use tongguan_storage::Message;
use tongguan_storage::seal::Keyring;
use tongguan_testkit::exports::export;
use tongguan_testkit::world::{Beginning, World};
use tongguan_transparency::bundle::Bundle;
use tongguan_transparency::note::Verifier;

use crate::support::*;

on_both_engines! {
    what_is_over_is_due_when_its_years_are_and_what_is_open_is_not,
    what_was_erased_is_found_by_nobody_and_breaks_no_proof,
    responses_are_proved_while_the_messages_they_answer_are_gone,
    what_is_held_is_not_erased_until_the_hold_is_lifted,
    a_statement_that_was_changed_and_an_erasure_without_one_are_found,
    a_longer_term_keeps_what_was_due,
}

fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::from_master(&[7; 32]))
}

/// A parcel that was delivered and an export that left, both in March 2026, and all of it logged; gives a response's
/// number, too.
fn over(on: On) -> (World, String) {
    let mut world = World::with(on(Beginning::unsigned()));
    let (import, exported) = (nth(1), export(2, sent_at()).unwrap());
    let messages = world.send(&import.documents()).messages;
    world.send([&import.delivery_document()]);
    world.send(&exported.documents());
    world.send([&exported.arrival_document()]);
    world.send([&exported.departure_document()]);
    let log = found(&world.store, &keyring(), None, world.clock.now()).unwrap();
    let mut logger = Logger::open(&world.store, keyring(), log).unwrap();
    logger.take_up(world.clock.now()).unwrap();
    let xml = String::from_utf8(messages[0].xml.clone()).unwrap();
    let from = ["guid=\"", "<guid>"].iter().find_map(|tag| Some(xml.find(tag)? + tag.len()));
    let guid = xml[from.unwrap()..][..36].to_owned();
    (world, guid)
}

fn on_day(day: &str) -> Moment {
    Moment::parse_wire(&format!("{day}120000")).unwrap()
}

fn stages(world: &World, day: &str) -> Vec<(RecordClass, Stage)> {
    let items = plan(&world.store, &Pack::builtin(), on_day(day)).unwrap();
    assert!(items.iter().all(|item| item.month.to_string() == "2026-03"), "{items:?}");
    items.into_iter().map(|Item { class, stage, .. }| (class, stage)).collect()
}

fn due(world: &World, day: &str) -> Vec<RecordClass> {
    let is_due = |(class, stage)| matches!(stage, Stage::Due(_)).then_some(class);
    stages(world, day).into_iter().filter_map(is_due).collect()
}

fn erased(world: &World, day: &str) -> Vec<Erased> {
    erased_by(world, &Pack::builtin(), day)
}

fn erased_by(world: &World, law: &Pack, day: &str) -> Vec<Erased> {
    let mut all = Vec::new();
    let at = (&caused(), on_day(day));
    let tell = &mut |erased: &Erased| all.push(erased.clone());
    erase(&world.store, &keyring(), law, at, tell).unwrap();
    all
}

fn walked(world: &World) -> Walked {
    walk(&world.store, &keyring(), &[], &mut |_, _| {}).unwrap()
}

fn messages(world: &World) -> Vec<Message> {
    let first = tongguan_storage::FIRST_ID;
    world.store.read(|view| view.messages_behind(first, 100)).unwrap()
}

fn declaration(world: &World) -> DeclarationId {
    world.declaration(&nth(1)).unwrap().id
}

fn what_is_over_is_due_when_its_years_are_and_what_is_open_is_not(on: On) {
    let (mut world, _) = over(on);
    let class = RecordClass::Originals;
    let kept = stages(&world, "20260303");
    assert_eq!(kept.len(), RecordClass::ALL.len(), "{kept:?}");
    assert!(kept.iter().all(|(_, stage)| matches!(stage, Stage::Kept(_))), "{kept:?}");
    assert_eq!(due(&world, "20290331"), [], "the last day is kept, too");
    assert_eq!(due(&world, "20290401"), [class, RecordClass::Responses]);
    assert_eq!(due(&world, "20360401").len(), 4);

    // A parcel of the next month whose documents came in this one keeps them, while it is open and as long behind that.
    world.clock.set(on_day("20260405"));
    world.send(&nth(3).documents());
    let open = plan(&world.store, &Pack::builtin(), on_day("20290501")).unwrap();
    assert!(open.iter().any(|item| item.stage == Stage::Open(1)), "{open:?}");
    world.clock.set(on_day("20260610"));
    world.send([&nth(3).delivery_document()]);
    let of_march = |day| {
        let items = plan(&world.store, &Pack::builtin(), on_day(day)).unwrap();
        let is_it = |item: &Item| item.class == class && item.month.to_string() == "2026-03";
        items.into_iter().find(is_it).unwrap().stage.name()
    };
    assert_eq!((of_march("20290610"), of_march("20290611")), ("kept", "due"));
}

fn what_was_erased_is_found_by_nobody_and_breaks_no_proof(on: On) {
    let (world, guid) = over(on);
    let proofs = Proofs::new(&world.store, keyring(), true);
    let json = proofs.of_response(&guid).unwrap().unwrap().bundle.to_json().unwrap();
    let before = walked(&world);
    assert_eq!((before.is_sound(), before.forgotten, before.erasures), (true, 0, 0));
    assert_eq!(erased(&world, "20290331"), []);

    let done = erased(&world, "20290401");
    let classes: Vec<_> = done.iter().map(|erased| erased.class).collect();
    assert_eq!(classes, [RecordClass::Originals, RecordClass::Responses]);
    assert!(done.iter().all(|erased| erased.records > 0), "{done:?}");
    assert_eq!(erased(&world, "20290402"), [], "once");
    let after = stages(&world, "20290402");
    assert_eq!(after[0], (RecordClass::Originals, Stage::Erased(on_day("20290401"))));

    // What persons there are is in no row any more, and nobody can open what was copied.
    let mut archive = Archive::new(world.store.clone(), keyring());
    for message in messages(&world) {
        let refused = archive.original(&message);
        assert!(matches!(refused, Err(OriginalError::NotKept(_))), "{refused:?}");
    }
    let reconciled = reconcile(&world.store, Some(&keyring()), &mut |_| {}).unwrap();
    assert!(reconciled.is_sound(), "{:?}", reconciled.disagreements);
    assert_eq!((reconciled.bundles, reconciled.read), (0, 0));

    // The tree stands; what leaves of responses commit to is found no more, and who had a proof keeps it.
    let walked = walked(&world);
    assert!(walked.is_sound(), "{walked:?}");
    assert_eq!((walked.forgotten, walked.erasures), (done[1].records, 2));
    assert_eq!(proofs.of_response(&guid).unwrap().unwrap_err(), NoProof::Forgotten);
    let verifier = standing(&world.store).unwrap().unwrap().verifier;
    let kept = Bundle::from_json(json.as_bytes()).unwrap();
    assert!(kept.proved(&Verifier::parse(&verifier).unwrap(), &[]).is_ok());
}

fn responses_are_proved_while_the_messages_they_answer_are_gone(on: On) {
    let (world, guid) = over(on);
    let law = law_with(
        "id,parameter,value,valid_from,source\n\
         CN-KEEP-RESPONSES,retention-responses-years,10,2016-10-01,a notice\n",
    );
    let done = erased_by(&world, &law, "20290401");
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].class, RecordClass::Originals);
    let walked = walked(&world);
    assert!(walked.is_sound(), "{walked:?}");
    assert_eq!((walked.forgotten, walked.erasures), (0, 1));
    assert!(Proofs::new(&world.store, keyring(), true).of_response(&guid).unwrap().is_ok());
}

fn what_is_held_is_not_erased_until_the_hold_is_lifted(on: On) {
    let (world, _) = over(on);
    let mut writer = world.store.small_writer().unwrap();
    let (id, at) = (declaration(&world), on_day("20270101"));
    let mut held = |id, why| hold(&mut writer, id, (why, "王"), &caused(), at);
    assert!(matches!(held(id, " "), Err(HoldError::Reason(_))));
    let unknown = held(DeclarationId(1), "appeal");
    assert!(matches!(unknown, Err(HoldError::NoDeclaration(DeclarationId(1)))));
    assert_eq!(held(id, "appeal 7").unwrap(), 1);
    assert!(matches!(held(id, "appeal 8"), Err(HoldError::Held { n: 1, .. })));

    assert_eq!(erased(&world, "20290401"), []);
    assert_eq!(stages(&world, "20290401")[0].1, Stage::Held(vec![1]));
    let mut lifted = |n, why| lift(&mut writer, n, (why, "李"), &caused(), on_day("20290501"));
    assert!(matches!(lifted(2, "over"), Err(HoldError::NoHold(2))));
    let lifted_one = lifted(1, "the appeal is over").unwrap();
    assert_eq!(lifted_one.lifted_by.as_deref(), Some("李"));
    assert!(matches!(lifted(1, "over"), Err(HoldError::NoHold(1))));
    assert_eq!(holds(&world.store).unwrap(), [lifted_one]);
    assert_eq!(erased(&world, "20290501").len(), 2);
}

fn a_statement_that_was_changed_and_an_erasure_without_one_are_found(on: On) {
    let (world, _) = over(on);
    erased(&world, "20290401");
    tamper(&world, "UPDATE erasure SET statement = REPLACE(statement, 'CN-KEEP', 'CN-KEPT')");
    let is_statement = |it: &Fault| matches!(it, Fault::Statement { .. });
    let findings = walked(&world).findings;
    assert_eq!(findings.iter().filter(|it| is_statement(&it.fault)).count(), 2, "{findings:?}");
    // One that was taken away, another's that stands in its place.
    tamper(&world, "UPDATE erasure SET statement = REPLACE(statement, 'CN-KEPT', 'CN-KEEP')");
    assert!(walked(&world).is_sound());
    let swapped = "UPDATE erasure SET statement = (SELECT it.statement FROM erasure AS it \
                   WHERE it.class = 'originals') WHERE class = 'responses'";
    tamper(&world, swapped);
    let findings = walked(&world).findings;
    assert_eq!(findings.iter().filter(|it| is_statement(&it.fault)).count(), 1, "{findings:?}");
    tamper(&world, "DELETE FROM erasure WHERE class = 'responses'");
    let unstated = walked(&world).findings;
    assert_eq!(unstated.len(), 1, "{unstated:?}");
    assert_eq!(unstated[0].fault, Fault::Unstated("2026-03 response".to_owned()));
}

fn a_longer_term_keeps_what_was_due(on: On) {
    let (world, _) = over(on);
    let law = law_with(
        "id,parameter,value,valid_from,source\n\
         X,retention-originals-years,5,2028-01-01,a notice\n",
    );
    let now = on_day("20290401");
    let items = plan(&world.store, &law, now).unwrap();
    let is_due = |item: &&Item| matches!(item.stage, Stage::Due(_));
    let due: Vec<_> = items.iter().filter(is_due).map(|item| item.class).collect();
    assert_eq!(due, [RecordClass::Responses]);
}
