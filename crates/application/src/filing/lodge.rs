//! Filing something, correcting what was returned, taking back what is not decided.

use std::collections::HashMap;

use tongguan_domain::defect::Defect;
use tongguan_domain::filing::rules::{NOT_REGISTERED, OF_ANOTHER, UNCHANGED, WAITS};
use tongguan_domain::filing::{FilingId, FilingKind, FilingState, Matter};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::time::Moment;
use tongguan_storage::{Register, StorageError, Store, Tx, View};

use super::effect::{certificate_row, standing_goods, with_enterprise};
use super::{Filing, FilingError, fields};
use crate::history::{Actor, Cause, ChangeKind, Entry, Field, Subject, change};
use crate::registry::{Conflict, Registered, conflict, registered};

/// Who files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filer {
    /// For which enterprise.
    pub party: PartyId,
    /// Which person or program.
    pub by: Actor,
    /// The office that is to review it; where absent, the one that reviewed the enterprise itself.
    pub office: Option<OfficeCode>,
}

/// What became of something that was to be filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lodged {
    /// It was filed.
    New(FilingId),
    /// It corrects what an officer had returned.
    Corrected(FilingId),
    /// It was not filed, and why.
    Wrong(Defect),
}

/// Files what an enterprise has, in one transaction: each matter by itself is new, corrects what was returned,
/// or is not taken. No two of them are about the same.
///
/// # Errors
/// [`StorageError`].
pub fn file(
    store: &Store,
    filer: &Filer,
    matters: Vec<Matter>,
    now: Moment,
) -> Result<Vec<Lodged>, StorageError> {
    let cause = Cause::Person(filer.by.clone());
    change(&mut store.small_writer()?, Register::Filings, &cause, now, |tx| {
        let known = Known::load(tx, filer.party, &matters)?;
        let mut next = tx.next_filing()?;
        let (mut rows, mut entries) = (Vec::new(), Vec::new());
        let mut lodged = Vec::with_capacity(matters.len());
        for matter in matters {
            if let Some(defect) = known.forbids(&matter) {
                lodged.push(Lodged::Wrong(defect));
                continue;
            }
            let returned =
                known.earlier(&matter).find(|it| matches!(it.state, FilingState::Returned(_)));
            let id = returned.map_or(next, |returned| returned.id);
            lodged.push(if returned.is_some() { Lodged::Corrected(id) } else { Lodged::New(id) });
            next = if returned.is_some() { next } else { FilingId(next.0 + 1) };
            let before = match returned {
                Some(returned) => fields(&returned.matter),
                None => known.standing(&matter),
            };
            // What is corrected goes on with its office, unless another one is named.
            let office = filer.office.or_else(|| returned.and_then(|returned| returned.office));
            let office = office.or(known.office);
            let filing = Filing {
                id,
                party: filer.party,
                office,
                filed_by: filer.by.name.clone(),
                filed_at: now,
                changed_at: now,
                matter,
                state: FilingState::Filed,
            };
            let change = if returned.is_some() { ChangeKind::Changed } else { ChangeKind::Added };
            let was = returned.map_or("", |returned| returned.stored_status());
            entries.push(entry(&filing, change, was, differences(&before, &filing.fields())));
            rows.push(filing.row()?);
        }
        tx.upsert(&rows)?;
        Ok((lodged, entries))
    })
}

/// An enterprise takes back what is not decided.
///
/// # Errors
/// [`FilingError`].
pub fn withdraw(
    store: &Store,
    filer: &Filer,
    id: FilingId,
    now: Moment,
) -> Result<Filing, FilingError> {
    let cause = Cause::Person(filer.by.clone());
    change(&mut store.small_writer()?, Register::Filings, &cause, now, |tx| {
        let row = tx.filings(&[id])?.pop().filter(|row| row.party_id == filer.party);
        let filing = Filing::read(row.ok_or(FilingError::Unknown(id))?)?;
        let was = filing.stored_status();
        let state = filing.state.withdraw(now)?;
        let filing = Filing { state, changed_at: now, ..filing };
        tx.upsert(&[filing.row()?])?;
        let entry = entry(&filing, ChangeKind::Ended, was, Vec::new());
        Ok((filing, vec![entry]))
    })
}

/// What happened to a filing, with where it stood before.
pub(super) fn entry(filing: &Filing, change: ChangeKind, was: &str, fields: Vec<Field>) -> Entry {
    let state = Field::changed("state", was.to_owned(), filing.stored_status().to_owned());
    Entry {
        subject: Subject::Filing { party: filing.party, id: filing.id },
        change,
        fields: state.into_iter().chain(fields).collect(),
    }
}

/// What the checks compare with.
struct Known {
    party: PartyId,
    all: Vec<Registered>,
    /// The office that reviewed the enterprise itself last.
    office: Option<OfficeCode>,
    earlier: HashMap<String, Vec<Filing>>,
    goods: HashMap<String, Matter>,
}

