//! A test enterprise: its keys and sign-ins, its first parcel, and what came back.

use std::io::{Cursor, Write as _};
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::review::{Found, Picture, ReviewError};
use tongguan_application::sandbox::{
    Enterprise, Flow, Kind, Moving, Outcome, ParcelError, Ready, send as send_all,
};
use tongguan_domain::access::Reach;
use tongguan_domain::ids::OrderNumber;
use tongguan_domain::status::ReturnStatus;
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::{Ahead, clock, full_or, moving, of};
use crate::Shared;
use crate::caller::blocking;
use crate::pace::Address;
use crate::pages::developers::base;
use crate::pages::form::{Sent, go_to};
use crate::pages::shell::{Visit, chinese, time};
use crate::pages::sign_in::Empty;
use crate::part::Path;
use crate::problem::Problem;
use crate::wording::Wording;

/// Parcels that are shown, the last ones.
const SHOWN: usize = 5;

/// What the parcel is to come to.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    flow: String,
    #[serde(default)]
    ending: String,
}

/// A parcel as it stands.
type Parcel = (OrderNumber, Option<Picture>);

/// The enterprise.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let enterprise = enterprise(&shared, &code)?;
    let (enquiries, looked, now) =
        (Arc::clone(&shared.access.enquiries), Arc::clone(&enterprise), shared.access.clock.now());
    let look = move || {
        let mut orders = looked.sent();
        let orders = orders.split_off(orders.len().saturating_sub(SHOWN));
        let reach = Reach::Office(looked.office);
        let seen = orders.into_iter().rev().map(|order_no| {
            let picture = match enquiries.find(reach, order_no.as_str(), now)? {
                Found::One(id) => enquiries.picture(reach, id)?,
                Found::Nothing | Found::Several(_) => None,
            };
            Ok::<Parcel, ReviewError>((order_no, picture))
        });
        seen.collect::<Result<Vec<_>, _>>()
    };
    let parcels = blocking(look).await?;
    let is_alone = of(&shared)?.is_alone(&code);
    let title = visit.say("试验企业", "Your test enterprise");
    let body = html! {
        h1 { (title) }
        div.notice.warn { p {
            (visit.say(
                "请收藏本页地址：它就是您的凭证。沙箱重新启动后须另建一套。",
                "Keep the address of this page: it is your only way back. When the sandbox is started anew, get \
                 another enterprise.",
            ))
        } }
        h2 { (visit.say("第一个包裹", "The first parcel")) }
        (sending(&visit, &code))
        (came_back(&visit, &code, &parcels))
        h2 { (visit.say("自己发送", "Send one yourself")) }
        (by_hand(&visit, &code, &base(&shared, &headers), &enterprise))
        h2 { (visit.say("企业和密钥", "Parties and keys")) }
        (members(&visit, &enterprise))
        h2 { (visit.say("登录", "Sign in")) }
        (people(&visit, &enterprise))
        h2 { (visit.say("时间", "Time")) }
        (clock(&visit, &shared))
        @if is_alone {
            (moving(&visit, &format!("/sandbox/{code}/time")))
        } @else {
            p { (not_alone().of(visit.language)) }
        }
        h2 { (visit.say("重来", "Begin again")) }
        (resetting(&visit, &code))
    };
    Ok(visit.page(title, &body))
}

