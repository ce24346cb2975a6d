//! What passes a gate, recorded (卡口通行): by somebody of the operator, where the check lets it through.
//!
//! A passage moves nothing: what customs is to know comes by signed messages (decision 40). It is written where the
//! check still says what it said to whoever recorded it, so a form that is sent twice records once.

use tongguan_domain::ids::{DeclarationId, PartyId, PlaceCode};
use tongguan_domain::place::SupervisedPlace;
use tongguan_domain::time::Moment;
use tongguan_storage::{ParcelPassed, PassageRow, Register, StorageError, View};

use super::{AtGate, GateError, Verdict, What, look};
use crate::digest::sha256;
use crate::enquiry::Enquiries;
use crate::history::{Actor, Cause, ChangeKind, Entry, Field, Passed, Subject, change};
use crate::registry::{fingerprint, places};

/// A passage that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Its number.
    pub n: i64,
    /// Through which place's gate.
    pub place: PlaceCode,
    /// When.
    pub at: Moment,
    /// Which way.
    pub way: Way,
    /// The number that was scanned.
    pub number: String,
    /// The gate pass of the vehicle, where it was one.
    pub gate_pass: Option<String>,
    /// How many parcels passed.
    pub parcels: i64,
    /// Who recorded it.
    pub who: String,
}

/// Which way something passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Into the place (进场).
    In,
    /// Out of it (离场).
    Out,
}

/// What stands at a gate, and what was recorded of it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What has the number; nothing where nobody knows it.
    pub found: Vec<AtGate>,
    /// The last passage of any of it.
    pub last: Option<Passage>,
    /// Stands for all of this: whoever records a passage says what was shown.
    pub seen: String,
}

/// A passage that is to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing {
    /// Through which place's gate.
    pub place: PlaceCode,
    /// The number that was scanned.
    pub number: String,
    /// [`Checked::seen`] of what was shown.
    pub seen: String,
}

/// A passage was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The place is not registered today as one that the operator runs.
    #[error("the place is not registered as one of the operator's")]
    OtherPlace,
    /// Nobody knows the number.
    #[error("nothing of that number is known")]
    Unknown,
    /// The check says stop.
    #[error("it may not pass")]
    Stopped,
    /// The check says something else than what was shown, or the passage was recorded meanwhile.
    #[error("it is not as it was shown any more")]
    MovedOn,
    /// What stands at the gate could not be told.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Way {
    /// Its name in answers and events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

impl Checked {
    /// Whether all of it may pass.
    pub fn may_pass(&self) -> bool {
        !self.found.is_empty() && self.found.iter().all(|one| one.verdict.may_pass())
    }

    /// Which way it passes: a vehicle comes in by its gate pass, parcels leave.
    pub fn way(&self) -> Way {
        match self.found.as_slice() {
            [AtGate { verdict: Verdict::PassGood, .. }] => Way::In,
            _ => Way::Out,
        }
    }
}

impl Enquiries {
    /// What a number at the gate is of, whether it may pass, and whether it did so before.
    ///
    /// # Errors
    /// [`GateError`].
    pub fn checked_at_gate(&self, number: &str, now: Moment) -> Result<Checked, GateError> {
        let ids = self.named_at_gate(number, now)?;
        self.store().read(|view| checked(view, number, &ids))
    }

    /// The places that a party runs on a day, by code.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn places_of(
        &self,
        operator: PartyId,
        now: Moment,
    ) -> Result<Vec<SupervisedPlace>, StorageError> {
        let mut all = self.store().read(places)?;
        all.retain(|place| runs(place, operator, now));
        Ok(all)
    }

    /// What has passed the gate of a place, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn passages_at(&self, place: &PlaceCode, limit: i64) -> Result<Vec<Passage>, StorageError> {
        let rows = self.store().read(|view| view.passages_at(place, limit))?;
        Ok(rows.into_iter().map(Passage::from).collect())
    }

    /// Records that something passes the gate of a place that the party runs, whose check still says what was shown.
    ///
    /// # Errors
    /// [`PassError`]; nothing was recorded.
    pub fn pass(
        &self,
        passing: &Passing,
        operator: PartyId,
        actor: &Actor,
        now: Moment,
    ) -> Result<Passage, PassError> {
        let number = passing.number.trim();
        let ids = self.named_at_gate(number, now)?;
        let cause = Cause::Person(actor.clone());
        let mut writer = self.store().small_writer()?;
        change(&mut writer, Register::Passages, &cause, now, |tx| {
            let registered = places(tx)?;
            let is_there = |place: &&SupervisedPlace| {
                place.code == passing.place && runs(place, operator, now)
            };
            let place = registered.iter().find(is_there).ok_or(PassError::OtherPlace)?;
            // The same change holds the register, so of two that pass the second sees the first.
            let checked = checked(tx, number, &ids)?;
            if checked.found.is_empty() {
                return Err(PassError::Unknown);
            }
            if !checked.may_pass() {
                return Err(PassError::Stopped);
            }
            if checked.seen != passing.seen {
                return Err(PassError::MovedOn);
            }
            let n = tx.revision(Register::Passages)?;
            let (row, parcels) = rows(n, &place.code, &checked, (number, &actor.name), now);
            tx.insert(std::slice::from_ref(&row))?;
            tx.insert(&parcels)?;
            let entries = checked.found.iter().map(|one| entry(one, &row)).collect();
            Ok((Passage::from(row), entries))
        })
    }
}