impl Known {
    fn load(tx: &mut Tx<'_>, party: PartyId, matters: &[Matter]) -> Result<Self, StorageError> {
        let subjects: Vec<_> =
            matters.iter().map(|matter| (matter.kind().name(), matter.subject())).collect();
        let keys: Vec<_> = subjects.iter().map(|(kind, of)| (*kind, of.as_str())).collect();
        let mut earlier = HashMap::<_, Vec<_>>::new();
        for row in tx.filings_about(party, &keys)? {
            let filing = Filing::read(row)?;
            earlier.entry(key(&filing.matter)).or_default().push(filing);
        }
        let items: Vec<_> = keys.iter().map(|(_, item)| (party, *item)).collect();
        let office = office_of(tx, party)?;
        Ok(Self {
            party,
            all: registered(tx)?,
            office,
            earlier,
            goods: standing_goods(tx, &items)?,
        })
    }

    fn earlier(&self, matter: &Matter) -> impl Iterator<Item = &Filing> {
        self.earlier.get(&key(matter)).into_iter().flatten()
    }

    fn own(&self) -> Option<&Registered> {
        self.all.iter().find(|one| one.party.id == self.party)
    }

    /// What is registered of the same, field by field.
    fn standing(&self, matter: &Matter) -> Vec<(&'static str, String)> {
        match matter {
            Matter::Enterprise(_) => self.own().map_or_else(Vec::new, |one| {
                vec![
                    ("name", one.party.name.clone()),
                    ("codes", one.code_list()),
                    ("roles", one.role_list()),
                ]
            }),
            Matter::Certificate(_) => Vec::new(),
            Matter::Goods(goods) => self.goods.get(&*goods.item_no).map_or_else(Vec::new, fields),
        }
    }

    fn forbids(&self, matter: &Matter) -> Option<Defect> {
        let field = matter_field(matter);
        if let Some(waiting) = self.earlier(matter).find(|it| it.state.waits()) {
            return Some(Defect::at(&WAITS, field).found(waiting.id));
        }
        let own = self.own();
        match matter {
            Matter::Enterprise(filed) => {
                let mut after = own.cloned().unwrap_or_else(|| nothing_of(self.party));
                with_enterprise(&mut after, filed);
                if let Some(conflict) = conflict(&self.all, &after) {
                    return match FilingError::from(conflict) {
                        FilingError::Wrong(mut defects) => defects.pop(),
                        _ => None,
                    };
                }
                let stands = |it: &Filing| matches!(it.state, FilingState::Approved(_));
                let is_filed = self.earlier(matter).any(|it| stands(it) && it.matter == *matter);
                let is_same = is_filed && own.is_some_and(|own| own.party == after.party);
                is_same.then(|| Defect::at(&UNCHANGED, field))
            }
            _ if own.is_none() => Some(Defect::at(&NOT_REGISTERED, field)),
            Matter::Certificate(filed) => {
                let mut after = own.cloned().unwrap_or_else(|| nothing_of(self.party));
                if after.certificate_digests().any(|digest| *digest == filed.digest) {
                    return Some(Defect::at(&UNCHANGED, field));
                }
                after.certificates = vec![certificate_row(self.party, filed)];
                let is_taken = conflict(&self.all, &after) == Some(Conflict::Certificate);
                is_taken.then(|| Defect::at(&OF_ANOTHER, field))
            }
            Matter::Goods(goods) => {
                let same = self.goods.get(&*goods.item_no) == Some(matter);
                same.then(|| Defect::at(&UNCHANGED, field))
            }
        }
    }
}

/// The office that reviewed an enterprise itself last: what it files later goes there.
///
/// # Errors
/// [`StorageError`].
pub fn office_of(view: &mut View<'_>, party: PartyId) -> Result<Option<OfficeCode>, StorageError> {
    let own = view.filings_about(party, &[(FilingKind::Enterprise.name(), "")])?;
    let own = own.into_iter().map(Filing::read).collect::<Result<Vec<_>, _>>()?;
    let standing = own.iter().rev().find(|it| matches!(it.state, FilingState::Approved(_)));
    Ok(standing.and_then(|filing| filing.office))
}

fn nothing_of(party: PartyId) -> Registered {
    crate::registry::nothing_of(party, jiff::civil::Date::MIN)
}

/// The field that a fault of the whole is shown at.
const fn matter_field(matter: &Matter) -> &'static str {
    match matter {
        Matter::Enterprise(_) => "name",
        Matter::Certificate(_) => "certificate",
        Matter::Goods(_) => "itemNo",
    }
}

fn key(matter: &Matter) -> String {
    format!("{}/{}", matter.kind().name(), matter.subject())
}

fn differences(before: &[(&'static str, String)], after: &[(&'static str, String)]) -> Vec<Field> {
    let was = |name: &str| {
        let known = before.iter().find(|(known, _)| *known == name);
        known.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    after.iter().filter_map(|(name, text)| Field::changed(name, was(name), text.clone())).collect()
}
