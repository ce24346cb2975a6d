//! What entered supervised places.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::OfficeCode;

use super::{Enquiries, MOST_ROWS, office_of};
use crate::facility::{self, Bill, FacilityError, Parcel};

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

    /// Parcels that entered a place of the office that is reached and that no declaration names, by bill; of the
    /// first 500 of all offices.
    ///
    /// # Errors
    /// [`FacilityError`].
    pub fn undeclared(&self, reach: Reach) -> Result<Vec<Parcel>, FacilityError> {
        let Some(office) = office_of(reach) else { return Ok(Vec::new()) };
        let mut parcels = self.store.read(|view| facility::undeclared(view, MOST_ROWS))?;
        parcels.retain(|parcel| is_of(parcel, office));
        Ok(parcels)
    }
}

fn is_of(parcel: &Parcel, office: Option<OfficeCode>) -> bool {
    let entered_at = parcel.entry.as_ref().map(|entry| entry.office);
    office.is_none_or(|office| entered_at == Some(office))
}
