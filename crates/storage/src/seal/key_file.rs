//! The key file (密钥文件): one line that says what it is, one with the key of the marks, one for each key of the
//! ring. It is for its owner alone, and nothing of it stands in the database.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use super::key::{Cipher, KeyId, RingKey};
use super::{SealError, random};
use crate::store::sync_directory;

/// The first line.
const TITLE: &str = "tongguan keys 1";
/// What the name of the marks' key follows from besides itself.
const MARKS: &str = "marks";

/// The keys as the key file holds them, in the order in which they were added.
#[derive(Clone)]
pub struct Ring {
    marks: [u8; 32],
    keys: Vec<RingKey>,
}

impl Ring {
    /// Reads a key file; `None` where there is none.
    ///
    /// # Errors
    /// [`SealError::KeyFile`], [`SealError::NotAKeyFile`].
    pub fn read(path: &Path) -> Result<Option<Self>, SealError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(SealError::KeyFile { path: path.to_owned(), source }),
        };
        let no_key_file = |(line, why)| SealError::NotAKeyFile { path: path.to_owned(), line, why };
        parse(&text).map(Some).map_err(no_key_file)
    }

    /// Makes a key file with a first key, readable by its owner alone and durable before anything is sealed with
    /// it. Where another process has just made one, gives that. Without this file nothing sealed can ever be read:
    /// back it up, apart from the database.
    ///
    /// # Errors
    /// [`SealError::KeyFile`], [`SealError::NotAKeyFile`], [`SealError::NoRandomness`].
    pub fn create(path: &Path, cipher: Cipher) -> Result<Self, SealError> {
        let ring = Self { marks: random()?, keys: vec![RingKey::new(cipher)?] };
        let failed = |source| SealError::KeyFile { path: path.to_owned(), source };
        let draft = ring.draft(path).map_err(failed)?;
        // Linked: whole or not there, and never over one that is.
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft).map_err(failed)?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => sync_directory(directory(path)).map_err(failed)?,
        }
        Ok(Self::read(path)?.unwrap_or(ring))
    }

    /// Of one key, which is that of the marks as well: for trials and tests.
    pub fn from_master(cipher: Cipher, master: &[u8; 32]) -> Self {
        Self { marks: *master, keys: vec![RingKey::from_master(cipher, *master)] }
    }

    /// Writes the file anew, for the owner that it has, whole or not at all.
    ///
    /// # Errors
    /// [`SealError::KeyFile`].
    pub fn replace(&self, path: &Path) -> Result<(), SealError> {
        let failed = |source| SealError::KeyFile { path: path.to_owned(), source };
        // A link stays one.
        let path = fs::canonicalize(path).map_err(failed)?;
        let owner = fs::metadata(&path).map_err(failed)?;
        let draft = self.draft(&path).map_err(failed)?;
        let replaced = File::open(&draft)
            .and_then(|file| fchown(&file, Some(owner.uid()), Some(owner.gid())))
            .and_then(|()| fs::rename(&draft, &path));
        if let Err(error) = replaced {
            // It holds keys.
            drop(fs::remove_file(&draft));
            return Err(failed(error));
        }
        sync_directory(directory(&path)).map_err(failed)
    }

    /// The keys, in the order in which they were added.
    pub fn keys(&self) -> impl Iterator<Item = &RingKey> {
        self.keys.iter()
    }

    /// Whether a key is among them.
    pub fn holds(&self, id: KeyId) -> bool {
        self.keys.iter().any(|key| key.id() == id)
    }

    /// With one more key.
    #[must_use]
    pub fn with(mut self, key: RingKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Without a key.
    #[must_use]
    pub fn without(mut self, id: KeyId) -> Self {
        self.keys.retain(|key| key.id() != id);
        self
    }

    /// The name of the key of the marks.
    pub fn marks_id(&self) -> KeyId {
        KeyId::of(&self.marks, MARKS)
    }

    pub(super) const fn marks(&self) -> &[u8; 32] {
        &self.marks
    }

    /// Written beside `path`, under a name of its own, and durable.
    fn draft(&self, path: &Path) -> io::Result<PathBuf> {
        let own = random::<8>().map_err(io::Error::other)?;
        let draft = path.with_extension(format!("{:016x}", u64::from_be_bytes(own)));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        let written = file.write_all(self.text().as_bytes()).and_then(|()| file.sync_all());
        if let Err(error) = written {
            drop(fs::remove_file(&draft));
            return Err(error);
        }
        Ok(draft)
    }

    fn text(&self) -> String {
        let mut text = format!("{TITLE}\nmarks {} {}\n", self.marks_id(), to_hex(&self.marks));
        for key in &self.keys {
            let (id, cipher) = (key.id(), key.cipher().name());
            text.push_str(&format!("key {id} {cipher} {}\n", to_hex(&key.master)));
        }
        text
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.keys).finish()
    }
}

