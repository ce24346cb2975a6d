//! The file of the master key: one line that says what it is, one line of hexadecimal digits.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::{SealError, random};
use crate::store::sync_directory;

/// The first line.
const TITLE: &str = "tongguan master key 1\n";

/// Reads the key, or makes one on first use.
pub(super) fn read_or_create(path: &Path) -> Result<[u8; 32], SealError> {
    let failed = |source| SealError::KeyFile { path: path.to_owned(), source };
    if !path.exists() {
        let text = format!("{TITLE}{}\n", to_hex(&random::<32>()?));
        create(path, &text).map_err(failed)?;
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    text.strip_prefix(TITLE)
        .and_then(|hex| from_hex(hex.trim_end()))
        .ok_or_else(|| SealError::NotAKeyFile { path: path.to_owned() })
}

/// Written under a name of its own, synced, then linked to its place: whole or not there, and never
/// over one that another process has just made.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let own = random::<8>().map_err(io::Error::other)?;
    let draft = path.with_extension(format!("{:016x}", u64::from_be_bytes(own)));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_directory(directory)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_file_is_made_once_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let first = read_or_create(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft is left");
        assert_eq!(read_or_create(&path).unwrap(), first);
        let other = read_or_create(&directory.path().join("other.key")).unwrap();
        assert_ne!(other, first);
    }

    #[test]
    fn many_that_make_the_key_file_at_once_have_one_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let open = || read_or_create(&path).unwrap();
            let opened: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            opened.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn what_is_no_key_file_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let short = format!("{TITLE}abcd\n");
        let wrong = format!("{TITLE}{}\n", "g".repeat(64));
        for text in ["", "something else", &short, &wrong] {
            fs::write(&path, text).unwrap();
            assert!(matches!(read_or_create(&path), Err(SealError::NotAKeyFile { .. })), "{text}");
        }
    }
}
