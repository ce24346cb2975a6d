//! What officers have before them, within their reach.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::ReturnId;
use tongguan_domain::time::Moment;

use super::{Enquiries, EnquiryError, Within};
use crate::clearing::record::ReturnRecord;
use crate::returns::{self, ReturnError};
use crate::review::{AnyDeclaration, ReviewError};
use crate::transit::{self, Shown};

/// Returns that are read at a time.
const PAGE: i64 = 500;
/// The most returns that one number leads to.
const MOST_NAMED: usize = 20;

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
        self.returns_that(reach, after, most, |_| true)
    }

    /// Of these, those whose goods are waited for.
    ///
    /// # Errors
    /// [`ReturnError`].
    pub fn awaited_returns(
        &self,
        reach: Reach,
        after: ReturnId,
        most: usize,
    ) -> Result<Vec<ReturnRecord>, ReturnError> {
        let is_awaited = |record: &ReturnRecord| record.state.late_from().is_some();
        self.returns_that(reach, after, most, is_awaited)
    }

    /// The returns of imports under way that a number names: their own, or one of their declaration or its parcel.
    ///
    /// # Errors
    /// [`EnquiryError`].
    pub fn returns_named(
        &self,
        reach: Reach,
        number: &str,
        now: Moment,
    ) -> Result<Vec<ReturnRecord>, EnquiryError> {
        let number = number.trim();
        let searched = self.look_for(Within { reach, accounts: false }, number, now)?;
        let declarations: Vec<_> = searched.declarations.iter().map(AnyDeclaration::id).collect();
        let is_named = |record: &ReturnRecord| {
            record.provisional_no.as_str().eq_ignore_ascii_case(number)
                || record.id.to_string() == number
                || declarations.contains(&record.declaration)
        };
        Ok(self.returns_that(reach, ReturnId(0), MOST_NAMED, is_named)?)
    }

    fn returns_that(
        &self,
        reach: Reach,
        after: ReturnId,
        most: usize,
        is_wanted: impl Fn(&ReturnRecord) -> bool,
    ) -> Result<Vec<ReturnRecord>, ReturnError> {
        let (mut found, mut after) = (Vec::new(), after);
        loop {
            let page = returns::open(&self.store, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = last.id;
            for record in page.into_iter().filter(&is_wanted) {
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
