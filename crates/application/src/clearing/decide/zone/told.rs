//! What enterprises are told of their bonded lists and gate passes.

use tongguan_domain::bonded::list::BondedListState;
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::commerce::Action;
use tongguan_domain::defect::Defect;
use tongguan_domain::time::Moment;
use tongguan_messages::zone::ZoneMessage;
use tongguan_messages::zone::answer::{FormalResult, Review, ReviewResult, ZoneAnswer};
use tongguan_storage::Partition;

use super::super::{Circumstances, Undecidable};
use crate::clearing::working_set::Draft;
use crate::clearing::zone::{By, ListRecord, Lodged, PassRecord, Referenced, ZoneNews, ZoneTold};
use crate::numbering::Series;

/// Tells an enterprise what was done about its list or gate pass since it was told last.
pub fn news(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    news: &ZoneNews,
) -> Result<(), Undecidable> {
    draft.hear(news.clone());
    match &news.of {
        Referenced::List(key) => match draft.list(key).cloned() {
            Some(list) => tell_steps(draft, circumstances, ListRecord::clone(&list)),
            None => Ok(()),
        },
        Referenced::Pass(number) => {
            if let Some(pass) = draft.pass(number).cloned()
                && pass.lodged.told == 0
                && let Some(told) = ended(&pass)
            {
                let mut pass = PassRecord::clone(&pass);
                pass.lodged.told = 1;
                draft.set_pass(pass);
                draft.tell(told);
            }
            Ok(())
        }
    }
}

/// Tells every step of a list that was not told yet, gives its formal declaration a number once it is
/// approved, and sets it.
pub(super) fn tell_steps(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    mut record: ListRecord,
) -> Result<(), Undecidable> {
    let Some(mut lodged) = record.lodged.take() else {
        draft.set_list(record);
        return Ok(());
    };
    let steps: Vec<_> = record.steps.iter().enumerate().skip(lodged.told).collect();
    let mut told = Vec::new();
    for (n, (state, at, by)) in steps {
        let result = match state {
            // Approved in the same breath: nobody has to wait for an officer.
            BondedListState::Lodged if record.steps.len() > n + 1 => continue,
            BondedListState::Gated => continue,
            state => result(*state),
        };
        told.push(told_of(&record, &lodged, (*state, *at, by), result));
        if *state == BondedListState::Approved && lodged.formal == Some(None) {
            // Of today, as it was reserved: the officer's step may lie in another year.
            let (partition, today) = (Partition::of_party(lodged.holder), circumstances.at);
            let series = Series::zone_formal(partition, today);
            let number = circumstances
                .serials
                .zone_number(series, |text| Ok::<Box<str>, ()>(text.into()))?;
            told.push(ZoneAnswer::Formal(FormalResult {
                provisional_no: lodged.provisional_no.clone(),
                number: record.list.number.as_str().into(),
                formal_no: number.clone(),
                at: *at,
            }));
            lodged.formal = Some(Some(number));
        }
    }
    lodged.told = record.steps.len();
    for answer in told {
        draft.tell(about(&lodged, answer));
    }
    record.lodged = Some(lodged);
    draft.set_list(record);
    Ok(())
}

/// What the review of a list says where it stands.
pub(super) const fn result(state: BondedListState) -> ReviewResult {
    match state {
        BondedListState::Lodged => ReviewResult::ForAnOfficer,
        BondedListState::Approved | BondedListState::Gated | BondedListState::Withdrawn => {
            ReviewResult::Passed
        }
        BondedListState::Stocked => ReviewResult::Drawn,
        BondedListState::Refused | BondedListState::NotAdmitted => ReviewResult::Refused,
    }
}

/// What is told of a list about a step, and why an officer took it or has to: `vrfdedMarkcd` and `invtStucd` follow from it.
pub(super) fn told_of(
    record: &ListRecord,
    lodged: &Lodged,
    (state, at, by): (BondedListState, Moment, &By),
    result: ReviewResult,
) -> ZoneAnswer {
    let notes = match result {
        ReviewResult::Refused | ReviewResult::ForAnOfficer => vec![by.reason.clone()],
        ReviewResult::Drawn => short_of(record),
        ReviewResult::Passed => Vec::new(),
    };
    let (drawn, stands) = match state {
        BondedListState::Lodged => ("0", "1"),
        BondedListState::Approved | BondedListState::Gated => ("0", "0"),
        BondedListState::Stocked => ("2", "0"),
        BondedListState::Refused | BondedListState::NotAdmitted => ("0", "2"),
        BondedListState::Withdrawn => ("0", "3"),
    };
    let mut standing = lodged.standing.clone();
    set(&mut standing, "vrfdedMarkcd", drawn);
    set(&mut standing, "invtStucd", stands);
    let action = if state == BondedListState::Withdrawn { Action::Delete } else { Action::Create };
    ZoneAnswer::Review(Review {
        message: ZoneMessage::Inv201,
        provisional_no: lodged.provisional_no.clone(),
        number: Some(record.list.number.as_str().into()),
        action,
        result,
        at,
        notes,
        standing,
    })
}

/// Of which goods less passed the gate than the list says.
fn short_of(record: &ListRecord) -> Vec<Box<str>> {
    let lines = record.list.lines.iter().zip(record.let_through());
    let short = lines.filter(|((_, declared), passed)| passed < declared);
    let told = short.map(|((item, declared), passed)| {
        format!("料号[{item}]申报{declared}，实际过卡{passed}").into()
    });
    told.collect()
}

/// What an officer did with a gate pass: its vehicle passed the gate (SAS223), or need not come any more.
fn ended(pass: &PassRecord) -> Option<ZoneTold> {
    let (message, action) = match pass.state {
        GatePassState::Approved => return None,
        GatePassState::Passed => (ZoneMessage::Sas223, Action::Create),
        GatePassState::GivenUp => (ZoneMessage::Sas221, Action::Delete),
    };
    Some(about(&pass.lodged, pass_told(pass, message, action, pass.since)))
}

pub(super) fn pass_told(
    pass: &PassRecord,
    message: ZoneMessage,
    action: Action,
    at: Moment,
) -> ZoneAnswer {
    let state = match pass.state {
        GatePassState::Approved => "1",
        GatePassState::Passed => "2",
        GatePassState::GivenUp => "6",
    };
    let mut standing = pass.lodged.standing.clone();
    set(&mut standing, "stucd", state);
    ZoneAnswer::Review(Review {
        message,
        provisional_no: pass.lodged.provisional_no.clone(),
        number: Some(pass.number.as_str().into()),
        action,
        result: ReviewResult::Passed,
        at,
        notes: Vec::new(),
        standing,
    })
}

fn about(lodged: &Lodged, answer: ZoneAnswer) -> ZoneTold {
    ZoneTold {
        partition: Partition::of_party(lodged.holder),
        mailbox: lodged.mailbox.clone(),
        source: lodged.source,
        answer,
    }
}

fn set(standing: &mut [(Box<str>, Box<str>)], name: &str, text: &str) {
    if let Some((_, value)) = standing.iter_mut().find(|(known, _)| &**known == name) {
        *value = text.into();
    }
}

/// That a document is refused, and why.
pub(super) fn refused(review: Review, defects: &[Defect]) -> ZoneAnswer {
    let notes = defects.iter().map(reason).collect();
    ZoneAnswer::Review(Review { result: ReviewResult::Refused, notes, ..review })
}

/// A defect as an answer says it: the text, and where.
pub fn reason(defect: &Defect) -> Box<str> {
    let place = defect.pointer.split("/BussinessData/").last().unwrap_or_default();
    format!("{}（{place}）", defect.message_zh()).into()
}
