//! The month sent through the product: documents as messages, acts of officers as commands.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::{ExportReturnRuling, Incoming};
use tongguan_application::ports::Clock;
use tongguan_domain::commerce::Action;
use tongguan_domain::declaration::{GoodsSeen, Ruling};
use tongguan_domain::ids::IdError;
use tongguan_domain::time::Moment;

use super::balance::Unbalanced;
use super::ledger::kinds;
use super::parcel::Parcel;
use super::schedule::{Step, schedule};
use super::{ExportedMonth, Fate, Ledger};
use crate::parcels::Document;
use crate::requests::export_cancellation;
use crate::traffic::dice::Dice;
use crate::world::{Sent, World};

/// What happens within one hour is sent together, in any order.
const SLOT_MICROS: i64 = 3_600_000_000;
/// The most documents of a batch.
const BATCH: usize = 900;
/// The most documents of a message, as the standard has it.
const MESSAGE: usize = 100;

/// A month could not be made up, or the product broke a law in it.
#[derive(Debug, thiserror::Error)]
pub enum MonthError {
    /// A made-up number is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// An officer could not do what there was to do.
    #[error("merchant {merchant}, list {list}: {why}")]
    Undecidable {
        /// Whose.
        merchant: Box<str>,
        /// Which.
        list: Box<str>,
        /// Why.
        why: Box<Undecidable>,
    },
    /// A law that does not hold.
    #[error(transparent)]
    Unbalanced(#[from] Unbalanced),
}

impl ExportedMonth {
    /// Sends the month through a world that began as [`Self::beginning`] says, and gives what was sent and
    /// answered. `told` hears of every hour.
    ///
    /// # Errors
    /// [`MonthError`].
    pub fn clear(
        &self,
        world: &mut World,
        told: &mut dyn FnMut(u64),
    ) -> Result<Ledger, MonthError> {
        let mut ledger = Ledger::of(*self);
        for n in 1..=self.declarations {
            *ledger.fates.entry(self.parcel(n)?.fate).or_default() += 1;
        }
        let steps = schedule(self)?;
        let hour = |at: Moment| at.micros() / SLOT_MICROS;
        for steps in steps.chunk_by(|(a, _), (b, _)| hour(*a) == hour(*b)) {
            let Some((at, _)) = steps.first() else { continue };
            let until = Moment::from_micros((hour(*at) + 1) * SLOT_MICROS);
            if world.clock.now() < until {
                world.clock.set(until);
            }
            told(Hour { month: self, world, ledger: &mut ledger }.pass(hour(*at), steps)?);
        }
        Ok(ledger)
    }
}

/// One hour of the month.
struct Hour<'h> {
    month: &'h ExportedMonth,
    world: &'h mut World,
    ledger: &'h mut Ledger,
}

