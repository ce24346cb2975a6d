//! The search (综合查询): whatever a number leads to.

use tongguan_domain::access::Reach;
use tongguan_domain::ids::{DeclarationId, PartyId, VehiclePlate};
use tongguan_domain::party::Role;
use tongguan_domain::time::Moment;
use tongguan_storage::{StorageError, View};

use super::{Enquiries, EnquiryError};
use crate::bonded::PassRecord;
use crate::clearing::consolidation::{FormalRecord, RequestRecord};
use crate::clearing::record::DocumentKind;
use crate::relay::RelayedParcel;
use crate::review::{self, AnyDeclaration, Found, ReviewError};

/// The most declarations that one number leads to: a vehicle carries many parcels.
const MOST: i64 = 100;

/// Within what is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// What is reached.
    pub reach: Reach,
    /// Whether gate passes are among it, which belong to account books.
    pub accounts: bool,
}

/// What a number leads to.
#[derive(Debug)]
pub struct Searched {
    /// Declarations that have it, or whose documents, seals, vehicles or returns do.
    pub declarations: Vec<AnyDeclaration>,
    /// Those that were relayed: they are decided upstream.
    pub relayed: Vec<RelayedParcel>,
    /// The request to consolidate of that number (汇总申请编号).
    pub consolidation: Option<RequestRecord>,
    /// The formal declaration of that number (报关单编号).
    pub formal: Option<FormalRecord>,
    /// The gate pass of that number (核放单编号).
    pub gate_pass: Option<PassRecord>,
}

impl Searched {
    const fn is_nothing(&self) -> bool {
        self.declarations.is_empty()
            && self.relayed.is_empty()
            && self.consolidation.is_none()
            && self.formal.is_none()
            && self.gate_pass.is_none()
    }
}

impl Enquiries {
    /// Whatever a number leads to within reach; where nothing has it as it was written, what has it in capitals,
    /// for that is how most numbers are given and few people type them.
    ///
    /// # Errors
    /// [`EnquiryError`].
    pub fn look_for(
        &self,
        within: Within,
        number: &str,
        now: Moment,
    ) -> Result<Searched, EnquiryError> {
        let number = number.trim();
        let searched = self.exactly(within, number, now)?;
        let capitals = number.to_uppercase();
        if searched.is_nothing() && capitals != number {
            return self.exactly(within, &capitals, now);
        }
        Ok(searched)
    }

    /// A declaration by whatever number somebody has of it or of its parcel: as [`Self::find`], else by the
    /// number of a seal, else by that of a waybill of any carrier that is registered.
    ///
    /// # Errors
    /// [`EnquiryError`].
    pub fn search(&self, reach: Reach, number: &str, now: Moment) -> Result<Found, EnquiryError> {
        let known = self.find(reach, number, now)?;
        if known != Found::Nothing {
            return Ok(known);
        }
        let carriers = self.parties_that_are(Role::Carrier)?;
        let of_parcel = |view: &mut View<'_>| review::of_parcel(view, number.trim(), &carriers);
        Ok(self.within(reach, self.store.read(of_parcel)?)?)
    }

    fn exactly(
        &self,
        Within { reach, accounts }: Within,
        number: &str,
        now: Moment,
    ) -> Result<Searched, EnquiryError> {
        let mut found = self.search(reach, number, now)?.all();
        if found.is_empty() {
            let payers = self.parties_that_are(Role::PaymentInstitution)?;
            found = self.store.read(|view| beside(view, number, &payers))?;
            found.sort_unstable();
            found.dedup();
        }
        Ok(Searched {
            declarations: self.declarations(reach, &found)?,
            relayed: self.relayed_named(reach, number)?,
            consolidation: self.consolidation(reach, number)?,
            formal: self.formal_declaration(reach, number)?,
            gate_pass: if accounts { self.gate_pass(reach, number)? } else { None },
        })
    }

    fn parties_that_are(&self, role: Role) -> Result<Vec<PartyId>, StorageError> {
        let registry = self.registry()?;
        let parties = registry.parties().filter(|party| party.roles.contains(role));
        Ok(parties.map(|party| party.id).collect())
    }
}

/// By what lies beside declarations: vehicles they were sealed on, requests to return, payments and collections.
fn beside(
    view: &mut View<'_>,
    number: &str,
    payers: &[PartyId],
) -> Result<Vec<DeclarationId>, ReviewError> {
    let mut found = Vec::new();
    if let Ok(plate) = VehiclePlate::parse(number) {
        let carried = view.transits_on(plate.as_str(), MOST)?;
        found.extend(carried.into_iter().map(|row| row.declaration_id));
    }
    let returned = view.returns_numbered(number, MOST)?;
    found.extend(returned.into_iter().map(|row| row.declaration_id));
    let paid = [DocumentKind::Payment, DocumentKind::Collection];
    found.extend(review::of_claims(view, number, payers, &paid)?);
    Ok(found)
}
