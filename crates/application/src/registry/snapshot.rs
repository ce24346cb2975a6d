//! The registry as decisions see it.

use std::collections::HashMap;

use tongguan_domain::ids::PartyId;
use tongguan_domain::registry::Registry;
use tongguan_storage::{Guarantee, StorageError, View};

use super::registered::registered;

/// Every party with its codes, and every certificate that may still be used. Read it again when the
/// revision of [`tongguan_storage::Register::Registry`] has grown.
///
/// # Errors
/// [`StorageError`].
pub fn snapshot(view: &mut View<'_>) -> Result<Registry, StorageError> {
    let registered = registered(view)?;
    let certificates: Vec<_> = registered
        .iter()
        .flat_map(|one| one.certificate_digests().map(|digest| (*digest, one.party.id)))
        .collect();
    Ok(Registry::new(registered.into_iter().map(|one| one.party), certificates))
}

/// Every guarantee as it stands, unlocked: enough for its validity, which changes with the registry's
/// revision; not for its balance.
///
/// # Errors
/// [`StorageError`].
pub fn guarantees(view: &mut View<'_>) -> Result<HashMap<PartyId, Guarantee>, StorageError> {
    Ok(view.all_guarantees()?.into_iter().map(|row| (row.party_id, row)).collect())
}
