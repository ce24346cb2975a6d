//! A disk that forgets: under SQLite, a layer that knows what has been synced and what has not.
//!
//! [`Disk::install`] makes it the way by which every SQLite database of this process reaches its files.
//! Nothing changes for the database; beside it, the layer keeps the state of each file as of its last
//! sync, and [`Disk::after_power_cut`] writes that state elsewhere: what a machine finds when its power
//! has failed at this moment. A database file of a few megabytes is held in memory twice.
//!
//! It stands in for the methods `xWrite`, `xTruncate`, `xSync` and `xClose` of the files that the
//! system's own layer opens, and for its `xOpen` and `xDelete`; all else is the system's.
#![expect(unsafe_code, reason = "SQLite calls its file layer through C function pointers")]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::ffi::{
    SQLITE_IOERR, SQLITE_OK, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs,
    sqlite3_vfs_find, sqlite3_vfs_register,
};

/// What happens to writes that were not synced when the power fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// None of them has reached the disk.
    All,
    /// Some of them have, in any order: which ones follows from the seed.
    Some(u64),
}

/// The layer, of which there is one a process.
#[derive(Debug)]
pub struct Disk(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// By path.
    files: HashMap<PathBuf, Content>,
    /// The path of each open file, by the address of its handle.
    open: HashMap<usize, PathBuf>,
    /// The methods that stand in, by the address of the system's: it has several sets.
    methods: HashMap<usize, &'static Methods>,
}

impl State {
    fn content(&mut self, file: *mut sqlite3_file) -> Option<&mut Content> {
        let path = self.open.get(&file.addr())?;
        self.files.get_mut(path)
    }
}

/// What a file handle points at: SQLite sees the first member alone.
#[repr(C)]
#[derive(Debug)]
struct Methods {
    ours: sqlite3_io_methods,
    system: &'static sqlite3_io_methods,
}

/// What a file holds for certain, and what was written to it since.
#[derive(Debug, Default)]
struct Content {
    synced: Vec<u8>,
    since: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

impl Content {
    fn sync(&mut self) {
        for change in std::mem::take(&mut self.since) {
            change.apply(&mut self.synced);
        }
    }

    fn after(&self, loss: Loss) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        if let Loss::Some(seed) = loss {
            let mut dice = seed | 1;
            for change in &self.since {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                if dice >> 63 == 1 {
                    change.apply(&mut bytes);
                }
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Truncate { length } => file.resize(*length, 0),
            Self::Write { at, bytes } => {
                let end = at + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*at..end].copy_from_slice(bytes);
            }
        }
    }
}

static DISK: OnceLock<Disk> = OnceLock::new();

/// SQLite's own layer, which lives for ever and is never changed.
#[derive(Clone, Copy)]
struct System(*mut sqlite3_vfs);

// SAFETY: see above; its functions may be called from any thread.
unsafe impl Send for System {}
// SAFETY: as above.
unsafe impl Sync for System {}

static SYSTEM: OnceLock<System> = OnceLock::new();

impl Disk {
    /// Puts the layer under every database that this process opens from now on; call it before the
    /// first.
    ///
    /// # Panics
    /// Where SQLite has no layer of its own to build on.
    pub fn install() -> &'static Self {
        DISK.get_or_init(|| {
            // SAFETY: finds the system's layer, because no other is registered yet.
            let system =
                SYSTEM.get_or_init(|| System(unsafe { sqlite3_vfs_find(std::ptr::null()) }));
            // SAFETY: SQLite gives a layer that lives for ever, or null.
            let Some(found) = (unsafe { system.0.as_ref() }) else {
                panic!("SQLite has no file layer")
            };
            // All but two functions stay the system's, which take what they need from fields that are
            // copied with them.
            let ours = sqlite3_vfs {
                zName: c"forgetful".as_ptr(),
                pNext: std::ptr::null_mut(),
                xOpen: Some(open),
                xDelete: Some(delete),
                ..*found
            };
            // SAFETY: `ours` lives for ever.
            let outcome = unsafe { sqlite3_vfs_register(Box::leak(Box::new(ours)), 1) };
            assert_eq!(outcome, SQLITE_OK, "SQLite takes another file layer");
            Self(Mutex::default())
        })
    }

    /// Writes the files of `directory` to `elsewhere` as they would be found if the power failed now.
    ///
    /// # Errors
    /// When `elsewhere` cannot be written.
    pub fn after_power_cut(
        &self,
        directory: &Path,
        elsewhere: &Path,
        loss: Loss,
    ) -> io::Result<()> {
        let found: Vec<_> = {
            let state = self.lock();
            let of_directory = |path: &&PathBuf| path.parent() == Some(directory);
            let paths = state.files.keys().filter(of_directory);
            paths
                .filter_map(|path| Some((path.clone(), state.files.get(path)?.after(loss))))
                .collect()
        };
        fs::create_dir_all(elsewhere)?;
        for (path, bytes) in found {
            fs::write(elsewhere.join(path.file_name().unwrap_or_default()), bytes)?;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn state() -> Option<MutexGuard<'static, State>> {
    DISK.get().map(Disk::lock)
}

fn system() -> Option<&'static sqlite3_vfs> {
    // SAFETY: SQLite's own layer lives for ever.
    SYSTEM.get().and_then(|system| unsafe { system.0.as_ref() })
}

/// # Safety
/// `name` is null or a C string.
unsafe fn path(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    // SAFETY: by the caller.
    let name = unsafe { CStr::from_ptr(name) };
    name.to_str().ok().map(PathBuf::from)
}

