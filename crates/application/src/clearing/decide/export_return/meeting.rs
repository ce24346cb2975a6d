//! Where a request and a tally meet: what differs, what the goods are free of, and what both are told.

use tongguan_codelists::Pack;
use tongguan_domain::check::export::Law;
use tongguan_domain::facts::TallyFacts;
use tongguan_domain::readmission::{
    Discrepancy, ExportReturnState, ExportReturnStep, ExportedGoods, Relief, Tallied, deadline,
    discrepancies, is_late,
};
use tongguan_domain::status::ReturnStatus;

use super::super::reply::Replying;
use super::super::{Circumstances, Undecidable};
use super::case::ExportReturnCase;
use crate::clearing::export_return::TallyPlace;
use crate::clearing::outcome::{Cause, Subject};
use crate::clearing::record::{DocumentRecord, DocumentState, Facts};
use crate::clearing::working_set::Draft;

/// A status and its text.
pub type Told = (ReturnStatus, String);

/// The goods of an admitted return came as `tally` says, which is at `place`: gives what the tally is told.
pub fn meet(
    draft: &Draft<'_>,
    circumstances: &Circumstances<'_>,
    case: &mut ExportReturnCase,
    (place, tally): (TallyPlace, &TallyFacts),
    law: &Pack,
) -> Result<Told, Undecidable> {
    let came_on = place.entered_at.china_day();
    let mut discrepancies = discrepancies(&case.record.facts, tally);
    let export = draft.export(case.record.id.declaration);
    let goods = export.and_then(|export| ExportedGoods::of(&export.facts, &export.state));
    let day = circumstances.at.china_day();
    let last = goods.as_ref().and_then(|goods| deadline(goods, Law { pack: law, day }));
    if is_late(came_on, last) {
        discrepancies.push(Discrepancy::Late);
    }
    let relief = goods.as_ref().map_or(Relief::NoNotice, |goods| {
        Relief::of(goods, &case.record.facts.items, came_on, law)
    });
    let tallied = Tallied { at: place.entered_at, discrepancies, relief };
    case.take(ExportReturnStep::Tally { tallied, at: circumstances.at })?;
    case.record.tally = Some(place);
    case.tell(None);
    let reference = &case.record.facts.reference;
    Ok(match &case.record.state {
        ExportReturnState::UnderExamination(tallied) => {
            let differs = named(&tallied.discrepancies);
            let passed = "[Code:1800;Desc:逻辑校验通过]";
            let text = format!("{passed}; 与退货申请单[{reference}]不一致：{differs}");
            (ReturnStatus::Entered, text)
        }
        _ => (ReturnStatus::Reviewed, format!("审结; 与退货申请单[{reference}]一致")),
    })
}

/// Which of several differs least: the first that agrees, else the first.
pub fn best<T>(candidates: Vec<T>, agrees: impl Fn(&T) -> bool) -> Option<T> {
    let place = candidates.iter().position(agrees).unwrap_or_default();
    candidates.into_iter().nth(place)
}

/// What a stored tally says.
pub fn tally_at<'d>(draft: &'d Draft<'_>, place: &TallyPlace) -> Option<&'d TallyFacts> {
    match draft.document(&place.document())?.facts.as_deref() {
        Some(Facts::ReturnTally(tally)) => Some(tally),
        _ => None,
    }
}

/// Tells a stored tally; one that is refused may be sent anew under its number.
pub fn tell_tally(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    place: &TallyPlace,
    (status, text): Told,
    cause: Cause,
) {
    let key = place.document();
    let Some(document) = draft.document(&key).cloned() else { return };
    let mut replying = Replying::to_stored(circumstances, &document, &place.answer);
    replying.number(place.provisional_no.clone());
    replying.say(status, text);
    let replied_at = replying.send(draft, &key, Subject::Document(key.clone()), cause);
    let state = match status {
        ReturnStatus::Refused => DocumentState::Refused,
        _ => document.state,
    };
    draft.set_document(DocumentRecord { state, replied_at, ..DocumentRecord::clone(&document) });
}

/// What differs, as responses name it.
pub fn named(discrepancies: &[Discrepancy]) -> String {
    let names: Vec<_> = discrepancies.iter().map(|one| one.zh()).collect();
    names.join("、")
}
