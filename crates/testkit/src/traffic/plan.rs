//! Who buys what, and what is wrong with it.

use tongguan_codelists::Pack;
use tongguan_domain::ids::IdError;
use tongguan_domain::money::Amount;
use tongguan_domain::person::Identity;
use tongguan_domain::time::Moment;

use super::build::{Builder, Purchase};
use super::buyers::{Regulars, person, stranger};
use super::crew::Crew;
use super::dice::Dice;
use super::fault::Fault;
use super::goods::{self, Bought, Goods, yuan};
use super::spoil::spoil;
use super::{EXAMINING_OFFICE, Handling, OFFICES, REVIEWING_OFFICE, TrafficParcel, numbers};

/// What a slot of the run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Honest,
    Faulty(Fault),
    /// Takes most of what this person may have in a year, so that the fault can follow.
    TakesMost(Fault, u64),
    /// Comes after [`Part::TakesMost`] of the same person, and wants more than is left.
    TakesTooMuch(Fault, u64),
}

/// So many parcels of a seed, written at `at` by the law of that day.
///
/// A fifth of them has a fault, more in a short run, so that 130 parcels show every fault.
///
/// # Errors
/// When a made-up number is none; a test makes sure that it does not happen.
pub fn generate(
    crew: &Crew,
    pack: &Pack,
    seed: u64,
    parcels: u64,
    at: Moment,
) -> Result<Vec<TrafficParcel>, IdError> {
    let mut regulars = Regulars::new(parcels / 12);
    let builder = Builder { crew, pack };
    let day = at.china_day();
    (0..)
        .zip(cast_parts(seed, parcels))
        .map(|(number, part)| {
            let mut dice = Dice::new(seed, "parcel", number);
            let handling = match part {
                Part::Honest if dice.one_in(16) => *dice.pick(&Handling::BY_PERSONS),
                _ => Handling::Straight,
            };
            let mut purchase =
                purchase(part, number, at, &mut dice, |goods| goods.is_rated(pack, day));
            purchase.office = office(handling, &mut dice);
            purchase.buyer = buyer(part, &purchase, &mut regulars, &mut dice);
            let fault = match part {
                Part::Faulty(fault) | Part::TakesTooMuch(fault, _) => Some(fault),
                Part::Honest | Part::TakesMost(..) => None,
            };
            let delivered =
                part == Part::Honest && handling == Handling::Straight && dice.one_in(4);
            let mut team = crew.team(&mut dice);
            let mut documents = builder.build(&purchase, team, &mut dice)?;
            let extra = match fault {
                Some(fault) => spoil(fault, number, &mut documents, &mut team, crew)?,
                None => None,
            };
            Ok(TrafficParcel { team, documents, extra, fault, handling, delivered, foretold: true })
        })
        .collect()
}

/// One honest parcel for each purchase; what becomes of it is for the limits and the list to say.
///
/// # Errors
/// When an order number is none.
pub fn generate_from_purchases(
    crew: &Crew,
    pack: &Pack,
    seed: u64,
    purchases: &[Purchase],
) -> Result<Vec<TrafficParcel>, IdError> {
    let builder = Builder { crew, pack };
    purchases
        .iter()
        .map(|purchase| {
            let mut dice = Dice::new(seed, "order", purchase.number);
            let team = crew.team(&mut dice);
            Ok(TrafficParcel {
                team,
                documents: builder.build(purchase, team, &mut dice)?,
                extra: None,
                fault: None,
                handling: Handling::Straight,
                delivered: false,
                foretold: false,
            })
        })
        .collect()
}

/// Gives every slot its part.
fn cast_parts(seed: u64, parcels: u64) -> Vec<Part> {
    let mut dice = Dice::new(seed, "parts", 0);
    let kinds = Fault::ALL.len() as u64;
    let faulty = (parcels / 5).max(kinds.min(parcels / 2));
    let first = dice.below(kinds);
    let mut parts = Vec::new();
    for n in 0..faulty {
        let index = usize::try_from((first + n) % kinds).unwrap_or_default();
        match Fault::ALL[index] {
            fault @ (Fault::AnnualLimit | Fault::OverYearlyQuantity) => {
                let buyer = numbers::FIRST_ONCE + parcels + n;
                parts.extend([Part::TakesMost(fault, buyer), Part::TakesTooMuch(fault, buyer)]);
            }
            fault => parts.push(Part::Faulty(fault)),
        }
    }
    let parcels = usize::try_from(parcels).unwrap_or(usize::MAX);
    parts.resize(parcels, Part::Honest);
    dice.shuffle(&mut parts);
    parts
}

