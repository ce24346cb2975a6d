//! Lists that several vehicles share and of which some never came: an officer ends them with what passed.

use tongguan_application::bonded::{ListError, ZoneDone};
use tongguan_domain::bonded::declared::DeclaredPass;
use tongguan_domain::bonded::list::{BondedListState, BondedListStep};
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::BondedListNumber;
use tongguan_testkit::world::World;

use crate::support::*;
use crate::zone_desk::*;

on_both_engines! {
    what_passed_is_taken_in_and_the_rest_is_given_up,
    what_never_came_may_be_turned_away_with_what_did,
    nothing_is_ended_short_before_a_vehicle_has_passed,
    a_list_that_does_not_wait_for_vehicles_is_not_ended_short,
}

/// A list of a hundred pieces, of which a first vehicle carries 40 and a second 30.
struct Shared {
    world: World,
    number: String,
    passes: [String; 2],
}

impl Shared {
    fn new(on: On) -> Self {
        let mut world = world_with_book(on);
        let number = sent_list(&mut world, &list())[1].number.clone();
        let lists = [BondedListNumber::parse(&number).unwrap()];
        let passes = [(1, 40), (2, 30)].map(|(n, pieces)| {
            let told = sent_pass(&mut world, &vehicle(&lists, n, &[("0001", None, pieces)]));
            assert_eq!(heads(&told), [TAKEN, ("SAS221", "1")], "{told:?}");
            told[1].number.clone()
        });
        Self { world, number, passes }
    }

    fn take(&self, taken: BondedListStep) -> Result<BondedListState, ListError> {
        step(&self.world, &self.number, taken, None)
    }

    fn pass(&self, n: usize) -> Result<BondedListState, ListError> {
        step(&self.world, &self.number, BondedListStep::PassGate, Some(&self.passes[n]))
    }

    fn lists(&self) -> [BondedListNumber; 1] {
        [BondedListNumber::parse(&self.number).unwrap()]
    }
}

fn what_passed_is_taken_in_and_the_rest_is_given_up(on: On) {
    let mut shared = Shared::new(on);
    assert_eq!(shared.pass(0).unwrap(), BondedListState::Approved);
    assert_eq!(heads(&news(&mut shared.world)), [("SAS223", "1")]);

    assert_eq!(shared.take(BondedListStep::EndShort).unwrap(), BondedListState::Gated);
    let ended = ZoneDone::Stepped(BondedListStep::EndShort, BondedListState::Gated);
    assert_eq!(done(&shared.world, &of_list(&shared.number)), [ended]);
    let given_up = [ZoneDone::Pass(GatePassState::GivenUp)];
    assert_eq!(done(&shared.world, &of_pass(&shared.passes[1])), given_up);
    let told = news(&mut shared.world);
    assert_eq!(heads(&told), [("SAS221", "1")], "the vehicle need not come any more: {told:?}");
    assert_eq!((&told[0].number, told[0].action.as_str()), (&shared.passes[1], "3"));
    assert_eq!(news(&mut shared.world), [], "it is told once");

    let late = shared.pass(1).unwrap_err();
    assert!(matches!(late, ListError::PassSpent(_)), "{late}");
    let again = shared.take(BondedListStep::EndShort).unwrap_err();
    assert!(matches!(again, ListError::Refused(_)), "{again}");
    let third = vehicle(&shared.lists(), 3, &[("0001", None, 1)]);
    let told = sent_pass(&mut shared.world, &third);
    assert_eq!(heads(&told), [TAKEN, ("SAS221", "3")], "it waits for no vehicle: {told:?}");
    let second = vehicle(&shared.lists(), 2, &[("0001", None, 30)]);
    let deletion = DeclaredPass { action: Action::Delete, ..second };
    let told = sent_pass(&mut shared.world, &deletion);
    assert_eq!(heads(&told), [TAKEN, ("SAS221", "1")], "it is given up already: {told:?}");

    assert_eq!(in_stock(&shared.world), "0");
    assert_eq!(shared.take(BondedListStep::Admit).unwrap(), BondedListState::Stocked);
    assert_eq!(in_stock(&shared.world), "40");
    let told = news(&mut shared.world);
    assert_eq!(heads(&told), [("INV201", "1")]);
    assert_eq!(told[0].why, "料号[0001]申报100，实际过卡40");
}

fn what_never_came_may_be_turned_away_with_what_did(on: On) {
    let shared = Shared::new(on);
    shared.pass(1).unwrap();
    shared.take(BondedListStep::EndShort).unwrap();
    assert_eq!(shared.take(BondedListStep::TurnAway).unwrap(), BondedListState::NotAdmitted);
    assert_eq!(in_stock(&shared.world), "0");
}

fn nothing_is_ended_short_before_a_vehicle_has_passed(on: On) {
    let mut shared = Shared::new(on);
    let early = shared.take(BondedListStep::EndShort).unwrap_err();
    let why = format!("no vehicle of bonded list `{}` has passed the gate; ", shared.number)
        + "give its gate passes up and withdraw it instead";
    assert_eq!(early.to_string(), why);
    assert_eq!(done(&shared.world, &of_list(&shared.number)), []);
    assert_eq!(done(&shared.world, &of_pass(&shared.passes[0])), []);
    assert_eq!(news(&mut shared.world), []);
    assert_eq!(states(&shared.world), [BondedListState::Approved]);
    assert_eq!(shared.pass(0).unwrap(), BondedListState::Approved, "it still may come");
}

fn a_list_that_does_not_wait_for_vehicles_is_not_ended_short(on: On) {
    let mut shared = Shared::new(on);
    let third = vehicle(&shared.lists(), 3, &[("0001", None, 30)]);
    let third = sent_pass(&mut shared.world, &third)[1].number.clone();
    for pass in [&shared.passes[0], &shared.passes[1], &third] {
        step(&shared.world, &shared.number, BondedListStep::PassGate, Some(pass)).unwrap();
    }
    for (then, state) in [(Some(BondedListStep::Admit), "past the gate"), (None, "in stock")] {
        let refused = shared.take(BondedListStep::EndShort).unwrap_err();
        let why = format!("a bonded list that is {state} cannot be ended short");
        assert_eq!(refused.to_string(), why);
        then.map(|then| shared.take(then).unwrap());
    }
    assert_eq!(in_stock(&shared.world), "100");
}
