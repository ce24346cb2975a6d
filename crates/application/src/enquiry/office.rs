//! What officers have before them, within their reach.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::ReturnId;
use tongguan_domain::time::Moment;

use super::Enquiries;
use crate::clearing::record::ReturnRecord;
use crate::returns::{self, ReturnError};
use crate::review::ReviewError;
use crate::transit::{self, Shown};

/// Returns that are read at a time.
const PAGE: i64 = 500;

impl Enquiries {
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