/// What the file's text says, or the line that says nothing of that, and why.
fn parse(text: &str) -> Result<Ring, (usize, &'static str)> {
    let mut lines = (1..).zip(text.lines());
    if lines.next().map(|(_, line)| line) != Some(TITLE) {
        return Err((1, "is not `tongguan keys 1`"));
    }
    let (mut marks, mut keys) = (None, Vec::<RingKey>::new());
    for (n, line) in lines {
        let words: Vec<_> = line.split(' ').collect();
        let (name, follows) = match words.as_slice() {
            ["marks", name, key] if marks.is_none() => {
                let key = from_hex(key).ok_or((n, "holds no key of 64 hexadecimal digits"))?;
                (name, KeyId::of(marks.insert(key), MARKS))
            }
            ["key", name, cipher, key] => {
                let cipher = Cipher::named(cipher).ok_or((n, "names an unknown cipher"))?;
                let key = from_hex(key).ok_or((n, "holds no key of 64 hexadecimal digits"))?;
                let key = RingKey::from_master(cipher, key);
                let id = key.id();
                if keys.iter().any(|other| other.id() == id) {
                    return Err((n, "holds a key that stands above it"));
                }
                keys.push(key);
                (name, id)
            }
            _ => return Err((n, "is no line of a key file")),
        };
        if KeyId::parse(name) != Some(follows) {
            return Err((n, "holds another key than it names: it was altered"));
        }
    }
    let end = text.lines().count() + 1;
    let marks = marks.ok_or((end, "is missing: the key of the marks"))?;
    if keys.is_empty() {
        return Err((end, "is missing: a key that seals"));
    }
    Ok(Ring { marks, keys })
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
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

    fn ids(ring: &Ring) -> Vec<KeyId> {
        ring.keys().map(RingKey::id).collect()
    }

    fn create(path: &Path) -> Ring {
        Ring::create(path, Cipher::Aes256Gcm).unwrap()
    }

    #[test]
    fn the_key_file_is_made_once_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ring.key");
        assert!(Ring::read(&path).unwrap().is_none());
        let first = create(&path);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft is left");
        assert_eq!(ids(&create(&path)), ids(&first));
        let other = create(&directory.path().join("other.key"));
        assert_ne!(ids(&other), ids(&first));
        assert_ne!(other.marks_id(), first.marks_id());
    }

    #[test]
    fn many_that_make_the_key_file_at_once_have_one_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ring.key");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let opened: Vec<_> = (0..8).map(|_| scope.spawn(|| ids(&create(&path)))).collect();
            opened.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn keys_come_and_go_and_the_file_stays_its_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ring.key");
        let first = create(&path);
        let link = directory.path().join("link.key");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let new = RingKey::new(Cipher::Sm4Gcm).unwrap();
        let (old, new_id) = (ids(&first)[0], new.id());
        first.clone().with(new).replace(&link).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let both = Ring::read(&path).unwrap().unwrap();
        assert_eq!(ids(&both), [old, new_id]);
        assert_eq!(both.keys().last().unwrap().cipher(), Cipher::Sm4Gcm);
        assert_eq!(both.marks_id(), first.marks_id());
        both.without(old).replace(&path).unwrap();
        let one = Ring::read(&path).unwrap().unwrap();
        assert!(one.holds(new_id) && !one.holds(old));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "no draft is left");
    }

    #[test]
    fn what_is_no_key_file_is_refused_with_its_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ring.key");
        let sound = Ring::from_master(Cipher::Aes256Gcm, &[7; 32]).text();
        let [title, marks, key] = <[&str; 3]>::try_from(sound.lines().collect::<Vec<_>>()).unwrap();
        let altered = key.replacen("0707", "0708", 1);
        for (text, line) in [
            (String::new(), 1),
            ("something else".to_owned(), 1),
            (format!("{title}\n{key}\n"), 3),
            (format!("{title}\n{marks}\n"), 3),
            (format!("{title}\n{marks}\n{marks}\n{key}\n"), 3),
            (format!("{title}\n{marks}\n{altered}\n"), 3),
            (format!("{title}\n{marks}\n{key}\n{key}\n"), 4),
            (sound.replace("aes-256-gcm", "aes-128-ecb"), 3),
            (sound.replace("aes-256-gcm", "sm4-gcm"), 3),
            (sound.replacen("07", "g7", 9), 2),
            (sound.trim_end().trim_end_matches("07").to_owned(), 3),
        ] {
            fs::write(&path, &text).unwrap();
            match Ring::read(&path) {
                Err(SealError::NotAKeyFile { line: at, .. }) => assert_eq!(at, line, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        fs::write(&path, sound).unwrap();
        assert!(Ring::read(&path).is_ok());
    }
}
