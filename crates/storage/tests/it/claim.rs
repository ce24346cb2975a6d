//! Claims: who uses a number, and what lies in its bucket until somebody does.

use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_storage::{Backoff, BillTally, Claim, Partition, Remedy, StorageError, Tx};

use crate::fixture::{Engine, Fixture, at};

on_both_engines! {
    the_first_comer_has_it_and_the_second_is_told,
    a_claim_is_taken_over_from_a_parked_document,
    what_was_looked_for_in_vain_is_not_written_over,
    what_was_looked_for_in_vain_and_not_written_is_still_nobodys,
    whoever_locks_a_claim_keeps_others_from_it,
    of_two_writers_exactly_one_is_first,
    the_parcels_of_a_bill_are_found_by_its_number, bills_are_tallied_and_listed_by_office,
    what_waits_for_quarantine_is_listed_by_age,
}

fn claim(number: &str, declaration: i64) -> Claim {
    let carrier = PartyId(5);
    Claim {
        bucket: Partition::of_claim(1, carrier, number),
        kind: 1,
        party_id: carrier,
        number: number.into(),
        partition: Some(Partition(9)),
        order_no: Some("A".into()),
        declaration_id: Some(DeclarationId(declaration)),
        claimed_at: at(1),
        parked: false,
        arrived_at: None,
        quarantine: None,
        bill_no: None,
        body: None,
        entered_office: None,
        entered_bill: None,
    }
}

fn key(claim: &Claim) -> (Partition, i64, PartyId, &str) {
    (claim.bucket, claim.kind, claim.party_id, &claim.number)
}

fn in_order(mut claims: Vec<Claim>) -> Vec<Claim> {
    claims.sort_by(|a, b| key(a).cmp(&key(b)));
    claims
}

/// Looks for the claims of these keys, and takes those that nobody has; gives how they stand then.
fn take(tx: &mut Tx<'_>, wanted: &[Claim]) -> Result<Vec<Claim>, StorageError> {
    let keys: Vec<_> = wanted.iter().map(key).collect();
    let mut stand = tx.lock_claims(&keys)?;
    let is_vacant = |it: &&Claim| stand.iter().all(|standing| key(standing) != key(it));
    let taken: Vec<_> = wanted.iter().filter(is_vacant).cloned().collect();
    tx.write_claims(&taken)?;
    stand.extend(taken);
    Ok(in_order(stand))
}

fn the_first_comer_has_it_and_the_second_is_told(on: &Fixture) {
    let first = [claim("w1", 1), claim("w2", 1)];
    assert_eq!(on.write(|tx| take(tx, &first)), in_order(first.to_vec()));
    let second = [claim("w2", 2), claim("w3", 2)];
    let stand = on.write(|tx| take(tx, &second));
    assert_eq!(stand, in_order(vec![claim("w2", 1), claim("w3", 2)]));
    let keys = [key(&first[0]), key(&first[1])];
    assert_eq!(on.read(|view| view.claims(&keys)), in_order(first.to_vec()));
}

fn a_claim_is_taken_over_from_a_parked_document(on: &Fixture) {
    let parked = Claim {
        partition: None,
        order_no: None,
        declaration_id: None,
        parked: true,
        arrived_at: None,
        ..claim("w1", 0)
    };
    on.write(|tx| take(tx, std::slice::from_ref(&parked)));
    let taken_over = Claim { parked: true, ..claim("w1", 1) };
    let stood = on.write(|tx| {
        let stood = tx.lock_claims(&[key(&parked)])?;
        tx.write_claims(std::slice::from_ref(&taken_over))?;
        Ok(stood)
    });
    assert_eq!(stood, [parked]);
    assert_eq!(on.write(|tx| take(tx, &[claim("w1", 2)])), [taken_over]);
}

/// On PostgreSQL alone: on SQLite nobody else writes meanwhile.
fn what_was_looked_for_in_vain_is_not_written_over(on: &Fixture) {
    if on.engine == Engine::Sqlite {
        return;
    }
    let (mine, other) = (claim("w1", 1), claim("w1", 2));
    let error = on.refused(|tx| {
        assert_eq!(tx.lock_claims(&[key(&mine)])?, []);
        on.write(|tx| take(tx, std::slice::from_ref(&other)));
        // Whoever found it now would have decided by both answers.
        assert_eq!(tx.lock_claims(&[key(&mine)])?, std::slice::from_ref(&other));
        tx.write_claims(std::slice::from_ref(&mine))
    });
    assert!(matches!(error, StorageError::WrittenMeanwhile { table: "claim" }), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Retry);
    assert_eq!(on.read(|view| view.claims(&[key(&mine)])), [other]);
}

/// A decision may follow from nobody having it, also where that writes nothing there.
fn what_was_looked_for_in_vain_and_not_written_is_still_nobodys(on: &Fixture) {
    let (mine, other) = (claim("w1", 1), claim("w2", 2));
    on.write(|tx| {
        tx.lock_claims(&[key(&mine), key(&other)])?;
        tx.write_claims(std::slice::from_ref(&mine))
    });
    if on.engine == Engine::Sqlite {
        return;
    }
    let error = on.refused(|tx| {
        assert_eq!(tx.lock_claims(&[key(&mine), key(&other)])?, std::slice::from_ref(&mine));
        on.write(|tx| take(tx, std::slice::from_ref(&other)));
        let refused = tx.write_claims(&[]);
        assert!(refused.is_err());
        // Whatever is made of the error, nothing of it stays.
        Ok(())
    });
    assert!(matches!(error, StorageError::Doomed), "{error:?}");
}

