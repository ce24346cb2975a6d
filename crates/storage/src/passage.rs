//! Passages through the gates of supervised places: written once, found by place, by parcel and by gate pass.

use tongguan_domain::ids::{DeclarationId, PlaceCode};
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::tx::View;

row! {
    /// A passage (卡口通行): what somebody at a gate has let through.
    pub struct PassageRow in "passage", key 1 {
        /// Its number.
        n: i64,
        /// Through which place's gate.
        place: PlaceCode,
        /// When.
        at: Moment,
        /// Whether it left; it came in otherwise.
        is_out: bool,
        /// The number that was scanned.
        number: String,
        /// The gate pass of the vehicle, where it was one.
        gate_pass: Option<String>,
        /// How many parcels passed.
        parcels: i64,
        /// Who recorded it.
        who: String,
    }
}

row! {
    /// A parcel that passed.
    pub struct ParcelPassed in "passage_parcel", key 2 {
        /// Its declaration.
        declaration_id: DeclarationId,
        /// The passage.
        n: i64,
    }
}

impl View<'_> {
    /// The passages of a place, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn passages_at(
        &mut self,
        place: &PlaceCode,
        limit: i64,
    ) -> Result<Vec<PassageRow>, StorageError> {
        let values = [place.cell(), limit.cell()];
        self.select("WHERE place = $1 ORDER BY n DESC LIMIT $2", &values)
    }

    /// The passages of a parcel, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn passages_of(&mut self, id: DeclarationId) -> Result<Vec<PassageRow>, StorageError> {
        let passed: Vec<ParcelPassed> = self.load(&[(id,)])?;
        let keys: Vec<_> = passed.iter().map(|row| (row.n,)).collect();
        self.load(&keys)
    }

    /// The last passage of a vehicle by its gate pass.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn last_passage_by(&mut self, pass: &str) -> Result<Option<PassageRow>, StorageError> {
        let values = [pass.cell()];
        Ok(self.select("WHERE gate_pass = $1 ORDER BY n DESC LIMIT 1", &values)?.pop())
    }
}