/// What was recorded of a parcel at gates, in order.
pub(crate) fn of(view: &mut View<'_>, id: DeclarationId) -> Result<Vec<Passage>, StorageError> {
    Ok(view.passages_of(id)?.into_iter().map(Passage::from).collect())
}

fn runs(place: &SupervisedPlace, operator: PartyId, now: Moment) -> bool {
    place.operator == operator && place.is_valid_on(now.china_day())
}

fn checked(view: &mut View<'_>, number: &str, ids: &[DeclarationId]) -> Result<Checked, GateError> {
    let found = look(view, number.trim(), ids)?;
    let mut last: Option<Passage> = None;
    for one in &found {
        let before = match &one.what {
            What::Parcel(id, _) => view.passages_of(*id)?.pop(),
            What::Vehicle(pass) => view.last_passage_by(pass.as_str())?,
        };
        let before = before.map(Passage::from);
        last = last.into_iter().chain(before).max_by_key(|passage| passage.n);
    }
    // Told apart by all that is shown. Its form is of this version of the program: a page of another one is refused
    // as one that is out of date, and looked at again.
    let said = format!("{found:?} {:?}", last.as_ref().map(|passage| passage.n));
    let seen = fingerprint(&sha256(said.as_bytes()));
    Ok(Checked { found, last, seen })
}

fn rows(
    n: i64,
    place: &PlaceCode,
    checked: &Checked,
    (number, who): (&str, &str),
    at: Moment,
) -> (PassageRow, Vec<ParcelPassed>) {
    let parcels: Vec<_> = checked
        .found
        .iter()
        .filter_map(|one| match one.what {
            What::Parcel(declaration_id, _) => Some(ParcelPassed { declaration_id, n }),
            What::Vehicle(_) => None,
        })
        .collect();
    let gate_pass = checked.found.iter().find_map(|one| match &one.what {
        What::Vehicle(pass) => Some(pass.to_string()),
        What::Parcel(..) => None,
    });
    let row = PassageRow {
        n,
        place: place.clone(),
        at,
        is_out: checked.way() == Way::Out,
        number: number.to_owned(),
        gate_pass,
        parcels: i64::try_from(parcels.len()).unwrap_or(i64::MAX),
        who: who.to_owned(),
    };
    (row, parcels)
}

fn entry(one: &AtGate, row: &PassageRow) -> Entry {
    let what = match &one.what {
        What::Parcel(id, _) => Passed::Parcel(*id),
        What::Vehicle(pass) => Passed::Vehicle(pass.clone()),
    };
    let told = |name: &str, text: String| Field::changed(name, String::new(), text);
    let fields = [
        told("passage", row.n.to_string()),
        told("place", row.place.to_string()),
        told("way", way(row).name().to_owned()),
    ];
    Entry {
        subject: Subject::Passage { what, place: row.place.clone(), n: row.n },
        change: ChangeKind::Added,
        fields: fields.into_iter().flatten().collect(),
    }
}

const fn way(row: &PassageRow) -> Way {
    if row.is_out { Way::Out } else { Way::In }
}

impl From<PassageRow> for Passage {
    fn from(row: PassageRow) -> Self {
        let way = way(&row);
        let PassageRow { n, place, at, number, gate_pass, parcels, who, .. } = row;
        Self { n, place, at, way, number, gate_pass, parcels, who }
    }
}
