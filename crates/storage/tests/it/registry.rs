//! Parties, codes, certificates, settings, code tables, revisions.

use tongguan_domain::ids::{DeclarationId, PartyId, PlaceCode};
use tongguan_domain::party::PartyCode;
use tongguan_storage::{
    About, AuditFilter, AuditPlace, CertificateRow, CodeRow, EventOfOffice, ParcelPassed,
    PartyCodeRow, PartyRow, PassageRow, Register, RegisterEvent, Revisions, Setting, StorageError,
};

use crate::fixture::{Fixture, at, mailbox};

on_both_engines! {
    a_party_is_written_again_while_its_codes_point_at_it,
    a_code_without_its_party_is_refused,
    certificates_come_back,
    a_certificate_is_ones_own_and_a_delegates_of_many,
    settings_are_set_and_unset,
    code_tables_are_dated,
    a_revision_tells_of_a_change,
    changes_at_the_same_time_get_revisions_without_a_gap,
    events_are_found_by_subject_and_group_the_newest_first,
    an_event_is_written_once,
    an_event_stays_as_it_was_written,
    an_audit_finds_by_whatever_is_named_the_newest_first,
}

fn party(id: i64) -> PartyRow {
    PartyRow {
        party_id: PartyId(id),
        name: "测试企业".into(),
        roles: 0b101,
        suspended: false,
        valid_from: at(0),
        valid_to: Some(at(9)),
        mailbox: Some(mailbox("DXPENT0000000001")),
        payment_url: Some("https://shop.example/platDataOpen".to_owned()),
    }
}

fn code(text: &str, party: i64, place: i64) -> PartyCodeRow {
    PartyCodeRow { code: PartyCode::parse(text).unwrap(), party_id: PartyId(party), place }
}

fn a_party_is_written_again_while_its_codes_point_at_it(on: &Fixture) {
    let codes = [code("91350100M000100Y43", 1, 1), code("46121601BC", 1, 0), code("P2", 2, 0)];
    on.write(|tx| {
        tx.upsert(&[party(2), party(1)])?;
        tx.upsert(&codes)
    });
    let suspended = PartyRow { suspended: true, mailbox: None, ..party(1) };
    on.write(|tx| tx.upsert(std::slice::from_ref(&suspended)));
    assert_eq!(on.read(|view| view.parties()), [suspended, party(2)]);
    let found = on.read(|view| view.party_codes());
    assert_eq!(found, [codes[1].clone(), codes[0].clone(), codes[2].clone()]);
    assert_eq!(on.write(|tx| tx.delete_party_codes(&[(&codes[2].code,)])), 1);
    assert_eq!(on.read(|view| view.party_codes()).len(), 2);
}

fn a_code_without_its_party_is_refused(on: &Fixture) {
    let error = on.refused(|tx| tx.insert(&[code("P9", 9, 0)]));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
}

fn certificate(party: i64, delegate: bool) -> CertificateRow {
    CertificateRow {
        party_id: PartyId(party),
        digest: [5; 32],
        der: vec![0x30, 0],
        valid_from: at(0),
        valid_to: at(9),
        revoked: true,
        delegate,
    }
}

fn certificates_come_back(on: &Fixture) {
    let certificate = certificate(1, true);
    on.write(|tx| {
        tx.insert(&[party(1)])?;
        tx.upsert(std::slice::from_ref(&certificate))
    });
    assert_eq!(on.read(|view| view.certificates()), [certificate]);
}

fn a_certificate_is_ones_own_and_a_delegates_of_many(on: &Fixture) {
    let rows = [certificate(1, false), certificate(2, true), certificate(3, true)];
    on.write(|tx| {
        tx.insert(&[party(1), party(2), party(3)])?;
        tx.upsert(&rows)
    });
    assert_eq!(on.read(|view| view.certificates()), rows);
    let error = on.refused(|tx| tx.upsert(&[certificate(3, false)]));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
}

fn settings_are_set_and_unset(on: &Fixture) {
    let setting = |scope: &str, value: &str| Setting {
        scope: scope.into(),
        name: "wait".into(),
        value: value.into(),
    };
    on.write(|tx| tx.upsert(&[setting("system", "1"), setting("office:0100", "2")]));
    on.write(|tx| tx.upsert(&[setting("system", "3")]));
    let found = on.read(|view| view.settings());
    assert_eq!(found, [setting("office:0100", "2"), setting("system", "3")]);
    assert_eq!(on.write(|tx| tx.delete_settings(&[("system", "wait"), ("x", "wait")])), 1);
}

