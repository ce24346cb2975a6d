//! One portion of a request: its declarations found, judged, and merged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tongguan_codelists::Pack;
use tongguan_codelists::entries::ParameterKind;
use tongguan_domain::consolidation::{
    GoodsNaming, Grouping, LeftOut, Reached, SinceClosing, eligible,
};
use tongguan_domain::formal::{ClosedDeclaration, FormalDeclaration, Merging, merge};
use tongguan_domain::ids::{
    DeclarationId, DeclarationNumber, FormalDeclarationNumber, OfficeCode, PartyId,
};
use tongguan_domain::readmission::ReturnedByLine;
use tongguan_domain::time::Moment;
use tongguan_storage::{ClosedExport, Departures, Kept, Store};

use super::ConsolidationError;
use crate::clearing::consolidation::{Merged, Portion, RequestRecord, Span};
use crate::clearing::record::ExportRecord;
use crate::clearing::rows::{closed_export, read_export, read_numbers};
use crate::export_returns;
use crate::intake::assess::digest_of;
use crate::numbering::{partition_of, partition_of_number};

/// The most declarations of one transaction: a few ten thousand narrow rows.
pub const PORTION: usize = 4_000;
/// How many declarations are read at a time.
const PAGE: usize = 500;
/// The lines of a form where the law says nothing.
const FORM_LINES: usize = 50;

/// Finds and merges what a request means next, at most so many declarations.
pub fn portion(
    store: &Store,
    pack: &Pack,
    request: &RequestRecord,
    most: usize,
) -> Result<Portion, ConsolidationError> {
    let terms = &request.terms;
    let from = request.state.progress().reached;
    let found = match terms.span {
        Span::Named => named(store, request, from, most)?,
        Span::Period { from: start, until } => {
            let office = terms.office;
            departed(
                store,
                Period { merchant: terms.merchant_id, office, start, until },
                from,
                most,
            )?
        }
    };
    let day = request.accepted_at.china_day();
    let merging = merging(pack, day, terms.grouping, terms.naming);
    let Judged { closed, mut merged, left_out } = found.judge(terms.merchant_id, terms.office);
    let forms = merge(&closed, &merging);
    merged.sort_by(|a, b| a.number.cmp(&b.number));
    Ok(Portion {
        request: request.key.clone(),
        office: terms.office,
        from,
        to: found.to,
        last: found.last,
        forms,
        merged,
        left_out,
        pack: digest_of(pack),
    })
}

/// How declarations are merged by the law of a day.
pub fn merging(
    pack: &Pack,
    day: jiff::civil::Date,
    grouping: Grouping,
    naming: GoodsNaming,
) -> Merging {
    let lines = pack.parameter(ParameterKind::FormalDeclarationLines, day);
    let lines = lines.and_then(|row| usize::try_from(row.entry.count()?).ok());
    let keys = pack.merge_keys(day).collect();
    Merging { keys, grouping, naming, most_lines: lines.unwrap_or(FORM_LINES) }
}

/// A merchant's departures that were declared at an office.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// Whose.
    pub merchant: PartyId,
    /// Where.
    pub office: OfficeCode,
    /// From then on.
    pub start: Moment,
    /// Until then, itself not included.
    pub until: Moment,
}

/// What a request means next, as it is stored.
#[derive(Debug, Default)]
pub struct Found {
    /// What is stored, in no particular order.
    exports: Vec<(ExportRecord, Option<ClosedExport>)>,
    /// What came back of some of them.
    back: BTreeMap<DeclarationId, ReturnedByLine>,
    /// Numbers of which nothing is stored.
    unknown: Vec<DeclarationNumber>,
    /// How far it has come with this.
    pub to: Option<Reached>,
    /// Whether nothing is left behind it.
    pub last: bool,
}

/// What was found, told apart.
#[derive(Debug, Default)]
pub struct Judged {
    /// To be merged.
    pub closed: Vec<ClosedDeclaration>,
    /// The same, with what marks them.
    pub merged: Vec<Merged>,
    /// The others.
    pub left_out: Vec<(DeclarationNumber, LeftOut)>,
}

impl Found {
    /// Tells what can be consolidated from what cannot.
    pub fn judge(&self, merchant: PartyId, office: OfficeCode) -> Judged {
        let unknown = self.unknown.iter().map(|number| (number.clone(), LeftOut::Unknown));
        let mut judged = Judged { left_out: unknown.collect(), ..Judged::default() };
        for (export, closed) in &self.exports {
            let Some(number) = export.state.number() else { continue };
            let since = closed.as_ref().map(since_closing).unwrap_or_default();
            let verdict = eligible(&export.facts, &export.state, &since, merchant, office);
            match (verdict, closed) {
                (Err(reason), _) => judged.left_out.push((number.clone(), reason)),
                (Ok(()), None) => judged.left_out.push((number.clone(), LeftOut::NotClosed)),
                (Ok(()), Some(closed)) => {
                    let left =
                        ClosedDeclaration::of(number.clone(), &export.facts, export.transport());
                    let back = self.back.get(&export.id).cloned().unwrap_or_default();
                    let Some(left) = left.without(&back) else {
                        judged.left_out.push((number.clone(), LeftOut::Returned));
                        continue;
                    };
                    judged.closed.push(left);
                    judged.merged.push(Merged {
                        number: number.clone(),
                        waybill_no: export.facts.waybill_no.clone(),
                        closed: closed.key(),
                        returns: closed.returns,
                    });
                }
            }
        }
        judged
    }
}