fn buyer(part: Part, purchase: &Purchase, regulars: &mut Regulars, dice: &mut Dice) -> Identity {
    let once = numbers::FIRST_ONCE + purchase.number;
    match part {
        Part::TakesMost(_, buyer) | Part::TakesTooMuch(_, buyer) => person(buyer, ""),
        Part::Faulty(Fault::IdentityMismatch) => person(once, "错名"),
        Part::Faulty(Fault::UnverifiedOtherPayer) => person(once, "未核"),
        Part::Faulty(_) => person(once, ""),
        // Nobody can tell whether they are who they say, but they pay themselves.
        Part::Honest if dice.one_in(20) => person(once, "未核"),
        Part::Honest if dice.one_in(3) => {
            regulars.buy(purchase, dice).unwrap_or_else(|| person(once, ""))
        }
        Part::Honest => person(once, ""),
    }
}

fn office(handling: Handling, dice: &mut Dice) -> &'static str {
    match handling {
        Handling::Straight => dice.pick::<&'static str>(&OFFICES),
        Handling::Reviewed(_) => REVIEWING_OFFICE,
        Handling::Examined(_) => EXAMINING_OFFICE,
    }
}

/// What is bought, without buyer and office.
fn purchase(
    part: Part,
    number: u64,
    at: Moment,
    dice: &mut Dice,
    is_rated: impl Fn(&Goods) -> bool,
) -> Purchase {
    let rated = |goods: &[Goods]| -> Vec<Goods> {
        goods.iter().filter(|goods| is_rated(goods)).copied().collect()
    };
    let ordinary = rated(&goods::ORDINARY);
    let luxuries = rated(&goods::LUXURIES);
    let lines = match part {
        Part::TakesMost(Fault::OverYearlyQuantity, _)
        | Part::TakesTooMuch(Fault::OverYearlyQuantity, _) => vec![goods::SUGAR.buy(1, dice)],
        Part::TakesMost(..) => vec![goods::DEAREST.buy(1, dice)],
        Part::TakesTooMuch(..) => vec![goods::ONE_TOO_MANY.buy(1, dice)],
        Part::Faulty(fault) => faulty_lines(fault, &ordinary, dice),
        Part::Honest if !luxuries.is_empty() && dice.one_in(25) => {
            vec![dice.pick(&luxuries).buy(1, dice)]
        }
        Part::Honest => ordinary_lines(&ordinary, 1, dice),
    };
    let bonded = match part {
        Part::Faulty(Fault::NoAccountBook) => true,
        Part::Faulty(Fault::NoFlight | Fault::BondedGoodsOnly) => false,
        _ => dice.one_in(3),
    };
    let exact = part == Part::Faulty(Fault::PieceAtAnnualLimit);
    let freight = if exact || dice.one_in(4) { 0 } else { dice.between(8, 60) * 100 };
    let insurance = if !exact && dice.one_in(6) { dice.between(100, 999) } else { 0 };
    let discount = if dice.one_in(6) { dice.between(1, 10) * 100 } else { 0 };
    Purchase {
        number,
        order_no: None,
        buyer: stranger(number),
        lines,
        freight: yuan(freight),
        insurance: yuan(insurance),
        discount: yuan(discount),
        bonded,
        office: OFFICES[0],
        at,
        paid_at: at.plus_millis(-60_000 * i64::try_from(dice.between(5, 600)).unwrap_or_default()),
    }
}

fn faulty_lines(fault: Fault, ordinary: &[Goods], dice: &mut Dice) -> Vec<Bought> {
    match fault {
        Fault::SingleLimit => vec![goods::DEAR.buy(2, dice)],
        Fault::PieceAtAnnualLimit => vec![goods::AT_THE_LIMIT.buy(1, dice)],
        Fault::NotListed => vec![goods::UNLISTED.buy(1, dice)],
        Fault::BondedGoodsOnly => vec![goods::BONDED_ONLY.buy(1, dice)],
        Fault::OverQuantity => vec![goods::TOO_MUCH_SUGAR.buy(1, dice)],
        Fault::OtherGoodsName => vec![goods::OTHER_INK.buy(1, dice)],
        Fault::NoRate => vec![goods::UNRATED.buy(1, dice)],
        // Some tax is due on it, more than a yuan.
        Fault::GuaranteeTooLow => vec![goods::DEAR.buy(1, dice)],
        Fault::LineCountDiffers => ordinary_lines(ordinary, 2, dice),
        _ => ordinary_lines(ordinary, 1, dice),
    }
}

/// One to five lines, together within the single limit with any freight.
fn ordinary_lines(ordinary: &[Goods], least: usize, dice: &mut Dice) -> Vec<Bought> {
    const MOST: u64 = 490_000;
    let wanted = usize::try_from(dice.between(1, 5)).unwrap_or(1).max(least);
    let mut lines: Vec<Bought> = Vec::new();
    let mut value = Amount::ZERO;
    // A line that would be too much is left out, unless too few would be left.
    for attempt in 0..40 {
        if lines.len() >= wanted || (attempt >= wanted && lines.len() >= least) {
            break;
        }
        let goods = dice.pick(ordinary);
        let line = goods.buy(dice.between(1, goods.most), dice);
        if value + line.total() <= yuan(MOST) {
            value = value + line.total();
            lines.push(line);
        }
    }
    lines
}
