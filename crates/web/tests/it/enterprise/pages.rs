//! Every page of an enterprise, in both languages.

use axum::http::StatusCode;
use tongguan_domain::access::{Role, Standing};

use super::{Stage, has_chinese, own_words};
use crate::fixture::Answer;

/// The pages, each with what it holds in Chinese and in English.
const PAGES: &[(&str, &str, &str)] = &[
    ("/", "需要关注", "What needs attention"),
    ("/parcels", "申报自", "Lodged from"),
    ("/parcels?number=nothing", "没有符合条件的包裹", "No parcel matches"),
    ("/requests", "没有进口退货", "No imported goods"),
    ("/requests?kind=export-returns", "没有出口退货", "No exported goods"),
    ("/documents", "其编号或订单编号", "that of its order"),
    ("/documents?kind=order&number=none", "没有找到", "Nothing was found"),
    ("/mail", "回执清单", "Mailbox number"),
    ("/mail/1", "订单编号", "Download as XML"),
    ("/mail?number=nothing", "请核对编号和日期", "check number and days"),
    ("/mail/sent", "已发报文", "Messages sent"),
    ("/organisations", "编码", "Acts as"),
    ("/mail/send", "报文文件", "File with a message"),
    ("/tax-bills", "出税时间", "Consumption tax"),
    ("/guarantee", "没有登记税款担保", "You have no guarantee"),
    ("/programs", "访问密钥", "Access keys"),
    ("/webhooks", "还没有推送地址", "There is no webhook yet"),
    ("/people", "邀请", "Invite somebody"),
    ("/people/clerk", "更改角色", "Change the role"),
    ("/account", "会话", "Sessions"),
];

#[tokio::test]
async fn every_page_is_whole_in_both_languages() {
    let stage = Stage::set();
    let party = stage.world.cast.merchant.party.id;
    stage.site.admit("clerk", Standing::Enterprise { party, role: Role::Clerk });
    let mut browser = stage.merchant().await;
    for (address, zh, en) in PAGES {
        browser.language = "zh";
        let chinese = browser.open(address).await;
        assert_eq!(chinese.status, StatusCode::OK, "{address} {chinese:?}");
        assert!(chinese.body.contains(zh), "{address}: {}", chinese.body);
        browser.language = "en";
        let english = browser.open(address).await;
        assert_eq!(english.status, StatusCode::OK, "{address}");
        assert!(english.body.contains(en), "{address}: {}", english.body);
        let words = own_words(&stage, &english);
        let at = words.find(|c: char| has_chinese(&c.to_string()));
        let near = at.map(|at| words[at..].chars().take(40).collect::<String>());
        assert_eq!(near, None, "{address} has Chinese in English");
        for page in [&chinese, &english] {
            assert_eq!(page.body.matches("<h1").count(), 1, "{address}");
            assert!(!page.body.contains(" style="), "{address}");
            assert!(page.body.len() < 100_000, "{address}");
            every_field_has_a_label(address, page);
        }
    }
}

fn every_field_has_a_label(address: &str, page: &Answer) {
    for kind in ["<input", "<select", "<textarea"] {
        for field in page.body.split(kind).skip(1) {
            let tag = field.split('>').next().unwrap();
            if tag.contains("type=\"hidden\"") {
                continue;
            }
            let id = tag.split("id=\"").nth(1).and_then(|rest| rest.split('"').next());
            let id = id.unwrap_or_else(|| panic!("{address}: a field without id: {tag}"));
            let label = format!("for=\"{id}\"");
            assert_eq!(page.body.matches(&label).count(), 1, "{address}: {tag}");
        }
    }
}