/// # Safety
/// `file` is one that [`open`] has opened and SQLite has not closed.
unsafe fn methods<'f>(file: *mut sqlite3_file) -> &'f Methods {
    // SAFETY: `open` has put a `Methods` there, whose first member is what the field is declared as.
    unsafe { &*(*file).pMethods.cast::<Methods>() }
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let Some((layer, open)) = system().and_then(|layer| Some((layer, layer.xOpen?))) else {
        return SQLITE_IOERR;
    };
    // SAFETY: SQLite gives a C string or null.
    let path = unsafe { path(name) };
    // Read before it is opened, and once: closing a file gives up the locks that the process has on it.
    let mut disk = state();
    if let (Some(disk), Some(path)) = (disk.as_mut(), &path)
        && !disk.files.contains_key(path)
    {
        let synced = fs::read(path).unwrap_or_default();
        disk.files.insert(path.clone(), Content { synced, since: Vec::new() });
    }
    // SAFETY: SQLite's arguments are passed on, with the layer that the function belongs to.
    let outcome = unsafe { open((&raw const *layer).cast_mut(), name, file, flags, out_flags) };
    // Temporary files have no name, and nothing to survive.
    let (Some(path), Some(disk), SQLITE_OK) = (path, disk.as_mut(), outcome) else {
        return outcome;
    };
    // SAFETY: an opened file has methods that live for ever.
    let system = unsafe { &*(*file).pMethods };
    let standing_in = *disk.methods.entry((&raw const *system).addr()).or_insert_with(|| {
        let ours = sqlite3_io_methods {
            xClose: Some(close),
            xWrite: Some(write),
            xTruncate: Some(truncate),
            xSync: Some(sync),
            ..*system
        };
        Box::leak(Box::new(Methods { ours, system }))
    });
    disk.open.insert(file.addr(), path);
    // SAFETY: SQLite's file, just opened.
    unsafe { (*file).pMethods = (&raw const *standing_in).cast() };
    outcome
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    let Some((layer, delete)) = system().and_then(|layer| Some((layer, layer.xDelete?))) else {
        return SQLITE_IOERR;
    };
    let mut disk = state();
    // SAFETY: SQLite gives a C string; its arguments are passed on.
    let (path, outcome) =
        unsafe { (path(name), delete((&raw const *layer).cast_mut(), name, sync)) };
    if let (Some(disk), Some(path), SQLITE_OK) = (disk.as_mut(), path, outcome) {
        disk.files.remove(&path);
    }
    outcome
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    if let Some(mut disk) = state() {
        disk.open.remove(&file.addr());
    }
    // SAFETY: SQLite closes an open file.
    unsafe { methods(file).system.xClose.map_or(SQLITE_IOERR, |close| close(file)) }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    at: sqlite3_int64,
) -> c_int {
    let mut disk = state();
    // SAFETY: SQLite writes to an open file; its arguments are passed on.
    let outcome = unsafe {
        methods(file).system.xWrite.map_or(SQLITE_IOERR, |write| write(file, bytes, length, at))
    };
    if let (Some(content), Ok(length), Ok(at), SQLITE_OK) = (
        disk.as_mut().and_then(|disk| disk.content(file)),
        usize::try_from(length),
        usize::try_from(at),
        outcome,
    ) {
        // SAFETY: SQLite gives that many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) }.to_vec();
        content.since.push(Change::Write { at, bytes });
    }
    outcome
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, length: sqlite3_int64) -> c_int {
    let mut disk = state();
    // SAFETY: SQLite truncates an open file.
    let outcome = unsafe {
        methods(file).system.xTruncate.map_or(SQLITE_IOERR, |truncate| truncate(file, length))
    };
    if let (Some(content), Ok(length), SQLITE_OK) =
        (disk.as_mut().and_then(|disk| disk.content(file)), usize::try_from(length), outcome)
    {
        content.since.push(Change::Truncate { length });
    }
    outcome
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // Held meanwhile, so that what is written during the sync does not count as synced.
    let mut disk = state();
    // SAFETY: SQLite syncs an open file.
    let outcome =
        unsafe { methods(file).system.xSync.map_or(SQLITE_IOERR, |sync| sync(file, flags)) };
    if let (Some(content), SQLITE_OK) = (disk.as_mut().and_then(|disk| disk.content(file)), outcome)
    {
        content.sync();
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    fn rows_after_power_cut(synchronous: &str, loss: Loss) -> i64 {
        let disk = Disk::install();
        let directory = tempfile::tempdir().unwrap();
        let connection = Connection::open(directory.path().join("x.db")).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER); PRAGMA wal_checkpoint").unwrap();
        connection.pragma_update(None, "synchronous", synchronous).unwrap();
        for n in 0..10 {
            connection.execute("INSERT INTO t VALUES (?1)", [n]).unwrap();
        }
        let elsewhere = directory.path().join("after");
        disk.after_power_cut(directory.path(), &elsewhere, loss).unwrap();
        let after = Connection::open(elsewhere.join("x.db")).unwrap();
        after.query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_was_synced_is_kept_and_the_rest_forgotten() {
        assert_eq!(rows_after_power_cut("FULL", Loss::All), 10);
        assert_eq!(rows_after_power_cut("OFF", Loss::All), 0);
        for seed in 0..20 {
            assert_eq!(rows_after_power_cut("FULL", Loss::Some(seed)), 10);
            let kept = rows_after_power_cut("OFF", Loss::Some(seed));
            assert!((0..=10).contains(&kept), "a beginning, and no damage");
        }
    }
}
