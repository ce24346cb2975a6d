//! One window is the witness of another one's log.

use tongguan_application::ports::{Clock as _, NotWitnessed, Witness, WitnessAnswer};
use tongguan_application::transparency::{Attestor, NotAttested, Witnessing, found};
use tongguan_storage::Store;
use tongguan_testkit::world::{Beginning, World};
use tongguan_transparency::checkpoint::SignedHead;
use tongguan_transparency::hash::Hash;
use tongguan_transparency::note::{Algorithm, Signer, Verifier};
use tongguan_transparency::witness::{AddCheckpoint, Unwitnessed};

use crate::support::*;
use crate::transparency::{bundle, guid, keyring, log, verifier};

on_both_engines! {
    what_a_window_answers_is_proved_by_its_neighbour,
    two_histories_of_one_log_are_never_signed,
}

/// A window that is asked as a witness is over HTTP.
struct Asked(Attestor);

impl Witness for Asked {
    fn add_checkpoint(&self, request: &str) -> Result<WitnessAnswer, NotWitnessed> {
        match self.0.add_checkpoint(request) {
            Ok(line) => Ok(WitnessAnswer::Signed(line)),
            Err(NotAttested::Unwitnessed(Unwitnessed::OtherOld(size))) => {
                Ok(WitnessAnswer::Seen(size))
            }
            Err(why) => Err(NotWitnessed(why.to_string())),
        }
    }
}

/// Asked anew each time, as by a process that was started anew.
fn attestor(neighbour: &World, logs: Vec<Verifier>) -> Attestor {
    let (store, clock) = (&neighbour.store, neighbour.clock.clone());
    let own = found(store, &keyring(), Some("neighbour.example/log"), clock.now()).unwrap();
    Attestor::new(store, &own, logs, clock)
}

fn what_a_window_answers_is_proved_by_its_neighbour(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let neighbour = World::with(on(Beginning::unsigned()));
    let key = attestor(&neighbour, Vec::new()).key().clone();
    assert_eq!(key.name(), "neighbour.example/log/witness");
    let show = |store: &Store, logs: Vec<Verifier>| {
        let port: Box<dyn Witness> = Box::new(Asked(attestor(&neighbour, logs)));
        Witnessing::open(store, vec![(key.clone(), port)]).unwrap().show().unwrap()
    };
    let seconds = u64::try_from(neighbour.clock.now().micros() / 1_000_000).unwrap();
    // The second head goes on from the first one.
    for n in 1..=2 {
        let told = guid(&world.send(&nth(n).documents()).messages[0]);
        log(&world);
        let unsigned = show(&world.store, Vec::new());
        assert!(unsigned[0].to_string().contains("no log of that name"), "{}", unsigned[0]);
        assert_eq!(show(&world.store, vec![verifier(&world)]), []);
        let proved = bundle(&world, &told).proved(&verifier(&world), std::slice::from_ref(&key));
        assert_eq!(proved.unwrap().witnesses, [(key.name().to_owned(), seconds)]);
    }
}

fn two_histories_of_one_log_are_never_signed(on: On) {
    let neighbour = World::with(on(Beginning::unsigned()));
    let signer = Signer::new("other.example/log", Algorithm::Text, &[5; 32]).unwrap();
    let ask = |old, size, root, proof| {
        let head = SignedHead::sign(&signer, size, Hash([root; 32])).note;
        let asked = AddCheckpoint { old, proof, head }.to_string();
        attestor(&neighbour, vec![signer.verifier().clone()]).add_checkpoint(&asked)
    };
    let why = |refused: Result<String, NotAttested>| match refused.unwrap_err() {
        NotAttested::Unwitnessed(why) => why,
        other => panic!("{other}"),
    };
    ask(0, 5, 1, Vec::new()).unwrap();
    ask(5, 5, 1, Vec::new()).unwrap();
    assert_eq!(why(ask(5, 5, 2, Vec::new())), Unwitnessed::Fork(5));
    assert_eq!(why(ask(0, 5, 2, Vec::new())), Unwitnessed::OtherOld(5));
    assert!(matches!(why(ask(5, 4, 1, Vec::new())), Unwitnessed::Malformed(_)));
    assert!(matches!(why(ask(5, 9, 1, vec![Hash([3; 32])])), Unwitnessed::Inconsistent(_)));
    // What was refused has changed nothing.
    ask(5, 5, 1, Vec::new()).unwrap();
    let forged = Signer::new("other.example/log", Algorithm::Text, &[6; 32]).unwrap();
    let head = SignedHead::sign(&forged, 6, Hash([1; 32])).note;
    let asked = AddCheckpoint { old: 5, proof: Vec::new(), head }.to_string();
    let refused = attestor(&neighbour, vec![signer.verifier().clone()]).add_checkpoint(&asked);
    assert!(matches!(why(refused), Unwitnessed::NotSigned(_)));
}
