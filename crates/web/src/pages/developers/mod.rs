//! The developer pages (开发者): what a newcomer needs, in the order in which it is needed.

pub mod checker;
mod findings;
pub mod messages;
mod zone;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::response::Response;
use maud::{Markup, html};

use super::shell::Visit;
use crate::Shared;

/// What there is.
pub async fn page(State(shared): State<Shared>, visit: Visit, headers: HeaderMap) -> Response {
    let title = visit.say("开发者", "For developers");
    let base = base(&shared, &headers);
    let body = html! {
        h1 { (title) }
        p.lead {
            (visit.say(
                "一个包裹是四种报文：订单、支付单、运单和申报清单。各方各发各的，全部XML、全部签名；回执从信箱取。",
                "A parcel is four messages: order, payment, waybill and declaration. Each party sends its own, as \
                 signed XML, and fetches what is answered from its mailbox.",
            ))
        }
        ol {
            li { (looking(&visit)) }
            li { (checking(&visit)) }
            li { (signing(&visit)) }
            li { (sending(&visit, &base)) }
            li { (reading(&visit, &base)) }
            li { (calling(&visit)) }
            li { (being_told(&visit)) }
        }
    };
    visit.page(title, &body)
}

fn calling(visit: &Visit) -> Markup {
    html! {
        h2 { (visit.say("调用数据接口", "Call the JSON interface")) }
        p {
            (visit.say(
                "页面上能办的，程序也能用JSON办：清单、备案、退货、汇总、账册等。",
                "What people do on pages, programs do in JSON: declarations, filings, returns, consolidation, books. ",
            ))
            a href="/developers/api" { (visit.say("全部操作及示例", "All operations, with examples")) }
            (visit.say("；机器可读的描述在", "; for machines "))
            a href="/api/v1/openapi.json" { "/api/v1/openapi.json" }
            (visit.say("。", "."))
        }
    }
}

fn being_told(visit: &Visit) -> Markup {
    html! {
        h2 { (visit.say("接收推送", "Be told by a webhook")) }
        p {
            (visit.say(
                "信箱有新回执时，可立即签名推送到贵单位的https地址，不必轮询。单位管理员在",
                "What comes into a mailbox can be sent to an https address of yours at once, signed, so that nothing \
                 has to be asked again and again. Your administrator adds and tries one at ",
            ))
            a href="/webhooks" { (visit.say("推送", "Webhooks")) }
            (visit.say("中添加并测试。", "."))
        }
    }
}

/// The address by which the caller has come, as far as it says one.
pub fn base(shared: &Shared, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1:8080");
    let scheme = if shared.access.is_secure { "https" } else { "http" };
    format!("{scheme}://{host}")
}

fn looking(visit: &Visit) -> Markup {
    html! {
        h2 { (visit.say("看报文", "Look at the messages")) }
        p {
            a href="/developers/messages" {
                (visit.say("全部42种报文", "All 42 messages"))
            }
            (visit.say(
                "：每种报文的字段表、样例和回执代码。从",
                ", each with its fields, a sample and its return codes. Begin with the order, ",
            ))
            a href="/developers/messages/CEB311" { "CEB311" }
            (visit.say("（订单）开始。", "."))
        }
    }
}

fn checking(visit: &Visit) -> Markup {
    html! {
        h2 { (visit.say("校验自己的报文", "Check your own")) }
        p {
            (visit.say("把报文粘贴到", "Paste a message into the "))
            a href="/developers/checker" { (visit.say("报文校验", "checker")) }
            (visit.say(
                "，错误逐行标出。内容不保存。",
                ": what is wrong is told on the line where it is. Nothing is kept.",
            ))
        }
    }
}

fn signing(visit: &Visit) -> Markup {
    html! {
        h2 { (visit.say("签名", "Sign it")) }
        p {
            (visit.say(
                "报文用已备案的证书签名（SM2）。命令行可以代劳：",
                "A message is signed (SM2) by a certificate that is registered here. The command line does it:",
            ))
        }
        pre tabindex="0" { code { "tongguan message sign order.xml --key key.pem --cert certificate.pem --out signed.xml" } }
    }
}

fn sending(visit: &Visit, base: &str) -> Markup {
    html! {
        h2 { (visit.say("发送", "Send it")) }
        p {
            (visit.say(
                "答复到达时，报文已经落盘；重发同一报文没有害处。",
                "Once it is answered it is kept for good; sending the same again does no harm.",
            ))
        }
        pre tabindex="0" { code {
            "curl --data-binary @signed.xml -H 'content-type: application/xml' " (base) "/ceb"
        } }
    }
}

fn reading(visit: &Visit, base: &str) -> Markup {
    html! {
        h2 { (visit.say("取回执", "Read what is answered")) }
        p {
            (visit.say(
                "用信箱的访问密钥读取；没有新回执时最多等待30秒。",
                "With the access key of your mailbox; where there is nothing yet, this waits for half a minute.",
            ))
            " "
            a href="/developers/messages#statuses" { (visit.say("回执状态的含义", "What the statuses mean")) }
        }
        pre tabindex="0" { code {
            "curl -H \"authorization: Bearer $KEY\" \"" (base) "/mailbox/$MAILBOX?wait=30\""
        } }
    }
}
