//! What was kept is read again byte for byte, whoever lay in the same bundle.

use tongguan_storage::seal::Keyring;
use tongguan_storage::{Store, StoreSettings, Target};

use super::*;
use crate::digest::sha256;
use crate::numbering::IdSource;

struct Desk {
    _directory: tempfile::TempDir,
    store: Store,
    keyring: Arc<Keyring>,
    ids: IdSource,
}

impl Desk {
    fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(directory.path().join("store"));
        let store = Store::open(&target, StoreSettings::default(), at()).unwrap();
        let keyring = Arc::new(Keyring::from_master(&[7; 32]));
        Self { _directory: directory, store, keyring, ids: IdSource::default() }
    }

    fn delivery(&mut self, period: &str, bytes: Vec<u8>) -> Delivery {
        let mut writer = self.store.writer().unwrap();
        let key = writer.transaction(|tx| tx.data_key(&self.keyring, period)).unwrap();
        let first = bytes.first().copied().unwrap_or_default();
        let id = MessageId(self.ids.next(tongguan_storage::Partition(first), at()));
        let message = Message {
            partition: partition_of(id.0),
            message_id: id,
            received_at: at(),
            kind: None,
            guid: None,
            sender: None,
            origin: "a.xml".into(),
            digest: sha256(&bytes),
            documents: 0,
            state: 0,
            verdict: None,
            bundle: id,
            start: 0,
            length: length_of(&bytes),
        };
        let original = Original::new(id, bytes, Arc::new(key)).unwrap();
        Delivery { message, original, incoming: Vec::new(), notices: Vec::new(), window: None }
    }

    /// Stores a batch; gives its message rows and how many bundles they take.
    fn keep(&self, batch: &[Delivery]) -> (Vec<Message>, usize) {
        let (messages, shared) = bundled(batch).unwrap();
        let bundles: Vec<_> = alone(batch).chain(&shared).collect();
        self.store
            .writer()
            .unwrap()
            .transaction(|tx| {
                tx.insert(&messages)?;
                tx.insert(bundles.iter().copied())
            })
            .unwrap();
        (messages, bundles.len())
    }

    fn archive(&self) -> Archive {
        Archive::new(self.store.clone(), self.keyring.clone())
    }
}

fn at() -> Moment {
    Moment::parse_wire("20260302100000").unwrap()
}

fn text(seed: u8, length: usize) -> Vec<u8> {
    (0..length).map(|n| seed.wrapping_add(u8::try_from(n % 251).unwrap())).collect()
}

#[test]
fn every_original_of_a_batch_is_read_again_byte_for_byte() {
    let mut desk = Desk::open();
    let sizes = [4_800, 0, 1, LARGE - 1, LARGE, 3 * LARGE, 4_800];
    let texts: Vec<_> = (1..).zip(sizes).map(|(seed, size)| text(seed, size)).collect();
    let mut batch: Vec<_> =
        texts.iter().map(|bytes| desk.delivery("2026-03", bytes.clone())).collect();
    batch.push(desk.delivery("2026-04", text(9, 100)));
    let (messages, bundles) = desk.keep(&batch);
    assert_eq!(bundles, 4, "one for the small of each month, and two large ones");
    let mut archive = desk.archive();
    for (message, bytes) in messages.iter().zip(&texts) {
        assert_eq!(archive.original(message).unwrap(), *bytes);
    }
    assert_eq!(archive.original(messages.last().unwrap()).unwrap(), text(9, 100));
    // Read from the last to the first, with nothing opened yet.
    let mut archive = desk.archive();
    for (message, bytes) in messages.iter().zip(&texts).rev() {
        assert_eq!(archive.original(message).unwrap(), *bytes);
    }
}

#[test]
fn a_place_that_holds_something_else_is_noticed() {
    let mut desk = Desk::open();
    let batch = [desk.delivery("2026-03", text(1, 50)), desk.delivery("2026-03", text(2, 50))];
    let (messages, _) = desk.keep(&batch);
    let mut archive = desk.archive();
    for (start, length) in [(0, 50), (49, 50), (50, 49), (60, 50), (-1, 50)] {
        let moved = Message { start, length, ..messages[1].clone() };
        let refused = archive.original(&moved).unwrap_err();
        assert!(matches!(refused, OriginalError::Altered(id) if id == moved.message_id));
    }
    let elsewhere = Message { bundle: MessageId(5), ..messages[1].clone() };
    assert!(matches!(archive.original(&elsewhere), Err(OriginalError::NotKept(_))));
}

#[test]
fn what_is_forgotten_is_not_read_and_its_month_gets_no_new_key() {
    let mut desk = Desk::open();
    let batch = [desk.delivery("2026-03", text(1, 50))];
    let (messages, _) = desk.keep(&batch);
    let mut writer = desk.store.writer().unwrap();
    writer.transaction(|tx| tx.forget_periods(&[("2026-03",)])).unwrap();
    let refused = desk.archive().original(&messages[0]).unwrap_err();
    assert!(matches!(refused, OriginalError::NotKept(_)), "{refused}");
    let id = desk.keyring.sealing();
    let known = desk.store.read(|view| view.known_data_key(&desk.keyring, "2026-03", id)).unwrap();
    assert!(known.is_none());
}
