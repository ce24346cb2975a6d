//! Bonded lists and gate passes by message: read, answered, recorded.

use rust_decimal::Decimal;
use tongguan_application::bonded::{By, ListError, lodge_list};
use tongguan_application::clearing::batch::BatchError;
use tongguan_application::due::{DueError, DueWork};
use tongguan_application::enquiry::Enquiries;
use tongguan_application::gate::Verdict;
use tongguan_application::ports::Clock as _;
use tongguan_application::processes::{ProcessKind, arrival};
use tongguan_domain::bonded::declared::{DeclaredList, DeclaredPass};
use tongguan_domain::bonded::list::{BondedList, BondedListState, BondedListStep};
use tongguan_domain::bonded::pass::GatePassState;
use tongguan_domain::commerce::Action;
use tongguan_domain::ids::{BondedListNumber, ZoneReference};
use tongguan_domain::money::Amount;
use tongguan_domain::time::Moment;
use tongguan_messages::write::Style;
use tongguan_messages::zone::{ZoneMessage, sample, write_list};
use tongguan_storage::{StorageError, TakeOver};
use tongguan_testkit::bonded::{open_with, pieces, stock_key};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;
use crate::zone_desk::*;

on_both_engines! {
    a_list_and_its_gate_pass_bring_goods_into_stock,
    a_wrong_list_is_answered_with_every_reason_and_leaves_nothing,
    the_same_list_again_is_answered_again_and_recorded_once,
    a_number_that_names_another_list_is_refused,
    a_price_outside_of_its_range_waits_for_an_officer,
    a_price_in_another_currency_waits_for_an_officer,
    a_list_is_withdrawn_before_the_gate,
    a_gate_pass_names_approved_lists_of_its_enterprise_and_no_others,
    a_vehicle_passes_with_all_lists_of_its_gate_pass,
    several_vehicles_share_a_list_and_carry_no_more_than_it_holds,
    a_list_counts_if_its_holder_or_declarant_has_signed,
    what_cannot_be_read_is_answered_by_a_receipt,
    a_batch_decides_one_after_the_other,
    a_number_that_a_list_of_a_command_bears_is_passed_over,
    news_of_the_old_year_is_told_in_the_new_one,
    news_that_tells_nothing_proves_the_lease,
}

/// What makes a list wrong.
type Spoil = fn(&mut DeclaredList);

fn a_list_and_its_gate_pass_bring_goods_into_stock(on: On) {
    let mut world = world_with_book(on);
    let told = sent_list(&mut world, &list());
    assert_eq!(heads(&told), [TAKEN, ("INV201", "5"), ("INV202", "1")], "{told:?}");
    let number = told[1].number.clone();
    assert!(number.starts_with("QD291626I") && number.len() == 18, "{number}");
    assert_eq!((in_stock(&world), states(&world)), ("0".into(), vec![BondedListState::Approved]));

    let pass = sample::pass(&[BondedListNumber::parse(&number).unwrap()]).unwrap();
    let told = sent_pass(&mut world, &pass);
    assert_eq!(heads(&told), [TAKEN, ("SAS221", "1")], "{told:?}");
    let pass = told[1].number.clone();
    assert!(pass.starts_with("Z2916I260302") && pass.len() == 24, "{pass}");
    let early = step(&world, &number, BondedListStep::Admit, None).unwrap_err();
    assert!(matches!(early, ListError::Refused(_)), "{early}");
    let other = step(&world, &number, BondedListStep::PassGate, Some("HF1")).unwrap_err();
    assert!(matches!(other, ListError::NamedBy(..)), "{other}");

    let gated = step(&world, &number, BondedListStep::PassGate, Some(&pass)).unwrap();
    assert_eq!((gated, in_stock(&world)), (BondedListState::Gated, "0".into()));
    let told = news(&mut world);
    assert_eq!(heads(&told), [("SAS223", "1")], "{told:?}");
    assert_eq!(news(&mut world), [], "it is told once");
    let again = step(&world, &number, BondedListStep::PassGate, Some(&pass)).unwrap_err();
    assert!(matches!(again, ListError::PassSpent(_)), "{again}");

    let admitted = step(&world, &number, BondedListStep::Admit, None).unwrap();
    assert_eq!((admitted, in_stock(&world)), (BondedListState::Stocked, "100".into()));
    assert_eq!(heads(&news(&mut world)), [("INV201", "1")]);
}

