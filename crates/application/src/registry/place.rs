//! Supervised places (监管作业场所): whose they are, as a registry file tells of them and as they are registered.

use std::collections::HashMap;

use jiff::civil::Date;
use tongguan_domain::defect::Defect;
use tongguan_domain::ids::{OfficeCode, PartyId, PlaceCode};
use tongguan_domain::party::{PartyCode, Role};
use tongguan_domain::place::SupervisedPlace;
use tongguan_domain::time::Moment;
use tongguan_storage::{PlaceRow, StorageError, View};

use super::defect::{MALFORMED, NO_OPERATOR, UNKNOWN_OPERATOR, at};
use super::plan::Plan;
use super::registered::Registered;
use super::report::{Change, FieldChange, PlaceReport};

/// A supervised place to be registered, or to be brought up to date. It says all about the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceEntry {
    /// Where it begins in the file, counted from 1.
    pub line: u64,
    /// Its code (监管场所代码), which stays.
    pub code: PlaceCode,
    /// What it is called, in Chinese.
    pub name: String,
    /// What it is called in English.
    pub name_en: Option<String>,
    /// The office that supervises it.
    pub office: OfficeCode,
    /// Any code of the party that runs it.
    pub operator: PartyCode,
    /// First day; when `None` as it is, or the day of the import.
    pub valid_from: Option<Date>,
    /// Last day; open-ended when `None`.
    pub valid_to: Option<Date>,
}

/// Every registered place, by code.
///
/// # Errors
/// [`StorageError`].
pub fn places(view: &mut View<'_>) -> Result<Vec<SupervisedPlace>, StorageError> {
    view.places()?.into_iter().map(read).collect()
}

/// Compares the places of a file with those that are registered, after its parties were planned.
pub(super) fn plan_places(
    plan: &mut Plan,
    registered: &[SupervisedPlace],
    parties: &[Registered],
    entries: &[PlaceEntry],
    today: Date,
) -> Vec<Defect> {
    let mut defects = Vec::new();
    // The parties as the file leaves them: one that it names may run a place that it names.
    let mut operators: HashMap<PartyId, Registered> =
        parties.iter().map(|one| (one.party.id, one.clone())).collect();
    let planned = plan.report.parties.iter().map(|report| &report.after);
    operators.extend(planned.map(|one| (one.party.id, one.clone())));
    for entry in entries {
        let runs = |one: &&Registered| one.party.codes.contains(&entry.operator);
        let Some(operator) = operators.values().find(runs) else {
            let defect = at(&UNKNOWN_OPERATOR, entry.line, "operator");
            defects.push(defect.found(&entry.operator));
            continue;
        };
        if !operator.party.roles.contains(Role::FacilityOperator) {
            let defect = at(&NO_OPERATOR, entry.line, "operator").found(&entry.operator);
            defects.push(defect.with("party", &operator.party.name));
            continue;
        }
        let before = registered.iter().find(|place| place.code == entry.code);
        let valid_from = entry.valid_from.or(before.map(|place| place.valid_from)).unwrap_or(today);
        // A first day that the file leaves as it is may lie behind a last day that it sets.
        if let Some(last) = entry.valid_to
            && last < valid_from
        {
            let defect = at(&MALFORMED, entry.line, "valid_to").found(last);
            defects.push(defect.expected(format!("a day not before {valid_from}")));
            continue;
        }
        let after = SupervisedPlace {
            code: entry.code.clone(),
            name: entry.name.as_str().into(),
            name_en: entry.name_en.as_deref().map(Into::into),
            office: entry.office,
            operator: operator.party.id,
            valid_from,
            valid_to: entry.valid_to,
        };
        let change = change(before, &after);
        if change != Change::Unchanged {
            plan.places.push(row(&after));
        }
        plan.report.places.push(PlaceReport { line: entry.line, after, change });
    }
    defects
}

fn change(before: Option<&SupervisedPlace>, after: &SupervisedPlace) -> Change {
    let Some(before) = before else { return Change::Added };
    let pairs = shown(before).into_iter().zip(shown(after));
    let fields = pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| FieldChange { field, before, after });
    match fields.collect::<Vec<_>>() {
        fields if fields.is_empty() => Change::Unchanged,
        fields => Change::Changed(fields),
    }
}

/// What a place is, field by field, as files name them; of the operator the number that it has here.
pub(super) fn shown(place: &SupervisedPlace) -> [(&'static str, String); 6] {
    let text = |value: Option<String>| value.unwrap_or_default();
    [
        ("name", place.name.to_string()),
        ("name_en", text(place.name_en.as_ref().map(ToString::to_string))),
        ("office", place.office.to_string()),
        ("operator", place.operator.to_string()),
        ("valid_from", place.valid_from.to_string()),
        ("valid_to", text(place.valid_to.map(|day| day.to_string()))),
    ]
}

fn row(place: &SupervisedPlace) -> PlaceRow {
    PlaceRow {
        code: place.code.clone(),
        name: place.name.to_string(),
        name_en: place.name_en.as_ref().map(ToString::to_string),
        office: place.office.to_string(),
        operator_id: place.operator,
        valid_from: Moment::start_of(place.valid_from),
        valid_to: place.valid_to.map(Moment::start_of),
    }
}

fn read(row: PlaceRow) -> Result<SupervisedPlace, StorageError> {
    let office = OfficeCode::parse(&row.office).map_err(|error| StorageError::Corrupt {
        table: "supervised_place",
        column: "office",
        reason: error.to_string(),
    })?;
    Ok(SupervisedPlace {
        code: row.code,
        name: row.name.into(),
        name_en: row.name_en.map(Into::into),
        office,
        operator: row.operator_id,
        valid_from: row.valid_from.china_day(),
        valid_to: row.valid_to.map(Moment::china_day),
    })
}
