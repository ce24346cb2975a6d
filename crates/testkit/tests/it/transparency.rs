//! The verifiable log: what was decided and answered is in it, can be proved, and cannot be changed unseen.

use std::collections::BTreeSet;
use std::sync::Arc;

use tongguan_application::delivery::Rendered;
use tongguan_application::ports::{Clock as _, Witness};
use tongguan_application::transparency::{
    Class, Fault, LogError, Logger, NoProof, NotTheResponse, Proofs, Walked, Witnessing, found,
    response_in, standing, walk,
};
use tongguan_storage::seal::Keyring;
use tongguan_testkit::exports::export;
use tongguan_testkit::witness::{SEEN_AT, StandInWitness};
use tongguan_testkit::world::{Beginning, World};
use tongguan_transparency::bundle::Bundle;
use tongguan_transparency::checkpoint::SignedHead;
use tongguan_transparency::hash::Hash;
use tongguan_transparency::note::{Algorithm, Signer, Verifier};
use tongguan_transparency::witness::Seen;

use crate::support::*;

on_both_engines! {
    every_response_is_proved_and_no_changed_one_is,
    every_event_and_response_is_a_leaf_once_however_many_log_at_once,
    a_response_is_proved_once_a_head_is_over_it,
    what_was_changed_is_named,
    what_is_gone_or_was_put_in_is_named,
    a_tree_that_was_rewritten_is_not_the_one_that_was_signed,
    a_month_that_is_forgotten_proves_nothing_and_breaks_nothing,
    a_log_keeps_its_name_and_key,
    witnesses_sign_what_goes_on_from_what_they_saw,
}

/// How the worlds of this module seal.
pub fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::from_master(&[7; 32]))
}

fn logger(world: &World) -> Logger {
    let log =
        found(&world.store, &keyring(), Some("window.example/log"), world.clock.now()).unwrap();
    Logger::open(&world.store, keyring(), log).unwrap()
}

pub fn log(world: &World) -> Logger {
    let mut logger = logger(world);
    logger.take_up(world.clock.now()).unwrap();
    logger
}

pub fn verifier(world: &World) -> Verifier {
    Verifier::parse(&standing(&world.store).unwrap().unwrap().verifier).unwrap()
}

fn proofs(world: &World) -> Proofs {
    Proofs::new(&world.store, keyring(), true)
}

fn head(world: &World) -> SignedHead {
    SignedHead::open(&proofs(world).head().unwrap().unwrap(), &verifier(world)).unwrap()
}

fn walked(world: &World, known: &[SignedHead]) -> Walked {
    walk(&world.store, &keyring(), known, &mut |_, _| {}).unwrap()
}

pub fn guid(message: &Rendered) -> String {
    let xml = String::from_utf8(message.xml.clone()).unwrap();
    let from = ["guid=\"", "<guid>"].iter().find_map(|tag| Some(xml.find(tag)? + tag.len()));
    xml[from.unwrap()..][..36].to_owned()
}

pub fn bundle(world: &World, guid: &str) -> Bundle {
    let proved = proofs(world).of_response(guid).unwrap().unwrap().bundle;
    // As it is written and read.
    Bundle::from_json(proved.to_json().unwrap().as_bytes()).unwrap()
}

/// A released parcel, an export that left, a refused repetition and what cannot be read.
fn busy(on: On) -> (World, Vec<Rendered>) {
    let mut world = World::with(on(Beginning::unsigned()));
    let (import, exported) = (nth(1), export(2, sent_at()).unwrap());
    let mut messages = world.send(&import.documents()).messages;
    messages.extend(world.send(&import.documents()).messages);
    messages.extend(world.send(&exported.documents()).messages);
    messages.extend(world.send([&exported.arrival_document()]).messages);
    messages.extend(world.send([&exported.departure_document()]).messages);
    messages.extend(world.submit(["<CEB311Message>broken"]));
    (world, messages)
}

/// As a literal of bytes on the engine.
fn bytes(world: &World, hex: &str) -> String {
    match world.database() {
        Some(_) => format!("'\\x{hex}'::bytea"),
        None => format!("x'{hex}'"),
    }
}