fn since_closing(closed: &ClosedExport) -> SinceClosing {
    let formal = closed.entry_id.as_deref().map(FormalDeclarationNumber::parse);
    SinceClosing { returned: closed.returned, formal: formal.and_then(Result::ok) }
}

/// The next portion of a merchant's departures.
pub fn departed(
    store: &Store,
    period: Period,
    from: Option<Reached>,
    most: usize,
) -> Result<Found, ConsolidationError> {
    let after = match from {
        Some(Reached::Departed(at, id)) => Some((at, id)),
        Some(Reached::Named(_)) | None => None,
    };
    let office = period.office.to_string();
    let which = Departures {
        merchant: period.merchant,
        office: Some(&office),
        from: period.start,
        until: period.until,
        kept: Kept::ForConsolidation,
    };
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = store.read(|view| view.departures(which, after, limit))?;
    let to = rows.last().map(|row| Reached::Departed(row.departed_at, row.declaration_id));
    let last = rows.len() < most;
    let mut exports = exports(store, rows.iter().map(|row| row.declaration_id))?;
    let ids: Vec<_> = rows.iter().map(|row| row.declaration_id).collect();
    let back = came_back(store, &ids)?;
    let paired = rows.into_iter().filter_map(|row| {
        let export = exports.remove(&row.declaration_id)?;
        Some((export, Some(row)))
    });
    Ok(Found { exports: paired.collect(), back, unknown: Vec::new(), to: to.or(from), last })
}

/// What has come back of declarations, those of which nothing has left out.
fn came_back(
    store: &Store,
    ids: &[DeclarationId],
) -> Result<BTreeMap<DeclarationId, ReturnedByLine>, ConsolidationError> {
    let mut back = BTreeMap::new();
    for ids in ids.chunks(PAGE) {
        let page = store.read(|view| export_returns::returned_by_line(view, ids))?;
        back.extend(page);
    }
    Ok(back)
}

/// Declarations by their ids.
pub fn exports(
    store: &Store,
    ids: impl Iterator<Item = DeclarationId>,
) -> Result<HashMap<DeclarationId, ExportRecord>, ConsolidationError> {
    let keys: Vec<_> = ids.map(|id| (partition_of(id.0), id)).collect();
    let mut exports = HashMap::with_capacity(keys.len());
    for keys in keys.chunks(PAGE) {
        for row in store.read(|view| view.exports(keys))? {
            let export = read_export(row)?;
            exports.insert(export.id, export);
        }
    }
    Ok(exports)
}

/// The next portion of what a request names.
fn named(
    store: &Store,
    request: &RequestRecord,
    from: Option<Reached>,
    most: usize,
) -> Result<Found, ConsolidationError> {
    let key = &request.key;
    let parts = store.read(|view| {
        view.consolidation_parts((key.bucket(), key.declarant, key.reference.as_str()))
    })?;
    let mut numbers = Vec::new();
    let mut seen = BTreeSet::new();
    for part in &parts {
        let fresh = read_numbers(part)?.into_iter().filter(|number| seen.insert(number.clone()));
        numbers.extend(fresh);
    }
    let skipped = match from {
        Some(Reached::Named(count)) => usize::try_from(count).unwrap_or(usize::MAX),
        Some(Reached::Departed(..)) | None => 0,
    };
    let next: Vec<_> = numbers.iter().skip(skipped).take(most).cloned().collect();
    let reached = skipped.saturating_add(next.len());
    let mut found = Found {
        to: Some(Reached::Named(u64::try_from(reached).unwrap_or(u64::MAX))),
        last: reached >= numbers.len(),
        ..Found::default()
    };
    for numbers in next.chunks(PAGE) {
        look_up(store, numbers, &mut found)?;
    }
    Ok(found)
}

/// Adds what is stored under some numbers.
fn look_up(
    store: &Store,
    numbers: &[DeclarationNumber],
    found: &mut Found,
) -> Result<(), ConsolidationError> {
    let keys = numbers
        .iter()
        .filter_map(|number| Some((partition_of_number(number.as_str())?, number.as_str())));
    let keys: Vec<_> = keys.collect();
    let rows = store.read(|view| view.exports_numbered(&keys))?;
    let exports: Vec<_> = rows.into_iter().map(read_export).collect::<Result<_, _>>()?;
    let known: BTreeSet<_> = exports.iter().filter_map(|export| export.state.number()).collect();
    found.unknown.extend(numbers.iter().filter(|number| !known.contains(number)).cloned());
    let ids: Vec<_> = exports.iter().map(|export| export.id).collect();
    let keys: Vec<_> =
        exports.iter().filter_map(closed_export).map(|closed| closed.key()).collect();
    // Before what came back is read: a return that is complete in between is missed by neither.
    let closed = store.read(|view| view.closed_exports(&keys))?;
    found.back.extend(came_back(store, &ids)?);
    let mut closed: BTreeMap<_, _> =
        closed.into_iter().map(|row| (row.declaration_id, row)).collect();
    found.exports.extend(exports.into_iter().map(|export| {
        let closed = closed.remove(&export.id);
        (export, closed)
    }));
    Ok(())
}

/// The forms that what was found becomes: for a rehearsal, which writes nothing.
pub fn forms_of(found: &Found, period: Period, merging: &Merging) -> Vec<FormalDeclaration> {
    merge(&found.judge(period.merchant, period.office).closed, merging)
}
