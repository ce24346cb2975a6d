//! The settings of the service: one file, every key of which has a default.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::http::uri::Authority;
use serde::Deserialize;
use tongguan_application::intake::SignatureDemand;
use tongguan_application::people::Policy;
use tongguan_application::ports::Clock;
use tongguan_domain::ids::DxpId;
use tongguan_gateways::webhook::Network;
use tongguan_storage::Store;
use tongguan_web::Limits;

use super::evidence::EvidenceSettings;
use super::listening::Listening;
use super::metrics::MetricsSettings;
use super::oidc::{self, ProviderSettings};
use super::patience::Patience;
use super::relay::RelaySettings;
use super::standbys::StandbysToRead;
use super::tls::{Credentials, TlsSettings};
use super::transparency::TransparencySettings;
use super::webhooks::WebhookSettings;
use crate::commands::gateway::{Identities, demand};
use crate::commands::place::{KeyFile, Place};
use crate::log::LogSettings;
use crate::traces::TraceSettings;

/// The settings. docs/reference/serve.md says what each is.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where it is reached from outside, as `https://window.example`.
    pub address: Option<String>,
    proxies: Vec<String>,
    data: Option<PathBuf>,
    database: Option<String>,
    key_file: Option<PathBuf>,
    /// The folder of trusted authorities.
    pub trust: PathBuf,
    unsigned: Vec<String>,
    /// How buyers' identities are checked.
    pub identities: Identities,
    /// Whether tax bills hold order and waybill number too.
    pub parcel_numbers: bool,
    /// How often it is looked what others changed.
    pub refresh_seconds: NonZeroU32,
    /// Whether processes tell each other at once what they commit.
    signals: bool,
    /// What is demanded of people who sign in.
    pub people: PeopleSettings,
    /// By which providers of identity they may.
    pub oidc: Vec<ProviderSettings>,
    #[serde(skip)]
    is_sandbox: bool,
    /// What callers may ask for.
    pub limits: LimitSettings,
    /// What TLS is spoken with; plain HTTP where absent.
    pub tls: Option<TlsSettings>,
    /// What is told to the operator.
    pub log: LogSettings,
    /// Where it is told what is measured.
    pub metrics: Option<MetricsSettings>,
    /// Where it is told what requests waited for.
    pub traces: Option<TraceSettings>,
    /// Where messages are pushed to.
    pub webhooks: WebhookSettings,
    /// Where platforms are asked for payment evidence.
    pub evidence: EvidenceSettings,
    /// Which standbys pages and reports are read from.
    pub standbys: StandbysToRead,
    transparency: TransparencySettings,
    /// The window that messages are relayed to.
    pub relay: Option<RelaySettings>,
    windows: Vec<String>,
}

/// What is demanded of people who sign in.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleSettings {
    /// Whether browsers send their session by TLS alone: true behind a proxy that speaks TLS.
    pub secure_cookies: bool,
    second_factor_required: bool,
    session_hours: NonZeroU32,
    idle_minutes: NonZeroU32,
}

/// What callers may ask for.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    message_kib: NonZeroUsize,
    kib_in_flight: NonZeroUsize,
    /// The most messages that wait to be taken up.
    pub waiting_messages: NonZeroUsize,
    answer_seconds: NonZeroU64,
    wait_seconds: u64,
    /// The most connections at a time.
    pub connections: NonZeroU32,
    head_seconds: NonZeroU64,
    idle_seconds: NonZeroU64,
    requests_per_minute: NonZeroU32,
    sign_ins_per_minute: NonZeroU32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            address: None,
            proxies: Vec::new(),
            data: None,
            database: None,
            key_file: None,
            trust: PathBuf::from("trust"),
            unsigned: Vec::new(),
            identities: Identities::None,
            parcel_numbers: false,
            refresh_seconds: NonZeroU32::MIN,
            signals: true,
            people: PeopleSettings::default(),
            oidc: Vec::new(),
            limits: LimitSettings::default(),
            tls: None,
            log: LogSettings::default(),
            metrics: None,
            traces: None,
            webhooks: WebhookSettings::default(),
            evidence: EvidenceSettings::default(),
            standbys: StandbysToRead::default(),
            transparency: TransparencySettings::default(),
            relay: None,
            windows: Vec::new(),
            is_sandbox: false,
        }
    }
}

