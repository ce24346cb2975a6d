//! What the parties have heard: every letter of every mailbox, read as any receiver would.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_application::digest::sha256;
use tongguan_application::mailboxes::Letter;
use tongguan_domain::ids::DxpId;
use tongguan_testkit::answers::{answers, bills};

/// What the numbers of documents begin with that may be answered otherwise when they come again.
const AGAIN: &str = "000000A6";

/// What was heard of one document.
#[derive(Debug, Default, Clone)]
pub(crate) struct Told {
    /// Each status with its time, once, in the order in which they came.
    pub(crate) statuses: Vec<(i32, String)>,
    /// The number of the declaration, where it has one.
    pub(crate) declaration_no: Option<String>,
}

impl Told {
    pub(crate) fn last(&self) -> Option<i32> {
        self.statuses.last().map(|(status, _)| *status)
    }

    pub(crate) fn has(&self, wanted: i32) -> bool {
        self.told_at(wanted).is_some()
    }

    /// When it was told a status, as 17 digits.
    pub(crate) fn told_at(&self, wanted: i32) -> Option<&str> {
        let mut told = self.statuses.iter().filter(|(status, _)| *status == wanted);
        told.next().map(|(_, at)| at.as_str())
    }
}

/// A tax bill that was heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bill {
    pub(crate) number: String,
    /// All its taxes, in fen.
    pub(crate) total: i64,
}

/// What the parties have heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// How far each mailbox was read.
    pub(crate) read: BTreeMap<DxpId, i64>,
    /// By mailbox and document: each receiver hears for itself.
    by_mailbox: BTreeMap<(DxpId, String), Told>,
    /// What was read at each place.
    letters: BTreeMap<(DxpId, i64), [u8; 32]>,
    /// Tax bills by order.
    pub(crate) bills: BTreeMap<String, Vec<Bill>>,
    /// What must not have been heard.
    pub(crate) wrong: BTreeSet<String>,
}

impl Heard {
    /// What its sender heard of a document.
    pub(crate) fn of(&self, guid: &str) -> Option<&Told> {
        let mut told = self.by_mailbox.iter().filter(|((_, of), _)| of == guid);
        told.next().map(|(_, told)| told)
    }

    /// Whether another letter was read at its place.
    pub(crate) fn reads_otherwise(&self, mailbox: &DxpId, letter: &Letter) -> bool {
        let read = self.letters.get(&(mailbox.clone(), letter.n));
        read.is_some_and(|read| *read != digest(letter))
    }

    /// Reads a letter of a mailbox.
    pub(crate) fn hear(&mut self, mailbox: &DxpId, letter: &Letter) {
        let read = self.read.entry(mailbox.clone()).or_default();
        if letter.n != *read + 1 {
            self.wrong.insert(format!("mailbox {mailbox} goes on with {} after {read}", letter.n));
        }
        *read = letter.n;
        self.letters.insert((mailbox.clone(), letter.n), digest(letter));
        for answer in answers(&letter.messages) {
            let told = self.by_mailbox.entry((mailbox.clone(), answer.guid.clone())).or_default();
            told.declaration_no = answer.declaration_no.or(told.declaration_no.take());
            let now = (answer.status, answer.at);
            // The same letter once more.
            if told.statuses.contains(&now) {
                continue;
            }
            if let Some((before, at)) = told.statuses.last() {
                let (guid, (status, then)) = (&answer.guid, &now);
                // A refusal of which nothing is stored is told anew to each copy; and a change that came before its
                // original may be answered otherwise when it comes again.
                if *before < 0 && (status == before || guid.starts_with(AGAIN)) {
                    continue;
                }
                if then <= at {
                    self.wrong.insert(format!("{guid}: {status} at {then} after {before} at {at}"));
                }
                // That documents are missing is told besides that the declaration was accepted.
                let is_warning = (*status, *before) == (2, 2);
                if rank(*status) <= rank(*before) && !is_warning {
                    self.wrong.insert(format!("{guid}: {status} follows {before}"));
                }
            }
            told.statuses.push(now);
        }
        for billed in bills(&letter.messages) {
            let total = billed.taxes.iter().map(|tax| fen(tax)).sum();
            let bill = Bill { number: billed.number, total };
            let bills = self.bills.entry(billed.order_no).or_default();
            if !bills.contains(&bill) {
                bills.push(bill);
            }
        }
    }
}

fn digest(letter: &Letter) -> [u8; 32] {
    let messages: Vec<&[u8]> = letter.messages.iter().map(|it| it.xml.as_slice()).collect();
    sha256(&messages.concat())
}

/// How far a status is on the way of its document: none leads back.
const fn rank(status: i32) -> i32 {
    match status {
        1 => 1,
        2 => 2,
        3 => 3,
        120 => 4,
        300 => 5,
        500 => 6,
        501..=600 => 7,
        399 => 8,
        800 => 9,
        899 => 10,
        _ => 11,
    }
}

/// `123.4` as 12340.
fn fen(text: &str) -> i64 {
    let amount: Option<rust_decimal::Decimal> = text.parse().ok();
    let fen = amount.and_then(|it| i64::try_from(it * rust_decimal::Decimal::from(100)).ok());
    fen.unwrap_or(-1)
}
