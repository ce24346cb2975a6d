//! The bodies of requests to consolidate and of their parts.

use serde::{Deserialize, Serialize};
use tongguan_domain::consolidation::{Progress, Reached, RequestState};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::party::{NamedParty, PartyCode};
use tongguan_domain::time::Moment;

use super::facts::damaged;
use super::response::StoredAnswerV1;
use super::{StoredError, decode, encode, versioned};

const FORM: &str = "request to consolidate";
const PART_FORM: &str = "part of a request to consolidate";
const RESULT_FORM: &str = "part of a result of consolidation";

/// The form that is written now.
pub type StoredConsolidation = StoredConsolidationV1;
/// The form of a part that is written now.
pub type StoredNumbers = StoredNumbersV1;
/// The form of a part of a result that is written now.
pub type StoredResultPart = StoredResultPartV1;

/// A request to consolidate (汇总申请单), first form; flags as on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredConsolidationV1 {
    /// 预录入编号; none where the office opened it.
    pub provisional_no: Option<String>,
    /// 申报地海关.
    pub office: String,
    /// 申报企业.
    pub declarant: StoredNamedV1,
    /// The registry id of the merchant.
    pub merchant_id: i64,
    /// 电商企业.
    pub merchant: StoredNamedV1,
    /// 报关单位.
    pub formal_declarant: StoredNamedV1,
    /// The period in microseconds since 1970, its end not included; none where numbers are named.
    pub period: Option<(i64, i64)>,
    /// `summaryFlag`.
    pub grouping: String,
    /// `itemNameFlag`.
    pub naming: String,
    /// How many parts it has.
    pub parts: u32,
    /// Those that came.
    pub arrived: Vec<u32>,
    /// Where it stands.
    pub state: StoredRequestStateV1,
    /// Whom it answers.
    pub answers: StoredAnswersV1,
}

/// Whom a request answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredAnswersV1 {
    /// The document of that part, the last one of those that came.
    Part(u32, StoredAnswerV1),
    /// Nobody: the office opened it. Its results go to that mailbox, if there is one.
    Mailbox(Option<String>),
}

/// A party as a document names it: code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredNamedV1(pub Box<str>, pub Box<str>);

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredRequestStateV1 {
    /// Parts are missing.
    Gathering,
    /// Nothing is merged yet.
    Accepted,
    /// Some of it is merged.
    Running(StoredProgressV1),
    /// All of it is merged.
    Done(StoredProgressV1),
    /// Nothing of it could be.
    Refused(StoredProgressV1),
}

/// How far a request has come: what was reached, forms, declarations, those left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredProgressV1(Option<StoredReachedV1>, u64, u64, u64);

/// What a request has looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredReachedV1 {
    /// So many numbers.
    Named(u64),
    /// Departures until then, in microseconds since 1970, and the last one's id.
    Departed(i64, i64),
}

/// The numbers that a part names, first form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredNumbersV1(pub Vec<Box<str>>);

/// A part of a result (792) in the outbox, first form: what it says follows from the formal declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResultPartV1 {
    /// 报关单编号.
    pub entry_id: String,
    /// 报文序号, from 1.
    pub part: u32,
    /// 报文总数.
    pub of: u32,
    /// Who receives it.
    pub mailboxes: Vec<String>,
}

/// Writes `encode` and `decode` of a form of which there is one version.
macro_rules! first_form {
    ($($name:ident, $form:ident;)+) => {$(
        impl $name {
            /// The bytes for `body`.
            ///
            /// # Errors
            /// See [`encode`].
            pub fn encode(&self) -> Result<Vec<u8>, StoredError> {
                encode($form, 1, self)
            }

            /// From a `body` of any version.
            ///
            /// # Errors
            /// [`StoredError`].
            pub fn decode(body: &[u8]) -> Result<Self, StoredError> {
                match versioned($form, body)? {
                    (1, fields) => decode($form, fields),
                    (version, _) => Err(StoredError::UnknownVersion { form: $form, version }),
                }
            }
        }
    )+};
}

first_form! {
    StoredConsolidation, FORM;
    StoredNumbers, PART_FORM;
    StoredResultPart, RESULT_FORM;
}

impl From<&NamedParty> for StoredNamedV1 {
    fn from(party: &NamedParty) -> Self {
        Self(party.code.as_str().into(), party.name.as_str().into())
    }
}

impl TryFrom<StoredNamedV1> for NamedParty {
    type Error = StoredError;
    fn try_from(stored: StoredNamedV1) -> Result<Self, StoredError> {
        let code = PartyCode::parse(&stored.0).map_err(damaged)?;
        Ok(Self { code, name: stored.1.into() })
    }
}

