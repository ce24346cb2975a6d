//! Filings: what an enterprise files and imports, and what officers do with it.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{OfficeCode, PartyId};

use crate::customs::{opened, send};
use crate::fixture::{Answer, Browser, Site, lenient, standing_of};

const GOODS: [(&str, &str); 8] = [
    ("itemNo", "CREAM"),
    ("gcode", "3304990029"),
    ("gname", "面霜"),
    ("gmodel", "50ml/瓶"),
    ("unit", "瓶"),
    ("unit1", "千克"),
    ("qty1", "0.05"),
    ("netWeight", "0.05"),
];
const HEADER: &str = "itemNo,gcode,gname,gmodel,unit,unit1,qty1,netWeight";

/// `clerk` files for party 7, `other` for party 8, `zhang` and `li.ming` review.
fn site() -> Site {
    let site = Site::new(lenient());
    site.admit("clerk", standing_of(Role::Clerk));
    site.admit("other", Standing::Enterprise { party: PartyId(8), role: Role::Clerk });
    site.admit("zhang", standing_of(Role::Officer));
    site.admit("li.ming", standing_of(Role::Officer));
    site
}

/// The number of the filing that a form led to.
fn number(sent: &Answer) -> String {
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let address = sent.location().strip_prefix("/filings/").unwrap();
    address.split('?').next().unwrap().to_owned()
}

async fn decided(browser: &mut Browser<'_>, number: &str, form: &[(&str, &str)]) -> Answer {
    let page = opened(browser, &format!("/filings/{number}")).await;
    send(browser, &page, &format!("/filings/{number}/decisions"), form).await
}

/// Party 7 is registered, by a filing.
async fn with_enterprise(site: &Site) {
    let (mut clerk, mut zhang) = (site.signed_in("clerk").await, site.signed_in("zhang").await);
    let page = opened(&mut clerk, "/filings/new/enterprise").await;
    let form = [
        ("name", "某某商贸有限公司"),
        ("customs_code", "3301960A2B"),
        ("credit_code", "91350100M000100Y43"),
        ("role_merchant", "yes"),
    ];
    let sent = send(&mut clerk, &page, "/filings/new/enterprise", &form).await;
    let done = decided(&mut zhang, &number(&sent), &[("decision", "approve")]).await;
    assert!(done.location().ends_with("done=decided"), "{}", done.body);
}

#[tokio::test]
async fn an_enterprise_files_itself_and_its_goods_and_an_officer_decides() {
    let site = site();
    let (mut clerk, mut zhang) = (site.signed_in("clerk").await, site.signed_in("zhang").await);
    let page = opened(&mut clerk, "/filings").await;
    assert!(page.body.contains("/filings/import") && page.body.contains("There is no such filing"));
    let form = opened(&mut clerk, "/filings/new/goods").await;
    let early = send(&mut clerk, &form, "/filings/new/goods", &GOODS).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.body.contains("file the enterprise first"));
    with_enterprise(&site).await;

    let mut wrong = GOODS.to_vec();
    wrong[1] = ("gcode", "330499");
    wrong[4] = ("unit", "");
    let refused = send(&mut clerk, &form, "/filings/new/goods", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("href=\"#gcode\"") && refused.body.contains("id=\"unit-wrong\""));
    assert!(refused.body.contains("value=\"CREAM\""), "what was filled in stays");
    let sent = send(&mut clerk, &form, "/filings/new/goods", &GOODS).await;
    let id = number(&sent);

    let queue = opened(&mut zhang, "/filing-review").await;
    assert!(queue.body.contains(&format!("/filings/{id}")) && queue.body.contains("面霜"));
    let page = opened(&mut zhang, &format!("/filings/{id}?code=3304990039")).await;
    assert!(page.body.contains("Codes and rates") && page.body.contains("3304990029"));
    let other = [("decision", "approve"), ("gcode", "3304990039")];
    let refused = decided(&mut zhang, &id, &other).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.body.contains("give the reason") && refused.body.contains("value=\"3304990039\"")
    );
    let other = [("decision", "approve"), ("gcode", "3304990039"), ("reason", "按成分归类")];
    decided(&mut zhang, &id, &other).await;
    let seen = opened(&mut clerk, &format!("/filings/{id}")).await;
    assert!(seen.body.contains("other than proposed") && seen.body.contains("按成分归类"));
    assert!(seen.body.contains("File a change"));
    let registered = opened(&mut clerk, "/goods").await;
    assert!(registered.body.contains("3304990039"));
    assert!(!opened(&mut site.signed_in("other").await, "/goods").await.body.contains("CREAM"));

    decided(&mut zhang, &id, &[("decision", "suspend"), ("reason", "复查")]).await;
    assert!(opened(&mut clerk, "/goods").await.body.contains("suspended"));
    let again = [("decision", "reopen"), ("reason", "无误"), ("valid_to", "2026-11-23")];
    decided(&mut zhang, &id, &again).await;
    site.clock.advance_millis(24 * 3_600_000);
    let mut clerk = site.signed_in("clerk").await;
    assert!(opened(&mut clerk, "/filings?status=expired").await.body.contains("面霜"));
    assert!(!opened(&mut clerk, "/filings?status=approved").await.body.contains("面霜"));
}