/// Keys, certificates and the messages of a first parcel, as one archive.
pub async fn files(
    State(shared): State<Shared>,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (enterprise, now) = (enterprise(&shared, &code)?, shared.access.clock.now());
    let packed = tokio::task::spawn_blocking(move || pack(&enterprise, now)).await;
    let bytes = packed.ok().and_then(Result::ok).ok_or(Problem::Unavailable)?;
    let headers = [
        (CONTENT_TYPE, "application/zip"),
        (CONTENT_DISPOSITION, "attachment; filename=\"sandbox.zip\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}

/// Sends a parcel, and has the automatic officers look.
pub async fn send(
    State(shared): State<Shared>,
    Path(code): Path<String>,
    Sent(Wanted { flow, ending }): Sent<Wanted>,
) -> Result<Response, Problem> {
    let enterprise = enterprise(&shared, &code)?;
    let flow = Flow::named(&flow).ok_or(Problem::Malformed("flow"))?;
    let outcome = Outcome::with_ending(&ending).ok_or(Problem::Malformed("ending"))?;
    let (sandbox, access) = (of(&shared)?, shared.access.clone());
    let patience = access.limits.answer_within;
    let sent = blocking(move || {
        let Ready { messages, afterwards } =
            enterprise.parcel(flow, outcome, access.clock.now())?;
        match send_all(messages, &access.reception, patience) {
            Err(ParcelError::NotTaken(_)) => return Ok(false),
            sent => sent?,
        }
        // Those who look now and then would come to it, too; whoever waits for the page sees it at once.
        if let Ok(pack) = access.enquiries.pack() {
            drop(sandbox.rule(&mut access.desk(None), &pack));
        }
        match send_all(afterwards, &access.reception, patience) {
            Err(ParcelError::NotTaken(_)) => Ok(false),
            sent => sent.map(|()| true),
        }
    });
    if sent.await? { Ok(go_to(&format!("/sandbox/{code}"))) } else { Err(Problem::Busy) }
}

/// Moves the time forward, where nobody else has a test enterprise for whom it would move too.
pub async fn forward(
    State(shared): State<Shared>,
    Path(code): Path<String>,
    Sent(ahead): Sent<Ahead>,
) -> Result<Response, Problem> {
    let (sandbox, days, back) = (of(&shared)?, ahead.days()?, format!("/sandbox/{code}"));
    match blocking(move || sandbox.forward_for(&code, days)).await? {
        Some(Moving::Moved) => Ok(go_to(&back)),
        Some(Moving::NotAlone) => Err(Problem::Refused(not_alone())),
        None => Err(Problem::NotFound),
    }
}

/// Another enterprise instead of this one.
pub async fn reset(
    State(shared): State<Shared>,
    address: Address,
    Path(code): Path<String>,
    _: Sent<Empty>,
) -> Result<Response, Problem> {
    enterprise(&shared, &code)?;
    address.may_found(&shared)?;
    let (sandbox, now) = (of(&shared)?, shared.access.clock.now());
    let fresh = blocking(move || full_or(sandbox.reset(&code, now))).await?;
    let fresh = fresh.ok_or(Problem::Busy)?.ok_or(Problem::NotFound)?;
    Ok(go_to(&format!("/sandbox/{fresh}")))
}

pub(super) fn enterprise(shared: &Shared, code: &str) -> Result<Arc<Enterprise>, Problem> {
    of(shared)?.enterprise(code).ok_or(Problem::NotFound)
}

/// The archive could not be written.
#[derive(Debug, thiserror::Error)]
enum NotPacked {
    #[error(transparent)]
    Zip(#[from] ZipError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Parcel(#[from] ParcelError),
    #[error(transparent)]
    Key(#[from] tongguan_messages::certificate::key::KeyError),
}

fn pack(enterprise: &Enterprise, now: tongguan_domain::time::Moment) -> Result<Vec<u8>, NotPacked> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for member in enterprise.members() {
        let name = member.kind.name();
        archive.start_file(format!("keys/{name}.key.pem"), options)?;
        archive.write_all(member.key_pem()?.as_bytes())?;
        archive.start_file(format!("keys/{name}.certificate.pem"), options)?;
        archive.write_all(member.certificate_pem().as_bytes())?;
    }
    let Ready { messages, .. } = enterprise.first(now)?;
    for (name, message) in messages {
        archive.start_file(format!("parcel/{name}"), options)?;
        archive.write_all(message.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

fn not_alone() -> Wording {
    Wording::new(
        "沙箱中还有别人的试验企业，时间对所有人生效：请沙箱的系统管理员拨快。",
        "Others have test enterprises here, and time moves for them too: ask the sandbox’s system administrator.",
    )
}

fn sending(visit: &Visit, code: &str) -> Markup {
    html! {
        p {
            (visit.say(
                "按下发送：一个包裹的签名报文依次发出，与自己的程序发送无异。",
                "Press, and the signed messages of a parcel are sent as a program of yours would send them.",
            ))
        }
        form.row method="post" action={ "/sandbox/" (code) "/parcels" } {
            (visit.form_token())
            div {
                label for="flow" { (visit.say("包裹", "What is sent")) }
                select #flow name="flow" {
                    @for flow in Flow::ALL {
                        option value=(flow.name()) { (visit.language.of(flow.title())) }
                    }
                }
            }
            div {
                label for="ending" { (visit.say("结果", "What it is to come to")) }
                select #ending name="ending" {
                    @for outcome in Outcome::ALL {
                        option value=(outcome.ending()) { (visit.language.of(outcome.title())) }
                    }
                }
            }
            div { button { (visit.say("发送包裹", "Send a parcel")) } }
        }
    }
}

fn came_back(visit: &Visit, code: &str, parcels: &[Parcel]) -> Markup {
    html! {
        h3 { (visit.say("回执", "What came back")) }
        @if parcels.is_empty() {
            p { (visit.say("尚未发送包裹。", "No parcel was sent yet: press the button above.")) }
        }
        @for (order_no, picture) in parcels {
            p { strong { (visit.say("订单", "Order")) " " code { (order_no) } } }
            @match picture {
                None => { p { (visit.say("尚无清单。", "Its declaration has not come yet.")) } }
                Some(picture) => { ol.timeline { @for told in &picture.told { li {
                    strong { (told.status) } " " (status_in_words(visit, told.status)) " "
                    (chinese(&told.text)) " " (time(told.at))
                } } } }
            }
        }
        p { a href={ "/sandbox/" (code) } { (visit.say("再看一次", "Look again")) } }
    }
}

/// What a status is called, where the standard says.
fn status_in_words(visit: &Visit, number: i32) -> &'static str {
    let known = ReturnStatus::from_number(number);
    known.map_or("", |status| visit.language.of(status.title()))
}

fn by_hand(visit: &Visit, code: &str, base: &str, enterprise: &Enterprise) -> Markup {
    let carrier = enterprise.member(Kind::Carrier);
    html! {
        p { a.button.quiet download href={ "/sandbox/" (code) "/files" } {
            (visit.say("下载密钥和四份报文（zip）", "Download keys and four messages (zip)"))
        } }
        p { (visit.say("解压后发送：", "Unpack it, then send:")) }
        pre tabindex="0" { code {
            "for m in CEB311 CEB411 CEB511 CEB621; do curl --data-binary @parcel/$m.xml \
             -H 'content-type: application/xml' " (base) "/ceb; done"
        } }
        p { (visit.say("取申报企业的回执和税单：", "Read what the declarant is answered, and the tax bill:")) }
        pre tabindex="0" { code {
            "curl -H 'authorization: Bearer " (carrier.access_key) "' '" (base) "/mailbox/"
            (carrier.mailbox) "?after=0&wait=30'"
        } }
        p { (visit.say(
            "自己写的报文，没有SM2签名工具也可由沙箱代签（企业见下表）：",
            "Have a message of your own signed, where you have no program for SM2 (parties: the table below):",
        )) }
        pre tabindex="0" { code {
            "curl --data-binary @message.xml -H 'content-type: application/xml' "
            (base) "/sandbox/" (code) "/signatures/" (Kind::Carrier.name())
        } }
        p {
            (visit.say("程序可读取本页内容：", "What this page tells, for programs: "))
            a href={ "/sandbox/" (code) "/enterprise.json" } { "enterprise.json" }
        }
        p { (visit.say(
            "源码中的docs/guides/api自建一套试验企业，试用整个JSON接口：",
            "docs/guides/api of the sources gets a test enterprise of its own and tries the whole JSON interface:",
        )) }
        pre tabindex="0" { code { "python3 docs/guides/api " (base) } }
    }
}

fn members(visit: &Visit, enterprise: &Enterprise) -> Markup {
    let title = visit.say("企业", "Parties");
    html! {
        div.table tabindex="0" role="region" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (visit.say("身份", "As what")) }
                th scope="col" { (visit.say("编码", "Code")) }
                th scope="col" { (visit.say("名称", "Name")) }
                th scope="col" { (visit.say("信箱", "Mailbox")) }
                th scope="col" { (visit.say("访问密钥", "Access key")) }
            } }
            tbody { @for member in enterprise.members() { tr {
                th scope="row" { (visit.language.of(member.kind.title())) " " code { (member.kind.name()) } }
                td { code { (member.party.code) } }
                td { (chinese(&member.party.name)) }
                td { code { (member.mailbox) } }
                td { code { (member.access_key) } }
            } } }
        } }
    }
}

