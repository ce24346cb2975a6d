//! What tests look up in a store past the product.

use tongguan_application::clearing::record::{DeclarationRecord, DocumentKey, Facts};
use tongguan_application::clearing::rows;
use tongguan_storage::{Partition, StorageError, View};

/// The declaration that stands under a key, if any.
///
/// # Errors
/// [`StorageError`].
#[expect(clippy::expect_used, reason = "a test cannot go on when a row does not decode")]
pub fn declaration(
    view: &mut View<'_>,
    key: &DocumentKey,
) -> Result<Option<DeclarationRecord>, StorageError> {
    let DocumentKey { dossier, kind, party, number } = key;
    let row = (dossier.partition, &*dossier.order_no, kind.code(), *party, &**number);
    let Some(document) = view.documents(&[row])?.pop() else { return Ok(None) };
    let document = rows::read_document(document).expect("a document row");
    let Some(Facts::Declaration(id)) = document.facts.as_deref() else { return Ok(None) };
    let row = view.declarations(&[(dossier.partition, *id)])?.pop();
    Ok(row.map(|row| rows::read_declaration(row).expect("a declaration row")))
}

/// Asserts that nothing is held.
///
/// # Errors
/// [`StorageError`].
///
/// # Panics
/// When something is.
pub fn nothing_held(view: &mut View<'_>) -> Result<(), StorageError> {
    let held = view.held((Partition(0), 0), 10)?;
    assert!(held.is_empty(), "held: {held:?}");
    Ok(())
}
