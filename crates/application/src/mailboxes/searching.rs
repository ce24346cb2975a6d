//! Looking for letters: by what they are about, by their type, by the day.
//!
//! A mailbox is in order of time, as near as responses are distributed, so a day is found by halving. Nothing else
//! of a letter has an index: what is looked for is read, so many letters at a time, and whoever looks is told how far.

use std::collections::HashMap;

use jiff::civil::Date;
use tongguan_domain::ids::{DeclarationId, DxpId};
use tongguan_domain::time::Moment;
use tongguan_storage::{StorageError, View};

use super::{Letter, MailError, Mailboxes};
use crate::delivery::{Outgoing, complete};
use crate::review::{self, ResponsePlace, ReviewError};

/// The most letters that one search looks at.
pub const MOST_LOOKED_AT: i64 = 2_000;
/// Letters that are read at a time.
const CHUNK: i64 = 100;
/// How far letters may be out of their order in time: what was written together is distributed together.
const DISORDER_MS: i64 = 60_000;
/// The most places in which one response is looked for.
const MOST_PLACES: i64 = 20_000;

/// Which letters are looked for; all where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailFilter {
    /// The number of an order, a waybill or the sender's own begins so.
    pub number: Option<String>,
    /// `CEB622` and its like.
    pub message: Option<String>,
    /// Decided on this day or later, in China.
    pub from: Option<Date>,
    /// Decided on this day or earlier.
    pub to: Option<Date>,
}

/// What a search has found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// The letters, the newest first.
    pub letters: Vec<Letter>,
    /// The place before which to look further; absent where nothing is left.
    pub next: Option<i64>,
    /// How many letters were looked at.
    pub looked_at: i64,
    /// When the last of them was decided.
    pub back_to: Option<Moment>,
}

impl MailFilter {
    /// Whether it names nothing.
    pub fn is_anything(&self) -> bool {
        *self == Self::default()
    }

    fn is_met_by(&self, letter: &Letter) -> bool {
        let number = self.number.as_deref().map(str::to_ascii_lowercase);
        letter.messages.iter().any(|message| {
            let key = message.key.to_ascii_lowercase();
            number.as_deref().is_none_or(|number| key.starts_with(number))
                && self.message.as_deref().is_none_or(|wanted| message.message == wanted)
        })
    }

    fn is_too_late(&self, at: Moment) -> bool {
        self.to.is_some_and(|to| to < at.china_day())
    }

    fn is_too_early(&self, at: Moment) -> bool {
        self.from.is_some_and(|from| at.china_day() < from)
    }
}

impl Mailboxes {
    /// Looks for letters before place `before`, or from the newest on, until `limit` are found or
    /// [`MOST_LOOKED_AT`] were looked at.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn search(
        &self,
        mailbox: &DxpId,
        filter: &MailFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Searched, MailError> {
        let mut before = match before {
            Some(before) => before,
            None => self.store.read(|view| begin(view, mailbox, filter))?,
        };
        let mut searched = Searched::default();
        loop {
            let chunk = self.store.read(|view| chunk(view, mailbox, before))?;
            for LetterAt { n, at, row } in chunk {
                (before, searched.next) = (n, (n > 1).then_some(n));
                searched.looked_at += 1;
                searched.back_to = Some(at);
                if filter.is_too_early(at.plus_millis(DISORDER_MS)) {
                    return Ok(Searched { next: None, ..searched });
                }
                if filter.is_too_late(at) || filter.is_too_early(at) {
                    continue;
                }
                let found = self.rendered(vec![(n, row)])?.into_iter();
                searched.letters.extend(found.filter(|letter| filter.is_met_by(letter)));
                if searched.letters.len() >= limit {
                    return Ok(searched);
                }
            }
            if searched.looked_at >= MOST_LOOKED_AT || before <= 1 || searched.next.is_none() {
                return Ok(searched);
            }
        }
    }

    /// The letters that tell of a declaration, in order, as far as they lie in the mailbox.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn about(&self, mailbox: &DxpId, id: DeclarationId) -> Result<Vec<i64>, ReviewError> {
        let places = review::responses_about(&self.store, id)?;
        Ok(self.store.read(|view| {
            let mut letters = Vec::new();
            for ResponsePlace { place, at } in places {
                let from = first_since(view, mailbox, at.plus_millis(-DISORDER_MS))?;
                let mail = view.mail_of(mailbox, (from, from + MOST_PLACES), place)?;
                letters.extend(mail.into_iter().map(|mail| mail.n));
            }
            letters.sort_unstable();
            letters.dedup();
            Ok::<_, StorageError>(letters)
        })?)
    }

    /// The letters at these places, in their order.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn at(&self, mailbox: &DxpId, places: &[i64]) -> Result<Vec<Letter>, MailError> {
        let mut letters = Vec::with_capacity(places.len());
        for n in places {
            letters.extend(self.letters(mailbox, Some(n - 1), 1)?);
        }
        Ok(letters)
    }
}

/// A letter before it is rendered.
struct LetterAt {
    n: i64,
    /// When it was decided.
    at: Moment,
    row: Option<Outgoing>,
}

/// Letters before a place, the newest first.
fn chunk(view: &mut View<'_>, mailbox: &DxpId, before: i64) -> Result<Vec<LetterAt>, StorageError> {
    let mail = view.mail_before(mailbox, before, CHUNK)?;
    let places: Vec<_> = mail.iter().map(|mail| (mail.partition, mail.seq)).collect();
    let rows = view.responses(&places)?.into_iter();
    let mut rows: HashMap<_, _> = rows.map(|row| ((row.partition, row.seq), row)).collect();
    let mut chunk = Vec::with_capacity(mail.len());
    for mail in mail {
        let Some(row) = rows.remove(&(mail.partition, mail.seq)) else { continue };
        let (n, at) = (mail.n, row.recorded_at);
        chunk.push(LetterAt { n, at, row: complete(view, row)? });
    }
    Ok(chunk)
}

/// Before which place a search begins: behind the last letter of its last day.
fn begin(view: &mut View<'_>, mailbox: &DxpId, filter: &MailFilter) -> Result<i64, StorageError> {
    let next_day = filter.to.and_then(|to| to.tomorrow().ok()).map(Moment::start_of);
    match next_day {
        Some(at) => first_since(view, mailbox, at.plus_millis(DISORDER_MS)),
        None => Ok(i64::MAX),
    }
}

/// The place of a mailbox from which on its letters were decided at `since` or later, by halving; that behind the
/// last one where none was.
fn first_since(view: &mut View<'_>, mailbox: &DxpId, since: Moment) -> Result<i64, StorageError> {
    let last = view.mail_before(mailbox, i64::MAX, 1)?.pop().map_or(0, |mail| mail.n);
    let (mut low, mut high) = (1, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let mail = view.mail_after(mailbox, middle - 1, 1)?.pop();
        let place: Vec<_> = mail.iter().map(|mail| (mail.partition, mail.seq)).collect();
        match view.responses(&place)?.pop() {
            Some(response) if response.recorded_at < since => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
