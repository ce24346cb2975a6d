//! Bonded lists and gate passes in clearing: their records, what comes in about them, what is told of them.
//!
//! They share nothing with parcels but the goods of account books, which they look at and do not move: goods
//! come into stock when an officer admits them ([`crate::bonded`]).

mod numbers;
mod record;

pub(super) use numbers::pass_over_taken;
pub use record::{
    By, ListKey, ListRecord, Lodged, NamedBy, PassRecord, ReferenceKey, Referenced, ZoneDone,
    ZoneEvent, ZoneKind,
};

use std::collections::BTreeMap;

use tongguan_domain::bonded::list::{BondedListState, BondedListStep, ListStepRefused};
use tongguan_domain::bonded::stock::StockQuantity;
use tongguan_domain::ids::{AccountItemNumber, BondedListNumber, DxpId, GatePassNumber, PartyId};
use tongguan_domain::time::Moment;
use tongguan_messages::zone::ZoneDocument;
use tongguan_messages::zone::answer::ZoneAnswer;
use tongguan_storage::Partition;

use super::record::Source;
use crate::numbering::Series;

/// A bonded list or gate pass that was read, whose parties are known and whose signature is good.
#[derive(Debug, Clone)]
pub struct ZoneSubmitted {
    /// Where it came from.
    pub source: Source,
    /// To whom answers go, where that is known.
    pub mailbox: Option<DxpId>,
    /// The digest of what it declares.
    pub content: [u8; 16],
    /// What only a copy of the message has as well.
    pub fingerprint: [u8; 16],
    /// The enterprise in the zone.
    pub holder: PartyId,
    /// What it declares.
    pub declared: ZoneDocument,
}

/// That a list or gate pass was changed by command, and its enterprise has to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneNews {
    /// The enterprise in the zone.
    pub holder: PartyId,
    /// What changed.
    pub of: Referenced,
}

/// An answer for the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneTold {
    /// The partition in whose sequence it stands.
    pub partition: Partition,
    /// To whom.
    pub mailbox: Option<DxpId>,
    /// The message that it answers.
    pub source: Source,
    /// What is said.
    pub answer: ZoneAnswer,
}

impl ZoneSubmitted {
    /// Where what follows from it stands in sequence.
    pub fn partition(&self) -> Partition {
        Partition::of_party(self.holder)
    }

    /// What the sender's own number for it is.
    pub fn reference(&self) -> ReferenceKey {
        let (kind, reference) = match &self.declared {
            ZoneDocument::List(list) => (ZoneKind::List, &list.reference),
            ZoneDocument::Pass(pass) => (ZoneKind::Pass, &pass.reference),
        };
        ReferenceKey { kind, holder: self.holder, reference: reference.clone() }
    }

    /// The series of which deciding it may take a number.
    pub fn series(&self, at: Moment) -> [Series; 3] {
        let partition = self.partition();
        let own = match &self.declared {
            ZoneDocument::List(list) => Series::bonded_list(partition, list.office, at),
            ZoneDocument::Pass(pass) => Series::gate_pass(partition, pass.office, at),
        };
        [Series::zone_provisional(partition, at), own, Series::zone_formal(partition, at)]
    }
}

impl ZoneNews {
    /// Where what follows from it stands in sequence.
    pub fn partition(&self) -> Partition {
        Partition::of_party(self.holder)
    }
}

impl ListRecord {
    /// Takes a step with it.
    ///
    /// # Errors
    /// [`ListStepRefused`]; nothing has changed then.
    pub fn take(
        &mut self,
        step: BondedListStep,
        by: By,
        at: Moment,
    ) -> Result<(), ListStepRefused> {
        self.state = self.state.take(step)?;
        self.steps.push((self.state, at, by));
        Ok(())
    }

    /// How much of which goods is on it and with no vehicle that `counts`.
    pub fn left(
        &self,
        counts: impl Fn(&NamedBy) -> bool,
    ) -> BTreeMap<AccountItemNumber, StockQuantity> {
        let mut left = BTreeMap::<_, StockQuantity>::new();
        for (item, quantity) in &self.list.lines {
            let of = left.entry(item.clone()).or_default();
            *of = of.plus(*quantity).unwrap_or(StockQuantity::MAX);
        }
        let vehicles = self.named_by.iter().filter(|vehicle| counts(vehicle));
        for (item, quantity) in vehicles.flat_map(|vehicle| &vehicle.carried) {
            if let Some(of) = left.get_mut(item) {
                *of = of.minus(*quantity).unwrap_or_default();
            }
        }
        left
    }

    /// How much of each line passed the gate.
    pub fn let_through(&self) -> Vec<StockQuantity> {
        use BondedListState::{Gated, NotAdmitted, Stocked};
        let quantities = self.list.lines.iter().map(|(_, quantity)| *quantity);
        if !self.named_by.iter().any(|vehicle| !vehicle.carried.is_empty()) {
            let is_past = matches!(self.state, Gated | Stocked | NotAdmitted);
            return quantities.map(|all| if is_past { all } else { StockQuantity::ZERO }).collect();
        }
        let mut left = self.left(|vehicle| vehicle.passed);
        let passed = self.list.lines.iter().map(|(item, quantity)| {
            let of_item = left.entry(item.clone()).or_default();
            // The first lines of an item are those that are short.
            let short = (*of_item).min(*quantity);
            *of_item = of_item.minus(short).unwrap_or_default();
            quantity.minus(short).unwrap_or_default()
        });
        passed.collect()
    }
}

/// The numbers of lists, as they were declared on a gate pass.
pub(super) fn numbers(pass: &ZoneDocument) -> &[BondedListNumber] {
    match pass {
        ZoneDocument::Pass(pass) => &pass.lists,
        ZoneDocument::List(_) => &[],
    }
}

/// The bucket of a gate pass.
pub(crate) fn pass_bucket(number: &GatePassNumber) -> Partition {
    Partition::of_text(number.as_str())
}
