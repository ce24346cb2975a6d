//! What the live figures count.

use tongguan_application::clearing::settings::OfficeSettings;
use tongguan_application::enquiry::Enquiries;
use tongguan_application::figures::{Figure, HOURS, Today};
use tongguan_application::parcels::Projector;
use tongguan_application::ports::Clock as _;
use tongguan_domain::ids::OfficeCode;
use tongguan_domain::lane::Selectivity;
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    what_is_told_of_declarations_is_counted_once_by_office_and_hour,
    lanes_are_those_that_declarations_were_sent_down,
}

const FIGURES: [Figure; 6] = [
    Figure::Entered,
    Figure::Green,
    Figure::Yellow,
    Figure::Red,
    Figure::Released,
    Figure::Refused,
];

fn today(world: &World, office: Option<&str>) -> Today {
    let office = office.map(|code| OfficeCode::parse(code).unwrap());
    let enquiries = Enquiries::new(world.store.clone());
    enquiries.live(office, world.clock.now()).unwrap().today.clone()
}

fn totals(today: &Today) -> [i64; 6] {
    FIGURES.map(|figure| today.total(figure))
}

fn what_is_told_of_declarations_is_counted_once_by_office_and_hour(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let mut projector = Projector::open(&world.store).unwrap();
    for n in 1..=3 {
        world.send(&nth(n).documents());
        projector.take_up().unwrap();
        projector.take_up().unwrap();
    }
    let office = world.declaration(&nth(1)).unwrap().facts.office.to_string();
    let all = today(&world, None);
    assert_eq!(totals(&all), [3, 3, 0, 0, 3, 0]);
    assert_eq!(totals(&today(&world, Some(&office))), totals(&all));
    assert_eq!(totals(&today(&world, Some("0001"))), [0; 6]);
    let hours = (0..HOURS).filter(|hour| all.in_hour(*hour, Figure::Released) == 3).count();
    assert_eq!(hours, 1, "within one hour");
    // Whoever makes the lists anew counts anew, and not twice.
    projector.forget().unwrap();
    assert_eq!(totals(&today(&world, None)), [0; 6]);
    projector.take_up().unwrap();
    assert_eq!(totals(&today(&world, None)), totals(&all));
    // Another day has figures of its own.
    world.clock.advance_millis(24 * 3_600_000);
    assert_eq!(totals(&today(&world, None)), [0; 6]);
}

fn lanes_are_those_that_declarations_were_sent_down(on: On) {
    let always = 10_000;
    for (selectivity, wanted) in [
        (Selectivity { yellow_per_10_000: always, ..Selectivity::default() }, [1, 0, 1, 0, 0, 0]),
        (Selectivity { red_per_10_000: always, ..Selectivity::default() }, [1, 0, 0, 1, 0, 0]),
    ] {
        let mut beginning = on(Beginning::unsigned());
        beginning.settings.default_office =
            OfficeSettings { selectivity, ..OfficeSettings::default() };
        let mut world = World::with(beginning);
        world.send(&nth(1).documents());
        Projector::open(&world.store).unwrap().take_up().unwrap();
        assert_eq!(totals(&today(&world, None)), wanted);
        let enquiries = Enquiries::new(world.store.clone());
        assert_eq!(enquiries.live(None, world.clock.now()).unwrap().waiting, 1);
    }
}
