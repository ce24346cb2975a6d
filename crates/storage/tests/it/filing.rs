//! Filings and registered goods.

use tongguan_domain::filing::FilingId;
use tongguan_domain::ids::PartyId;
use tongguan_storage::{FilingRow, FilingsWanted, Register, RegisteredGoodsRow};

use crate::fixture::{Fixture, at};

on_both_engines! {
    filings_are_counted_listed_and_found_by_what_they_are_about,
    what_waits_is_listed_the_oldest_first,
    registered_goods_are_listed_by_party_and_taken_away,
}

fn filing(n: i64, party: i64, kind: &str, status: &str) -> FilingRow {
    FilingRow {
        filing_id: FilingId(n),
        party_id: PartyId(party),
        kind: kind.to_owned(),
        subject: format!("A-{n}"),
        title: format!("面霜{n}"),
        status: status.to_owned(),
        waits: (status == "filed").then_some(true),
        office: (party == 8).then(|| "2916".to_owned()),
        valid_to: (status == "approved").then(|| at(n)),
        filed_by: "clerk".to_owned(),
        filed_at: at(n),
        changed_at: at(n),
        body: vec![1],
    }
}

fn filings_are_counted_listed_and_found_by_what_they_are_about(on: &Fixture) {
    assert_eq!(on.write(|tx| tx.next_filing()), FilingId(1));
    let rows = [
        filing(1, 7, "goods", "approved"),
        filing(2, 7, "enterprise", "filed"),
        filing(3, 8, "goods", "filed"),
        filing(4, 7, "goods", "approved"),
    ];
    on.write(|tx| {
        tx.bump(Register::Filings)?;
        tx.insert(&rows)
    });
    assert_eq!(on.write(|tx| tx.next_filing()), FilingId(5));
    let list = |wanted, before| {
        let rows = on.read(|view| view.newest_filings(wanted, before, 9));
        rows.into_iter().map(|row| row.filing_id.0).collect::<Vec<_>>()
    };
    let all = FilingsWanted::default();
    let of = FilingsWanted { party: Some(PartyId(7)), ..all };
    assert_eq!(list(all, None), [4, 3, 2, 1]);
    assert_eq!(list(of, Some(FilingId(4))), [2, 1]);
    assert_eq!(list(FilingsWanted { kind: Some("goods"), ..of }, None), [4, 1]);
    assert_eq!(list(FilingsWanted { status: Some("filed"), ..all }, None), [3, 2]);
    let expired = FilingsWanted { expired: Some((true, at(4))), ..all };
    assert_eq!(list(expired, None), [1]);
    let standing = FilingsWanted { expired: Some((false, at(4))), ..of };
    assert_eq!(list(FilingsWanted { status: Some("approved"), ..standing }, None), [4]);
    assert_eq!(list(FilingsWanted { text: Some("A-3"), ..all }, None), [3]);
    assert_eq!(list(FilingsWanted { text: Some("面霜"), kind: Some("goods"), ..of }, None), [4, 1]);
    assert_eq!(list(FilingsWanted { text: Some("霜"), ..all }, None), [0; 0]);
    let of_office = |office| FilingsWanted { office: Some(office), ..all };
    assert_eq!(list(of_office("2916"), None), [4, 3, 2, 1], "with those that name none");
    assert_eq!(list(of_office("0100"), None), [4, 2, 1]);
    let about = |party, subjects: &[(&str, &str)]| {
        let rows = on.read(|view| view.filings_about(PartyId(party), subjects));
        rows.into_iter().map(|row| row.filing_id.0).collect::<Vec<_>>()
    };
    assert_eq!(about(7, &[("goods", "A-4"), ("goods", "A-1"), ("goods", "A-3")]), [1, 4]);
    let changed = FilingRow { status: "ended".to_owned(), ..rows[0].clone() };
    on.write(|tx| tx.upsert(std::slice::from_ref(&changed)));
    assert_eq!(on.read(|view| view.filings(&[FilingId(1), FilingId(99)])), [changed]);
}

fn what_waits_is_listed_the_oldest_first(on: &Fixture) {
    let rows = [
        filing(1, 7, "goods", "filed"),
        filing(2, 7, "enterprise", "filed"),
        filing(3, 8, "goods", "returned"),
        filing(4, 8, "goods", "filed"),
    ];
    on.write(|tx| tx.insert(&rows));
    let list = |office, kind, after| {
        let rows = on.read(|view| view.waiting_filings((office, kind), FilingId(after), 9));
        rows.into_iter().map(|row| row.filing_id.0).collect::<Vec<_>>()
    };
    assert_eq!(list(None, None, 0), [1, 2, 4]);
    assert_eq!(list(None, None, 1), [2, 4]);
    assert_eq!(list(None, Some("goods"), 0), [1, 4]);
    assert_eq!(list(Some("0100"), Some("goods"), 0), [1]);
    assert_eq!(list(Some("2916"), None, 1), [2, 4]);
    let counted = on.read(|view| view.count_waiting_filings(None));
    assert_eq!(counted, [("enterprise".to_owned(), 1, at(2)), ("goods".to_owned(), 2, at(1))]);
    let counted = on.read(|view| view.count_waiting_filings(Some("0100")));
    assert_eq!(counted, [("enterprise".to_owned(), 1, at(2)), ("goods".to_owned(), 1, at(1))]);
}

fn registered_goods_are_listed_by_party_and_taken_away(on: &Fixture) {
    let goods = |party, item: &str| RegisteredGoodsRow {
        party_id: PartyId(party),
        item_no: item.to_owned(),
        hs_code: "3304990029".to_owned(),
        name: "面霜".to_owned(),
        suspended: false,
        valid_to: None,
        filing_id: Some(FilingId(1)),
        changed_at: at(1),
        body: vec![1],
    };
    let rows = [goods(7, "A"), goods(7, "B"), goods(8, "A")];
    on.write(|tx| tx.upsert(&rows));
    let list = |party: Option<i64>, after| {
        let party = party.map(PartyId);
        let rows = on.read(|view| view.registered_goods_after(party, after, 9));
        rows.into_iter().map(|row| (row.party_id.0, row.item_no)).collect::<Vec<_>>()
    };
    assert_eq!(list(None, (PartyId(7), "A")), [(7, "B".to_owned()), (8, "A".to_owned())]);
    assert_eq!(list(Some(8), (PartyId(0), "")), [(8, "A".to_owned())]);
    assert_eq!(on.write(|tx| tx.delete_registered_goods(&[(PartyId(7), "A")])), 1);
    let found = on.read(|view| view.registered_goods(&[(PartyId(7), "A"), (PartyId(7), "B")]));
    assert_eq!(found, [rows[1].clone()]);
}
