//! A declaration that another window decides.

use serde::Serialize;
use tongguan_application::clearing::relay::RelayState;
use tongguan_application::relay::RelayedParcel;
use utoipa::ToSchema;

/// A declaration that was checked here and is decided upstream (转发的清单).
#[derive(Debug, Serialize, ToSchema)]
pub struct RelayedParcelView {
    /// The message that brought it, and its place there.
    id: String,
    /// `import` or `export`.
    direction: &'static str,
    /// 预录入编号 that it was given here.
    pre_no: String,
    /// 清单编号 that upstream has given it.
    invt_no: Option<String>,
    /// 订单编号.
    order_no: String,
    /// 物流运单编号.
    waybill_no: String,
    /// 企业内部编号.
    reference: String,
    /// 申报地海关.
    office: String,
    /// When it was taken in.
    taken_at: String,
    /// Who decides about it: always `upstream`.
    decided: &'static str,
    /// `waiting`, `sent`, `given-up` or `dismissed`.
    sending: &'static str,
    /// 回执状态 that its sender was told of the sending: 2, 3 or 4.
    sending_status: i32,
    /// When it was sent or given up.
    sending_ended_at: Option<String>,
    /// 回执状态 at which it stands upstream, as far as was heard.
    status: Option<i32>,
    /// What upstream has said, in order; its words are in the mailbox.
    answers: Vec<UpstreamSaidView>,
}

/// Something that upstream has said.
#[derive(Debug, Serialize, ToSchema)]
struct UpstreamSaidView {
    /// `CEB622` and its like.
    #[serde(rename = "type")]
    kind: String,
    /// 回执状态; absent where it is no response, such as a tax bill.
    status: Option<i32>,
    /// When it was said.
    at: String,
}

impl RelayedParcelView {
    /// Of one.
    pub fn of(parcel: &RelayedParcel) -> Self {
        let (sending, sending_status, ended_at) = match &parcel.sending {
            RelayState::Waiting => ("waiting", 2, None),
            RelayState::Sent(at) => ("sent", 3, Some(at)),
            RelayState::GivenUp { at, .. } => ("given-up", 4, Some(at)),
            RelayState::Dismissed { at, .. } => ("dismissed", 4, Some(at)),
        };
        let answers = parcel.answers.iter().map(|said| UpstreamSaidView {
            kind: said.kind.clone(),
            status: said.status,
            at: said.at.to_string(),
        });
        Self {
            id: parcel.id.to_string(),
            direction: parcel.direction.name(),
            pre_no: parcel.provisional_no.clone(),
            invt_no: parcel.number().map(str::to_owned),
            order_no: parcel.order_no.clone(),
            waybill_no: parcel.waybill_no.clone(),
            reference: parcel.reference.clone(),
            office: parcel.office.clone(),
            taken_at: parcel.taken_at.to_string(),
            decided: "upstream",
            sending,
            sending_status,
            sending_ended_at: ended_at.map(ToString::to_string),
            status: parcel.status(),
            answers: answers.collect(),
        }
    }
}