impl Hour<'_> {
    /// Gives how many lists were sent.
    fn pass(&mut self, hour: i64, steps: &[(Moment, Step)]) -> Result<u64, MonthError> {
        let mut dice =
            Dice::new(self.month.seed, "hour of the month", hour.try_into().unwrap_or_default());
        let mut documents = Vec::new();
        for (at, step) in steps {
            documents.extend(self.documents(step, *at)?);
        }
        dice.shuffle(&mut documents);
        let lists = documents.iter().filter(|it| it.message_number() == 603).count();
        let messages = messages(documents, &mut dice);
        let mut batch = Vec::new();
        let mut stopped = BTreeSet::new();
        for message in messages {
            if batch.iter().map(Vec::len).sum::<usize>() + message.len() > BATCH {
                stopped.extend(self.submit(&std::mem::take(&mut batch)));
            }
            batch.push(message);
        }
        stopped.extend(self.submit(&batch));
        for n in stopped {
            self.examined(n)?;
        }
        for (_, step) in steps {
            self.ruled(step)?;
        }
        Ok(u64::try_from(lists).unwrap_or_default())
    }

    /// Submits a batch, and gives the parcels whose lists are stopped for an officer.
    fn submit(&mut self, messages: &[Vec<Document>]) -> BTreeSet<u64> {
        if messages.is_empty() {
            return BTreeSet::new();
        }
        for document in messages.iter().flatten() {
            self.ledger.send(document.filing().guid.as_str());
        }
        let sent = self.world.send_messages(messages.iter().map(Vec::as_slice));
        self.ledger.hear(&sent)
    }

    fn documents(&self, step: &Step, at: Moment) -> Result<Vec<Document>, IdError> {
        let each = |numbers: &[u64], make: &dyn Fn(&Parcel) -> Document| {
            numbers.iter().map(|n| Ok(make(&self.month.parcel(*n)?))).collect()
        };
        let order = |it: &Parcel| Document::ExportOrder(Box::new(it.export.order.clone()));
        let waybill = |it: &Parcel| Document::ExportWaybill(Box::new(it.export.waybill.clone()));
        let again = |n, kind, action| self.month.parcel(n)?.list_again(kind, action, 90);
        let document = match step {
            Step::Orders(numbers) => return each(numbers, &order),
            Step::Waybills(numbers) => return each(numbers, &waybill),
            Step::Lists(numbers) => return each(numbers, &Parcel::first_list),
            Step::Report(report) => report.document(self.month)?,
            Step::Change(n) => again(*n, kinds::CHANGED, Action::Change)?,
            Step::Mend(n) => again(*n, kinds::MENDED, Action::Create)?,
            Step::Duplicate(n) => again(*n, kinds::DUPLICATE, Action::Create)?,
            Step::Cancel(n) | Step::AskBack(n) | Step::LinkBack(n) | Step::Tally(n) => {
                let parcel = self.month.parcel(*n)?;
                // What has no number yet cannot be named; its answers will say that it is missing.
                let Some(number) = self.ledger.number(*n) else { return Ok(Vec::new()) };
                match step {
                    Step::Cancel(n) => {
                        let request = export_cancellation(&parcel.export, number, *n, at)?;
                        Document::ExportCancellation(Box::new(request))
                    }
                    Step::AskBack(_) => parcel.returned(number, at)?.request_document(),
                    Step::LinkBack(_) => parcel.linked_back(number, at)?,
                    _ => parcel.returned(number, at)?.tally_document(),
                }
            }
            Step::Withdraw(_) | Step::RuleReturn(_) => return Ok(Vec::new()),
        };
        Ok(vec![document])
    }

    /// An officer looks at goods that were stopped.
    fn examined(&mut self, n: u64) -> Result<(), MonthError> {
        let parcel = self.month.parcel(n)?;
        let ruling = match parcel.fate {
            Fate::RefusedByOfficer => Ruling::Refuse,
            _ => Ruling::Accept,
        };
        self.rule(&parcel, ruling)
    }

    /// An officer does what the schedule says.
    fn ruled(&mut self, step: &Step) -> Result<(), MonthError> {
        match step {
            Step::Withdraw(n) => {
                let parcel = self.month.parcel(*n)?;
                self.rule(&parcel, Ruling::Withdraw(GoodsSeen::OnSite))
            }
            Step::RuleReturn(n) => {
                let parcel = self.month.parcel(*n)?;
                let ruling = match parcel.fate {
                    Fate::ReturnAccepted => ExportReturnRuling::Accept,
                    Fate::ReturnRefused => ExportReturnRuling::Refuse,
                    _ => return Ok(()),
                };
                let Some(record) = self.world.export_returns(&parcel.export).pop() else {
                    return Ok(());
                };
                let (officer, reason) = ("王关员".to_owned(), "单证核对".to_owned());
                let id = record.id;
                let command = Incoming::ExportReturnRuling { id, ruling, officer, reason };
                let sent = self.world.decide(command);
                self.heard(&parcel, sent)
            }
            _ => Ok(()),
        }
    }

    fn rule(&mut self, parcel: &Parcel, ruling: Ruling) -> Result<(), MonthError> {
        let sent = self.world.rule(&parcel.export, ruling);
        self.heard(parcel, sent)
    }

    fn heard(
        &mut self,
        parcel: &Parcel,
        sent: Result<Sent, Undecidable>,
    ) -> Result<(), MonthError> {
        let sent = sent.map_err(|why| MonthError::Undecidable {
            merchant: parcel.merchant_code(),
            list: self.ledger.name(parcel),
            why: Box::new(why),
        })?;
        self.ledger.hear(&sent);
        Ok(())
    }
}

/// Documents in messages of one kind each, of any length that the standard allows.
fn messages(documents: Vec<Document>, dice: &mut Dice) -> Vec<Vec<Document>> {
    let mut kinds = BTreeMap::<u64, Vec<Document>>::new();
    for document in documents {
        kinds.entry(document.message_number()).or_default().push(document);
    }
    let mut messages = Vec::new();
    for mut documents in kinds.into_values() {
        while !documents.is_empty() {
            let most = u64::try_from(documents.len().min(MESSAGE)).unwrap_or(1);
            let length = usize::try_from(dice.between(1, most)).unwrap_or(1);
            let rest = documents.split_off(length);
            messages.push(std::mem::replace(&mut documents, rest));
        }
    }
    dice.shuffle(&mut messages);
    messages
}
