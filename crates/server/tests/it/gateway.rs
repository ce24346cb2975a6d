//! A gateway that runs, and what it needs: parties that are registered, folders that are watched.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub use tongguan_testkit::registration::registration;

/// A process that needs longer for a step hangs.
const PATIENCE: Duration = Duration::from_secs(40);

/// A running process, killed when dropped.
pub struct Gateway {
    child: Child,
    errors: PathBuf,
    began: Instant,
}

impl Gateway {
    /// Starts it; what it says goes to the file `errors`.
    pub fn start(mut command: Command, errors: PathBuf) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&errors).unwrap())
            .spawn()
            .unwrap();
        Self { child, errors, began: now() }
    }

    /// Milliseconds since its start.
    pub fn age(&self) -> u64 {
        u64::try_from(now().duration_since(self.began).as_millis()).unwrap()
    }

    /// Waits until something is so, told the process's age in milliseconds.
    pub fn wait_until(&mut self, what: &str, mut is_so: impl FnMut(u64) -> bool) {
        let begin = now();
        while !is_so(self.age()) {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("it ended with {status} before {what}: {}", self.said());
            }
            let waited = now().duration_since(begin);
            assert!(waited < PATIENCE, "waited too long for {what}: {}", self.said());
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    /// Kills it as a crash would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.errors).unwrap_or_default()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have been killed already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The names of the files in a folder that may not be there yet.
pub fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "a loop that waits for another process")]
fn now() -> Instant {
    Instant::now()
}
