//! What is relayed, on its page and as JSON.

use axum::http::StatusCode;
use tongguan_application::numbering::partition_of;
use tongguan_domain::access::Role;
use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::stored::relay::StoredSendingOrder;
use tongguan_storage::{RelayMessageRow, RelayStrayRow};

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