impl Default for PeopleSettings {
    fn default() -> Self {
        let Policy { second_factor_required, .. } = Policy::default();
        let number = |count: u32| NonZeroU32::MIN.saturating_add(count.saturating_sub(1));
        Self {
            secure_cookies: false,
            second_factor_required,
            session_hours: number(12),
            idle_minutes: number(30),
        }
    }
}

impl PeopleSettings {
    /// As the application has them.
    pub fn of_application(&self) -> Policy {
        Policy {
            second_factor_required: self.second_factor_required,
            session_hours: self.session_hours.get().into(),
            idle_minutes: self.idle_minutes.get().into(),
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        const fn size(kib: usize) -> NonZeroUsize {
            NonZeroUsize::MIN.saturating_add(kib.saturating_sub(1))
        }
        const fn seconds(seconds: u64) -> NonZeroU64 {
            NonZeroU64::MIN.saturating_add(seconds.saturating_sub(1))
        }
        Self {
            message_kib: size(8 << 10),
            kib_in_flight: size(64 << 10),
            waiting_messages: size(256),
            answer_seconds: seconds(30),
            wait_seconds: 60,
            connections: NonZeroU32::MIN.saturating_add(767),
            head_seconds: seconds(10),
            idle_seconds: seconds(75),
            requests_per_minute: NonZeroU32::MIN.saturating_add(599),
            sign_ins_per_minute: NonZeroU32::MIN.saturating_add(19),
        }
    }
}

impl Config {
    /// For made-up traffic in a directory, with its folder `trust`: identities are checked against the
    /// stand-in, and nobody needs a second factor.
    pub fn of_demonstration(data: &Path) -> Self {
        let people = PeopleSettings { second_factor_required: false, ..PeopleSettings::default() };
        Self {
            data: Some(data.to_owned()),
            trust: data.join("trust"),
            identities: Identities::StandIn,
            parcel_numbers: true,
            people,
            ..Self::default()
        }
    }

    /// The same for a sandbox in a directory: everything that is kept lies there.
    ///
    /// # Errors
    /// That a database is named.
    pub fn in_sandbox(self, directory: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(
            self.database.is_none() && self.data.is_none(),
            "a sandbox keeps everything in its own directory; take `data` and `database` out of the settings"
        );
        let made_up = Self::of_demonstration(directory);
        let people = PeopleSettings { second_factor_required: false, ..self.people };
        Ok(Self {
            data: made_up.data,
            trust: made_up.trust,
            identities: made_up.identities,
            key_file: None,
            is_sandbox: true,
            people,
            ..self
        })
    }

    /// The directory, of a sandbox.
    pub fn sandbox(&self) -> Option<&Path> {
        self.data.as_deref().filter(|_| self.is_sandbox)
    }

    /// The verifiable log. That of a sandbox has a name that follows from its key, and is shown to no witness:
    /// nothing in it is real.
    pub fn logging(&self) -> TransparencySettings {
        let settings = self.transparency.clone();
        if self.is_sandbox { settings.made_up() } else { settings }
    }

    /// What hears of what other processes commit.
    pub fn listening(&self, store: &Store) -> Listening {
        match self.signals && store.is_shared() {
            true => Listening::start(store),
            false => Listening::off(),
        }
    }

    /// How often it is looked what others changed. In a sandbox at each message: whoever was registered a moment
    /// ago sends at once.
    pub const fn refresh_seconds(&self) -> u32 {
        if self.is_sandbox { 0 } else { self.refresh_seconds.get() }
    }

