//! What the world's parties receive.

use tongguan_application::delivery::Rendered;

use crate::answers::{Answer, Billed, answers, bills};
use crate::parcels::Document;

/// What came out of one batch, as its receivers read it.
#[derive(Debug, Default)]
pub struct Sent {
    /// The messages.
    pub messages: Vec<Rendered>,
    /// Their statuses.
    pub answers: Vec<Answer>,
    /// Their tax bills.
    pub bills: Vec<Billed>,
}

impl Sent {
    /// What these messages say.
    pub fn of(messages: Vec<Rendered>) -> Self {
        Self { answers: answers(&messages), bills: bills(&messages), messages }
    }

    /// The statuses that the document of that number was given.
    pub fn to(&self, document: &Document) -> Vec<&Answer> {
        let guid = document.filing().guid.as_str();
        self.answers.iter().filter(|answer| answer.guid == guid).collect()
    }

    /// The numbers of those statuses.
    pub fn statuses(&self, document: &Document) -> Vec<i32> {
        self.to(document).iter().map(|answer| answer.status).collect()
    }

    /// The text of the last of those.
    pub fn last_text(&self, document: &Document) -> String {
        self.to(document).last().map(|answer| answer.text.clone()).unwrap_or_default()
    }
}
