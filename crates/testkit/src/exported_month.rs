//! A made-up month of exports: many merchants, and everything that can become of a parcel. It is made at
//! the level of decided records, because a month of documents would take hours; how documents become
//! records is tested elsewhere.

mod ledger;

pub use ledger::{Figures, Ledger, Unbalanced};

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use tongguan_application::clearing::record::{
    AnswerTo, DocumentKey, DocumentKind, DossierKey, ExportRecord, Source,
};
use tongguan_application::clearing::rows;
use tongguan_application::numbering::IdSource;
use tongguan_domain::declaration::{ExportRelease, ExportState, StatisticsFlag};
use tongguan_domain::facts::{ExportFacts, ExportItemFacts, ExportMode, ExportParties};
use tongguan_domain::ids::{
    DeclarationId, DeclarationNumber, DxpId, FunctionalReference, IdError, MessageId, OfficeCode,
    OrderNumber, PartyId, ProvisionalNumber, WaybillNumber,
};
use tongguan_domain::money::Amount;
use tongguan_domain::month::Month;
use tongguan_domain::movement::ParcelMovement;
use tongguan_domain::party::{Party, PartyCode, Role, Standing};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::response::Quote;
use tongguan_storage::stored::StoredError;
use tongguan_storage::{Backoff, StorageError, Store};

use crate::traffic::dice::Dice;

/// How many declarations are written at a time.
const BATCH: u64 = 1_000;
/// Goods: tariff code, first statutory unit, second one if any.
const GOODS: [(&str, &str, Option<&str>); 12] = [
    ("6109100021", "011", Some("035")),
    ("6109909060", "011", Some("035")),
    ("6214100000", "011", Some("035")),
    ("6404199000", "025", Some("035")),
    ("4202210090", "011", Some("035")),
    ("4202920000", "011", None),
    ("9503008390", "011", Some("035")),
    ("9617001900", "011", None),
    ("8517629900", "001", Some("035")),
    ("8518300000", "011", None),
    ("3304990099", "035", Some("011")),
    ("7117190000", "035", None),
];
const COUNTRIES: [&str; 5] = ["502", "303", "304", "116", "501"];
const CURRENCIES: [&str; 3] = ["502", "300", "142"];

/// A month could not be made up or checked.
#[derive(Debug, thiserror::Error)]
pub enum MonthError {
    /// A made-up number is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A record could not be encoded.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// A record that was read.
    #[error(transparent)]
    Row(#[from] rows::RowError),
}

/// What is made up.
#[derive(Debug, Clone, Copy)]
pub struct ExportedMonth {
    /// The same seed makes the same month.
    pub seed: u64,
    /// When.
    pub month: Month,
    /// Of how many merchants, the first ones the largest.
    pub merchants: u64,
    /// How many declarations.
    pub declarations: u64,
}

/// What becomes of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Left, to be consolidated.
    Closed,
    /// Left, declared in simplified form.
    Simplified,
    /// Left and came back.
    Returned,
    /// Taken back before it left (退关).
    Withdrawn,
    /// Cancelled.
    Cancelled,
    /// Refused.
    Refused,
    /// Released and not gone yet.
    Released,
    /// Waits for its order or waybill.
    Waiting,
}

/// What was planted.
#[derive(Debug, Default)]
pub struct Planted {
    /// How many of each fate.
    pub fates: BTreeMap<Fate, u64>,
    /// What consolidation must keep.
    pub ledger: Ledger,
}

impl ExportedMonth {
    /// The first of its merchants; the others follow.
    pub const FIRST_MERCHANT: i64 = 100;

    /// Its merchants, as they are registered.
    ///
    /// # Errors
    /// None for any number; a test makes sure of it.
    pub fn parties(&self) -> Result<Vec<Party>, MonthError> {
        let party = |n: u64| {
            Ok(Party {
                id: merchant(n),
                name: format!("示例出口商{n}"),
                codes: vec![PartyCode::parse(&format!("33019E{n:04}"))?],
                roles: [Role::Merchant].into_iter().collect(),
                standing: Standing::Active,
                valid_from: jiff::civil::date(2020, 1, 1),
                valid_to: None,
                mailbox: Some(DxpId::parse(&format!("DXPENT{:010}", 1_000 + n))?),
            })
        };
        (0..self.merchants).map(party).collect()
    }

