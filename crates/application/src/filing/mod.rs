//! Filings (备案): enterprises file themselves, their certificates and their goods; officers review; what is
//! approved is registered in the same transaction.
//!
//! | step | file |
//! |---|---|
//! | read a certificate, and say what is to be said of it | `certificate` |
//! | read a file of goods, with a report for each row | [`goods_file`] |
//! | file, correct, take back | `lodge` |
//! | take up, give back, decide | `review` |
//! | register what stands | `effect` |
//! | list and find | `find` |
//! | goods that are registered | `goods` |
//!
//! Every change bumps the register [`Filings`](tongguan_storage::Register::Filings) first, so that filings are
//! decided one after the other, and leaves audit events with what was before and after.

mod certificate;
mod effect;
mod find;
mod goods;
pub mod goods_file;
mod lodge;
mod review;
#[cfg(test)]
mod tests;

use tongguan_domain::defect::Defect;
use tongguan_domain::filing::rules::{CODE_TAKEN, OF_ANOTHER};
use tongguan_domain::filing::{FilingId, FilingState, Matter, NotAllowed};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::StoredError;
use tongguan_storage::stored::filing::StoredFiling;
use tongguan_storage::{FilingRow, StorageError};

use crate::registry::{Conflict, fingerprint};
use crate::review::BadReason;

pub use certificate::{CertificateFacts, MadeOutTo, TrustNote, read_certificate};
pub use find::{Query, Scope, Waiting, count_waiting, events_of, list, one, waiting};
pub use goods::{Goods, GoodsError, goods_after, goods_of, import_goods};
pub use lodge::{Filer, Lodged, file, office_of, withdraw};
pub use review::{Decision, decide, give_back, take_up};

/// A filing (备案申请).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// Its number.
    pub id: FilingId,
    /// Who filed.
    pub party: PartyId,
    /// The office whose officers review it; those of every office where it names none.
    pub office: Option<OfficeCode>,
    /// Which person or program, as audit events say it.
    pub filed_by: String,
    /// When it was filed, corrected the last time.
    pub filed_at: Moment,
    /// When it last changed.
    pub changed_at: Moment,
    /// What is filed.
    pub matter: Matter,
    /// Where it stands.
    pub state: FilingState,
}

/// Something was not done about a filing.
#[derive(Debug, thiserror::Error)]
pub enum FilingError {
    /// There is none of that number.
    #[error("there is no filing {0}")]
    Unknown(FilingId),
    /// What was filed is wrong.
    #[error("what was filed is wrong: {}", .0.iter().map(Defect::message_en).collect::<Vec<_>>().join("; "))]
    Wrong(Vec<Defect>),
    /// It cannot be done where it stands.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The reason cannot be given.
    #[error(transparent)]
    BadReason(#[from] BadReason),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<Conflict> for FilingError {
    fn from(conflict: Conflict) -> Self {
        Self::Wrong(vec![match conflict {
            Conflict::Code(code) => Defect::at(&CODE_TAKEN, "codes").found(code),
            Conflict::Certificate => Defect::at(&OF_ANOTHER, "certificate"),
        }])
    }
}

impl Filing {
    /// What people know it by: a name, an item number with a name, the beginning of a certificate's digest.
    pub fn title(&self) -> String {
        title(&self.matter)
    }

    /// Whether the officers of an office review it.
    pub fn is_for(&self, office: OfficeCode) -> bool {
        self.office.is_none_or(|own| own == office)
    }

    /// What was filed, field by field, as people read it.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        fields(&self.matter)
    }

    fn read(row: FilingRow) -> Result<Self, StorageError> {
        let damaged = |error: StoredError| StorageError::Corrupt {
            table: "filing",
            column: "body",
            reason: error.to_string(),
        };
        let (matter, state) =
            StoredFiling::decode(&row.body).and_then(StoredFiling::read).map_err(damaged)?;
        Ok(Self {
            id: row.filing_id,
            party: row.party_id,
            office: row.office.as_deref().map(OfficeCode::parse).transpose().map_err(|error| {
                StorageError::Corrupt {
                    table: "filing",
                    column: "office",
                    reason: error.to_string(),
                }
            })?,
            filed_by: row.filed_by,
            filed_at: row.filed_at,
            changed_at: row.changed_at,
            matter,
            state,
        })
    }

    fn row(&self) -> Result<FilingRow, StorageError> {
        let body = StoredFiling::of(&self.matter, &self.state).encode();
        let body = body.map_err(|error| StorageError::Corrupt {
            table: "filing",
            column: "body",
            reason: error.to_string(),
        })?;
        Ok(FilingRow {
            filing_id: self.id,
            party_id: self.party,
            kind: self.matter.kind().name().to_owned(),
            subject: self.matter.subject(),
            title: self.title(),
            status: self.stored_status().to_owned(),
            waits: self.state.waits().then_some(true),
            office: self.office.as_ref().map(ToString::to_string),
            valid_to: self
                .state
                .approval()
                .and_then(|approval| approval.valid_to)
                .map(Moment::start_of),
            filed_by: self.filed_by.clone(),
            filed_at: self.filed_at,
            changed_at: self.changed_at,
            body,
        })
    }

    /// The name of where it stands, expiry apart: that is a matter of the day on which somebody looks.
    fn stored_status(&self) -> &'static str {
        self.state.status(jiff::civil::Date::MIN).name()
    }
}

fn title(matter: &Matter) -> String {
    match matter {
        Matter::Enterprise(filed) => filed.name.clone(),
        Matter::Certificate(filed) => fingerprint(&filed.digest).chars().take(16).collect(),
        Matter::Goods(filed) => filed.goods.name.to_string(),
    }
}

fn fields(matter: &Matter) -> Vec<(&'static str, String)> {
    match matter {
        Matter::Enterprise(filed) => {
            let codes: Vec<_> = filed.codes.iter().map(ToString::to_string).collect();
            let roles: Vec<_> = filed.roles.iter().map(|role| role.name()).collect();
            let licence = filed.licence.as_deref().unwrap_or_default().to_owned();
            let payment_url = filed.payment_url.as_ref().map(ToString::to_string);
            let payment_url = payment_url.unwrap_or_default();
            vec![
                ("name", filed.name.clone()),
                ("codes", codes.join(", ")),
                ("roles", roles.join(", ")),
                ("licence", licence),
                ("payment_url", payment_url),
            ]
        }
        Matter::Certificate(filed) => vec![
            ("sha256", fingerprint(&filed.digest)),
            ("valid_from", filed.valid_from.to_string()),
            ("valid_to", filed.valid_to.to_string()),
        ],
        Matter::Goods(filed) => filed.texts().into(),
    }
}
