//! What was consolidated, what is being consolidated, and what there is to consolidate.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::{FormalDeclarationNumber, PartyId};
use tongguan_domain::month::Month;
use tongguan_storage::StorageError;

use super::{Enquiries, MOST_ROWS};
use crate::clearing::consolidation::{FormalRecord, RequestRecord};
use crate::clearing::rows::{RowError, read_formal, read_request};
use crate::consolidation::{ConsolidationError, Plan, Prospect, prospects};
use crate::export_returns::{self, Amendment};
use crate::numbering::partition_of_number;
use crate::review::ReviewError;

/// Greater than every number that is given: they are digits and capitals.
const BEHIND_ALL: &str = "~";

/// A page of what is numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedPage<T> {
    /// Those with the greatest numbers first.
    pub rows: Vec<T>,
    /// The number behind which the next page begins; absent after the last.
    pub next: Option<String>,
}

impl Enquiries {
    /// What there is to consolidate of a month, of the merchant or at the office that is reached.
    ///
    /// # Errors
    /// [`ConsolidationError`].
    pub fn prospects(
        &self,
        reach: Reach,
        month: Month,
        merchant: Option<PartyId>,
    ) -> Result<Vec<Prospect>, ConsolidationError> {
        let plan = match reach {
            Reach::Party(own) => Plan { month, office: None, merchant: Some(own) },
            Reach::Office(office) => Plan { month, office: Some(office), merchant },
            Reach::Everybody => Plan { month, office: None, merchant },
            Reach::Nobody => return Ok(Vec::new()),
        };
        prospects(&self.store, &*self.registry()?, plan)
    }

    /// Requests to consolidate: of a declarant all, the newest first; of an office and for an auditor those that are
    /// under way.
    ///
    /// # Errors
    /// [`RowError`], or the database's.
    pub fn consolidations(
        &self,
        reach: Reach,
        before: Option<&str>,
        limit: usize,
    ) -> Result<NumberedPage<RequestRecord>, ConsolidationError> {
        let before = before.unwrap_or(BEHIND_ALL);
        let rows = self.store.read(|view| match reach {
            Reach::Party(party) => view.consolidations_of(party, before, most(limit)),
            Reach::Office(_) | Reach::Everybody => view.open_consolidations(MOST_ROWS),
            Reach::Nobody => Ok(Vec::new()),
        })?;
        let mut rows: Vec<_> =
            rows.into_iter().map(read_request).collect::<Result<_, RowError>>()?;
        if !matches!(reach, Reach::Party(_)) {
            rows.retain(|request| is_reached(reach, request) && request.number.as_str() < before);
            rows.sort_by(|a, b| b.number.cmp(&a.number));
        }
        Ok(page(rows, limit, |request| request.number.to_string()))
    }

    /// A request to consolidate by its number (汇总申请编号).
    ///
    /// # Errors
    /// [`RowError`], or the database's.
    pub fn consolidation(
        &self,
        reach: Reach,
        number: &str,
    ) -> Result<Option<RequestRecord>, ConsolidationError> {
        let Some(bucket) = partition_of_number(number) else { return Ok(None) };
        let row = self.store.read(|view| view.consolidation_numbered(bucket, number))?;
        let request = row.map(read_request).transpose()?;
        Ok(request.filter(|request| is_reached(reach, request)))
    }

    /// The formal declarations of the merchant or of the office that is reached, before a number.
    ///
    /// # Errors
    /// [`RowError`], or the database's.
    pub fn formal_declarations(
        &self,
        reach: Reach,
        before: Option<&str>,
        limit: usize,
    ) -> Result<NumberedPage<FormalRecord>, ConsolidationError> {
        let before = before.unwrap_or(BEHIND_ALL);
        let rows = self.store.read(|view| match reach {
            Reach::Party(merchant) => view.formal_declarations_of(merchant, before, most(limit)),
            Reach::Office(office) => {
                let (from, end) = (office.to_string(), format!("{office}{BEHIND_ALL}"));
                view.formal_declarations_between(&from, before.min(&end), most(limit))
            }
            Reach::Everybody => view.formal_declarations_between("", before, most(limit)),
            Reach::Nobody => Ok(Vec::new()),
        })?;
        let rows: Vec<_> = rows.into_iter().map(read_formal).collect::<Result<_, RowError>>()?;
        Ok(page(rows, limit, |formal| formal.number.to_string()))
    }

    /// A formal declaration (报关单) by its number.
    ///
    /// # Errors
    /// [`RowError`], or the database's.
    pub fn formal_declaration(
        &self,
        reach: Reach,
        number: &str,
    ) -> Result<Option<FormalRecord>, ConsolidationError> {
        let Ok(number) = FormalDeclarationNumber::parse(number) else { return Ok(None) };
        let Some(bucket) = partition_of_number(number.as_str()) else { return Ok(None) };
        let rows = |view: &mut tongguan_storage::View<'_>| -> Result<_, StorageError> {
            view.formal_declarations(&[(bucket, number.as_str())])
        };
        let formal = self.store.read(rows)?.pop().map(read_formal).transpose()?;
        Ok(formal.filter(|formal| match reach {
            Reach::Party(merchant) => formal.form.head.merchant == merchant,
            Reach::Office(office) => formal.office == office,
            Reach::Everybody => true,
            Reach::Nobody => false,
        }))
    }

    /// The lines of a formal declaration that have to be amended, because goods came back after it was made.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn amendments(&self, formal: &FormalRecord) -> Result<Vec<Amendment>, ReviewError> {
        self.store.read(|view| export_returns::amendments(view, formal))
    }
}

/// Whether a request is among what somebody reaches.
fn is_reached(reach: Reach, request: &RequestRecord) -> bool {
    match reach {
        Reach::Party(party) => [request.key.declarant, request.terms.merchant_id].contains(&party),
        Reach::Office(office) => request.terms.office == office,
        Reach::Everybody => true,
        Reach::Nobody => false,
    }
}

/// One more than is wanted, to know whether there is more.
fn most(limit: usize) -> i64 {
    i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX)
}

fn page<T>(mut rows: Vec<T>, limit: usize, number: impl Fn(&T) -> String) -> NumberedPage<T> {
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(number);
    NumberedPage { rows, next }
}