#[tokio::test]
async fn codes_have_their_names_and_what_the_tables_say_otherwise_is_marked() {
    let site = site();
    with_enterprise(&site).await;
    let (mut clerk, mut zhang) = (site.signed_in("clerk").await, site.signed_in("zhang").await);
    let form = opened(&mut clerk, "/filings/new/goods").await;
    let id = number(&send(&mut clerk, &form, "/filings/new/goods", &GOODS).await);
    let page = opened(&mut clerk, &format!("/filings/{id}")).await;
    assert!(page.body.contains("035 kilogram"), "{}", page.body);
    assert!(!page.body.contains("no such code in the tables"), "{}", page.body);
    let mut odd = GOODS.to_vec();
    odd[0] = ("itemNo", "ODD");
    odd[1] = ("gcode", "9999999999");
    let id = number(&send(&mut clerk, &form, "/filings/new/goods", &odd).await);
    for browser in [&mut clerk, &mut zhang] {
        let page = opened(browser, &format!("/filings/{id}")).await;
        assert!(page.body.contains("no such code in the tables"), "{}", page.body);
    }
    let mut counted = GOODS.to_vec();
    counted[0] = ("itemNo", "PIECE");
    counted[5] = ("unit1", "011");
    let id = number(&send(&mut clerk, &form, "/filings/new/goods", &counted).await);
    let page = opened(&mut zhang, &format!("/filings/{id}")).await;
    assert!(page.body.contains("the tables have 035 kilogram"), "{}", page.body);

    browser_in_chinese(&mut clerk).await;
    let mut lacking = GOODS.to_vec();
    lacking[5] = ("unit1", "");
    lacking.push(("price", "10"));
    let refused = send(&mut clerk, &form, "/filings/new/goods", &lacking).await.body;
    assert!(refused.contains("请填写代码表中的代码或名称"), "{refused}");
    assert!(refused.contains("须与“单价”同时填写"), "{refused}");
}

async fn browser_in_chinese(browser: &mut Browser<'_>) {
    browser.open("/language/zh-Hans?back=/").await;
}

