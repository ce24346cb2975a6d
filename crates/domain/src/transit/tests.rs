//! Every step from every place where a transit can stand.

use std::collections::BTreeSet;

use super::*;
use crate::tests::diagram;

fn at(second: i64) -> Moment {
    Moment::from_micros(second * 1_000_000)
}

fn sealing() -> Sealing {
    Sealing {
        seal: SealNumber::parse("S-1").unwrap(),
        vehicle: VehiclePlate::parse("浙A00001").unwrap(),
        officer: "王关员".into(),
        at: at(10),
    }
}

fn states() -> Vec<TransitState> {
    vec![
        TransitState::Sealed,
        TransitState::Checked(at(20)),
        TransitState::Stopped { at: at(20), anomalies: vec![Anomaly::SealBroken] },
        TransitState::Opened(at(30)),
    ]
}

fn steps() -> Vec<(&'static str, TransitStep)> {
    let check = |anomalies| TransitStep::Check { at: at(20), anomalies };
    vec![
        ("found in order", check(vec![])),
        ("found otherwise", check(vec![Anomaly::SealBroken])),
        ("settled", TransitStep::Settle(at(25))),
        ("opened", TransitStep::Open(at(30))),
    ]
}

#[test]
fn the_page_shows_every_way_and_no_other() {
    let mut ways = BTreeSet::new();
    for state in states() {
        for (word, step) in steps() {
            let Ok(next) = state.clone().take(step) else { continue };
            ways.insert(diagram::way(&state, &next, word));
        }
    }
    diagram::shows("Transit", &ways);
}

#[test]
fn goods_whose_seals_were_opened_go_nowhere() {
    for (_, step) in steps() {
        let refused = TransitState::Opened(at(30)).take(step).unwrap_err();
        assert_eq!(refused.code(), "transit-step");
        assert!(
            refused.to_string().starts_with("a transit that was opened cannot be"),
            "{refused}"
        );
    }
}

#[test]
fn whatever_is_not_as_it_was_sealed_is_named() {
    let sighting = |seal: &str, condition, vehicle: &str| Sighting {
        seal: SealNumber::parse(seal).unwrap(),
        condition,
        vehicle: VehiclePlate::parse(vehicle).unwrap(),
    };
    use SealCondition::{Broken, Intact};
    for (seen, anomalies) in [
        (sighting("S-1", Intact, "浙A00001"), vec![]),
        (sighting("S-1", Broken, "浙A00001"), vec![Anomaly::SealBroken]),
        (sighting("S-2", Intact, "浙A00001"), vec![Anomaly::SealDiffers]),
        (
            sighting("S-2", Broken, "浙A00002"),
            vec![Anomaly::SealBroken, Anomaly::SealDiffers, Anomaly::VehicleDiffers],
        ),
    ] {
        assert_eq!(seen.anomalies(&sealing()), anomalies);
    }
}

#[test]
fn only_what_the_port_has_found_in_order_may_leave() {
    let under_way = |state| Transit { sealing: sealing(), state }.is_under_way();
    let found: Vec<_> = states().into_iter().map(under_way).collect();
    assert_eq!(found, [true, false, true, false]);
}
