//! A key's whole way, with everything that it seals.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use tongguan_domain::access::SignIn;
use tongguan_domain::ids::{DeclarationId, DxpId, MessageId};
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{Keyring, Ring, SealError, sealed_by as key_of};
use tongguan_storage::{
    About, EvidenceUploadRow, MessageBundle, PersonRow, PictureBody, Register, Store, View,
    WebhookRow, Writer,
};

use super::*;
use crate::answered::{Answered, Begun, RequestKey};
use crate::desk::{Desk, noon};
use crate::evidence::place_of_upload;
use crate::history::{Cause, events};
use crate::numbering::partition_of;
use crate::pictures::place_of_picture;
use crate::ports::Clock;
use crate::transparency::{Logger, found, walk};

on_both_engines! {
    the_first_start_makes_a_ring_and_no_later_one_does,
    a_key_goes_its_way_and_everything_it_sealed_stays_readable,
    what_does_not_open_is_named_and_keeps_its_key,
    a_process_that_lacks_the_new_key_goes_on_and_takes_it_up_when_it_comes,
    who_has_not_heard_of_a_rotation_cannot_write_behind_a_retirement,
    a_month_that_is_forgotten_is_not_sealed_anew,
}

const EXAMINED: DeclarationId = DeclarationId(77);
const MONTHS: [&str; 2] = ["2026-10", "2026-11"];

/// A ring in a store, with its key file.
struct Case<'d> {
    desk: &'d Desk,
    folder: TempDir,
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Moment {
        noon(3)
    }
}

fn cause() -> Cause {
    Cause::Command("a test".to_owned())
}

fn request() -> RequestKey {
    RequestKey { client: "key 1".to_owned(), key: "a".to_owned(), digest: [1; 32] }
}

fn wang() -> SignIn {
    SignIn::parse("wang").unwrap()
}

