//! The messages of a day of exports, step by step.

use std::collections::BTreeMap;

use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{DeclarationNumber, IdError, OfficeCode, SealNumber};
use tongguan_domain::movement::ReportedParcel;
use tongguan_messages::ceb::{MessageType, ceb213, ceb215, ceb303, ceb505, ceb507, ceb509, ceb603};
use tongguan_messages::write::Envelope;

use super::super::crew::{Crew, Member, Team};
use super::super::post::Letter;
use super::{ComingBack, ExportedParcel, Journey, Story};
use crate::parcels::{MessageError, signed};
use crate::returned::{Returned, returned};

/// The messages of a day, step by step.
pub struct Day<'d> {
    /// Who sends.
    pub crew: &'d Crew,
    /// About what.
    pub parcels: &'d [ExportedParcel],
    sent: u64,
}

/// The parcels of one message, by their place in the day.
type Group = Vec<usize>;

/// Parcels that go under one seal.
#[derive(Debug, Clone)]
pub struct Consignment {
    /// 封志号.
    pub seal: SealNumber,
    /// Where they are sealed.
    pub office: OfficeCode,
    /// Where they are to leave.
    pub port: OfficeCode,
    /// What becomes of them.
    pub journey: Journey,
    /// Which parcels, by their place in the day.
    pub parcels: Vec<usize>,
}

/// What came back of some parcels, by their place in the day.
pub type CameBack = BTreeMap<usize, Returned>;

impl<'d> Day<'d> {
    /// A day of some parcels.
    pub const fn new(crew: &'d Crew, parcels: &'d [ExportedParcel]) -> Self {
        Self { crew, parcels, sent: 0 }
    }

