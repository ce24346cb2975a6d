//! The product over a database that is to be filled, as a benchmark needs it.

use std::sync::Arc;

use tongguan_application::intake::SignatureDemand;
use tongguan_application::ports::Clock as _;
use tongguan_codelists::Pack;
use tongguan_domain::money::Money;
use tongguan_domain::time::Moment;
use tongguan_gateways::identity::StandIn;
use tongguan_messages::ceb::MessageType;
use tongguan_storage::seal::Keyring;
use tongguan_storage::{Guarantee, Partition, Store, StoreSettings, Target};
use tongguan_testkit::cast::Cast;

use crate::clock::SystemClock;
use crate::commands::bench::Sign;
use crate::commands::bench::input::SEED;
use crate::product::{self, Product};

/// Opens the database, made on first use.
///
/// # Errors
/// When it cannot be opened.
pub fn store(target: &Target) -> anyhow::Result<Store> {
    Ok(Store::open(target, StoreSettings::default(), SystemClock.now())?)
}

/// The product over a database, for messages that are signed like this.
///
/// # Errors
/// When nothing can be written to it.
pub fn product(store: Store, sign: Sign) -> anyhow::Result<Product> {
    let cast = Cast::new(SEED, sign.into())?;
    grant(&store, &cast)?;
    let demand = match sign {
        Sign::None => SignatureDemand {
            not_demanded: MessageType::ALL.to_vec(),
            ..SignatureDemand::default()
        },
        Sign::Sm2 | Sign::Rsa => SignatureDemand::default(),
    };
    let registry = Arc::new(cast.registry());
    Ok(Product {
        store,
        keyring: Arc::new(Keyring::from_master(&[7; 32])),
        clock: Arc::new(SystemClock),
        identities: Arc::new(StandIn),
        knowledge: product::knowledge(registry, Pack::builtin(), cast.trust()?, demand),
        settings: Arc::default(),
    })
}

/// A guarantee that no run exhausts.
fn grant(store: &Store, cast: &Cast) -> anyhow::Result<()> {
    let platform = cast.platform.party.id;
    let guarantee = Guarantee {
        bucket: Partition::of_party(platform),
        party_id: platform,
        granted: Money::from_fen(i64::MAX / 4),
        queued: Money::ZERO,
        held: Money::ZERO,
        valid_from: Moment::from_micros(0),
        valid_to: None,
        reference: None,
        suspended: false,
    };
    store.writer()?.transaction(|tx| tx.grant(&[guarantee]))?;
    Ok(())
}
