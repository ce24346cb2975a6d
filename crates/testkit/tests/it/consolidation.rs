//! Closed exports, consolidated into formal declarations.

use rust_decimal::Decimal;
use tongguan_application::clearing::consolidation::{Consolidating, Portion};
use tongguan_application::clearing::decide::Undecidable;
use tongguan_application::clearing::incoming::Incoming;
use tongguan_application::consolidation::{Done, Plan};
use tongguan_domain::commerce::{Action, Part};
use tongguan_domain::consolidation::{Grouping, Scope};
use tongguan_domain::declaration::StatisticsFlag;
use tongguan_domain::ids::{DeclarationNumber, FunctionalReference};
use tongguan_domain::month::Month;
use tongguan_domain::party::{Party, PartyCode, Standing};
use tongguan_domain::time::Moment;
use tongguan_testkit::consolidation::{document, request, results};
use tongguan_testkit::exports::{Export, export};
use tongguan_testkit::parcels::Document;
use tongguan_testkit::returned::{Returned, returned};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    numbers_become_a_formal_declaration_that_maps_every_line,
    numbers_are_merged_in_portions,
    parts_come_in_any_order,
    a_period_takes_what_left_in_it,
    everything_that_is_left_out_is_named_with_its_reason,
    what_came_back_of_a_line_is_left_out,
    a_portion_is_written_once,
    the_office_consolidates_a_month_once,
}

/// The `n`th exported parcel, gone.
fn departed(world: &mut World, n: u64) -> Export {
    let parcel = export(n, sent_at()).unwrap();
    depart(world, &parcel);
    parcel
}

fn depart(world: &mut World, parcel: &Export) {
    let [order, waybill, declaration] = parcel.documents();
    world.send([&order, &waybill, &declaration, &parcel.arrival_document()]);
    let sent = world.send([&parcel.departure_document()]);
    assert_eq!(sent.statuses(&declaration), [899]);
}

fn number(world: &World, parcel: &Export) -> DeclarationNumber {
    world.export(parcel).unwrap().state.number().unwrap().clone()
}

fn numbers(world: &World, parcels: &[Export]) -> Scope {
    Scope::Declarations(parcels.iter().map(|parcel| number(world, parcel)).collect())
}

fn asking_for(n: u64, scope: Scope) -> Document {
    document(&request(n, sent_at(), scope).unwrap())
}

fn whole_day() -> Scope {
    Scope::Period {
        from: Moment::parse_wire("20260301000000").unwrap(),
        until: Moment::parse_wire("20260302095959").unwrap(),
    }
}

fn march() -> Plan {
    Plan { month: Month::parse("2026-03").unwrap(), office: None, merchant: None }
}

fn numbers_become_a_formal_declaration_that_maps_every_line(on: On) {
    let mut world = World::with(on(Beginning::default()));
    let parcels = [departed(&mut world, 1), departed(&mut world, 2), departed(&mut world, 3)];
    let asked = asking_for(1, numbers(&world, &parcels));
    let sent = world.send([&asked]);
    assert_eq!(sent.statuses(&asked), [2, 120]);
    assert!(world.formal_declarations().is_empty(), "nothing is merged in the batch");

    let (done, sent) = world.consolidate();
    assert_eq!(done, Done { requests: 1, forms: 1, declarations: 3, left_out: 0 });
    assert_eq!(sent.statuses(&asked), [399]);
    assert_eq!(sent.last_text(&asked), "汇总完成：清单3票，报关单1份");
    let [result] = &results(&sent.messages)[..] else { panic!("{:?}", sent.messages) };
    let [form] = &world.formal_declarations()[..] else { panic!("one form") };
    assert_eq!(result.formal_no.as_ref(), Some(&form.number));
    assert!(form.number.as_str().starts_with("291620260"), "{}", form.number);
    assert_eq!(form.number.as_str().len(), 18);
    assert_eq!(result.part, Part::WHOLE);
    let mapped: Vec<_> = result
        .lines
        .iter()
        .map(|line| (line.declaration_no.clone(), line.number, line.formal_line, &*line.hs_code))
        .collect();
    let mut expected = Vec::new();
    for (formal_line, hs) in [(1, "6214100000"), (2, "9617001900")] {
        let mut declared: Vec<_> = parcels.iter().map(|parcel| number(&world, parcel)).collect();
        declared.sort();
        expected.extend(declared.into_iter().map(|number| (number, formal_line, formal_line, hs)));
    }
    assert_eq!(mapped, expected);
    assert_eq!(result.gross_weight_kg, Decimal::new(27, 1));
    let quantities: Vec<_> = form.form.lines.iter().map(|line| line.statutory.quantity).collect();
    assert_eq!(quantities, [Decimal::from(6), Decimal::from(3)]);
    for parcel in &parcels {
        let closed = world.closed(parcel).unwrap();
        assert_eq!(closed.entry_id.as_deref(), Some(form.number.as_str()));
    }
    assert_eq!(world.consolidate().0, Done::default(), "nothing is left");
    assert_eq!(world.send([&asked]).statuses(&asked), [399], "the newest answer, once more");
}

