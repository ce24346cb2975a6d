//! The system, for whoever runs it.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_application::history::Decisions;
use tongguan_application::ports::{LogLevel, Machine as _};
use tongguan_application::processes::{ProcessKind, arrival};
use tongguan_domain::access::Role;
use tongguan_domain::ids::MessageId;
use tongguan_domain::time::Moment;
use tongguan_storage::{Arrival, Held, Partition, TakeOver};

use crate::customs::Customs;
use crate::fixture::{Answer, Browser, Site, lenient, standing_of};

async fn operator(site: &Site) -> (Browser<'_>, String) {
    site.admit("operator", standing_of(Role::SystemAdministrator));
    let mut browser = site.signed_in("operator").await;
    let token = browser.form_token().await;
    (browser, token)
}

fn told(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
}

#[tokio::test]
async fn the_page_tells_how_the_service_stands_in_both_languages() {
    let site = Site::new(lenient());
    let (mut browser, _) = operator(&site).await;
    let held = Held {
        partition: Partition(3),
        seq: 9,
        message_id: MessageId(77),
        ordinal: 0,
        at: Moment::from_micros(0),
        reason: "it panicked".to_owned(),
    };
    let store = site.people.store().clone();
    store.writer().unwrap().transaction(|tx| tx.insert(&[held])).unwrap();
    let english = browser.open("/system").await;
    // Without a directory, backups are the database's own.
    for part in
        ["up to date", "it panicked", "3 GiB", "scarce", "1.2.3", "pg_dump", "What was set aside"]
    {
        assert!(english.body.contains(part), "{part}: {}", english.body);
    }
    browser.language = "zh";
    let page = browser.open("/system").await;
    assert!(page.body.contains("后台任务") && page.body.contains("剩余空间"), "{}", page.body);
    assert_eq!(page.body.matches("<h1").count(), 1);
}

#[tokio::test]
async fn processes_are_shown_with_their_share_and_their_lease() {
    let site = Site::new(lenient());
    let (mut browser, _) = operator(&site).await;
    let now = tongguan_application::ports::Clock::now(&*site.clock);
    let who = Arrival {
        address: Some("10.0.0.7:8080".into()),
        ..arrival("host 1", ProcessKind::Serve, now)
    };
    let mut writer = site.people.store().writer().unwrap();
    let until = now.plus_millis(10_000);
    writer.transaction(|tx| tx.take_place(&who, TakeOver::All, until)).unwrap().unwrap();
    drop(writer);
    let page = browser.open("/system").await.body;
    for part in ["256 of 256 partitions, lease until", "serve", "10.0.0.7:8080", "mailboxes"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    site.clock.advance_millis(60_000);
    for (language, ended) in [("en", "the lease has ended"), ("zh", "租约已过期")] {
        browser.language = language;
        let page = browser.open("/system").await.body;
        assert!(page.contains(ended) && !page.contains("256 of 256"), "{page}");
    }
}

#[tokio::test]
async fn how_far_the_audit_is_behind_stands_beside_the_other_jobs() {
    let customs = Customs::open();
    let (mut browser, _) = operator(customs.site()).await;
    customs.in_review(1);
    let since = async |browser: &mut Browser<'_>| {
        browser.accept = "application/json";
        let told = told(&browser.open("/api/v1/system").await);
        browser.accept = "text/html";
        told["unaudited_since"].clone()
    };
    assert!(since(&mut browser).await.is_string());
    let page = browser.open("/system").await.body;
    let (_, row) = page.split_once("Decisions into the audit").unwrap();
    assert!(row.split("</tr>").next().unwrap().contains("s behind"), "{row}");
    Decisions::open(&customs.world().store).unwrap().take_up().unwrap();
    assert_eq!(since(&mut browser).await, Value::Null);
    let page = browser.open("/system").await.body;
    let (_, row) = page.split_once("Decisions into the audit").unwrap();
    assert!(row.split("</tr>").next().unwrap().contains("up to date"), "{row}");
}

#[tokio::test]
async fn the_log_is_made_to_tell_more_while_the_service_runs() {
    let site = Site::new(lenient());
    let (mut browser, token) = operator(&site).await;
    let level = |level| [("form_token", token.as_str()), ("level", level)];
    assert_eq!(browser.send("/system/log", &level("debug")).await.location(), "/system#log");
    assert_eq!(site.machine.log_level(), LogLevel::Debug);
    assert_eq!(browser.send("/system/log", &level("all")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(site.machine.log_level(), LogLevel::Debug);
    let page = browser.open("/system").await;
    assert!(page.body.contains("<option value=\"debug\" selected>"), "{}", page.body);
}

#[tokio::test]
async fn one_backup_is_made_at_a_time() {
    let site = Site::new(lenient());
    site.machine.backups.lock().unwrap().directory = Some("/data/backups".to_owned());
    let (mut browser, token) = operator(&site).await;
    assert!(browser.open("/system").await.body.contains("There is no backup yet"));
    let form = [("form_token", token.as_str())];
    let begun = browser.send("/system/backups", &form).await;
    assert_eq!(begun.location(), "/system#backups", "{begun:?}");
    assert!(browser.open("/system").await.body.contains("under way since"));
    let second = browser.send("/system/backups", &form).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.body.contains("wait for its end"), "{}", second.body);
    let mut backups = site.machine.backups.lock().unwrap().clone();
    backups.since = None;
    backups.made = vec![("tongguan-20261123120000.db".to_owned(), 2 << 20)];
    *site.machine.backups.lock().unwrap() = backups;
    let page = browser.open("/system").await;
    assert!(page.body.contains("tongguan-20261123120000.db") && page.body.contains("2 MiB"));
}

#[tokio::test]
async fn the_interface_tells_and_does_the_same() {
    let site = Site::new(lenient());
    let (mut browser, token) = operator(&site).await;
    browser.accept = "application/json";
    let headers = [("x-form-token", token.as_str())];
    let stands = told(&browser.open("/api/v1/system").await);
    assert_eq!((&stands["held"], &stands["log_level"]), (&json!(0), &json!("info")));
    assert_eq!(stands["settings"][0], json!({"name": "version", "value": "1.2.3"}));
    let level = json!({"level": "warn"});
    let set = browser.json(Method::POST, "/api/v1/system/log-level", &headers, &level).await;
    assert_eq!(told(&set)["level"], "warn", "{set:?}");
    let wrong = json!({"level": "all"});
    let wrong = browser.json(Method::POST, "/api/v1/system/log-level", &headers, &wrong).await;
    assert_eq!(told(&wrong)["errors"][0]["pointer"], "/level");
    let backups = "/api/v1/system/backups";
    let begun = browser.json(Method::POST, backups, &headers, &json!(null)).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{begun:?}");
    let second = browser.json(Method::POST, backups, &headers, &json!(null)).await;
    assert_eq!(second.status, StatusCode::CONFLICT, "{second:?}");
}
