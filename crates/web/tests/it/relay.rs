//! What is relayed, on its page and as JSON.

use axum::http::StatusCode;
use tongguan_application::numbering::partition_of;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{MessageId, OfficeCode};
use tongguan_domain::time::Moment;
use tongguan_storage::stored::relay::StoredSendingOrder;
use tongguan_storage::{
    Partition, RelayAnswerRow, RelayHandleRow, RelayMessageRow, RelayStrayRow, RelayedParcelRow,
};

use crate::customs::opened;
use crate::fixture::{Site, lenient, standing_of};

fn row(n: i64, state: i64, failure: Option<&str>) -> RelayMessageRow {
    let at = Moment::parse_wire("20261123110000").unwrap().plus_millis(n * 1000);
    RelayMessageRow {
        partition: partition_of(n),
        message_id: MessageId(n),
        seq: n,
        number: format!("TG{n}"),
        kind: "CEB621".to_owned(),
        documents: 2,
        state,
        taken_at: at,
        due_since: at,
        attempts: 3,
        next_attempt_at: None,
        failure: failure.map(str::to_owned),
        ended_at: (state != 1).then_some(at),
        body: StoredSendingOrder { names: vec!["TG1".to_owned()] }.encode().unwrap(),
    }
}

#[tokio::test]
async fn an_administrator_sees_what_waits_what_was_given_up_and_what_answers_nothing() {
    let site = Site::new(lenient());
    site.admit("root", standing_of(Role::SystemAdministrator));
    let mut browser = site.signed_in("root").await;
    let empty = browser.open("/relay").await;
    assert_eq!(empty.status, StatusCode::OK, "{empty:?}");
    assert!(empty.body.contains("Nothing waits") && empty.body.contains("aria-current"));

    let rows =
        [row(71, 1, Some("not reached")), row(72, 2, None), row(73, 3, Some("answered 413"))];
    let stray = RelayStrayRow {
        partition: partition_of(9),
        message_id: MessageId(9),
        at: rows[0].taken_at,
        kind: "CEB622".to_owned(),
        why: "1 names nothing that was relayed".to_owned(),
    };
    let mut writer = site.people.store().writer().unwrap();
    writer
        .transaction(|tx| {
            tx.insert(&rows)?;
            tx.insert(&[stray])
        })
        .unwrap();
    let page = browser.open("/relay").await.body;
    for wanted in
        ["TG71", "not reached", "TG73", "answered 413", "names nothing", "value=\"retry\""]
    {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("TG72"), "what was sent is counted alone");
    browser.open("/language/zh-Hans?back=/").await;
    assert!(browser.open("/relay").await.body.contains("待发送的报文"));

    let told = browser.open("/api/v1/relay").await;
    let told: serde_json::Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!((&told["waiting"]["count"], &told["given_up"]["count"]), (&1.into(), &1.into()));
    assert_eq!(told["dead"][0]["state"], "given-up");
    assert_eq!(
        (&told["next"][0]["number"], &told["next"][0]["attempts"]),
        (&"TG71".into(), &3.into())
    );
    assert_eq!(told["strays"][0]["type"], "CEB622");
}

/// The second document of message 72, as a reader finds it.
fn relayed(reader: &str) -> RelayedParcelRow {
    RelayedParcelRow {
        bucket: Partition::of_text(reader),
        reader: reader.to_owned(),
        message_id: MessageId(72),
        ordinal: 2,
        kind: "CEB603".to_owned(),
        office: "2916".to_owned(),
        order_no: "ORDER-72".to_owned(),
        waybill_no: "WAYBILL-72".to_owned(),
        reference: "COP72".to_owned(),
        pre_no: "B20261123000000072".to_owned(),
        taken_at: row(72, 2, None).taken_at,
    }
}

#[tokio::test]
async fn parties_and_officers_find_what_is_relayed_and_what_upstream_has_said() {
    let site = Site::new(lenient());
    for (name, role) in
        [("clerk", Role::Clerk), ("zhang", Role::Officer), ("auditor", Role::Auditor)]
    {
        site.admit(name, standing_of(role));
    }
    let office = OfficeCode::parse("0100").unwrap();
    site.admit("elsewhere", Standing::Customs { office, role: Role::Officer });
    let mut clerk = site.signed_in("clerk").await;
    let empty = opened(&mut clerk, "/relayed").await;
    assert!(empty.body.contains("Nothing was relayed"), "{}", empty.body);

    let message = row(72, 2, None);
    let (sent_at, partition) = (message.taken_at, message.partition);
    let answer = |n: i64, status, number: Option<&str>| RelayAnswerRow {
        partition,
        message_id: MessageId(72),
        ordinal: 2,
        answer_id: MessageId(80 + n),
        n: 1,
        kind: "CEB604".to_owned(),
        status,
        number: number.map(str::to_owned),
        at: sent_at.plus_millis(n * 1000),
    };
    // The later one is written first.
    let answers = [answer(2, Some(800), Some("29162026E000000072")), answer(1, Some(120), None)];
    let handle = |handle: &str| RelayHandleRow {
        bucket: Partition::of_text(handle),
        handle: handle.to_owned(),
        message_id: MessageId(72),
        ordinal: 2,
    };
    let handles = ["pORDER-72", "pWAYBILL-72", "pCOP72", "n604:29162026E000000072"].map(handle);
    let mut writer = site.people.store().writer().unwrap();
    writer
        .transaction(|tx| {
            tx.insert(&[message])?;
            tx.insert(&["all", "o2916", "p7"].map(relayed))?;
            tx.insert(&answers)?;
            tx.insert(&handles)
        })
        .unwrap();
    for name in ["clerk", "zhang", "auditor"] {
        let mut browser = site.signed_in(name).await;
        let list = opened(&mut browser, "/relayed").await;
        assert!(list.body.contains("href=\"/relayed/72-2\""), "{name}: {}", list.body);
        let page = opened(&mut browser, "/relayed/72-2").await;
        for said in ["Decided upstream", "29162026E000000072", ">800 ", ">120 ", ">3 "] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        for number in ["ORDER-72", "WAYBILL-72", "COP72", "29162026E000000072"] {
            for address in ["/search?q=", "/declarations/"] {
                let found = browser.open(&format!("{address}{number}")).await;
                assert_eq!(found.location(), "/relayed/72-2", "{name} {address}{number}");
            }
        }
        let none = opened(&mut browser, "/relayed?number=ORDER").await;
        assert!(none.body.contains("Nothing of that number"), "whole numbers alone");
    }
    let parcels = opened(&mut clerk, "/parcels?number=WAYBILL-72").await;
    assert!(parcels.body.contains("/relayed/72-2"), "{}", parcels.body);
    let mut elsewhere = site.signed_in("elsewhere").await;
    assert_eq!(elsewhere.open("/relayed/72-2").await.status, StatusCode::NOT_FOUND);
    assert!(opened(&mut elsewhere, "/relayed").await.body.contains("Nothing was relayed"));
    assert_eq!(elsewhere.open("/declarations/ORDER-72").await.status, StatusCode::NOT_FOUND);
    assert_eq!(clerk.open("/relayed/72").await.status, StatusCode::NOT_FOUND);
}
