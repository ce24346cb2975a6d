//! The machine: directory, disk, the database's settings.

use std::fs;
use std::path::Path;

use tongguan_application::board::{DISK_SCARCE_BYTES, DISK_TOO_LITTLE_BYTES};
use tongguan_storage::{EngineSettings, Sizes, Store};

use super::{Findings, Place, Reading};

/// File systems on which SQLite's locks and its write-ahead log cannot be relied on.
const REMOTE: [&str; 8] = ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "fuse.sshfs"];
/// File systems that forget everything at a restart.
const FLEETING: [&str; 2] = ["tmpfs", "ramfs"];

/// The directory of the embedded database: writable, on what file system, with how much space.
pub fn directory(findings: &mut Findings, place: &Place) {
    let Some(directory) = place.embedded().filter(|directory| directory.is_dir()) else { return };
    let shown = directory.display();
    match tempfile::tempfile_in(directory) {
        Ok(_) => findings.ok("directory", shown, "files can be written"),
        Err(error) => findings.fail(
            "directory",
            shown,
            format!("no file can be written: {error}"),
            "give the user that runs tongguan the right to write there",
        ),
    }
    let shown = directory.display();
    match file_system(directory) {
        Some(kind) if REMOTE.contains(&kind.as_str()) => findings.fail(
            "file-system",
            shown,
            format!("it is on {kind}, over a network"),
            "move the directory to a local disk, or use PostgreSQL with --database",
        ),
        Some(kind) if FLEETING.contains(&kind.as_str()) => findings.warn(
            "file-system",
            shown,
            format!("it is on {kind}, which forgets everything at a restart"),
            "move the directory to a disk unless this is a trial",
        ),
        Some(kind) => findings.ok("file-system", shown, kind),
        None => findings.ok("file-system", shown, "not known on this system"),
    }
    space(findings, directory);
}

fn space(findings: &mut Findings, directory: &Path) {
    let shown = directory.display();
    match rustix::fs::statvfs(directory) {
        Ok(volume) => {
            let free = volume.f_bavail.saturating_mul(volume.f_frsize);
            let said = format!("{} GiB free", free >> 30);
            if free < DISK_TOO_LITTLE_BYTES {
                let todo = "make room now: without space nothing is acknowledged";
                findings.fail("space", shown, said, todo);
            } else if free < DISK_SCARCE_BYTES {
                findings.warn("space", shown, said, "make room, or move to a larger disk");
            } else {
                findings.ok("space", shown, said);
            }
        }
        Err(error) => findings.warn(
            "space",
            shown,
            format!("free space is not known: {error}"),
            "look at it by other means",
        ),
    }
}

/// The file system that a directory is on, where the system tells (Linux).
fn file_system(directory: &Path) -> Option<String> {
    let directory = fs::canonicalize(directory).ok()?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let mounted = mounts.lines().filter_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        let point = mount.split(' ').nth(4)?.replace("\\040", " ");
        let depth = Path::new(&point).components().count();
        directory.starts_with(&point).then_some((depth, kind.split(' ').next()?))
    });
    // Of two on one place the later covers the earlier.
    mounted.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind.to_owned())
}

/// How the database is set, and whether its file is sound.
pub fn settings(
    findings: &mut Findings,
    store: &Store,
    place: &str,
    reading: Reading,
) -> anyhow::Result<()> {
    let (engine, schema) = store.read(|view| {
        Ok::<_, tongguan_storage::StorageError>((view.engine_settings()?, view.schema_version()?))
    })?;
    findings.ok("schema", place, format!("version {schema}"));
    match engine {
        EngineSettings::Sqlite { journal_mode, synchronous, page_size } => {
            let said = format!(
                "journal_mode {journal_mode}, synchronous {synchronous}, page_size {page_size}"
            );
            if journal_mode != "wal" || synchronous != 2 {
                let todo = "the file is opened with other settings: report this as a defect";
                findings.fail("sqlite", place, said, todo);
            } else if page_size == 8192 {
                findings.ok("sqlite", place, said);
            } else {
                let todo = "the file was made by something else; page_size 8192 is faster";
                findings.warn("sqlite", place, said, todo);
            }
            if reading != Reading::Nothing {
                sound(findings, store, place)?;
            }
        }
        EngineSettings::Postgres { version, durability, damaged, sizes } => {
            findings.ok("postgresql", place, format!("version {}", version / 10_000));
            for (name, value) in durability {
                if value == "off" {
                    let todo = "switch it on: a crash would lose what was acknowledged";
                    findings.fail("postgresql", place, format!("{name} is off"), todo);
                } else {
                    findings.ok("postgresql", place, format!("{name} is {value}"));
                }
            }
            checksums(findings, place, damaged);
            memory(findings, place, sizes);
            if reading == Reading::Everything {
                sound(findings, store, place)?;
            }
        }
    }
    Ok(())
}

