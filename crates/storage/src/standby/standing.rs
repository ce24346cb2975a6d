//! Which standbys are read from, how each of them stands, and what it is called.

use std::fmt;
use std::time::Duration;

use postgres::Config;
use postgres::config::Host;

use crate::error::DriverError;

/// Which standbys are read from.
#[derive(Clone, PartialEq, Eq)]
pub struct StandbySettings {
    /// A connection string for each, of the same database as the primary's.
    pub urls: Vec<String>,
    /// How far one may be behind the primary.
    pub behind_at_most: Duration,
}

/// How a standby stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandbyStanding {
    /// Its host, port and database.
    pub name: String,
    /// Why it is not read from; nothing where it is.
    pub trouble: Option<StandbyTrouble>,
    /// How far it is behind the primary at most; nothing where that is not known.
    pub behind: Option<Duration>,
    /// How often it was read from.
    pub reads: u64,
    /// How often it broke off what it was asked, and the primary was asked again.
    pub asked_again: u64,
}

/// Why a standby is not read from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StandbyTrouble {
    /// Nobody has looked at it yet.
    #[error("it was not looked at yet")]
    Unknown,
    /// It does not answer.
    #[error("it does not answer: {0}")]
    Gone(String),
    /// It is another server's copy, or another database of the same.
    #[error("it is a standby of another database")]
    OtherDatabase,
    /// It is no standby, or none any more.
    #[error("it is no standby: it was promoted, or is the primary itself")]
    Promoted,
    /// A pooler in between pools by the transaction.
    #[error("a pooler between here and it gives each transaction another session")]
    Pooled,
    /// It has not come as far as it has to.
    #[error("it is too far behind the primary")]
    Behind,
}

/// What a standby is called: its hosts with their ports, and its database, without what a connection string holds
/// besides.
pub(super) fn name_of(url: &str) -> Result<String, DriverError> {
    let config: Config = url.parse()?;
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(n, host)| {
        let port = ports.get(n).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            Host::Unix(directory) => format!("{}:{port}", directory.display()),
        }
    });
    let hosts = hosts.collect::<Vec<_>>().join(",");
    Ok(config.get_dbname().map_or_else(|| hosts.clone(), |name| format!("{hosts}/{name}")))
}

impl fmt::Debug for StandbySettings {
    /// Without the connection strings, which may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (standbys, behind_at_most) = (self.urls.len(), self.behind_at_most);
        write!(f, "StandbySettings({standbys} standbys, at most {behind_at_most:?} behind)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standby_is_named_without_its_password() {
        for (url, name) in [
            ("postgres://me:secret@db2.example:6432/window", "db2.example:6432/window"),
            ("host=a,b user=me password=secret dbname=window", "a:5432,b:5432/window"),
            ("host=/run/pg port=5433 user=me", "/run/pg:5433"),
        ] {
            assert_eq!(name_of(url).unwrap(), name);
        }
        assert!(name_of("hots=a").is_err());
    }
}
