//! What stands still in a simulation: who is registered, the law, the keys, the settings of offices.

use std::sync::{Arc, OnceLock};

use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::history::Cause;
use tongguan_application::intake::{Knowledge, SignatureDemand};
use tongguan_application::webhooks::{self, NewWebhook};
use tongguan_domain::ids::DxpId;
use tongguan_domain::lane::Selectivity;
use tongguan_domain::money::Money;
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::signature::Policy;
use tongguan_messages::zone::ZoneMessage;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Store, StoreSettings, Target};
use tongguan_testkit::cast::{Cast, CastError, Signing};
use tongguan_testkit::world::guarantee;

use crate::SimulationError;
use crate::receiver::{Receiver, URL};
use crate::scenario::Scenario;

/// Days for which a declaration waits for its documents.
pub(crate) const WAITING_DAYS: i64 = 30;
/// Days after which a released one is closed.
pub(crate) const CLOSING_DAYS: i64 = 40;

/// What stands still in a simulation.
pub(crate) struct Setting {
    pub(crate) cast: &'static Cast,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) knowledge: Knowledge,
    pub(crate) settings: Arc<Settings>,
    pub(crate) receiver: Arc<Receiver>,
}

impl Setting {
    pub(crate) fn of(seed: u64, scenario: &Scenario) -> Result<Self, SimulationError> {
        let cast = cast()?;
        let selectivity = Selectivity {
            yellow_per_10_000: scenario.yellow_per_10_000,
            red_per_10_000: scenario.red_per_10_000,
            ..Selectivity::default()
        };
        let default_office = OfficeSettings {
            selectivity,
            waiting_days: WAITING_DAYS,
            close_after_days: Some(CLOSING_DAYS),
            ..OfficeSettings::default()
        };
        let settings = Arc::new(Settings { default_office, ..Settings::default() });
        let parties = cast.actors().map(|actor| actor.party.clone());
        let certificates = cast.actors().map(|actor| (*actor.certificate.digest(), actor.party.id));
        let knowledge = Knowledge {
            registry: Arc::new(Registry::new(parties, certificates)),
            pack: settings.law.clone(),
            trust: cast.trust()?,
            policy: Arc::new(Policy::china()),
            signed: SignatureDemand {
                not_demanded: MessageType::ALL.to_vec(),
                not_demanded_in_zones: ZoneMessage::ALL.to_vec(),
            },
            windows: Arc::default(),
        };
        let keyring = Arc::new(Keyring::from_master(&[7; 32]));
        let receiver = Arc::new(Receiver::new(seed));
        Ok(Self { cast, keyring, knowledge, settings, receiver })
    }

    /// The mailbox that is pushed: the declarant's, in which most comes.
    pub(crate) fn pushed(&self) -> Option<&DxpId> {
        self.cast.carrier.party.mailbox.as_ref()
    }

    /// Has that mailbox pushed, from its first letter on.
    pub(crate) fn add_webhook(&self, target: &Target, now: Moment) -> Result<(), SimulationError> {
        let Some(mailbox) = self.pushed().cloned() else { return Ok(()) };
        let (message_types, after) = (Vec::new(), Some(0));
        let new = NewWebhook { mailbox, url: URL.to_owned(), message_types, after };
        let store = Store::open(target, StoreSettings::default(), now)?;
        let cause = Cause::Command("simulation".to_owned());
        let writer = &mut store.writer()?;
        webhooks::add(writer, &self.keyring, &*self.receiver, &new, &cause, now)?;
        Ok(())
    }

    /// Grants the platform's guarantee, or tops it up.
    pub(crate) fn grant(
        &self,
        target: &Target,
        fen: i64,
        now: Moment,
    ) -> Result<(), SimulationError> {
        let granted = guarantee(self.cast.platform.party.id, Money::from_fen(fen));
        let store = Store::open(target, StoreSettings::default(), now)?;
        Ok(store.writer()?.transaction(|tx| tx.grant(&[granted]))?)
    }
}

/// The enterprises: to make their certificates takes as long as a simulation.
fn cast() -> Result<&'static Cast, CastError> {
    static CAST: OnceLock<Cast> = OnceLock::new();
    if let Some(cast) = CAST.get() {
        return Ok(cast);
    }
    let cast = Cast::new(7, Signing::None)?;
    Ok(CAST.get_or_init(|| cast))
}