fn people(visit: &Visit, enterprise: &Enterprise) -> Markup {
    html! {
        dl.facts {
            @for person in &enterprise.people {
                dt { (visit.language.of(person.post.title())) } dd { code { (person.sign_in) } }
            }
            dt { (visit.say("共同的口令", "Password of all of them")) } dd { code { (enterprise.password) } }
            dt { (visit.say("关区", "Office")) } dd { code { (enterprise.office) } }
            @if let Ok(place) = enterprise.place() {
                dt { (visit.say("监管作业场所", "Supervised place")) } dd { code { (place) } }
            }
            @if let Ok(book) = enterprise.book() {
                dt { (visit.say("保税账册", "Account book of bonded goods")) } dd { code { (book) } }
            }
        }
        p { a href="/sign-in" { (visit.say("登录", "Sign in")) } }
    }
}

fn resetting(visit: &Visit, code: &str) -> Markup {
    html! {
        p {
            (visit.say(
                "另建一套新的企业；现有的证书、密钥和登录名立即失效。",
                "Get new parties and keys; the certificates, keys and sign-ins of these end at once.",
            ))
        }
        form method="post" action={ "/sandbox/" (code) "/reset" } {
            (visit.form_token())
            button.grave { (visit.say("重新建立", "Begin again")) }
        }
    }
}
