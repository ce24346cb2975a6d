//! The declarations that customs and auditors list: those of an office, or of every office.

use std::cmp::Reverse;

use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, OfficeCode, PartyId};
use tongguan_storage::{ParcelsAt, ParcelsOf, StorageError, View};

use super::listing::wanted;
use super::{Parcel, ParcelFilter, ParcelPage, ParcelsError, keys_of, standing};
use crate::enquiry::Enquiries;
use crate::review::{AnyDeclaration, Direction};

/// Which declarations are listed; all within reach where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredFilter {
    /// By status, direction and day. A number is not looked for here.
    pub parcels: ParcelFilter,
    /// Those that are lodged at this office (申报地海关).
    pub office: Option<OfficeCode>,
    /// Those in which this enterprise is platform, merchant or declarant.
    pub party: Option<PartyId>,
}

impl Enquiries {
    /// The declarations that are reached, behind one of them or from the last one on, at most `limit`: those of
    /// an office for whoever acts for it, an enterprise's own, everybody's for the auditor.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn declared(
        &self,
        reach: Reach,
        filter: &DeclaredFilter,
        behind: Option<DeclarationId>,
        limit: usize,
    ) -> Result<ParcelPage, ParcelsError> {
        let Some(filter) = filter.within(reach) else { return Ok(ParcelPage::default()) };
        let most = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
        self.store().read(|view| {
            let behind = behind.unwrap_or(DeclarationId(i64::MAX));
            let mut ids = lodged(view, &filter, behind, most)?;
            ids.sort_unstable_by_key(|id| Reverse(*id));
            // Once each: one that was changed to name another office has a row at both.
            ids.dedup();
            let has_more = ids.len() > limit;
            ids.truncate(limit);
            let next = ids.last().copied().filter(|_| has_more);
            let rows = as_they_stand(view, &ids, |declaration| filter.names(declaration))?;
            Ok(ParcelPage { rows, next, is_cut: false })
        })
    }
}

impl DeclaredFilter {
    /// What it asks for within reach; nothing where that is out of reach.
    fn within(&self, reach: Reach) -> Option<Self> {
        match reach {
            Reach::Everybody => Some(self.clone()),
            Reach::Office(own) => {
                let is_own = self.office.is_none_or(|office| office == own);
                is_own.then(|| Self { office: Some(own), ..self.clone() })
            }
            Reach::Party(own) => {
                let is_own = self.party.is_none_or(|party| party == own);
                is_own.then(|| Self { party: Some(own), ..self.clone() })
            }
            Reach::Nobody => None,
        }
    }

    /// Whether a declaration is of its office and party. One that is not entered yet may be changed to name
    /// others; the row of whom it no longer names stays behind, and tells nobody anything.
    fn names(&self, declaration: &AnyDeclaration) -> bool {
        self.office.is_none_or(|office| declaration.office() == office)
            && self.party.is_none_or(|party| declaration.parties().contains(&party))
    }
}

/// The newest of each list that has to be looked at: of a party, of an office, or of every office.
fn lodged(
    view: &mut View<'_>,
    filter: &DeclaredFilter,
    before: DeclarationId,
    most: i64,
) -> Result<Vec<DeclarationId>, StorageError> {
    let mut ids = Vec::new();
    let office = filter.office.map(|office| office.to_string());
    if let Some(party) = filter.party {
        let of = ParcelsOf { office: office.as_deref(), ..wanted(party, &filter.parcels, before) };
        for state in filter.parcels.states() {
            let rows = view.parcels_of(&ParcelsOf { state, ..of }, most)?;
            ids.extend(rows.iter().map(|row| row.declaration_id));
        }
        return Ok(ids);
    }
    let direction = filter.parcels.direction.map(Direction::code);
    let (from, before) = filter.parcels.ids(before);
    for office in offices(view, office)? {
        for state in filter.parcels.states() {
            let at = ParcelsAt { office: &office, state, direction, from, before };
            let rows = view.parcels_at(&at, most)?;
            ids.extend(rows.iter().map(|row| row.declaration_id));
        }
    }
    Ok(ids)
}

/// The one that is named, or every office that has a list.
fn offices(view: &mut View<'_>, named: Option<String>) -> Result<Vec<String>, StorageError> {
    if let Some(named) = named {
        return Ok(vec![named]);
    }
    let mut offices = Vec::<String>::new();
    while let Some(next) = view.office_behind(offices.last().map_or("", String::as_str))? {
        offices.push(next);
    }
    Ok(offices)
}

/// Those of the declarations that are to be shown, the last one first.
pub(super) fn as_they_stand(
    view: &mut View<'_>,
    ids: &[DeclarationId],
    is_shown: impl Fn(&AnyDeclaration) -> bool,
) -> Result<Vec<Parcel>, ParcelsError> {
    let mut rows = standing(view, &keys_of(ids.iter().copied()))?;
    rows.retain(|(declaration, _)| is_shown(declaration));
    rows.sort_unstable_by_key(|(declaration, _)| Reverse(declaration.id()));
    Ok(rows.iter().map(|(one, changed_at)| Parcel::as_it_stands(one, *changed_at)).collect())
}
