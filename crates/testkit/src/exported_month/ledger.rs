//! What was sent in the month and what was answered to it. It never looks into the product.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use tongguan_application::digest::sha256;
use tongguan_domain::ids::{DeclarationNumber, IdError};

use super::asking::PARTS;
use super::balance::Unbalanced;
use super::clearing::MonthError;
use super::parcel::Parcel;
use super::told::{StandsStill, Told};
use super::{ExportedMonth, Fate};
use crate::answers::Answer;
use crate::world::Sent;

/// Kinds of documents whose answers differ, as the heads of their numbers say.
pub mod kinds {
    /// 清单 (603), as it is first sent.
    pub const LIST: u64 = 13;
    /// 运抵单 (507).
    pub const ARRIVAL: u64 = 14;
    /// 离境单 (509).
    pub const DEPARTURE: u64 = 15;
    /// 清单总分单 (607).
    pub const LINK: u64 = 17;
    /// 撤销申请单 (605).
    pub const CANCELLATION: u64 = 22;
    /// 退货申请单 (213).
    pub const RETURN: u64 = 31;
    /// 理货单 (215).
    pub const TALLY: u64 = 32;
    /// 汇总申请单 (701).
    pub const CONSOLIDATION: u64 = 41;
    /// A list that is declared once more though it stands.
    pub const DUPLICATE: u64 = 61;
    /// A list that is declared anew after it was refused.
    pub const MENDED: u64 = 62;
    /// 清单总分单 (607) of a parcel that comes back.
    pub const LINKED_BACK: u64 = 64;
    /// A list that is changed.
    pub const CHANGED: u64 = 63;
}

/// What was sent and answered.
#[derive(Debug)]
pub struct Ledger {
    /// The month.
    pub month: ExportedMonth,
    /// How many of each fate were sent.
    pub fates: BTreeMap<Fate, u64>,
    /// The answers to each document, by kind and number.
    told: BTreeMap<(u64, u64), Told>,
    /// The first document that was told something new at no later time.
    stands_still: Option<((u64, u64), StandsStill)>,
    /// The last parts of the requests to consolidate that mean nothing that is due.
    nothing_due: BTreeSet<u64>,
    /// 清单编号 of each list that was given one: the last.
    numbers: BTreeMap<u64, DeclarationNumber>,
    /// Why declarations were left out of requests to consolidate, as was told.
    left_out: BTreeMap<DeclarationNumber, String>,
    /// A digest of all messages that came back, byte by byte, in their order.
    digest: [u8; 32],
    answers: u64,
    /// How often was listened.
    hearings: u64,
}

/// What left in simplified form.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Simplified {
    /// How many declarations.
    pub declarations: u64,
    /// Gross and net, kilograms.
    pub masses: [Decimal; 2],
}

impl Ledger {
    /// Of a month of which nothing was sent.
    pub const fn of(month: ExportedMonth) -> Self {
        Self {
            month,
            fates: BTreeMap::new(),
            told: BTreeMap::new(),
            stands_still: None,
            nothing_due: BTreeSet::new(),
            numbers: BTreeMap::new(),
            left_out: BTreeMap::new(),
            digest: [0; 32],
            answers: 0,
            hearings: 0,
        }
    }

    /// A document is sent.
    pub fn send(&mut self, guid: &str) {
        if let Some(key) = key_of(guid) {
            self.told.entry(key).or_default();
        }
    }

    /// Nothing is due of what the request means that ends with that part.
    pub(super) fn ask_for_nothing(&mut self, last_part: u64) {
        self.nothing_due.insert(last_part);
    }

    /// Documents are answered; gives the parcels whose lists are stopped for an officer.
    pub fn hear(&mut self, sent: &Sent) -> BTreeSet<u64> {
        self.hearings += 1;
        for message in &sent.messages {
            self.digest = sha256(&[&self.digest[..], &message.xml].concat());
        }
        sent.answers.iter().for_each(|answer| self.note(answer));
        let stopped = sent.answers.iter().filter(|answer| matches!(answer.status, 300 | 500));
        let stopped = stopped.filter_map(|answer| key_of(&answer.guid));
        stopped.filter(|(kind, _)| *kind == kinds::LIST).map(|(_, n)| n).collect()
    }

