//! Who may propose and approve, and when what was approved holds.

use jiff::civil::date;
use tongguan_storage::About;

use super::*;
use crate::desk::{Desk, noon};
use crate::history::{Event, events};

fn office() -> OfficeCode {
    OfficeCode::parse("2916").unwrap()
}

/// Somebody of the office; the few of a test live as long as it.
fn of(name: &str) -> (&'static Actor, Reach) {
    let actor = Actor { name: name.to_owned(), ..Actor::default() };
    (Box::leak(Box::new(actor)), Reach::Office(office()))
}

fn days(value: &str) -> Change {
    let (name, value) = ("waiting_days".to_owned(), Some(value.to_owned()));
    Change::Setting { office: Some(office()), name, value }
}

fn rate(duty: &str) -> Change {
    let text = format!(
        "id,hs,duty,vat,valid_from,source\na,9999999999,{duty},standard,2026-12-01,a notice\n"
    );
    Change::Rows { table: Table::Rates, text }
}

impl Desk {
    fn value(&self) -> String {
        let all = self.store.read(|view| in_force(view, Some(office()))).unwrap();
        all.into_iter().find(|it| it.name == "waiting_days").unwrap().value
    }

    fn told(&self, register: Register) -> Vec<Event> {
        self.store.read(|view| events(view, register, About::Everything, None, 9)).unwrap()
    }

    fn fate(&self, n: i64) -> Fate {
        self.store.read(|view| find(view, n, Reach::Office(office()))).unwrap().fate
    }
}

on_both_engines! {
    a_change_needs_two_and_holds_from_its_day,
    rows_are_laid_once_they_are_approved,
    what_cannot_be_proposed_is_refused,
}

fn a_change_needs_two_and_holds_from_its_day(desk: &Desk) {
    let mut writer = desk.store.writer().unwrap();
    let (now, day) = (noon(1), noon(3).china_day());
    let n = propose(&mut writer, &days("15"), day, "as agreed", of("wang"), now).unwrap();
    assert!(matches!(
        propose(&mut writer, &days("16"), day, "no", of("li"), now),
        Err(ParameterError::OneWaits(waits)) if waits == n
    ));
    assert!(matches!(approve(&mut writer, n, of("wang"), now), Err(ParameterError::SamePerson(_))));
    let elsewhere = Reach::Office(OfficeCode::parse("5100").unwrap());
    assert!(matches!(
        approve(&mut writer, n, (of("zhang").0, elsewhere), now),
        Err(ParameterError::Unknown(_))
    ));
    approve(&mut writer, n, of("zhang"), now).unwrap();
    assert!(matches!(approve(&mut writer, n, of("zhao"), now), Err(ParameterError::Answered(_))));
    assert_eq!((desk.value().as_str(), desk.told(Register::Settings).len()), ("30", 0));
    assert_eq!(carry_out_due(&mut writer, noon(2)).unwrap(), 0, "its day is not there");
    assert_eq!(carry_out_due(&mut writer, noon(3)).unwrap(), 1);
    assert_eq!(carry_out_due(&mut writer, noon(3)).unwrap(), 0, "once");
    assert_eq!(desk.value(), "15");
    assert_eq!(desk.fate(n), Fate::Done { by: "zhang".to_owned(), at: noon(3) });
    let Ok([event]) = <[_; 1]>::try_from(desk.told(Register::Settings)) else {
        panic!("one event")
    };
    let Cause::Person(who) = event.cause else { panic!("by nobody") };
    assert_eq!(who.name, "wang + zhang");
    assert_eq!((&*event.entry.fields[0].before, &*event.entry.fields[0].after), ("", "15"));

    // At once, and back to what holds for all.
    let back =
        Change::Setting { office: Some(office()), name: "waiting_days".to_owned(), value: None };
    let n = propose(&mut writer, &back, day, "as before", of("wang"), noon(3)).unwrap();
    approve(&mut writer, n, of("zhang"), noon(3)).unwrap();
    assert_eq!(desk.value(), "30");
    // Meanwhile somebody else has done the same: nothing is left to do, and nothing is told.
    let n = propose(&mut writer, &days("15"), noon(5).china_day(), "x", of("wang"), noon(3));
    let n = n.unwrap();
    approve(&mut writer, n, of("zhang"), noon(3)).unwrap();
    let cause = crate::desk::cause();
    settings::put(&mut writer, Some(office()), "waiting_days", Some("15"), &cause, noon(4))
        .unwrap();
    let told = desk.told(Register::Settings).len();
    assert_eq!(carry_out_due(&mut writer, noon(5)).unwrap(), 1);
    assert_eq!(desk.told(Register::Settings).len(), told);
    assert!(matches!(desk.fate(n), Fate::Done { .. }));
}

