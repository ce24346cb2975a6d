//! What the merchant of a demonstration has filed: some goods are registered, some were returned, some wait.

use tongguan_application::filing::{Decision, Filer, Lodged, decide, file};
use tongguan_application::history::{Actor, Cause};
use tongguan_application::registry::snapshot;
use tongguan_domain::access::Role;
use tongguan_domain::filing::{
    Act, FiledEnterprise, FilingId, GoodsReader, Matter, Officer, Texts,
};
use tongguan_domain::ids::PartyId;

use super::stage::Stage;

/// Item number, proposed tariff code, name, specification and brand.
const GOODS: [[&str; 5]; 6] = [
    ["DEMO-CREAM-50", "3304990029", "保湿面霜", "50ml/瓶", "示例甲"],
    ["DEMO-MASK-5", "3304990099", "补水面膜", "5片/盒", "示例甲"],
    ["DEMO-MILK-800", "1901101000", "婴幼儿配方奶粉", "3段，800g/罐", "示例乙"],
    ["DEMO-WATCH-1", "9102110000", "石英手表", "精钢表壳，防水30米", "示例丙"],
    ["DEMO-SERUM-30", "3304990029", "精华液", "30ml/瓶", "示例甲"],
    ["DEMO-MALT-500", "1901900000", "麦精", "500g/罐", "示例乙"],
];

/// Files them for a merchant as its clerk, and has a supervisor decide about the first three, so that something is
/// left for the officer.
///
/// # Errors
/// When something cannot be filed.
pub fn lodge(stage: &Stage, merchant: PartyId) -> anyhow::Result<()> {
    let product = &stage.product;
    let (store, now) = (&product.store, product.clock.now());
    let reader = GoodsReader::new(&product.knowledge.pack, now.china_day());
    let mut matters =
        GOODS.iter().map(|goods| matter(&reader, *goods)).collect::<Result<Vec<_>, _>>()?;
    if let Some(party) = store.read(snapshot)?.party(merchant) {
        matters.push(Matter::Enterprise(FiledEnterprise {
            name: format!("{}（更名）", party.name),
            codes: party.codes.clone(),
            roles: party.roles,
            licence: None,
            payment_url: None,
        }));
    }
    let by = Actor { name: Role::Clerk.name().to_owned(), ..Actor::default() };
    let filer = Filer { party: merchant, by, office: None };
    let lodged = file(store, &filer, matters, now)?;
    let ids = lodged.iter().filter_map(|lodged| match lodged {
        Lodged::New(id) | Lodged::Corrected(id) => Some(*id),
        Lodged::Wrong(_) => None,
    });
    let approve =
        |hs_code: Option<&str>| Act::Approve { hs_code: hs_code.map(Into::into), valid_to: None };
    let answers = [
        (approve(None), ""),
        (approve(Some("3307900000")), "面膜以无纺布为载体，归入其他编码"),
        (Act::Return, "请在规格型号中补充乳糖含量与适用月龄"),
    ];
    for (filing, (act, reason)) in ids.zip(answers) {
        decide(store, decision(filing, act, reason), now)?;
    }
    Ok(())
}

fn matter(reader: &GoodsReader, goods: [&str; 5]) -> anyhow::Result<Matter> {
    let [item_no, code, name, model, brand] = goods;
    let texts: Texts = [
        ("itemNo", item_no),
        ("gcode", code),
        ("gname", name),
        ("gmodel", model),
        ("brand", brand),
        ("country", "法国"),
        ("unit", "件"),
        ("unit1", "千克"),
        ("qty1", "0.1"),
        ("netWeight", "0.1"),
        ("price", "180"),
        ("currency", "CNY"),
    ]
    .into_iter()
    .collect();
    let goods = reader.read(&texts).map_err(|defects| {
        let told: Vec<_> = defects.iter().map(|defect| defect.message_en()).collect();
        anyhow::anyhow!("{item_no} cannot be filed: {}", told.join("; "))
    })?;
    Ok(Matter::Goods(Box::new(goods)))
}

fn decision(filing: FilingId, act: Act, reason: &str) -> Decision {
    let officer = Officer {
        sign_in: Role::Supervisor.name().to_owned(),
        name: format!("示例{}", Role::Supervisor.title().0),
    };
    let cause = Cause::Command("demo".to_owned());
    Decision { filing, act, officer, cause, reason: reason.to_owned(), minutes: 0, office: None }
}