fn a_wrong_list_is_answered_with_every_reason_and_leaves_nothing(on: On) {
    let mut world = world_with_book(on);
    let wrong: [(Spoil, &str); 8] = [
        (
            |list| list.book = "T0000".parse_id(),
            "账册[T0000]未备案或已失效（InvtMessage/InvtHeadType/PutrecNo）",
        ),
        (
            |list| list.office = "0100".parse_office(),
            "主管海关[0100]与账册的主管海关[2916]不一致（InvtMessage/InvtHeadType/DclPlcCuscd）",
        ),
        (
            |list| {
                list.parties.holder.code =
                    tongguan_domain::party::PartyCode::parse("330196M002").unwrap()
            },
            "账册[T2916W000001]的经营企业不是[330196M002]（InvtMessage/InvtHeadType/BizopEtpsno）",
        ),
        (
            |list| list.direction = tongguan_domain::bonded::declared::Direction::Outward,
            "暂不受理出区核注清单（InvtMessage/InvtHeadType/ImpexpMarkcd）",
        ),
        (
            |list| list.lines[0].goods.account_item = Some("0002".parse_item()),
            "账册[T2916W000001]无备案料号[0002]（InvtMessage/InvtListType[1]/GdsMtno）",
        ),
        (
            |list| list.lines[0].goods.unit = "011".into(),
            "商品与账册备案不符：100单位011，备案为单位007（InvtMessage/InvtListType[1]/DclUnitcd）",
        ),
        (
            |list| list.lines[0].goods.statutory_quantity = Decimal::from(191),
            "商品与账册备案不符：191单位035，备案为190单位035（InvtMessage/InvtListType[1]/LawfQty）",
        ),
        (
            |list| {
                let second = list.lines[0].clone();
                list.lines.push(second);
                list.office = "0100".parse_office();
            },
            "主管海关[0100]与账册的主管海关[2916]不一致（InvtMessage/InvtHeadType/DclPlcCuscd）|\
             商品序号[1]重复（InvtMessage/InvtListType[2]/GdsSeqno）",
        ),
    ];
    for (spoil, why) in wrong {
        let mut list = list();
        spoil(&mut list);
        let told = sent_list(&mut world, &list);
        assert_eq!(heads(&told), [TAKEN, ("INV201", "3")], "{told:?}");
        assert_eq!(told[1].why, why);
        assert_eq!(states(&world), []);
    }
    let mut strange = list();
    strange.parties.holder.code = tongguan_domain::party::PartyCode::parse("9999999999").unwrap();
    let told = sent_list(&mut world, &strange);
    assert_eq!(heads(&told), [TURNED_AWAY]);
    assert_eq!(
        told[0].why,
        "企业[9999999999]未备案或状态不正常（InvtMessage/InvtHeadType/BizopEtpsno）"
    );
    assert_eq!(heads(&sent_list(&mut world, &list()))[1], ("INV201", "5"), "its number is free");
}

fn the_same_list_again_is_answered_again_and_recorded_once(on: On) {
    let mut world = world_with_book(on);
    let first = sent_list(&mut world, &list());
    world.restart();
    let again = sent_list(&mut world, &list());
    assert_eq!(again, first[..2], "the formal declaration was made once");
    assert_eq!(states(&world), [BondedListState::Approved]);
}

fn a_number_that_names_another_list_is_refused(on: On) {
    let mut world = world_with_book(on);
    let first = sent_list(&mut world, &list());
    let mut other = list();
    (other.lines[0].goods.quantity, other.lines[0].goods.statutory_quantity) =
        (Decimal::from(10), Decimal::from(19));
    let told = sent_list(&mut world, &other);
    assert_eq!(heads(&told), [TURNED_AWAY]);
    let provisional = &first[0].number;
    assert_eq!(
        told[0].why,
        format!(
            "企业内部编号[RQ20260302001]与系统已有记录[{provisional}]重复\
             （InvtMessage/InvtHeadType/EtpsInnerInvtNo）"
        )
    );
    assert_eq!(states(&world), [BondedListState::Approved]);
    other.reference = ZoneReference::parse("RQ2").unwrap();
    assert_eq!(heads(&sent_list(&mut world, &other))[1], ("INV201", "5"));
    assert_eq!(states(&world).len(), 2);
}