impl From<RequestState> for StoredRequestStateV1 {
    fn from(state: RequestState) -> Self {
        match state {
            RequestState::Gathering => Self::Gathering,
            RequestState::Accepted => Self::Accepted,
            RequestState::Running(progress) => Self::Running(progress.into()),
            RequestState::Done(progress) => Self::Done(progress.into()),
            RequestState::Refused(progress) => Self::Refused(progress.into()),
        }
    }
}

impl From<StoredRequestStateV1> for RequestState {
    fn from(stored: StoredRequestStateV1) -> Self {
        match stored {
            StoredRequestStateV1::Gathering => Self::Gathering,
            StoredRequestStateV1::Accepted => Self::Accepted,
            StoredRequestStateV1::Running(progress) => Self::Running(progress.into()),
            StoredRequestStateV1::Done(progress) => Self::Done(progress.into()),
            StoredRequestStateV1::Refused(progress) => Self::Refused(progress.into()),
        }
    }
}

impl From<Progress> for StoredProgressV1 {
    fn from(progress: Progress) -> Self {
        let reached = progress.reached.map(|reached| match reached {
            Reached::Named(count) => StoredReachedV1::Named(count),
            Reached::Departed(at, id) => StoredReachedV1::Departed(at.micros(), id.0),
        });
        Self(reached, progress.forms, progress.declarations, progress.left_out)
    }
}

impl From<StoredProgressV1> for Progress {
    fn from(stored: StoredProgressV1) -> Self {
        let StoredProgressV1(reached, forms, declarations, left_out) = stored;
        let reached = reached.map(|reached| match reached {
            StoredReachedV1::Named(count) => Reached::Named(count),
            StoredReachedV1::Departed(at, id) => {
                Reached::Departed(Moment::from_micros(at), DeclarationId(id))
            }
        });
        Self { reached, forms, declarations, left_out }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored::golden::keeps;
    use crate::stored::response::StoredQuoteV1;

    fn request(state: RequestState, answers: StoredAnswersV1) -> StoredConsolidation {
        let named = |code: &str| StoredNamedV1(code.into(), "n".into());
        StoredConsolidation {
            provisional_no: Some("B".into()),
            office: "2916".into(),
            declarant: named("D"),
            merchant_id: 5,
            merchant: named("M"),
            formal_declarant: named("F"),
            period: Some((1, 2)),
            grouping: "2".into(),
            naming: "1".into(),
            parts: 3,
            arrived: vec![1, 3],
            state: state.into(),
            answers,
        }
    }

    fn keeps_request(written: &str, request: &StoredConsolidation) {
        keeps(written, request, StoredConsolidation::encode, StoredConsolidation::decode);
    }

    #[test]
    fn a_request_is_kept_wherever_it_stands() {
        let reached = Some(Reached::Named(7));
        let progress = Progress { reached, forms: 2, declarations: 5, left_out: 1 };
        let departed = Reached::Departed(Moment::from_micros(9), DeclarationId(8));
        let quote = StoredQuoteV1 { answered_by: 702, texts: vec!["g".into()] };
        let answer =
            StoredAnswerV1 { mailbox: "M".into(), subscribers: Vec::new(), quote, billing: None };
        let head = "01 010142 0432393136 0144016e 0a 014d016e 0146016e 010204 0132 0131 03 020103";
        for (state, tail) in [
            (RequestState::Gathering, "00"),
            (RequestState::Accepted, "01"),
            (RequestState::Running(progress), "02 010007 02 05 01"),
            (
                RequestState::Done(Progress { reached: Some(departed), ..progress }),
                "03 01011210 02 05 01",
            ),
            (RequestState::Refused(Progress::default()), "04 00 00 00 00"),
        ] {
            let opened = request(state, StoredAnswersV1::Mailbox(Some("X".into())));
            keeps_request(&format!("{head} {tail} 01010158"), &opened);
            assert_eq!(RequestState::from(opened.state), state);
            let sent = request(state, StoredAnswersV1::Part(3, answer.clone()));
            keeps_request(&format!("{head} {tail} 0003014d00be0501016700"), &sent);
        }
    }

    #[test]
    fn numbers_and_results_are_kept() {
        let numbers = StoredNumbersV1(vec!["a".into(), "b".into()]);
        keeps("01 02 0161 0162", &numbers, StoredNumbers::encode, StoredNumbers::decode);
        let part =
            StoredResultPart { entry_id: "E".into(), part: 1, of: 2, mailboxes: vec!["M".into()] };
        keeps("01 0145 01 02 01 014d", &part, StoredResultPart::encode, StoredResultPart::decode);
    }
}
