//! The gate's terminal: in big words whether something may pass, and nothing of whose it is.

use axum::http::{Method, StatusCode};
use serde_json::json;
use tongguan_application::history::Cause;
use tongguan_application::registry::file::{Format, read};
use tongguan_application::registry::import_file;
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{DeclarationId, PartyId};
use tongguan_domain::time::Moment;
use tongguan_testkit::parcels::Parcel;

use crate::customs::{Customs, opened, send};
use crate::fixture::{Answer, Browser};
use crate::interface::json_of;

/// Registers an operator of places with these codes, at the office 2916; gives its number.
fn with_places(customs: &Customs, codes: &[&str]) -> PartyId {
    let operator = "[[party]]\nname = '场所经营人'\ncodes = ['6104W60029']\n\
                    roles = ['facility-operator']\n";
    let places = codes.iter().map(|code| {
        format!(
            "[[place]]\ncode = '{code}'\nname = '{code}号场所'\nname_en = 'Place {code}'\n\
             office = '2916'\noperator = '6104W60029'\nvalid_from = 2026-01-01\n"
        )
    });
    let text = operator.to_owned() + &places.collect::<String>();
    let none = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let contents = read(&text, Format::Toml, &none).unwrap();
    let (now, world) = (customs.now(), customs.world());
    let mut writer = world.store.writer().unwrap();
    let report =
        import_file(&mut writer, &contents, &Cause::Command("test".to_owned()), now).unwrap();
    report.parties[0].after.party.id
}

