//! Notes, heads, witnesses and bundles.

use tongguan_transparency::bundle::{Bundle, BundleError};
use tongguan_transparency::checkpoint::{Checkpoint, SignedHead};
use tongguan_transparency::commitment::{Salts, leaf};
use tongguan_transparency::hash::Hash;
use tongguan_transparency::note::{Algorithm, Note, NoteError, Signer, Verifier, signatures_in};
use tongguan_transparency::proof::{consistency, inclusion};
use tongguan_transparency::tree::Frontier;
use tongguan_transparency::witness::{AddCheckpoint, Seen, Unwitnessed};

use super::Grown;

fn log() -> Signer {
    Signer::new("window.example/log", Algorithm::Text, &[1; 32]).unwrap()
}

fn witness() -> Signer {
    Signer::new("witness.example/w1", Algorithm::Cosignature, &[2; 32]).unwrap()
}

#[test]
fn a_note_that_another_program_signed_verifies() {
    // The example in the documentation of Go's package for notes.
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let note = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n\n\
                — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let (key, read) = (Verifier::parse(key).unwrap(), Note::parse(note).unwrap());
    assert_eq!(key.verify(&read), Ok(()));
    assert_eq!(read.to_string(), note);
    let changed = Note::parse(&note.replace("answer", "Answer")).unwrap();
    assert_eq!(key.verify(&changed), Err(NoteError::Forged("PeterNeumann".into())));
}

#[test]
fn keys_are_written_and_read_and_altered_ones_are_none() {
    for key in [log(), witness()] {
        let written = key.verifier().to_string();
        assert_eq!(&Verifier::parse(&written).unwrap(), key.verifier());
        let (name, rest) = written.split_once('+').unwrap();
        for none in [
            String::new(),
            name.to_owned(),
            format!("other+{rest}"),
            format!("+{rest}"),
            written.replacen('+', " +", 1),
            written[..written.len() - 4].to_owned(),
            format!("{written}AAAA"),
        ] {
            assert!(Verifier::parse(&none).is_err(), "{none}");
        }
    }
    for name in ["", "a b", "a+b", "a\n"] {
        assert!(Signer::new(name, Algorithm::Text, &[1; 32]).is_err(), "{name}");
    }
}

#[test]
fn what_is_no_note_is_none() {
    let sound = SignedHead::sign(&log(), 7, Hash([7; 32])).note.to_string();
    assert!(Note::parse(&sound).is_ok());
    for none in [
        String::new(),
        "a\n".to_owned(),
        "a\n\n".to_owned(),
        sound.trim_end().to_owned(),
        sound.replace("\n\n", "\n"),
        sound.replace('—', "-"),
        sound.replace("window", "win\tdow"),
        format!("{sound}more\n"),
        format!("{}{sound}", "x".repeat(70_000)),
    ] {
        assert!(Note::parse(&none).is_err(), "{none}");
    }
}

#[test]
fn a_head_says_what_was_signed_and_nothing_else() {
    let head = SignedHead::sign(&log(), 20, Hash([7; 32]));
    let note = head.note.to_string();
    assert!(
        note.starts_with(
            "window.example/log\n20\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\n— "
        )
    );
    assert_eq!(SignedHead::open(&note, log().verifier()).unwrap(), head);
    for changed in [
        note.replacen("\n20\n", "\n21\n", 1),
        note.replacen("\n20\n", "\n020\n", 1),
        note.replacen("BwcH", "CwcH", 1),
        note.replacen("window", "Window", 1),
    ] {
        assert!(SignedHead::open(&changed, log().verifier()).is_err(), "{changed}");
    }
    let other = Signer::new("window.example/log", Algorithm::Text, &[9; 32]).unwrap();
    let refused = SignedHead::open(&note, other.verifier());
    assert_eq!(refused, Err(NoteError::NotSigned("window.example/log".into())));
    assert!(Checkpoint::parse("o\n1\nx\n").is_err());
}

