//! What every run may rely on.

use std::collections::HashSet;

use tongguan_codelists::Pack;
use tongguan_domain::time::Moment;

use super::crew::Crew;
use super::fault::Fault;
use super::post::Post;
use super::{Handling, generate};

fn noon() -> Moment {
    Moment::parse_wire("20260302120000").unwrap()
}

#[test]
fn the_same_seed_gives_the_same_messages() {
    let crew = Crew::new(1).unwrap();
    let run = |seed| -> Vec<_> {
        let parcels = generate(&crew, &Pack::builtin(), seed, 12, noon()).unwrap();
        Post::new(&crew, &parcels, seed).map(|letter| letter.unwrap()).collect()
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}

#[test]
fn a_run_of_some_size_shows_every_fault_once_at_least() {
    let crew = Crew::new(1).unwrap();
    for (parcels, seed) in [(130, 1), (200, 2), (600, 3)] {
        let traffic = generate(&crew, &Pack::builtin(), seed, parcels, noon()).unwrap();
        assert_eq!(traffic.len() as u64, parcels);
        let shown: HashSet<_> = traffic.iter().filter_map(|parcel| parcel.fault).collect();
        assert_eq!(shown.len(), Fault::ALL.len(), "{parcels} parcels, seed {seed}");
        let honest = traffic.iter().filter(|parcel| parcel.fault.is_none()).count();
        assert!(honest * 2 >= traffic.len(), "{honest} of {parcels} are honest");
    }
}

#[test]
fn short_runs_are_honest_by_half() {
    let crew = Crew::new(1).unwrap();
    for parcels in 0..12 {
        let traffic = generate(&crew, &Pack::builtin(), 9, parcels, noon()).unwrap();
        assert_eq!(traffic.len() as u64, parcels);
        let faulty = traffic.iter().filter(|parcel| parcel.fault.is_some()).count();
        assert!(faulty * 2 <= traffic.len());
    }
}

#[test]
fn every_treatment_by_a_person_comes_up() {
    let crew = Crew::new(1).unwrap();
    let traffic = generate(&crew, &Pack::builtin(), 5, 1500, noon()).unwrap();
    for handling in Handling::BY_PERSONS {
        assert!(traffic.iter().any(|parcel| parcel.handling == handling), "{handling:?}");
    }
}

#[test]
fn no_message_holds_more_than_a_hundred_documents_and_none_is_lost() {
    let crew = Crew::new(1).unwrap();
    let traffic = generate(&crew, &Pack::builtin(), 5, 150, noon()).unwrap();
    let letters: Vec<_> = Post::new(&crew, &traffic, 5).map(|letter| letter.unwrap()).collect();
    assert!(letters.iter().all(|letter| (1..=100).contains(&letter.parcels.len())));
    assert!(letters.iter().any(|letter| letter.parcels.len() > 5));
    let told: HashSet<_> = letters.iter().flat_map(|letter| &letter.parcels).collect();
    assert_eq!(told.len(), traffic.len());
}

#[test]
fn a_person_named_by_mistake_is_named_once() {
    let crew = Crew::new(1).unwrap();
    let traffic = generate(&crew, &Pack::builtin(), 5, 1500, noon()).unwrap();
    let misnamed: Vec<_> =
        traffic.iter().filter(|it| it.fault == Some(Fault::BuyerNumberDiffers)).collect();
    let numbers: HashSet<_> =
        misnamed.iter().map(|it| it.documents.declaration.buyer.number.clone()).collect();
    assert!(misnamed.len() > 1);
    assert_eq!(numbers.len(), misnamed.len());
}
