//! A day of exports: made-up parcels that leave the country, and some that do not.
//!
//! To add a story: its line in the table with what it must lead to, and in [`tell`] what makes it so.
//! A step that parcels take between arrival and departure is a function like [`Day::arrivals`].

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use tongguan_domain::declaration::Ruling;
use tongguan_domain::ids::{IdError, OfficeCode};
use tongguan_domain::money::Amount;
use tongguan_domain::movement::ReportedParcel;
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::{MessageType, ceb303, ceb505, ceb507, ceb509, ceb603};
use tongguan_messages::write::Envelope;

use super::crew::{Crew, Member, Team};
use super::dice::Dice;
use super::post::Letter;
use super::{EXAMINING_OFFICE, OFFICES};
use crate::exports::{Export, export};
use crate::parcels::{MessageError, signed};

/// What a story must lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// The last status of the declaration.
    pub status: i32,
    /// Words in it.
    pub says: &'static str,
}

macro_rules! stories {
    ($( $(#[$doc:meta])* $story:ident $name:literal $status:literal $says:literal; )+) => {
        /// What happens to an exported parcel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Story { $( $(#[$doc])* $story, )+ }

        impl Story {
            /// Every story, the usual one first.
            pub const ALL: &[Self] = &[ $( Self::$story, )+ ];

            /// Its name, in kebab-case.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$story => $name, )+ }
            }

            /// What it must lead to.
            pub const fn ending(self) -> Ending {
                match self { $( Self::$story => Ending { status: $status, says: $says }, )+ }
            }
        }
    };
}

stories! {
    /// It is lodged, arrives and leaves.
    Straight "straight" 899 "结关";
    /// An officer examines it and finds nothing.
    Examined "examined" 899 "结关";
    /// An officer examines it and refuses it.
    RefusedAfterExamination "examined-and-refused" 100 "退单";
    /// Nobody has examined it yet.
    UnderExamination "left-in-examination" 500 "查验";
    /// Its waybill never comes.
    WithoutWaybill "missing-waybill" 2 "运单信息不存在";
    /// Its waybill says another number of packages.
    PackagesDiffer "packages-differ" 100 "件数";
    /// Its goods pay export duty.
    ExportDuty "export-duty" 100 "应征出口关税";
    /// It does not arrive.
    NotArrived "not-arrived" 399 "审结";
    /// It arrives and stays.
    NotDeparted "not-departed" 800 "放行";
}

impl Story {
    /// What an officer rules, if anything.
    pub const fn ruling(self) -> Option<Ruling> {
        match self {
            Self::Examined => Some(Ruling::Accept),
            Self::RefusedAfterExamination => Some(Ruling::Refuse),
            _ => None,
        }
    }

    const fn is_examined(self) -> bool {
        matches!(self, Self::Examined | Self::RefusedAfterExamination | Self::UnderExamination)
    }
}

/// One parcel of the day.
#[derive(Debug, Clone)]
pub struct ExportedParcel {
    /// Who acts for it.
    pub team: Team,
    /// Its documents.
    pub documents: Export,
    /// What happens to it.
    pub story: Story,
}

/// So many parcels of a seed, written at `at`: a third of them with a story of its own, so that some
/// thirty parcels show every story.
///
/// # Errors
/// When a made-up number is none; a test makes sure that it does not happen.
pub fn day_of(
    crew: &Crew,
    seed: u64,
    parcels: u64,
    at: Moment,
) -> Result<Vec<ExportedParcel>, IdError> {
    let mut stories: Vec<_> =
        (0..parcels / 3).zip(Story::ALL.iter().cycle().skip(1)).map(|(_, story)| *story).collect();
    stories.resize(usize::try_from(parcels).unwrap_or(usize::MAX), Story::Straight);
    Dice::new(seed, "export stories", 0).shuffle(&mut stories);
    (1..).zip(stories).map(|(number, story)| parcel(crew, seed, number, story, at)).collect()
}

fn parcel(
    crew: &Crew,
    seed: u64,
    number: u64,
    story: Story,
    at: Moment,
) -> Result<ExportedParcel, IdError> {
    let mut dice = Dice::new(seed, "export", number);
    let team = crew.team(&mut dice);
    let mut documents = export(number, at)?;
    name_parties(crew, team, &mut documents, &mut dice);
    buy(&mut documents, dice.between(1, 6));
    let office = if story.is_examined() { EXAMINING_OFFICE } else { *dice.pick(&OFFICES) };
    let office = OfficeCode::parse(office)?;
    documents.declaration.office = office;
    documents.declaration.port = office;
    (documents.arrival.office, documents.departure.office) = (office, office);
    tell(story, &mut documents);
    Ok(ExportedParcel { team, documents, story })
}

fn name_parties(crew: &Crew, team: Team, documents: &mut Export, dice: &mut Dice) {
    let Export { order, collection, waybill, declaration, arrival, departure, .. } = documents;
    let mut named = |member| crew.named(member, dice);
    let (platform, merchant) = (named(team.platform), named(team.merchant));
    let (carrier, declarant) = (named(team.carrier), named(team.declarant));
    (order.platform, order.merchant) = (platform.clone(), merchant.clone());
    (collection.platform, collection.merchant) = (platform.clone(), merchant.clone());
    waybill.carrier = carrier.clone();
    waybill.merchant = Some(merchant.code.clone());
    waybill.merchant_name = Some(merchant.name.as_str().into());
    (declaration.platform, declaration.carrier) = (platform, carrier.clone());
    (declaration.producer, declaration.merchant) = (merchant.clone(), merchant);
    declaration.declarant = declarant;
    arrival.operator = named(crew.facility_operator());
    (arrival.carrier, departure.carrier) = (carrier.clone(), carrier);
}

/// Buys so many of the first goods, a tenth of a kilogram each.
fn buy(documents: &mut Export, pieces: u64) {
    let Export { order, waybill, declaration, .. } = documents;
    let quantity = Decimal::from(pieces);
    let (Some(line), Some(item)) = (order.lines.first_mut(), declaration.items.first_mut()) else {
        return;
    };
    let more_kg = (quantity - line.quantity) * Decimal::new(1, 1);
    line.quantity = quantity;
    line.total_price = Amount::new(line.price.value() * quantity);
    (item.quantity, item.statutory_quantity) = (quantity, quantity);
    item.second_quantity = Some(quantity * Decimal::new(1, 1));
    item.total_price = line.total_price;
    order.goods_value = order.lines.iter().map(|line| line.total_price).sum();
    declaration.net_weight_kg += more_kg;
    declaration.gross_weight_kg += more_kg;
    waybill.gross_weight_kg += more_kg;
}

/// Makes the documents tell a story.
fn tell(story: Story, documents: &mut Export) {
    match story {
        Story::PackagesDiffer => documents.waybill.packages += 2,
        Story::ExportDuty => {
            if let Some(item) = documents.declaration.items.first_mut() {
                item.hs_code = "4103901100".into();
            }
        }
        _ => {}
    }
}

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
        let parcels = self.parcels;
        let leaves = |parcel: &ExportedParcel| parcel.story.ending().status == 899;
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
        write: impl FnOnce(&Envelope<'_>) -> Result<String, Vec<tongguan_domain::defect::Defect>>,
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

/// Kind of the guid of every message of an export.
const MESSAGE_NUMBERS: u64 = 2;

fn by_carrier_and_office(parcel: &ExportedParcel) -> (Member, OfficeCode) {
    (parcel.team.carrier, parcel.documents.declaration.office)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_parcels_tell_every_story_and_the_same_seed_the_same() {
        let crew = Crew::new(1).unwrap();
        let at = Moment::parse_wire("20260302100000").unwrap();
        let parcels = day_of(&crew, 7, 30, at).unwrap();
        for story in Story::ALL {
            assert!(parcels.iter().any(|parcel| parcel.story == *story), "{}", story.name());
        }
        let again = day_of(&crew, 7, 30, at).unwrap();
        let said = |parcels: &[ExportedParcel]| format!("{parcels:?}");
        assert_eq!(said(&parcels), said(&again));
    }

    #[test]
    fn a_report_is_of_one_carrier_and_one_office() {
        let crew = Crew::new(1).unwrap();
        let at = Moment::parse_wire("20260302100000").unwrap();
        let parcels = day_of(&crew, 7, 60, at).unwrap();
        for letter in Day::new(&crew, &parcels).arrivals().unwrap() {
            let of: Vec<_> =
                letter.parcels.iter().map(|it| by_carrier_and_office(&parcels[*it])).collect();
            assert!(of.windows(2).all(|pair| pair[0] == pair[1]), "{of:?}");
        }
    }
}
