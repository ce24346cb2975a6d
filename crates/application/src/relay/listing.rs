//! What is relayed, as its parties and its office find it (转发的清单): by its numbers, with how far its sending has
//! come and what upstream has said of it. What happens to it upstream is decided there.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use tongguan_domain::access::Reach;
use tongguan_domain::ids::{MessageId, OfficeCode, PartyId};
use tongguan_domain::time::Moment;
use tongguan_messages::ceb::MessageType;
use tongguan_storage::{Partition, RelayAnswerRow, RelayedParcelRow, View};

use crate::clearing::relay::{Handle, RelayState};
use crate::clearing::rows::{RowError, read_relay_state};
use crate::enquiry::Enquiries;
use crate::numbering::partition_of;
use crate::parcels::ParcelsError;
use crate::review::Direction;

/// Who finds a relayed declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// Its platform, merchant or declarant.
    Party(PartyId),
    /// The office that it is declared to.
    Office(OfficeCode),
    /// Whoever reaches everything.
    Everybody,
}

/// A relayed declaration: the message that brought it, and which document of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelayedId {
    /// The message.
    pub message: MessageId,
    /// Which document of it, from 1.
    pub ordinal: u16,
}

/// A relayed declaration, as it stands here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayedParcel {
    /// Which.
    pub id: RelayedId,
    /// Which way the goods go.
    pub direction: Direction,
    /// 申报地海关, four digits.
    pub office: String,
    /// 订单编号.
    pub order_no: String,
    /// 物流运单编号.
    pub waybill_no: String,
    /// 企业内部编号.
    pub reference: String,
    /// 预录入编号 that it was given here; upstream's differs.
    pub provisional_no: String,
    /// When it was taken in.
    pub taken_at: Moment,
    /// How far its sending has come.
    pub sending: RelayState,
    /// What upstream has said, in the order of what it says.
    pub answers: Vec<UpstreamSaid>,
}

/// Something that upstream has said of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamSaid {
    /// `CEB622` and its like.
    pub kind: String,
    /// 回执状态; absent where it is no response, such as a tax bill.
    pub status: Option<i32>,
    /// 清单编号 that upstream has given.
    pub number: Option<String>,
    /// When it was said.
    pub at: Moment,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RelayedPage {
    /// What came last first.
    pub rows: Vec<RelayedParcel>,
    /// Behind which one the next page begins; absent after the last.
    pub next: Option<RelayedId>,
}

/// It is no number of a relayed declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a relayed declaration is named by its message and its place in it, such as `71-1`")]
pub struct NoRelayedId;

impl Reader {
    /// What it is called in rows.
    pub fn name(self) -> String {
        match self {
            Self::Party(party) => format!("p{party}"),
            Self::Office(office) => format!("o{office}"),
            Self::Everybody => "all".to_owned(),
        }
    }

    const fn of(reach: Reach) -> Option<Self> {
        match reach {
            Reach::Party(party) => Some(Self::Party(party)),
            Reach::Office(office) => Some(Self::Office(office)),
            Reach::Everybody => Some(Self::Everybody),
            Reach::Nobody => None,
        }
    }
}

impl fmt::Display for RelayedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.message.0, self.ordinal)
    }
}

impl FromStr for RelayedId {
    type Err = NoRelayedId;

    fn from_str(text: &str) -> Result<Self, NoRelayedId> {
        let (message, ordinal) = text.split_once('-').ok_or(NoRelayedId)?;
        let message = MessageId(message.parse().map_err(|_| NoRelayedId)?);
        Ok(Self { message, ordinal: ordinal.parse().map_err(|_| NoRelayedId)? })
    }
}

impl RelayedParcel {
    /// 清单编号 that upstream has given it last.
    pub fn number(&self) -> Option<&str> {
        self.answers.iter().rev().find_map(|said| said.number.as_deref())
    }

    /// Where it stands upstream, as far as it was heard; of several the latest counts.
    pub fn status(&self) -> Option<i32> {
        self.answers.iter().rev().find_map(|said| said.status)
    }
}