fn a_price_outside_of_its_range_waits_for_an_officer(on: On) {
    let mut world = world_with_book(on);
    let mut list = list();
    list.lines[0].goods.price = Amount::new(Decimal::from(501));
    let told = sent_list(&mut world, &list);
    assert_eq!(heads(&told), [TAKEN, ("INV201", "2")]);
    let why =
        "申报单价[501]不在备案价格区间[50]至[500]内（InvtMessage/InvtListType[1]/DclUprcAmt）";
    assert_eq!(told[1].why, why);
    assert_eq!(sent_list(&mut world, &list), told, "the same again");
    assert_eq!(states(&world), [BondedListState::Lodged]);
    step(&world, &told[1].number, BondedListStep::Refuse, None).unwrap();
    let told = news(&mut world);
    assert_eq!(heads(&told), [("INV201", "3")]);
    assert_eq!(told[0].why, "入区");
    let told = sent_list_as(&mut world, "M3", &list);
    assert_eq!(heads(&told), [TAKEN, ("INV201", "2")], "a new attempt");
    step(&world, &told[1].number, BondedListStep::Approve, None).unwrap();
    assert_eq!(heads(&news(&mut world)), [("INV201", "5"), ("INV202", "1")]);
}

fn a_price_in_another_currency_waits_for_an_officer(on: On) {
    let mut world = world_with_book(on);
    let mut list = list();
    list.lines[0].currency = "502".into();
    let told = sent_list(&mut world, &list);
    assert_eq!(heads(&told), [TAKEN, ("INV201", "2")]);
    let why =
        "备案价格区间以人民币计，币制[502]的单价不能核对（InvtMessage/InvtListType[1]/DclCurrcd）";
    assert_eq!(told[1].why, why);
}

fn a_list_is_withdrawn_before_the_gate(on: On) {
    let mut world = world_with_book(on);
    let deletion = DeclaredList { action: Action::Delete, ..list() };
    assert_eq!(heads(&sent_list(&mut world, &deletion)), [TURNED_AWAY], "there is nothing yet");
    let number = sent_list(&mut world, &list())[1].number.clone();
    let pass = sample::pass(&[BondedListNumber::parse(&number).unwrap()]).unwrap();
    sent_pass(&mut world, &pass);
    let told = sent_list(&mut world, &deletion);
    assert_eq!(heads(&told), [TURNED_AWAY], "a gate pass names it");
    let given_up = DeclaredPass { action: Action::Delete, ..pass };
    let told = sent_pass(&mut world, &given_up);
    assert_eq!(heads(&told), [TAKEN, ("SAS221", "1")]);
    assert_eq!(sent_pass(&mut world, &given_up), told, "the same again");
    let other = Some(BondedListNumber::parse("QD291626I000000001").unwrap());
    let of_another = DeclaredList { number: other, ..deletion.clone() };
    assert_eq!(heads(&sent_list(&mut world, &of_another)), [TURNED_AWAY], "of another number");
    let told = sent_list(&mut world, &deletion);
    assert_eq!(heads(&told), [TAKEN, ("INV201", "5")]);
    assert_eq!(states(&world), [BondedListState::Withdrawn]);
    assert_eq!(sent_list(&mut world, &deletion), told, "the same again");
    assert_eq!(heads(&sent_list(&mut world, &of_another)), [TURNED_AWAY], "of another number");
    let change = DeclaredList { action: Action::Change, ..list() };
    assert_eq!(heads(&sent_list(&mut world, &change)), [TURNED_AWAY]);
}

