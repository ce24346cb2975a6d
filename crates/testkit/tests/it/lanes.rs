//! Lanes, and what officers rule.

use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_domain::declaration::{Detention, Ruling};
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::lane::{Hit, Lane, Selectivity, Target};
use tongguan_domain::money::Money;
use tongguan_domain::tax_bill::{TaxDue, TaxLine};
use tongguan_testkit::parcels::{Document, Parcel};
use tongguan_testkit::world::{Beginning, Sent, World};

use crate::support::*;

fn selecting(selectivity: Selectivity) -> World {
    let default_office = OfficeSettings { selectivity, ..OfficeSettings::default() };
    let settings = Settings { default_office, ..Settings::default() };
    World::with(Beginning { settings, ..Beginning::unsigned() })
}

/// A world that sends everything down one lane.
fn everything(lane: Lane) -> World {
    let rate = |wanted| if lane == wanted { 10_000 } else { 0 };
    selecting(Selectivity {
        red_per_10_000: rate(Lane::Red),
        yellow_per_10_000: rate(Lane::Yellow),
        hits: Vec::new(),
    })
}

/// Clears a parcel down a lane and applies rulings one after the other; what the last one led to.
fn ruled(lane: Lane, rulings: &[Ruling]) -> (World, Parcel, Result<Sent, Undecidable>) {
    let parcel = nth(1);
    let mut world = everything(lane);
    world.send(&parcel.documents());
    let id = world.declaration(&parcel).unwrap().id;
    let mut last = Ok(Sent::default());
    for (place, each) in rulings.iter().enumerate() {
        last = world.decide(ruling(id, *each));
        assert!(last.is_ok() || place + 1 == rulings.len(), "{last:?}");
    }
    (world, parcel, last)
}

fn status(world: &World, parcel: &Parcel) -> i32 {
    world.declaration(parcel).unwrap().state.status().number()
}

/// Reserved and used of the allowance, held of the guarantee.
fn accounts(world: &World, parcel: &Parcel) -> (Money, Money, Money) {
    let allowance = world.allowance(&world.declaration(parcel).unwrap(), 2026);
    (allowance.reserved, allowance.used, world.guarantee().held)
}

#[test]
fn the_rates_decide_the_lane() {
    let parcel = nth(1);
    for (lane, statuses) in [
        (Lane::Green, &[2, 3, 120, 399, 800][..]),
        (Lane::Yellow, &[2, 3, 120, 300]),
        (Lane::Red, &[2, 3, 120, 500]),
    ] {
        let mut world = everything(lane);
        assert_eq!(world.send(&parcel.documents()).statuses(&parcel.lodging()), statuses);
    }
}

#[test]
fn a_hit_takes_its_lane_whatever_the_rates_say() {
    for (on, lane, status) in [
        (Target::HsPrefix("9619".into()), Lane::Red, 500),
        (Target::HsPrefix("22".into()), Lane::Red, 800),
        (Target::Merchant(PartyId(2)), Lane::Yellow, 300),
        (Target::Merchant(PartyId(3)), Lane::Yellow, 800),
    ] {
        let hits = vec![Hit { on, lane }];
        let parcel = nth(1);
        let mut world = selecting(Selectivity { hits, ..Selectivity::default() });
        world.send(&parcel.documents());
        assert_eq!(self::status(&world, &parcel), status);
    }
}

#[test]
fn a_review_that_finds_all_in_order_releases() {
    let (world, parcel, sent) = ruled(Lane::Yellow, &[Ruling::Accept]);
    let sent = sent.unwrap();
    assert_eq!(sent.statuses(&parcel.lodging()), [399, 800]);
    assert_eq!(sent.bills.len(), 1);
    let tax = Money::from_fen(41_50);
    assert_eq!(accounts(&world, &parcel), (Money::ZERO, Money::from_fen(456_00), tax));
}

#[test]
fn a_review_may_refuse_with_the_officers_reason_and_gives_the_allowance_back() {
    let (mut world, parcel, sent) = ruled(Lane::Yellow, &[Ruling::Refuse]);
    let sent = sent.unwrap();
    assert_eq!(sent.statuses(&parcel.lodging()), [100]);
    assert_eq!(sent.last_text(&parcel.lodging()), "退单，单货不符");
    assert_eq!(accounts(&world, &parcel), (Money::ZERO, Money::ZERO, Money::ZERO));
    let again: Document = anew(&parcel.lodging(), 10);
    assert_eq!(world.send([&again]).statuses(&again), [2, 3, 120, 300]);
}

