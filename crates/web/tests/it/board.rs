//! The board, for whoever runs the system.

use axum::http::StatusCode;
use serde_json::Value;
use tongguan_application::board::{Measured, Sample};
use tongguan_application::ports::Clock as _;
use tongguan_domain::access::Role;
use tongguan_domain::ids::{DxpId, MessageId};
use tongguan_storage::{Partition, RefusalRow, Response};

use crate::fixture::{Browser, Site, lenient, standing_of};

const FREE: &str = "tongguan_disk_free_bytes";

async fn operator(site: &Site) -> Browser<'_> {
    site.admit("operator", standing_of(Role::SystemAdministrator));
    site.signed_in("operator").await
}

/// Keeps samples, one every ten seconds, each of which is told its number.
fn measure(site: &Site, samples: i32, measured: impl Fn(f64) -> Vec<(&'static str, f64)>) {
    for n in 0..samples {
        site.clock.advance_millis(10_000);
        let series = measured(f64::from(n)).into_iter();
        let series = series.map(|(name, value)| Measured {
            name,
            labels: vec![("outcome", "taken"), ("route", "/ceb"), ("le", "0.1")],
            value,
        });
        site.board.keep(Sample::of(site.clock.now(), series));
    }
}

/// What stands behind a heading, up to the next one.
fn section<'p>(page: &'p str, id: &str) -> &'p str {
    let (_, rest) =
        page.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{id}: {page}"));
    rest.split("<h2").next().unwrap()
}

#[tokio::test]
async fn right_after_the_start_it_says_when_to_come_again() {
    let site = Site::new(lenient());
    let mut browser = operator(&site).await;
    let page = browser.open("/system/board").await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["has just started", "within 10 s", ">not known<", "Nothing was measured yet"] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(!page.body.contains("<svg") && !page.body.contains("http-equiv"), "{}", page.body);
    browser.language = "zh";
    let page = browser.open("/system/board").await.body;
    assert!(page.contains("刚刚启动") && page.contains(">未知<"), "{page}");
}

