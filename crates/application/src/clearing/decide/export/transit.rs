//! Transit (转关): released goods are sealed, and looked at by the port before they may leave.

use tongguan_domain::declaration::{ExportState, ExportStep, GoodsSeen};
use tongguan_domain::ids::{DeclarationId, OfficeCode, SealNumber, VehiclePlate};
use tongguan_domain::transit::{
    Anomaly, Sealing, Sighting, Transit, TransitRefused, TransitState, TransitStep,
};

use super::taken_up;
use crate::clearing::decide::{Circumstances, Undecidable};
use crate::clearing::incoming::{TransitAct, TransitCommand};
use crate::clearing::outcome::{Cause, Entry, Subject};
use crate::clearing::record::ExportRecord;
use crate::clearing::working_set::Draft;

/// Decides what an officer does about the transit of one declaration's goods.
pub fn decide(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    command: &TransitCommand,
) -> Result<(), Undecidable> {
    let id = command.declaration;
    let export = draft.export(id).cloned().ok_or(Undecidable::NoSuchDeclaration(id))?;
    match &command.act {
        TransitAct::Seal { seal, vehicle } => {
            require_office(command.office, export.facts.office, "where the goods were declared")?;
            let officer = &command.officer;
            seal_goods(draft, circumstances, &export, seal, vehicle, officer)?;
            note(draft, &export, officer, format!("施封，封志号{seal}，车辆{vehicle}"));
            Ok(())
        }
        TransitAct::Check(seen) => {
            require_office(command.office, export.facts.port, "the port where the goods leave")?;
            check(draft, circumstances, &export, seen, &command.officer)
        }
    }
}

/// Whether released goods may leave: not while they are under seal and the port has not found them in
/// order.
pub fn may_leave(draft: &Draft<'_>, export: &ExportRecord) -> bool {
    matches!(export.state, ExportState::Released(_)) && !is_under_seal(draft, export)
}

/// Whether goods are under a seal that the port has not found in order. They cannot have left, so that a
/// report of it counts for nothing and has to come again.
pub fn is_under_seal(draft: &Draft<'_>, export: &ExportRecord) -> bool {
    draft.transit(export.id).is_some_and(|transit| transit.is_under_way())
}

/// Lets goods go on that the port had stopped, after their examination.
pub fn settle(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
) -> Result<(), Undecidable> {
    let Some(transit) = draft.transit(id).cloned() else { return Ok(()) };
    if matches!(transit.state, TransitState::Stopped { .. }) {
        let transit = Transit::clone(&transit).take(TransitStep::Settle(circumstances.at))?;
        draft.set_transit(id, transit);
    }
    Ok(())
}

/// Opens the seals of goods that are taken back. What the officer says of them has to be so.
pub fn open(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    id: DeclarationId,
    seen: GoodsSeen,
) -> Result<(), Undecidable> {
    match (draft.transit(id).cloned(), seen) {
        (None, GoodsSeen::OnSite) => Ok(()),
        (None, GoodsSeen::Unsealed) => Err(TransitRefused::NotSealed.into()),
        (Some(transit), GoodsSeen::OnSite) => {
            Err(TransitRefused::UnderSeal(transit.sealing.seal.clone()).into())
        }
        (Some(transit), GoodsSeen::Unsealed) => {
            let transit = Transit::clone(&transit).take(TransitStep::Open(circumstances.at))?;
            draft.set_transit(id, transit);
            Ok(())
        }
    }
}

fn seal_goods(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    export: &ExportRecord,
    seal: &SealNumber,
    vehicle: &VehiclePlate,
    officer: &str,
) -> Result<(), TransitRefused> {
    if let Some(transit) = draft.transit(export.id) {
        return Err(TransitRefused::SealedAlready(transit.sealing.seal.clone()));
    }
    if !matches!(export.state, ExportState::Released(_)) {
        return Err(TransitRefused::NotReleased(export.state.status()));
    }
    let day = circumstances.at.china_day();
    if circumstances.settings.law.vehicle(vehicle.as_str(), day).is_none() {
        return Err(TransitRefused::VehicleUnknown { vehicle: vehicle.clone(), day });
    }
    let closes_this_vehicle =
        |other: &Transit| other.state == TransitState::Sealed && other.sealing.vehicle == *vehicle;
    if !draft.transits_under(seal).all(|other| closes_this_vehicle(other)) {
        return Err(TransitRefused::SealUsed(seal.clone()));
    }
    let (seal, vehicle) = (seal.clone(), vehicle.clone());
    let sealing = Sealing { seal, vehicle, officer: officer.into(), at: circumstances.at };
    draft.set_transit(export.id, Transit::begin(sealing));
    Ok(())
}

/// What is in order goes on; what is not is stopped, and recalled for examination.
fn check(
    draft: &mut Draft<'_>,
    circumstances: &Circumstances<'_>,
    export: &ExportRecord,
    seen: &Sighting,
    officer: &str,
) -> Result<(), Undecidable> {
    let transit = draft.transit(export.id).ok_or(TransitRefused::NotSealed)?;
    let anomalies = seen.anomalies(&transit.sealing);
    let step = TransitStep::Check { at: circumstances.at, anomalies: anomalies.clone() };
    let transit = Transit::clone(transit).take(step)?;
    draft.set_transit(export.id, transit);
    if anomalies.is_empty() {
        let reason = format!("核验封志{}、车辆{}，无异常", seen.seal, seen.vehicle);
        note(draft, export, officer, reason);
        return Ok(());
    }
    let anomalies: Vec<_> = anomalies.into_iter().map(Anomaly::zh).collect();
    let reason = format!("途中监管异常：{}", anomalies.join("、"));
    let mut case = taken_up(draft, circumstances, export.id)?;
    case.take(ExportStep::Recall)?;
    case.replying.say(case.record.state.status(), format!("查验，{reason}"));
    case.close(draft, Cause::Ruling { officer: officer.to_owned(), reason });
    Ok(())
}

fn require_office(
    found: OfficeCode,
    expected: OfficeCode,
    why: &'static str,
) -> Result<(), TransitRefused> {
    if found == expected {
        return Ok(());
    }
    Err(TransitRefused::OtherOffice { found, expected, why })
}

/// Nobody is told, because no status says it; the audit is.
fn note(draft: &mut Draft<'_>, export: &ExportRecord, officer: &str, reason: String) {
    let partition = export.document.dossier.partition;
    let cause = Cause::Ruling { officer: officer.to_owned(), reason };
    draft.note(Entry { partition, subject: Subject::Export(export.id), cause, statuses: vec![] });
}
