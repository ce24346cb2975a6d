//! Pages that are open to everybody: each in both languages, as it must be written.

use axum::http::StatusCode;
use tongguan_domain::access::Role;
use tongguan_messages::ceb::MessageType;
use tongguan_messages::zone::ZoneMessage;

use crate::fixture::{Answer, Browser, Site, lenient, standing_of};

const PAGES: [&str; 10] = [
    "/",
    "/tax",
    "/tax?hs1=3304990029&price1=199.00&quantity1=2&mode=9610&freight=28.00&day=2026-11-22",
    "/codes",
    "/codes?q=2900",
    "/track?number=TG1",
    "/verify",
    "/developers",
    "/developers/messages",
    "/developers/checker",
];

/// What lies outside of elements that say they are in Chinese, and outside of data.
fn without_chinese_elements(page: &str) -> String {
    let (mut rest, mut kept) = (page, String::new());
    while let Some(at) = [" lang=\"zh-Hans\"", " class=\"data\""]
        .into_iter()
        .filter_map(|mark| rest.find(mark))
        .min()
    {
        let begin = rest[..at].rfind('<').unwrap();
        let name = rest[begin + 1..].split([' ', '>']).next().unwrap();
        kept.push_str(&rest[..begin]);
        let end = format!("</{name}>");
        rest = rest[begin..].split_once(&end).unwrap_or_else(|| panic!("{name} has no end")).1;
    }
    kept + rest
}

/// The fields of forms that have no label.
fn unlabelled(page: &str) -> Vec<&str> {
    let tags = page.split('<').skip(1).map(|tag| tag.split('>').next().unwrap());
    let fields = tags.filter(|tag| {
        let name = tag.split(' ').next().unwrap();
        ["input", "select", "textarea"].contains(&name) && !tag.contains("type=\"hidden\"")
    });
    fields
        .filter(|tag| {
            let id = tag.split_once(" id=\"").and_then(|(_, id)| id.split('"').next());
            !id.is_some_and(|id| page.contains(&format!("<label for=\"{id}\"")))
        })
        .collect()
}

/// What holds of every page.
fn hold(address: &str, page: &Answer) {
    let body = &page.body;
    assert_eq!(page.status, StatusCode::OK, "{address}");
    assert_eq!(body.matches("<h1").count(), 1, "{address} has one heading of the first order");
    assert!(!body.contains(" style=") && !body.contains("<script>"), "{address}");
    assert!(body.len() < 100_000, "{address} has {} bytes", body.len());
    assert_eq!(unlabelled(body), Vec::<&str>::new(), "{address}");
    if body.contains("<html lang=\"en\"") {
        let rest = without_chinese_elements(body);
        let chinese: String =
            rest.chars().filter(|it| ('\u{3000}'..='\u{9fff}').contains(it)).collect();
        assert_eq!(chinese, "", "{address} is in English");
    }
}

async fn in_both_languages(browser: &mut Browser<'_>, address: &str) {
    for tag in ["zh-Hans", "en"] {
        browser.open(&format!("/language/{tag}?back=/")).await;
        let page = browser.open(address).await;
        assert!(page.body.contains(&format!("<html lang=\"{tag}\"")), "{address}");
        hold(address, &page);
    }
}

#[tokio::test]
async fn every_open_page_is_written_as_it_must_be_in_both_languages() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    for address in PAGES {
        in_both_languages(&mut browser, address).await;
    }
}

