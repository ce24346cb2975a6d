//! Backups: a copy of the whole database, made while it is used.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{DriverError, StorageError};

/// Copies a SQLite database into a new file, as it stood when the copying began. Takes as long as reading and
/// writing the whole file does; nobody is kept from writing, but the write-ahead log grows meanwhile.
pub(crate) fn copy(file: &Path, to: &Path) -> Result<(), StorageError> {
    let copied = || -> Result<(), DriverError> {
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
        Ok(())
    };
    copied().map_err(StorageError::Broken)
}

/// Reads a whole SQLite file that nobody works on, and gives what is wrong with it: nothing, where all is well. A
/// damaged one may not even open as a store, or tell what is damaged.
///
/// # Errors
/// [`StorageError`] where the file cannot be read.
pub fn check_copy(file: &Path) -> Result<Vec<String>, StorageError> {
    match crate::health::quick_check(file) {
        Err(DriverError::Sqlite(error)) if is_damage(&error) => Ok(vec![error.to_string()]),
        checked => checked.map_err(StorageError::Broken),
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    let damage = [ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase];
    error.sqlite_error_code().is_some_and(|code| damage.contains(&code))
}

#[cfg(test)]
mod tests {
    use tongguan_domain::time::Moment;

    use crate::{Setting, Store, StoreSettings, Target};

    #[test]
    fn a_copy_holds_what_was_there_and_opens_as_a_store() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (directory.path().join("a"), directory.path().join("b"));
        let open = |at: &std::path::Path| {
            let target = Target::Sqlite(at.to_owned());
            Store::open(&target, StoreSettings::default(), Moment::from_micros(0)).unwrap()
        };
        let store = open(&from);
        let setting = |value: &str| Setting {
            scope: "office".to_owned(),
            name: "waiting_days".to_owned(),
            value: value.to_owned(),
        };
        let mut writer = store.writer().unwrap();
        writer.transaction(|tx| tx.upsert(&[setting("15")])).unwrap();
        std::fs::create_dir(&to).unwrap();
        assert!(store.back_up(&to.join("tongguan.db")).unwrap());
        writer.transaction(|tx| tx.upsert(&[setting("16")])).unwrap();
        let copied = open(&to).read(|view| view.settings()).unwrap();
        assert_eq!(copied, [setting("15")]);
        assert!(store.back_up(&to.join("tongguan.db")).is_err(), "nothing is written over");
    }
}
