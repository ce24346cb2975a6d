//! Every step from every place where a return can stand.

use std::collections::BTreeSet;

use jiff::civil::date;

use super::*;
use crate::tests::diagram;

fn at(second: i64) -> Moment {
    Moment::from_micros(second * 1_000_000)
}

fn tallied(discrepancies: Vec<Discrepancy>) -> Tallied {
    let relief = Relief::Late { until: date(2026, 9, 2), row: "R".into() };
    Tallied { at: at(10), discrepancies, relief }
}

fn states() -> Vec<ExportReturnState> {
    vec![
        ExportReturnState::Stored,
        ExportReturnState::Admitted,
        ExportReturnState::UnderExamination(tallied(vec![Discrepancy::Bill])),
        ExportReturnState::Completed { tallied: tallied(Vec::new()), released_at: at(20) },
        ExportReturnState::Refused,
        ExportReturnState::Deleted,
    ]
}

fn steps() -> Vec<ExportReturnStep> {
    vec![
        ExportReturnStep::Admit,
        ExportReturnStep::Tally { tallied: tallied(Vec::new()), at: at(20) },
        ExportReturnStep::Tally { tallied: tallied(vec![Discrepancy::Late]), at: at(20) },
        ExportReturnStep::Accept(at(20)),
        ExportReturnStep::Refuse,
        ExportReturnStep::Delete,
    ]
}

/// The lines of the diagram: each way from one state to another, once.
fn ways() -> BTreeSet<String> {
    let mut ways = BTreeSet::new();
    for state in states() {
        for step in steps() {
            let Ok(next) = state.clone().take(step.clone()) else { continue };
            ways.insert(diagram::way(&state, &next, step));
        }
    }
    ways
}

#[test]
fn the_page_shows_every_way_and_no_other() {
    diagram::shows("Return of exported goods", &ways());
}

#[test]
fn final_states_have_no_way_out() {
    for state in states() {
        let leads_out = steps().into_iter().any(|step| state.clone().take(step).is_ok());
        assert_eq!(state.is_final(), !leads_out, "{state:?}");
    }
}

#[test]
fn a_refused_step_says_where_the_return_stands() {
    let refused = ExportReturnState::Admitted.take(ExportReturnStep::Accept(at(20))).unwrap_err();
    let text = "a return of exported goods at status 120 cannot be accepted";
    assert_eq!(refused.to_string(), text);
}

#[test]
fn quantities_are_held_from_admission_until_it_is_refused_or_deleted() {
    let held: Vec<_> =
        states().iter().filter(|state| state.holds_quantities()).map(diagram::name).collect();
    assert_eq!(held, ["Admitted", "UnderExamination", "Completed"]);
}