#[tokio::test]
async fn it_shows_figures_as_words_lines_and_tables_in_both_languages() {
    let site = Site::new(lenient());
    measure(&site, 361, |n| {
        vec![
            ("tongguan_messages_total", n * 25.0),
            (FREE, 64.0 * f64::from(1 << 30)),
            ("tongguan_http_request_seconds_bucket", n),
        ]
    });
    let mut browser = operator(&site).await;
    for (language, said, table) in [
        ("en", "messages taken — now <strong>2.5/s</strong>; at most 2.5/s", "The same as a table"),
        ("zh", "接受的报文 — 现在 <strong>2.5/秒</strong>，最高 2.5/秒", "以表格显示"),
    ] {
        browser.language = language;
        let page = browser.open("/system/board").await.body;
        let arrivals = section(&page, "arrivals");
        assert!(arrivals.contains(said), "{arrivals}");
        assert!(arrivals.contains(table) && arrivals.contains("<polyline"), "{arrivals}");
        assert_eq!(arrivals.matches("<tr").count(), 13, "a heading, and each five minutes");
        assert!(section(&page, "disk").contains("64.0 GiB"), "{page}");
        assert_eq!(page.matches("<h1").count(), 1);
    }
    browser.language = "en";
    let day = browser.open("/system/board?span=day").await.body;
    assert!(section(&day, "arrivals").contains("2.5/s"), "{day}");
    let wrong = browser.open("/system/board?span=year").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn each_state_is_a_word_with_a_way_to_its_runbook() {
    let site = Site::new(lenient());
    let mut browser = operator(&site).await;
    let gib = f64::from(1 << 30);
    for (free, state, zh, link) in [
        (20.0, ">good<", ">正常<", None),
        (5.0, ">look<", ">请查看<", Some("/system/runbooks#tongguanroomscarce")),
        (0.5, ">act now<", ">立即处理<", Some("/system/runbooks#tongguannoroom")),
    ] {
        measure(&site, 100, |_| vec![(FREE, free * gib)]);
        browser.language = "en";
        let page = browser.open("/system/board").await.body;
        let disk = section(&page, "disk");
        assert!(disk.contains(state), "{state}: {disk}");
        assert_eq!(disk.contains("/system/runbooks#"), link.is_some(), "{disk}");
        if let Some(link) = link {
            let first = section(&page, "state").split("<details").next().unwrap();
            assert!(disk.contains(link) && first.contains(link), "{page}");
        }
        browser.language = "zh";
        let page = browser.open("/system/board").await.body;
        assert!(section(&page, "disk").contains(zh), "{page}");
    }
    // What is too old says nothing of now.
    site.clock.advance_millis(61_000);
    browser.language = "en";
    let page = browser.open("/system/board").await.body;
    assert!(page.contains("No sample for more than 60 s"), "{page}");
    assert!(section(&page, "disk").contains(">not known<"), "{page}");
    let runbooks = browser.open("/system/runbooks").await.body;
    assert!(runbooks.contains("id=\"tongguannoroom\""), "{runbooks}");
}

#[tokio::test]
async fn programs_are_told_the_same() {
    let site = Site::new(lenient());
    let mut browser = operator(&site).await;
    measure(&site, 100, |n| vec![(FREE, 0.5 * f64::from(1 << 30)), ("tongguan_batches_total", n)]);
    browser.accept = "application/json";
    let told = browser.open("/api/v1/system/board").await;
    let told: Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(told["state"], "act-now");
    let conditions = told["conditions"].as_array().unwrap();
    let no_room = conditions.iter().find(|it| it["alert"] == "TongguanNoRoom").unwrap();
    assert_eq!(no_room["state"], "act-now");
    assert_eq!(no_room["condition"], "tongguan_disk_free_bytes < 1073741824");
    let figures = told["figures"].as_array().unwrap();
    let free = figures.iter().find(|it| it["name"] == "disk_free").unwrap();
    assert_eq!((&free["unit"], free["hour"].as_array().unwrap().len()), (&Value::from("bytes"), 4));
}

/// Refusals of now, and a mailbox in which two answers of the day before yesterday wait.
fn keep_outcome(site: &Site) {
    let (now, mailbox) = (site.clock.now(), DxpId::parse("DXPENT0000000001").unwrap());
    let refused = |message, code: &str, count| RefusalRow {
        slot: now,
        message,
        code: code.to_owned(),
        count,
    };
    let response = |seq| Response {
        partition: Partition(1),
        seq,
        response_id: seq,
        mailbox: None,
        kind: 1,
        message_id: MessageId(1),
        ordinal: 0,
        recorded_at: now.plus_days(-2),
        body: vec![1],
    };
    let mut writer = site.people.store().small_writer().unwrap();
    let kept = writer.transaction(|tx| {
        let refusals = [refused(0, "other", 3), refused(621, "exchange-schema", 7)];
        tx.add_refusals(&refusals, now.plus_days(-1))?;
        tx.insert(&[response(1), response(2)])?;
        tx.deliver(&mailbox, &[(Partition(1), 1), (Partition(1), 2)])
    });
    kept.unwrap();
}

#[tokio::test]
async fn reasons_of_refusals_and_unfetched_mailboxes_are_told_in_both_languages() {
    let site = Site::new(lenient());
    let mut browser = operator(&site).await;
    let page = browser.open("/system/board").await.body;
    assert!(section(&page, "reasons").contains("Nothing was refused"), "{page}");
    assert!(section(&page, "unfetched").contains("Everything was fetched"), "{page}");
    keep_outcome(&site);
    for (language, words) in [
        ("en", ["CEB621", "0002", "the message does not pass the schema", "not told"]),
        ("zh", ["CEB621", "0002", "数据包不能通过schema验证", "无法识别"]),
    ] {
        browser.language = language;
        let page = browser.open("/system/board").await.body;
        let reasons = section(&page, "reasons");
        assert!(words.iter().all(|word| reasons.contains(word)), "{reasons}");
        let place = |text: &str| reasons.find(text).unwrap();
        assert!(place("exchange-schema") < place(">other<"), "the most frequent first: {reasons}");
        let unfetched = section(&page, "unfetched");
        assert!(unfetched.contains("DXPENT0000000001") && unfetched.contains(">2<"), "{unfetched}");
    }
    browser.accept = "application/json";
    let told = browser.open("/api/v1/system/board").await;
    let told: Value = serde_json::from_str(&told.body).unwrap();
    let first = &told["refusals"][0];
    assert_eq!((&first["message"], &first["official"]), (&"CEB621".into(), &"0002".into()));
    assert_eq!((&first["last_hour"], &first["last_day"]), (&7.into(), &7.into()));
    let unfetched = &told["unfetched"];
    assert_eq!((&unfetched["mailboxes"], &unfetched["late"]), (&1.into(), &1.into()));
    assert_eq!(unfetched["longest"][0]["count"], 2);
    assert_eq!(unfetched["longest"][0]["owners"], Value::Array(Vec::new()));
}