fn a_gate_pass_names_approved_lists_of_its_enterprise_and_no_others(on: On) {
    let mut world = world_with_book(on);
    let number = sent_list(&mut world, &list())[1].number.clone();
    let approved = BondedListNumber::parse(&number).unwrap();
    let mut dear = list();
    dear.reference = ZoneReference::parse("RQ2").unwrap();
    dear.lines[0].goods.price = Amount::new(Decimal::from(501));
    let waiting = sent_list(&mut world, &dear)[1].number.clone();
    let unknown = BondedListNumber::parse("QD291626I999999999").unwrap();
    let waits = BondedListNumber::parse(&waiting).unwrap();
    let pass = sample::pass(&[unknown, waits]).unwrap();
    let told = sent_pass(&mut world, &pass);
    assert_eq!(heads(&told), [TAKEN, ("SAS221", "3")]);
    let at = "（PassPortMessage/PassportHead/RltNo）";
    assert_eq!(
        told[1].why,
        format!(
            "核注清单[QD291626I999999999]不存在{at}|核注清单[{waiting}]的状态为待审核，不能过卡{at}"
        )
    );
    let mut other = sample::pass(std::slice::from_ref(&approved)).unwrap();
    other.parties.holder.code = tongguan_domain::party::PartyCode::parse("330196M002").unwrap();
    let told = sent_pass(&mut world, &other);
    assert_eq!(told[1].why, format!("核注清单[{number}]不属于区内企业{at}"));
    let good = sample::pass(std::slice::from_ref(&approved)).unwrap();
    let told = sent_pass(&mut world, &good);
    assert_eq!(heads(&told), [TAKEN, ("SAS221", "1")]);
    assert_eq!(sent_pass(&mut world, &good), told, "the same again");
    let mut second = good.clone();
    second.reference = ZoneReference::parse("HF2").unwrap();
    let refused = sent_pass(&mut world, &second);
    assert_eq!(refused[1].why, format!("核注清单[{number}]已关联核放单[{}]{at}", told[1].number));
    second.reference = good.reference.clone();
    assert_ne!(second.vehicle.as_str(), "浙A11111");
    second.vehicle = tongguan_domain::ids::VehiclePlate::parse("浙A11111").unwrap();
    assert_eq!(heads(&sent_pass(&mut world, &second)), [TURNED_AWAY], "its number is taken");
}

fn a_vehicle_passes_with_all_lists_of_its_gate_pass(on: On) {
    let mut world = world_with_book(on);
    let mut numbers = Vec::new();
    for reference in ["RQ1", "RQ2"] {
        let reference = ZoneReference::parse(reference).unwrap();
        let told = sent_list(&mut world, &DeclaredList { reference, ..list() });
        numbers.push(BondedListNumber::parse(&told[1].number).unwrap());
    }
    let told = sent_pass(&mut world, &sample::pass(&numbers).unwrap());
    assert_eq!(heads(&told), [TAKEN, ("SAS221", "1")], "{told:?}");
    let pass = &told[1].number;
    let at_gate = |world: &World| {
        let enquiries = Enquiries::new(world.store.clone());
        let [one] = &*enquiries.checked_at_gate(pass, sent_at()).unwrap().found else {
            panic!("one vehicle")
        };
        one.verdict.clone()
    };
    assert_eq!(at_gate(&world), Verdict::PassGood);
    step(&world, numbers[1].as_str(), BondedListStep::PassGate, Some(pass)).unwrap();
    assert_eq!(at_gate(&world), Verdict::PassSpent(GatePassState::Passed), "it is good once");
    assert_eq!(states(&world), [BondedListState::Gated, BondedListState::Gated]);
    assert_eq!(heads(&news(&mut world)), [("SAS223", "1")]);
}

