//! Every text that a response can hold: it says what and which value, and nothing is left over.

use tongguan_domain::commerce::Action;
use tongguan_testkit::world::World;

use crate::faults;
use crate::support::*;

/// Every text that these tests can provoke.
fn texts() -> Vec<(String, i32, String)> {
    let mut texts = Vec::new();
    let mut world = World::with(faults::beginning());
    let mut hear = |name: &str, world: &mut World, documents: &[_]| {
        let sent = world.send(documents);
        for answer in sent.answers {
            texts.push((format!("{name} {}", answer.message), answer.status, answer.text));
        }
    };
    for (n, fault) in (1..).zip(faults::all()) {
        let mut parcel = nth(n);
        let telephone = "13900001111";
        parcel.order.buyer_telephone = Some(telephone.into());
        parcel.declaration.buyer_telephone = telephone.into();
        parcel.order.consignee.telephone = telephone.into();
        parcel.waybill.consignee.telephone = telephone.into();
        (fault.spoil)(&mut parcel);
        hear(fault.name, &mut world, &parcel.documents());
    }
    let parcel = nth(1000);
    for document in all_kinds(&parcel) {
        hear("first", &mut world, std::slice::from_ref(&document));
        hear("duplicate", &mut world, &[anew(&document, 10)]);
        hear("guid reused", &mut world, &[with_note(&document, "改了")]);
        hear("old", &mut world, &[asking(Action::Change, &document, -10)]);
    }
    for document in all_kinds(&parcel) {
        hear("used", &mut world, &[asking(Action::Change, &document, 20)]);
    }
    for document in all_kinds(&nth(1001)) {
        hear("missing", &mut world, &[asking(Action::Delete, &document, 20)]);
    }
    texts
}

#[test]
fn every_text_is_finished() {
    for (name, status, text) in texts() {
        let about = format!("{name} {status}: {text}");
        assert!(!text.is_empty(), "{about}");
        for left_over in ["{", "}", "[[", "]]", "[]", "[,", ",]", "()", "：]", ":]", " ]", "，，"]
        {
            assert!(!text.contains(left_over), "{about}");
        }
        for (open, close) in [('[', ']'), ('(', ')'), ('（', '）')] {
            assert_eq!(text.matches(open).count(), text.matches(close).count(), "{about}");
        }
        let chinese = text.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c));
        assert!(chinese, "{about}");
    }
}

#[test]
fn nobodys_name_number_telephone_or_address_is_quoted() {
    for (name, _, text) in texts() {
        for personal in
            ["测试人", "别人", "未核", "错名", "99000019", "1390000", "浙江省", "另一个"]
        {
            assert!(!text.contains(personal), "{name}: {text}");
        }
    }
}

/// One text for each thing that can be said, with what it says to a broker.
#[test]
fn texts_say_what_and_which_value() {
    let said = texts();
    for expected in [
        "-10102 无效企业代码,[ebcCode:330196M999]",
        "-10101 无效企业类型,[ebcCode:330196P001,应为电商企业]",
        "-301008 参数校验不通过，实际支付金额0.01与商品价格+运杂费+代扣税款-非现金抵扣金额497.5不符(acturalPaid)",
        "-401009 参数校验不通过，支付人证件号码无效(payerIdNumber)",
        "-504011 参数校验不通过，运单毛重应大于0，实为0(weight)",
        "-621001 清单报文校验失败，净重100大于毛重4.2(netWeight)",
        "-621004 清单[COP000000001000]已经申报过，请勿重复申报",
        "-621003 清单申报失败，[接收报文为旧报文数据，不做处理]",
        "-621012 清单[COP000000001000]的申报状态不符合改单申报的条件",
        "100 [Code:1320;Desc:清单表体商品项与订单表体商品项的项数不一致],[OrderList:2,InventoryList:1]; \
         清单商品总价298与订单商品价格428不一致",
        "100 [Code:1322;Desc:订单清单表体商品项不一致],[gnum:1,OrderList.qty:2,InventoryList.qty:1]",
        "100 [Code:1332;Desc:支付单支付金额与订单支付金额不一致],\
         [OrderHead.acturalPaid:497.5,PaymentHead.amountPaid:1]",
        "100 订单与支付单的支付交易编号不一致,[OrderHead.payTransactionId:X20260302000000000006,\
         PaymentHead.payTransactionId:20260302000000000006]",
        "100 运单[EX000000009CN]的订单编号与清单不一致",
        "100 订单与运单的收货人姓名不一致",
    ] {
        let found = said.iter().any(|(_, status, text)| format!("{status} {text}") == expected);
        assert!(found, "nobody was told: {expected}");
    }
}
