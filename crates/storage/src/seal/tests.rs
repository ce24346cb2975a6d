//! Bodies, secrets and marks, and a ring that changes while it is used.

use super::body::SealingKey;
use super::compression::LONGEST_BODY;
use super::*;

fn ring_key() -> KeyId {
    Keyring::from_master(&[1; 32]).sealing()
}

fn key(cipher: Cipher) -> DataKey {
    let (period, id) = ("2026-11".to_owned(), ring_key());
    DataKey { period, id, key: SealingKey::new(id, cipher, &[2; 32]) }
}

#[test]
fn what_was_sealed_opens_in_its_place_alone() {
    let body = "<CEB621Message>订单</CEB621Message>".repeat(100);
    for cipher in Cipher::ALL {
        let key = key(cipher);
        let sealed = key.seal(7, body.as_bytes()).unwrap();
        assert!(sealed.len() < body.len() / 10, "compressed first");
        assert_eq!(key.open(7, &sealed).unwrap(), body.as_bytes());
        assert!(matches!(key.open(8, &sealed), Err(SealError::Tampered)));
        assert_eq!(key.open(7, &key.seal(7, b"").unwrap()).unwrap(), b"");
    }
}

#[test]
fn what_is_sealed_anew_opens_with_the_new_key_alone() {
    let old = key(Cipher::Aes256Gcm);
    let id = Keyring::from_master(&[3; 32]).sealing();
    let period = "2026-11".to_owned();
    let new = DataKey { period, id, key: SealingKey::new(id, Cipher::Sm4Gcm, &[2; 32]) };
    let sealed = old.seal(7, b"a body").unwrap();
    let fresh = new.reseal(&old, 7, &sealed).unwrap();
    assert_eq!(sealed_by(&fresh).unwrap(), id);
    assert_eq!(new.open(7, &fresh).unwrap(), b"a body");
    assert!(matches!(old.open(7, &fresh), Err(SealError::Tampered)));
    assert!(matches!(new.reseal(&old, 8, &sealed), Err(SealError::Tampered)), "another place");
}

#[test]
fn the_same_body_is_never_sealed_alike() {
    for cipher in Cipher::ALL {
        let key = key(cipher);
        assert_ne!(key.seal(7, b"a body").unwrap(), key.seal(7, b"a body").unwrap());
    }
}

#[test]
fn a_bomb_is_not_unpacked() {
    let huge = zstd::bulk::compress(&vec![0; LONGEST_BODY + 1], 1).unwrap();
    let key = key(Cipher::Aes256Gcm);
    let sealed = key.key.seal(&7_i64.to_be_bytes(), &huge).unwrap();
    assert!(matches!(key.open(7, &sealed), Err(SealError::Compression(_))));
}

#[test]
fn a_fingerprint_depends_on_key_kind_and_text() {
    let keyring = Keyring::from_master(&[1; 32]);
    let print = keyring.fingerprint("person", "110101199003070000");
    assert_eq!(print, keyring.fingerprint("person", "110101199003070000"));
    let others = [
        keyring.fingerprint("person", "110101199003070001"),
        keyring.fingerprint("phone", "110101199003070000"),
        keyring.fingerprint("person1", "10101199003070000"),
        Keyring::from_master(&[2; 32]).fingerprint("person", "110101199003070000"),
    ];
    assert!(!others.contains(&print));
}

