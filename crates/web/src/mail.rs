//! What lies in a mailbox and what it sent, as pages and the JSON interface look for it.

use serde::Deserialize;
use tongguan_application::mailboxes::{MailFilter, SentFilter};
use utoipa::IntoParams;

use crate::pages::shell::asking;
use crate::parcels::day;
use crate::problem::Problem;

/// The longest number that is looked for.
const LONGEST_NUMBER: usize = 80;

/// Which messages are wanted, as an address says it; all where it says nothing.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// It begins so: of what came, the number of an order, a waybill or the sender's own; of what was sent, its guid,
    /// the name of its file, or the number that it was received under.
    #[param(max_length = 80)]
    pub number: String,
    /// `CEB622` and its like.
    #[serde(rename = "type")]
    #[param(example = "CEB622", pattern = "^([A-Z]{3}[0-9]{3})?$")]
    pub kind: String,
    /// Decided, or received, on this day or later, in China.
    #[param(example = "2026-11-01")]
    pub from: String,
    /// On this day or earlier.
    #[param(example = "2026-11-30")]
    pub to: String,
}

impl Wanted {
    /// What is looked for of what came.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for a part that does not read.
    pub fn letters(&self) -> Result<MailFilter, Problem> {
        let SentFilter { number, message, from, to } = self.sent()?;
        Ok(MailFilter { number, message, from, to })
    }

    /// What is looked for of what was sent.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for a part that does not read.
    pub fn sent(&self) -> Result<SentFilter, Problem> {
        let number = self.number.trim();
        if number.chars().any(char::is_control) || number.chars().count() > LONGEST_NUMBER {
            return Err(Problem::Malformed("number"));
        }
        let kind = self.kind.trim().to_ascii_uppercase();
        let is_kind = |kind: &str| {
            kind.len() == 6
                && kind.bytes().take(3).all(|byte| byte.is_ascii_uppercase())
                && kind.bytes().skip(3).all(|byte| byte.is_ascii_digit())
        };
        if !kind.is_empty() && !is_kind(&kind) {
            return Err(Problem::Malformed("type"));
        }
        let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Ok(SentFilter {
            number: said(number),
            message: said(&kind),
            from: day(&self.from, "from")?,
            to: day(&self.to, "to")?,
        })
    }

    /// The address of a page of it.
    pub fn address(&self, path: &str, before: &str) -> String {
        let Self { number, kind, from, to } = self;
        let fields = [("number", number), ("type", kind), ("from", from), ("to", to)];
        let fields = fields.map(|(name, value)| (name, value.as_str()));
        asking(path, &[fields.as_slice(), &[("before", before)]].concat())
    }
}
