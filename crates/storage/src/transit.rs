//! Transits: one narrow row for each declaration whose goods were sealed.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;

use crate::cell::ToCell as _;
use crate::error::StorageError;
use crate::partition::Partition;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// The transit (转关) of one declaration's goods, and where it stands.
    pub struct TransitRow in "transit", key 2 {
        /// The declaration's partition.
        partition: Partition,
        /// Whose goods.
        declaration_id: DeclarationId,
        /// 封志号.
        seal: String,
        /// 车牌号.
        vehicle: String,
        /// Where it stands, by its name.
        state: String,
        /// When it last changed.
        updated_at: Moment,
        /// What else is kept of it, in a stored form ([`crate::stored`]).
        body: Vec<u8>,
    }
}

impl Replaceable for TransitRow {}

impl View<'_> {
    /// The transits of these declarations, in order of the keys; absent ones are left out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn transits(
        &mut self,
        declarations: &[(Partition, DeclarationId)],
    ) -> Result<Vec<TransitRow>, StorageError> {
        self.load(declarations)
    }

    /// The transits on a vehicle, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn transits_on(
        &mut self,
        vehicle: &str,
        limit: i64,
    ) -> Result<Vec<TransitRow>, StorageError> {
        self.select(
            "WHERE vehicle = $1 ORDER BY declaration_id DESC LIMIT $2",
            &[vehicle.cell(), limit.cell()],
        )
    }

    /// The transits under these seals, in order of the ids.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn transits_sealed(&mut self, seals: &[(&str,)]) -> Result<Vec<TransitRow>, StorageError> {
        // Two who put on one seal at a time meet at its text, wherever their declarations lie.
        seals.iter().for_each(|(seal,)| self.reach(Partition::of_text(seal)));
        let mut found: Vec<TransitRow> = self.select_each(
            "FROM {rows} JOIN transit ON transit.seal = k.seal",
            &["seal"],
            seals,
        )?;
        found.sort_by_key(|transit| transit.declaration_id);
        Ok(found)
    }
}