#[test]
fn each_ruling_leads_where_the_table_says() {
    use Ruling::{Accept, Detain, Examine, ShipBack, Suspend};
    let cases: &[(Lane, &[Ruling], &[i32], &str)] = &[
        (Lane::Yellow, &[Examine], &[500], "查验，单货不符"),
        (Lane::Yellow, &[Examine, Accept], &[399, 800], "[Code:2600;Desc:放行]"),
        (Lane::Red, &[Accept], &[399, 800], "[Code:2600;Desc:放行]"),
        (Lane::Red, &[Detain(Detention::Clearance)], &[501], "扣留移送通关，单货不符"),
        (Lane::Red, &[Detain(Detention::Investigation)], &[502], "扣留移送缉私，单货不符"),
        (Lane::Red, &[Detain(Detention::Legal)], &[503], "扣留移送法规，单货不符"),
        (Lane::Red, &[Detain(Detention::Other)], &[599], "其它扣留，单货不符"),
        (Lane::Red, &[Suspend], &[600], "挂起，单货不符"),
        (Lane::Red, &[ShipBack], &[700], "退运，单货不符"),
        (Lane::Red, &[Suspend, Accept], &[399, 800], "[Code:2600;Desc:放行]"),
        (Lane::Red, &[Suspend, Examine], &[500], "查验，单货不符"),
        (Lane::Red, &[Suspend, Detain(Detention::Legal)], &[503], "扣留移送法规，单货不符"),
        (Lane::Red, &[Suspend, ShipBack], &[700], "退运，单货不符"),
        (Lane::Red, &[Detain(Detention::Legal), Accept], &[399, 800], "[Code:2600;Desc:放行]"),
        (Lane::Red, &[Detain(Detention::Legal), ShipBack], &[700], "退运，单货不符"),
    ];
    for (lane, rulings, statuses, text) in cases {
        let (world, parcel, sent) = ruled(*lane, rulings);
        let sent = sent.unwrap();
        assert_eq!(sent.statuses(&parcel.lodging()), *statuses, "{rulings:?}");
        assert_eq!(sent.last_text(&parcel.lodging()), *text);
        let (reserved, used) = match statuses.last() {
            Some(800) => (0, 456_00),
            Some(700) => (0, 0),
            _ => (456_00, 0),
        };
        let (stands, spent, _) = accounts(&world, &parcel);
        assert_eq!((stands.fen(), spent.fen()), (reserved, used), "{rulings:?}");
    }
}

#[test]
fn a_ruling_that_does_not_fit_changes_nothing_and_says_so() {
    use Ruling::{Accept, Detain, Examine, Refuse, ShipBack, Suspend};
    let cases: &[(Lane, &[Ruling])] = &[
        (Lane::Green, &[Accept]),
        (Lane::Green, &[Refuse]),
        (Lane::Green, &[Examine]),
        (Lane::Yellow, &[Suspend]),
        (Lane::Yellow, &[ShipBack]),
        (Lane::Yellow, &[Detain(Detention::Other)]),
        (Lane::Yellow, &[Refuse, Accept]),
        (Lane::Yellow, &[Accept, Refuse]),
        (Lane::Red, &[Refuse]),
        (Lane::Red, &[Examine]),
        (Lane::Red, &[ShipBack, Accept]),
        (Lane::Red, &[Detain(Detention::Other), Suspend]),
        (Lane::Red, &[Suspend, Refuse]),
    ];
    for (lane, rulings) in cases {
        let (before, unruled, _) = ruled(*lane, &rulings[..rulings.len() - 1]);
        let (world, parcel, last) = ruled(*lane, rulings);
        let why = last.unwrap_err();
        assert!(matches!(why, Undecidable::NotAllowed(_)), "{rulings:?}: {why}");
        let state = |world: &World, parcel| world.declaration(parcel).unwrap().state;
        assert_eq!(state(&world, &parcel), state(&before, &unruled), "{rulings:?}");
        assert_eq!(accounts(&world, &parcel), accounts(&before, &unruled));
    }
}

#[test]
fn nothing_can_be_ruled_on_a_declaration_that_waits_or_is_not_there() {
    let parcel = nth(1);
    let mut world = everything(Lane::Yellow);
    world.send([&parcel.lodging()]);
    let id = world.declaration(&parcel).unwrap().id;
    let why = world.decide(ruling(id, Ruling::Accept)).unwrap_err();
    assert_eq!(why.to_string(), "a declaration at status 2 cannot be accepted");
    let nobody = DeclarationId(id.0 + 1);
    let why = world.decide(ruling(nobody, Ruling::Accept)).unwrap_err();
    assert_eq!(why, Undecidable::NoSuchDeclaration(nobody));
}

#[test]
fn goods_without_a_rate_are_accepted_only_with_the_tax_assessed_anew() {
    let mut parcel = nth(1);
    parcel.declaration.items[1].hs_code = "0410004100".into();
    let mut world = world();
    let sent = world.send(&parcel.documents());
    assert_eq!(sent.statuses(&parcel.lodging()), [2, 3, 120, 300]);
    let id = world.declaration(&parcel).unwrap().id;
    let why = world.decide(ruling(id, Ruling::Accept)).unwrap_err();
    assert_eq!(why, Undecidable::NoRate(id));
    assert_eq!(status(&world, &parcel), 300);
    let line = TaxLine {
        number: 1,
        hs_code: "0410004100".into(),
        dutiable: Money::from_fen(456_00),
        duty: Money::ZERO,
        vat: Money::from_fen(41_50),
        consumption_tax: Money::ZERO,
    };
    let reassessed = Some(TaxDue::of(vec![line]).unwrap());
    let (officer, reason) = ("关员001".into(), String::new());
    let accept = Ruling::Accept;
    let command = Incoming::Ruling {
        declaration: id,
        ruling: accept,
        officer,
        reason,
        reassessed,
        only_at: None,
    };
    let sent = world.decide(command).unwrap();
    assert_eq!(sent.statuses(&parcel.lodging()), [399, 800]);
    assert_eq!(sent.bills[0].taxes, ["0", "41.5", "0"]);
}