#[tokio::test]
async fn what_is_returned_is_corrected_and_what_is_foreign_is_not_there() {
    let site = site();
    with_enterprise(&site).await;
    let (mut clerk, mut zhang) = (site.signed_in("clerk").await, site.signed_in("zhang").await);
    let form = opened(&mut clerk, "/filings/new/goods").await;
    let id = number(&send(&mut clerk, &form, "/filings/new/goods", &GOODS).await);
    let no_reason = decided(&mut zhang, &id, &[("decision", "return")]).await;
    assert_eq!(no_reason.status, StatusCode::CONFLICT);
    decided(&mut zhang, &id, &[("decision", "return"), ("reason", "请补充成分")]).await;
    let page = opened(&mut clerk, &format!("/filings/{id}")).await;
    assert!(page.body.contains("请补充成分"));
    let address = format!("/filings/new/goods?from={id}");
    assert!(page.body.contains(&address));
    let form = opened(&mut clerk, &address).await;
    assert!(form.body.contains("value=\"50ml/瓶\""));
    let mut better = GOODS.to_vec();
    better[3] = ("gmodel", "50ml/瓶，含酒精");
    let sent = send(&mut clerk, &form, "/filings/new/goods", &better).await;
    assert_eq!(number(&sent), id, "it is the same filing");

    let mut other = site.signed_in("other").await;
    for address in [format!("/filings/{id}"), address] {
        assert_eq!(other.open(&address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    let token = other.form_token().await;
    let foreign = other.send(&format!("/filings/{id}/withdraw"), &[("form_token", &token)]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let page = opened(&mut clerk, &format!("/filings/{id}")).await;
    let sent = send(&mut clerk, &page, &format!("/filings/{id}/withdraw"), &[]).await;
    assert!(sent.location().ends_with("done=withdrawn"));
    assert!(opened(&mut zhang, "/filing-review").await.body.contains("No filing waits"));
}

#[tokio::test]
async fn an_officer_takes_a_filing_up_and_a_colleague_takes_it_over() {
    let site = site();
    with_enterprise(&site).await;
    let mut clerk = site.signed_in("clerk").await;
    let form = opened(&mut clerk, "/filings/new/goods").await;
    let id = number(&send(&mut clerk, &form, "/filings/new/goods", &GOODS).await);
    let (mut zhang, mut li) = (site.signed_in("zhang").await, site.signed_in("li.ming").await);
    let (page, assignment) = (format!("/filings/{id}"), format!("/filings/{id}/assignment"));
    let shown = opened(&mut zhang, &page).await;
    let taken = send(&mut zhang, &shown, &assignment, &[("act", "take")]).await;
    assert!(taken.location().ends_with("done=taken"));
    let shown = opened(&mut li, &page).await;
    assert!(shown.body.contains("Take it over"));
    assert_eq!(
        send(&mut li, &shown, &assignment, &[("act", "take")]).await.status,
        StatusCode::CONFLICT
    );
    let held = decided(&mut li, &id, &[("decision", "approve")]).await;
    assert_eq!(held.status, StatusCode::CONFLICT);
    assert!(held.body.contains("take it over first"));
    send(&mut li, &shown, &assignment, &[("act", "take-over")]).await;
    let shown = opened(&mut li, &page).await;
    assert!(shown.body.contains("Give it back"));
    send(&mut li, &shown, &assignment, &[("act", "give-back")]).await;
    assert!(opened(&mut zhang, &page).await.body.contains("Take it up"));
}

#[tokio::test]
async fn goods_are_imported_from_a_file_with_a_report_and_approved_several_at_once() {
    let site = site();
    with_enterprise(&site).await;
    let (mut clerk, mut zhang) = (site.signed_in("clerk").await, site.signed_in("zhang").await);
    let page = opened(&mut clerk, "/filings/import").await;
    let token = page.value_of("form_token").unwrap();
    let row = |item: &str, code: &str| format!("{item},{code},面霜,50ml,瓶,千克,0.05,0.05\n");
    let mixed = format!("{HEADER}\n{}{}", row("A", "3304990029"), row("B", "33"));
    let parts = [("form_token", token.as_str()), ("file", mixed.as_str())];
    let none = clerk.upload("/filings/import", &parts).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        none.body.contains("0 rows were filed, 2 were not")
            && none.body.contains("good, not filed")
    );
    assert!(none.body.contains("<code>gcode</code>"), "{}", none.body);
    let parts = [("form_token", token.as_str()), ("take_good", "yes"), ("file", mixed.as_str())];
    let some = clerk.upload("/filings/import", &parts).await;
    assert!(some.body.contains("1 rows were filed, 1 were not"));
    let more = format!("{HEADER}\n{}{}", row("C", "3304990029"), row("D", "3304990029"));
    let parts = [("form_token", token.as_str()), ("file", more.as_str())];
    let all = clerk.upload("/filings/import", &parts).await;
    assert_eq!(all.status, StatusCode::OK);
    let template = clerk.open("/filings/template.csv").await;
    assert!(template.body.starts_with("\u{feff}\"itemNo\""));
    let workbook = clerk.open("/filings/template.xlsx").await;
    assert!(workbook.body.starts_with("PK"), "{}", workbook.status);
    assert!(workbook.headers["content-type"].to_str().unwrap().ends_with("spreadsheetml.sheet"));
    let parts = [("form_token", token.as_str()), ("file", "neither, nor\n1,2\n")];
    let wrong = clerk.upload("/filings/import", &parts).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("name the columns as the template does"));

    let queue = opened(&mut zhang, "/filing-review?kind=goods").await;
    let ids: Vec<_> = (2..5).map(|id| format!("filing_{id}")).collect();
    assert!(ids.iter().all(|id| queue.body.contains(id)), "{}", queue.body);
    let mut form: Vec<_> = ids.iter().map(|id| (id.as_str(), "chosen")).collect();
    form.push(("decision", "approve"));
    let asked = send(&mut zhang, &queue, "/filing-review", &form).await;
    assert!(asked.body.contains("Please confirm"));
    assert!(
        !opened(&mut clerk, "/goods").await.body.contains("3304990029"),
        "nothing is decided yet"
    );
    form.push(("confirmed", "yes"));
    let done = send(&mut zhang, &asked, "/filing-review", &form).await;
    assert!(done.body.contains("3 were decided, 0 were not"));
    let again = send(&mut zhang, &asked, "/filing-review", &form).await;
    assert!(again.body.contains("0 were decided, 3 were not"));
    let goods = opened(&mut clerk, "/goods").await;
    assert_eq!(goods.body.matches("3304990029").count(), 3);
    let many: Vec<_> = (0..51).map(|n| format!("filing_{n}")).collect();
    let mut form = vec![("decision", "approve")];
    form.extend(many.iter().map(|name| (name.as_str(), "chosen")));
    let refused = send(&mut zhang, &queue, "/filing-review", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Asks the interface; the answer's status and body.
async fn ask(
    browser: &mut Browser<'_>,
    method: Method,
    address: &str,
    body: &Value,
) -> (StatusCode, Value) {
    let token = browser.form_token().await;
    browser.accept = "application/json";
    let answer = browser.json(method, address, &[("x-form-token", &token)], body).await;
    browser.accept = "text/html";
    let value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    (answer.status, value)
}

#[tokio::test]
async fn the_interface_takes_a_file_of_goods() {
    let site = site();
    with_enterprise(&site).await;
    let mut clerk = site.signed_in("clerk").await;
    let file = format!("{HEADER}\nX,3304990029,霜,m,瓶,千克,1,1\nY,1,霜,m,瓶,千克,1,1\n");
    let token = clerk.form_token().await;
    clerk.accept = "application/json";
    let headers = [("x-form-token", token.as_str()), ("content-type", "text/csv")];
    let sent = clerk.with(Method::POST, "/api/v1/filings/goods?good=true", &headers, &file).await;
    clerk.accept = "text/html";
    let report: Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!((&report["filed"], &report["left"]), (&json!(1), &json!(1)), "{report}");
    assert_eq!(report["rows"][1]["defects"][0]["pointer"], "gcode");

    // A file is longer than JSON may be, under a key as without one.
    let row = "Z,1,霜,m,瓶,千克,1,1\n";
    let long = format!("{HEADER}\n{}", row.repeat((256 << 10) / row.len() + 1));
    clerk.accept = "application/json";
    let keyed = [&headers[..], &[("idempotency-key", "g-1")]].concat();
    for headers in [&headers[..], &keyed] {
        let sent = clerk.with(Method::POST, "/api/v1/filings/goods", headers, &long).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{sent:?}");
    }
}

#[tokio::test]
async fn the_interface_does_what_the_pages_do() {
    let site = site();
    let (mut clerk, mut zhang) = (site.signed_in("clerk").await, site.signed_in("zhang").await);
    let enterprise = json!({ "enterprise": {
        "name": "某某商贸有限公司", "credit_code": "91350100M000100Y43", "roles": ["merchant"],
    }});
    let (status, filed) = ask(&mut clerk, Method::POST, "/api/v1/filings", &enterprise).await;
    assert_eq!(status, StatusCode::CREATED, "{filed}");
    assert_eq!((&filed["status"], &filed["kind"]), (&json!("filed"), &json!("enterprise")));
    let approve = json!({ "decision": "approve" });
    let (status, done) =
        ask(&mut zhang, Method::POST, "/api/v1/filings/1/decisions", &approve).await;
    assert_eq!((status, &done["status"]), (StatusCode::OK, &json!("approved")), "{done}");

    let goods: serde_json::Map<_, _> =
        GOODS.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    let mut wrong = goods.clone();
    wrong.insert("gcode".to_owned(), json!("33"));
    let (status, told) =
        ask(&mut clerk, Method::POST, "/api/v1/filings", &json!({ "goods": wrong })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(told["defects"][0]["pointer"], "/goods/gcode");
    let (status, _) =
        ask(&mut clerk, Method::POST, "/api/v1/filings", &json!({ "goods": goods })).await;
    assert_eq!(status, StatusCode::CREATED);
    let twice = ask(&mut clerk, Method::POST, "/api/v1/filings", &json!({ "goods": goods })).await;
    assert_eq!(twice.1["defects"][0]["rule"], "filing-waits");
    let certificate = json!({ "certificate": "no certificate" });
    let (_, told) = ask(&mut clerk, Method::POST, "/api/v1/filings", &certificate).await;
    assert_eq!(told["defects"][0]["rule"], "filing-certificate-unreadable");

    let (_, waiting) =
        ask(&mut zhang, Method::GET, "/api/v1/filing-review?limit=1", &Value::Null).await;
    assert_eq!(waiting["items"][0]["number"], "2");
    assert_eq!(waiting["next"], Value::Null);
    let take = json!({ "act": "take" });
    let (_, taken) = ask(&mut zhang, Method::POST, "/api/v1/filings/2/assignment", &take).await;
    assert_eq!((&taken["status"], &taken["officer"]), (&json!("taken-up"), &json!("李伟")));
    let several = json!({ "filings": ["2", "9"], "decision": "approve" });
    let (status, done) = ask(&mut zhang, Method::POST, "/api/v1/filing-review", &several).await;
    assert_eq!(status, StatusCode::OK, "{done}");
    assert_eq!(done["filings"][0]["status"], "approved");
    assert_eq!(done["filings"][1]["why_not"], "there is no filing 9");
    let (_, shown) = ask(&mut clerk, Method::GET, "/api/v1/filings/2", &Value::Null).await;
    assert_eq!(
        (&shown["gcode"], &shown["goods"]["itemNo"]),
        (&json!("3304990029"), &json!("CREAM"))
    );
    assert_eq!(shown["history"][0]["fields"][0]["after"], "approved");
    let (_, goods) = ask(&mut clerk, Method::GET, "/api/v1/goods?limit=1", &Value::Null).await;
    assert_eq!(goods["items"][0]["goods"]["itemNo"], "CREAM");
    assert_eq!(goods["next"], Value::Null);
    let (_, listed) =
        ask(&mut clerk, Method::GET, "/api/v1/filings?kind=goods&text=CR", &Value::Null).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let (status, _) = ask(&mut clerk, Method::DELETE, "/api/v1/filings/2", &Value::Null).await;
    assert_eq!(status, StatusCode::CONFLICT, "it is decided");
    let mut other = site.signed_in("other").await;
    let (status, _) = ask(&mut other, Method::GET, "/api/v1/filings/2", &Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let own = json!({ "decision": "approve" });
    let (status, _) = ask(&mut clerk, Method::POST, "/api/v1/filings/2/decisions", &own).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[test]
fn the_page_of_filing_lists_its_faults() {
    let page = include_str!("../../../../docs/reference/filing.md");
    let rows = tongguan_domain::filing::rules::ALL.iter();
    let rows = rows.map(|rule| format!("| `{}` | {} | {} |\n", rule.code, rule.zh, rule.en));
    let table: String = rows.collect();
    assert!(page.contains(&table), "docs/reference/filing.md should hold\n{table}");
}

#[tokio::test]
async fn the_officers_of_the_office_that_is_named_review_it_and_no_others() {
    let site = site();
    let office = OfficeCode::parse("0100").unwrap();
    site.admit("sun.li", Standing::Customs { office, role: Role::Officer });
    with_enterprise(&site).await;
    let (mut clerk, mut zhang) = (site.signed_in("clerk").await, site.signed_in("zhang").await);
    let mut sun = site.signed_in("sun.li").await;
    let form = opened(&mut clerk, "/filings/new/goods").await;
    assert!(form.body.contains("id=\"office\"") && form.body.contains("Left empty"));
    let wrong = [&GOODS[..], &[("office", "29")]].concat();
    let wrong = send(&mut clerk, &form, "/filings/new/goods", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("href=\"#office\""), "{}", wrong.body);
    let named = [&GOODS[..], &[("office", "0100")]].concat();
    let id = number(&send(&mut clerk, &form, "/filings/new/goods", &named).await);
    let address = format!("/filings/{id}");
    assert!(opened(&mut clerk, &address).await.body.contains("0100"));
    assert!(!opened(&mut zhang, "/filing-review").await.body.contains(&address));
    assert_eq!(zhang.open(&address).await.status, StatusCode::NOT_FOUND);
    let token = zhang.form_token().await;
    for (path, form) in [
        ("assignment", [("form_token", token.as_str()), ("act", "take")]),
        ("decisions", [("form_token", token.as_str()), ("decision", "approve")]),
    ] {
        let foreign = zhang.send(&format!("{address}/{path}"), &form).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{path}: {foreign:?}");
    }
    assert!(opened(&mut sun, "/filing-review").await.body.contains(&address));
    decided(&mut sun, &id, &[("decision", "approve")]).await;
    clerk.accept = "application/json";
    let told: Value =
        serde_json::from_str(&clerk.open(&format!("/api/v1{address}")).await.body).unwrap();
    assert_eq!((&told["status"], &told["office"]), (&json!("approved"), &json!("0100")), "{told}");
}
