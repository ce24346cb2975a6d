//! A whole month: what there is to consolidate, and the office's own requests for it.

use std::collections::{BTreeMap, BTreeSet};

use tongguan_codelists::Pack;
use tongguan_domain::consolidation::{GoodsNaming, Grouping};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::month::Month;
use tongguan_domain::party::{NamedParty, Party};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;
use tongguan_storage::{Departures, Kept, Store};

use super::ConsolidationError;
use super::merging::{PORTION, Period, departed, forms_of, merging};
use crate::clearing::consolidation::{Consolidating, Opening, Span, Terms};
use crate::clearing::decide::Undecidable;
use crate::clearing::incoming::Incoming;
use crate::deciding::{Decides, NotCommitted, carry_out};

/// How many departures are read at a time.
const PAGE: i64 = 5_000;
/// The law's own eight conditions, and one name for all goods of a code.
const DEFAULTS: (Grouping, GoodsNaming) = (Grouping::ConsignorAndProducer, GoodsNaming::Generic);

/// What is to be consolidated.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The month in which the goods left.
    pub month: Month,
    /// Only what was declared there.
    pub office: Option<OfficeCode>,
    /// Only this merchant's.
    pub merchant: Option<PartyId>,
}

/// What a merchant has to consolidate at an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prospect {
    /// 电商企业.
    pub merchant: PartyId,
    /// 申报地海关.
    pub office: OfficeCode,
    /// How many declarations.
    pub declarations: u64,
}

/// What consolidation would make.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Rehearsed {
    /// Formal declarations.
    pub forms: u64,
    /// Their lines.
    pub lines: u64,
}

/// A request was not opened; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The merchant has no code to be named by.
    #[error("merchant {0} has no code: register one")]
    NoCode(PartyId),
    /// It could not be carried out.
    #[error(transparent)]
    Undecidable(#[from] Undecidable),
    /// It could not be committed.
    #[error(transparent)]
    NotCommitted(#[from] NotCommitted),
}

/// What there is to consolidate, in order of merchants and offices; nothing once all of it is.
///
/// # Errors
/// [`ConsolidationError`].
pub fn prospects(
    store: &Store,
    registry: &Registry,
    plan: Plan,
) -> Result<Vec<Prospect>, ConsolidationError> {
    let mut prospects = Vec::new();
    for merchant in merchants(registry, plan.merchant) {
        let mut by_office = BTreeMap::<String, u64>::new();
        let office = plan.office.map(|office| office.to_string());
        let which = Departures {
            merchant,
            office: office.as_deref(),
            from: plan.month.start(),
            until: plan.month.end(),
            kept: Kept::ForConsolidation,
        };
        let mut after = None;
        loop {
            let rows = store.read(|view| view.departures(which, after, PAGE))?;
            let Some(last) = rows.last() else { break };
            after = Some((last.departed_at, last.declaration_id));
            for row in rows {
                *by_office.entry(row.office).or_default() += 1;
            }
        }
        prospects.extend(by_office.into_iter().filter_map(|(office, declarations)| {
            let office = OfficeCode::parse(&office).ok()?;
            Some(Prospect { merchant, office, declarations })
        }));
    }
    Ok(prospects)
}

/// What consolidating a prospect now would make. Writes nothing.
///
/// # Errors
/// [`ConsolidationError`].
pub fn rehearse(
    store: &Store,
    pack: &Pack,
    month: Month,
    prospect: Prospect,
    now: Moment,
) -> Result<Rehearsed, ConsolidationError> {
    let (grouping, naming) = DEFAULTS;
    let merging = merging(pack, now.china_day(), grouping, naming);
    let Prospect { merchant, office, .. } = prospect;
    let period = Period { merchant, office, start: month.start(), until: month.end() };
    let (mut rehearsed, mut reached) = (Rehearsed::default(), None);
    loop {
        let found = departed(store, period, reached, PORTION)?;
        let forms = forms_of(&found, period, &merging);
        let count = |all: usize| u64::try_from(all).unwrap_or(u64::MAX);
        rehearsed.forms += count(forms.len());
        rehearsed.lines += forms.iter().map(|form| count(form.lines.len())).sum::<u64>();
        if found.last {
            return Ok(rehearsed);
        }
        reached = found.to;
    }
}

/// Opens the office's own request for a prospect.
///
/// # Errors
/// [`RequestError`].
pub fn request(
    decides: &mut dyn Decides,
    registry: &Registry,
    month: Month,
    prospect: Prospect,
) -> Result<(), RequestError> {
    let opening = opening(registry, month, prospect);
    carry_out(decides, opening.ok_or(RequestError::NoCode(prospect.merchant))?)
}

/// The command that opens a request; none where the merchant has no code to be named by.
fn opening(registry: &Registry, month: Month, prospect: Prospect) -> Option<Incoming> {
    let party = registry.party(prospect.merchant)?;
    let named = named(party)?;
    let (grouping, naming) = DEFAULTS;
    let terms = Terms {
        office: prospect.office,
        declarant: named.clone(),
        merchant_id: prospect.merchant,
        merchant: named.clone(),
        formal_declarant: named,
        span: Span::Period { from: month.start(), until: month.end() },
        grouping,
        naming,
    };
    let (merchant, mailbox) = (prospect.merchant, party.mailbox.clone());
    let opening = Opening { merchant, terms, mailbox };
    Some(Incoming::Consolidate(Box::new(Consolidating::Open(opening))))
}

fn named(party: &Party) -> Option<NamedParty> {
    Some(NamedParty { code: party.codes.first()?.clone(), name: party.name.clone() })
}

/// Everybody who may have exported, whatever they are registered for today.
pub(super) fn merchants(registry: &Registry, only: Option<PartyId>) -> BTreeSet<PartyId> {
    match only {
        Some(merchant) => [merchant].into(),
        None => registry.parties().map(|party| party.id).collect(),
    }
}
