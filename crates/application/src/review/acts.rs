//! What officers did about a declaration, from the audit events.

use tongguan_domain::ids::DeclarationId;
use tongguan_domain::status::ReturnStatus;
use tongguan_domain::time::Moment;
use tongguan_storage::Store;
use tongguan_storage::stored::event::{StoredCauseV1, StoredEvent, StoredSubjectV1};

use super::ReviewError;
use super::any::AnyDeclaration;
use super::picture::first_response_of;
use crate::history::AND;

/// Events that are read at a time.
const PAGE: i64 = 1_000;

/// What an officer did about a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Moment,
    /// Who; of two the one who approved stands last.
    pub officer: String,
    /// Why.
    pub reason: String,
    /// The statuses that were told because of it.
    pub statuses: Vec<i32>,
}

impl Act {
    /// Whether the goods were kept (扣留) by it.
    pub fn keeps_goods(&self) -> bool {
        let statuses = self.statuses.iter().filter_map(|status| ReturnStatus::from_number(*status));
        statuses.into_iter().any(ReturnStatus::is_detained)
    }

    /// Everybody who took part.
    pub fn officers(&self) -> impl Iterator<Item = &str> {
        self.officer.split(AND)
    }
}

/// Everything that officers did about a declaration, in order. Found as what was told of it is: between its
/// first sight and its newest response.
///
/// # Errors
/// [`ReviewError`].
pub fn acts(store: &Store, id: DeclarationId) -> Result<Vec<Act>, ReviewError> {
    let newest = store.read(|view| {
        let Some(declaration) = AnyDeclaration::of_id(view, id)? else { return Ok(None) };
        declaration.newest_response(view)
    })?;
    let Some((partition, newest)) = newest else { return Ok(Vec::new()) };
    let mut from = first_response_of(store, id, (partition, newest))?;
    let mut acts = Vec::new();
    // The event of a batch stands behind its responses.
    while from <= newest + 1 {
        let page = store.read(|view| view.events_from(partition, from, PAGE))?;
        let Some(last) = page.last() else { break };
        from = last.seq + 1;
        for event in page {
            let at = event.at;
            let entries = StoredEvent::decode(&event.body)?.entries.into_iter();
            acts.extend(entries.filter_map(|entry| match (entry.subject, entry.cause) {
                (
                    StoredSubjectV1::Declaration(of) | StoredSubjectV1::Export(of),
                    StoredCauseV1::Ruling(officer, reason),
                ) if of == id.0 => Some(Act { at, officer, reason, statuses: entry.statuses }),
                _ => None,
            }));
        }
    }
    Ok(acts)
}
