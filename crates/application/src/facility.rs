//! What a facility's officer asks: how a master bill's waybills compare with what entered, and which parcels
//! entered though nobody declared them.

use std::collections::HashMap;

use tongguan_domain::facility::EntryRoute;
use tongguan_domain::ids::{DeclarationId, IdError, OfficeCode, PartyId, WaybillNumber};
use tongguan_domain::time::Moment;
use tongguan_storage::{BillTally, Claim, StorageError, View};

use crate::clearing::record::{DocumentKind, ParcelEntry};
use crate::clearing::rows::{RowError, read_claim, read_declaration};
use crate::numbering::partition_of;

/// A master bill could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FacilityError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row that was read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A waybill's number is none.
    #[error(transparent)]
    Id(#[from] IdError),
}

/// A master bill (提运单), compared with what entered under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// 提运单号.
    pub number: Box<str>,
    /// Every parcel that its waybills or its entries name.
    pub parcels: Vec<Parcel>,
}

/// A master bill in a list: how many of its parcels came, and how they differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tallied {
    /// 提运单号.
    pub number: Box<str>,
    /// The numbers.
    pub tally: BillTally,
}

/// A parcel of a bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// 物流企业.
    pub carrier: PartyId,
    /// 物流运单编号.
    pub waybill_no: WaybillNumber,
    /// The bill that its waybill (511) names, if it came and names one.
    pub bill_no: Option<Box<str>>,
    /// How it entered (711), once it has.
    pub entry: Option<ParcelEntry>,
    /// When it entered.
    pub entered_at: Option<Moment>,
    /// The declaration that names it.
    pub declaration: Option<DeclarationId>,
    /// How it came from the port to where it is declared, once that is known.
    pub route: Option<EntryRoute>,
}

impl Bill {
    /// The parcels whose waybills name the bill.
    pub fn waybills(&self) -> impl Iterator<Item = &Parcel> {
        self.parcels.iter().filter(|parcel| self.is_named_by(parcel))
    }

    /// The parcels that entered under the bill.
    pub fn entered(&self) -> impl Iterator<Item = &Parcel> {
        self.parcels.iter().filter(|parcel| self.has_let_in(parcel))
    }

    /// What the waybills name and did not enter (短少).
    pub fn short(&self) -> impl Iterator<Item = &Parcel> {
        self.waybills().filter(|parcel| !self.has_let_in(parcel))
    }

    /// What entered and no waybill names (溢出).
    pub fn over(&self) -> impl Iterator<Item = &Parcel> {
        self.entered().filter(|parcel| !self.is_named_by(parcel))
    }

    fn is_named_by(&self, parcel: &Parcel) -> bool {
        parcel.bill_no.as_ref() == Some(&self.number)
    }

    fn has_let_in(&self, parcel: &Parcel) -> bool {
        parcel.entry.as_ref().is_some_and(|entry| entry.bill_no == self.number)
    }
}

/// A master bill as it stands; without parcels where nothing names it.
///
/// # Errors
/// [`FacilityError`].
pub fn bill(view: &mut View<'_>, number: &str) -> Result<Bill, FacilityError> {
    let claims = view.claims_of_bill(number)?;
    let mut parcels = parcels(view, claims)?;
    parcels.sort_by(|a, b| (a.carrier, &a.waybill_no).cmp(&(b.carrier, &b.waybill_no)));
    Ok(Bill { number: number.into(), parcels })
}

/// The master bills under which something entered at a place of that office, or at any, behind `after`, in order of
/// their numbers, at most `limit`.
///
/// # Errors
/// [`StorageError`].
pub fn bills(
    view: &mut View<'_>,
    office: Option<OfficeCode>,
    after: &str,
    limit: i64,
) -> Result<Vec<Tallied>, StorageError> {
    let office = office.map(|office| office.to_string());
    let numbers = view.entered_bills(office.as_deref(), after, limit)?;
    let tallied = |number: String| {
        let tally = view.tally_of_bill(DocumentKind::Waybill.code(), &number)?;
        Ok(Tallied { number: number.into(), tally })
    };
    numbers.into_iter().map(tallied).collect()
}

/// Parcels that entered a place of that office, or any, and that no declaration names, by bill; at most `limit`.
///
/// # Errors
/// [`FacilityError`].
pub fn undeclared(
    view: &mut View<'_>,
    office: Option<OfficeCode>,
    limit: i64,
) -> Result<Vec<Parcel>, FacilityError> {
    let office = office.map(|office| office.to_string());
    let claims = view.undeclared_parcels(office.as_deref(), limit)?;
    parcels(view, claims)
}

/// What claims of waybills and their declarations say of parcels.
fn parcels(view: &mut View<'_>, claims: Vec<Claim>) -> Result<Vec<Parcel>, FacilityError> {
    let claims = claims.into_iter().map(read_claim).collect::<Result<Vec<_>, _>>()?;
    let claims: Vec<_> = claims
        .into_iter()
        .flatten()
        .filter(|claim| claim.key.kind == DocumentKind::Waybill)
        .collect();
    let keys: Vec<_> = claims
        .iter()
        .filter_map(|claim| claim.declaration)
        .map(|id| (partition_of(id.0), id))
        .collect();
    let mut offices = HashMap::<DeclarationId, (OfficeCode, OfficeCode)>::new();
    for row in view.declarations(&keys)? {
        let declaration = read_declaration(row)?;
        offices.insert(declaration.id, (declaration.facts.office, declaration.facts.port));
    }
    let parcel = |claim: crate::clearing::record::Claim| {
        let offices = claim.declaration.and_then(|id| offices.get(&id));
        let entered_at = claim.entry.as_ref().map(|entry| entry.office);
        Ok::<_, FacilityError>(Parcel {
            carrier: claim.key.party,
            waybill_no: WaybillNumber::parse(&claim.key.number)?,
            route: offices.map(|(office, port)| EntryRoute::of(*office, *port, entered_at)),
            entered_at: claim.arrived_at.filter(|_| claim.entry.is_some()),
            bill_no: claim.bill_no.as_deref().map(Into::into),
            entry: claim.entry,
            declaration: claim.declaration,
        })
    };
    claims.into_iter().map(parcel).collect()
}
