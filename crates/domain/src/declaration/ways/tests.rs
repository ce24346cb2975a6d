//! Every way from every place where a declaration can stand.

use std::collections::BTreeSet;

use super::super::{
    Assessed, Detention, Entered, ImportState, Lodged, Release, Reservation, Ruled, Ruling,
};
use crate::allowance::AllowanceKey;
use crate::ids::DeclarationNumber;
use crate::mark::Mark;
use crate::money::Money;
use crate::status::ReturnStatus;
use crate::tax_bill::TaxDue;
use crate::tests::diagram;
use crate::time::Moment;

fn number() -> DeclarationNumber {
    DeclarationNumber::parse("29162026I000000001").unwrap()
}

fn reservation() -> Reservation {
    let key = AllowanceKey { person: Mark::from_bytes([0; 16]), year: 2026 };
    Reservation { key, amount: Money::ZERO, quantities: Vec::new() }
}

fn entered() -> Entered {
    let lodged = Lodged {
        reservation: reservation(),
        annual_limit: Money::ZERO,
        tax: None,
        certified: true,
    };
    Entered { number: number(), lodged }
}

fn release() -> Release {
    let tax = TaxDue::of(Vec::new()).unwrap();
    let released_at = Moment::from_micros(0);
    Release { number: number(), released_at, used: reservation(), tax }
}

fn assessed() -> Assessed {
    Assessed {
        tax: None,
        dutiable: Money::ZERO,
        annual_limit: Money::ZERO,
        quantities: Vec::new(),
        certified: true,
    }
}

/// One of each.
fn states() -> Vec<ImportState> {
    let expires_at = Moment::from_micros(0);
    vec![
        ImportState::Stored(assessed()),
        ImportState::Waiting { lodged: entered().lodged, expires_at },
        ImportState::InReview(entered()),
        ImportState::UnderExamination(entered()),
        ImportState::AwaitingEntry(entered()),
        ImportState::AwaitingGuarantee(entered()),
        ImportState::Detained { entered: entered(), by: Detention::Legal },
        ImportState::Suspended(entered()),
        ImportState::Released(release()),
        ImportState::Closed(release()),
        ImportState::ShippedBack(number()),
        ImportState::Cancelled(number()),
        ImportState::Refused,
        ImportState::Deleted,
    ]
}

#[test]
fn the_page_shows_every_way_and_no_other() {
    let mut ways = BTreeSet::new();
    for (from, to) in pairs() {
        let way = from.way_to(&to);
        ways.extend(way.map(|way| diagram::way(&from, &to, way)));
    }
    diagram::shows("Import", &ways);
}

#[test]
fn final_states_have_no_way_out_and_others_have_one() {
    for state in states() {
        let is_elsewhere = |next: &&ImportState| diagram::name(next) != diagram::name(&state);
        let leads_out =
            states().iter().filter(is_elsewhere).any(|next| state.way_to(next).is_some());
        assert_eq!(state.is_final(), !leads_out, "{state:?}");
    }
}

#[test]
fn every_ruling_goes_a_way() {
    for (state, (_, ruling)) in
        states().iter().flat_map(|state| Ruling::NAMES.map(|named| (state, named)))
    {
        let ends = match state.clone().rule(ruling) {
            Err(_) => continue,
            Ok(Ruled::Accepted(entered)) => {
                vec![
                    ImportState::AwaitingEntry(entered.clone()),
                    ImportState::AwaitingGuarantee(entered),
                    ImportState::Released(release()),
                ]
            }
            Ok(Ruled::Moved(state) | Ruled::Ended { state, .. }) => vec![state],
        };
        for end in ends {
            assert!(state.way_to(&end).is_some(), "{ruling} leads from {state:?} to {end:?}");
        }
    }
}

#[test]
fn a_cancellation_goes_its_way_and_keeps_the_number() {
    for state in states() {
        let has_way = state.way_to(&ImportState::Cancelled(number())) == Some("cancelled");
        match state.clone().cancel() {
            Ok(cancelled) => {
                assert!(has_way, "{state:?}");
                assert_eq!(cancelled.number(), state.number());
                assert_eq!(cancelled.status(), ReturnStatus::Refused);
                assert!(!cancelled.is_live() && cancelled.reservation().is_none());
            }
            Err(refused) => {
                assert!(!has_way, "{state:?}");
                assert_eq!(refused.0, state.status());
            }
        }
    }
}

fn pairs() -> impl Iterator<Item = (ImportState, ImportState)> {
    states().into_iter().flat_map(|from| states().into_iter().map(move |to| (from.clone(), to)))
}
