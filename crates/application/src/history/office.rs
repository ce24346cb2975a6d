//! Whose an event is (所属关区): the office of the record, and the office for which somebody acted.
//!
//! It is written with the event and as things stood then, so that nobody's events change their reader when a person
//! or a book goes to another office.

use std::collections::BTreeSet;

use tongguan_domain::access::{SignIn, Standing};
use tongguan_domain::ids::{DeclarationId, OfficeCode, PlaceCode};
use tongguan_storage::{Partition, StorageError, View};

use super::{Cause, Entry, Field, Passed, Subject};
use crate::review::AnyRow;

/// The offices whose event it is: those of a declaration, that of a book or a place, of a person before and after, of a setting;
/// and that of whoever acted. Nothing where no office has to do with it.
///
/// # Errors
/// [`StorageError`].
pub(super) fn offices(
    view: &mut View<'_>,
    cause: &Cause,
    entry: &Entry,
) -> Result<BTreeSet<OfficeCode>, StorageError> {
    let mut offices = match &entry.subject {
        Subject::Declaration(id) => of_declaration(view, *id)?,
        Subject::ExportReturn(id) => of_declaration(view, id.declaration)?,
        Subject::Person(name) => of_person(view, name, &entry.fields)?,
        Subject::Setting { scope, .. } => {
            scope.strip_prefix("office:").and_then(read).into_iter().collect()
        }
        Subject::AccountBook(book)
        | Subject::AccountItem { book, .. }
        | Subject::BondedList { book, .. } => {
            let rows = view.account_books(&[(Partition::of_text(book), book.clone())])?;
            rows.iter().filter_map(|row| read(&row.office)).collect()
        }
        Subject::Place(code) => of_place(view, code)?,
        Subject::Passage { what, place, .. } => {
            let mut offices = of_place(view, place)?;
            if let Passed::Parcel(id) = what {
                offices.extend(of_declaration(view, *id)?);
            }
            offices
        }
        _ => BTreeSet::new(),
    };
    if let Cause::Person(actor) = cause {
        let standing = actor.standing.split_once(' ');
        offices.extend(standing.and_then(|(role, of)| of_standing(role, of)));
    }
    Ok(offices)
}

fn of_declaration(
    view: &mut View<'_>,
    id: DeclarationId,
) -> Result<BTreeSet<OfficeCode>, StorageError> {
    let Some(row) = AnyRow::of_id(view, id)? else { return Ok(BTreeSet::new()) };
    let office = read(row.office());
    // What does not decode is an operator's matter, and no reason to leave the event unwritten.
    let declaration = row.decode().ok();
    Ok(declaration.iter().flat_map(|it| it.offices()).chain(office).collect())
}

fn of_place(view: &mut View<'_>, code: &PlaceCode) -> Result<BTreeSet<OfficeCode>, StorageError> {
    let rows = view.places()?;
    Ok(rows.iter().filter(|row| row.code == *code).filter_map(|row| read(&row.office)).collect())
}

/// Those of a person as the event leaves and has found the person.
fn of_person(
    view: &mut View<'_>,
    name: &str,
    fields: &[Field],
) -> Result<BTreeSet<OfficeCode>, StorageError> {
    let Ok(sign_in) = SignIn::parse(name) else { return Ok(BTreeSet::new()) };
    let Some(row) = view.people(&[&sign_in])?.pop() else { return Ok(BTreeSet::new()) };
    let before = |name: &str| fields.iter().find(|field| field.name == name).map(|it| &it.before);
    let was =
        (before("role").unwrap_or(&row.role), before("organisation").unwrap_or(&row.organisation));
    let both = [(&row.role, &row.organisation), was];
    Ok(both.into_iter().filter_map(|(role, of)| of_standing(role, of)).collect())
}

fn of_standing(role: &str, organisation: &str) -> Option<OfficeCode> {
    match Standing::parse(role, organisation).ok()? {
        Standing::Customs { office, .. } => Some(office),
        _ => None,
    }
}

fn read(office: &str) -> Option<OfficeCode> {
    OfficeCode::parse(office).ok()
}
