//! A case: a declaration as an officer works on it.

use serde::Serialize;
use serde_json::Value;
use tongguan_application::casework::{Assignment, Proposal};
use tongguan_application::enquiry::{CaseFile, Waiting};
use tongguan_application::pictures::{Format, Picture};
use tongguan_application::review::AnyDeclaration;
use tongguan_domain::time::Moment;
use utoipa::ToSchema;

use super::declaration::DecidedView;
use crate::casework::standing;
use crate::defect::DefectView;

/// What an officer needs beside a declaration (案件).
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseView {
    /// The number that Tongguan has of the declaration.
    id: String,
    /// 预录入编号.
    pre_no: String,
    /// 清单编号, once it has one.
    invt_no: Option<String>,
    /// 回执状态: where it stands.
    status: i32,
    /// What a ruling gives as `seen`: it is refused where the case has gone on since. Absent where nothing was told.
    seen: Option<String>,
    /// What can be decided where it stands.
    rulings: Vec<PossibleRulingView>,
    /// Who works on it.
    assignment: Option<AssignmentView>,
    /// What was proposed about it, in order.
    proposals: Vec<ProposalView>,
    /// What of its goods is not registered today; empty where its office does not hold declarations against that.
    unregistered: Vec<DefectView>,
    /// By what nothing of it is erased.
    hold: Option<HoldView>,
    /// The month in whose archive it stands, too: `2026-03`.
    archived_in: Option<String>,
}

/// A hold (法定保全), by which nothing of a declaration is erased.
#[derive(Debug, Serialize, ToSchema)]
struct HoldView {
    /// Its number.
    n: i64,
    /// Why.
    reason: String,
    /// Who said so.
    set_by: String,
    /// When.
    set_at: String,
}

/// A ruling that is possible.
#[derive(Debug, Serialize, ToSchema)]
struct PossibleRulingView {
    /// Its name.
    ruling: &'static str,
    /// Whether it has to be proposed, and approved by another officer.
    needs_second: bool,
}

/// Who works on a case (认领).
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentView {
    /// The name to sign in with.
    officer: String,
    /// The name that others see.
    name: String,
    /// Since when.
    taken_at: String,
    /// When it lapses.
    lapses_at: String,
}

/// A ruling that was proposed (复核).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalView {
    /// Which proposal about the declaration, from 1.
    n: i64,
    /// What.
    ruling: &'static str,
    /// Why: a code, or words.
    reason: String,
    /// Who proposed it.
    officer: String,
    /// When.
    proposed_at: String,
    /// Whether it waits for an answer.
    waits: bool,
    /// What was answered.
    answer: Option<ProposalAnswerView>,
}

/// What was answered to a proposal.
#[derive(Debug, Serialize, ToSchema)]
struct ProposalAnswerView {
    /// Who has answered.
    by: String,
    /// When.
    at: String,
    /// Why it was turned down; absent where it was approved.
    refusal: Option<String>,
}

/// A ruling that waits for a second officer, and about what.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedView {
    /// The number that Tongguan has of the declaration.
    declaration: String,
    /// 清单编号, once it has one.
    invt_no: Option<String>,
    /// 回执状态: where it stands.
    status: i64,
    #[serde(flatten)]
    proposal: ProposalView,
}

/// What became of one of several declarations.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuledOneView {
    /// As the caller has called it.
    pub number: String,
    /// What it led to; absent where it was not decided.
    pub decided: Option<DecidedView>,
    /// Why it was not decided, as a problem.
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Value>,
}

/// What became of several declarations.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuledView {
    /// In the order in which they were given.
    pub declarations: Vec<RuledOneView>,
}

/// A picture of an examination (查验照片), without itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct PictureView {
    /// Which of its declaration, from 1.
    n: i64,
    /// What it is: `image/jpeg`, `image/png` or `image/webp`.
    media_type: Option<&'static str>,
    /// How many bytes it has.
    bytes: i64,
    /// Who has added it.
    added_by: String,
    /// When.
    added_at: String,
}

/// How much waits in a queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingView {
    /// 回执状态: the queue.
    status: i32,
    /// How many declarations.
    count: i64,
    /// Since when the oldest of them stands there.
    oldest: String,
}

impl CaseView {
    /// Of a case, at a moment.
    pub fn of(file: &CaseFile, now: Moment) -> Self {
        let declaration = &file.case.declaration;
        let at = declaration.status();
        let minutes = file.settings.case_minutes;
        let rulings = file.case.rulings.iter();
        Self {
            id: declaration.id().to_string(),
            pre_no: declaration.provisional_no().to_string(),
            invt_no: declaration.number().map(ToString::to_string),
            status: at.number(),
            seen: file.case.version.map(|version| version.to_string()),
            rulings: rulings
                .map(|it| PossibleRulingView {
                    ruling: it.name(),
                    needs_second: it.needs_second(at),
                })
                .collect(),
            assignment: standing(file, now).map(|it| AssignmentView::of(it, minutes)),
            proposals: file.proposals.iter().map(|it| ProposalView::of(it, at.number())).collect(),
            unregistered: file.unregistered.iter().map(DefectView::from).collect(),
            hold: file.keeping.hold.as_ref().map(|hold| HoldView {
                n: hold.n,
                reason: hold.reason.clone(),
                set_by: hold.set_by.clone(),
                set_at: hold.set_at.to_string(),
            }),
            archived_in: file.keeping.archived.as_ref().map(|month| month.period.clone()),
        }
    }
}

impl AssignmentView {
    /// Of an assignment that lasts so many minutes.
    pub fn of(assignment: &Assignment, minutes: i64) -> Self {
        Self {
            officer: assignment.officer.sign_in.clone(),
            name: assignment.officer.name.clone(),
            taken_at: assignment.taken_at.to_string(),
            lapses_at: assignment.taken_at.plus_millis(minutes * 60_000).to_string(),
        }
    }
}

impl ProposalView {
    /// Of a proposal about a declaration that stands at this status.
    fn of(proposal: &Proposal, status: i32) -> Self {
        Self {
            n: proposal.n,
            ruling: proposal.ruling.name(),
            reason: proposal.reason.clone(),
            officer: proposal.officer.clone(),
            proposed_at: proposal.proposed_at.to_string(),
            waits: proposal.waits(status),
            answer: proposal.answer.as_ref().map(|answer| ProposalAnswerView {
                by: answer.by.clone(),
                at: answer.at.to_string(),
                refusal: answer.refusal.clone(),
            }),
        }
    }
}

impl ProposedView {
    /// Of one that waits.
    pub fn of(proposal: &Proposal, declaration: Option<&AnyDeclaration>) -> Self {
        let number = declaration.and_then(AnyDeclaration::number);
        Self {
            declaration: proposal.declaration.to_string(),
            invt_no: number.map(ToString::to_string),
            status: proposal.status,
            proposal: ProposalView {
                waits: proposal.answer.is_none(),
                ..ProposalView::of(proposal, 0)
            },
        }
    }
}

impl PictureView {
    /// Of a picture.
    pub fn of(picture: &Picture) -> Self {
        Self {
            n: picture.n,
            media_type: picture.format.map(Format::media_type),
            bytes: picture.bytes,
            added_by: picture.added_by.clone(),
            added_at: picture.added_at.to_string(),
        }
    }
}

impl WaitingView {
    /// Of a queue.
    pub fn of(waiting: &Waiting) -> Self {
        Self {
            status: waiting.queue.number(),
            count: waiting.count,
            oldest: waiting.oldest.to_string(),
        }
    }
}