    fn note(&mut self, answer: &Answer) {
        let Answer { guid, status, at, text, declaration_no, .. } = answer;
        self.answers += 1;
        let Some(key) = key_of(guid) else { return };
        let at = at.parse().unwrap_or_default();
        let told = self.told.entry(key).or_default();
        if let Err(wrong) = told.hear(self.hearings, at, *status) {
            self.stands_still.get_or_insert((key, wrong));
        }
        if matches!(key.0, kinds::LIST | kinds::MENDED | kinds::CHANGED)
            && let Some(number) = declaration_no.as_deref()
            && let Ok(number) = DeclarationNumber::parse(number)
        {
            self.numbers.insert(key.1, number);
        }
        if key.0 == kinds::CONSOLIDATION {
            self.hear_of_left_out(text);
        }
    }

    /// 未汇总（reason）：number、number
    fn hear_of_left_out(&mut self, text: &str) {
        let named = text.strip_prefix("未汇总（").and_then(|text| text.split_once("）："));
        let Some((reason, numbers)) = named else { return };
        let numbers = numbers.split('、').filter_map(|it| DeclarationNumber::parse(it).ok());
        self.left_out.extend(numbers.map(|number| (number, reason.to_owned())));
    }

    /// 清单编号 of a parcel, if its list was given one.
    pub fn number(&self, n: u64) -> Option<&DeclarationNumber> {
        self.numbers.get(&n)
    }

    /// The parcel of each 清单编号.
    pub fn numbered(&self) -> impl Iterator<Item = (&DeclarationNumber, u64)> {
        self.numbers.iter().map(|(n, number)| (number, *n))
    }

    /// The last status of a parcel's list.
    pub fn status(&self, n: u64) -> Option<i32> {
        let kinds = [kinds::LIST, kinds::MENDED, kinds::CHANGED];
        let told = kinds.iter().filter_map(|kind| self.told.get(&(*kind, n))?.last());
        told.max().map(|(_, status)| status)
    }

    /// How many answers there were, and a digest of the messages that carried them and of all results of
    /// consolidation: two runs of a month give the same.
    pub const fn answers(&self) -> (u64, [u8; 32]) {
        (self.answers, self.digest)
    }

    /// Asserts that every document was answered, as its parcel's fate demands, and that every new run to a
    /// document was later than what it was told before.
    ///
    /// # Errors
    /// The first that was not.
    pub fn check_answers(&self) -> Result<(), MonthError> {
        if let Some(((kind, n), StandsStill { before, at })) = self.stands_still {
            let what = format!("the time of a new answer to document {kind} {n}");
            let expected = format!("later than {before}");
            return Err(self.unbalanced(n, is_of_parcel(kind), what, expected, Some(at))?.into());
        }
        for (&(kind, n), told) in &self.told {
            let fate = if is_of_parcel(kind) { Some(self.month.parcel(n)?.fate) } else { None };
            let found = told.last().map(|(_, status)| status);
            let expected = match (kind, n % PARTS) {
                (kinds::CONSOLIDATION, 0) if self.nothing_due.contains(&n) => 100,
                (kinds::CONSOLIDATION, 0) => 399,
                _ => expected(kind, fate),
            };
            if found != Some(expected) {
                let what = format!("the last answer to document {kind} {n} ({fate:?})");
                return Err(self.unbalanced(n, fate.is_some(), what, expected, found)?.into());
            }
        }
        for n in 1..=self.month.declarations {
            let fate = self.month.parcel(n)?.fate;
            let found = self.status(n);
            if found != Some(fate.ending()) {
                let what = format!("the last status ({fate:?})");
                return Err(self.unbalanced(n, true, what, fate.ending(), found)?.into());
            }
        }
        Ok(())
    }

