//! What a day of exports must be.

use tongguan_domain::ids::DeclarationNumber;
use tongguan_messages::ceb::MessageType;

use super::day::by_carrier_and_office;
use super::*;

fn at() -> Moment {
    Moment::parse_wire("20260302100000").unwrap()
}

#[test]
fn a_report_is_of_one_carrier_and_one_office() {
    let crew = Crew::new(1).unwrap();
    let parcels = day_of(&crew, 7, 60, at()).unwrap();
    for letter in Day::new(&crew, &parcels).arrivals().unwrap() {
        let of: Vec<_> =
            letter.parcels.iter().map(|it| by_carrier_and_office(&parcels[*it])).collect();
        assert!(of.windows(2).all(|pair| pair[0] == pair[1]), "{of:?}");
    }
}

#[test]
fn a_seal_is_of_one_office_and_one_way() {
    let crew = Crew::new(1).unwrap();
    let parcels = day_of(&crew, 7, 200, at()).unwrap();
    let consignments = Day::new(&crew, &parcels).consignments().unwrap();
    let sealed: usize = consignments.iter().map(|it| it.parcels.len()).sum();
    assert_eq!(sealed, parcels.iter().filter(|it| it.story.journey().is_some()).count());
    for consignment in &consignments {
        assert_ne!(consignment.office, consignment.port);
        for place in &consignment.parcels {
            let parcel = &parcels[*place];
            assert_eq!(parcel.story.journey(), Some(consignment.journey));
            assert_eq!(parcel.documents.declaration.office, consignment.office);
        }
    }
}

#[test]
fn what_comes_back_is_asked_for_and_tallied() {
    let crew = Crew::new(1).unwrap();
    let parcels = day_of(&crew, 7, 60, at()).unwrap();
    let mut day = Day::new(&crew, &parcels);
    let number = DeclarationNumber::parse("29002026E000000256").unwrap();
    let back = day.come_back(|_| Some(number.clone())).unwrap();
    assert_eq!(back.len(), parcels.iter().filter(|it| it.story.coming_back().is_some()).count());
    for (place, returned) in &back {
        let declared = &parcels[*place].documents.declaration;
        let whole = parcels[*place].story.coming_back() == Some(ComingBack::AsAsked);
        assert_eq!(returned.request.items.len() == declared.items.len(), whole);
    }
    let asked = day.returns(&back).unwrap();
    let of = |message| asked.iter().filter(move |it| it.message == message);
    let about = |message| of(message).map(|it| it.parcels.len()).sum::<usize>();
    assert_eq!((about(MessageType::Ceb213), about(MessageType::Ceb215)), (back.len(), back.len()));
}

#[test]
fn forty_parcels_tell_every_story_and_the_same_seed_the_same() {
    let crew = Crew::new(1).unwrap();
    let parcels = day_of(&crew, 7, 40, at()).unwrap();
    for story in Story::ALL {
        assert!(parcels.iter().any(|parcel| parcel.story == *story), "{}", story.name());
    }
    let again = day_of(&crew, 7, 40, at()).unwrap();
    let said = |parcels: &[ExportedParcel]| format!("{parcels:?}");
    assert_eq!(said(&parcels), said(&again));
}
