//! An officer demands payment evidence, and looks at what came of it.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::time::Moment;
use tongguan_storage::{EvidenceDemandRow, EvidenceWanted, Register, Store, Tx};

use super::{Asking, Demand, Demands, EvidenceError, Stage, event, new_row};
use crate::enquiry::EnquiryError;
use crate::history::{Actor, Cause, ChangeKind, change_retried};
use crate::numbering::partition_of;
use crate::review::{self, AnyDeclaration};

/// Which demands are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Those alone that led to findings.
    pub with_findings: bool,
    /// Behind this place.
    pub behind: Option<DemandPlace>,
}

/// Where a demand stands among all, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemandPlace {
    /// When it was demanded.
    pub at: Moment,
    /// The declaration.
    pub declaration: DeclarationId,
    /// Which demand about it.
    pub n: i64,
}

/// A page of demands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DemandPage {
    /// The demands, the newest first.
    pub rows: Vec<Demand>,
    /// Behind which one the next page begins; absent after the last.
    pub next: Option<DemandPlace>,
}

impl Demands {
    /// Demands the payment evidence of an import of the office that is reached; gives which demand about it that is.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub fn demand(
        &self,
        reach: Reach,
        id: DeclarationId,
        reason: &str,
        actor: &Actor,
        now: Moment,
    ) -> Result<i64, EvidenceError> {
        let Reach::Office(_) = reach else { return Err(EvidenceError::Unknown) };
        let reason = review::reason(reason)?;
        let found = self.enquiries.declarations(reach, &[id])?.pop();
        let AnyDeclaration::Import(record) = found.ok_or(EvidenceError::Unknown)? else {
            return Err(EvidenceError::NoImport);
        };
        let minutes = self.enquiries.office(record.facts.office)?.evidence_minutes;
        let asking = Asking {
            declaration: id,
            office: record.facts.office,
            platform: record.facts.platform,
            order_no: record.facts.order_no.clone(),
            minutes,
        };
        let mut writer = self.enquiries.store().small_writer()?;
        let cause = Cause::Person(actor.clone());
        // The register is locked first, so two officers do not demand at once.
        change_retried(&mut writer, Register::Evidence, &cause, now, |tx: &mut Tx<'_>| {
            let standing = tx.evidence_demands(&[(partition_of(id.0), id)])?;
            let is_open =
                |row: &EvidenceDemandRow| Stage::of(row.state).is_some_and(Stage::is_open);
            if standing.iter().any(is_open) {
                return Err(EvidenceError::UnderWay);
            }
            let n = standing.last().map_or(Stage::DRAWN, |row| row.n) + 1;
            let row = EvidenceDemandRow {
                officer: Some(actor.name.clone()),
                reason: Some(reason.clone()),
                ..new_row(&asking, n, now)
            };
            tx.insert(std::slice::from_ref(&row))?;
            Ok((n, vec![event(&row, ChangeKind::Added, [("reason", reason.clone())])]))
        })
    }

    /// The demands about a declaration that is reached, in order; nothing for enterprises.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub fn of(&self, reach: Reach, id: DeclarationId) -> Result<Vec<Demand>, EvidenceError> {
        match self.enquiries.is_reached(reach, id)? {
            true => Ok(of(self.enquiries.store(), reach, id)?),
            false => Ok(Vec::new()),
        }
    }

    /// The demands of the office that is reached, at most `limit`.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub fn list(
        &self,
        reach: Reach,
        wanted: Wanted,
        limit: usize,
    ) -> Result<DemandPage, EvidenceError> {
        let office = match reach {
            Reach::Office(office) => Some(office.to_string()),
            Reach::Everybody => None,
            Reach::Party(_) | Reach::Nobody => return Ok(DemandPage::default()),
        };
        let of_storage = EvidenceWanted {
            office: office.as_deref(),
            with_findings: wanted.with_findings,
            before: wanted.behind.map(|place| (place.at, place.declaration, place.n)),
        };
        let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let rows = self.enquiries.store().read(|view| view.evidence_list(of_storage, most))?;
        let has_more = rows.len() > limit;
        let rows = rows.into_iter().take(limit).map(Demand::of);
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let last = rows.last().filter(|_| has_more).map(|demand| DemandPlace {
            at: demand.demanded_at,
            declaration: demand.declaration,
            n: demand.n,
        });
        Ok(DemandPage { rows, next: last })
    }
}

/// The demands about a declaration within reach of an office, in order; nothing for enterprises, which are not told
/// that somebody was asked.
///
/// # Errors
/// [`EnquiryError`].
pub fn of(store: &Store, reach: Reach, id: DeclarationId) -> Result<Vec<Demand>, EnquiryError> {
    let (Reach::Office(_) | Reach::Everybody) = reach else { return Ok(Vec::new()) };
    let rows = store.read(|view| view.evidence_demands(&[(partition_of(id.0), id)]))?;
    Ok(rows.into_iter().map(Demand::of).collect::<Result<_, _>>()?)
}