/// Named declarations are merged in portions too, and each portion names what it left out.
fn numbers_are_merged_in_portions(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let parcels: Vec<_> = (1..=5).map(|n| departed(&mut world, n)).collect();
    let Scope::Declarations(mut all) = numbers(&world, &parcels) else { panic!() };
    let missing = DeclarationNumber::parse("29162026E000099999").unwrap();
    all.insert(2, missing.clone());
    let asked = asking_for(1, Scope::Declarations(all));
    world.send([&asked]);
    let mut seen = Vec::new();
    while let Some(done) = world.consolidate_portion(2) {
        seen.push((done.declarations, done.left_out, done.requests));
    }
    assert_eq!(seen, [(2, 0, 0), (1, 1, 0), (2, 0, 1)]);
    let sent = world.deliver();
    assert_eq!(results(&sent).len(), 3);
    let answers = tongguan_testkit::answers::answers(&sent);
    let texts: Vec<_> = answers.iter().map(|answer| (answer.status, &*answer.text)).collect();
    let left_out = format!("未汇总（清单不存在）：{missing}");
    let done = "汇总完成：清单5票，报关单3份，未汇总1票";
    assert_eq!(texts, [(120, left_out.as_str()), (399, done)]);
    assert!(parcels.iter().all(|parcel| world.closed(parcel).unwrap().entry_id.is_some()));
}

fn parts_come_in_any_order(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    for (n, order) in (0..).zip([[1, 2, 3], [3, 1, 2], [2, 3, 1]]) {
        let parcels: Vec<_> = (1..=3).map(|k| departed(&mut world, 10 * n + k)).collect();
        let parts: Vec<_> = (1..=3_u32)
            .map(|part| {
                let parcel = &parcels[usize::try_from(part).unwrap() - 1];
                let scope = Scope::Declarations(vec![number(&world, parcel)]);
                let mut part_of = request(100 * n + u64::from(part), sent_at(), scope).unwrap();
                part_of.reference = FunctionalReference::parse(&format!("SPLIT{n}")).unwrap();
                part_of.part = Part::new(part, 3).unwrap();
                document(&part_of)
            })
            .collect();
        for (place, part) in order.into_iter().enumerate() {
            let sent = world.send([&parts[part - 1]]);
            assert_eq!(sent.statuses(&parts[part - 1]), [2, 120]);
            if place < 2 {
                assert_eq!(world.consolidate().0, Done::default(), "it is not complete");
            }
        }
        let (done, sent) = world.consolidate();
        assert_eq!(done, Done { requests: 1, forms: 1, declarations: 3, left_out: 0 });
        assert_eq!(sent.statuses(&parts[2]), [399], "the last part by number is told");
        assert_eq!(results(&sent.messages)[0].lines.len(), 6);
    }
}