fn every_response_is_proved_and_no_changed_one_is(on: On) {
    let (world, messages) = busy(on);
    log(&world);
    let key = verifier(&world);
    let mut kinds = BTreeSet::new();
    for message in &messages {
        let guid = guid(message);
        let bundle = bundle(&world, &guid);
        assert_eq!(bundle.response.as_bytes(), message.xml);
        assert_eq!(bundle.proved(&key, &[]).unwrap().head, head(&world));
        let made = response_in(&bundle).unwrap();
        assert_eq!((made.message, &made.xml), (message.message, &message.xml));
        kinds.insert(message.message);

        let changed = Bundle { response: bundle.response.replacen('2', "3", 1), ..bundle.clone() };
        assert!(matches!(response_in(&changed), Err(NotTheResponse::Changed)), "{guid}");
        let other = messages.iter().map(self::guid).find(|it| *it != guid).unwrap();
        let swapped = Bundle { guid: other, ..bundle.clone() };
        assert!(matches!(response_in(&swapped), Err(NotTheResponse::OtherNumber(_))), "{guid}");
        if !bundle.attachments.is_empty() {
            let without = Bundle { attachments: Vec::new(), ..bundle };
            assert!(response_in(&without).is_err(), "{guid}");
        }
    }
    let expected = ["CEB312", "CEB412", "CEB512", "CEB622", "CEB816", "CEB900", "CEB604"];
    assert!(expected.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    for unknown in ["", "no number", "00000000-0001-8010-8001-000000000000"] {
        let unknown = proofs(&world).of_response(unknown).unwrap();
        assert_eq!(unknown.unwrap_err(), NoProof::Unknown);
    }
}

fn every_event_and_response_is_a_leaf_once_however_many_log_at_once(on: On) {
    let (world, _) = busy(on);
    let loggers: Vec<_> = (0..4).map(|_| logger(&world)).collect();
    let now = world.clock.now();
    std::thread::scope(|scope| {
        for mut logger in loggers {
            scope.spawn(move || logger.take_up(now).unwrap());
        }
    });
    let rows = world.store.read(|view| view.row_counts()).unwrap();
    let changes = world.store.read(|view| view.audited(&Default::default(), None, 1_000)).unwrap();
    let expected = rows["event"] + rows["response"] + i64::try_from(changes.len()).unwrap();
    let walked = walked(&world, &[]);
    assert_eq!((walked.is_sound(), i64::try_from(walked.size)), (true, Ok(expected)), "{walked:?}");
    assert_eq!((walked.checked, walked.forgotten), (walked.size, 0));
    assert_eq!(head(&world).checkpoint.size, walked.size);
    assert_eq!(logger(&world).take_up(now).unwrap(), 0, "there is nothing further");
}

fn a_response_is_proved_once_a_head_is_over_it(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let first = guid(&world.send(&nth(1).documents()).messages[0]);
    assert_eq!(proofs(&world).of_response(&first).unwrap().unwrap_err(), NoProof::NotYet);
    let (mut logger, signed_at) = (log(&world), world.clock.now());
    let before = bundle(&world, &first);
    let second = guid(&world.send(&nth(2).documents()).messages[0]);
    // In the same second leaves are appended, and no head is signed.
    logger.take_up_some(signed_at.plus_millis(999)).unwrap();
    assert_eq!(proofs(&world).of_response(&second).unwrap().unwrap_err(), NoProof::NotYet);
    logger.take_up_some(signed_at.plus_millis(1_000)).unwrap();
    let after = bundle(&world, &second);
    assert!(after.index > before.index);
    assert!(before.proved(&verifier(&world), &[]).is_ok(), "what was proved before stays so");
    let early = before.proved(&verifier(&world), &[]).unwrap().head;
    assert!(walked(&world, &[early, head(&world)]).is_sound(), "the log goes on from both");
}

fn what_was_changed_is_named(on: On) {
    let (world, messages) = busy(on);
    log(&world);
    let seq = world.store.read(|view| view.unread::<tongguan_storage::Event>("nobody", 1)).unwrap();
    let (partition, seq) = (seq[0].partition.0, seq[0].seq);
    tamper(
        &world,
        &format!("UPDATE event SET at = at + 1 WHERE partition = {partition} AND seq = {seq}"),
    );
    let bills = "UPDATE tax_bill SET vat = vat - 1";
    tamper(&world, bills);
    let swap = "UPDATE register_event SET who = 'somebody' WHERE register = 'service'";
    tamper(&world, swap);
    let walked = walked(&world, &[]);
    let faults: Vec<_> = walked.findings.iter().map(|it| it.fault.clone()).collect();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults.contains(&Fault::Changed(format!("event {partition} {seq}"))), "{faults:?}");
    assert!(faults.contains(&Fault::Changed("register/service 1 0".to_owned())), "{faults:?}");
    assert!(walked.findings.iter().all(|it| it.leaf.is_some()));
    let billed = messages.iter().find(|it| it.message == "CEB816").unwrap();
    let refused = proofs(&world).of_response(&guid(billed)).unwrap();
    assert_eq!(refused.unwrap_err(), NoProof::Altered);
}

