//! What an operator wants to know of a database.

use tongguan_domain::ids::DeclarationId;
use tongguan_storage::{EngineSettings, Event, Held, Partition};

use crate::fixture::{Fixture, at};

on_both_engines! {
    a_new_database_is_well_set_and_empty,
    what_is_held_and_when_the_last_decision_was_made_is_known,
}

fn a_new_database_is_well_set_and_empty(on: &Fixture) {
    match on.read(|view| view.engine_settings()) {
        EngineSettings::Sqlite { journal_mode, synchronous, page_size } => {
            assert_eq!((journal_mode.as_str(), synchronous, page_size), ("wal", 2, 8192));
        }
        EngineSettings::Postgres { version, durability, damaged, sizes } => {
            assert!(sizes.database > 1 << 20, "{sizes:?}");
            assert!(sizes.shared_buffers >= 128 << 10 && sizes.between_checkpoints >= 2 << 20);
            assert!(damaged.is_none_or(|times| times == 0), "{damaged:?}");
            assert!(version >= 150_000 && durability.len() == 3, "{version} {durability:?}");
        }
    }
    assert!(on.read(|view| view.schema_version()) >= 1);
    assert_eq!(on.read(|view| view.queue_lengths()), []);
    assert_eq!(on.read(|view| view.waiting_length()), 0);
    assert_eq!(on.read(|view| view.last_event_at()), None);
    assert_eq!(on.read(|view| view.sealed_periods()), Vec::<String>::new());
    let (first, last) = (DeclarationId(0), DeclarationId(i64::MAX));
    let numbered =
        on.read(|view| view.declaration_numbered(Partition(7), "29162026I000000007", first, last));
    assert_eq!(numbered, None);
    assert_eq!(on.read(|view| view.responses_between(Partition(7), 1, 9, 10)), []);
}

fn what_is_held_and_when_the_last_decision_was_made_is_known(on: &Fixture) {
    let partition = Partition(0);
    let held = Held {
        partition,
        seq: 1,
        message_id: tongguan_domain::ids::MessageId(5),
        ordinal: 1,
        at: at(1),
        reason: "panicked".into(),
    };
    let event = |seq| Event { partition, seq, at: at(seq), version: 1, body: vec![1] };
    on.write(|tx| {
        tx.insert(std::slice::from_ref(&held))?;
        tx.insert(&[event(2), event(3)])
    });
    assert_eq!(on.read(|view| view.held_length()), 1);
    assert_eq!(on.read(|view| view.last_event_at()), Some(at(3)));
}
