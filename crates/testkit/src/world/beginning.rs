//! What a world begins with.

use std::collections::BTreeSet;

use tongguan_application::clearing::decide::Draws;
use tongguan_application::clearing::settings::Settings;
use tongguan_domain::ids::{DeclarationId, DxpId, OfficeCode, PartyId};
use tongguan_domain::lane::Draw;
use tongguan_domain::money::Money;
use tongguan_domain::party::Party;
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_storage::seal::{DataKey, Keyring};
use tongguan_storage::{Guarantee, Partition, Store};
use tongguan_testbed::postgres::Database;

use crate::cast::{Cast, Signing};

/// What a world begins with.
#[derive(Debug)]
pub struct Beginning {
    /// Settings of the offices.
    pub settings: Settings,
    /// What the platform guarantees.
    pub guarantee: Money,
    /// How the cast signs.
    pub signing: Signing,
    /// Parties besides the cast, or in the place of one of it where the ids agree.
    pub parties: Vec<Party>,
    /// Windows that relay messages to it.
    pub windows: BTreeSet<DxpId>,
    /// A PostgreSQL database, empty; the embedded database when absent.
    pub database: Option<Database>,
}

impl Beginning {
    /// Without signatures, which costs least time.
    pub fn unsigned() -> Self {
        Self { signing: Signing::None, ..Self::default() }
    }
}

impl Default for Beginning {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            guarantee: Money::from_fen(100_000_000),
            signing: Signing::Sm2,
            parties: Vec::new(),
            windows: BTreeSet::new(),
            database: None,
        }
    }
}

/// Draws zero: nothing is selected by chance unless its rate is above nothing.
#[derive(Debug)]
pub(super) struct Highest;

impl Draws for Highest {
    fn draw(&self, _office: OfficeCode, _declaration: DeclarationId) -> Draw {
        Draw(u16::MAX)
    }

    fn sample(&self, _office: OfficeCode, _declaration: DeclarationId) -> Draw {
        Draw(u16::MAX)
    }

    fn evidence(&self, _office: OfficeCode, _declaration: DeclarationId) -> Draw {
        Draw(u16::MAX)
    }
}

/// Everybody who is registered.
pub(super) fn registry(cast: &Cast, parties: Vec<Party>) -> Registry {
    let replaced = |party: &Party| parties.iter().any(|other| other.id == party.id);
    let own = cast.actors().map(|actor| actor.party.clone());
    let own: Vec<_> = own.into_iter().filter(|party| !replaced(party)).collect();
    let certificates = cast.actors().map(|actor| (*actor.certificate.digest(), actor.party.id));
    Registry::new(own.into_iter().chain(parties), certificates)
}

/// A guarantee without end.
pub fn guarantee(guarantor: PartyId, granted: Money) -> Guarantee {
    Guarantee {
        bucket: Partition::of_party(guarantor),
        party_id: guarantor,
        granted,
        queued: Money::ZERO,
        held: Money::ZERO,
        valid_from: Moment::from_micros(0),
        valid_to: None,
        reference: None,
        suspended: false,
    }
}

/// Grants the platform's guarantee and makes the month's key.
#[expect(clippy::expect_used, reason = "a test cannot go on without its world")]
pub(super) fn prepare(
    store: &Store,
    keyring: &Keyring,
    cast: &Cast,
    granted: Money,
    at: Moment,
) -> DataKey {
    let guarantee = guarantee(cast.platform.party.id, granted);
    let mut writer = store.writer().expect("a writer");
    let day = at.china_day();
    let period = format!("{:04}-{:02}", day.year(), day.month());
    writer
        .transaction(|tx| {
            tx.grant(&[guarantee])?;
            tx.data_key(keyring, &period)
        })
        .expect("prepared")
}