fn what_is_gone_or_was_put_in_is_named(on: On) {
    let (world, messages) = busy(on);
    log(&world);
    let rows =
        world.store.read(|view| view.unread::<tongguan_storage::Response>("nobody", 9)).unwrap();
    // Two responses that are exchanged, one that is taken away, one that is put in.
    let (a, b) = (&rows[0], rows.iter().find(|row| row.body != rows[0].body).unwrap());
    let place = |row: &tongguan_storage::Response| {
        format!("partition = {} AND seq = {}", row.partition.0, row.seq)
    };
    let hex = |body: &[u8]| body.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for (at, from) in [(a, b), (b, a)] {
        let body = bytes(&world, &hex(&from.body));
        tamper(&world, &format!("UPDATE response SET body = {body} WHERE {}", place(at)));
    }
    let gone = rows.iter().find(|row| row.seq != a.seq && row.seq != b.seq).unwrap();
    tamper(&world, &format!("DELETE FROM response WHERE {}", place(gone)));
    let put_in = format!(
        "INSERT INTO response SELECT partition, 0 - seq, response_id, mailbox, kind, message_id, \
         ordinal, recorded_at, body FROM response WHERE {}",
        place(a)
    );
    tamper(&world, &put_in);
    let walked = walked(&world, &[]);
    let faults: BTreeSet<_> = walked
        .findings
        .iter()
        .map(|it| {
            it.to_string().split_once(": ").map_or_else(|| it.to_string(), |(_, it)| it.to_owned())
        })
        .collect();
    let named =
        |row: &tongguan_storage::Response| format!("`response {} {}`", row.partition.0, row.seq);
    assert!(
        faults.contains(&format!("{} was changed since it was logged", named(a))),
        "{faults:?}"
    );
    assert!(
        faults.contains(&format!("{} was changed since it was logged", named(b))),
        "{faults:?}"
    );
    assert!(faults.contains(&format!("{} was logged and is gone", named(gone))), "{faults:?}");
    assert!(faults.iter().any(|it| it.contains("was put in later")), "{faults:?}");
    assert!(messages.len() > 3);
}

fn a_tree_that_was_rewritten_is_not_the_one_that_was_signed(on: On) {
    let (world, _) = busy(on);
    log(&world);
    let (known, sound) = (head(&world), walked(&world, &[]));
    assert_eq!(sound.heads, [known.checkpoint.size]);
    // A leaf is changed together with its hash in the tree.
    let hashes = world.store.read(|view| view.log_tiles(&[(0, 0)])).unwrap().remove(0).hashes;
    let hex: String = hashes.iter().map(|byte| format!("{byte:02x}")).collect();
    let other = format!("{}{}", "ab".repeat(32), &hex[64..]);
    let other = bytes(&world, &other);
    tamper(&world, &format!("UPDATE log_tile SET hashes = {other} WHERE level = 0 AND n = 0"));
    let faults: Vec<_> = walked(&world, &[]).findings.into_iter().map(|it| it.fault).collect();
    assert!(faults.contains(&Fault::Head(known.checkpoint.size)), "{faults:?}");
    assert!(faults.iter().any(|it| matches!(it, Fault::Changed(_))), "{faults:?}");
    // Somebody begins anew and signs that: whoever has seen the earlier head finds it.
    tamper(&world, "DELETE FROM log_head");
    let faults: Vec<_> = walked(&world, std::slice::from_ref(&known))
        .findings
        .into_iter()
        .map(|it| it.fault)
        .collect();
    assert!(faults.contains(&Fault::Head(known.checkpoint.size)), "{faults:?}");
    let other = Signer::new("window.example/log", Algorithm::Text, &[8; 32]).unwrap();
    let forged = SignedHead::sign(&other, known.checkpoint.size, Hash([1; 32])).note;
    let size = known.checkpoint.size;
    tamper(
        &world,
        &format!(
            "INSERT INTO log_head (size, signed_at, cosigned, note) VALUES ({size}, 0, 0, '{forged}')"
        ),
    );
    let faults: Vec<_> = walked(&world, &[]).findings.into_iter().map(|it| it.fault).collect();
    assert!(faults.contains(&Fault::Unsigned(size)), "{faults:?}");
    // Leaves at the end that are cut off, with everything that tells of them.
    tamper(&world, &format!("DELETE FROM log_run WHERE first_leaf >= {}", size - 1));
    let faults: Vec<_> = walked(&world, &[]).findings.into_iter().map(|it| it.fault).collect();
    assert!(faults.contains(&Fault::Order), "{faults:?}");
}