    /// Writes the month into a store, as clearing would have. `told` hears of every batch.
    ///
    /// # Errors
    /// [`MonthError`].
    pub fn plant(&self, store: &Store, told: &mut dyn FnMut(u64)) -> Result<Planted, MonthError> {
        let mut planted = Planted::default();
        let mut ids = IdSource::default();
        let mut writer = store.writer()?;
        for first in (0..self.declarations).step_by(usize::try_from(BATCH).unwrap_or(1)) {
            let end = self.declarations.min(first + BATCH);
            let (mut exports, mut closed, mut returned) = (Vec::new(), Vec::new(), Vec::new());
            for n in first..end {
                let (record, fate) = self.record(n, &mut ids)?;
                *planted.fates.entry(fate).or_default() += 1;
                if fate == Fate::Closed {
                    planted.ledger.expect(&record);
                }
                let row = rows::closed_export(&record);
                if fate == Fate::Returned {
                    returned.extend(row.as_ref().map(|row| row.key()));
                }
                closed.extend(row);
                exports.push(rows::write_export(&record, 0, self.month.end())?);
            }
            writer.retried(Backoff::default(), |tx| {
                tx.insert(&exports)?;
                tx.insert(&closed)?;
                tx.mark_returned(&returned)
            })?;
            told(end - first);
        }
        Ok(planted)
    }

    /// The `n`th declaration, in order of time.
    fn record(&self, n: u64, ids: &mut IdSource) -> Result<(ExportRecord, Fate), MonthError> {
        let mut dice = Dice::new(self.seed, "exported month", n);
        let length = self.month.end().micros() - self.month.start().micros();
        let place = i128::from(length) * i128::from(n) / i128::from(self.declarations.max(1));
        let place = i64::try_from(place).unwrap_or_default();
        let at = Moment::from_micros(self.month.start().micros() + place);
        let order_no = OrderNumber::parse(&format!("M{:04}-{n:09}", self.seed % 10_000))?;
        let dossier = DossierKey::of_order(&order_no);
        let partition = dossier.partition;
        let id = DeclarationId(ids.next(partition, at));
        let merchant = merchant(dice.below(self.merchants).min(dice.below(self.merchants)));
        let serial = (n + 1) * 256 + u64::from(partition.0);
        let year = self.month.first_day().year();
        let number = DeclarationNumber::parse(&format!("2916{year:04}E{serial:09}"))?;
        let fate = fate(&mut dice);
        let facts = facts(&mut dice, n, order_no, merchant, fate, at)?;
        let release = ExportRelease { number: number.clone(), arrived_at: at, released_at: at };
        let record = ExportRecord {
            id,
            document: DocumentKey {
                dossier,
                kind: DocumentKind::Export,
                party: merchant,
                number: "".into(),
            },
            provisional_no: ProvisionalNumber::parse(&format!("B{n:017}"))?,
            facts: Arc::new(facts),
            licence: false,
            collection: false,
            state: match fate {
                Fate::Closed | Fate::Simplified | Fate::Returned => {
                    ExportState::Closed { release, departed_at: at }
                }
                Fate::Withdrawn => ExportState::Withdrawn(release),
                Fate::Released => ExportState::Released(release),
                Fate::Cancelled => ExportState::Cancelled(number),
                Fate::Refused => ExportState::Refused,
                Fate::Waiting => ExportState::Waiting { expires_at: at.plus_days(30) },
            },
            pack: [0; 16],
            answer: Arc::new(AnswerTo {
                mailbox: DxpId::parse("DXPENT0000000005")?,
                subscribers: Vec::new(),
                quote: Quote::new(MessageType::Ceb604, |_| "".into()),
                billing: None,
            }),
            movement: ParcelMovement::default(),
            source: Source { message: MessageId(0), ordinal: 1 },
            response_seq: 0,
            replied_at: at,
        };
        Ok((record, fate))
    }
}