#[test]
fn a_witness_signs_what_goes_on_from_what_it_saw_and_nothing_else() {
    let grown = Grown::to(40);
    let (log, witness) = (log(), witness());
    let head = |size| SignedHead::sign(&log, size, grown.root(size));
    let ask = |old, new| AddCheckpoint {
        old,
        proof: consistency(old, new, &mut grown.read()).unwrap(),
        head: head(new).note,
    };
    let first = AddCheckpoint::parse(&ask(0, 11).to_string()).unwrap();
    assert_eq!(first, ask(0, 11));
    let mut admitted = first.admitted(log.verifier(), None).unwrap();
    let seen = Some(Seen { size: 11, root: grown.root(11) });
    assert_eq!(
        admitted.cosigned_by(witness.verifier()),
        Err(NoteError::NotSigned("witness.example/w1".into()))
    );
    let signed = admitted.cosign(&witness, 1_700_000_000);
    let lines = signatures_in(&signed.to_string()).unwrap();
    assert!(!admitted.take_up(
        signatures_in(&log.sign("x\n".into()).signatures[0].to_string()).unwrap(),
        witness.verifier()
    ));
    assert!(admitted.take_up(lines, witness.verifier()));
    let again = SignedHead::open(&admitted.note.to_string(), log.verifier()).unwrap();
    assert_eq!(again.cosigned_by(witness.verifier()), Ok(1_700_000_000));
    assert!(ask(11, 40).admitted(log.verifier(), seen).is_ok());
    assert!(ask(11, 11).admitted(log.verifier(), seen).is_ok(), "the same head again");
    assert_eq!(ask(7, 40).admitted(log.verifier(), seen), Err(Unwitnessed::OtherOld(11)));
    assert_eq!(ask(0, 40).admitted(log.verifier(), seen), Err(Unwitnessed::OtherOld(11)));
    let fork =
        AddCheckpoint { head: SignedHead::sign(&log, 11, Hash([3; 32])).note, ..ask(11, 11) };
    assert_eq!(fork.admitted(log.verifier(), seen), Err(Unwitnessed::Fork(11)));
    let rewritten =
        AddCheckpoint { head: SignedHead::sign(&log, 40, Hash([3; 32])).note, ..ask(11, 40) };
    assert!(matches!(rewritten.admitted(log.verifier(), seen), Err(Unwitnessed::Inconsistent(_))));
    for none in ["", "old 1", "old x\n\n", "old 01\n\nx", "new 1\n\nx", "old 1\nx\n\ny\n\n— a b\n"]
    {
        assert!(AddCheckpoint::parse(none).is_err(), "{none}");
    }
}

fn bundle() -> Bundle {
    let salts = Salts::new(&[5; 32]);
    let mut grown = Grown::to(9);
    let salt = salts.at(b"place 4");
    let mut frontier = Frontier::default();
    grown.leaves[4] = leaf(&salt, b"a record");
    grown.nodes.clear();
    let Grown { leaves, nodes, .. } = &mut grown;
    leaves.iter().for_each(|leaf| {
        frontier.append(*leaf, &mut |node, hash| {
            nodes.insert(node, hash);
        })
    });
    Bundle {
        guid: "g".into(),
        response: "<x/>".into(),
        record: b"a record".to_vec(),
        attachments: vec![b"more".to_vec()],
        salt,
        index: 4,
        path: inclusion(4, 9, &mut grown.read()).unwrap(),
        head: SignedHead::sign(&log(), 9, frontier.root()).note.to_string(),
        key: log().verifier().to_string(),
    }
}

#[test]
fn a_bundle_proves_what_was_recorded_and_no_changed_one_does() {
    let (sound, key) = (bundle(), log().verifier().clone());
    let read = Bundle::from_json(sound.to_json().unwrap().as_bytes()).unwrap();
    assert_eq!(read, sound);
    assert_eq!(read.proved(&key, &[]).unwrap().head.checkpoint.size, 9);
    assert_ne!(Salts::new(&[5; 32]).at(b"place 5"), sound.salt);
    assert_ne!(Salts::new(&[6; 32]).at(b"place 4"), sound.salt);
    let mut record = sound.clone();
    record.record[0] ^= 1;
    let mut salt = sound.clone();
    salt.salt.0[31] ^= 1;
    let mut path = sound.clone();
    path.path.swap(0, 1);
    let elsewhere = Bundle { index: 5, ..sound.clone() };
    for changed in [record, salt, path, elsewhere] {
        assert!(
            matches!(changed.proved(&key, &[]), Err(BundleError::NotInLog { .. })),
            "{changed:?}"
        );
    }
    let head = Bundle { head: sound.head.replacen("\n9\n", "\n8\n", 1), ..sound.clone() };
    assert!(matches!(head.proved(&key, &[]), Err(BundleError::Head(NoteError::Forged(_)))));
    assert!(matches!(sound.proved(witness().verifier(), &[]), Err(BundleError::Head(_))));
}

#[test]
fn a_bundle_names_the_witnesses_that_are_believed_and_a_forged_one_is_refused() {
    let mut sound = bundle();
    let (key, witness) = (log().verifier().clone(), witness());
    let mut head = SignedHead::open(&sound.head, &key).unwrap();
    let signed = head.cosign(&witness, 1_700_000_000);
    head.note.signatures.push(signed);
    sound.head = head.note.to_string();
    let witnesses = [witness.verifier().clone()];
    let proved = sound.proved(&key, &witnesses).unwrap();
    assert_eq!(proved.witnesses, [("witness.example/w1".to_owned(), 1_700_000_000)]);
    assert_eq!(sound.proved(&key, &[]).unwrap().witnesses, []);
    head.note.signatures[1].bytes[0] ^= 1;
    sound.head = head.note.to_string();
    assert!(matches!(sound.proved(&key, &witnesses), Err(BundleError::Head(NoteError::Forged(_)))));
}

#[test]
fn what_is_no_bundle_is_refused_with_the_reason() {
    let sound = bundle().to_json().unwrap();
    for (none, why) in [
        ("{}".to_owned(), "missing field"),
        (sound.replace("bundle-1", "bundle-2"), "`format`"),
        (sound.replace("\"index\"", "\"place\""), "unknown field"),
        (sound.replace("\"record\": \"", "\"record\": \"?"), "`record`"),
        (sound.replace("\"salt\": \"", "\"salt\": \"AAAA"), "`salt`"),
    ] {
        let error = Bundle::from_json(none.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
