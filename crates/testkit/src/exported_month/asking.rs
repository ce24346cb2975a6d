//! The requests to consolidate the month (701), and what comes of them.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_application::consolidation::{Done, Plan};
use tongguan_application::ports::Clock;
use tongguan_domain::commerce::Part;
use tongguan_domain::consolidation::{
    ConsolidationRequest, ConsolidationResult, GoodsNaming, Grouping, Scope,
};
use tongguan_domain::ids::{DeclarationNumber, FunctionalReference, IdError, OfficeCode};
use tongguan_domain::month::Month;
use tongguan_domain::time::Moment;

use super::clearing::MonthError;
use super::parcel::Parcel;
use super::{ExportedMonth, Ledger};
use crate::consolidation::{document, request, results};
use crate::parcels::Document;
use crate::traffic::dice::Dice;
use crate::world::{Sent, World};

/// How a merchant's month is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// By the numbers of all its lists, in parts.
    ByNumbers,
    /// By the month.
    ByPeriod,
    /// Not at all: the office does it.
    Never,
}

impl Asks {
    /// How a merchant asks, by its number.
    const fn of(merchant: u64) -> Self {
        match merchant % 3 {
            0 => Self::ByNumbers,
            1 => Self::ByPeriod,
            _ => Self::Never,
        }
    }
}

/// What came of a round of consolidation.
#[derive(Debug, Default)]
pub struct Round {
    /// How much.
    pub done: Done,
    /// What the declarants were told of formal declarations (792).
    pub results: Vec<ConsolidationResult>,
    /// In how many portions, where the product was stopped after each.
    pub portions: u64,
    /// The parcels whose lists requests named.
    pub named: BTreeSet<u64>,
}

impl ExportedMonth {
    /// Consolidates the month on the tenth of the next: by requests of merchants, and for those who made
    /// none by the office.
    ///
    /// # Errors
    /// [`MonthError`].
    pub fn consolidate(&self, world: &mut World, ledger: &mut Ledger) -> Result<Round, MonthError> {
        self.consolidate_by(&carry_out, world, ledger)
    }

    /// The same in portions of so many declarations at most; the product is stopped after each.
    ///
    /// # Errors
    /// [`MonthError`].
    pub fn consolidate_in_portions_of(
        &self,
        most: usize,
        world: &mut World,
        ledger: &mut Ledger,
    ) -> Result<Round, MonthError> {
        self.consolidate_by(&|world, ledger| carry_out_stopped(most, world, ledger), world, ledger)
    }

    fn consolidate_by(
        &self,
        carry_out: &dyn Fn(&mut World, &mut Ledger) -> Round,
        world: &mut World,
        ledger: &mut Ledger,
    ) -> Result<Round, MonthError> {
        world.clock.set(Self::month().end().plus_days(9));
        let Requests { documents: mut requests, named, nothing_due } =
            self.requests(ledger, world.clock.now())?;
        nothing_due.into_iter().for_each(|last_part| ledger.ask_for_nothing(last_part));
        Dice::new(self.seed, "requests of the month", 0).shuffle(&mut requests);
        for batch in requests.chunks(20) {
            batch.iter().for_each(|it| ledger.send(it.filing().guid.as_str()));
            ledger.hear(&world.send(batch));
        }
        let mut round = carry_out(world, ledger);
        world.open_requests(plan(Self::month()));
        round.add(carry_out(world, ledger));
        round.named = named;
        Ok(round)
    }

    /// Consolidates what left in the month after, on the tenth of the next but one.
    pub fn consolidate_next(&self, world: &mut World, ledger: &mut Ledger) -> Round {
        let next = Month::of(Self::month().end());
        world.clock.set(next.end().plus_days(9));
        world.open_requests(plan(next));
        carry_out(world, ledger)
    }

    /// Every merchant's requests at every office.
    fn requests(&self, ledger: &Ledger, at: Moment) -> Result<Requests, IdError> {
        let mut requests = Requests::default();
        for (n, ((merchant, office), lists)) in (0..).zip(self.lists(ledger)?) {
            let asks = Asks::of(merchant);
            let scopes = match asks {
                Asks::Never => continue,
                Asks::ByPeriod => vec![Scope::Period {
                    from: Self::month().start(),
                    until: Self::month().end().plus_millis(-1_000),
                }],
                Asks::ByNumbers => {
                    requests.named.extend(lists.iter().map(|(n, _)| *n));
                    parts(&lists)
                }
            };
            if !self.is_any_due(asks, &lists)? {
                requests.nothing_due.push(n * PARTS);
            }
            let office = OfficeCode::parse(&office)?;
            let asking = Asking { merchant, n, office, terms: self.terms(merchant, at), at };
            requests.documents.extend(asking.parts(scopes)?.iter().map(document));
        }
        Ok(requests)
    }

