//! Exported goods that come back.

use tongguan_domain::access::Reach;
use tongguan_domain::readmission::ExportReturnId;
use tongguan_storage::View;

use super::{Enquiries, office_of};
use crate::clearing::export_return::ExportReturnRecord;
use crate::export_returns::{self, Found, ToAmend};
use crate::review::ReviewError;

/// Returns that are read at a time.
const PAGE: i64 = 500;

impl Enquiries {
    /// The returns of exports that wait for an officer of the office that is reached, behind one of them, in order
    /// of their declarations, at most `most`.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn waiting_export_returns(
        &self,
        reach: Reach,
        after: ExportReturnId,
        most: usize,
    ) -> Result<Vec<ExportReturnRecord>, ReviewError> {
        let Some(office) = office_of(reach) else { return Ok(Vec::new()) };
        let (mut found, mut after) = (Vec::new(), after);
        loop {
            let queue = |view: &mut View<'_>| export_returns::queue(view, after, PAGE);
            let page = self.store.read(queue)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = last.id;
            for record in page {
                if office.is_none_or(|office| office == record.facts.office) {
                    found.push(record);
                }
                if found.len() == most {
                    return Ok(found);
                }
            }
        }
    }

    /// The returns that a number names and that are reached: 清单编号, or that and which of them.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn export_returns(
        &self,
        reach: Reach,
        number: &str,
    ) -> Result<Vec<ExportReturnRecord>, ReviewError> {
        let records = match self.store.read(|view| export_returns::find(view, number))? {
            Found::Nothing => Vec::new(),
            Found::One(record) => vec![*record],
            Found::Several(records) => records,
        };
        let Some(first) = records.first() else { return Ok(records) };
        // All of one declaration.
        let is_reached = self.is_reached(reach, first.id.declaration)?;
        Ok(if is_reached { records } else { Vec::new() })
    }

    /// The lines of formal declarations that have to be amended because of a return.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn to_amend(&self, record: &ExportReturnRecord) -> Result<Vec<ToAmend>, ReviewError> {
        self.store.read(|view| export_returns::to_amend(view, record))
    }
}