fn several_vehicles_share_a_list_and_carry_no_more_than_it_holds(on: On) {
    let mut world = world_with_book(on);
    let number = sent_list(&mut world, &list())[1].number.clone();
    let lists = [BondedListNumber::parse(&number).unwrap()];
    let vehicle = |n, goods: &[_]| vehicle(&lists, n, goods);
    let first = sent_pass(&mut world, &vehicle(1, &[("0001", Some("007"), 40)]));
    assert_eq!(heads(&first), [TAKEN, ("SAS221", "1")], "{first:?}");
    for (goods, why) in [
        (&[("0001", None, 61)][..], format!("申报数量[61]超过核注清单[{number}]的剩余数量[60]")),
        (&[("0001", None, 50), ("0001", None, 11)], "申报数量[11]超过".to_owned()),
        (&[("0002", None, 1)], format!("核注清单[{number}]无料号[0002]")),
        (&[("0001", Some("011"), 1)], "申报数量[1单位011]不能换算".to_owned()),
        (&[("0001", Some("007"), 0)], "申报数量[0单位007]不能换算".to_owned()),
        (&[], "一票多车的核放单应填报表体".to_owned()),
    ] {
        let told = sent_pass(&mut world, &vehicle(2, goods));
        assert_eq!(heads(&told), [TAKEN, ("SAS221", "3")]);
        assert!(told[1].why.starts_with(&why), "{}", told[1].why);
    }
    let told = sent_pass(&mut world, &sample::pass(&lists).unwrap());
    assert!(told[1].why.contains("已关联核放单"), "not whole any more: {told:?}");
    // 114 kg are 60 pieces.
    let second = sent_pass(&mut world, &vehicle(2, &[("0001", Some("035"), 114)]));
    assert_eq!(heads(&second), [TAKEN, ("SAS221", "1")], "{second:?}");
    for (told, reached) in [(&first, BondedListState::Approved), (&second, BondedListState::Gated)]
    {
        let pass = &told[1].number;
        let state = step(&world, &number, BondedListStep::PassGate, Some(pass)).unwrap();
        assert_eq!(state, reached);
        assert_eq!(heads(&news(&mut world)), [("SAS223", "1")]);
    }
    step(&world, &number, BondedListStep::Admit, None).unwrap();
    assert_eq!(in_stock(&world), "100");
}

fn a_list_counts_if_its_holder_or_declarant_has_signed(on: On) {
    let world = on(Beginning::default());
    let mut world = World::with(world);
    open_with(&world.store, 0, sent_at());
    let envelope = sample::envelope("M1", ZoneMessage::Inv101);
    let text = write_list(&envelope, &list(), Style::Compact).unwrap();
    let (own, other) = (world.cast.carrier.sign(&text), world.cast.merchant.sign(&text));
    let (own, other) = (own.unwrap(), other.unwrap());
    let changed = own.replace("<DclQty>100<", "<DclQty>900<");
    for (text, why) in
        [(&text, "验签失败"), (&changed, "验签失败"), (&other, "申报企业[330198W004]与卡信息")]
    {
        let told = told(&world.submit([text.as_str()]));
        assert_eq!(heads(&told), [TURNED_AWAY]);
        assert!(told[0].why.starts_with(why), "{}", told[0].why);
        assert_eq!(states(&world), []);
    }
    let told = told(&world.submit([own.as_str()]));
    assert_eq!(heads(&told), [TAKEN, ("INV201", "5"), ("INV202", "1")]);
}

fn what_cannot_be_read_is_answered_by_a_receipt(on: On) {
    let mut world = world_with_book(on);
    let envelope = sample::envelope("M1", ZoneMessage::Inv101);
    let text = write_list(&envelope, &list(), Style::Compact).unwrap();
    let spoilt = text.replace("<DclTypecd>1<", "<DclTypecd>7<").replace("<Natcd>116", "<Natcd>1");
    let told = told(&world.submit([spoilt.as_str()]));
    assert_eq!(heads(&told), [TURNED_AWAY]);
    let stored = text.replace("<DelcareFlag>1<", "<DelcareFlag>0<");
    let only_stored = self::told(&world.submit([stored.as_str()]));
    assert_eq!(only_stored[0].why, "暂存的单证不予受理，DelcareFlag应为1（DelcareFlag）");
    assert_eq!((heads(&only_stored), states(&world)), (vec![TURNED_AWAY], vec![]));
    let why = &told[0].why;
    assert!(why.contains("（InvtMessage/InvtListType[1]/Natcd）"), "{why}");
    assert!(why.contains("值[7]不符合[1|2|3]（InvtMessage/InvtHeadType/DclTypecd）"), "{why}");
}

