//! What audit events tell of a webhook's changes.

use tongguan_storage::WebhookRow;

use super::WebhookNumber;
use crate::history::{ChangeKind, Entry, Field, Subject};

/// That a webhook was changed.
pub(super) fn told(row: &WebhookRow, change: ChangeKind, fields: Vec<Field>) -> Entry {
    let number = WebhookNumber(row.number).to_string();
    Entry { subject: Subject::Webhook { mailbox: row.mailbox.to_string(), number }, change, fields }
}

/// What is other than before, without a word of a secret.
pub(super) fn differing(before: Option<&WebhookRow>, after: Option<&WebhookRow>) -> Vec<Field> {
    let field = |name, of: &dyn Fn(&WebhookRow) -> String| {
        Field::changed(
            name,
            before.map_or_else(String::new, of),
            after.map_or_else(String::new, of),
        )
    };
    let standing = |row: &WebhookRow| match (row.paused_at, row.gone_at) {
        (Some(_), _) => "paused".to_owned(),
        (None, Some(_)) => "gone".to_owned(),
        (None, None) => "active".to_owned(),
    };
    let secret = Field::changed(
        "secret",
        if before.is_some() { "kept" } else { "" }.to_owned(),
        match (before, after) {
            (Some(before), Some(after)) if before.secret != after.secret => "given anew",
            (_, Some(_)) => "kept",
            (_, None) => "",
        }
        .to_owned(),
    );
    let fields = [
        field("address", &|row| row.url.clone()),
        field("messages", &|row| row.message_types.clone()),
        field("standing", &standing),
        field("after", &|row| row.n.to_string()),
        secret,
    ];
    fields.into_iter().flatten().collect()
}
