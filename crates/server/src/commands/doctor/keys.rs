//! The keys: the file is there, for its owner alone, holds what the ring needs, and opens what is sealed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tongguan_application::keys::{self, KeyState, Listed};
use tongguan_storage::Store;
use tongguan_storage::seal::{Keyring, Ring};

use super::Findings;

/// Everything about the keys of a database.
pub fn ring(findings: &mut Findings, store: &Store, path: Option<PathBuf>) -> anyhow::Result<()> {
    let Some(path) = path else {
        let todo = "name it with --key-file FILE, so that it can be looked at";
        findings.warn("key", "--key-file", "nobody said where the keys are", todo);
        return Ok(());
    };
    let shown = path.display();
    let ring = match Ring::read(&path) {
        Ok(ring) => ring,
        Err(error) => {
            let todo = "put the right file in its place, from its backup";
            findings.fail("key", &shown, format!("{:#}", anyhow::Error::from(error)), todo);
            return Ok(());
        }
    };
    let periods = store.read(|view| view.sealed_periods())?;
    let Some(ring) = ring else {
        match periods.as_slice() {
            [] => findings.ok("key", shown, "there is none yet; the first start makes one"),
            _ => findings.fail(
                "key",
                shown,
                "the key file is missing, and messages are sealed with its keys",
                "put it back from its backup before anything else is started",
            ),
        }
        return Ok(());
    };
    permissions(findings, &path)?;
    let listed = keys::list(store, &path)?;
    if listed.iter().any(|one| one.row.marks_id != ring.marks_id()) {
        let todo =
            "this is another database's key file: put the right one in its place, from its backup";
        findings.fail("key", &shown, "its key of the marks is not the database's", todo);
        return Ok(());
    }
    for one in &listed {
        standing(findings, store, &path, one)?;
    }
    opens(findings, store, &path, &ring, &periods)
}

fn permissions(findings: &mut Findings, path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    let mode = fs::metadata(path).with_context(|| format!("cannot look at {shown}"))?;
    let mode = mode.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let todo = "chmod 600 it: whoever reads it reads every buyer's identity";
        findings.fail("key", &shown, format!("its permissions are {mode:o}"), todo);
    } else {
        findings.ok("key", &shown, format!("its permissions are {mode:o}"));
    }
    Ok(())
}

/// Whether a key of the ring is where it has to be, and whether something is left to be done with it.
fn standing(
    findings: &mut Findings,
    store: &Store,
    path: &Path,
    one: &Listed,
) -> anyhow::Result<()> {
    let shown = path.display();
    let (id, cipher) = (one.row.key_id, &one.row.cipher);
    match (one.state(), one.is_in_file) {
        (KeyState::Seals, true) => {
            findings.ok("key", shown, format!("key {id} seals, by {cipher}"));
        }
        (KeyState::Waits, true) => {
            findings.ok("key", shown, format!("key {id} waits, for {cipher}"));
        }
        (KeyState::Retired, false) => {}
        (KeyState::Seals | KeyState::Waits, false) => findings.fail(
            "key",
            shown,
            format!("key {id}, by which the ring seals or will, is not in it"),
            "put its line there, from the file's backup or the machine where it was added",
        ),
        (KeyState::Retired, true) => findings.warn(
            "key",
            shown,
            format!("key {id} is retired, and still in it"),
            "run `keys destroy` once no copy of the database needs it",
        ),
        (KeyState::Opens, is_in_file) => {
            let sealed = keys::sealed_by(store, id)?;
            match (sealed.is_nothing(), is_in_file) {
                (true, _) => {
                    let said = format!("key {id} seals nothing any more");
                    findings.warn("key", shown, said, "run `keys retire`");
                }
                (false, true) => {
                    let said = format!("key {id} still seals {sealed}");
                    findings.warn("key", shown, said, "run `keys reseal`, then `keys retire`");
                }
                (false, false) => findings.fail(
                    "key",
                    shown,
                    format!("key {id} is not in it, and seals {sealed}"),
                    "put its line there, from the file's backup or the machine where it was added",
                ),
            }
        }
    }
    Ok(())
}

/// Whether the keys open the data keys of the last period.
fn opens(
    findings: &mut Findings,
    store: &Store,
    path: &Path,
    ring: &Ring,
    periods: &[String],
) -> anyhow::Result<()> {
    let shown = path.display();
    let Some(last) = periods.last() else {
        findings.ok("key", &shown, "nothing is sealed with it yet");
        return Ok(());
    };
    let Some(any) = ring.keys().last() else { return Ok(()) };
    let keyring = Keyring::open(path, any.id(), 0)?;
    // Those that the file lacks are told of already, where the ring knows them.
    let unopened = store.read(|view| {
        let mut unopened = Vec::new();
        for id in view.keys_of_period(last)? {
            match view.known_data_key(&keyring, last, id) {
                Ok(_) => {}
                Err(tongguan_storage::StorageError::Seal(error)) => {
                    unopened.push(error.to_string())
                }
                Err(error) => return Err(error),
            }
        }
        Ok(unopened)
    })?;
    if unopened.is_empty() {
        findings.ok("key", &shown, format!("it opens the data key of {last}"));
    }
    for error in unopened {
        findings.fail(
            "key",
            &shown,
            format!("it does not open the data key of {last}: {error}"),
            "put the right file in its place, from its backup",
        );
    }
    Ok(())
}