#[tokio::test]
async fn newcomers_are_led_to_the_interface_and_to_webhooks() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    let page = browser.open("/developers").await;
    for address in ["/developers/api", "/api/v1/openapi.json", "/webhooks"] {
        assert!(page.body.contains(&format!("href=\"{address}\"")), "{address}: {}", page.body);
    }
    let api = browser.open("/developers/api").await;
    assert!(api.body.contains("Compute the tax of a basket"), "{}", api.body);
    browser.language = "zh";
    let api = browser.open("/developers/api").await;
    assert!(api.body.contains("计算税费") && !api.body.contains("Compute the tax"), "{}", api.body);
    let group = browser.open("/developers/api/public").await;
    assert!(group.body.contains("计算税费"), "{}", group.body);
    let described = browser.open("/api/v1/openapi.json").await;
    let described: serde_json::Value = serde_json::from_str(&described.body).unwrap();
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let tag = operation["tags"][0].as_str().unwrap();
            let page = browser.open(&format!("/developers/api/{tag}")).await.body;
            let shown = page.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
            for body in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                let example = &body.1["example"];
                let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                assert!(!example.is_null() && !text.contains('…'), "{method} {path}: {body:?}");
                assert!(shown.contains(&text), "{method} {path}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn every_message_has_its_page_with_fields_sample_and_return_codes() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    let list = browser.open("/developers/messages").await;
    for message in MessageType::ALL {
        let address = format!("/developers/messages/{}", message.code());
        assert!(list.body.contains(&format!("href=\"{address}\"")), "{address}");
        in_both_languages(&mut browser, &address).await;
        let page = browser.open(&address).await.body;
        for field in message.layout().body.head().fields {
            let name = format!("<code>{}</code>", field.name);
            assert!(page.contains(&name), "{address} {name}");
        }
        if let Some(response) = message.response() {
            assert!(page.contains(&format!("href=\"/developers/messages/{}\"", response.code())));
            assert!(page.contains(message.layout().faults.empty.code), "{address}");
        }
        let sample = browser.open(&format!("{address}/sample")).await;
        assert_eq!(sample.headers["content-type"], "application/xml; charset=utf-8");
        assert!(sample.body.contains(message.root()), "{}", sample.body);
    }
    let unknown = browser.open("/developers/messages/CEB999").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_message_of_a_bonded_zone_has_its_page_and_those_that_are_sent_their_fields() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    let list = browser.open("/developers/messages").await;
    for message in ZoneMessage::ALL {
        let address = format!("/developers/messages/{}", message.code());
        assert!(list.body.contains(&format!("href=\"{address}\"")), "{address}");
        in_both_languages(&mut browser, &address).await;
        let page = browser.open(&address).await.body;
        let fields = message.entities().into_iter().flat_map(|entity| entity.fields);
        for name in fields.clone().map(|field| format!("<code>{}</code>", field.name)) {
            assert!(page.contains(&name), "{address} {name}");
        }
        assert_eq!(fields.count() > 0, message.is_request(), "{address}");
        let sample = browser.open(&format!("{address}/sample")).await;
        assert_eq!(sample.headers["content-type"], "application/xml; charset=utf-8");
        assert!(sample.body.contains("<?xml") || sample.body.starts_with('<'), "{}", sample.body);
        if message.is_request() {
            let checked = browser.upload("/developers/checker", &[("text", &sample.body)]).await;
            let good = format!("{}: nothing is wrong; documents: 1", message.code());
            assert!(checked.body.contains(&good), "{}", checked.body);
        }
    }
}

#[tokio::test]
async fn the_checker_tells_each_defect_on_its_line() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    let good = browser.open("/developers/messages/CEB311/sample").await.body;
    let answer = browser.upload("/developers/checker", &[("text", &good)]).await;
    hold("a valid order", &answer);
    assert!(answer.body.contains("CEB311: nothing is wrong; documents: 1"), "{}", answer.body);
    assert!(answer.body.contains("The signature does not verify"), "{}", answer.body);

    let begin = good.find("<ceb:orderNo>").unwrap();
    let end = good.find("</ceb:orderNo>").unwrap();
    let line = good[..begin].matches('\n').count() + 1;
    let bad = format!("{}<ceb:orderNo>{}", &good[..begin], &good[end..]);
    // Browsers send the line ends of text areas as network protocols want them.
    let typed = bad.replace('\n', "\r\n");
    let answer = browser.upload("/developers/checker", &[("text", &typed)]).await;
    assert!(answer.body.contains(&format!("<p>Line {line}</p>")), "{}", answer.body);
    let answer = browser.upload("/developers/checker", &[("file", &bad)]).await;
    hold("a bad order", &answer);
    let told = answer.body.split_once(&format!("<p>Line {line}</p>"));
    let (_, told) = told.unwrap_or_else(|| panic!("line {line}: {}", answer.body));
    let told = told.split("</ul>").next().unwrap();
    assert!(told.contains("OrderHead/orderNo"), "{told}");
    assert!(told.contains("<span lang=\"zh-Hans\"") && told.contains("Expected"), "{told}");
}

