//! Payment evidence.

use tongguan_domain::ids::{DeclarationId, OrderNumber, PartyId};
use tongguan_storage::seal::Keyring;
use tongguan_storage::{EvidenceDemandRow, EvidenceUploadRow, EvidenceWanted, Partition};

use crate::fixture::{Fixture, at};

on_both_engines! {
    a_demand_is_found_by_its_declaration_its_session_and_what_is_due,
    an_office_lists_its_own_the_newest_first,
    platforms_of_which_something_was_found_are_named_once,
}

fn demand(declaration: i64, n: i64) -> EvidenceDemandRow {
    EvidenceDemandRow {
        partition: Partition(3),
        declaration_id: DeclarationId(declaration),
        n,
        office: "2916".to_owned(),
        platform_id: PartyId(1),
        order_no: OrderNumber::parse("O-1").unwrap(),
        officer: None,
        reason: None,
        demanded_at: at(declaration),
        minutes: 30,
        state: 1,
        session: None,
        answer_by: None,
        attempts: 0,
        next_at: Some(at(declaration)),
        agreed_at: None,
        failure: None,
        uploaded_at: None,
        digest: None,
        certificate: None,
        findings: None,
        body: None,
    }
}

fn platforms_of_which_something_was_found_are_named_once(on: &Fixture) {
    let found = |declaration, platform, findings| EvidenceDemandRow {
        platform_id: PartyId(platform),
        findings,
        ..demand(declaration, 0)
    };
    let elsewhere = EvidenceDemandRow { office: "0100".to_owned(), ..found(9, 9, Some(1)) };
    on.write(|tx| {
        tx.insert(&[
            found(3, 5, Some(1)),
            found(4, 5, Some(2)),
            found(5, 4, Some(1)),
            found(6, 6, Some(0)),
            found(7, 7, None),
            elsewhere.clone(),
        ])
    });
    let named = |since| on.read(|view| view.platforms_found("2916", at(since)));
    assert_eq!(named(1), [PartyId(4), PartyId(5)]);
    assert_eq!(named(5), [PartyId(4)], "the day counts from its first moment");
    assert_eq!(named(6), []);
}

fn a_demand_is_found_by_its_declaration_its_session_and_what_is_due(on: &Fixture) {
    let full = EvidenceDemandRow {
        officer: Some("zhang".to_owned()),
        reason: Some("why".to_owned()),
        session: Some("S-1".to_owned()),
        answer_by: Some(at(5)),
        agreed_at: Some(at(6)),
        failure: Some("answered 500".to_owned()),
        uploaded_at: Some(at(7)),
        digest: Some([1; 32]),
        certificate: Some([2; 32]),
        findings: Some(2),
        body: Some(vec![1]),
        next_at: None,
        ..demand(7, 1)
    };
    on.write(|tx| tx.insert(&[demand(7, 0), full.clone(), demand(8, 0), demand(9, 0)]));
    let key = |id| (Partition(3), DeclarationId(id));
    assert_eq!(on.read(|view| view.evidence_demands(&[key(7)])), [demand(7, 0), full.clone()]);
    assert_eq!(on.read(|view| view.evidence_session("S-1")), Some(full.clone()));
    assert_eq!(on.read(|view| view.evidence_session("S-2")), None);
    assert_eq!(on.read(|view| view.due_evidence(at(6), &[])), None);
    assert_eq!(on.read(|view| view.due_evidence(at(9), &[])), Some(demand(7, 0)));
    let but = [PartyId(1), PartyId(2)];
    assert_eq!(on.read(|view| view.due_evidence(at(9), &but)), None, "somebody deals with it");
    assert_eq!(on.read(|view| view.due_evidence(at(9), &but[1..])), Some(demand(7, 0)));

    let upload = EvidenceUploadRow {
        partition: Partition(3),
        declaration_id: DeclarationId(7),
        n: 1,
        period: "2026-11".to_owned(),
        key_id: Keyring::from_master(&[1; 32]).sealing(),
        body: vec![9; 10_000],
    };
    on.write(|tx| {
        let locked = tx.lock_evidence_demand((Partition(3), DeclarationId(7), 1))?;
        assert_eq!(locked.as_ref(), Some(&full));
        tx.insert(std::slice::from_ref(&upload))
    });
    let found = on.read(|view| view.evidence_upload((Partition(3), DeclarationId(7), 1)));
    assert_eq!(found, Some(upload));
}

fn an_office_lists_its_own_the_newest_first(on: &Fixture) {
    let other = EvidenceDemandRow { office: "5100".to_owned(), ..demand(9, 0) };
    let found = EvidenceDemandRow { findings: Some(1), ..demand(8, 1) };
    let none = EvidenceDemandRow { findings: Some(0), ..demand(8, 0) };
    on.write(|tx| tx.insert(&[demand(7, 0), none, found, other]));
    let listed = |wanted: EvidenceWanted<'_>, limit| {
        let rows = on.read(|view| view.evidence_list(wanted, limit));
        rows.into_iter().map(|row| (row.declaration_id.0, row.n)).collect::<Vec<_>>()
    };
    let all = EvidenceWanted { office: None, with_findings: false, before: None };
    let own = EvidenceWanted { office: Some("2916"), ..all };
    assert_eq!(listed(all, 9), [(9, 0), (8, 1), (8, 0), (7, 0)]);
    assert_eq!(listed(own, 2), [(8, 1), (8, 0)]);
    let behind = EvidenceWanted { before: Some((at(8), DeclarationId(8), 0)), ..own };
    assert_eq!(listed(behind, 9), [(7, 0)]);
    assert_eq!(listed(EvidenceWanted { with_findings: true, ..own }, 9), [(8, 1)]);
}