    /// The settings that whoever runs the service may look at: no secret and no address with a password.
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        let database = match self.database {
            Some(_) => "PostgreSQL".to_owned(),
            None => self.place().to_string(),
        };
        let yes = |on: bool| if on { "yes" } else { "no" }.to_owned();
        vec![
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("listen", self.listen.to_string()),
            ("database", database),
            ("standbys", self.standbys.shown()),
            ("trust", self.trust.display().to_string()),
            ("tls", yes(self.tls.is_some())),
            ("sandbox", yes(self.is_sandbox)),
            ("refresh_seconds", self.refresh_seconds().to_string()),
            ("signals", yes(self.signals)),
            ("people.second_factor_required", yes(self.people.second_factor_required)),
            ("people.session_hours", self.people.session_hours.to_string()),
            ("people.idle_minutes", self.people.idle_minutes.to_string()),
            ("oidc", oidc::shown(&self.oidc)),
            ("limits.message_kib", self.limits.message_kib.to_string()),
            ("limits.connections", self.limits.connections.to_string()),
            ("limits.requests_per_minute", self.limits.requests_per_minute.to_string()),
            ("metrics", yes(self.metrics.is_some())),
            ("traces", yes(self.traces.is_some())),
        ]
    }

    /// Reads the file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// What is wrong, with its line, and where.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the settings in {}", path.display()))?;
        let mut config: Self = toml::from_str(&text)
            .with_context(|| format!("cannot use the settings in {}", path.display()))?;
        config.check().with_context(|| format!("cannot use the settings in {}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in [&mut config.data, &mut config.key_file].into_iter().flatten() {
            *path = folder.join(&path);
        }
        config.trust = folder.join(&config.trust);
        if let Some(tls) = &mut config.tls {
            tls.beside(folder);
        }
        config.oidc.iter_mut().for_each(|provider| provider.beside(folder));
        if let Some(relay) = &mut config.relay {
            relay.beside(folder);
        }
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.data.is_none() || self.database.is_none(),
            "`data` and `database` cannot both be given; take one away"
        );
        self.standbys.check(self.database.is_some())?;
        let LimitSettings { message_kib, kib_in_flight, .. } = self.limits;
        anyhow::ensure!(
            message_kib <= kib_in_flight,
            "`limits.kib_in_flight` is {kib_in_flight}, less than one message of \
             `limits.message_kib` = {message_kib}; raise it"
        );
        anyhow::ensure!(
            self.address.as_deref().is_none_or(is_origin),
            "`address` is {:?}; it is the scheme and the host, and nothing behind them: \
             'https://window.example'",
            self.address.as_deref().unwrap_or_default()
        );
        oidc::check(&self.oidc, self.address.as_deref())?;
        self.webhooks.check()?;
        self.evidence.check()?;
        self.proxies()?;
        self.relay.as_ref().map_or(Ok(()), RelaySettings::check)?;
        self.traces.as_ref().map_or(Ok(()), TraceSettings::check)?;
        self.windows()?;
        self.demand().map(drop)
    }

    /// The networks of the proxies before the service.
    ///
    /// # Errors
    /// When one is no network.
    pub fn proxies(&self) -> anyhow::Result<Vec<Network>> {
        let networks = self.proxies.iter().map(|text| text.parse());
        networks.collect::<Result<_, _>>().context("in `proxies`")
    }

    /// Where the database is.
    pub fn place(&self) -> Place {
        Place::of(self.data.clone(), self.database.clone())
    }

    /// Where the key is.
    pub fn key_file(&self) -> KeyFile {
        KeyFile::at(self.key_file.clone())
    }

    /// What TLS is spoken with; nothing where plain HTTP is.
    ///
    /// # Errors
    /// When it is not said where certificate and key come from.
    pub fn credentials(&self, clock: Arc<dyn Clock>) -> anyhow::Result<Option<Credentials>> {
        let Some(tls) = &self.tls else { return Ok(None) };
        let sealing_key = self.key_file().path(&self.place()).unwrap_or_default();
        tls.credentials(&sealing_key, clock).map(Some)
    }

    /// How long browsers are told to speak nothing but TLS with this host.
    pub fn strict_transport(&self) -> Option<Duration> {
        let days = self.tls.as_ref()?.hsts_days?;
        Some(Duration::from_secs(u64::from(days) * 24 * 60 * 60))
    }

    /// How often it is looked what others changed.
    pub const fn refresh_every(&self) -> Duration {
        Duration::from_secs(self.refresh_seconds.get() as u64)
    }

    /// The mailboxes of windows that relay to this one.
    ///
    /// # Errors
    /// What is no mailbox.
    pub fn windows(&self) -> anyhow::Result<BTreeSet<DxpId>> {
        let windows = self.windows.iter().map(|text| DxpId::parse(text));
        windows.collect::<Result<_, _>>().context("in `windows`")
    }

    /// Which messages must be signed.
    ///
    /// # Errors
    /// Names that are none of a message.
    pub fn demand(&self) -> anyhow::Result<SignatureDemand> {
        demand(&self.unsigned)
    }
}