fn a_month_that_is_forgotten_proves_nothing_and_breaks_nothing(on: On) {
    let (world, messages) = busy(on);
    let mut logger = log(&world);
    let (before, proved) = (head(&world), bundle(&world, &guid(&messages[0])));
    let secrets = world.store.read(|view| view.log_secrets()).unwrap();
    assert_eq!(secrets.len(), Class::ALL.len(), "one for each class of the month");
    let month = secrets[0].period.clone();
    let forget = |class: Class| {
        let mut writer = world.store.writer().unwrap();
        writer.transaction(|tx| tx.forget_log_secrets(&[(&month, class.name())])).unwrap()
    };
    assert_eq!(forget(Class::Response), 1);
    assert_eq!(forget(Class::Response), 0);
    let refused = proofs(&world).of_response(&guid(&messages[0])).unwrap();
    assert_eq!(refused.unwrap_err(), NoProof::Forgotten);
    // Rows may go then.
    tamper(&world, "DELETE FROM response");
    let walked = walked(&world, std::slice::from_ref(&before));
    let faults: Vec<_> = walked.findings.iter().map(|it| &it.fault).collect();
    assert_eq!(faults, [&Fault::Unstated(format!("{month} response"))], "no law was named");
    assert!(walked.forgotten > 0 && walked.checked > 0);
    assert_eq!(walked.forgotten + walked.checked, walked.size);
    assert!(proved.proved(&verifier(&world), &[]).is_ok(), "whoever has a bundle keeps his proof");
    // The log goes on.
    world.clock.advance_millis(2_000);
    assert_eq!(logger.take_up(world.clock.now()).unwrap(), 0);
}

fn a_log_keeps_its_name_and_key(on: On) {
    let world = World::with(on(Beginning::unsigned()));
    let open = |name| found(&world.store, &keyring(), name, world.clock.now());
    assert_eq!(standing(&world.store).unwrap(), None);
    let made = format!("{:?}", open(None).unwrap());
    assert!(made.contains("tongguan/"), "{made}");
    assert_eq!(format!("{:?}", open(None).unwrap()), made);
    let refused = open(Some("other.example/log")).unwrap_err();
    assert!(matches!(refused, LogError::OtherOrigin { .. }), "{refused}");
    let no_name = World::with(on(Beginning::unsigned()));
    let refused = found(&no_name.store, &keyring(), Some("a b"), world.clock.now()).unwrap_err();
    assert!(matches!(refused, LogError::Note(_)), "{refused}");
}

fn witnesses_sign_what_goes_on_from_what_they_saw(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let first = guid(&world.send(&nth(1).documents()).messages[0]);
    let mut logger = log(&world);
    let witness = StandInWitness::new("witness.example/w1", verifier(&world)).unwrap();
    let store = world.store.clone();
    let ask = || {
        let port: Box<dyn Witness> = Box::new(witness.clone());
        Witnessing::open(&store, vec![(witness.key(), port)])
    };
    let mut witnessing = ask().unwrap();
    assert_eq!(witnessing.show().unwrap(), []);
    let proved = bundle(&world, &first).proved(&verifier(&world), &[witness.key()]).unwrap();
    assert_eq!(proved.witnesses, [("witness.example/w1".to_owned(), SEEN_AT)]);
    let early = witness.seen().unwrap();
    // Whoever starts anew learns from the witness what it saw last.
    let mut witnessing = ask().unwrap();
    let second = guid(&world.send(&nth(2).documents()).messages[0]);
    logger.take_up(world.clock.now()).unwrap();
    // The head that a witness signed stays beside the newest one, and proves what is under it.
    let under = bundle(&world, &first).proved(&verifier(&world), &[witness.key()]).unwrap();
    assert_eq!(under, proved);
    let not_yet = bundle(&world, &second).proved(&verifier(&world), &[witness.key()]).unwrap();
    assert_eq!(not_yet.witnesses, []);
    assert_eq!(witnessing.show().unwrap(), []);
    let late = bundle(&world, &second).proved(&verifier(&world), &[witness.key()]).unwrap();
    assert_eq!(late.witnesses.len(), 1);
    assert!(witness.seen().unwrap().size > early.size);
    assert!(walked(&world, &[]).is_sound());

    // What does not go on from what it saw it does not sign.
    world.send(&nth(3).documents());
    logger.take_up(world.clock.now()).unwrap();
    for (seen, why) in [
        (Seen { root: Hash([1; 32]), ..early }, "log was rewritten"),
        (Seen { size: 99_999, root: Hash([1; 32]) }, "which this log never had"),
    ] {
        witness.has_seen(seen);
        let unsigned = witnessing.show().unwrap();
        assert_eq!(unsigned.len(), 1);
        assert!(unsigned[0].to_string().contains(why), "{}", unsigned[0]);
    }
}
