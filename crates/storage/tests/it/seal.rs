//! Keys of periods, kept wrapped in the database.

use tongguan_storage::seal::{Keyring, SealError};
use tongguan_storage::{Remedy, StorageError};

use crate::fixture::Fixture;

on_both_engines! {
    a_period_has_one_key,
    another_key_file_opens_nothing,
    a_forgotten_period_is_gone,
}

const BODY: &[u8] = b"<CEB621Message/>";

fn a_period_has_one_key(on: &Fixture) {
    let keyring = Keyring::from_master(&[1; 32]);
    let november = on.write(|tx| tx.data_key(&keyring, "2026-11"));
    let sealed = november.seal(7, BODY).unwrap();
    let again = on.write(|tx| tx.data_key(&keyring, "2026-11"));
    assert_eq!(again.open(7, &sealed).unwrap(), BODY);
    assert_eq!(again.period(), "2026-11");
    let december = on.write(|tx| tx.data_key(&keyring, "2026-12"));
    assert!(matches!(december.open(7, &sealed), Err(SealError::Tampered)));
}

fn another_key_file_opens_nothing(on: &Fixture) {
    on.write(|tx| tx.data_key(&Keyring::from_master(&[1; 32]), "2026-11"));
    let error = on.refused(|tx| tx.data_key(&Keyring::from_master(&[2; 32]), "2026-11"));
    assert!(matches!(error, StorageError::Seal(SealError::Tampered)), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Stop);
}

fn a_forgotten_period_is_gone(on: &Fixture) {
    let keyring = Keyring::from_master(&[1; 32]);
    let key = on.write(|tx| tx.data_key(&keyring, "2026-11"));
    let sealed = key.seal(7, BODY).unwrap();
    assert_eq!(on.write(|tx| tx.forget_periods(&[("2026-11",), ("2020-01",)])), 1);
    let other = on.write(|tx| tx.data_key(&keyring, "2026-11"));
    assert!(matches!(other.open(7, &sealed), Err(SealError::Tampered)));
}