fn code_tables_are_dated(on: &Fixture) {
    let row = |table: &str, key: &str, from: i64| CodeRow {
        table_name: table.into(),
        key: key.into(),
        valid_from: at(from),
        valid_to: None,
        row_json: "{}".into(),
        source: "a notice".into(),
    };
    on.write(|tx| tx.upsert(&[row("rate", "b", 1), row("rate", "a", 2), row("rate", "a", 1)]));
    on.write(|tx| tx.upsert(&[row("unit", "a", 1)]));
    let found = on.read(|view| view.code_rows("rate"));
    assert_eq!(found, [row("rate", "a", 1), row("rate", "a", 2), row("rate", "b", 1)]);
    assert_eq!(on.write(|tx| tx.delete_code_rows(&[("rate", "a", at(2))])), 1);
}

fn a_revision_tells_of_a_change(on: &Fixture) {
    assert_eq!(on.read(|view| view.revisions()), Revisions::default());
    assert_eq!(on.write(|tx| tx.bump(Register::Codes)), 1);
    assert_eq!(on.write(|tx| tx.bump(Register::Codes)), 2);
    assert_eq!(on.write(|tx| tx.bump(Register::Registry)), 1);
    let revisions = Revisions { registry: 1, settings: 0, codes: 2 };
    assert_eq!(on.read(|view| view.revisions()), revisions);
    assert_eq!(on.read(|view| view.revision(Register::Codes)), 2);
}

fn changes_at_the_same_time_get_revisions_without_a_gap(on: &Fixture) {
    let change = || {
        let mut writer = on.store.writer().unwrap();
        let bump = |writer: &mut tongguan_storage::Writer| {
            writer.retried(Default::default(), |tx| tx.bump(Register::Registry)).unwrap()
        };
        (0..20).map(|_| bump(&mut writer)).collect::<Vec<_>>()
    };
    let mut all = std::thread::scope(|scope| {
        let other = scope.spawn(change);
        let mut all = change();
        all.extend(other.join().unwrap());
        all
    });
    all.sort_unstable();
    assert!(all.into_iter().eq(1..=40));
}

fn event(register: Register, revision: i64, n: i64, subject: &str) -> RegisterEvent {
    RegisterEvent {
        register: register.name().into(),
        revision,
        n,
        at: at(revision),
        who: "zhang".into(),
        also_who: None,
        record: subject.split_once('/').unwrap().0.into(),
        subject: subject.into(),
        version: 1,
        body: vec![1, 2],
    }
}

fn events_are_found_by_subject_and_group_the_newest_first(on: &Fixture) {
    let of = |revision, n, subject| event(Register::Codes, revision, n, subject);
    let all =
        [of(1, 0, "rates/a"), of(1, 1, "rates/b"), of(2, 0, "rates_x/a"), of(3, 0, "rates/a")];
    let other = event(Register::Settings, 1, 0, "rates/a");
    on.write(|tx| tx.insert(all.iter().chain([&other])));
    let found = |about, before, limit| {
        let rows = on.read(|view| view.register_events(Register::Codes, about, before, limit));
        rows.into_iter().map(|row| (row.revision, row.n)).collect::<Vec<_>>()
    };
    assert_eq!(found(About::Everything, None, 9), [(3, 0), (2, 0), (1, 1), (1, 0)]);
    assert_eq!(found(About::Everything, None, 1), [(3, 0)]);
    assert_eq!(found(About::Everything, Some((2, 0)), 9), [(1, 1), (1, 0)]);
    assert_eq!(found(About::Everything, Some((1, 1)), 9), [(1, 0)]);
    assert_eq!(found(About::Group("rates"), None, 9), [(3, 0), (1, 1), (1, 0)]);
    assert_eq!(found(About::Group("rate"), None, 9), []);
    assert_eq!(found(About::Subject("rates/a"), None, 9), [(3, 0), (1, 0)]);
    let newest =
        on.read(|view| view.register_events(Register::Settings, About::Everything, None, 1));
    assert_eq!(newest, [other]);
}

