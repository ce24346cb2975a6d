//! Every step from every place where a declaration can stand.

use std::collections::BTreeSet;

use super::*;
use crate::tests::diagram;

fn number() -> DeclarationNumber {
    DeclarationNumber::parse("29242026E000000256").unwrap()
}

fn at(second: i64) -> Moment {
    Moment::from_micros(second * 1_000_000)
}

fn entry(arrived_at: Option<Moment>) -> ExportEntry {
    ExportEntry { number: number(), arrived_at }
}

fn release() -> ExportRelease {
    ExportRelease { number: number(), arrived_at: at(20), released_at: at(30) }
}

/// Every place where a declaration can stand, told apart as far as a step could tell.
fn states() -> Vec<ExportState> {
    let mut all = vec![
        ExportState::Stored,
        ExportState::Waiting { expires_at: at(90) },
        ExportState::Released(release()),
        ExportState::Recalled(release()),
        ExportState::Closed { release: release(), departed_at: at(40) },
        ExportState::Withdrawn(release()),
        ExportState::Cancelled(number()),
        ExportState::Refused,
        ExportState::Deleted,
    ];
    for arrived_at in [None, Some(at(20))] {
        all.push(ExportState::Reviewed(entry(arrived_at)));
        for licence in [false, true] {
            all.push(ExportState::InReview { entry: entry(arrived_at), licence });
            all.push(ExportState::UnderExamination { entry: entry(arrived_at), licence });
        }
    }
    all
}

/// Every step, told apart as far as its end depends on it.
fn steps() -> Vec<ExportStep> {
    let mut all = vec![
        ExportStep::Declare { expires_at: at(90) },
        ExportStep::Arrive(at(20)),
        ExportStep::Accept,
        ExportStep::Examine,
        ExportStep::Refuse,
        ExportStep::Cancel,
        ExportStep::Delete,
        ExportStep::Release(at(30)),
        ExportStep::Recall,
        ExportStep::Depart(at(40)),
        ExportStep::Withdraw,
    ];
    for lane in [Lane::Green, Lane::Yellow, Lane::Red] {
        for licence in [false, true] {
            all.push(ExportStep::Enter { number: number(), lane, licence });
        }
    }
    all
}

/// The lines of the diagram: each way from one state to another, once.
fn ways() -> BTreeSet<String> {
    let mut ways = BTreeSet::new();
    for state in states() {
        for step in steps() {
            let Ok(next) = state.clone().take(step.clone()) else { continue };
            let step = match step {
                ExportStep::Enter { .. } => "entered".to_owned(),
                other => other.to_string(),
            };
            ways.insert(diagram::way(&state, &next, step));
        }
    }
    ways
}

#[test]
fn the_page_shows_every_way_and_no_other() {
    diagram::shows("Export", &ways());
}

#[test]
fn a_refused_step_says_where_the_declaration_stands() {
    let refused = ExportState::Released(release()).take(ExportStep::Cancel).unwrap_err();
    assert_eq!(refused.at, ReturnStatus::Released);
    assert_eq!(refused.to_string(), "an export declaration at status 800 cannot be cancelled");
}

#[test]
fn whoever_withdraws_too_early_or_too_late_reads_what_to_do() {
    let withdraw = |state: ExportState| state.take(ExportStep::Withdraw).unwrap_err().to_string();
    let closed = ExportState::Closed { release: release(), departed_at: at(40) };
    for (state, says) in [
        (closed, "status 899 cannot be withdrawn: the goods have left the country"),
        (ExportState::Withdrawn(release()), "status 100 cannot be withdrawn: it has ended already"),
        (
            ExportState::Reviewed(entry(None)),
            "status 399 cannot be withdrawn: only what was released",
        ),
    ] {
        let said = withdraw(state);
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn final_states_have_no_way_out() {
    for state in states() {
        let leads_out = steps().into_iter().any(|step| state.clone().take(step).is_ok());
        assert_eq!(state.is_final(), !leads_out, "{state:?}");
    }
}

#[test]
fn a_number_is_given_once_and_kept() {
    for state in states() {
        for step in steps() {
            let Ok(next) = state.clone().take(step.clone()) else { continue };
            let forgets = matches!(next, ExportState::Refused | ExportState::Deleted);
            if state.number().is_some() && !forgets {
                assert_eq!(state.number(), next.number(), "{state:?} {step:?}");
            }
        }
    }
}

#[test]
fn goods_that_have_not_arrived_are_not_released() {
    let reviewed = |arrived_at| ExportState::Reviewed(entry(arrived_at));
    assert!(reviewed(None).take(ExportStep::Release(at(30))).is_err());
    let arrived = reviewed(None).take(ExportStep::Arrive(at(20))).unwrap();
    let again = arrived.take(ExportStep::Arrive(at(25))).unwrap();
    assert_eq!(again, reviewed(Some(at(20))), "the first arrival counts");
    assert_eq!(again.take(ExportStep::Release(at(30))), Ok(ExportState::Released(release())));
}

#[test]
fn a_licence_is_verified_even_after_an_examination() {
    let enter = |lane| ExportStep::Enter { number: number(), lane, licence: true };
    let waiting = ExportState::Waiting { expires_at: at(90) };
    let examined = waiting.clone().take(enter(Lane::Red)).unwrap();
    let in_review = ExportState::InReview { entry: entry(None), licence: true };
    assert_eq!(examined.take(ExportStep::Accept), Ok(in_review.clone()));
    assert_eq!(waiting.take(enter(Lane::Green)), Ok(in_review.clone()));
    let reviewed = ExportState::Reviewed(entry(None));
    assert_eq!(in_review.take(ExportStep::Accept), Ok(reviewed));
}

#[test]
fn what_was_stopped_on_the_way_goes_on_only_after_it_was_accepted() {
    let recalled = ExportState::Released(release()).take(ExportStep::Recall).unwrap();
    assert_eq!(recalled.status(), ReturnStatus::Examined);
    assert!(recalled.clone().take(ExportStep::Depart(at(40))).is_err());
    assert_eq!(recalled.take(ExportStep::Accept), Ok(ExportState::Released(release())));
}
