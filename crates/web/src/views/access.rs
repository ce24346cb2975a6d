//! Access keys of programs.

use serde::Serialize;
use tongguan_application::access::{AccessKey, Shown};
use tongguan_domain::time::Moment;
use utoipa::ToSchema;

/// An access key (访问密钥), without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessKeyView {
    /// What it is called.
    number: String,
    /// What a program shows: `key`, or `certificate`.
    kind: &'static str,
    /// The mailbox that it opens.
    mailbox: String,
    /// What it is for.
    purpose: String,
    /// The permissions that it has.
    scopes: Vec<&'static str>,
    /// When it was given.
    issued_at: String,
    /// From when on it opens nothing.
    expires_at: String,
    /// When it was withdrawn, if it was.
    withdrawn_at: Option<String>,
    /// Whether it opens its mailbox now.
    valid: bool,
}

impl AccessKeyView {
    /// Of a key, at a time.
    pub fn of(key: &AccessKey, now: Moment) -> Self {
        Self {
            number: key.number.clone(),
            kind: match key.shown {
                Shown::Secret => "key",
                Shown::Certificate => "certificate",
            },
            mailbox: key.mailbox.to_string(),
            purpose: key.purpose.clone(),
            scopes: key.scopes.names(),
            issued_at: key.issued_at.to_string(),
            expires_at: key.expires_at.to_string(),
            withdrawn_at: key.withdrawn_at.map(|at| at.to_string()),
            valid: key.is_valid_at(now),
        }
    }
}
