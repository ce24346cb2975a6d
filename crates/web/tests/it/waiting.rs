//! What waits beside declarations, and the terminals.

use axum::http::StatusCode;
use tongguan_application::clearing::incoming::{Incoming, ReturnEvent, TransitAct, TransitCommand};
use tongguan_application::clearing::settings::{OfficeSettings, Settings};
use tongguan_application::ports::Clock as _;
use tongguan_codelists::text::Defaults;
use tongguan_codelists::{Pack, Table};
use tongguan_domain::access::{Role, Standing};
use tongguan_domain::ids::{OfficeCode, SealNumber, VehiclePlate};
use tongguan_domain::returns::ReturnState;
use tongguan_testkit::exports::export;
use tongguan_testkit::parcels::{Document, Parcel};
use tongguan_testkit::requests::{cancellation, import_return};

use crate::customs::{Customs, opened, send};

#[tokio::test]
async fn a_request_to_cancel_is_answered() {
    let office = OfficeSettings { review_cancellations: true, ..OfficeSettings::default() };
    let customs = Customs::where_office(OfficeSettings { release_after_entry: true, ..office });
    let (_, parcel) = customs.under_examination(1);
    let number = customs.world().declaration(&parcel).unwrap().state.number().cloned().unwrap();
    let request = cancellation(&parcel, &number, 1, customs.now()).unwrap();
    customs.world().send([&Document::Cancellation(Box::new(request))]);
    let mut browser = customs.site().signed_in("zhang").await;
    let page = opened(&mut browser, "/cancellations").await;
    assert!(page.body.contains(number.as_str()));
    let nothing = send(&mut browser, &page, "/cancellations", &[("answer", "approve")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("which", number.as_str()), ("answer", "approve"), ("code", "documents")];
    let sent = send(&mut browser, &page, "/cancellations", &form).await;
    assert_eq!(sent.location(), "/cancellations?done=yes", "{sent:?}");
    assert_eq!(customs.status(&parcel), 100);
    let page = opened(&mut browser, sent.location()).await;
    assert!(
        page.body.contains("its sender was told") && page.body.contains("No request to cancel")
    );
}

#[tokio::test]
async fn goods_that_are_back_are_examined() {
    let customs = Customs::where_office(OfficeSettings::default());
    let (_, parcel) = customs.under_examination(1);
    assert_eq!(customs.status(&parcel), 800, "nothing is selected here");
    {
        let mut world = customs.world();
        let number = world.declaration(&parcel).unwrap().state.number().cloned().unwrap();
        let lines = [(0, 1.into())];
        let request = import_return(&parcel, &number, 1, world.clock.now(), &lines).unwrap();
        world.send([&Document::Return(Box::new(request))]);
        let back = ReturnEvent::Back { packages: 1, damage: None, recorder: "李保管".into() };
        world.happens(&parcel, back).unwrap();
    }
    let id = customs.world().returns(&parcel).pop().unwrap().id;
    let mut browser = customs.site().signed_in("wu.bin").await;
    let page = opened(&mut browser, "/returns").await;
    let which = format!("import-{id}");
    let form = [("which", which.as_str()), ("answer", "in-order")];
    let sent = send(&mut browser, &page, "/returns", &form).await;
    assert_eq!(sent.location(), "/returns?done=yes", "{sent:?}");
    let state = customs.world().returns(&parcel).pop().unwrap().state;
    assert_eq!(state.status().number(), 800);
    assert!(opened(&mut browser, "/returns").await.body.contains("No return waits"));
    let number = customs.world().returns(&parcel).pop().unwrap().document.number;
    let found = browser.open(&format!("/search?q={number}")).await;
    let declaration = customs.world().declaration(&parcel).unwrap().id;
    assert_eq!(found.location(), format!("/declarations/{declaration}"));
}

/// A released parcel whose goods may come back; gives the number of the return.
fn awaited(customs: &Customs) -> (Parcel, String) {
    let (_, parcel) = customs.under_examination(1);
    let mut world = customs.world();
    let number = world.declaration(&parcel).unwrap().state.number().cloned().unwrap();
    let lines = [(0, 1.into())];
    let request = import_return(&parcel, &number, 1, world.clock.now(), &lines).unwrap();
    world.send([&Document::Return(Box::new(request))]);
    let number = world.returns(&parcel).pop().unwrap().provisional_no.to_string();
    (parcel, number)
}

#[tokio::test]
async fn returned_goods_are_recorded_as_back_by_scanner_or_from_their_declaration() {
    let customs = Customs::where_office(OfficeSettings::default());
    let (parcel, number) = awaited(&customs);
    let mut browser = customs.site().signed_in("wu.bin").await;
    let terminal = opened(&mut browser, "/return-arrivals").await;
    assert!(terminal.body.contains("<body class=\"terminal\">"), "{}", terminal.body);
    let way = format!("/return-arrivals?q={number}");
    assert!(terminal.body.contains(&format!("href=\"{way}\"")), "{}", terminal.body);
    let declaration = customs.world().declaration(&parcel).unwrap().id;
    let case = opened(&mut browser, &format!("/declarations/{declaration}")).await;
    assert!(case.body.contains(&format!("href=\"{way}\"")), "{}", case.body);
    let unknown = opened(&mut browser, "/return-arrivals?q=NOTHING").await;
    assert!(unknown.body.contains("Stop: no return is awaited"), "{}", unknown.body);

    let scanned = format!("/return-arrivals?q={}", parcel.waybill.number);
    let page = opened(&mut browser, &scanned).await;
    assert!(page.body.contains("It is awaited") && page.body.contains("<audio"), "{}", page.body);
    for packages in ["", "0", "-1", "two", "99999999999"] {
        let form = [("number", number.as_str()), ("packages", packages), ("damage", "a corner")];
        let wrong = send(&mut browser, &page, "/return-arrivals", &form).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{packages}");
        assert!(wrong.body.contains("value=\"a corner\""), "{}", wrong.body);
    }
    let form = [("number", number.as_str()), ("packages", "2"), ("damage", "a corner")];
    let sent = send(&mut browser, &page, "/return-arrivals", &form).await;
    assert_eq!(sent.location(), format!("/return-arrivals?done={number}"), "{sent:?}");
    let done = opened(&mut browser, sent.location()).await;
    assert!(
        done.body.contains("recorded as back") && done.body.contains("No return is on its way")
    );
    let ReturnState::Arrived(arrival) = customs.world().returns(&parcel).pop().unwrap().state
    else {
        panic!("it is not back");
    };
    assert_eq!((arrival.packages, arrival.damage.as_deref()), (2, Some("a corner")));
    let again = send(&mut browser, &page, "/return-arrivals", &form).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{again:?}");
    assert!(again.body.contains("Recorded as back before"), "{}", again.body);
}

#[tokio::test]
async fn returned_goods_of_another_office_are_not_there() {
    let customs = Customs::where_office(OfficeSettings::default());
    let (_, number) = awaited(&customs);
    let standing =
        Standing::Customs { office: OfficeCode::parse("0100").unwrap(), role: Role::Examiner };
    customs.site().admit("elsewhere", standing);
    let mut browser = customs.site().signed_in("elsewhere").await;
    let page = opened(&mut browser, &format!("/return-arrivals?q={number}")).await;
    assert!(page.body.contains("Stop: no return is awaited"), "{}", page.body);
    assert!(!opened(&mut browser, "/return-arrivals").await.body.contains(&number));
    let form = [("number", number.as_str()), ("packages", "1")];
    let refused = send(&mut browser, &page, "/return-arrivals", &form).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{refused:?}");
}

#[tokio::test]
async fn goods_that_are_back_too_late_are_told_to_be() {
    let customs = Customs::where_office(OfficeSettings::default());
    let (parcel, number) = awaited(&customs);
    let late_from = customs.world().returns(&parcel).pop().unwrap().state.late_from().unwrap();
    customs.world().clock.set(late_from);
    let mut browser = customs.site().signed_in("wu.bin").await;
    let page = opened(&mut browser, &format!("/return-arrivals?q={number}")).await;
    let form = [("number", number.as_str()), ("packages", "1")];
    let sent = send(&mut browser, &page, "/return-arrivals", &form).await;
    assert_eq!(sent.location(), format!("/return-arrivals?late={number}"), "{sent:?}");
    let told = opened(&mut browser, sent.location()).await;
    assert!(told.body.contains("Too late: it cannot go back"), "{}", told.body);
}

#[tokio::test]
async fn what_quarantine_found_is_registered() {
    let office = OfficeSettings { quarantine_per_10_000: 10_000, ..OfficeSettings::default() };
    let customs = Customs::where_office(office);
    let (id, parcel) = customs.export(1);
    let mut browser = customs.site().signed_in("wu.bin").await;
    let page = opened(&mut browser, "/quarantine").await;
    assert!(page.body.contains(parcel.waybill.number.as_str()), "{}", page.body);
    let which = id.to_string();
    let form = [("which", which.as_str()), ("answer", "passed"), ("words", "in order")];
    let sent = send(&mut browser, &page, "/quarantine", &form).await;
    assert_eq!(sent.location(), "/quarantine?done=yes", "{sent:?}");
    assert!(opened(&mut browser, "/quarantine").await.body.contains("No parcel waits"));
    let page = opened(&mut browser, &format!("/declarations/{id}")).await;
    assert!(page.body.contains("passed"));
}

#[tokio::test]
async fn an_examiner_scans_a_number_and_records_what_was_found() {
    let customs = Customs::open();
    let (_, red) = customs.under_examination(1);
    let (_, yellow) = customs.in_review(2);
    let mut browser = customs.site().signed_in("wu.bin").await;
    let page = opened(&mut browser, "/examination").await;
    assert!(page.body.contains("<body class=\"terminal\">") && page.body.contains("autofocus"));
    let stop = opened(&mut browser, &format!("/examination?q={}", yellow.waybill.number)).await;
    assert!(
        stop.body.contains("Stop: keep it here")
            && !stop.body.contains("value=\"in-order\">In order")
    );
    assert!(opened(&mut browser, "/examination?q=WHAT").await.body.contains("Stop: not known"));

    let page = opened(&mut browser, &format!("/examination?q={}", red.waybill.number)).await;
    let action = page.body.split("action=\"/examination/").nth(1).unwrap();
    let to = format!("/examination/{}", action.split('"').next().unwrap());
    let wrong = send(&mut browser, &page, &to, &[("finding", "not-in-order")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "a fault has a reason");
    let form = [("finding", "not-in-order"), ("code", "quantity")];
    let sent = send(&mut browser, &page, &to, &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{sent:?}");
    assert_eq!(customs.status(&red), 600);
    let again = send(&mut browser, &page, &to, &[("finding", "in-order")]).await;
    assert_eq!(
        again.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "an examiner decides about 500 alone"
    );
    assert_eq!(customs.status(&red), 600);
    assert!(opened(&mut browser, sent.location()).await.body.contains("recorded"));
}

/// An office where the vehicle ZA0001 is registered.
fn with_a_vehicle() -> Customs {
    let rows = "plate,zh,valid_from,valid_to,source\n\
                ZA0001,示例运输有限公司,2026-01-01,,a registration\n";
    let vehicles = Table::Vehicles.read(rows, &Defaults::default()).rows;
    let law = std::sync::Arc::new(Pack::builtin().overlay(vehicles));
    Customs::with(Settings { law, ..Settings::default() })
}

#[tokio::test]
async fn released_goods_are_sealed_by_their_numbers_or_none_of_them() {
    let customs = with_a_vehicle();
    let port = OfficeCode::parse("2924").unwrap();
    let now = customs.now();
    let parcels = [1, 2].map(|n| {
        let mut world = customs.world();
        let mut parcel = export(n, now).unwrap();
        parcel.declaration.port = port;
        world.send(&parcel.documents());
        world.send([&parcel.arrival_document()]);
        parcel
    });
    let mut browser = customs.site().signed_in("zhang").await;
    let page = opened(&mut browser, "/sealing").await;
    let (waybill, order) = (&parcels[0].waybill.number, &parcels[1].order.order_no);
    let form = |numbers| [("seal", "SEAL1"), ("vehicle", "ZA0001"), ("numbers", numbers)];
    let with_unknown = format!("{waybill}\nNOTHING");
    let refused = send(&mut browser, &page, "/sealing", &form(&with_unknown)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("NOTHING</"), "{}", refused.body);
    let sealed = |parcel| customs.world().export(parcel).unwrap();
    assert_eq!(sealed(&parcels[0]).state.status().number(), 800);
    let both = format!("{waybill}\r\n{order}\r\n{waybill}\r\n");
    let done = send(&mut browser, &page, "/sealing", &form(&both)).await;
    assert!(done.body.contains(">Sealed<"), "{}", done.body);
    assert_eq!(done.body.matches("SEAL1 · ZA0001").count(), 2, "each once: {}", done.body);
    let again = send(&mut browser, &page, "/sealing", &form(&both)).await;
    assert!(again.body.contains("could not be sealed"), "{}", again.body);
    for lacking in [form(""), [("seal", ""), ("vehicle", "ZA0001"), ("numbers", "1")]] {
        let refused = send(&mut browser, &page, "/sealing", &lacking).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn the_port_lets_go_what_is_as_it_was_sealed_and_stops_the_rest() {
    let customs = with_a_vehicle();
    let port = OfficeCode::parse("2924").unwrap();
    customs.site().admit("yang", Standing::Customs { office: port, role: Role::PortOfficer });
    for (n, seal) in [(1, "SEAL1"), (2, "SEAL2")] {
        let mut world = customs.world();
        let mut parcel = export(n, world.clock.now()).unwrap();
        parcel.declaration.port = port;
        world.send(&parcel.documents());
        world.send([&parcel.arrival_document()]);
        let sealing = TransitCommand {
            declaration: world.export(&parcel).unwrap().id,
            act: TransitAct::Seal {
                seal: SealNumber::parse(seal).unwrap(),
                vehicle: VehiclePlate::parse("ZA0001").unwrap(),
            },
            office: OfficeCode::parse("2916").unwrap(),
            officer: "王关员".to_owned(),
        };
        world.decide(Incoming::Transit(sealing)).unwrap();
    }
    let mut browser = customs.site().signed_in("yang").await;
    let page = opened(&mut browser, "/port").await;
    let seen = |seal, condition| [("seal", seal), ("vehicle", "ZA0001"), ("condition", condition)];
    let good = send(&mut browser, &page, "/port", &seen("SEAL1", "intact")).await;
    assert!(good.body.contains("In order: let it go"), "{}", good.body);
    let again = send(&mut browser, &page, "/port", &seen("SEAL1", "intact")).await;
    assert!(again.body.contains("Checked before"));
    let broken = send(&mut browser, &page, "/port", &seen("SEAL2", "broken")).await;
    assert!(
        broken.body.contains("Stop: not as it was sealed") && broken.body.contains("seal-broken")
    );
    let unknown = send(&mut browser, &page, "/port", &seen("SEAL9", "intact")).await;
    assert!(unknown.body.contains("No goods under this seal"));
    let nothing = send(&mut browser, &page, "/port", &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let found = browser.open("/search?q=SEAL2").await;
    assert!(found.location().starts_with("/declarations/"), "{found:?}");
    let carried = opened(&mut browser, "/search?q=za0001").await;
    assert_eq!(carried.body.matches("href=\"/declarations/").count(), 2, "both went on it");
}