fn an_event_is_written_once(on: &Fixture) {
    on.write(|tx| tx.insert(&[event(Register::Registry, 1, 0, "1/party")]));
    let error = on.refused(|tx| tx.insert(&[event(Register::Registry, 1, 0, "2/party")]));
    assert!(matches!(error, StorageError::Constraint { .. }), "{error:?}");
}

fn an_event_stays_as_it_was_written(on: &Fixture) {
    let standing = event(Register::Registry, 1, 0, "1/party");
    on.write(|tx| {
        tx.insert(&[EventOfOffice {
            office: "2916".into(),
            at: standing.at,
            register: standing.register.clone(),
            revision: standing.revision,
            n: standing.n,
        }])?;
        tx.insert(&[PassageRow {
            n: 1,
            place: PlaceCode::parse("C1").unwrap(),
            at: standing.at,
            is_out: true,
            number: "1".into(),
            gate_pass: None,
            parcels: 1,
            who: "guard".into(),
        }])?;
        tx.insert(&[ParcelPassed { declaration_id: DeclarationId(7), n: 1 }])?;
        tx.insert(std::slice::from_ref(&standing))
    });
    for attempt in [
        "UPDATE register_event SET who = 'li'",
        "DELETE FROM register_event",
        "DELETE FROM register_event_office",
        "UPDATE passage SET place = 'C2'",
        "DELETE FROM passage",
        "DELETE FROM passage_parcel",
        "UPDATE register_event SET at = 0 WHERE register = 'registry'",
    ] {
        let refused = on.raw(attempt).unwrap_err();
        assert!(refused.contains("append-only"), "{attempt}: {refused}");
    }
    let found =
        on.read(|view| view.register_events(Register::Registry, About::Everything, None, 9));
    assert_eq!(found, [standing]);
}

fn an_audit_finds_by_whatever_is_named_the_newest_first(on: &Fixture) {
    let by = |who: &str, event: RegisterEvent| RegisterEvent { who: who.into(), ..event };
    let all = [
        by("zhang", event(Register::Registry, 1, 0, "17/party")),
        by("zhang", event(Register::Registry, 1, 1, "17/guarantee")),
        by("li", event(Register::People, 2, 0, "zhang/person")),
        by("zhang", event(Register::Registry, 3, 0, "18/party")),
        by("", event(Register::Settings, 3, 0, "office/waiting_days")),
        RegisterEvent {
            also_who: Some("zhang".into()),
            ..by("wang", event(Register::Decisions, 4, 0, "17/declaration"))
        },
    ];
    on.write(|tx| tx.insert(&all));
    let found = |filter: &AuditFilter, before: Option<&AuditPlace>| {
        let rows = on.read(|view| view.audited(filter, before, 9));
        rows.iter().map(|row| all.iter().position(|it| it == row).unwrap()).collect::<Vec<_>>()
    };
    let everything = AuditFilter::default();
    assert_eq!(found(&everything, None), [5, 4, 3, 2, 1, 0]);
    let place = |row: &RegisterEvent| AuditPlace {
        at: row.at,
        register: row.register.clone(),
        revision: row.revision,
        n: row.n,
    };
    assert_eq!(found(&everything, Some(&place(&all[4]))), [3, 2, 1, 0]);
    assert_eq!(found(&everything, Some(&place(&all[1]))), [0]);
    let by_zhang = AuditFilter { who: Some("zhang".into()), ..AuditFilter::default() };
    assert_eq!(found(&by_zhang, None), [5, 3, 1, 0], "alone, and with another");
    assert_eq!(found(&by_zhang, Some(&place(&all[5]))), [3, 1, 0]);
    assert_eq!(found(&by_zhang, Some(&place(&all[3]))), [1, 0]);
    let two = on.read(|view| view.audited(&by_zhang, None, 2));
    assert_eq!(two, [all[5].clone(), all[3].clone()], "no more than asked for");
    let of_17 = AuditFilter { record: Some("17".into()), ..by_zhang.clone() };
    assert_eq!(found(&of_17, None), [5, 1, 0]);
    let register = Some(Register::People);
    assert_eq!(found(&AuditFilter { register, ..AuditFilter::default() }, None), [2]);
    let days = AuditFilter { from: Some(at(2)), until: Some(at(3)), ..AuditFilter::default() };
    assert_eq!(found(&days, None), [2]);
}
