//! The stage: an empty directory becomes an installation with parties, trust, key and settings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use jiff::civil::date;
use tongguan_application::codes;
use tongguan_application::delivery::Follower;
use tongguan_application::history::Cause;
use tongguan_application::intake::SignatureDemand;
use tongguan_application::learning::Learned;
use tongguan_application::ports::Clock;
use tongguan_application::registry::{self, Entry, Grant};
use tongguan_application::settings;
use tongguan_codelists::text::Defaults;
use tongguan_codelists::{Row, Table};
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::time::Moment;
use tongguan_gateways::folder::{CONSUMER, Outbox};
use tongguan_gateways::identity::StandIn;
use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testkit::traffic::crew::Crew;
use tongguan_testkit::traffic::exports::VEHICLE;
use tongguan_testkit::traffic::{EXAMINING_OFFICE, QUARANTINE_OFFICE, REVIEWING_OFFICE};

use super::super::place::{KeyFile, Place};
use crate::product::{self, Product};

/// An installation in a directory of its own.
pub struct Stage {
    /// The directory.
    pub data: PathBuf,
    /// Where samples of the signed messages are put.
    pub samples: PathBuf,
    /// Where the responses are put.
    pub outbox: PathBuf,
    /// The product on it.
    pub product: Product,
}

impl Stage {
    /// Sets the stage for a crew.
    ///
    /// # Errors
    /// What cannot be made, where, and what to do.
    pub fn set(data: Option<&Path>, crew: &Crew, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let data = directory(data)?;
        let now = clock.now();
        let store = Store::open(&Target::Sqlite(data.clone()), StoreSettings::default(), now)
            .with_context(|| format!("cannot make a database in {}", data.display()))?;
        let place = Place::of(Some(data.clone()), None);
        let keyring = Arc::new(KeyFile::at(None).keyring(&place, &store)?);
        let mut writer = store.writer()?;
        let cause = Cause::Command("demo".to_owned());
        registry::import(&mut writer, &entries(crew), &cause, now)
            .context("the made-up parties cannot be registered")?;
        for (office, name) in SELECTED {
            let office = OfficeCode::parse(office)?;
            settings::put(&mut writer, Some(office), name, Some("10000"), &cause, now)?;
        }
        codes::import(&mut writer, vehicles()?, &cause, now)
            .context("the made-up vehicle cannot be registered")?;
        let trust = data.join("trust");
        let samples = data.join("samples");
        for folder in [&trust, &samples] {
            std::fs::create_dir(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let authority = trust.join("demo-authority.pem");
        std::fs::write(&authority, crew.authority().certificate().to_pem())
            .with_context(|| format!("cannot write {}", authority.display()))?;
        let Learned { registry, pack, settings, .. } = store.read(Learned::load)?;
        let signed = SignatureDemand::default();
        let knowledge = product::knowledge(registry, pack, product::trust(&trust)?, signed);
        let identities = Arc::new(StandIn);
        let product = Product { store, keyring, clock, identities, knowledge, settings };
        let outbox = data.join("outbox");
        Ok(Self { data, samples, outbox, product })
    }

    /// Writes every response into its mailbox's folder; gives how many there are.
    ///
    /// # Errors
    /// When a response cannot be rendered or a file not be written.
    pub fn deliver(&self) -> anyhow::Result<u64> {
        let Product { store, keyring, .. } = &self.product;
        let follower = Follower::open(CONSUMER, store, keyring.clone(), true)?;
        let mut outbox = Outbox::open(&self.outbox, follower)?;
        Ok(outbox.deliver()?.files.values().sum())
    }
}

/// The directory that was asked for, made and found empty, or a fresh one.
fn directory(data: Option<&Path>) -> anyhow::Result<PathBuf> {
    let Some(data) = data else {
        let fresh = tempfile::Builder::new().prefix("tongguan-demo-").tempdir();
        return Ok(fresh.context("cannot make a directory; name one with --data")?.keep());
    };
    std::fs::create_dir_all(data).with_context(|| {
        format!("cannot make {}; name another directory with --data", data.display())
    })?;
    let mut entries =
        std::fs::read_dir(data).with_context(|| format!("cannot list {}", data.display()))?;
    anyhow::ensure!(
        entries.next().is_none(),
        "{} is not empty: a demonstration begins with nothing; name another directory with --data",
        data.display()
    );
    Ok(data.to_owned())
}

/// The crew as a registry file would tell of it.
fn entries(crew: &Crew) -> Vec<Entry> {
    let since = Some(date(2020, 1, 1));
    (1..)
        .zip(crew.actors())
        .map(|(line, actor)| Entry {
            line,
            name: actor.party.name.to_string(),
            codes: actor.party.codes.clone(),
            roles: actor.party.roles,
            standing: actor.party.standing,
            valid_from: since,
            valid_to: None,
            mailbox: actor.party.mailbox.clone(),
            payment_url: None,
            delegates: None,
            certificates: Some(vec![actor.certificate.clone()]),
            grant: crew.granted(actor).map(|granted| Grant {
                granted,
                valid_from: since,
                valid_to: None,
                reference: Some(format!("BH-DEMO-{line:04}")),
            }),
        })
        .collect()
}

/// The row by which customs knows the vehicle that goes to the port.
fn vehicles() -> anyhow::Result<Vec<Row>> {
    let row = format!("{VEHICLE},示例运输有限公司,2020-01-01,demo");
    let read =
        Table::Vehicles.read(&format!("plate,zh,valid_from,source\n{row}\n"), &Defaults::default());
    anyhow::ensure!(read.defects.is_empty(), "{row}: {:?}", read.defects);
    Ok(read.rows)
}

/// One office reviews everything, one examines everything, at one quarantine looks at everything: which parcels go there is for the seed to
/// say, not for chance.
const SELECTED: [(&str, &str); 3] = [
    (REVIEWING_OFFICE, "yellow_per_10_000"),
    (EXAMINING_OFFICE, "red_per_10_000"),
    (QUARANTINE_OFFICE, "quarantine_per_10_000"),
];

/// Seconds between two moments, for people to read.
pub fn seconds(from: Moment, to: Moment) -> f64 {
    super::super::bench::per(to.micros() - from.micros(), 1_000_000)
}