/// Whether a text is what browsers call an origin: `https://window.example`, `http://localhost:8080`.
fn is_origin(address: &str) -> bool {
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    host.and_then(|host| host.parse::<Authority>().ok()).is_some_and(|host| {
        !host.as_str().contains('@') && host.as_str() == host.as_str().to_lowercase()
    })
}

impl LimitSettings {
    /// How long connections are waited for.
    pub const fn patience(&self) -> Patience {
        Patience {
            head: Duration::from_secs(self.head_seconds.get()),
            idle: Duration::from_secs(self.idle_seconds.get()),
        }
    }

    /// As the routes have them.
    pub const fn of_web(&self) -> Limits {
        Limits {
            message_bytes: self.message_kib.get().saturating_mul(1024),
            bytes_in_flight: self.kib_in_flight.get().saturating_mul(1024),
            answer_within: Duration::from_secs(self.answer_seconds.get()),
            wait_at_most: Duration::from_secs(self.wait_seconds),
            requests_per_minute: self.requests_per_minute,
            sign_ins_per_minute: self.sign_ins_per_minute,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tongguan.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        let config = read("").unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.limits.of_web().message_bytes, 8 << 20);
    }

    #[test]
    fn paths_are_beside_the_file() {
        let config = read("data = 'd'\ntrust = '/t'").unwrap();
        assert!(config.data.unwrap().ends_with("d"));
        assert_eq!(config.trust, Path::new("/t"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, wanted) in [
            ("listem = '127.0.0.1:1'", "listem"),
            ("[limits]\nmessage_kib = 0", "line 2"),
            ("listen = 'nowhere'", "line 1"),
            ("address = 'window.example'", "nothing behind them"),
            ("address = 'https://window.example/'", "nothing behind them"),
            ("data = 'a'\ndatabase = 'b'", "take one away"),
            ("[standbys]\nurls = ['host=b']", "set `database`"),
            ("database = 'host=a'\n[standbys]\nbehind_seconds = 2", "3 at least"),
            ("unsigned = ['CEB999']", "CEB999"),
            ("[[oidc]]\nid = 'corp'", "missing field `name_zh`"),
            ("[limits]\nkib_in_flight = 10", "raise it"),
            ("proxies = ['10.0.0.1']", "`10.0.0.1` is no network"),
            ("[webhooks]\nnetworks = ['10.0.0.0']", "`10.0.0.0` is no network"),
            ("[webhooks]\nanswer_seconds = 60", "25 at most"),
            ("[evidence]\nnetworks = ['localhost']", "`localhost` is no network"),
            ("[evidence]\nanswer_seconds = 31", "30 at most"),
            ("[relay]\nurl = 'https://a'", "mailbox"),
            ("[traces]\nendpoint = '127.0.0.1:4318'", "such as 'http://127.0.0.1:4318'"),
            ("[traces]\nendpoint = 'http://127.0.0.1:4318'\nshare = 1.5", "0 to 1"),
            ("[traces]\nshare = 0.5", "missing field `endpoint`"),
            ("[relay]\nmailbox = 'M'\nurl = 'https://a'", "needs either"),
            ("[relay]\nmailbox = 'M'\noutbox = 'o'\ninbox = 'i'\nkey = 'k'", "go together"),
            ("windows = ['']", "in `windows`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(wanted) && error.contains("tongguan.toml"), "{text}: {error}");
        }
    }
}
