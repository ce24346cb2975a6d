//! What entered supervised places.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::OfficeCode;
use tongguan_storage::StorageError;

use super::{Enquiries, MOST_ROWS, office_of};
use crate::facility::{self, Bill, FacilityError, Parcel, Tallied};

impl Enquiries {
    /// A master bill compared with what entered under it, where some of it entered at a place of the office that is
    /// reached; all of it, for short and over are told by all of it.
    ///
    /// # Errors
    /// [`FacilityError`].
    pub fn bill(&self, reach: Reach, number: &str) -> Result<Option<Bill>, FacilityError> {
        let Some(office) = office_of(reach) else { return Ok(None) };
        let bill = self.store.read(|view| facility::bill(view, number))?;
        let is_reached = bill.parcels.iter().any(|parcel| is_of(parcel, office));
        Ok(is_reached.then_some(bill))
    }

    /// The master bills of which something entered at a place of the office that is reached, behind `after`, in order
    /// of their numbers, at most `most`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn bills(
        &self,
        reach: Reach,
        after: &str,
        most: usize,
    ) -> Result<Vec<Tallied>, StorageError> {
        let Some(office) = office_of(reach) else { return Ok(Vec::new()) };
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.store.read(|view| facility::bills(view, office, after, most))
    }

    /// Parcels that entered a place of the office that is reached and that no declaration names, by bill; the first
    /// 500.
    ///
    /// # Errors
    /// [`FacilityError`].
    pub fn undeclared(&self, reach: Reach) -> Result<Vec<Parcel>, FacilityError> {
        let Some(office) = office_of(reach) else { return Ok(Vec::new()) };
        self.store.read(|view| facility::undeclared(view, office, MOST_ROWS))
    }
}

fn is_of(parcel: &Parcel, office: Option<OfficeCode>) -> bool {
    let entered_at = parcel.entry.as_ref().map(|entry| entry.office);
    office.is_none_or(|office| entered_at == Some(office))
}
