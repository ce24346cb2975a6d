//! Transits between the domain and rows.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use tongguan_domain::transit::Transit;
use tongguan_storage as storage;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::transit::StoredTransit;

use super::{RowError, body};
use crate::numbering::partition_of;

/// A transit from its row, with the declaration whose goods it is of.
pub fn read_transit(row: storage::TransitRow) -> Result<(DeclarationId, Transit), RowError> {
    let stored = StoredTransit::decode(&row.body).map_err(body("transit"))?;
    Ok((row.declaration_id, stored.try_into().map_err(body("transit"))?))
}

/// A transit as a row.
pub fn write_transit(
    declaration: DeclarationId,
    transit: &Transit,
    at: Moment,
) -> Result<storage::TransitRow, StoredError> {
    Ok(storage::TransitRow {
        partition: partition_of(declaration.0),
        declaration_id: declaration,
        seal: transit.sealing.seal.to_string(),
        vehicle: transit.sealing.vehicle.to_string(),
        state: transit.state.name().to_owned(),
        updated_at: at,
        body: StoredTransit::from(transit).encode()?,
    })
}
