//! Asking for a cancellation or a return (申请撤单、退货): the message is written here, and signed and sent by whoever
//! declared.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use rust_decimal::Decimal;
use serde::Deserialize;
use tongguan_application::enquiry::CaseFile;
use tongguan_application::review::AnyDeclaration;
use tongguan_application::unmasking::{
    Askable, LONGEST_REASON, LONGEST_REFERENCE, Prepared, Wanted, Wish,
};
use tongguan_codelists::{Pack, Table};
use tongguan_domain::access::{Permission, Reach};
use tongguan_domain::ids::DeclarationId;
use tongguan_domain::returns::ReturnedLine;

use super::{address, number};
use crate::Shared;
use crate::caller::{Caller, aside, blocking};
use crate::pages::form::Sent;
use crate::pages::mail::xml_file;
use crate::pages::not_decided::NotDone;
use crate::pages::shell::{Visit, nothing, notice};
use crate::pages::words::{code, data};
use crate::part::Path;
use crate::problem::Problem;
use crate::refusal::not_askable;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cancellation,
    Return,
}

/// What somebody has filled in.
#[derive(Debug, Default, Deserialize)]
pub struct Draft {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    reference: String,
    /// `line-1` and its like: how much of a line comes back.
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

/// A declaration, what may be asked of it, and the tables that name its codes on that day.
struct About {
    declaration: AnyDeclaration,
    askable: Askable,
    pack: Arc<Pack>,
    day: Date,
}

/// Asks what for a cancellation is needed.
pub async fn cancellation(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    asked(&shared, &visit, &caller, (DeclarationId(id), Kind::Cancellation), &Draft::default())
        .await
}

/// Asks what for a return is needed.
pub async fn goods_return(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    asked(&shared, &visit, &caller, (DeclarationId(id), Kind::Return), &Draft::default()).await
}

/// Writes a request to cancel.
pub async fn prepare_cancellation(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
    Sent(draft): Sent<Draft>,
) -> Result<Response, Problem> {
    prepared(&shared, &visit, &caller, (DeclarationId(id), Kind::Cancellation), draft).await
}

/// Writes a request to return goods.
pub async fn prepare_return(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
    Sent(draft): Sent<Draft>,
) -> Result<Response, Problem> {
    prepared(&shared, &visit, &caller, (DeclarationId(id), Kind::Return), draft).await
}

/// Where whoever declared a parcel asks for something.
pub fn links(visit: &Visit, caller: &Caller, file: &CaseFile) -> Markup {
    let declaration = &file.case.declaration;
    let Reach::Party(party) = caller.reach() else { return nothing() };
    let declares = visit.may(Permission::Declare) && declaration.declarers().contains(&party);
    if !declares || declaration.number().is_none() {
        return nothing();
    }
    html! {
        p #ask {
            a href={ (address(declaration.id())) "/cancellation" } {
                (visit.say("申请撤单", "Ask for its cancellation"))
            }
            @if let AnyDeclaration::Import(_) = declaration {
                " · "
                a href={ (address(declaration.id())) "/return" } {
                    (visit.say("申请退货", "Ask for a return of its goods"))
                }
            }
        }
    }
}

async fn asked(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    (id, kind): (DeclarationId, Kind),
    draft: &Draft,
) -> Result<Response, Problem> {
    let about = askable(shared, caller, id).await?;
    Ok(form(visit, kind, &about, draft, None))
}

async fn askable(shared: &Shared, caller: &Caller, id: DeclarationId) -> Result<About, Problem> {
    let (unmasking, reach) = (Arc::clone(&shared.access.unmasking), caller.reach());
    let (enquiries, now) = (Arc::clone(&shared.access.enquiries), shared.access.clock.now());
    let pack = blocking(move || enquiries.pack()).await?;
    let (declaration, askable) = aside(move || unmasking.askable(reach, id, now)).await??;
    Ok(About { declaration, askable, pack, day: now.china_day() })
}

async fn prepared(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    (id, kind): (DeclarationId, Kind),
    draft: Draft,
) -> Result<Response, Problem> {
    let about = askable(shared, caller, id).await?;
    let again = |wrong| form(visit, kind, &about, &draft, Some(wrong));
    let wish = match kind {
        Kind::Cancellation => Wish::Cancellation,
        Kind::Return => match draft.lines(visit) {
            Ok(lines) => Wish::Return(lines),
            Err(wrong) => return Ok(again(wrong)),
        },
    };
    let (reason, reference) = (draft.reason.clone(), Some(draft.reference.clone()));
    let wanted = Wanted { wish, reason, reference };
    let (unmasking, actor) = (Arc::clone(&shared.access.unmasking), caller.actor());
    let (reach, now) = (caller.reach(), shared.access.clock.now());
    let done = aside(move || unmasking.prepare(reach, id, &wanted, &actor, now)).await?;
    match done.map_err(|error| NotDone::of(visit, error)) {
        Ok(prepared) => file(prepared),
        Err(wrong) => Ok(again(wrong?)),
    }
}

fn file(Prepared { message, reference, xml }: Prepared) -> Result<Response, Problem> {
    // A reference of the sender's own may hold anything; a file's name does not.
    let plain: String = reference
        .as_str()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
        .collect();
    xml_file(&format!("{}-{plain}-unsigned.xml", message.code()), xml.into_bytes())
}

