//! What is wrong with a message.

use serde::Serialize;
use tongguan_application::checking::Checked;
use tongguan_application::intake::envelope::Envelope;
use tongguan_domain::defect::Defect;
use tongguan_messages::read::Profile;
use utoipa::ToSchema;

use crate::defect::DefectView;

/// What was found in a message; docs/reference/defects.md lists what can be.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckedView {
    /// Which message it is: `CEB311`.
    #[serde(rename = "type")]
    message: Option<&'static str>,
    /// How strictly it was judged: `strict` or `tolerant`.
    profile: &'static str,
    /// Whether its structure is what the profile accepts.
    valid: bool,
    /// How many documents it holds.
    documents: usize,
    /// Of the structure.
    defects: Vec<DefectView>,
    /// What is taken and should not be so.
    warnings: Vec<DefectView>,
    /// Of the content: broken rules of single documents.
    findings: Vec<DefectView>,
    /// How many defects and warnings more there are.
    omitted: usize,
    /// The envelope that it came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    envelope: Option<EnvelopeView>,
}

/// The envelope that a message came in.
#[derive(Debug, Serialize, ToSchema)]
struct EnvelopeView {
    /// CopMsgId.
    number: Option<String>,
    /// SenderId.
    sender: Option<String>,
    /// MsgType.
    message_type: String,
}

impl CheckedView {
    /// Of a verdict.
    pub fn of(verdict: &Checked, profile: Profile) -> Self {
        let views = |defects: &[Defect]| defects.iter().map(DefectView::from).collect();
        Self {
            message: verdict.message,
            profile: match profile {
                Profile::Strict => "strict",
                Profile::Tolerant => "tolerant",
            },
            valid: verdict.is_valid(),
            documents: verdict.documents,
            defects: views(&verdict.defects),
            warnings: views(&verdict.warnings),
            findings: views(&verdict.findings),
            omitted: verdict.omitted,
            envelope: verdict.envelope.as_ref().map(EnvelopeView::of),
        }
    }
}

impl EnvelopeView {
    fn of(envelope: &Envelope) -> Self {
        Self {
            number: envelope.number.as_deref().map(ToString::to_string),
            sender: envelope.sender.as_ref().map(ToString::to_string),
            message_type: envelope.message_type.to_string(),
        }
    }
}
