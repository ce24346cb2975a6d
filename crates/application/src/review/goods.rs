//! What of declared goods is not registered, as an officer sees it beside the declaration.

use std::collections::HashMap;

use jiff::civil::Date;
use tongguan_domain::defect::Defect;
use tongguan_domain::facts::DeclarationFacts;
use tongguan_domain::filing::declared::{DeclaredGoods, hold_against};
use tongguan_storage::{StorageError, View};

use super::AnyDeclaration;
use crate::clearing::decide::goods::{lines_of_export, lines_of_import};
use crate::clearing::rows;
use crate::clearing::settings::{GoodsCheck, OfficeSettings};

/// What of the goods is not registered so on a day: nothing where the office does not ask for that, and nothing of
/// an account book that is kept here. What counted when the declaration was entered stands in what it was told.
///
/// # Errors
/// [`StorageError`].
pub fn unregistered_goods(
    view: &mut View<'_>,
    declaration: &AnyDeclaration,
    settings: &OfficeSettings,
    day: Date,
) -> Result<Vec<Defect>, StorageError> {
    let lines: Vec<DeclaredGoods<'_>> = match declaration {
        _ if settings.registered_goods == GoodsCheck::Off => return Ok(Vec::new()),
        AnyDeclaration::Import(record) if is_of_book(view, &record.facts)? => {
            return Ok(Vec::new());
        }
        AnyDeclaration::Import(record) => lines_of_import(&record.facts).collect(),
        AnyDeclaration::Export(record) => lines_of_export(&record.facts).collect(),
    };
    let merchant = declaration.merchant();
    let keys: Vec<_> = lines.iter().filter_map(|line| Some((merchant, line.item_no?))).collect();
    let goods = view.registered_goods(&keys)?.into_iter().map(|row| {
        let (_, item_no, standing) = rows::read_goods(row);
        (item_no, standing)
    });
    let register: HashMap<_, _> = goods.collect();
    Ok(hold_against(lines, |item| register.get(item), day))
}

/// Whether these are bonded goods of an account book that is kept here, which is what registers them.
fn is_of_book(view: &mut View<'_>, facts: &DeclarationFacts) -> Result<bool, StorageError> {
    match facts.account_book.as_ref().filter(|_| facts.mode.is_bonded()) {
        Some(book) => Ok(!view.account_books(&[rows::book_key(book)])?.is_empty()),
        None => Ok(false),
    }
}