#[tokio::test]
async fn the_checker_takes_anything_and_keeps_within_its_bounds() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    for (text, told) in [
        ("nonsense", "the structure is not valid"),
        ("<a>\n<b>\n</a>", "Line 3"),
        ("<CEB311Message/>", "the structure is not valid"),
    ] {
        let answer = browser.upload("/developers/checker", &[("text", text)]).await;
        hold(text, &answer);
        assert!(answer.body.contains(told), "{text}: {}", answer.body);
    }
    let nothing = browser.upload("/developers/checker", &[("text", " ")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = " ".repeat((1 << 20) + 1);
    let long = browser.upload("/developers/checker", &[("file", &long)]).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", long.body);
    let typed = browser.send("/developers/checker", &[("text", "<a/>")]).await;
    assert!(typed.body.contains("the structure is not valid"), "without a file it is a plain form");
}

#[tokio::test]
async fn the_pages_of_a_sandbox_say_on_each_that_nothing_is_real() {
    let site = Site::in_sandbox();
    let mut browser = site.browser();
    let founded = browser.send("/sandbox", &[]).await;
    assert_eq!(founded.status, StatusCode::SEE_OTHER, "{founded:?}");
    for address in ["/", "/sandbox", founded.location(), "/developers", "/sign-in"] {
        in_both_languages(&mut browser, address).await;
        let page = browser.open(address).await;
        assert!(page.body.contains("nothing here is real"), "{address}: {}", page.body);
    }
    let unknown = browser.open("/sandbox/1").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.body.contains("nothing here is real"), "{}", unknown.body);
    let time = format!("{}/time", founded.location());
    for days in ["0", "401", "-1", "x", ""] {
        let answer = browser.send(&time, &[("days", days)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{days}");
    }
}

#[tokio::test]
async fn nobody_moves_the_time_of_others() {
    let site = Site::in_sandbox();
    let mut browser = site.browser();
    let home = browser.send("/sandbox", &[]).await.location().to_owned();
    let (time, days) = (format!("{home}/time"), [("days", "3")]);
    assert!(browser.open(&home).await.body.contains(&format!("action=\"{time}\"")));
    assert_eq!(browser.send(&time, &days).await.location(), home);
    let other = browser.send("/sandbox", &[]).await.location().to_owned();
    let page = browser.open(&home).await;
    assert!(page.body.contains("Others have test enterprises here"), "{}", page.body);
    assert_eq!(browser.send(&time, &days).await.status, StatusCode::CONFLICT);
    browser.language = "zh";
    let refused = browser.send(&format!("{other}/time"), &days).await;
    assert!(refused.body.contains("请沙箱的系统管理员拨快"), "{}", refused.body);
    assert_eq!(browser.send("/sandbox/1/time", &days).await.status, StatusCode::NOT_FOUND);
    assert_ne!(
        browser.send("/sandbox/time", &days).await.location(),
        "/sandbox",
        "signed in first"
    );

    site.admit("operator", standing_of(Role::SystemAdministrator));
    let mut operator = site.signed_in("operator").await;
    let page = operator.open("/sandbox").await;
    assert!(page.body.contains("action=\"/sandbox/time\""), "{}", page.body);
    let token = operator.form_token().await;
    let form = [("form_token", token.as_str()), ("days", "3")];
    assert_eq!(operator.send("/sandbox/time", &form).await.location(), "/sandbox");
}

#[tokio::test]
async fn an_address_gets_so_many_test_enterprises_an_hour() {
    let site = Site::in_sandbox();
    let mut browser = site.browser();
    browser.address = Some("192.0.2.9".parse().unwrap());
    for n in 0..10 {
        let founded = browser.send("/sandbox", &[]).await;
        assert_eq!(founded.status, StatusCode::SEE_OTHER, "{n}: {founded:?}");
    }
    for (language, text) in [("zh", "秒后重试"), ("en", "come again in")] {
        browser.language = language;
        let refused = browser.send("/sandbox", &[]).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{refused:?}");
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=3600).contains(&wait), "{wait}");
        assert!(refused.body.contains(text), "{}", refused.body);
    }
    let mut other = site.browser();
    other.address = Some("192.0.2.10".parse().unwrap());
    assert_eq!(other.send("/sandbox", &[]).await.status, StatusCode::SEE_OTHER);
    site.clock.advance_millis(6 * 60_000 + 1_000);
    assert_eq!(browser.send("/sandbox", &[]).await.status, StatusCode::SEE_OTHER, "one is back");
}

