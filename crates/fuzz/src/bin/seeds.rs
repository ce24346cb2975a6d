//! Writes what the targets begin with: `seeds DIRECTORY [REFERENCE]`.
//!
//! `DIRECTORY` gets a directory for each target and the dictionary. The messages under `REFERENCE`,
//! which are not ours to give on, are added to those of the reader and of canonical XML.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

// A build for fuzzing counts branches everywhere, and libFuzzer holds the counters.
#[cfg(fuzzing)]
use libfuzzer_sys as _;
use tongguan_fuzz::dictionary::dictionary;
use tongguan_fuzz::seeds::TARGETS;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(directory) = arguments.next() else {
        eprintln!("usage: seeds DIRECTORY [REFERENCE]");
        return ExitCode::from(2);
    };
    match write(&directory, arguments.next().as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write the seeds to {}: {error}", directory.display());
            ExitCode::FAILURE
        }
    }
}

fn write(directory: &Path, reference: Option<&Path>) -> io::Result<()> {
    let mut foreign = BTreeSet::new();
    if let Some(reference) = reference {
        add_messages(reference, &mut foreign)?;
    }
    for target in TARGETS {
        let place = directory.join(target.name);
        std::fs::create_dir_all(&place)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            std::fs::write(place.join(number.to_string()), seed)?;
        }
        if ["reader", "canonical"].contains(&target.name) {
            for (number, path) in foreign.iter().enumerate() {
                std::fs::copy(path, place.join(format!("reference-{number}")))?;
            }
        }
    }
    std::fs::write(directory.join("dictionary"), dictionary())
}

/// Longer files slow every run down and show nothing more.
const LONGEST: u64 = 32 * 1024;

fn add_messages(directory: &Path, found: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            add_messages(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "xml")
            && path.metadata()?.len() <= LONGEST
        {
            found.insert(path);
        }
    }
    Ok(())
}