impl Draft {
    /// The lines of which something comes back.
    fn lines(&self, visit: &Visit) -> Result<Vec<ReturnedLine>, NotDone> {
        let wrong =
            || NotDone::unfit(visit.say("退货数量须为数字。", "How much comes back is a number."));
        let filled = self.fields.iter().filter(|(_, text)| !text.trim().is_empty());
        let lines = filled.filter_map(|(name, text)| Some((name.strip_prefix("line-")?, text)));
        let line = |(number, text): (&str, &String)| {
            let number = number.parse().map_err(|_| wrong())?;
            let quantity: Decimal = text.trim().parse().map_err(|_| wrong())?;
            Ok(ReturnedLine { number, quantity })
        };
        lines.map(line).collect()
    }

    fn line(&self, number: i32) -> &str {
        self.fields.get(&format!("line-{number}")).map_or("", String::as_str)
    }
}

fn form(
    visit: &Visit,
    kind: Kind,
    about: &About,
    draft: &Draft,
    wrong: Option<NotDone>,
) -> Response {
    let About { declaration, askable, .. } = about;
    let (title, part) = match kind {
        Kind::Cancellation => (visit.say("申请撤单", "Ask for a cancellation"), "cancellation"),
        Kind::Return => (visit.say("申请退货", "Ask for a return"), "return"),
    };
    let id = declaration.id();
    let why_not = match kind {
        Kind::Cancellation => askable.cancellation.as_ref().err(),
        Kind::Return => askable.goods.as_ref().err(),
    };
    let body = html! {
        p { a href=(address(id)) { (visit.say("回到清单", "Back to the declaration")) " " (number(declaration)) } }
        h1 { (title) }
        @if let Some(wrong) = &wrong { (notice("bad", &wrong.text)) }
        @if let Some(why) = why_not {
            div.notice.warn { p { (not_askable(why).of(visit.language)) (visit.say("。", ".")) } }
        } @else {
            (steps(visit))
            form.stacked method="post" action={ (address(id)) "/" (part) } {
                (visit.form_token())
                @if kind == Kind::Return { (goods(visit, about, draft)) }
                (words(visit, draft))
                button { (visit.say("生成报文", "Write the message")) }
            }
        }
    };
    let status = wrong.map_or(StatusCode::OK, |wrong| wrong.status);
    visit.page_with(status, title, &body)
}

fn steps(visit: &Visit) -> Markup {
    html! {
        p { (visit.say(
            "申请须由申报企业或电商企业以自己的密钥签名，本服务不持有该密钥：",
            "The declarant or the merchant signs what is asked for, with a key that this service does not have:",
        )) }
        ol {
            li { (visit.say(
                "在此生成报文并保存；其中含订购人信息，下载会记入审计。",
                "Write the message here and save it. It names the buyer, so that it was written is recorded.",
            )) }
            li {
                (visit.say("用贵单位的程序签名，或使用 ", "Sign it with your own program, or with "))
                code { "tongguan message sign" } (visit.say("。", "."))
            }
            li {
                a href="/mail/send" { (visit.say("上传已签名的报文", "Upload the signed message")) }
                (visit.say("；答复送达信箱。在此之前不产生任何申请。", "; it is answered in the mailbox. Nothing is asked for before that."))
            }
        }
    }
}

fn words(visit: &Visit, draft: &Draft) -> Markup {
    html! {
        div {
            label for="reason" { (visit.say("原因", "Why")) }
            p.hint #reason-hint { (visit.say(
                format!("关员将读到；最多{LONGEST_REASON}字，请勿写入个人信息。"),
                format!("Officers read it; at most {LONGEST_REASON} characters, and no data of persons."),
            )) }
            input #reason name="reason" value=(draft.reason) required maxlength=(LONGEST_REASON)
                autocomplete="off" aria-describedby="reason-hint";
        }
        div {
            label for="reference" { (visit.say("企业内部编号（可不填）", "Your own number of the request (optional)")) }
            input #reference name="reference" value=(draft.reference) maxlength=(LONGEST_REFERENCE) autocomplete="off";
        }
    }
}

/// The lines of goods, and how much of each comes back.
fn goods(visit: &Visit, about: &About, draft: &Draft) -> Markup {
    let About { declaration, askable, pack, day } = about;
    let (pack, day) = (pack.as_ref(), *day);
    let AnyDeclaration::Import(record) = declaration else { return nothing() };
    let left = askable.goods.as_deref().unwrap_or_default();
    let left = |number: i32| {
        left.iter().find(|line| line.number == number).map(|line| line.quantity.normalize())
    };
    html! {
        fieldset {
            legend { (visit.say("退回的商品", "Goods that come back")) }
            @for item in &record.facts.items {
                @let name = format!("line-{}", item.number);
                div {
                    label for=(name) {
                        (item.number) " · " (item.hs_code) " "
                        (data(item.item_name.as_deref().unwrap_or(&item.name)))
                    }
                    p.hint id={ (name) "-hint" } {
                        (visit.say("可退数量：", "Can come back: ")) (left(item.number).unwrap_or_default())
                        " (" (visit.say("计量单位", "unit")) " "
                        (code(visit, pack, Table::Units, &item.unit, day)) ")"
                    }
                    input id=(name) name=(name) value=(draft.line(item.number)) inputmode="decimal"
                        autocomplete="off" aria-describedby={ (name) "-hint" };
                }
            }
        }
    }
}
