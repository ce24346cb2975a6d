//! Bonded stock: what its holder and its office see, and what an officer does.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{OfficeCode, PartyId};
use tongguan_testkit::bonded::{BOOK, ITEM, open_with};

use crate::customs::{Customs, opened, send};
use crate::fixture::{Answer, Browser};

/// An office that keeps a book of party 4 with a hundred pieces; its holder, another enterprise, another office.
fn stage() -> Customs {
    let customs = Customs::open();
    let now = customs.now();
    open_with(&customs.world().store, 100, now);
    for (name, party) in [("holder", 4), ("stranger", 1)] {
        let (party, role) = (PartyId(party), Role::Clerk);
        customs.site().admit(name, Standing::Enterprise { party, role });
    }
    let office = OfficeCode::parse("0100").unwrap();
    customs.site().admit("elsewhere", Standing::Customs { office, role: Role::Officer });
    customs
}

async fn program<'c>(customs: &'c Customs, name: &str) -> (Browser<'c>, String) {
    let mut browser = customs.site().signed_in(name).await;
    let token = browser.form_token().await;
    browser.accept = "application/json";
    (browser, token)
}

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn a_book_is_its_holders_and_its_offices_alone() {
    let customs = stage();
    for name in ["holder", "zhang"] {
        let (mut browser, _) = program(&customs, name).await;
        let books = json_of(&browser.open("/api/v1/books").await);
        assert_eq!(books["books"][0]["book"], BOOK, "{name}");
        let report = json_of(&browser.open(&format!("/api/v1/books/{BOOK}")).await);
        assert_eq!(report["items"][0]["now"]["on_hand"], "100", "{name}");
        let before = json_of(&browser.open(&format!("/api/v1/books/{BOOK}?month=2025-01")).await);
        assert_eq!(before["items"][0]["opening"], "0", "{before}");
        assert_eq!(
            json_of(&browser.open(&format!("/api/v1/books/{BOOK}/lists")).await)["lists"],
            json!([])
        );
    }
    for name in ["stranger", "elsewhere"] {
        let (mut browser, token) = program(&customs, name).await;
        assert_eq!(json_of(&browser.open("/api/v1/books").await)["books"], json!([]), "{name}");
        for part in ["", "/lists"] {
            let answer = browser.open(&format!("/api/v1/books/{BOOK}{part}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name} {part}");
        }
        let headers = [("x-form-token", token.as_str())];
        let moved =
            json!({ "kind": "destroyed", "quantity": "1", "document": "D1", "reason": "old" });
        let address = format!("/api/v1/books/{BOOK}/items/{ITEM}/movements");
        let answer = browser.json(Method::POST, &address, &headers, &moved).await;
        let refused = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN];
        assert!(refused.contains(&answer.status), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn an_officer_moves_counts_and_takes_lists_further() {
    let customs = stage();
    let (mut officer, token) = program(&customs, "zhang").await;
    let headers = [("x-form-token", token.as_str())];
    let item = format!("/api/v1/books/{BOOK}/items/{ITEM}");
    let moved = json!({ "kind": "destroyed", "quantity": "30", "document": "D1", "reason": "old" });
    let after = officer.json(Method::POST, &format!("{item}/movements"), &headers, &moved).await;
    assert_eq!(json_of(&after)["on_hand"], "70");
    let too_many =
        json!({ "kind": "destroyed", "quantity": "71", "document": "D2", "reason": "old" });
    let refused =
        officer.json(Method::POST, &format!("{item}/movements"), &headers, &too_many).await;
    assert_eq!(refused.problem().as_deref(), Some("refused"), "{refused:?}");
    for (field, value) in
        [("kind", "drawn"), ("quantity", "0.000001"), ("document", ""), ("reason", "")]
    {
        let mut wrong = moved.clone();
        wrong[field] = json!(value);
        let answer =
            officer.json(Method::POST, &format!("{item}/movements"), &headers, &wrong).await;
        assert_eq!(answer.problem().as_deref(), Some("wrong-field"), "{field}: {answer:?}");
        assert!(answer.body.contains(&format!("/{field}")), "{answer:?}");
    }
    let count = json!({ "counted": "68", "document": "C1", "reason": "yearly" });
    let counted = officer.json(Method::POST, &format!("{item}/counts"), &headers, &count).await;
    let counted = json_of(&counted);
    assert_eq!((&counted["difference"], &counted["quantity"]), (&json!("missing"), &json!("2")));

    let lists = format!("/api/v1/books/{BOOK}/lists");
    let list = json!({ "number": "QD291626I000000257", "reason": "came on paper",
        "lines": [{ "item": ITEM, "quantity": "12" }] });
    let lodged = officer.json(Method::POST, &lists, &headers, &list).await;
    assert_eq!(json_of(&lodged)["state"], "lodged");
    let again = officer.json(Method::POST, &lists, &headers, &list).await;
    assert_eq!(again.problem().as_deref(), Some("refused"), "{again:?}");
    let steps = format!("{lists}/QD291626I000000257/steps");
    let skip = json!({ "step": "admit", "reason": "in order" });
    let refused = officer.json(Method::POST, &steps, &headers, &skip).await;
    assert_eq!(refused.problem().as_deref(), Some("refused"), "{refused:?}");
    for (step, state) in [("approve", "approved"), ("withdraw", "withdrawn")] {
        let step = json!({ "step": step, "reason": "in order" });
        let stands = officer.json(Method::POST, &steps, &headers, &step).await;
        assert_eq!(json_of(&stands)["state"], state);
    }
    let shown = json_of(&officer.open(&lists).await);
    assert_eq!(shown["lists"][0]["steps"][1]["officer"], "zhang", "{shown}");
    assert_eq!(
        officer.open("/api/v1/gate-passes/Z2916I260302000001").await.status,
        StatusCode::NOT_FOUND
    );

    let book = json!({ "holder": "330196E005", "zone": "示例区" });
    let opened = officer.json(Method::PUT, "/api/v1/books/T2916W000009", &headers, &book).await;
    assert_eq!(json_of(&opened)["office"], "2916");
    let other = json!({ "holder": "330196M002", "zone": "示例区" });
    let refused = officer.json(Method::PUT, "/api/v1/books/T2916W000009", &headers, &other).await;
    assert_eq!(refused.problem().as_deref(), Some("refused"), "{refused:?}");
}

#[tokio::test]
async fn an_officer_opens_a_book_in_a_form_and_changes_its_term() {
    let customs = stage();
    let mut officer = customs.site().signed_in("zhang").await;
    assert!(opened(&mut officer, "/books").await.body.contains("href=\"/books/new\""));
    let page = opened(&mut officer, "/books/new").await;
    let form = |number, holder, from, to| {
        [
            ("number", number),
            ("holder", holder),
            ("zone", "示例综合保税区"),
            ("valid_from", from),
            ("valid_to", to),
        ]
    };
    for wrong in [
        form("T2916/1", "330196E005", "2026-03-01", ""),
        form(BOOK, "330196E005", "2026-03-01", ""),
        form("T2916W000009", "NOBODY", "2026-03-01", ""),
        form("T2916W000009", "330196E005", "2026-03-01", "2026-03-01"),
        form("T2916W000009", "330196E005", "soon", ""),
    ] {
        let refused = send(&mut officer, &page, "/books", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        assert!(refused.body.contains("value=\"示例综合保税区\""), "{}", refused.body);
    }
    let good = form("T2916W000009", "330196E005", "2026-03-01", "");
    let sent = send(&mut officer, &page, "/books", &good).await;
    assert_eq!(sent.location(), "/books/T2916W000009?done=kept", "{sent:?}");
    assert!(opened(&mut officer, sent.location()).await.body.contains("kept so"));

    let address = "/books/T2916W000009/change";
    let page = opened(&mut officer, address).await;
    assert!(page.body.contains("330196E005"), "{}", page.body);
    let form = [("zone", "示例区"), ("valid_from", "2026-03-01"), ("valid_to", "2027-01-01")];
    let sent = send(&mut officer, &page, address, &form).await;
    assert_eq!(sent.location(), "/books/T2916W000009?done=kept", "{sent:?}");
    assert!(opened(&mut officer, "/books").await.body.contains("2027-01-01"));

    let mut holder = customs.site().signed_in("holder").await;
    assert_eq!(holder.open("/books/new").await.status, StatusCode::FORBIDDEN);
    let mut elsewhere = customs.site().signed_in("elsewhere").await;
    assert_eq!(elsewhere.open(address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_officer_registers_goods_in_a_form_and_from_a_file() {
    let customs = stage();
    let mut officer = customs.site().signed_in("zhang").await;
    let address = format!("/books/{BOOK}/goods");
    let page = opened(&mut officer, &format!("{address}?item={ITEM}")).await;
    assert_eq!(page.value_of("hs_code").as_deref(), Some("9619001100"));
    let mut form = vec![
        ("item", "0002"),
        ("hs_code", "1901101090"),
        ("name", "奶粉"),
        ("unit", "122"),
        ("statutory_unit", "035"),
        ("statutory_factor", "0"),
    ];
    let refused = send(&mut officer, &page, &address, &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("a number above 0") && refused.body.contains("value=\"奶粉\""));
    form[5].1 = "0.7";
    let sent = send(&mut officer, &page, &address, &form).await;
    assert_eq!(sent.location(), format!("/books/{BOOK}?done=registered"), "{sent:?}");
    officer.changes_nothing = true;
    let again = send(&mut officer, &page, &address, &form).await;
    officer.changes_nothing = false;
    assert_eq!(again.location(), format!("/books/{BOOK}?done=as-before"), "{again:?}");
    assert!(opened(&mut officer, sent.location()).await.body.contains("items/0002"));

    let to = format!("{address}/import");
    let token = page.value_of("form_token").unwrap();
    let head =
        officer.open("/books/goods.csv").await.body.trim_start_matches('\u{feff}').to_owned();
    let csv = |lines: &str| format!("{head}{lines}");
    for (lines, told) in [
        ("", "at least one line"),
        ("0003,1901101090,奶粉,罐,035,0.7,,,,\n", "line 2, "),
        (
            "0003,1901101090,奶粉,122,035,0.7,,,,\n0003,1901101090,奶粉,122,035,0.8,,,,\n",
            "given twice",
        ),
        ("0001,9619001100,婴儿纸尿裤,122,035,1.9,,,,\n", "its unit cannot change"),
    ] {
        let refused = officer.upload(&to, &[("form_token", &token), ("file", &csv(lines))]).await;
        assert!(refused.status.is_client_error(), "{lines}: {refused:?}");
        assert!(refused.body.contains(told), "{lines}: {}", refused.body);
    }
    let lines = "0003,1901101090,奶粉,122,035,0.7,,,80,120\n0004,1901101090,奶粉,122,035,0.8,,,,\n";
    let sent = officer.upload(&to, &[("form_token", &token), ("file", &csv(lines))]).await;
    assert_eq!(sent.location(), format!("/books/{BOOK}?done=registered"), "{sent:?}");
    officer.accept = "application/json";
    let headers = [("x-form-token", token.as_str())];
    let goods = json!({ "items": [{ "item": "0005", "hs_code": "1901101090", "name": "奶粉",
        "unit": "122", "statutory_unit": "035", "statutory_factor": "0.7" }] });
    let api = format!("/api/v1/books/{BOOK}/items");
    let given = officer.json(Method::POST, &api, &headers, &goods).await;
    assert_eq!(json_of(&given), json!({ "items": 1, "changed": 1 }));
    let mut wrong = goods;
    wrong["items"][0]["unit"] = json!("can");
    let refused = officer.json(Method::POST, &api, &headers, &wrong).await;
    assert!(refused.body.contains("/items/0/unit"), "{refused:?}");
}

#[tokio::test]
async fn pages_show_the_stock_and_let_an_officer_act() {
    let customs = stage();
    let mut holder = customs.site().signed_in("holder").await;
    let list = opened(&mut holder, "/books").await;
    assert!(list.body.contains(&format!("href=\"/books/{BOOK}\"")), "{}", list.body);
    let book = opened(&mut holder, &format!("/books/{BOOK}?month=2026-03")).await;
    assert!(book.body.contains("What is there") && book.body.contains("no bonded list"));
    let address = format!("/books/{BOOK}/items/{ITEM}");
    let item = opened(&mut holder, &address).await;
    assert!(!item.body.contains("Move it by hand"), "{}", item.body);

    let mut officer = customs.site().signed_in("zhang").await;
    let item = opened(&mut officer, &address).await;
    let form = [("kind", "destroyed"), ("quantity", "40"), ("document", "D1"), ("reason", "old")];
    let done = send(&mut officer, &item, &format!("{address}/movements"), &form).await;
    assert_eq!(done.location(), format!("{address}?done=moved"));
    let item = opened(&mut officer, done.location()).await;
    assert!(
        item.body.contains("The stock was moved") && item.body.contains(">60 ("),
        "{}",
        item.body
    );
    let form = [("counted", "61"), ("document", "C1"), ("reason", "yearly")];
    let done = send(&mut officer, &item, &format!("{address}/counts"), &form).await;
    assert_eq!(done.location(), format!("{address}?done=counted"));
    let item = opened(&mut officer, &address).await;
    assert!(item.body.contains("surplus"), "{}", item.body);
    let mut stranger = customs.site().signed_in("stranger").await;
    assert!(opened(&mut stranger, "/books").await.body.contains("There is no account book"));
    for address in [format!("/books/{BOOK}"), address, "/gate-passes/1".to_owned()] {
        assert_eq!(stranger.open(&address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
}