fn rows_are_laid_once_they_are_approved(desk: &Desk) {
    let mut writer = desk.store.writer().unwrap();
    let (now, today) = (noon(1), noon(1).china_day());
    let n = propose(&mut writer, &rate("0.07"), today, "a notice", of("wang"), now).unwrap();
    let held = |desk: &Desk, day| {
        let pack = desk.store.read(codes::pack).unwrap();
        pack.rates("9999999999".parse().unwrap(), day).is_some()
    };
    assert!(!held(desk, date(2026, 12, 1)));
    approve(&mut writer, n, of("zhang"), now).unwrap();
    assert!(held(desk, date(2026, 12, 1)) && !held(desk, date(2026, 11, 30)));
    let Ok([event]) = <[_; 1]>::try_from(desk.told(Register::Codes)) else { panic!("one event") };
    let Cause::Person(who) = event.cause else { panic!("by nobody") };
    assert_eq!(who.name, "wang + zhang");
    assert!(matches!(
        propose(&mut writer, &rate("0.07"), today, "again", of("wang"), now),
        Err(ParameterError::NoChange)
    ));
    let n = propose(&mut writer, &rate("0.08"), today, "another", of("wang"), now).unwrap();
    turn_down(&mut writer, n, of("zhang"), "not published", now).unwrap();
    let why = "not published".to_owned();
    assert_eq!(desk.fate(n), Fate::TurnedDown { by: "zhang".to_owned(), at: now, why });
    assert_eq!(carry_out_due(&mut writer, noon(9)).unwrap(), 0);
    let all = desk.store.read(|view| list(view, Reach::Everybody, None, 9)).unwrap();
    assert_eq!(all.iter().map(|it| it.n).collect::<Vec<_>>(), [2, 1]);
}

fn what_cannot_be_proposed_is_refused(desk: &Desk) {
    let mut writer = desk.store.writer().unwrap();
    let today = noon(2).china_day();
    let mut refused = |change: Change, from, why: &str, reach| {
        propose(&mut writer, &change, from, why, (of("wang").0, reach), noon(2)).unwrap_err()
    };
    let own = Reach::Office(office());
    assert!(matches!(refused(days("many"), today, "x", own), ParameterError::Settings(_)));
    assert!(matches!(refused(days("15"), today, " ", own), ParameterError::BadReason(_)));
    let yesterday = noon(1).china_day();
    assert!(matches!(refused(days("15"), yesterday, "x", own), ParameterError::Over));
    let other = Reach::Office(OfficeCode::parse("5100").unwrap());
    assert!(matches!(refused(days("15"), today, "x", other), ParameterError::OtherOffice));
    assert!(matches!(refused(days("15"), today, "x", Reach::Nobody), ParameterError::OtherOffice));
    assert!(matches!(refused(rate("much"), today, "x", own), ParameterError::BadRows(_)));
    let long = Change::Rows { table: Table::Rates, text: "x".repeat(LONGEST_ROWS + 1) };
    assert!(matches!(refused(long, today, "x", own), ParameterError::TooLong));
}
