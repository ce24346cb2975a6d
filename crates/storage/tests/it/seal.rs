//! Data keys: one a period and key of the ring, forgotten with the period; and what keeps a retired key from sealing.

use tongguan_domain::ids::MessageId;
use tongguan_storage::seal::{KeyId, Keyring, SealError, SealedBundle, SealingKeyRow};
use tongguan_storage::{MessageBundle, Partition, Remedy, StorageError, Target, Writer};

use crate::fixture::{Engine, Fixture, at};

on_both_engines! {
    a_period_has_one_key,
    another_key_file_opens_nothing,
    a_forgotten_period_is_gone,
    what_is_erased_stands_in_no_freed_page,
    a_period_that_was_forgotten_gets_no_key_for_what_it_held,
    nothing_is_written_that_a_retired_key_sealed,
    of_the_ring_one_key_seals,
    what_a_key_seals_is_found_and_replaced_once,
}

const BODY: &[u8] = b"<CEB621Message/>";
const P: Partition = Partition(3);

fn ring_row(keyring: &Keyring) -> SealingKeyRow {
    SealingKeyRow {
        key_id: keyring.sealing(),
        cipher: "aes-256-gcm".into(),
        marks_id: keyring.marks_id(),
        added_at: at(1),
        seals: false,
        seals_since: None,
        retired_at: None,
    }
}

fn a_period_has_one_key(on: &Fixture) {
    let keyring = Keyring::from_master(&[1; 32]);
    let november = on.write(|tx| tx.data_key(&keyring, "2026-11"));
    let sealed = november.seal(7, BODY).unwrap();
    let again = on.write(|tx| tx.data_key(&keyring, "2026-11"));
    assert_eq!(again.open(7, &sealed).unwrap(), BODY);
    assert_eq!((again.period(), again.id()), ("2026-11", keyring.sealing()));
    let december = on.write(|tx| tx.data_key(&keyring, "2026-12"));
    assert!(matches!(december.open(7, &sealed), Err(SealError::Tampered)));
    // Under another key of the ring the period has another key.
    let other = Keyring::from_master(&[2; 32]);
    let under = on.write(|tx| tx.data_key(&other, "2026-11"));
    assert!(matches!(under.open(7, &sealed), Err(SealError::Tampered)));
    assert_eq!(on.read(|view| view.sealed_periods()), ["2026-11", "2026-12"]);
    let both = on.read(|view| view.keys_of_period("2026-11"));
    assert_eq!(both.len(), 2);
    assert_eq!(on.read(|view| view.periods_under(other.sealing())), ["2026-11"]);
}

fn another_key_file_opens_nothing(on: &Fixture) {
    let [right, wrong] = [1, 2].map(|byte| Keyring::from_master(&[byte; 32]));
    on.write(|tx| tx.data_key(&right, "2026-11"));
    let id = right.sealing();
    let error = on.refused(|tx| tx.known_data_key(&wrong, "2026-11", id));
    let named = matches!(error, StorageError::Seal(SealError::UnknownKey { key, .. }) if key == id);
    assert!(named, "{error:?}");
    assert_eq!(error.remedy(), Remedy::Stop);
}

fn a_forgotten_period_is_gone(on: &Fixture) {
    let keyring = Keyring::from_master(&[1; 32]);
    let key = on.write(|tx| tx.data_key(&keyring, "2026-11"));
    on.write(|tx| tx.data_key(&Keyring::from_master(&[2; 32]), "2026-11"));
    let sealed = key.seal(7, BODY).unwrap();
    assert_eq!(on.write(|tx| tx.forget_periods(&[("2026-11",), ("2020-01",)])), 2, "every key");
    let other = on.write(|tx| tx.data_key(&keyring, "2026-11"));
    assert!(matches!(other.open(7, &sealed), Err(SealError::Tampered)));
}

fn what_is_erased_stands_in_no_freed_page(on: &Fixture) {
    let keyring = Keyring::from_master(&[1; 32]);
    let sealed = |period: &str| {
        on.write(|tx| tx.data_key(&keyring, period));
        on.read(|view| view.sealed_keys_of(period)).remove(0)
    };
    let forget = |writer: Result<Writer, StorageError>, period: &str| {
        let mut writer = writer.unwrap();
        assert_eq!(writer.transaction(|tx| tx.forget_periods(&[(period,)])).unwrap(), 1);
    };
    let (deleted, erased) = (sealed("2026-10"), sealed("2026-11"));
    forget(on.store.small_writer(), "2026-10");
    let left = pages(on).map(|pages| holds(&pages, &deleted));
    forget(on.store.erasing_writer(), "2026-11");
    assert!(on.read(|view| view.sealed_periods()).is_empty());
    let Some(pages) = pages(on) else { return };
    assert_eq!(left, Some(true), "what is deleted otherwise stays where it was");
    assert!(!holds(&pages, &erased));
}