fn merchant(n: u64) -> PartyId {
    PartyId(ExportedMonth::FIRST_MERCHANT + i64::try_from(n).unwrap_or_default())
}

/// Of a hundred parcels, eighty are to be consolidated.
fn fate(dice: &mut Dice) -> Fate {
    match dice.below(100) {
        0..80 => Fate::Closed,
        80..88 => Fate::Simplified,
        88..91 => Fate::Returned,
        91..93 => Fate::Withdrawn,
        93..95 => Fate::Cancelled,
        95..97 => Fate::Refused,
        97..99 => Fate::Released,
        _ => Fate::Waiting,
    }
}

fn facts(
    dice: &mut Dice,
    n: u64,
    order_no: OrderNumber,
    merchant: PartyId,
    fate: Fate,
    at: Moment,
) -> Result<ExportFacts, MonthError> {
    let office = OfficeCode::parse("2916")?;
    let lines = dice.between(1, 4);
    let net = hundredthousandths(dice, 5_000, 2_000_000);
    let destination = *dice.pick(&COUNTRIES);
    Ok(ExportFacts {
        order_no,
        parties: ExportParties {
            platform: None,
            merchant,
            carrier: PartyId(4),
            declarant: PartyId(4),
        },
        waybill_no: WaybillNumber::parse(&format!("MM{n:09}CN"))?,
        reference: FunctionalReference::parse(&format!("M{n:012}"))?,
        mode: ExportMode::Retail,
        statistics: match fate {
            Fate::Simplified => StatisticsFlag::Simplified,
            _ => StatisticsFlag::Consolidated,
        },
        office,
        port: if dice.one_in(5) { OfficeCode::parse("2910")? } else { office },
        exported_on: at.china_day(),
        producer: if dice.one_in(3) { "3301960XYZ".into() } else { "NO".into() },
        account_book: None,
        transport_mode: if dice.one_in(4) { "4".into() } else { "5".into() },
        bill_no: None,
        licence: None,
        destination_country: destination.into(),
        packages: 1,
        gross_weight_kg: net + hundredthousandths(dice, 1, 50_000),
        net_weight_kg: net,
        items: (1..=lines).map(|line| item(dice, line, destination)).collect(),
    })
}

fn item(dice: &mut Dice, line: u64, destination: &str) -> ExportItemFacts {
    let (hs_code, unit, second) = *dice.pick(&GOODS);
    let pieces = Decimal::from(dice.between(1, 20));
    let declared_otherwise = dice.one_in(10);
    // Most parcels go where their head says.
    let destination = if dice.one_in(20) { *dice.pick(&COUNTRIES) } else { destination };
    ExportItemFacts {
        number: i32::try_from(line).unwrap_or_default(),
        item_no: format!("SKU{}", dice.below(1_000)).into(),
        account_item: None,
        item_name: dice.one_in(2).then(|| format!("商品{}", dice.below(20)).into()),
        hs_code: hs_code.into(),
        name: "出口商品".into(),
        destination_country: destination.into(),
        currency: (*dice.pick(&CURRENCIES)).into(),
        unit: if declared_otherwise { "140".into() } else { unit.into() },
        quantity: pieces,
        statutory_unit: unit.into(),
        statutory_quantity: pieces,
        second: second.map(|unit| (unit.into(), hundredthousandths(dice, 1, 900_000))),
        total_price: Amount::new(Decimal::new(
            i64::try_from(dice.between(100, 500_000)).unwrap_or_default(),
            2,
        )),
    }
}

/// A quantity of five places.
fn hundredthousandths(dice: &mut Dice, from: u64, to: u64) -> Decimal {
    Decimal::new(i64::try_from(dice.between(from, to)).unwrap_or_default(), 5)
}
