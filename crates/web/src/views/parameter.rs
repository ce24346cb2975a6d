//! Parameters, and what was proposed to change them.

use serde::Serialize;
use tongguan_application::parameters::{Change, Fate, InForce, Origin, Proposal};
use utoipa::ToSchema;

/// A setting of an office (关区参数) as it holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingView {
    /// Its name.
    name: &'static str,
    /// Its value.
    value: String,
    /// Who has settled it: `office`, `all` for all offices that have not, or `built-in`.
    settled_by: &'static str,
}

/// A change of a parameter (参数更改) that was proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedChangeView {
    /// Its number.
    n: i64,
    /// The office whose setting it is, or `all`; absent for rows.
    office: Option<String>,
    /// The setting; absent for rows.
    setting: Option<String>,
    /// The code table; absent for a setting.
    table: Option<&'static str>,
    /// The value, or the rows as CSV; absent where an own value is taken away.
    value: Option<String>,
    /// What held when it was proposed; empty for rows.
    before: String,
    /// The day from which it is to hold; rows say their own.
    #[schema(format = Date)]
    from: String,
    /// Why.
    reason: String,
    /// Who has proposed it.
    proposed_by: String,
    /// When.
    proposed_at: String,
    /// `waits`, `approved` where its day is not there yet, `done`, or `turned-down`.
    standing: &'static str,
    /// Who has answered.
    answered_by: Option<String>,
    /// When it was answered or, once it is done, when that was.
    at: Option<String>,
    /// Why it was turned down.
    refusal: Option<String>,
}

impl SettingView {
    /// Of a setting.
    pub fn of(setting: &InForce) -> Self {
        let settled_by = match setting.origin {
            Origin::Office => "office",
            Origin::Everywhere => "all",
            Origin::BuiltIn => "built-in",
        };
        Self { name: setting.name, value: setting.value.clone(), settled_by }
    }
}

impl ProposedChangeView {
    /// Of a proposal.
    pub fn of(proposal: &Proposal) -> Self {
        let (office, setting, table, value) = match &proposal.change {
            Change::Setting { office, name, value } => {
                let office = office.map_or_else(|| "all".to_owned(), |office| office.to_string());
                (Some(office), Some(name.clone()), None, value.clone())
            }
            Change::Rows { table, text } => (None, None, Some(table.name()), Some(text.clone())),
        };
        let (standing, answer, refusal) = match &proposal.fate {
            Fate::Waits => ("waits", None, None),
            Fate::Approved { by, at } => ("approved", Some((by, at)), None),
            Fate::Done { by, at } => ("done", Some((by, at)), None),
            Fate::TurnedDown { by, at, why } => ("turned-down", Some((by, at)), Some(why.clone())),
        };
        Self {
            n: proposal.n,
            office,
            setting,
            table,
            value,
            before: proposal.before.clone(),
            from: proposal.from.to_string(),
            reason: proposal.reason.clone(),
            proposed_by: proposal.proposed_by.clone(),
            proposed_at: proposal.proposed_at.to_string(),
            standing,
            answered_by: answer.map(|(by, _)| by.clone()),
            at: answer.map(|(_, at)| at.to_string()),
            refusal,
        }
    }
}