/// What a server has seen of damaged pages by itself.
fn checksums(findings: &mut Findings, place: &str, damaged: Option<i64>) {
    match damaged {
        None => findings.warn(
            "pages",
            place,
            "pages have no checksums, so a page that the disk changed can go unnoticed",
            "end the server at a quiet hour, and run `pg_checksums --enable`",
        ),
        Some(0) => findings.ok("pages", place, "no page was seen that lacked its checksum"),
        Some(times) => findings.fail(
            "pages",
            place,
            format!("pages without their checksum were read {times} times"),
            "run `doctor --deep`, which names the tables, and see the runbook on damaged pages",
        ),
    }
}

/// Whether the server's defaults, which are for small databases, were left for a large one.
fn memory(findings: &mut Findings, place: &str, sizes: Sizes) {
    const GIB: i64 = 1 << 30;
    let Sizes { database, shared_buffers, between_checkpoints } = sizes;
    let shown = |bytes: i64| match bytes / GIB {
        0 => format!("{} MiB", bytes >> 20),
        whole => format!("{whole} GiB"),
    };
    let is_large = database >= 4 * GIB;
    if is_large && shared_buffers < GIB {
        findings.warn(
            "memory",
            place,
            format!("shared_buffers are {} of {}", shown(shared_buffers), shown(database)),
            "give the server a quarter of its host's memory, in huge pages, as docs/operations/install.md says",
        );
    }
    if is_large && between_checkpoints < 4 * GIB {
        let often = shown(between_checkpoints);
        findings.warn(
            "memory",
            place,
            format!(
                "max_wal_size is {often}, and after each checkpoint every page is written whole"
            ),
            "set max_wal_size to 8GB or more, and wal_compression to lz4",
        );
    }
    if !is_large || (shared_buffers >= GIB && between_checkpoints >= 4 * GIB) {
        let said = format!("{}, of which {} in memory", shown(database), shown(shared_buffers));
        findings.ok("memory", place, said);
    }
}

/// Reads everything.
fn sound(findings: &mut Findings, store: &Store, place: &str) -> anyhow::Result<()> {
    let wrong = store.damage()?;
    if wrong.is_empty() {
        findings.ok("file", place, "everything can be read");
    }
    for one in wrong {
        findings.fail(
            "file",
            place,
            format!("it is damaged: {one}"),
            "end what writes to it, keep a copy of all files, and see the runbook on damaged pages",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::Level;

    const GIB: i64 = 1 << 30;

    #[test]
    fn a_large_database_with_the_settings_of_a_small_one_is_told() {
        let sizes = |database, shared_buffers, between_checkpoints| Sizes {
            database,
            shared_buffers,
            between_checkpoints,
        };
        let defaults = (GIB / 8, GIB);
        for (sizes, expected) in [
            (sizes(4 * GIB - 1, defaults.0, defaults.1), vec![Level::Ok]),
            (sizes(4 * GIB, defaults.0, defaults.1), vec![Level::Warn, Level::Warn]),
            (sizes(4 * GIB, GIB, defaults.1), vec![Level::Warn]),
            (sizes(4 * GIB, defaults.0, 4 * GIB), vec![Level::Warn]),
            (sizes(61 * GIB, 6 * GIB, 8 * GIB), vec![Level::Ok]),
        ] {
            let mut findings = Findings::default();
            memory(&mut findings, "db", sizes);
            let levels: Vec<_> = findings.0.iter().map(|finding| finding.level).collect();
            assert_eq!(levels, expected, "{sizes:?}");
        }
    }
}
