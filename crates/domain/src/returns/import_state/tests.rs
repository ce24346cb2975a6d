//! Every step from every place where a return can stand.

use std::collections::BTreeSet;

use super::*;
use crate::tests::diagram;

fn at(second: i64) -> Moment {
    Moment::from_micros(second * 1_000_000)
}

fn arrival(at: Moment) -> ReturnArrival {
    ReturnArrival { at, packages: 1, damage: None }
}

fn states() -> Vec<ReturnState> {
    vec![
        ReturnState::Approved { late_from: at(45) },
        ReturnState::Arrived(arrival(at(44))),
        ReturnState::Completed(arrival(at(44))),
        ReturnState::Refused(arrival(at(44))),
        ReturnState::Lapsed,
        ReturnState::Deleted,
    ]
}

fn steps() -> Vec<ReturnStep> {
    vec![
        ReturnStep::Arrive(arrival(at(44))),
        ReturnStep::Arrive(arrival(at(45))),
        ReturnStep::Accept,
        ReturnStep::Refuse,
        ReturnStep::Lapse(at(44)),
        ReturnStep::Lapse(at(45)),
        ReturnStep::Delete,
    ]
}

#[test]
fn the_page_shows_every_way_and_no_other() {
    let mut ways = BTreeSet::new();
    for state in states() {
        for step in steps() {
            let Ok(next) = state.clone().take(step.clone()) else { continue };
            ways.insert(diagram::way(&state, &next, step));
        }
    }
    diagram::shows("Import return", &ways);
}

#[test]
fn final_states_have_no_way_out() {
    for state in states() {
        let leads_out = steps().into_iter().any(|step| state.clone().take(step).is_ok());
        assert_eq!(state.is_final(), !leads_out, "{state:?}");
        assert_eq!(state.late_from().is_some(), diagram::name(&state) == "Approved");
    }
}

#[test]
fn a_refused_step_says_where_the_return_stands() {
    let refused = ReturnState::Lapsed.take(ReturnStep::Accept).unwrap_err();
    assert_eq!(refused.to_string(), "a return at status 100 cannot be accepted");
}

#[test]
fn the_last_moment_counts_and_the_next_is_too_late() {
    let approved = || ReturnState::Approved { late_from: at(45) };
    let back = |moment| approved().take(ReturnStep::Arrive(arrival(moment))).unwrap();
    assert_eq!(back(at(45).plus_millis(-1)).status(), ReturnStatus::InReview);
    assert_eq!(back(at(45)), ReturnState::Lapsed);
    assert!(approved().take(ReturnStep::Lapse(at(45).plus_millis(-1))).is_err());
}
