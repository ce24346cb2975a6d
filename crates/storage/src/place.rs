//! Supervised places: few rows, read whole.

use tongguan_domain::ids::{PartyId, PlaceCode};
use tongguan_domain::time::Moment;

use crate::error::StorageError;
use crate::row::Replaceable;
use crate::tx::View;

row! {
    /// A supervised place (监管作业场所).
    pub struct PlaceRow in "supervised_place", key 1 {
        /// Its code (`loctNo`).
        code: PlaceCode,
        /// What it is called, in Chinese.
        name: String,
        /// What it is called in English.
        name_en: Option<String>,
        /// The office that supervises it, four digits.
        office: String,
        /// Who runs it.
        operator_id: PartyId,
        /// First day of the registration, as its midnight in China.
        valid_from: Moment,
        /// Last day, as its midnight in China; open-ended when absent.
        valid_to: Option<Moment>,
    }
}

impl Replaceable for PlaceRow {}

impl View<'_> {
    /// Every supervised place, by code.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn places(&mut self) -> Result<Vec<PlaceRow>, StorageError> {
        self.select("ORDER BY code", &[])
    }
}