    /// Asserts that the declarations that were named and left out are these, each with its reason.
    ///
    /// # Errors
    /// The first of which it was told otherwise.
    pub fn check_left_out(&self, named: &BTreeSet<u64>) -> Result<(), MonthError> {
        for (number, n) in self.numbered().filter(|(_, n)| named.contains(n)) {
            let expected = reason(self.month.parcel(n)?.fate);
            let found = self.left_out.get(number).map(String::as_str);
            if found != expected {
                let what = "the reason for which it is left out".to_owned();
                let (expected, found) = (expected.unwrap_or("none"), found);
                return Err(self.unbalanced(n, true, what, expected, found)?.into());
            }
        }
        Ok(())
    }

    /// What left in the month in simplified form.
    ///
    /// # Errors
    /// None for any month.
    pub fn simplified(&self) -> Result<Simplified, IdError> {
        let mut sum = Simplified::default();
        for n in 1..=self.month.declarations {
            let parcel = self.month.parcel(n)?;
            let in_time = parcel.left_at() < ExportedMonth::month().end();
            if parcel.fate == Fate::Simplified && in_time {
                let list = &parcel.export.declaration;
                sum.declarations += 1;
                sum.masses[0] += list.gross_weight_kg;
                sum.masses[1] += list.net_weight_kg;
            }
        }
        Ok(sum)
    }

    fn unbalanced(
        &self,
        n: u64,
        is_parcel: bool,
        what: String,
        expected: impl std::fmt::Display,
        found: Option<impl std::fmt::Display>,
    ) -> Result<Unbalanced, IdError> {
        let parcel = if is_parcel { Some(self.month.parcel(n)?) } else { None };
        Ok(Unbalanced {
            merchant: parcel.as_ref().map(Parcel::merchant_code).unwrap_or_default(),
            list: parcel.map(|parcel| self.name(&parcel)).unwrap_or_default(),
            line: None,
            what: what.into(),
            expected: expected.to_string().into(),
            found: found.map_or_else(|| "none".into(), |found| found.to_string().into()),
        })
    }

    /// 清单编号 of a parcel's list, or its order number.
    pub fn name(&self, parcel: &Parcel) -> Box<str> {
        match self.number(parcel.n) {
            Some(number) => number.as_str().into(),
            None => parcel.export.declaration.order_no.as_str().into(),
        }
    }
}

/// Kind and number of a document.
fn key_of(guid: &str) -> Option<(u64, u64)> {
    let number = |text: Option<&str>| u64::from_str_radix(text?, 16).ok();
    Some((number(guid.get(..8))?, number(guid.get(24..))?))
}

/// Whether the number of a document of that kind is that of a parcel.
const fn is_of_parcel(kind: u64) -> bool {
    !matches!(kind, kinds::ARRIVAL | kinds::DEPARTURE | kinds::LINK | kinds::CONSOLIDATION)
}

/// The last status of a document of that kind, of a parcel of that fate where it is of one.
fn expected(kind: u64, fate: Option<Fate>) -> i32 {
    match (kind, fate) {
        (kinds::LIST, Some(Fate::Mended)) | (kinds::DUPLICATE, _) => 100,
        (kinds::LIST, Some(Fate::Changed)) => 2,
        (kinds::LIST | kinds::MENDED | kinds::CHANGED, Some(fate)) => fate.ending(),
        (kinds::CANCELLATION, Some(Fate::Cancelled)) => 399,
        (kinds::CANCELLATION, _) => 100,
        (kinds::RETURN, Some(Fate::ReturnPending)) => 120,
        (kinds::RETURN | kinds::TALLY, Some(Fate::ReturnRefused)) => 100,
        (kinds::RETURN, _) => 800,
        (kinds::TALLY, _) => 399,
        _ => 120,
    }
}

/// Why a list is left out though it is named.
fn reason(fate: Fate) -> Option<&'static str> {
    Some(match fate {
        Fate::Simplified => "简化申报清单不需汇总申报",
        Fate::ReturnedWhole => "清单商品已退货",
        Fate::Withdrawn => "清单已退关",
        Fate::Cancelled => "清单已退单、撤销或删除",
        // Its number is not known any more.
        Fate::RefusedByOfficer => "清单不存在",
        Fate::NotArrived | Fate::NotDeparted => "清单未结关",
        _ => return None,
    })
}