fn a_period_takes_what_left_in_it(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let mut simplified = export(2, sent_at()).unwrap();
    simplified.declaration.statistics = StatisticsFlag::Simplified;
    depart(&mut world, &simplified);
    let mut later = export(3, sent_at()).unwrap();
    later.departure.left_at = sent_at().plus_millis(60_000);
    depart(&mut world, &later);
    let first = departed(&mut world, 1);
    let asked = asking_for(1, whole_day());
    world.send([&asked]);
    let (done, sent) = world.consolidate();
    assert_eq!(done, Done { requests: 1, forms: 1, declarations: 1, left_out: 0 });
    let lines = &results(&sent.messages)[0].lines;
    assert!(lines.iter().all(|line| line.declaration_no == number(&world, &first)));
    assert_eq!(world.closed(&later).unwrap().entry_id, None);

    let again = anew(&asking_for(2, whole_day()), 60);
    world.send([&again]);
    let (done, sent) = world.consolidate();
    assert_eq!(done, Done { requests: 1, ..Done::default() });
    assert_eq!(sent.statuses(&again), [100]);
    assert_eq!(sent.last_text(&again), "没有可汇总的清单");
}

fn everything_that_is_left_out_is_named_with_its_reason(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let good = departed(&mut world, 1);
    let mut simplified = export(2, sent_at()).unwrap();
    simplified.declaration.statistics = StatisticsFlag::Simplified;
    depart(&mut world, &simplified);
    let open = export(3, sent_at()).unwrap();
    let [order, waybill, declaration] = open.documents();
    world.send([&order, &waybill, &declaration]);
    let returned = departed(&mut world, 4);
    bring_back(&mut world, &returned, |back| back.all_of(&returned.declaration));
    let earlier = departed(&mut world, 5);
    world.send([&asking_for(1, numbers(&world, std::slice::from_ref(&earlier)))]);
    world.consolidate();
    let first = world.formal_declarations()[0].number.clone();

    let named = [good, simplified, open, returned, earlier];
    let Scope::Declarations(mut all) = numbers(&world, &named) else { panic!() };
    let missing = DeclarationNumber::parse("29162026E000099999").unwrap();
    all.push(missing.clone());
    let asked = asking_for(2, Scope::Declarations(all.clone()));
    world.send([&asked]);
    let (done, sent) = world.consolidate();
    assert_eq!(done, Done { requests: 1, forms: 1, declarations: 1, left_out: 5 });
    assert_eq!(sent.statuses(&asked), [120, 120, 120, 120, 120, 399]);
    let texts: Vec<_> = sent.to(&asked).iter().map(|answer| answer.text.clone()).collect();
    assert_eq!(
        texts,
        [
            format!("未汇总（清单不存在）：{missing}"),
            format!("未汇总（简化申报清单不需汇总申报）：{}", all[1]),
            format!("未汇总（清单未结关）：{}", all[2]),
            format!("未汇总（清单商品已退货）：{}", all[3]),
            format!("未汇总（清单已汇总至报关单{first}）：{}", all[4]),
            "汇总完成：清单1票，报关单1份，未汇总5票".to_owned(),
        ]
    );
}

fn what_came_back_of_a_line_is_left_out(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let parcel = departed(&mut world, 1);
    bring_back(&mut world, &parcel, |back| back.of_pieces(10));
    let asked = asking_for(1, numbers(&world, std::slice::from_ref(&parcel)));
    world.send([&asked]);
    let (done, _) = world.consolidate();
    assert_eq!(done, Done { requests: 1, forms: 1, declarations: 1, left_out: 0 });
    let form = world.formal_declarations().remove(0).form;
    let lines = form.lines.iter().map(|line| {
        let (declared, value) = (line.declared.quantity, line.value.to_string());
        (&*line.goods.hs_code, declared.to_string(), value)
    });
    let expected =
        [("6214100000", "1".into(), "25".into()), ("9617001900", "1".into(), "28.5".into())];
    assert_eq!(lines.collect::<Vec<_>>(), expected, "one scarf of two came back");
    // 0.9 kg and 0.7 kg by 53.50 of 78.50.
    assert_eq!(form.gross_weight_kg.to_string(), "0.61338");
    assert_eq!(form.net_weight_kg.to_string(), "0.47707");
}