#[tokio::test]
async fn whoever_is_known_sees_whose_supervised_places_are() {
    let customs = Customs::open();
    let mut zhang = customs.site().signed_in("zhang").await;
    let none = opened(&mut zhang, "/places").await;
    assert!(none.body.contains("No supervised place is registered"), "{}", none.body);
    let operator = with_places(&customs, &["C1", "C2", "C3"]);
    let page = opened(&mut zhang, "/places").await;
    for part in ["C1", "Place C2", "场所经营人", "2916"] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    zhang.accept = "application/json";
    let first = json_of(&zhang.open("/api/v1/places?limit=2").await);
    assert_eq!(first["items"][1]["code"], "C2", "{first}");
    assert_eq!(first["items"][0]["operator"], operator.0, "{first}");
    assert_eq!(first["items"][0]["operator_name"], "场所经营人", "{first}");
    let rest = json_of(&zhang.open(first["next"].as_str().unwrap()).await);
    assert_eq!((&rest["items"][0]["code"], &rest["next"]), (&"C3".into(), &().into()), "{rest}");
    let mut nobody = customs.site().browser();
    nobody.accept = "application/json";
    assert_eq!(nobody.open("/api/v1/places").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_guard_is_told_whether_a_parcel_may_leave_and_why() {
    let customs = Customs::open();
    let (_, held) = customs.under_examination(1);
    let (_, review) = customs.in_review(2);
    customs.site().admit("guard", Standing::Facility(PartyId(9)));
    let mut guard = customs.site().signed_in("guard").await;
    let empty = opened(&mut guard, "/gate").await;
    assert!(empty.body.contains("autofocus") && !empty.body.contains("class=\"figure\""));
    for (parcel, why) in [(&held, "to be examined, not released"), (&review, "not released: ")] {
        let page = opened(&mut guard, &format!("/gate?q={}", parcel.waybill.number)).await;
        assert!(
            page.body.contains("Stop: it may not pass") && page.body.contains(why),
            "{}",
            page.body
        );
        assert!(page.body.contains("<audio"), "{}", page.body);
        for personal in [&*parcel.declaration.buyer.name, &*parcel.waybill.consignee.address] {
            assert!(!page.body.contains(personal), "{}", page.body);
        }
    }
    let unknown = opened(&mut guard, "/gate?q=%3Cb%3E-nothing").await;
    assert!(
        unknown.body.contains("Stop: not known") && !unknown.body.contains("<b>"),
        "{}",
        unknown.body
    );
    // Nobody else has the terminal, and a guard has nothing else.
    let mut zhang = customs.site().signed_in("zhang").await;
    assert_eq!(zhang.open("/gate").await.status, StatusCode::FORBIDDEN);
    let case = guard.open(&format!("/declarations/{}", held.order.order_no)).await;
    assert_eq!(case.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_released_may_leave() {
    let customs = Customs::open();
    let (_, parcel) = released(&customs, 1);
    assert_eq!(customs.status(&parcel), 800);
    customs.site().admit("guard", Standing::Facility(PartyId(9)));
    let mut guard = customs.site().signed_in("guard").await;
    let page = opened(&mut guard, &format!("/gate?q={}", parcel.waybill.number)).await;
    assert!(
        page.body.contains("Let it leave") && page.body.contains("released by customs"),
        "{}",
        page.body
    );
}

fn released(customs: &Customs, n: u64) -> (DeclarationId, Parcel) {
    let sent_at = Moment::parse_wire("20260302095900").unwrap();
    let mut parcel = tongguan_testkit::parcels::parcel(n, sent_at).unwrap();
    for item in &mut parcel.declaration.items {
        item.hs_code = "3304990029".into();
    }
    customs.lodge(parcel)
}

async fn recorded(browser: &mut Browser<'_>, page: &Answer) -> Answer {
    let fields = ["place", "q"].map(|name| (name, page.value_of(name).unwrap()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    send(browser, page, "/gate/passages", &fields).await
}

#[tokio::test]
async fn a_guard_records_what_passes_where_he_stands_and_customs_sees_it() {
    let customs = Customs::open();
    let operator = with_places(&customs, &["C1", "C2"]);
    let (id, parcel) = released(&customs, 1);
    let (_, held) = customs.under_examination(2);
    customs.site().admit("guard", Standing::Facility(operator));
    let mut guard = customs.site().signed_in("guard").await;
    let address = format!("/gate?q={}", parcel.waybill.number);
    let page = opened(&mut guard, &address).await;
    assert!(page.body.contains("Choose the place where you stand"), "{}", page.body);
    assert!(!page.body.contains("Record that it leaves"), "{}", page.body);
    assert_eq!(guard.open("/gate/at/C9").await.status, StatusCode::NOT_FOUND);
    assert_eq!(guard.open("/gate/at/C2").await.location(), "/gate");
    let page = opened(&mut guard, &address).await;
    for part in ["Place C2", "Record that it leaves", "changes no status", "Nothing was recorded"] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let done = recorded(&mut guard, &page).await;
    assert!(done.location().starts_with("/gate?passed="), "{done:?}");
    let after = opened(&mut guard, done.location()).await;
    assert!(after.body.contains("Recorded: ") && after.body.contains("left"), "{}", after.body);

    // The same form records nothing more, and says why.
    let again = recorded(&mut guard, &page).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("recorded just now"), "{}", again.body);
    assert!(again.body.contains("Recorded before: "), "{}", again.body);
    let stop = opened(&mut guard, &format!("/gate?q={}", held.waybill.number)).await;
    assert!(!stop.body.contains("/gate/passages"), "{}", stop.body);
    let token = page.value_of("form_token").unwrap();
    let number = held.waybill.number.to_string();
    let forced = [("form_token", &*token), ("place", "C2"), ("q", &*number), ("seen", "x")];
    let refused = guard.send("/gate/passages", &forced).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("nothing was recorded"), "{}", refused.body);

    // Customs sees it among what happened; whose parcel it is does not.
    let mut zhang = customs.site().signed_in("zhang").await;
    let case = opened(&mut zhang, &format!("/declarations/{id}")).await;
    assert!(
        case.body.contains("Recorded at the gate by") && case.body.contains("C2"),
        "{}",
        case.body
    );
    assert_eq!(customs.status(&parcel), 800);
    let merchant = customs.world().cast.merchant.party.id;
    let role = Role::EnterpriseAdministrator;
    customs.site().admit("owner", Standing::Enterprise { party: merchant, role });
    let mut owner = customs.site().signed_in("owner").await;
    let case = opened(&mut owner, &format!("/declarations/{}", parcel.order.order_no)).await;
    assert!(!case.body.contains("Recorded at the gate by"), "{}", case.body);
    // The supervisor of the office reads who recorded it.
    let mut chen = customs.site().signed_in("chen").await;
    let audit = opened(&mut chen, &format!("/audit?register=passages&record={id}")).await;
    assert!(audit.body.contains("guard") && audit.body.contains("<ins>C2</ins>"), "{}", audit.body);

    customs.site().admit("stranger", Standing::Facility(PartyId(9)));
    let mut stranger = customs.site().signed_in("stranger").await;
    let page = opened(&mut stranger, &address).await;
    assert!(page.body.contains("No supervised place is registered as yours"), "{}", page.body);
    assert_eq!(stranger.open("/gate/at/C2").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_of_a_guard_does_the_same() {
    let customs = Customs::open();
    let operator = with_places(&customs, &["C1"]);
    let (_, parcel) = released(&customs, 1);
    let (_, held) = customs.under_examination(2);
    customs.site().admit("guard", Standing::Facility(operator));
    let mut guard = customs.site().signed_in("guard").await;
    guard.accept = "application/json";
    let session = json_of(&guard.open("/api/v1/session").await);
    let token = session["form_token"].as_str().unwrap().to_owned();
    let number = parcel.waybill.number.to_string();
    let check = json_of(&guard.open(&format!("/api/v1/gate?number={number}")).await);
    assert_eq!((&check["may_pass"], &check["way"]), (&true.into(), &"out".into()), "{check}");
    assert_eq!((&check["found"][0]["verdict"], &check["last"]), (&"released".into(), &().into()));
    let headers = [("x-form-token", token.as_str())];
    let given = json!({ "place": "C1", "number": number, "seen": check["seen"] });
    let path = "/api/v1/gate/passages";
    let passed = guard.json(Method::POST, path, &headers, &given).await;
    assert_eq!(passed.status, StatusCode::CREATED, "{passed:?}");
    let passed = json_of(&passed);
    assert_eq!((&passed["place"], &passed["by"]), (&"C1".into(), &"guard".into()), "{passed}");
    let again = guard.json(Method::POST, path, &headers, &given).await;
    assert_eq!(again.problem().as_deref(), Some("refused"), "{again:?}");
    let check = json_of(&guard.open(&format!("/api/v1/gate?number={number}")).await);
    assert_eq!(check["last"], passed);
    let listed = json_of(&guard.open(&format!("{path}?place=C1")).await);
    assert_eq!(listed["passages"], json!([passed]));

    let stopped =
        json_of(&guard.open(&format!("/api/v1/gate?number={}", held.waybill.number)).await);
    assert_eq!(stopped["found"][0]["status"], 500, "{stopped}");
    let mut forced = given.clone();
    forced["number"] = json!(held.waybill.number.to_string());
    forced["seen"] = stopped["seen"].clone();
    let refused = guard.json(Method::POST, path, &headers, &forced).await;
    assert!(json_of(&refused)["title"].as_str().unwrap().contains("may not pass"), "{refused:?}");
    for (field, value, problem) in [
        ("place", "C9", "refused"),
        ("place", "", "wrong-field"),
        ("number", " ", "wrong-field"),
        ("number", "nothing", "not-found"),
    ] {
        let mut wrong = given.clone();
        wrong[field] = json!(value);
        let refused = guard.json(Method::POST, path, &headers, &wrong).await;
        assert_eq!(refused.problem().as_deref(), Some(problem), "{field}: {refused:?}");
    }
    for (address, status) in [
        ("/api/v1/gate", StatusCode::BAD_REQUEST),
        ("/api/v1/gate?number=", StatusCode::BAD_REQUEST),
        ("/api/v1/gate?number=nothing", StatusCode::NOT_FOUND),
        ("/api/v1/gate/passages?place=C9", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(guard.open(address).await.status, status, "{address}");
    }
}
