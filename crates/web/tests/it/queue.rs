//! The work queue: taking cases on, what has waited for long, several decisions at once; and the search.

use axum::http::StatusCode;
use tongguan_testkit::exports::export;

use crate::customs::{Customs, opened, send};
use crate::interface::json_of;

#[tokio::test]
async fn a_case_is_taken_on_given_back_and_taken_over() {
    let customs = Customs::open();
    let (id, _) = customs.in_review(1);
    let (other, _) = customs.in_review(2);
    let (address, assignment) =
        (format!("/declarations/{id}"), format!("/declarations/{id}/assignment"));
    let mut zhang = customs.site().signed_in("zhang").await;
    let mut li = customs.site().signed_in("li.ming").await;
    let page = opened(&mut zhang, &address).await;
    let sent = send(&mut zhang, &page, &assignment, &[("act", "take")]).await;
    assert_eq!(sent.location(), format!("{address}?done=taken"));

    let page = opened(&mut li, &address).await;
    assert!(page.body.contains("Take it over"));
    let late = send(&mut li, &page, &assignment, &[("act", "take")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("take it over"));
    let page = opened(&mut li, &address).await;
    let form = [("ruling", "accept"), ("code", "in-order")];
    let held = send(&mut li, &page, &format!("{address}/rulings"), &form).await;
    assert_eq!(held.status, StatusCode::CONFLICT);
    assert!(held.body.contains("is working on this case"));

    let mine = opened(&mut zhang, "/queue?whose=mine").await;
    assert!(mine.body.contains(&address) && !mine.body.contains(&format!("/declarations/{other}")));
    let free = opened(&mut zhang, "/queue?whose=free").await;
    assert!(!free.body.contains(&address) && free.body.contains(&format!("/declarations/{other}")));

    send(&mut li, &page, &assignment, &[("act", "take-over")]).await;
    let mine = opened(&mut zhang, "/queue?whose=mine").await;
    assert!(mine.body.contains("Nothing waits here"));
    customs.site().clock.advance_millis(29 * 60_000);
    assert!(opened(&mut li, "/queue?whose=mine").await.body.contains(&address));
    customs.site().clock.advance_millis(2 * 60_000);
    let mut li = customs.site().signed_in("li.ming").await;
    assert!(!opened(&mut li, "/queue?whose=mine").await.body.contains(&address), "it has lapsed");
}

#[tokio::test]
async fn the_queue_says_how_much_waits_and_what_has_waited_too_long() {
    let customs = Customs::open();
    customs.in_review(1);
    customs.in_review(2);
    customs.under_examination(3);
    let mut browser = customs.site().signed_in("zhang").await;
    let page = opened(&mut browser, "/queue").await;
    assert!(page.body.contains("<p class=\"figure\">2</p>") && page.body.contains("oldest"));
    assert!(!page.body.contains("waiting too long"));
    customs.site().clock.advance_millis(24 * 3_600_000);
    let mut browser = customs.site().signed_in("zhang").await;
    assert!(opened(&mut browser, "/queue").await.body.contains("waiting too long"));
    let (fresh, parcel) = customs.in_review(4);
    let fresh = format!("/declarations/{fresh}");
    assert!(opened(&mut browser, "/queue").await.body.contains(&fresh));
    let late = opened(&mut browser, "/queue?only=late").await;
    assert_eq!(late.body.matches("href=\"/declarations/").count(), 3, "{}", late.body);
    assert!(!late.body.contains(&fresh), "{parcel:?} has just come");
    let mut port = customs.site().signed_in("gao").await;
    let page = opened(&mut port, "/queue").await;
    assert!(!page.body.contains("type=\"checkbox\""), "who decides nothing chooses nothing");
}

#[tokio::test]
async fn what_waits_for_a_licence_is_a_list_of_its_own() {
    let customs = Customs::open();
    let (other, _) = customs.in_review(1);
    let now = customs.now();
    let licensed = {
        let mut world = customs.world();
        let mut parcel = export(2, now).unwrap();
        parcel.declaration.items[0].hs_code = "8711100010".into();
        parcel.declaration.licence = Some("L-2026-1".into());
        world.send(&parcel.documents());
        world.send([&parcel.arrival_document()]);
        world.export(&parcel).unwrap().id
    };
    let mut browser = customs.site().signed_in("zhang").await;
    let page = opened(&mut browser, "/queue?only=licence").await;
    assert!(page.body.contains(&format!("/declarations/{licensed}")), "{}", page.body);
    assert!(page.body.contains("verify the licence"));
    assert!(!page.body.contains(&format!("/declarations/{other}")));
    browser.accept = "application/json";
    let listed = json_of(&browser.open("/api/v1/queue?only=licence").await);
    assert_eq!(listed["items"][0]["id"], licensed.to_string());
    assert_eq!(listed["items"][0]["awaits_licence"], true);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn after_a_decision_the_next_case_is_one_step_away() {
    let customs = Customs::open();
    let (first, _) = customs.in_review(1);
    let (second, _) = customs.in_review(2);
    let mut browser = customs.site().signed_in("zhang").await;
    let address = format!("/declarations/{first}");
    let page = opened(&mut browser, &address).await;
    let form = [("ruling", "accept"), ("code", "in-order")];
    let sent = send(&mut browser, &page, &format!("{address}/rulings"), &form).await;
    let decided = opened(&mut browser, sent.location()).await;
    assert!(decided.body.contains("href=\"/queue/next\""), "{}", decided.body);
    let next = format!("/declarations/{second}");
    assert_eq!(browser.open("/queue/next").await.location(), next);
    let page = opened(&mut browser, &next).await;
    send(&mut browser, &page, &format!("{next}/assignment"), &[("act", "take")]).await;
    assert_eq!(browser.open("/queue/next").await.location(), "/queue", "nobody else's is left");
}

#[tokio::test]
async fn several_are_decided_at_once_after_all_were_listed() {
    let customs = Customs::open();
    let parcels: Vec<_> = (1..4).map(|n| customs.in_review(n)).collect();
    let (examined, _) = customs.under_examination(4);
    let mut browser = customs.site().signed_in("zhang").await;
    let page = opened(&mut browser, "/queue").await;
    let names: Vec<_> = parcels.iter().map(|(id, _)| format!("case_{id}")).collect();
    let examined = format!("case_{examined}");
    let chosen = [
        (names[0].as_str(), "chosen"),
        (names[1].as_str(), "chosen"),
        (examined.as_str(), "chosen"),
        ("ruling", "refuse"),
        ("code", "documents"),
    ];
    let asked = send(&mut browser, &page, "/queue/rulings", &chosen).await;
    assert!(asked.body.contains("Please confirm") && asked.body.contains("not possible"));
    assert!(asked.body.contains("单证不齐或不符"), "the reason in words: {}", asked.body);
    assert_eq!(customs.status(&parcels[0].1), 300);
    let mut fields: Vec<_> = chosen.to_vec();
    let seen: Vec<_> = [names[0].as_str(), names[1].as_str(), examined.as_str()]
        .map(|name| (name, asked.value_of(name).unwrap()))
        .to_vec();
    fields.retain(|(name, _)| !name.starts_with("case_"));
    fields.extend(seen.iter().map(|(name, seen)| (*name, seen.as_str())));
    fields.push(("confirmed", "yes"));
    let done = send(&mut browser, &asked, "/queue/rulings", &fields).await;
    assert!(done.body.contains("2 were decided, 1 were not"), "{}", done.body);
    let standing = parcels.iter().map(|(_, parcel)| customs.status(parcel));
    assert_eq!(standing.collect::<Vec<_>>(), [100, 100, 300]);

    // One that is not there is told apart, and keeps nobody from the others.
    let last = names[2].as_str();
    let chosen =
        [(last, "chosen"), ("case_1", "chosen"), ("ruling", "refuse"), ("code", "documents")];
    let asked = send(&mut browser, &page, "/queue/rulings", &chosen).await;
    assert!(
        asked.body.contains("Not found") && asked.body.contains("<li>1</li>"),
        "{}",
        asked.body
    );
    let seen = asked.value_of(last).unwrap();
    let mut fields = chosen.to_vec();
    fields[0] = (last, seen.as_str());
    fields.push(("confirmed", "yes"));
    let done = send(&mut browser, &asked, "/queue/rulings", &fields).await;
    assert!(done.body.contains("1 were decided, 1 were not"), "{}", done.body);
    assert_eq!(customs.status(&parcels[2].1), 100);
    let nothing = [("case_1", "chosen"), ("ruling", "refuse"), ("code", "documents")];
    let none = send(&mut browser, &page, "/queue/rulings", &nothing).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);

    let many: Vec<_> = (0..51).map(|n| format!("case_{n}")).collect();
    let mut fields = vec![("ruling", "refuse"), ("code", "documents")];
    fields.extend(many.iter().map(|name| (name.as_str(), "chosen")));
    let refused = send(&mut browser, &page, "/queue/rulings", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("50 is the most"));
}

#[tokio::test]
async fn any_number_leads_to_the_declaration_however_it_is_typed() {
    let customs = Customs::open();
    let (id, parcel) = customs.in_review(1);
    let (exported, export) = customs.export(2);
    let number = customs.world().declaration(&parcel).unwrap().state.number().unwrap().to_string();
    let mut browser = customs.site().signed_in("zhang").await;
    let page = opened(&mut browser, "/search").await;
    assert!(page.body.contains("name=\"q\""));
    for (asked, found) in [
        (number.as_str(), id),
        (parcel.declaration.order_no.as_str(), id),
        (parcel.waybill.number.as_str(), id),
        (export.waybill.number.as_str(), exported),
        (parcel.payment.transaction.as_str(), id),
        (&parcel.waybill.number.as_str().to_lowercase(), id),
    ] {
        let sent = browser.open(&format!("/search?q={asked}")).await;
        assert_eq!(sent.location(), format!("/declarations/{found}"), "{asked}");
    }
    let nothing = opened(&mut browser, "/search?q=NOTHING").await;
    assert!(nothing.body.contains("It was looked for as"));
}