/// Asks for goods of a departed parcel back, and has them tallied.
fn bring_back(world: &mut World, parcel: &Export, what: impl FnOnce(&mut Returned)) {
    let mut back = returned(parcel, &number(world, parcel), 1, sent_at()).unwrap();
    what(&mut back);
    let (request, tally) = (back.request_document(), back.tally_document());
    assert_eq!(world.send([&request, &tally]).statuses(&request).last(), Some(&800));
}

/// What merges may be stopped and started again at any moment: a portion that comes twice is refused.
fn a_portion_is_written_once(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    let parcel = departed(&mut world, 1);
    let asked = asking_for(1, numbers(&world, std::slice::from_ref(&parcel)));
    world.send([&asked]);
    world.restart();
    let row = world.store.read(|view| view.open_consolidations(9)).unwrap().pop().unwrap();
    let request = tongguan_application::clearing::rows::read_request(row).unwrap();
    let key = request.key.clone();
    assert_eq!(world.consolidate().0.forms, 1);
    let before = world.formal_declarations();
    let stale = Portion {
        request: key,
        office: request.terms.office,
        from: None,
        to: None,
        last: true,
        forms: vec![before[0].form.clone()],
        merged: Vec::new(),
        left_out: Vec::new(),
        pack: [0; 16],
    };
    let command = Incoming::Consolidate(Box::new(Consolidating::Portion(stale)));
    let refused = world.decide(command).unwrap_err();
    assert!(matches!(refused, Undecidable::Moved(_)), "{refused}");
    assert_eq!(world.formal_declarations(), before);
    world.restart();
    assert_eq!(world.consolidate().0, Done::default());
}

fn the_office_consolidates_a_month_once(on: On) {
    let mut world = World::with(on(Beginning::unsigned()));
    departed(&mut world, 1);
    departed(&mut world, 2);
    assert_eq!(world.open_requests(march()), 1);
    let (done, sent) = world.consolidate();
    assert_eq!(done, Done { requests: 1, forms: 1, declarations: 2, left_out: 0 });
    let [result] = &results(&sent.messages)[..] else { panic!("{:?}", sent.messages) };
    assert_eq!(result.merchant.code.as_str(), "330196E005");
    let [message] = &sent.messages[..] else { panic!("a result and nothing else") };
    assert_eq!(message.mailboxes, [world.cast.exporter.mailbox()]);
    assert_eq!(world.open_requests(march()), 0, "nothing new");
    assert_eq!(world.consolidate().0, Done::default());
}

/// What a request is told that cannot be accepted.
fn told(world: &mut World, asked: &Document) -> (Vec<i32>, String) {
    let sent = world.send([asked]);
    (sent.statuses(asked), sent.last_text(asked))
}

#[test]
fn a_request_that_is_wrong_by_itself_is_refused_and_says_why() {
    let mut world = world();
    let scope = || numbers_of(&["29162026E000000256"]);
    let other = |n: u64, change: fn(&mut tongguan_domain::consolidation::ConsolidationRequest)| {
        let mut asked = request(n, sent_at(), scope()).unwrap();
        change(&mut asked);
        document(&asked)
    };
    let cases = [
        (
            other(1, |asked| asked.declarant.code = PartyCode::parse("9999999999").unwrap()),
            -10102,
            "",
        ),
        (
            other(2, |asked| asked.merchant.code = PartyCode::parse("330198W004").unwrap()),
            -10101,
            "",
        ),
        (
            other(3, |asked| {
                asked.formal_declarant.code = PartyCode::parse("330196E005").unwrap();
            }),
            -10101,
            "",
        ),
        (
            asking_for(4, numbers_of(&["29162026E000000256", "29162026E000000256"])),
            100,
            "清单编号29162026E000000256重复",
        ),
        (
            asking_for(5, numbers_of(&["29162026I000000256"])),
            100,
            "清单编号29162026I000000256不是申报地海关2916的出口清单编号",
        ),
        (
            asking_for(6, numbers_of(&["29172026E000000256"])),
            100,
            "清单编号29172026E000000256不是申报地海关2916的出口清单编号",
        ),
        (
            asking_for(
                7,
                Scope::Period {
                    from: sent_at(),
                    until: Moment::parse_wire("20260303000000").unwrap(),
                },
            ),
            100,
            "汇总结束时间2026-03-03T00:00:00.000+08:00晚于接收时间",
        ),
        (
            asking(Action::Change, &asking_for(8, scope()), 0),
            100,
            "报送类型(appType)不正确，未找到要操作的汇总申请单",
        ),
        (
            asking(Action::Delete, &asking_for(9, scope()), 0),
            100,
            "报送类型(appType)不正确，未找到要操作的汇总申请单",
        ),
    ];
    for (asked, status, text) in cases {
        let (statuses, said) = told(&mut world, &asked);
        assert_eq!(statuses, [status], "{said}");
        assert!(text.is_empty() || said == text, "{said}");
    }
    assert_eq!(world.consolidate().0, Done::default());
}