#[test]
fn a_running_process_takes_up_a_new_key_and_goes_on_opening_with_the_old_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ring.key");
    let ring = Ring::create(&path, Cipher::Aes256Gcm).unwrap();
    let old = ring.keys().next().unwrap().id();
    let keyring = Keyring::open(&path, old, 1).unwrap();
    let mark = keyring.fingerprint("person", "110101199003070000");
    let sealed = keyring.seal_secret("totp zhang", b"a secret").unwrap();
    assert!(keyring.reseal_secret("totp zhang", &sealed).unwrap().is_none(), "it is up to date");

    // Another process: this one hears of it later, and opens already what is sealed there.
    let new = RingKey::new(Cipher::Sm4Gcm).unwrap();
    let id = new.id();
    ring.with(new).replace(&path).unwrap();
    let elsewhere = Keyring::open(&path, id, 2).unwrap();
    let theirs = elsewhere.seal_secret("totp li", b"another").unwrap();
    assert_eq!(keyring.sealing(), old);
    assert_eq!(keyring.open_secret("totp li", &theirs).unwrap(), b"another");

    keyring.take_up(id, 2).unwrap();
    assert_eq!((keyring.sealing(), keyring.revision()), (id, 2));
    let fresh = keyring.reseal_secret("totp zhang", &sealed).unwrap().unwrap();
    assert_eq!(sealed_by(&fresh).unwrap(), id);
    assert_eq!(elsewhere.open_secret("totp zhang", &fresh).unwrap(), b"a secret");
    assert_eq!(keyring.open_secret("totp zhang", &sealed).unwrap(), b"a secret");
    assert_eq!(keyring.fingerprint("person", "110101199003070000"), mark, "marks stay");
}

#[test]
fn a_name_that_somebody_made_up_has_a_file_read_once_and_not_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ring.key");
    let ring = Ring::create(&path, Cipher::Aes256Gcm).unwrap();
    let own = ring.keys().next().unwrap().id();
    let [one, other] = [0, 1].map(|_| RingKey::new(Cipher::Aes256Gcm).unwrap());
    let (first, id) = (one.id(), other.id());
    ring.with(one).replace(&path).unwrap();
    let keyring = Keyring::open(&path, own, 0).unwrap();
    let foreign = Keyring::from_master(&[1; 32]).seal_secret("x", b"y").unwrap();
    assert!(matches!(keyring.open_secret("x", &foreign), Err(SealError::UnknownKey { .. })));

    // Another key in its place, as long as the other and of the same moment: only reading would tell.
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    Ring::read(&path).unwrap().unwrap().without(first).with(other).replace(&path).unwrap();
    let written_at = |at| std::fs::File::open(&path).unwrap().set_modified(at).unwrap();
    written_at(written);
    let theirs = Keyring::open(&path, id, 1).unwrap().seal_secret("x", b"z").unwrap();
    for sealed in [&foreign, &theirs] {
        let refused = keyring.open_secret("x", sealed);
        assert!(matches!(refused, Err(SealError::UnknownKey { .. })), "it was read again");
    }
    // The file of another moment is read.
    written_at(written + std::time::Duration::from_millis(1));
    assert_eq!(keyring.open_secret("x", &theirs).unwrap(), b"z");
}

#[test]
fn a_missing_key_is_named_and_so_is_the_file_that_lacks_it() {
    let directory = tempfile::tempdir().unwrap();
    let [path, other] = ["ring.key", "other.key"].map(|name| directory.path().join(name));
    let wanted = ring_key();
    let said = Keyring::open(&path, wanted, 0).unwrap_err().to_string();
    assert!(said.contains(&wanted.to_string()) && said.contains("ring.key"), "{said}");
    let ring = Ring::create(&path, Cipher::Aes256Gcm).unwrap();
    let said = Keyring::open(&path, wanted, 0).unwrap_err().to_string();
    assert!(said.contains(&wanted.to_string()) && said.contains("ring.key"), "{said}");

    let own = ring.keys().next().unwrap().id();
    let keyring = Keyring::open(&path, own, 0).unwrap();
    let foreign = Keyring::from_master(&[1; 32]).seal_secret("x", b"y").unwrap();
    let refused = keyring.open_secret("x", &foreign).unwrap_err();
    assert!(matches!(refused, SealError::UnknownKey { key, .. } if key == wanted), "{refused}");

    Ring::create(&other, Cipher::Aes256Gcm).unwrap();
    std::fs::copy(&other, &path).unwrap();
    let refused = keyring.take_up(own, 1).unwrap_err();
    assert!(matches!(refused, SealError::OtherMarks { .. }), "{refused}");
    assert_eq!(keyring.revision(), 0, "everything stays as it was");
}
