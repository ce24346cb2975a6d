//! The gate of a supervised place (卡口): whether what stands at it may pass, in as few words as a guard needs.
//!
//! Nothing is told but whether and why: no goods, no party, no person. That something arrived is reported by signed
//! messages (507, 711) of the operator, which are believed for their signature; here it is told when it did. What
//! passes is recorded (`passing`) and moves nothing.

mod passing;

use tongguan_domain::access::Reach;
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::ids::{DeclarationId, GatePassNumber, SealNumber, VehiclePlate};
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_domain::transit::TransitState;
use tongguan_storage::{StorageError, View};

use crate::bonded::{self, ListError};
use crate::clearing::record::{ClaimKey, DocumentKind};
use crate::clearing::rows::{RowError, read_claim, read_transit};
use crate::enquiry::{Enquiries, EnquiryError};
use crate::numbering::partition_of;
use crate::review::{AnyDeclaration, ReviewError};

pub(crate) use passing::of;
pub use passing::{Checked, PassError, Passage, Passing, Way};

/// The most parcels of one number that are looked at: a vehicle carries many.
const MOST: i64 = 500;

/// Something that stands at the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtGate {
    /// What it is.
    pub what: What,
    /// Whether it may pass.
    pub verdict: Verdict,
    /// When it came to the supervised place, where that was reported.
    pub arrived_at: Option<Moment>,
}

/// What stands at the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A parcel: its declaration, and the number of that: 清单编号, or 预录入编号.
    Parcel(DeclarationId, String),
    /// A vehicle, by its gate pass (核放单).
    Vehicle(GatePassNumber),
}

/// Whether it may pass, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is released and may leave.
    Released,
    /// It may leave under this seal, on this vehicle, and no other way.
    UnderSeal(SealNumber, VehiclePlate),
    /// It is not released; where it stands.
    NotReleased(ReturnStatus),
    /// It was stopped on its way, and has to be examined first.
    Stopped,
    /// The vehicle may come in.
    PassGood,
    /// The gate pass was used, or given up.
    PassSpent(GatePassState),
}

/// The gate could not be told.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row that was read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// Gate passes.
    #[error(transparent)]
    List(#[from] ListError),
    /// Declarations.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// What is looked for by number.
    #[error(transparent)]
    Enquiry(#[from] EnquiryError),
}

impl Verdict {
    /// Whether it may pass.
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Released | Self::UnderSeal(..) | Self::PassGood)
    }
}

impl Enquiries {
    /// The declarations that a seal, waybill, order or declaration's number at the gate names; none where it is a
    /// gate pass or a vehicle, which [`look`] finds by itself.
    fn named_at_gate(&self, number: &str, now: Moment) -> Result<Vec<DeclarationId>, GateError> {
        let number = number.trim();
        let by_itself = self.store().read(|view| {
            let is_pass = by_pass(view, number)?.is_some();
            Ok::<_, GateError>(is_pass || !on_vehicle(view, number)?.is_empty())
        })?;
        if by_itself {
            return Ok(Vec::new());
        }
        Ok(self.search(Reach::Everybody, number, now)?.all())
    }
}

/// What stands at the gate: the vehicle of a gate pass, the parcels on a vehicle, or else those declarations.
fn look(
    view: &mut View<'_>,
    number: &str,
    ids: &[DeclarationId],
) -> Result<Vec<AtGate>, GateError> {
    if let Some(vehicle) = by_pass(view, number)? {
        return Ok(vec![vehicle]);
    }
    let carried = on_vehicle(view, number)?;
    let ids = if carried.is_empty() { ids } else { &carried };
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(declaration) = AnyDeclaration::of_id(view, *id)? {
            found.push(parcel(view, &declaration)?);
        }
    }
    Ok(found)
}

fn by_pass(view: &mut View<'_>, number: &str) -> Result<Option<AtGate>, ListError> {
    let Ok(number) = GatePassNumber::parse(number) else { return Ok(None) };
    let pass = match bonded::gate_pass(view, &number) {
        Ok(pass) => pass,
        Err(ListError::UnknownPass(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let (verdict, arrived_at) = match pass.state {
        GatePassState::Approved => (Verdict::PassGood, None),
        GatePassState::Passed => (Verdict::PassSpent(pass.state), Some(pass.since)),
        GatePassState::GivenUp => (Verdict::PassSpent(pass.state), None),
    };
    Ok(Some(AtGate { what: What::Vehicle(pass.number), verdict, arrived_at }))
}

/// The declarations whose goods were sealed on a vehicle and are still on it.
fn on_vehicle(view: &mut View<'_>, plate: &str) -> Result<Vec<DeclarationId>, GateError> {
    let Ok(plate) = VehiclePlate::parse(plate) else { return Ok(Vec::new()) };
    let mut carried = Vec::new();
    for row in view.transits_on(plate.as_str(), MOST)? {
        let (id, transit) = read_transit(row)?;
        if !matches!(transit.state, TransitState::Opened(_) | TransitState::Checked(_)) {
            carried.push(id);
        }
    }
    Ok(carried)
}

fn parcel(view: &mut View<'_>, declaration: &AnyDeclaration) -> Result<AtGate, GateError> {
    let id = declaration.id();
    let transit = view.transits(&[(partition_of(id.0), id)])?.pop();
    let transit = transit.map(read_transit).transpose()?.map(|(_, transit)| transit);
    let status = declaration.status();
    let verdict = match (status, transit) {
        (ReturnStatus::Released | ReturnStatus::Closed, Some(transit)) => match transit.state {
            TransitState::Sealed => {
                Verdict::UnderSeal(transit.sealing.seal, transit.sealing.vehicle)
            }
            TransitState::Stopped { .. } => Verdict::Stopped,
            TransitState::Checked(_) | TransitState::Opened(_) => Verdict::Released,
        },
        (ReturnStatus::Released | ReturnStatus::Closed, None) => Verdict::Released,
        (status, _) => Verdict::NotReleased(status),
    };
    let claim = match declaration {
        AnyDeclaration::Import(record) => ClaimKey {
            kind: DocumentKind::Waybill,
            party: record.facts.carrier,
            number: record.facts.waybill_no.as_str().into(),
        },
        AnyDeclaration::Export(record) => record.waybill_claim(),
    };
    let key = (claim.bucket(), claim.kind.code(), claim.party, &*claim.number);
    let claim = view.claims(&[key])?.pop().map(read_claim).transpose()?.flatten();
    let number = declaration.number().map(|number| number.as_str().to_owned());
    Ok(AtGate {
        what: What::Parcel(id, number.unwrap_or_else(|| declaration.provisional_no().to_string())),
        verdict,
        arrived_at: claim.and_then(|claim| claim.arrived_at),
    })
}