fn a_batch_decides_one_after_the_other(on: On) {
    let mut world = world_with_book(on);
    let envelope = sample::envelope("M1", ZoneMessage::Inv101);
    let text = write_list(&envelope, &list(), Style::Compact).unwrap();
    let deletion = DeclaredList { action: Action::Delete, ..list() };
    let deletion = write_list(&envelope, &deletion, Style::Compact).unwrap();
    let told = told(&world.submit([text.as_str(), text.as_str(), deletion.as_str()]));
    assert_eq!(told.len(), 3 + 2 + 2, "{told:?}");
    assert_eq!(states(&world), [BondedListState::Withdrawn]);
}

fn a_number_that_a_list_of_a_command_bears_is_passed_over(on: On) {
    let mut world = world_with_book(on);
    let first = sent_list(&mut world, &list())[1].number.clone();
    let (series, serial) = first.split_at(9);
    let serial: i64 = serial.parse().unwrap();
    let later = |n: i64| format!("{series}{:09}", serial + 256 * n);
    let key = stock_key().unwrap();
    for n in [1, 2, 4] {
        let paper = BondedList {
            book: key.book.clone(),
            number: BondedListNumber::parse(&later(n)).unwrap(),
            lines: vec![(key.item.clone(), pieces(7))],
        };
        let by = By { officer: "关员甲".into(), reason: "纸质".into() };
        lodge_list(&mut world.store.writer().unwrap(), &paper, &by, &caused(), world.clock.now())
            .unwrap();
    }
    let envelope = sample::envelope("M1", ZoneMessage::Inv101);
    let lists = ["RQ2", "RQ3"].map(|reference| {
        let reference = ZoneReference::parse(reference).unwrap();
        write_list(&envelope, &DeclaredList { reference, ..list() }, Style::Compact).unwrap()
    });
    let told = told(&world.submit(lists.iter().map(String::as_str)));
    let given: Vec<_> = told.iter().filter(|told| told.message == "INV201").collect();
    assert!(given.iter().all(|told| told.number > later(2) && told.number != later(4)), "{told:?}");
    let of_command =
        states(&world).iter().filter(|state| **state == BondedListState::Lodged).count();
    assert_eq!((given.len(), of_command, states(&world).len()), (2, 3, 6));
}

fn news_of_the_old_year_is_told_in_the_new_one(on: On) {
    let mut world = world_with_book(on);
    let mut list = list();
    list.lines[0].goods.price = Amount::new(Decimal::from(501));
    let number = sent_list(&mut world, &list)[1].number.clone();
    world.clock.set(Moment::parse_wire("20261231120000").unwrap());
    step(&world, &number, BondedListStep::Approve, None).unwrap();
    world.clock.set(Moment::parse_wire("20270101120000").unwrap());
    world.restart();
    let told = news(&mut world);
    assert_eq!(heads(&told), [("INV201", "5"), ("INV202", "1")], "{told:?}");
}

fn news_that_tells_nothing_proves_the_lease(on: On) {
    let mut world = world_with_book(on);
    let number = sent_list(&mut world, &list())[1].number.clone();
    step(&world, &number, BondedListStep::PassGate, Some("HF1")).unwrap();
    let (store, now) = (world.store.clone(), world.clock.now());
    let mut writer = store.writer().unwrap();
    let another = arrival("world", ProcessKind::Serve, now);
    let until = now.plus_millis(60_000);
    writer.transaction(|tx| tx.take_place(&another, TakeOver::All, until)).unwrap();
    let mut heard = Vec::new();
    let settings = tongguan_application::clearing::settings::Settings::default();
    DueWork::default()
        .run::<DueError>(&store, &settings, now, &mut |commands| {
            heard.extend(commands);
            Ok(())
        })
        .unwrap();
    assert_eq!(heard.len(), 1);
    let refused = world.commit_once(&heard).unwrap_err();
    assert!(
        matches!(refused, BatchError::Storage(StorageError::Fenced)),
        "another writer has the place: {refused}"
    );
}