#[test]
fn a_request_comes_once() {
    let mut world = world();
    let asked = asking_for(1, numbers_of(&["29162026E000000256"]));
    world.send([&asked]);
    let again = anew(&asked, 60);
    assert_eq!(told(&mut world, &again), (vec![100], "已存在相同编号的汇总申请单".into()));
    let changed = with_note(&asking(Action::Change, &asked, 120), "改");
    let text = "该汇总申请单的状态不允许变更或删除";
    assert_eq!(told(&mut world, &changed), (vec![100], text.into()));
    let stored = stored_only(&asking_for(2, numbers_of(&["29162026E000000256"])));
    assert_eq!(told(&mut world, &stored).0, [1]);
    let (done, _) = world.consolidate();
    assert_eq!(done.requests, 1, "what is only stored is not acted on");
}

#[test]
fn parts_that_differ_are_refused() {
    let mut world = world();
    let part =
        |number, of, change: fn(&mut tongguan_domain::consolidation::ConsolidationRequest)| {
            let scope = numbers_of(&["29162026E000000256"]);
            let mut asked = request(u64::from(10 * of + number), sent_at(), scope).unwrap();
            asked.reference = FunctionalReference::parse("SPLIT").unwrap();
            asked.part = Part::new(number, of).unwrap();
            change(&mut asked);
            document(&asked)
        };
    assert_eq!(told(&mut world, &part(1, 3, |_| ())).0, [2, 120]);
    let differing = "报文序号2与同一汇总申请单的其它报文不一致，或该申请单已接收完整";
    let other_count = part(2, 4, |_| ());
    assert_eq!(told(&mut world, &other_count), (vec![100], differing.into()));
    let other_terms = part(2, 3, |asked| asked.grouping = Grouping::ConsignorAndProducer);
    assert_eq!(told(&mut world, &other_terms), (vec![100], differing.into()));
    let mended = anew(&part(2, 3, |_| ()), 60);
    assert_eq!(told(&mut world, &mended).0, [2, 120]);
    assert_eq!(told(&mut world, &part(3, 3, |_| ())).0, [2, 120]);
}

#[test]
fn another_merchants_declarations_are_left_out() {
    let party =
        |world: &World| Party { standing: Standing::Active, ..world.cast.merchant.party.clone() };
    let mut world = world();
    let parcel = departed(&mut world, 1);
    let mut asked = request(1, sent_at(), numbers(&world, std::slice::from_ref(&parcel))).unwrap();
    asked.merchant.code = party(&world).codes[0].clone();
    let asked = document(&asked);
    world.send([&asked]);
    let (done, sent) = world.consolidate();
    assert_eq!((done.forms, done.left_out), (0, 1));
    assert_eq!(sent.statuses(&asked), [120, 100]);
    let text = format!("未汇总（非本电商企业的清单）：{}", number(&world, &parcel));
    assert_eq!(sent.to(&asked)[0].text, text);
}

fn numbers_of(numbers: &[&str]) -> Scope {
    let numbers = numbers.iter().map(|number| DeclarationNumber::parse(number).unwrap());
    Scope::Declarations(numbers.collect())
}
