//! Who may propose and approve, what is refused, and what holds afterwards.

use jiff::civil::{Date, date};
use tongguan_domain::guarantee::BadTerms;
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Money;
use tongguan_domain::party::{PartyCode, Roles};
use tongguan_storage::{About, Delta, Guarantee, Partition, PartyCodeRow, PartyRow, Register};

use super::*;
use crate::desk::{Desk, noon};
use crate::history::{Actor, ChangeKind, Event, Subject, events};

const PARTY: PartyId = PartyId(4);
const FROM: Date = date(2026, 1, 1);

fn fen(fen: i64) -> Money {
    Money::from_fen(fen)
}

fn by(name: &str) -> Actor {
    Actor { name: name.to_owned(), ..Actor::default() }
}

impl Desk {
    /// Registers a party with a guarantee, of which so much is held.
    fn granted(&self, party: PartyId, name: &str, granted: i64, held: i64) {
        let key = (Partition::of_party(party), party);
        let code = PartyCode::parse(&format!("11000000{:02}", party.0)).unwrap();
        let row = PartyRow {
            party_id: party,
            name: name.to_owned(),
            roles: Roles::default().bits(),
            suspended: false,
            valid_from: Moment::start_of(FROM),
            valid_to: None,
            mailbox: None,
            payment_url: None,
        };
        let guarantee = Guarantee {
            bucket: key.0,
            party_id: party,
            granted: fen(granted),
            queued: Money::ZERO,
            held: Money::ZERO,
            valid_from: Moment::start_of(FROM),
            valid_to: None,
            reference: Some("B1".into()),
            suspended: false,
        };
        self.write(|tx| {
            tx.upsert(&[row])?;
            tx.upsert(&[PartyCodeRow { code, party_id: party, place: 0 }])?;
            tx.grant(&[guarantee])?;
            tx.change_guarantees(&[(key, Delta { waiting: 0, taken: held })])
        });
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&mut tongguan_storage::Tx<'_>) -> Result<T, tongguan_storage::StorageError>,
    ) -> T {
        self.store.writer().unwrap().transaction(work).unwrap()
    }

    fn propose(&self, who: &str, change: impl FnOnce(&mut Terms)) -> Result<i64, GuaranteeError> {
        let changed = |mut terms: Terms| {
            change(&mut terms);
            terms
        };
        let mut writer = self.store.writer().unwrap();
        propose(&mut writer, PARTY, changed, "as agreed", &by(who), noon(2))
    }

    fn approve(&self, n: i64, who: &str) -> Result<(), GuaranteeError> {
        approve(&mut self.store.writer().unwrap(), n, &by(who), noon(3))
    }

    fn turn_down(&self, n: i64, who: &str, why: &str) -> Result<(), GuaranteeError> {
        turn_down(&mut self.store.writer().unwrap(), n, &by(who), why, noon(3))
    }

    fn terms(&self) -> Terms {
        let found = self.store.read(|view| find(view, PARTY)).unwrap().unwrap();
        terms(&found.guarantee)
    }

    fn noted(&self, register: Register) -> Vec<Event> {
        self.store.read(|view| events(view, register, About::Everything, None, 9)).unwrap()
    }

    fn names(&self, search: &str, after: i64, most: usize) -> Vec<String> {
        let found = self.store.read(|view| list(view, search, PartyId(after), most)).unwrap();
        found.into_iter().map(|one| one.name).collect()
    }
}

on_both_engines! {
    a_change_needs_two_and_holds_at_once,
    all_of_a_guarantee_is_changed_and_what_is_held_stays,
    what_cannot_be_is_refused_and_nothing_changes,
    what_was_changed_meanwhile_is_not_approved,
    guarantees_are_listed_in_pages_and_searched,
}

fn a_change_needs_two_and_holds_at_once(desk: &Desk) {
    desk.granted(PARTY, "甲", 10_000, 4_000);
    let n = desk.propose("wang", |terms| terms.granted = fen(50_000)).unwrap();
    assert_eq!(desk.terms().granted, fen(10_000), "nobody has approved it");
    assert!(
        matches!(desk.approve(n, "wang"), Err(GuaranteeError::SamePerson(who)) if who == "wang")
    );
    let second = desk.propose("li", |terms| terms.granted = fen(60_000));
    assert!(matches!(second, Err(GuaranteeError::OneWaits(waits)) if waits == n));
    assert_eq!(desk.store.read(open).unwrap().len(), 1);

    desk.approve(n, "zhao").unwrap();
    assert_eq!(desk.terms().granted, fen(50_000));
    assert!(desk.store.read(open).unwrap().is_empty());
    assert!(matches!(desk.approve(n, "zhao"), Err(GuaranteeError::Answered(_))));

    let [event] = desk.noted(Register::Registry).try_into().unwrap();
    assert_eq!(
        (event.cause.who(), &event.entry.subject),
        ("wang + zhao", &Subject::Guarantee(PARTY))
    );
    let [field] = event.entry.fields.as_slice() else { panic!("{event:?}") };
    assert_eq!((&*field.name, &*field.before, &*field.after), ("granted", "100.00", "500.00"));
    let told = desk.noted(Register::Casework);
    let told: Vec<_> = told.iter().map(|event| (event.cause.who(), event.entry.change)).collect();
    assert_eq!(told, [("zhao", ChangeKind::Changed), ("wang", ChangeKind::Added)]);
    let history = desk.store.read(|view| changes(view, PARTY, None, 9)).unwrap();
    assert_eq!(history, [event]);
}

