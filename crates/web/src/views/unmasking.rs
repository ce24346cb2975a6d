//! Persons that were shown for a reason, and requests to see those of many declarations.

use serde::Serialize;
use tongguan_application::clearing::record::DocumentKind;
use tongguan_application::unmasking::{Persons, Request};
use tongguan_domain::time::Moment;
use utoipa::ToSchema;

/// The persons of a declaration (个人信息).
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonsView {
    /// The declaration's id.
    declaration: String,
    /// What its documents say of persons.
    documents: Vec<PersonalDocumentView>,
}

/// What a document says of persons.
#[derive(Debug, Serialize, ToSchema)]
struct PersonalDocumentView {
    /// `order`, `payment`, `waybill` or `declaration`.
    document: &'static str,
    /// Its fields that hold personal data; absent where the original is kept no longer.
    fields: Option<Vec<PersonalFieldView>>,
}

/// A field that holds personal data.
#[derive(Serialize, ToSchema)]
struct PersonalFieldView {
    /// The element's name.
    field: &'static str,
    /// Its text.
    value: String,
}

/// A request to see the persons of many declarations.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmaskingView {
    /// Its number.
    number: i64,
    /// The ids of the declarations.
    declarations: Vec<String>,
    /// The code of the reason.
    reason: &'static str,
    /// What it is for.
    words: String,
    /// Who asks.
    officer: String,
    /// When.
    asked_at: String,
    /// `waiting`, `approved`, `turned-down`, `shown` or `lapsed`.
    state: &'static str,
    /// Who has answered.
    answered_by: Option<String>,
    /// Why it was turned down.
    refusal: Option<String>,
}

impl std::fmt::Debug for PersonalFieldView {
    /// Without its text, which must not reach a log by accident.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.field)
    }
}

impl PersonsView {
    /// Of persons that are shown.
    pub fn of(persons: Persons) -> Self {
        let documents = persons.documents.into_iter().map(|document| PersonalDocumentView {
            document: match document.kind {
                DocumentKind::Order | DocumentKind::ExportOrder => "order",
                DocumentKind::Payment | DocumentKind::Collection => "payment",
                DocumentKind::Waybill | DocumentKind::ExportWaybill => "waybill",
                _ => "declaration",
            },
            fields: document.fields.map(|fields| {
                let each = fields.into_iter();
                each.map(|it| PersonalFieldView { field: it.name, value: it.value }).collect()
            }),
        });
        Self { declaration: persons.declaration.to_string(), documents: documents.collect() }
    }
}

impl UnmaskingView {
    /// Of a request, as it stands at that time.
    pub fn of(request: &Request, now: Moment) -> Self {
        let answer = request.answer.as_ref();
        let state = match answer.map(|answer| answer.refusal.is_some()) {
            None => "waiting",
            Some(true) => "turned-down",
            Some(false) if request.seen_at.is_some() => "shown",
            Some(false) if request.is_open(now) => "approved",
            Some(false) => "lapsed",
        };
        Self {
            number: request.number,
            declarations: request.declarations.iter().map(ToString::to_string).collect(),
            reason: request.reason.code(),
            words: request.reason.words().to_owned(),
            officer: request.officer.clone(),
            asked_at: request.proposed_at.to_string(),
            state,
            answered_by: answer.map(|answer| answer.by.clone()),
            refusal: answer.and_then(|answer| answer.refusal.clone()),
        }
    }
}
