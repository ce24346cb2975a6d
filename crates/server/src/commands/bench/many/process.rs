//! A process that is measured: as it is shipped, and killed when it is its turn.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};

/// What the processes say, in their folder.
const LOG: &str = "processes.log";
/// What is waited before one that did not start is started again.
const START_AGAIN: Duration = Duration::from_millis(200);
/// After so many it is given up.
const MOST_STARTS: usize = 150;

/// One that runs. Killed when dropped.
pub struct Process {
    child: Child,
    /// Host and port, of a service.
    pub address: Option<String>,
}

impl Process {
    /// Starts a service.
    ///
    /// # Errors
    /// When it does not start.
    pub fn serve(folder: &Path) -> anyhow::Result<Self> {
        Self::start(folder, &["serve", "--listen", "127.0.0.1:0"])
    }

    /// Starts a worker.
    ///
    /// # Errors
    /// When it does not start.
    pub fn worker(folder: &Path) -> anyhow::Result<Self> {
        Self::start(folder, &["worker"])
    }

    fn start(folder: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        let log = fs::File::options().append(true).create(true).open(folder.join(LOG))?;
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .args(["--config", "tongguan.toml"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("cannot start a process")?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let address = line.trim().strip_prefix("served at http://").map(str::to_owned);
        let process = Self { child, address };
        ensure!(!line.is_empty(), "a process did not start: {}", said(folder));
        Ok(process)
    }

    /// Kills it as a crash would, and starts another one like it: again and again, as systemd does, where its
    /// database is away.
    ///
    /// # Errors
    /// When that does not start in the end.
    pub fn kill_and_start(&mut self, folder: &Path) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        let is_service = self.address.is_some();
        let start = || if is_service { Self::serve(folder) } else { Self::worker(folder) };
        let mut started = start();
        for _ in 0..MOST_STARTS {
            if started.is_ok() {
                break;
            }
            thread::park_timeout(START_AGAIN);
            started = start();
        }
        *self = started?;
        Ok(())
    }

    /// Ends it as an operator does; what was taken in lies in the mailboxes then.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn end(mut self) -> anyhow::Result<()> {
        let process = i32::try_from(self.child.id())?;
        let process = rustix::process::Pid::from_raw(process).context("it has no number")?;
        rustix::process::kill_process(process, rustix::process::Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "a process ended with {status}");
        Ok(())
    }
}

/// The end of what the processes have said.
fn said(folder: &Path) -> String {
    let said = fs::read_to_string(folder.join(LOG)).unwrap_or_default();
    said.lines().next_back().unwrap_or_default().to_owned()
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