fn all_of_a_guarantee_is_changed_and_what_is_held_stays(desk: &Desk) {
    desk.granted(PARTY, "甲", 10_000, 4_000);
    let wanted = Terms {
        granted: fen(4_000),
        valid_from: date(2026, 2, 1),
        valid_to: Some(date(2027, 1, 31)),
        standing: Standing::Suspended,
        reference: Some("B2".into()),
    };
    let n = desk.propose("wang", |terms| *terms = wanted.clone()).unwrap();
    desk.approve(n, "zhao").unwrap();
    assert_eq!(desk.terms(), wanted);
    let row = desk.store.read(|view| find(view, PARTY)).unwrap().unwrap().guarantee;
    assert_eq!((row.held, row.valid_to), (fen(4_000), Some(Moment::start_of(date(2027, 2, 1)))));
    assert!(!balance(&row).is_valid_at(noon(3)));
    let n = desk.propose("wang", |terms| terms.standing = Standing::Active).unwrap();
    desk.approve(n, "zhao").unwrap();
    let row = desk.store.read(|view| find(view, PARTY)).unwrap().unwrap().guarantee;
    assert!(balance(&row).is_valid_at(noon(3)));
    let kept = desk.store.read(|view| proposal(view, 1)).unwrap();
    assert_eq!((kept.before.reference.as_deref(), kept.after), (Some("B1"), wanted));
}

fn what_cannot_be_is_refused_and_nothing_changes(desk: &Desk) {
    let none = desk.propose("wang", |terms| terms.granted = fen(1));
    assert!(matches!(none, Err(GuaranteeError::NoGuarantee(PARTY))));
    desk.granted(PARTY, "甲", 10_000, 4_000);
    let before = desk.terms();
    let below = desk.propose("wang", |terms| terms.granted = fen(3_999));
    assert!(matches!(below, Err(GuaranteeError::BadTerms(BadTerms::BelowHeld { .. }))));
    let inverted = desk.propose("wang", |terms| terms.valid_to = Some(date(2025, 12, 31)));
    assert!(matches!(inverted, Err(GuaranteeError::BadTerms(BadTerms::Inverted { .. }))));
    assert!(matches!(desk.propose("wang", |_| {}), Err(GuaranteeError::NoChange)));
    let mut writer = desk.store.writer().unwrap();
    let silent = propose(&mut writer, PARTY, |terms| terms, " ", &by("wang"), noon(2));
    assert!(matches!(silent, Err(GuaranteeError::BadReason(_))));
    assert!(matches!(desk.approve(9, "zhao"), Err(GuaranteeError::Unknown(9))));

    let n = desk.propose("wang", |terms| terms.granted = fen(5_000)).unwrap();
    assert!(matches!(desk.turn_down(n, "zhao", ""), Err(GuaranteeError::BadReason(_))));
    desk.turn_down(n, "wang", "on second thoughts").unwrap();
    assert_eq!(desk.terms(), before);
    let kept = desk.store.read(|view| proposals_of(view, PARTY, 9)).unwrap().pop().unwrap();
    assert_eq!(kept.answer.unwrap().refusal.as_deref(), Some("on second thoughts"));
    assert!(desk.noted(Register::Registry).is_empty());
}

fn what_was_changed_meanwhile_is_not_approved(desk: &Desk) {
    let key = (Partition::of_party(PARTY), PARTY);
    desk.granted(PARTY, "甲", 10_000, 4_000);
    let n = desk.propose("wang", |terms| terms.granted = fen(5_000)).unwrap();
    desk.write(|tx| tx.change_guarantees(&[(key, Delta { waiting: 0, taken: 2_000 })]));
    let below = desk.approve(n, "zhao");
    assert!(
        matches!(below, Err(GuaranteeError::BadTerms(BadTerms::BelowHeld { .. }))),
        "{below:?}"
    );
    assert_eq!(desk.terms().granted, fen(10_000));
    assert!(desk.noted(Register::Registry).is_empty(), "what was begun is rolled back");
    desk.write(|tx| tx.change_guarantees(&[(key, Delta { waiting: 0, taken: -2_000 })]));
    let found = desk.store.read(|view| find(view, PARTY)).unwrap().unwrap().guarantee;
    desk.write(|tx| tx.grant(&[Guarantee { granted: fen(9_000), ..found }]));
    assert!(matches!(desk.approve(n, "zhao"), Err(GuaranteeError::MovedOn)));
    desk.turn_down(n, "zhao", "it was raised otherwise").unwrap();
    assert_eq!(desk.propose("wang", |terms| terms.granted = fen(5_000)).unwrap(), n + 1);
}

fn guarantees_are_listed_in_pages_and_searched(desk: &Desk) {
    for (party, name) in [(4, "甲 Cross"), (5, "乙"), (17, "丙 cross")] {
        desk.granted(PartyId(party), name, 100, 0);
    }
    assert_eq!(desk.names("", 0, 2), ["甲 Cross", "乙"]);
    assert_eq!(desk.names("", 5, 2), ["丙 cross"]);
    assert_eq!(desk.names("cross", 0, 9), ["甲 Cross", "丙 cross"]);
    assert_eq!(desk.names("cross", 4, 9), ["丙 cross"]);
    assert_eq!(desk.names("1100000005", 0, 9), ["乙"]);
    assert_eq!(desk.names("nobody", 0, 9), [""; 0]);
    let found = desk.store.read(|view| find(view, PartyId(17))).unwrap().unwrap();
    assert_eq!(found.codes, ["1100000017"]);
}