    /// Orders, waybills and declarations.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn lodgings(&mut self) -> Result<Vec<Letter>, MessageError> {
        let parcels = self.parcels;
        let mut letters = Vec::new();
        for group in self.groups(|_| true, |parcel| parcel.team.merchant) {
            let orders = group.iter().map(|index| &parcels[*index].documents.order);
            letters.push(self.letter(
                MessageType::Ceb303,
                &group,
                |team| team.merchant,
                |it| ceb303::write(it, orders),
            )?);
        }
        let has_waybill = |parcel: &ExportedParcel| parcel.story != Story::WithoutWaybill;
        for group in self.groups(has_waybill, |parcel| parcel.team.carrier) {
            let waybills = group.iter().map(|index| &parcels[*index].documents.waybill);
            letters.push(self.letter(
                MessageType::Ceb505,
                &group,
                |team| team.carrier,
                |it| ceb505::write(it, waybills),
            )?);
        }
        for group in self.groups(|_| true, |parcel| parcel.team.declarant) {
            let declarations = group.iter().map(|index| &parcels[*index].documents.declaration);
            letters.push(self.letter(
                MessageType::Ceb603,
                &group,
                |team| team.declarant,
                |it| ceb603::write(it, declarations),
            )?);
        }
        Ok(letters)
    }

    /// Arrivals at the supervised place, one report for each carrier and office.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn arrivals(&mut self) -> Result<Vec<Letter>, MessageError> {
        let (parcels, operator) = (self.parcels, self.crew.facility_operator());
        let arrives = |parcel: &ExportedParcel| parcel.story != Story::NotArrived;
        let mut letters = Vec::new();
        for group in self.groups(arrives, by_carrier_and_office) {
            let Some(first) = group.first() else { continue };
            let mut report = parcels[*first].documents.arrival.clone();
            report.parcels = self.reported(&group);
            letters.push(self.letter(
                MessageType::Ceb507,
                &group,
                |_| operator,
                |it| ceb507::write(it, [&report]),
            )?);
        }
        Ok(letters)
    }

    /// Departures, one report for each carrier and office.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn departures(&mut self) -> Result<Vec<Letter>, MessageError> {
        self.leave(|parcel| parcel.story != Story::LeftLate)
    }

    /// The same of what leaves when the month was consolidated already.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn late_departures(&mut self) -> Result<Vec<Letter>, MessageError> {
        self.leave(|parcel| parcel.story == Story::LeftLate)
    }

    fn leave(&mut self, takes: fn(&ExportedParcel) -> bool) -> Result<Vec<Letter>, MessageError> {
        let parcels = self.parcels;
        let leaves = |parcel: &ExportedParcel| takes(parcel) && parcel.story.ending().status == 899;
        let mut letters = Vec::new();
        for group in self.groups(leaves, by_carrier_and_office) {
            let Some(first) = group.first() else { continue };
            let mut report = parcels[*first].documents.departure.clone();
            report.parcels = self.reported(&group);
            letters.push(self.letter(
                MessageType::Ceb509,
                &group,
                |team| team.carrier,
                |it| ceb509::write(it, [&report]),
            )?);
        }
        Ok(letters)
    }

    /// What goes to the port under seal.
    ///
    /// # Errors
    /// None; a test makes sure of it.
    pub fn consignments(&self) -> Result<Vec<Consignment>, IdError> {
        let by_story = |parcel: &ExportedParcel| {
            let declaration = &parcel.documents.declaration;
            (declaration.office, declaration.port, parcel.story)
        };
        let groups = self.groups(|parcel| parcel.story.journey().is_some(), by_story);
        let mut consignments = Vec::with_capacity(groups.len());
        for (number, parcels) in (1..).zip(groups) {
            let Some((office, port, story)) =
                parcels.first().map(|first| by_story(&self.parcels[*first]))
            else {
                continue;
            };
            let Some(journey) = story.journey() else { continue };
            let seal = SealNumber::parse(&format!("SEAL{number:06}"))?;
            consignments.push(Consignment { seal, office, port, journey, parcels });
        }
        Ok(consignments)
    }

    /// Request and tally of the goods that come back; `number_of` knows the 清单编号 of a parcel.
    ///
    /// # Errors
    /// None; a test makes sure of it.
    pub fn come_back(
        &self,
        number_of: impl Fn(&ExportedParcel) -> Option<DeclarationNumber>,
    ) -> Result<CameBack, IdError> {
        let mut back = CameBack::new();
        for (place, parcel) in self.parcels.iter().enumerate() {
            let Some(how) = parcel.story.coming_back() else { continue };
            let Some(number) = number_of(parcel) else { continue };
            back.insert(place, came_back(place, parcel, how, &number)?);
        }
        Ok(back)
    }

    /// Requests to return goods, and tallies of what came.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn returns(&mut self, back: &CameBack) -> Result<Vec<Letter>, MessageError> {
        let operator = self.crew.facility_operator();
        let comes_back = |parcel: &ExportedParcel| parcel.story.coming_back().is_some();
        let mut letters = Vec::new();
        for group in self.groups(comes_back, |parcel| parcel.team.merchant) {
            let requests = group.iter().filter_map(|place| Some(&back.get(place)?.request));
            letters.push(self.letter(
                MessageType::Ceb213,
                &group,
                |team| team.merchant,
                |it| ceb213::write(it, requests),
            )?);
        }
        for group in self.groups(comes_back, |parcel| parcel.documents.declaration.office) {
            let tallies = group.iter().filter_map(|place| Some(&back.get(place)?.tally));
            letters.push(self.letter(
                MessageType::Ceb215,
                &group,
                |_| operator,
                |it| ceb215::write(it, tallies),
            )?);
        }
        Ok(letters)
    }

    /// Those parcels of which `takes` is true, by key, at most a hundred together.
    fn groups<K: Ord>(
        &self,
        takes: impl Fn(&ExportedParcel) -> bool,
        key: impl Fn(&ExportedParcel) -> K,
    ) -> Vec<Group> {
        let mut groups = BTreeMap::<K, Group>::new();
        for (index, parcel) in self.parcels.iter().enumerate().filter(|(_, it)| takes(it)) {
            groups.entry(key(parcel)).or_default().push(index);
        }
        groups.values().flat_map(|group| group.chunks(100).map(<[usize]>::to_vec)).collect()
    }

    fn reported(&self, group: &[usize]) -> Vec<ReportedParcel> {
        let numbered = (1..).zip(group);
        numbered
            .map(|(number, index)| ReportedParcel {
                number,
                waybill_no: self.parcels[*index].documents.waybill.number.clone(),
                bag_no: None,
                note: None,
            })
            .collect()
    }

    fn letter(
        &mut self,
        message: MessageType,
        group: &[usize],
        sender: impl Fn(&Team) -> Member,
        write: impl FnOnce(&Envelope<'_>) -> Result<String, Vec<Defect>>,
    ) -> Result<Letter, MessageError> {
        self.sent += 1;
        let n = self.sent;
        let first = group.first().copied().unwrap_or_default();
        let sender = self.crew.actor(sender(&self.parcels[first].team));
        Ok(Letter {
            origin: format!("export-{n:07}-{}.xml", message.code()),
            message,
            parcels: group.to_vec(),
            bytes: signed(sender, MESSAGE_NUMBERS, n, write)?.into_bytes(),
        })
    }
}

/// Request and tally of the parcel at that place.
fn came_back(
    place: usize,
    parcel: &ExportedParcel,
    how: ComingBack,
    number: &DeclarationNumber,
) -> Result<Returned, IdError> {
    let documents = &parcel.documents;
    let declaration = &documents.declaration;
    let mut back = returned(documents, number, place as u64 + 1, declaration.filing.sent_at)?;
    back.come_to(declaration.office);
    let Returned { request, tally } = &mut back;
    request.port = declaration.office;
    request.platform = declaration.platform.clone();
    request.merchant = declaration.merchant.clone();
    request.declarant = declaration.declarant.clone();
    request.departure_country = declaration.destination_country.clone();
    request.carrier = declaration.carrier.clone();
    tally.carrier = declaration.carrier.clone();
    tally.operator = documents.arrival.operator.clone();
    match how {
        ComingBack::AsAsked => back.all_of(declaration),
        ComingBack::LetIn | ComingBack::Waiting => {
            back.tallied_transport().vehicle = ANOTHER_VEHICLE.into();
        }
    }
    Ok(back)
}

/// The aircraft of goods that come otherwise than it was asked.
const ANOTHER_VEHICLE: &str = "XX0009";

/// Kind of the guid of every message of an export.
const MESSAGE_NUMBERS: u64 = 2;

pub(super) fn by_carrier_and_office(parcel: &ExportedParcel) -> (Member, OfficeCode) {
    (parcel.team.carrier, parcel.documents.declaration.office)
}