impl<'d> Case<'d> {
    fn of(desk: &'d Desk) -> Self {
        Self { desk, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ring.key")
    }

    fn open(&self) -> Arc<Keyring> {
        Arc::new(open(&self.desk.store, &self.path(), noon(1)).unwrap())
    }

    fn writer(&self) -> Writer {
        self.desk.store.writer().unwrap()
    }

    /// Begins the verifiable log or goes on with it, and walks through it; gives its key.
    fn log(&self, keyring: &Arc<Keyring>) -> String {
        let log = found(&self.desk.store, keyring, None, noon(1)).unwrap();
        let key = format!("{log:?}");
        let mut logger = Logger::open(&self.desk.store, keyring.clone(), log).unwrap();
        logger.take_up(noon(1)).unwrap();
        assert!(walk(&self.desk.store, keyring, &[], &mut |_, _| {}).unwrap().is_sound());
        key
    }

    fn rotate(&self, cipher: Option<Cipher>) -> KeyId {
        rotate(&mut self.writer(), &self.path(), cipher, &cause(), noon(2)).unwrap()
    }

    fn states(&self) -> Vec<(KeyId, KeyState, bool)> {
        let all = list(&self.desk.store, &self.path()).unwrap();
        all.iter().map(|one| (one.row.key_id, one.state(), one.is_in_file)).collect()
    }

    fn reseal(&self, keyring: &Keyring) -> Resealed {
        reseal(&self.desk.store, keyring, &Noon, &mut |_| {}).unwrap()
    }

    /// Ten bundles of each month.
    fn fill(&self, keyring: &Keyring) {
        for (month, first) in MONTHS.into_iter().zip([100, 200]) {
            let mut writer = self.writer();
            let key = writer.transaction(|tx| tx.data_key(keyring, month)).unwrap();
            let bundle = |n: i64| MessageBundle {
                partition: partition_of(n),
                message_id: MessageId(n),
                period: month.to_owned(),
                key_id: key.id(),
                body: key.seal(n, format!("message {n}").as_bytes()).unwrap(),
            };
            let rows: Vec<_> = (first..first + 10).map(bundle).collect();
            writer.transaction(|tx| tx.insert(&rows)).unwrap();
        }
    }

    /// A second factor, two secrets of a webhook, and a kept answer.
    fn fill_secrets(&self, keyring: &Arc<Keyring>) {
        let seal = |place: &str, secret: &[u8]| keyring.seal_secret(place, secret).unwrap();
        let person = PersonRow {
            sign_in: wang(),
            name: "王".to_owned(),
            role: "officer".to_owned(),
            organisation: "2916".to_owned(),
            password: None,
            totp: Some(seal("totp wang", b"a factor")),
            totp_step: 0,
            passkeys: 0,
            accounts: 0,
            failures: 0,
            locked_until: None,
            disabled: false,
            added_at: noon(1),
        };
        let webhook = WebhookRow {
            number: 7,
            mailbox: DxpId::parse("DXPENT0000000001").unwrap(),
            url: "https://example.com/".to_owned(),
            message_types: String::new(),
            secret: seal("webhook 7", b"new"),
            earlier_secret: Some(seal("webhook 7", b"old")),
            earlier_until: Some(noon(2)),
            created_at: noon(1),
            paused_at: None,
            gone_at: None,
            n: 0,
            attempts: 0,
            failing_since: None,
            next_attempt_at: None,
            failure: None,
            holder: None,
            held_until: None,
        };
        let written = self.writer().transaction(|tx| {
            tx.insert(&[person])?;
            tx.insert(&[webhook])
        });
        written.unwrap();
        let answered = Answered::open(&self.desk.store, keyring.clone()).unwrap();
        let Begun::Now(held) = answered.begin(&request(), noon(2)).unwrap() else { panic!() };
        answered.settle(&held, Some(b"an answer")).unwrap();
    }

    /// A picture of an examination and an upload of payment evidence.
    fn fill_declared(&self, keyring: &Keyring) {
        let mut writer = self.writer();
        let key = writer.transaction(|tx| tx.data_key(keyring, MONTHS[0])).unwrap();
        let (declaration_id, period, key_id) = (EXAMINED, MONTHS[0].to_owned(), key.id());
        let body = key.seal(place_of_picture(EXAMINED), b"a picture").unwrap();
        let picture = PictureBody { declaration_id, n: 1, period: period.clone(), key_id, body };
        let body = key.seal(place_of_upload(EXAMINED), b"an upload").unwrap();
        let partition = partition_of(EXAMINED.0);
        let upload = EvidenceUploadRow { partition, declaration_id, n: 0, period, key_id, body };
        let written = writer.transaction(|tx| {
            tx.insert(&[picture])?;
            tx.insert(&[upload])
        });
        written.unwrap();
    }

    fn everything_declared_opens(&self, keyring: &Keyring) {
        let opened = self.desk.store.read(|view| {
            let picture = view.picture_body(EXAMINED, 1)?.unwrap();
            let upload = view.evidence_upload((partition_of(EXAMINED.0), EXAMINED, 0))?.unwrap();
            let key = view.known_data_key(keyring, MONTHS[0], picture.key_id)?.unwrap();
            assert_eq!(upload.key_id, picture.key_id);
            Ok::<_, StorageError>([
                key.open(place_of_picture(EXAMINED), &picture.body)?,
                key.open(place_of_upload(EXAMINED), &upload.body)?,
            ])
        });
        assert_eq!(opened.unwrap(), [b"a picture".to_vec(), b"an upload".to_vec()]);
    }

    fn every_message_opens(&self, keyring: &Keyring) {
        for (month, first) in MONTHS.into_iter().zip([100, 200]) {
            let ids: Vec<_> =
                (first..first + 10).map(|n| (partition_of(n), MessageId(n))).collect();
            let store = &self.desk.store;
            let rows = store.read(|view| view.message_bundles(&ids)).unwrap();
            assert_eq!(rows.len(), 10);
            for row in rows {
                let read = |view: &mut View<'_>| view.known_data_key(keyring, month, row.key_id);
                let key = store.read(read).unwrap().unwrap();
                let text = key.open(row.message_id.0, &row.body).unwrap();
                assert_eq!(text, format!("message {}", row.message_id.0).into_bytes());
                assert_eq!(key_of(&row.body).unwrap(), row.key_id, "the row and the bytes agree");
            }
        }
    }

    fn every_secret_opens(&self, keyring: &Arc<Keyring>) {
        let store = &self.desk.store;
        let person = store.read(|view| view.people(&[&wang()])).unwrap().remove(0);
        let totp = person.totp.unwrap();
        assert_eq!(keyring.open_secret("totp wang", &totp).unwrap(), b"a factor");
        let webhook = store.read(|view| view.webhook(7)).unwrap().unwrap();
        let earlier = webhook.earlier_secret.unwrap();
        assert_eq!(keyring.open_secret("webhook 7", &webhook.secret).unwrap(), b"new");
        assert_eq!(keyring.open_secret("webhook 7", &earlier).unwrap(), b"old");
        let answered = Answered::open(store, keyring.clone()).unwrap();
        let before = Begun::Before(b"an answer".to_vec());
        assert_eq!(answered.begin(&request(), noon(2)).unwrap(), before);
    }

    /// What the audit tells, the newest first.
    fn told(&self) -> Vec<String> {
        let all =
            self.desk.store.read(|view| events(view, Register::Keys, About::Everything, None, 99));
        let words = |event: crate::history::Event| {
            let fields = event.entry.fields.iter();
            let fields: Vec<_> = fields.map(|it| format!("{}={}", it.name, it.after)).collect();
            format!("{} {}", event.entry.subject.place(), fields.join(" "))
        };
        all.unwrap().into_iter().map(words).collect()
    }
}

fn the_first_start_makes_a_ring_and_no_later_one_does(desk: &Desk) {
    let case = Case::of(desk);
    let keyring = case.open();
    let first = keyring.sealing();
    assert_eq!(case.open().sealing(), first);
    assert_eq!(case.states(), [(first, KeyState::Seals, true)]);
    assert_eq!(case.told().len(), 1);

    std::fs::remove_file(case.path()).unwrap();
    let lost = open(&desk.store, &case.path(), noon(1)).unwrap_err();
    assert!(matches!(lost, KeysError::Seal(SealError::MissingFile { key, .. }) if key == first));
    assert!(!case.path().exists(), "none is made in its place");
    Ring::create(&case.path(), Cipher::Aes256Gcm).unwrap();
    let foreign = open(&desk.store, &case.path(), noon(1)).unwrap_err();
    assert!(matches!(foreign, KeysError::Seal(SealError::UnknownKey { key, .. }) if key == first));
}

fn a_key_goes_its_way_and_everything_it_sealed_stays_readable(desk: &Desk) {
    let case = Case::of(desk);
    let keyring = case.open();
    let old = keyring.sealing();
    case.fill(&keyring);
    case.fill_secrets(&keyring);
    case.fill_declared(&keyring);
    let log = case.log(&keyring);
    let waiting = add(&mut case.writer(), &case.path(), Some(Cipher::Sm4Gcm), &cause(), noon(2));
    let waiting = waiting.unwrap();
    let waits = (waiting, KeyState::Waits, true);
    assert_eq!(case.states(), [(old, KeyState::Seals, true), waits]);
    // One of another cipher waits; this one is wanted now.
    let new = case.rotate(Some(Cipher::Sm4Gcm));
    assert_eq!(new, waiting);
    assert!(matches!(retire(&mut case.writer(), new, &cause(), noon(3)), Err(KeysError::Seals(_))));

    let refused = retire(&mut case.writer(), old, &cause(), noon(3)).unwrap_err().to_string();
    for what in [
        "10 bundles of 2026-10",
        "10 bundles of 2026-11",
        "1 pictures",
        "1 uploads of payment evidence",
        "1 second factors",
        "2 secrets of webhooks",
        "1 kept answers",
        "2 secrets of the verifiable log",
    ] {
        assert!(refused.contains(what), "{what}: {refused}");
    }
    let destroyed = destroy(&mut case.writer(), &case.path(), old, &cause(), noon(3));
    assert!(matches!(destroyed, Err(KeysError::NotRetired(_))));

    let news = KeysNews::new(keyring.clone()).take_up_from(&desk.store);
    assert!(matches!(news, Some(Ok(()))), "{news:?}");
    let done = case.reseal(&keyring);
    let expected = Resealed {
        bundles: 20,
        pictures: 1,
        evidence: 1,
        second_factors: 1,
        webhook_secrets: 2,
        answers: 1,
        log_secrets: 2,
        damaged: Vec::new(),
    };
    assert_eq!(done, expected);
    assert_eq!(case.reseal(&keyring), Resealed::default(), "nothing is left to do");
    assert!(sealed_by(&desk.store, old).unwrap().is_nothing());
    assert_eq!(sealed_by(&desk.store, new).unwrap().all_bundles(), 20);

    retire(&mut case.writer(), old, &cause(), noon(4)).unwrap();
    retire(&mut case.writer(), old, &cause(), noon(5)).unwrap();
    assert_eq!(desk.store.read(|view| view.periods_under(old)).unwrap(), Vec::<String>::new());
    assert!(destroy(&mut case.writer(), &case.path(), old, &cause(), noon(4)).unwrap());
    assert!(!destroy(&mut case.writer(), &case.path(), old, &cause(), noon(4)).unwrap());
    let retired = (old, KeyState::Retired, false);
    assert_eq!(case.states(), [retired, (new, KeyState::Seals, true)]);

    // Somebody who starts now has the new key alone, and the marks of before.
    let later = case.open();
    case.every_message_opens(&later);
    case.everything_declared_opens(&later);
    case.every_secret_opens(&later);
    assert_eq!(case.log(&later), log);
    assert_eq!(later.fingerprint("name", "王"), keyring.fingerprint("name", "王"));
    assert_eq!(case.told(), the_way(old, new));
}

/// What the audit tells of the way of one key, and the beginning of another's.
fn the_way(old: KeyId, new: KeyId) -> [String; 6] {
    [
        (old, "in the key file=no"),
        (old, "retired=yes"),
        (new, "seals=yes"),
        (old, "seals=no"),
        (new, "cipher=sm4-gcm"),
        (old, "cipher=aes-256-gcm seals=yes"),
    ]
    .map(|(id, fields)| format!("{id}/sealing-key {fields}"))
}

fn what_does_not_open_is_named_and_keeps_its_key(desk: &Desk) {
    let case = Case::of(desk);
    let keyring = case.open();
    let old = keyring.sealing();
    case.fill(&keyring);
    case.fill_secrets(&keyring);
    let ids = [(partition_of(205), MessageId(205))];
    let mut row = desk.store.read(|view| view.message_bundles(&ids)).unwrap().remove(0);
    *row.body.last_mut().unwrap() ^= 1;
    let altered = [(row.partition, row.message_id, row.body)];
    case.writer().transaction(|tx| tx.replace_bundles(old, old, &altered)).unwrap();
    let mut person = desk.store.read(|view| view.people(&[&wang()])).unwrap().remove(0);
    *person.totp.as_mut().unwrap().last_mut().unwrap() ^= 1;
    case.writer().transaction(|tx| tx.upsert(&[person])).unwrap();

    case.rotate(None);
    let done = case.reseal(&case.open());
    let damaged = [Damaged::SecondFactor(wang()), Damaged::Bundle(MessageId(205))];
    assert_eq!((done.bundles, &done.damaged[..]), (19, &damaged[..]));
    assert_eq!(damaged[1].to_string(), "the bundle of message 205");
    let refused = retire(&mut case.writer(), old, &cause(), noon(3)).unwrap_err().to_string();
    assert!(refused.contains("1 bundles of 2026-11, 1 second factors: "), "{refused}");
}

fn a_process_that_lacks_the_new_key_goes_on_and_takes_it_up_when_it_comes(desk: &Desk) {
    let case = Case::of(desk);
    let keyring = case.open();
    let old = keyring.sealing();
    let mut news = KeysNews::new(keyring.clone());
    assert!(news.take_up_from(&desk.store).is_none());
    let before = std::fs::read(case.path()).unwrap();
    let new = case.rotate(None);
    let after = std::fs::read(case.path()).unwrap();
    // The file of another machine, where nobody has put the new key yet.
    std::fs::write(case.path(), before).unwrap();
    let lacks = news.take_up_from(&desk.store);
    assert!(
        matches!(&lacks, Some(Err(SealError::UnknownKey { key, .. })) if *key == new),
        "{lacks:?}"
    );
    assert!(news.take_up_from(&desk.store).is_none(), "said once");
    assert_eq!(keyring.sealing(), old);
    let refused = open(&desk.store, &case.path(), noon(2)).unwrap_err().to_string();
    assert!(refused.contains(&format!("key `{new}` is not in the key file `")), "{refused}");
    std::fs::write(case.path(), after).unwrap();
    assert!(matches!(news.take_up_from(&desk.store), Some(Ok(()))));
    assert_eq!(keyring.sealing(), new);
    assert!(news.take_up_from(&desk.store).is_none());
}

fn who_has_not_heard_of_a_rotation_cannot_write_behind_a_retirement(desk: &Desk) {
    let case = Case::of(desk);
    let lagging = case.open();
    let old = lagging.sealing();
    let stale = desk.store.writer().unwrap().transaction(|tx| tx.data_key(&lagging, "2026-11"));
    assert_eq!(stale.unwrap().id(), old);
    case.rotate(None);
    case.reseal(&case.open());
    retire(&mut case.writer(), old, &cause(), noon(3)).unwrap();
    let answered = Answered::open(&desk.store, lagging).unwrap();
    let Begun::Now(held) = answered.begin(&request(), noon(3)).unwrap() else { panic!() };
    let refused = answered.settle(&held, Some(b"an answer")).unwrap_err();
    assert!(refused.to_string().contains("sealed bytes could not be used"), "{refused}");
    let chain = crate::pipeline::chain(&refused);
    assert!(chain.contains(&format!("key `{old}` was retired")), "{chain}");
    assert!(sealed_by(&desk.store, old).unwrap().is_nothing());
}

fn a_month_that_is_forgotten_is_not_sealed_anew(desk: &Desk) {
    let case = Case::of(desk);
    let keyring = case.open();
    let old = keyring.sealing();
    case.fill(&keyring);
    case.rotate(None);
    case.writer().transaction(|tx| tx.forget_periods(&[("2026-10",)])).unwrap();
    let new = case.open();
    assert_eq!(case.reseal(&new).bundles, 10);
    let months = desk.store.read(|view| view.periods_under(new.sealing())).unwrap();
    assert_eq!(months, ["2026-11"]);
    retire(&mut case.writer(), old, &cause(), noon(3)).unwrap();
}

impl KeysNews {
    fn take_up_from(&mut self, store: &Store) -> Option<Result<(), SealError>> {
        store.read(|view| self.take_up(view)).unwrap()
    }
}