impl Enquiries {
    /// What is relayed of whom is reached, behind one of them or from the last one on, at most `limit`.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn relayed(
        &self,
        reach: Reach,
        behind: Option<RelayedId>,
        limit: usize,
    ) -> Result<RelayedPage, ParcelsError> {
        let Some(reader) = Reader::of(reach) else { return Ok(RelayedPage::default()) };
        let before = behind.map_or((MessageId(i64::MAX), 0), |it| (it.message, it.ordinal.into()));
        let most = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
        self.store().read(|view| {
            let mut rows = view.relayed_parcels(&reader.name(), before, most)?;
            let is_more = rows.len() > limit;
            rows.truncate(limit);
            let rows = standing(view, rows)?;
            let next = rows.last().filter(|_| is_more).map(|last| last.id);
            Ok(RelayedPage { rows, next })
        })
    }

    /// What is relayed of whom is reached and goes by that number: of order, waybill, declaration, the sender's own,
    /// or the one that upstream has given.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn relayed_named(
        &self,
        reach: Reach,
        number: &str,
    ) -> Result<Vec<RelayedParcel>, ParcelsError> {
        let Some(reader) = Reader::of(reach) else { return Ok(Vec::new()) };
        let number = number.trim();
        let handles = [
            Handle::own(number),
            Handle::guid(number),
            Handle::given(MessageType::Ceb622, number),
            Handle::given(MessageType::Ceb604, number),
        ];
        self.store().read(|view| {
            let keys: Vec<_> = handles.iter().map(|it| (it.bucket(), it.as_str())).collect();
            let named = view.relay_handles(&keys)?;
            let mut places: Vec<_> = named.iter().map(|it| (it.message_id, it.ordinal)).collect();
            places.sort_unstable();
            places.dedup();
            if places.is_empty() {
                return Ok(Vec::new());
            }
            let rows = view.relayed_parcels_at(&reader.name(), &places)?;
            standing(view, rows)
        })
    }

    /// One that is relayed, of whom is reached.
    ///
    /// # Errors
    /// [`ParcelsError`].
    pub fn relayed_parcel(
        &self,
        reach: Reach,
        id: RelayedId,
    ) -> Result<Option<RelayedParcel>, ParcelsError> {
        let Some(reader) = Reader::of(reach) else { return Ok(None) };
        self.store().read(|view| {
            let place = (id.message, i64::from(id.ordinal));
            let rows = view.relayed_parcels_at(&reader.name(), &[place])?;
            Ok(standing(view, rows)?.pop())
        })
    }
}

/// Rows with how they stand.
fn standing(
    view: &mut View<'_>,
    rows: Vec<RelayedParcelRow>,
) -> Result<Vec<RelayedParcel>, ParcelsError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut keys: Vec<_> =
        rows.iter().map(|row| (partition_of(row.message_id.0), row.message_id)).collect();
    let documents: Vec<(Partition, MessageId, i64)> = keys
        .iter()
        .zip(&rows)
        .map(|((partition, message), row)| (*partition, *message, row.ordinal))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let messages = view.relay_messages(&keys)?.into_iter();
    let states: HashMap<_, _> =
        messages.filter_map(|row| Some((row.message_id, read_relay_state(&row)?))).collect();
    let mut said: HashMap<(MessageId, i64), Vec<RelayAnswerRow>> = HashMap::new();
    for row in view.relay_answers(&documents)? {
        said.entry((row.message_id, row.ordinal)).or_default().push(row);
    }
    rows.into_iter()
        .map(|row| {
            let answers = said.remove(&(row.message_id, row.ordinal)).unwrap_or_default();
            let state = states.get(&row.message_id).cloned();
            parcel(row, state, answers).map_err(ParcelsError::from)
        })
        .collect()
}

fn parcel(
    row: RelayedParcelRow,
    state: Option<RelayState>,
    mut answers: Vec<RelayAnswerRow>,
) -> Result<RelayedParcel, RowError> {
    let wrong = |column, value: String| RowError::Column { table: "relayed_parcel", column, value };
    answers.sort_by_key(|row| (row.at, row.answer_id, row.n));
    Ok(RelayedParcel {
        id: RelayedId {
            message: row.message_id,
            ordinal: u16::try_from(row.ordinal)
                .map_err(|_| wrong("ordinal", row.ordinal.to_string()))?,
        },
        direction: match row.kind.as_str() {
            "CEB621" => Direction::Import,
            "CEB603" => Direction::Export,
            other => return Err(wrong("kind", other.to_owned())),
        },
        office: row.office,
        order_no: row.order_no,
        waybill_no: row.waybill_no,
        reference: row.reference,
        provisional_no: row.pre_no,
        taken_at: row.taken_at,
        sending: state.ok_or_else(|| wrong("message_id", row.message_id.0.to_string()))?,
        answers: answers
            .into_iter()
            .map(|row| UpstreamSaid {
                kind: row.kind,
                status: row.status.and_then(|status| i32::try_from(status).ok()),
                number: row.number,
                at: row.at,
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relayed_declaration_is_named_by_message_and_place() {
        let id = RelayedId { message: MessageId(71), ordinal: 2 };
        assert_eq!("71-2".parse(), Ok(id));
        assert_eq!(id.to_string(), "71-2");
        for wrong in ["", "71", "71-", "-2", "71-65536", "a-b", "71-2-3"] {
            assert_eq!(wrong.parse::<RelayedId>(), Err(NoRelayedId), "{wrong}");
        }
    }
}