/// Each reads a number and writes the next one, which only those can do in turn who keep each other out: also where
/// nobody has it at first.
fn whoever_locks_a_claim_keeps_others_from_it(on: &Fixture) {
    let count = |other: &str| {
        let mut writer = on.store.writer().unwrap();
        let (vacant, beside) = (claim("w1", 0), claim(other, 0));
        for _ in 0..50 {
            let step = |tx: &mut Tx<'_>| {
                let stood = tx.lock_claims(&[key(&vacant), key(&beside)])?;
                let stood = stood.into_iter().find(|it| it.number == "w1");
                let DeclarationId(n) =
                    stood.and_then(|it| it.declaration_id).unwrap_or(DeclarationId(0));
                tx.write_claims(&[claim("w1", n + 1)])
            };
            writer.retried(Backoff::default(), step).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| count("w2"));
        scope.spawn(|| count("w3"));
    });
    assert_eq!(on.read(|view| view.claims(&[key(&claim("w1", 0))])), [claim("w1", 100)]);
}

fn the_parcels_of_a_bill_are_found_by_its_number(on: &Fixture) {
    let under = |number, bill: &str| Claim {
        bill_no: Some(bill.into()),
        body: Some(vec![1, 2]),
        ..claim(number, 1)
    };
    let all = [claim("w1", 1), under("w3", "B1"), under("w2", "B1"), under("w4", "B2")];
    on.write(|tx| tx.upsert(&all));
    let found = |party, bill| on.read(|view| view.claims_under_bill(1, PartyId(party), bill));
    assert_eq!(found(5, "B1"), [under("w2", "B1"), under("w3", "B1")]);
    assert_eq!((found(6, "B1"), found(5, "B3")), (Vec::new(), Vec::new()));
    let declared = Claim { declaration_id: Some(DeclarationId(9)), ..under("w2", "B1") };
    on.write(|tx| tx.upsert(&[under("w3", "B2"), declared.clone()]));
    assert_eq!(found(5, "B1"), [declared]);
    assert_eq!(found(5, "B2"), [under("w3", "B2"), under("w4", "B2")]);
}

fn bills_are_tallied_and_listed_by_office(on: &Fixture) {
    let entered = |number, bill: &str, office: &str| Claim {
        entered_bill: Some(bill.into()),
        entered_office: Some(office.into()),
        arrived_at: Some(at(7)),
        ..claim(number, 1)
    };
    let named = |bill: &str, claim: Claim| Claim { bill_no: Some(bill.into()), ..claim };
    let undeclared = |claim: Claim| Claim { declaration_id: None, ..claim };
    let all = [
        named("B1", entered("w1", "B1", "2916")),
        named("B1", claim("w2", 1)),
        named("B1", entered("w3", "B2", "0100")),
        undeclared(entered("w4", "B1", "2916")),
        Claim { kind: 2, ..undeclared(entered("w5", "B1", "2916")) },
        undeclared(entered("w6", "B3", "2916")),
    ];
    on.write(|tx| tx.upsert(&all));
    let listed = |office, after| on.read(|view| view.entered_bills(office, after, 2));
    assert_eq!(listed(None, ""), ["B1", "B2"]);
    assert_eq!(listed(None, "B2"), ["B3"]);
    assert_eq!(listed(Some("2916"), ""), ["B1", "B3"]);
    let tally = on.read(|view| view.tally_of_bill(1, "B1"));
    let counted = BillTally {
        waybills: 3,
        short: 2,
        entered: 2,
        over: 1,
        undeclared: 1,
        last_entered_at: Some(at(7)),
    };
    assert_eq!(tally, counted);
    assert_eq!(on.read(|view| view.tally_of_bill(1, "B9")), BillTally::default());
    let of = |office| {
        let found = on.read(|view| view.undeclared_parcels(office, 9));
        found.into_iter().map(|claim| claim.number).collect::<Vec<_>>()
    };
    assert_eq!(of(None), ["w4", "w5", "w6"]);
    assert_eq!(of(Some("0100")), Vec::<String>::new());
}

fn of_two_writers_exactly_one_is_first(on: &Fixture) {
    const CLAIMS: usize = 200;
    // Each asks for all, in an order of its own, in batches that overlap.
    let take = |declaration: i64, step: usize| {
        let mut writer = on.store.writer().unwrap();
        let mut won = 0;
        for batch in 0..CLAIMS / 10 {
            let wanted: Vec<_> = (0..10)
                .map(|n| claim(&format!("w{}", (batch * 10 + n) * step % CLAIMS), declaration))
                .collect();
            let stand = writer.retried(Backoff::default(), |tx| take(tx, &wanted)).unwrap();
            assert_eq!(stand.len(), wanted.len());
            won += stand
                .iter()
                .filter(|c| c.declaration_id == Some(DeclarationId(declaration)))
                .count();
        }
        won
    };
    let won: usize = std::thread::scope(|scope| {
        let others =
            [scope.spawn(|| take(1, 1)), scope.spawn(|| take(2, 7)), scope.spawn(|| take(3, 199))];
        others.into_iter().map(|other| other.join().unwrap()).sum()
    });
    assert_eq!(won, CLAIMS);
}

fn what_waits_for_quarantine_is_listed_by_age(on: &Fixture) {
    let claimed = |number, at_second, quarantine| Claim {
        claimed_at: at(at_second),
        quarantine,
        ..claim(number, 1)
    };
    let rows = [
        claimed("w1", 9, Some(1)),
        claimed("w2", 8, Some(1)),
        claimed("w3", 7, Some(2)),
        claimed("w4", 6, None),
    ];
    on.write(|tx| tx.upsert(&rows));
    let [first, second, ..] = rows;
    let listed = |limit| on.read(|view| view.claims_in_quarantine(limit));
    assert_eq!((listed(9), listed(1)), (vec![second.clone(), first], vec![second]));
}
