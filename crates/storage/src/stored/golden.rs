//! What every stored form must keep: the bytes that were once written decode for ever, and nothing else
//! passes for them.

use std::fmt::Debug;

use super::StoredError;

type Encode<T> = fn(&T) -> Result<Vec<u8>, StoredError>;
type Decode<T> = fn(&[u8]) -> Result<T, StoredError>;

/// Asserts that `written`, bytes of version 1 in hexadecimal with blanks wherever they help, are
/// `value`, and that other versions, every beginning of them and anything behind them are refused.
pub fn keeps<T: PartialEq + Debug>(written: &str, value: &T, encode: Encode<T>, decode: Decode<T>) {
    let encoded = encode(value).unwrap();
    assert_eq!(hex(&encoded), written.split_whitespace().collect::<String>(), "of {value:?}");
    assert_eq!(decode(&encoded).as_ref(), Ok(value));
    for version in [0, 2, u8::MAX] {
        let other = [&[version], &encoded[1..]].concat();
        let refused = decode(&other).unwrap_err();
        assert!(
            matches!(refused, StoredError::UnknownVersion { version: found, .. } if found == version),
            "{refused:?}"
        );
    }
    for end in 0..encoded.len() {
        let refused = decode(&encoded[..end]).unwrap_err();
        assert!(matches!(refused, StoredError::Damaged { .. }), "{end} bytes: {refused:?}");
    }
    let longer = [&encoded[..], &[0]].concat();
    assert!(matches!(decode(&longer), Err(StoredError::Damaged { .. })), "a byte too many");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