    /// Whether a request for these lists means one that is to be consolidated.
    fn is_any_due(&self, asks: Asks, lists: &Lists) -> Result<bool, IdError> {
        for (n, _) in lists {
            if is_due(&self.parcel(*n)?, asks == Asks::ByNumbers) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The lists that have a number, by merchant and office.
    fn lists(&self, ledger: &Ledger) -> Result<BTreeMap<(u64, String), Lists>, IdError> {
        let mut lists = BTreeMap::<_, Lists>::new();
        for (number, n) in ledger.numbered() {
            let parcel = self.parcel(n)?;
            let key = (parcel.merchant, parcel.bill.office.to_string());
            lists.entry(key).or_default().push((n, number.clone()));
        }
        Ok(lists)
    }

    /// What a formal declaration of a merchant tells apart that was made then: in the month after the month
    /// as the merchant asked, afterwards and where it did not ask as the office does.
    pub(super) fn terms(&self, merchant: u64, made_at: Moment) -> (Grouping, GoodsNaming) {
        let by_request = Month::of(made_at) == Month::of(Self::month().end());
        if !by_request || Asks::of(merchant) == Asks::Never {
            return (Grouping::ConsignorAndProducer, GoodsNaming::Generic);
        }
        let grouping = match merchant % 2 {
            0 => Grouping::Consignor,
            _ => Grouping::ConsignorAndProducer,
        };
        let naming = if merchant % 4 < 2 { GoodsNaming::Declared } else { GoodsNaming::Generic };
        (grouping, naming)
    }
}

/// Brings open requests to their end.
fn carry_out(world: &mut World, ledger: &mut Ledger) -> Round {
    let (done, sent) = world.consolidate();
    ledger.hear(&sent);
    Round { done, results: results(&sent.messages), ..Round::default() }
}

/// The same in portions, after each of which the product is stopped.
fn carry_out_stopped(most: usize, world: &mut World, ledger: &mut Ledger) -> Round {
    let mut round = Round::default();
    while let Some(done) = world.consolidate_portion(most) {
        let sent = Sent::of(world.deliver());
        ledger.hear(&sent);
        let results = results(&sent.messages);
        round.add(Round { done, results, portions: 1, ..Round::default() });
    }
    round
}

/// The requests of the merchants.
#[derive(Debug, Default)]
struct Requests {
    documents: Vec<Document>,
    /// The parcels whose lists they name.
    named: BTreeSet<u64>,
    /// The last parts of those that mean nothing that is due.
    nothing_due: Vec<u64>,
}

/// Lists by the numbers of their parcels.
type Lists = Vec<(u64, DeclarationNumber)>;

/// Lists named in three parts, or in more where there are too many.
fn parts(lists: &Lists) -> Vec<Scope> {
    /// The most that a part names.
    const NAMED: usize = 1_000;
    let part = |lists: &[(u64, DeclarationNumber)]| {
        Scope::Declarations(lists.iter().map(|(_, number)| number.clone()).collect())
    };
    lists.chunks(lists.len().div_ceil(3).clamp(1, NAMED)).map(part).collect()
}

impl Round {
    /// Whether the first round merges a parcel's list: where it is to be, and was named or left in the month.
    pub fn is_due(&self, parcel: &Parcel) -> bool {
        is_due(parcel, self.named.contains(&parcel.n))
    }

    fn add(&mut self, other: Self) {
        self.done.requests += other.done.requests;
        self.done.forms += other.done.forms;
        self.done.declarations += other.done.declarations;
        self.done.left_out += other.done.left_out;
        self.portions += other.portions;
        self.results.extend(other.results);
    }
}

fn plan(month: Month) -> Plan {
    Plan { month, office: None, merchant: None }
}

fn is_due(parcel: &Parcel, is_named: bool) -> bool {
    let in_time = parcel.left_at() < ExportedMonth::month().end();
    parcel.fate.is_consolidated() && (is_named || in_time)
}

/// More parts than any request has. The last part, which is told the end, has the number 0.
pub const PARTS: u64 = 10_000;

/// What the parts of a request share.
struct Asking {
    merchant: u64,
    n: u64,
    office: OfficeCode,
    terms: (Grouping, GoodsNaming),
    at: Moment,
}

impl Asking {
    fn parts(&self, scopes: Vec<Scope>) -> Result<Vec<ConsolidationRequest>, IdError> {
        let of = u32::try_from(scopes.len()).unwrap_or(1);
        let part = |(number, scope): (u32, Scope)| {
            let mut part = request(self.n * PARTS + u64::from(of - number), self.at, scope)?;
            part.reference = FunctionalReference::parse(&format!("SUM{:012}", self.n))?;
            part.part = Part::new(number, of).unwrap_or(Part::WHOLE);
            part.merchant.code = super::parcel::merchant_code(self.merchant)?;
            part.office = self.office;
            (part.grouping, part.naming) = self.terms;
            Ok(part)
        };
        (1..).zip(scopes).map(part).collect()
    }
}
