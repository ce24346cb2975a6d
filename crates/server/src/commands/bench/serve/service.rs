//! The service that is measured: as it is shipped, in a process of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use tongguan_messages::ceb::MessageType;
use tongguan_testkit::cast::Cast;
use tongguan_testkit::registration::registration;

use super::super::Sign;
use super::super::input::SEED;

/// More than any run takes from a guarantee, in yuan.
const GRANTED: &str = "90000000000000";

/// What the service says, in its folder.
const LOG: &str = "service.log";

/// Registers the cast in a place (`data` or `database`, and which), trusts its authority, and writes the settings.
///
/// # Errors
/// What does not succeed.
pub fn install(folder: &Path, sign: Sign, (kind, place): (&str, &str)) -> anyhow::Result<()> {
    let cast = Cast::new(SEED, sign.into())?;
    let at = |name: &str| folder.join(name);
    fs::create_dir(at("trust"))?;
    fs::write(at("trust/root.pem"), cast.authority().certificate().to_pem())?;
    fs::write(at("parties.toml"), registration(&cast, |_| true, GRANTED))?;
    let unsigned: Vec<_> = match sign {
        Sign::None => MessageType::ALL.iter().filter(|message| message.is_request()).collect(),
        Sign::Sm2 | Sign::Rsa => Vec::new(),
    };
    let unsigned: Vec<_> = unsigned.into_iter().map(|message| message.code()).collect();
    let settings = format!(
        "{kind} = '{place}'\nkey_file = 'key'\nidentities = 'stand-in'\nunsigned = {unsigned:?}\n"
    );
    fs::write(at("tongguan.toml"), settings)?;
    let mut register = Command::new(std::env::current_exe()?);
    register.args(["registry", "import", "parties.toml", &format!("--{kind}"), place]);
    let registered = register.current_dir(folder).stdout(Stdio::null()).status()?;
    ensure!(registered.success(), "the parties could not be registered: {registered}");
    Ok(())
}

/// A service that runs. Killed when dropped.
pub struct Service {
    child: Child,
    /// Host and port.
    pub address: String,
}

impl Service {
    /// Registers the cast, trusts its authority, and serves.
    ///
    /// # Errors
    /// What does not succeed.
    pub fn start(folder: &Path, sign: Sign) -> anyhow::Result<Self> {
        let at = |name: &str| folder.join(name);
        install(folder, sign, ("data", "data"))?;
        let program = std::env::current_exe()?;
        // Every request is told, as in use; whoever measures wants to see the result.
        let log = fs::File::create(at(LOG))?;
        let mut child = Command::new(program)
            .args(["serve", "--config", "tongguan.toml", "--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("cannot start the service")?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let address = line.trim().strip_prefix("served at http://").map(str::to_owned);
        let mut service = Self { child, address: String::new() };
        service.address = address.with_context(|| {
            let said = fs::read_to_string(at(LOG)).unwrap_or_default();
            format!("the service did not start: {}", said.trim())
        })?;
        Ok(service)
    }

    /// Where Linux tells how much memory it holds.
    pub fn status_file(&self) -> String {
        format!("/proc/{}/status", self.child.id())
    }

    /// Ends it as an operator does; what was taken in lies in the mailboxes then.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn end(&mut self) -> anyhow::Result<()> {
        let process = i32::try_from(self.child.id())?;
        let process =
            rustix::process::Pid::from_raw(process).context("the service has no number")?;
        rustix::process::kill_process(process, rustix::process::Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the service ended with {status}");
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
