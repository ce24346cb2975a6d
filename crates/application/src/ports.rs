//! What the application needs of the outside world: each has a real implementation and a stand-in.

use std::time::Duration;

use tongguan_domain::person::Identity;
use tongguan_domain::time::Moment;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// This instant.
    fn now(&self) -> Moment;

    /// Waits for so long, or a little less.
    fn pause(&self, duration: Duration) {
        std::thread::park_timeout(duration);
    }
}

/// Knows whether a name and an identity number belong together (身份信息核验).
pub trait IdentityRegister: Send + Sync {
    /// Checks name and number. Called outside of any transaction.
    fn check(&self, identity: &Identity) -> IdentityVerdict;
}

/// What an identity register says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityVerdict {
    /// A true pair.
    Certified,
    /// The number exists under another name, or not at all.
    Mismatch,
    /// The register does not know, or did not answer; then the payer must be the buyer.
    Unverified,
}

/// Posts events to addresses outside (webhooks). Called outside of any transaction.
pub trait EventSender: Send + Sync {
    /// Whether it would send to an address, by the address's form alone: no name is looked up.
    ///
    /// # Errors
    /// Why not.
    fn admit(&self, url: &str) -> Result<(), NotSent>;

    /// Posts once, follows no redirection and waits for the answer, not for ever.
    ///
    /// # Errors
    /// Why there is no answer.
    fn post(&self, post: &Post) -> Result<Answer, NotSent>;
}

/// Asks providers of identity (身份提供方) over HTTP: no redirection is followed, and nothing is waited for or read
/// without end. Called outside of any transaction.
pub trait ProviderClient: Send + Sync {
    /// What lies at an address.
    ///
    /// # Errors
    /// Why there is no answer.
    fn get(&self, url: &str) -> Result<Answer, NotSent>;

    /// What is answered to a form.
    ///
    /// # Errors
    /// Why there is no answer.
    fn post(&self, post: &Post) -> Result<Answer, NotSent>;
}

/// The window that messages are relayed to (上级单一窗口). Called outside of any transaction.
pub trait Upstream: Send + Sync {
    /// Hands an envelope over, under its number. What is handed over twice under one number counts once.
    ///
    /// # Errors
    /// [`NotRelayed`].
    fn send(&self, number: &str, envelope: &str) -> Result<(), NotRelayed>;

    /// What has come and is not [done](Self::done), in order; waits a moment where nothing has.
    ///
    /// # Errors
    /// Why it cannot be had.
    fn fetch(&self) -> Result<Vec<Arrived>, NotSent>;

    /// Puts away what was kept, with all that came before it.
    ///
    /// # Errors
    /// Why it cannot be; then it comes again.
    fn done(&self, place: &str) -> Result<(), NotSent>;
}

/// Something that came from upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Its place there.
    pub place: String,
    /// Its messages, in order.
    pub messages: Vec<Vec<u8>>,
}

/// An envelope was not taken upstream, or it is not known whether it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRelayed {
    /// It never will be.
    #[error("{0}")]
    Refused(String),
    /// It was not this time, and others may be.
    #[error("{0}")]
    Failed(String),
    /// Nothing is taken at present; where it says so, for that long.
    #[error("{why}")]
    Away {
        /// Why.
        why: String,
        /// When to come again.
        after: Option<Duration>,
    },
}

/// A request that posts an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The beginning of the body.
    pub body: String,
}

/// Nothing was sent, or nothing came back; says why, in words that quote nothing of the receiver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotSent(pub String);

/// The machine and the process of a service, for whoever runs it.
pub trait Machine: Send + Sync {
    /// How much the log tells.
    fn log_level(&self) -> LogLevel;

    /// Has the log tell so much from now on, until the service ends.
    fn set_log_level(&self, level: LogLevel);

    /// The version, and the settings that the service was started with: names and values, no secrets.
    fn settings(&self) -> Vec<(&'static str, String)>;

    /// What lies where, and how much room there is; nothing where the database is elsewhere.
    fn disk(&self) -> Option<Disk>;

    /// The backups that were made, the newest first, and whether one is being made.
    fn backups(&self) -> Backups;

    /// Begins a backup and returns at once.
    ///
    /// # Errors
    /// Why not.
    fn back_up(&self, now: Moment) -> Result<(), NoBackup>;
}

/// Another authority that signs heads of the verifiable log (见证方; C2SP tlog-witness).
pub trait Witness: Send + Sync {
    /// Asks it to sign a head, by the body of `add-checkpoint`.
    ///
    /// # Errors
    /// Why it was not asked, or does not sign.
    fn add_checkpoint(&self, request: &str) -> Result<WitnessAnswer, NotWitnessed>;
}

/// What a witness answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WitnessAnswer {
    /// It signs: lines of signatures.
    Signed(String),
    /// The head that it saw last is not the one that was believed, but of so many leaves.
    Seen(u64),
}

/// A witness does not sign, or was not reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotWitnessed(pub String);

/// How much the log tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// What failed.
    Error,
    /// And what may fail.
    Warn,
    /// And what was done.
    Info,
    /// And how.
    Debug,
}

/// What lies on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// Files by name, with their bytes.
    pub files: Vec<(String, u64)>,
    /// Bytes that are free.
    pub free: u64,
}

/// The backups of a service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backups {
    /// Those that are whole, by name, with their bytes, the newest first.
    pub made: Vec<(String, u64)>,
    /// Since when one is being made.
    pub since: Option<Moment>,
    /// Why the last one failed.
    pub failure: Option<String>,
    /// The directory; none where the database makes its own.
    pub directory: Option<String>,
}

/// No backup was begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBackup {
    /// One is under way.
    #[error("a backup is under way")]
    UnderWay,
    /// There is too little room.
    #[error("there is too little room for a copy of the database; make some first")]
    NoRoom,
    /// The database is a server's.
    #[error("the database is a PostgreSQL server's, which makes its own backups")]
    Elsewhere,
    /// The directory cannot be written.
    #[error("the directory of backups cannot be written")]
    NoDirectory,
}

impl LogLevel {
    /// All of them, with their names.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("error", Self::Error),
        ("warn", Self::Warn),
        ("info", Self::Info),
        ("debug", Self::Debug),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMED.into_iter().find(|(_, level)| *level == self).map_or("", |(name, _)| name)
    }

    /// The level of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, level)| level)
    }
}