#[tokio::test]
async fn what_is_real_has_no_sandbox() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    assert!(!browser.open("/").await.body.contains("nothing here is real"));
    assert_eq!(browser.open("/sandbox").await.status, StatusCode::NOT_FOUND);
    let days = [("days", "1")];
    assert_eq!(browser.send("/sandbox/1/time", &days).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.send("/sandbox", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_calculator_comes_to_what_the_command_comes_to_and_names_the_law() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    let line = "hs1=3304990029&price1=199.00&quantity1=2&unit1=011&weight1=0.06";
    let address = format!("/tax?day=2026-11-22&mode=9610&freight=28.00&insurance=0&{line}");
    let page = browser.open(&address).await.body;
    // 227.00 × 13 % × 70 %, as docs/reference/tax.md has it.
    assert!(page.contains("227.00") && page.contains("20.66"), "{page}");
    assert!(page.contains("财关税"), "{page}");
    for (query, told) in [
        ("hs1=49&price1=1&quantity1=1", "line 1: the tariff code has ten digits"),
        ("hs1=3304990029&price1=x&quantity1=1", "line 1: the price is a number"),
        ("hs1=3304990029&price1=1&quantity1=1&weight1=x", "line 1: the net weight is a number"),
        ("hs1=3304990029&price1=1&quantity1=1&freight=1,5", "the freight is a number"),
        ("hs1=3304990029&price1=1&quantity1=1&insurance=x", "the insurance is a number"),
        ("hs1=9999999999&price1=1&quantity1=1", "notice"),
    ] {
        let page = browser.open(&format!("/tax?mode=9610&{query}")).await;
        hold(query, &page);
        assert!(page.body.contains(told), "{query}: {}", page.body);
    }
    assert_eq!(browser.open("/tax?day=soon").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_code_is_found_on_its_days_alone() {
    let site = Site::new(lenient());
    let mut browser = site.browser();
    let found = browser.open("/codes?q=0100&table=offices").await.body;
    assert!(found.contains("北京关区") && found.contains("1990-01-01"), "{found}");
    let by_word = browser.open("/codes?q=beijing+customs").await.body;
    assert!(by_word.contains("0100"), "{by_word}");
    let before = browser.open("/codes?q=0100&table=offices&day=1989-12-31").await.body;
    assert!(before.contains("Nothing was found"), "{before}");
    for wrong in ["/codes?q=a&table=none", "/codes?q=a&day=x"] {
        assert_eq!(browser.open(wrong).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}
