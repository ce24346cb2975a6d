//! What officers have before them, within their reach.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::ReturnId;
use tongguan_domain::time::Moment;

use super::Enquiries;
use crate::cancellations::{self, CancellationError, Pending};
use crate::clearing::record::ReturnRecord;
use crate::quarantine::{self, Due};
use crate::returns::{self, ReturnError};
use crate::review::ReviewError;
use crate::transit::{self, Shown};

/// The oldest of what waits are looked at; whoever works them off sees the next.
const OLDEST: usize = 500;
/// Returns that are read at a time.
const PAGE: i64 = 500;

impl Enquiries {
    /// The oldest parcels of exports that quarantine has to look at.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn quarantine_due(&self, reach: Reach) -> Result<Vec<Due>, ReviewError> {
        let limit = i64::try_from(OLDEST).unwrap_or(i64::MAX);
        let due = self.store.read(|view| quarantine::due(view, limit))?;
        Ok(due.into_iter().filter(|due| due.declaration.is_within(reach)).collect())
    }

    /// The oldest requests to cancel a declaration that wait for an officer.
    ///
    /// # Errors
    /// [`CancellationError`].
    pub fn cancellations(&self, reach: Reach) -> Result<Vec<Pending>, CancellationError> {
        match reach {
            Reach::Office(office) => cancellations::pending(&self.store, Some(office), OLDEST),
            Reach::Everybody => cancellations::pending(&self.store, None, OLDEST),
            Reach::Party(_) | Reach::Nobody => Ok(Vec::new()),
        }
    }

    /// The transits that a seal or the number of a declaration names.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn transits(
        &self,
        reach: Reach,
        number: &str,
        now: Moment,
    ) -> Result<Vec<Shown>, ReviewError> {
        let found = transit::find(&self.store, number, now)?;
        Ok(found.into_iter().filter(|shown| shown.declaration.is_within(reach)).collect())
    }

    /// The returns of imports under way behind `after`, the oldest first, at most `most`.
    ///
    /// # Errors
    /// [`ReturnError`].
    pub fn returns(
        &self,
        reach: Reach,
        after: ReturnId,
        most: usize,
    ) -> Result<Vec<ReturnRecord>, ReturnError> {
        let (mut found, mut after) = (Vec::new(), after);
        loop {
            let page = returns::open(&self.store, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = last.id;
            for record in page {
                if self.reaches_return(reach, &record)? {
                    found.push(record);
                }
                if found.len() == most {
                    return Ok(found);
                }
            }
        }
    }

    /// Whether a return under way goes by that number and is within reach.
    ///
    /// # Errors
    /// [`ReturnError`].
    pub fn is_return_reached(&self, reach: Reach, number: &str) -> Result<bool, ReturnError> {
        match returns::find(&self.store, number) {
            Ok(record) => self.reaches_return(reach, &record),
            Err(ReturnError::Unknown(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn reaches_return(&self, reach: Reach, record: &ReturnRecord) -> Result<bool, ReturnError> {
        Ok(match reach {
            Reach::Office(office) => record.office == office,
            reach => self.is_reached(reach, record.declaration)?,
        })
    }
}
