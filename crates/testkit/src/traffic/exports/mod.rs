//! A day of exports: made-up parcels that leave the country, some that do not, and some that come back.
//!
//! What happens to a parcel is its [`Story`]; [`tell`] makes its documents tell it.
//! A step that parcels take by message is a function of [`Day`] such as [`Day::arrivals`].

mod day;
mod story;
#[cfg(test)]
mod tests;

use rust_decimal::Decimal;
use tongguan_domain::declaration::StatisticsFlag;
use tongguan_domain::ids::{IdError, OfficeCode};
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;

use super::crew::{Crew, Team};
use super::dice::Dice;
use super::{EXAMINING_OFFICE, OFFICES, QUARANTINE_OFFICE, REVIEWING_OFFICE};
use crate::exports::{Export, export};

pub use day::{CameBack, Consignment, Day};
pub use story::{ComingBack, Ending, Journey, Story};

/// The vehicle that goes to the port: it has to be registered with customs.
pub const VEHICLE: &str = "浙A00001";

/// Countries that merchants sell to, each with the currency of its buyers.
const MARKETS: [(&str, &str); 3] = [("502", "502"), ("304", "300"), ("303", "303")];

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

/// So many parcels of a seed, written at `at`: half of them with a story of its own, so that some
/// forty parcels show every story.
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
        (0..parcels / 2).zip(Story::ALL.iter().cycle().skip(1)).map(|(_, story)| *story).collect();
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
    sell_to(crew.one_of(team.merchant, &MARKETS), &mut documents);
    let (office, port) = offices(story, &mut dice);
    let (office, port) = (OfficeCode::parse(office)?, OfficeCode::parse(port)?);
    (documents.declaration.office, documents.declaration.port) = (office, port);
    (documents.arrival.office, documents.departure.office) = (office, office);
    tell(story, &mut documents);
    Ok(ExportedParcel { team, documents, story })
}

/// Where a parcel is declared, and where it leaves.
fn offices(story: Story, dice: &mut Dice) -> (&'static str, &'static str) {
    if story.is_examined() {
        return (EXAMINING_OFFICE, EXAMINING_OFFICE);
    }
    if story.is_reviewed() {
        return (REVIEWING_OFFICE, REVIEWING_OFFICE);
    }
    if story.finding().is_some() {
        return (QUARANTINE_OFFICE, QUARANTINE_OFFICE);
    }
    let office = *dice.pick(&OFFICES);
    let another = OFFICES.into_iter().find(|other| *other != office);
    (office, another.filter(|_| story.journey().is_some()).unwrap_or(office))
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

/// Sells to a country in its currency.
fn sell_to((country, currency): (&str, &str), documents: &mut Export) {
    let Export { order, collection, waybill, declaration, .. } = documents;
    let charges = [&mut declaration.freight.currency, &mut declaration.insurance.currency];
    let papers = [&mut order.currency, &mut collection.currency, &mut waybill.currency];
    let lines = order.lines.iter_mut().map(|line| &mut line.currency);
    let items = declaration.items.iter_mut();
    let items = items.map(|item| {
        item.destination_country = country.into();
        &mut item.currency
    });
    for place in charges.into_iter().chain(papers).chain(lines).chain(items) {
        *place = currency.into();
    }
    declaration.destination_country = country.into();
    declaration.destination_port = country.into();
}

/// Makes the documents tell a story.
fn tell(story: Story, documents: &mut Export) {
    match story {
        Story::Simplified => documents.declaration.statistics = StatisticsFlag::Simplified,
        Story::PackagesDiffer => documents.waybill.packages += 2,
        Story::ExportDuty => {
            if let Some(item) = documents.declaration.items.first_mut() {
                item.hs_code = "4103901100".into();
            }
        }
        _ => {}
    }
}