/// The pages of the file, once the log was written back into it; nothing on PostgreSQL.
fn pages(on: &Fixture) -> Option<Vec<u8>> {
    let (Engine::Sqlite, Target::Sqlite(directory)) = (on.engine, &on.target) else { return None };
    let file = directory.join("tongguan.db");
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    Some(std::fs::read(file).unwrap())
}

/// Whether the end of a key stands somewhere: the beginning of what is deleted is written over in any case.
fn holds(pages: &[u8], key: &[u8]) -> bool {
    let end = key.last_chunk::<16>().unwrap();
    pages.windows(end.len()).any(|bytes| bytes == end)
}

fn a_period_that_was_forgotten_gets_no_key_for_what_it_held(on: &Fixture) {
    let [old, new] = [1, 2].map(|byte| Keyring::from_master(&[byte; 32]));
    on.write(|tx| tx.data_key(&old, "2026-11"));
    let instead = |period| {
        on.write(|tx| tx.data_key_instead(&new, period, old.sealing())).map(|key| key.id())
    };
    assert_eq!(instead("2026-11"), Some(new.sealing()));
    on.write(|tx| tx.forget_periods(&[("2026-11",)]));
    assert_eq!(instead("2026-11"), None);
    assert_eq!(on.read(|view| view.sealed_periods()), Vec::<String>::new());
}

fn nothing_is_written_that_a_retired_key_sealed(on: &Fixture) {
    let keyring = Keyring::from_master(&[1; 32]);
    let id = keyring.sealing();
    let row = ring_row(&keyring);
    on.write(|tx| tx.insert(std::slice::from_ref(&row)));
    on.write(|tx| tx.still_seal(&[id]));
    // It has not heard of it.
    on.write(|tx| tx.upsert(&[SealingKeyRow { retired_at: Some(at(2)), ..row.clone() }]));
    let retired = |error: StorageError| {
        assert!(matches!(error, StorageError::Seal(SealError::Retired { key }) if key == id));
    };
    retired(on.refused(|tx| tx.still_seal(&[id])));
    retired(on.refused(|tx| tx.data_key(&keyring, "2026-11")));
}

fn of_the_ring_one_key_seals(on: &Fixture) {
    let rows = [1, 2].map(|byte| {
        let row = ring_row(&Keyring::from_master(&[byte; 32]));
        SealingKeyRow { seals: true, seals_since: Some(at(1)), ..row }
    });
    on.write(|tx| tx.insert(&rows[..1]));
    let second = on.refused(|tx| tx.insert(&rows[1..]));
    assert!(matches!(second, StorageError::Constraint { .. }), "{second:?}");
    let retired = SealingKeyRow { retired_at: Some(at(2)), ..rows[0].clone() };
    let still_seals = on.refused(|tx| tx.upsert(std::slice::from_ref(&retired)));
    assert!(matches!(still_seals, StorageError::Constraint { .. }), "{still_seals:?}");
}

fn what_a_key_seals_is_found_and_replaced_once(on: &Fixture) {
    let [old, new] = [1, 2].map(|byte| Keyring::from_master(&[byte; 32]).sealing());
    let bundle = |n: i64, period: &str, key_id: KeyId| MessageBundle {
        partition: P,
        message_id: MessageId(n),
        period: period.into(),
        key_id,
        body: vec![7; 100],
    };
    let rows = [
        bundle(1, "2026-11", old),
        bundle(2, "2026-11", old),
        bundle(3, "2026-12", old),
        bundle(4, "2026-11", new),
    ];
    on.write(|tx| tx.insert(&rows));
    let count = |id, period| on.read(|view| view.bundles_under(id, period));
    assert_eq!((count(old, "2026-11"), count(old, "2026-12"), count(new, "2026-11")), (2, 1, 1));
    let behind =
        |n, most| on.read(|view| view.bundles_under_after((old, "2026-11"), MessageId(n), most));
    let found = |n| SealedBundle { partition: P, message_id: MessageId(n), length: 100 };
    assert_eq!(behind(i64::MIN, 9), [found(1), found(2)]);
    assert_eq!(behind(i64::MIN, 1), [found(1)]);
    assert_eq!(behind(1, 9), [found(2)]);
    let fresh =
        [(P, MessageId(1), vec![8]), (P, MessageId(4), vec![8]), (P, MessageId(9), vec![8])];
    assert_eq!(on.write(|tx| tx.replace_bundles(old, new, &fresh)), 1);
    assert_eq!(on.write(|tx| tx.replace_bundles(old, new, &fresh)), 0, "done");
    let ids = [1, 2, 4].map(|n| (P, MessageId(n)));
    let now = on.read(|view| view.message_bundles(&ids));
    let replaced = MessageBundle { body: vec![8], ..bundle(1, "2026-11", new) };
    assert_eq!(now, [replaced, rows[1].clone(), rows[3].clone()]);
}
