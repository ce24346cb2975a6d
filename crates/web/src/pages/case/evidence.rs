//! Payment evidence on the case page (支付相关原始数据): what the platform was asked, what it handed over beside what
//! customs has, what was found; and the form that has it asked.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::clearing::record::{DocumentKind, Facts as Recorded};
use tongguan_application::enquiry::CaseFile;
use tongguan_application::evidence::{Asker, Demand, Facts, Stage};
use tongguan_application::review::AnyDeclaration;
use tongguan_codelists::Table;
use tongguan_domain::access::Permission;
use tongguan_domain::evidence::PayerSaid;
use tongguan_domain::facts::{OrderFacts, PaymentFacts};
use tongguan_domain::ids::DeclarationId;

use super::{Draft, address, file, shown};
use crate::Shared;
use crate::caller::{Caller, aside};
use crate::pages::form::{Sent, go_to};
use crate::pages::not_decided::NotDone;
use crate::pages::shell::{Visit, notice, time, time_of};
use crate::pages::words::{code, data, given_reason, official, party};
use crate::part::Path;
use crate::problem::Problem;

/// Why an officer wants it.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    reason: String,
}

/// Has the platform asked.
pub async fn demand(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Problem> {
    let id = DeclarationId(id);
    let (demands, actor) = (Arc::clone(&shared.access.evidence), caller.actor());
    let (reach, now) = (caller.reach(), shared.access.clock.now());
    let work = move || demands.demand(reach, id, &wanted.reason, &actor, now);
    let problem = match aside(work).await? {
        Ok(_) => return Ok(go_to(&format!("{}?done=demanded#evidence", address(id)))),
        Err(error) => NotDone::of(&visit, error)?,
    };
    let case = file(&shared, &caller, id).await?;
    let told = notice("bad", &problem.text);
    shown(&shared, &visit, &caller, &case, &told, &Draft::default(), problem.status).await
}

/// The part of the page, for customs and of imports.
pub fn section(visit: &Visit, file: &CaseFile) -> Markup {
    let AnyDeclaration::Import(_) = &file.case.declaration else { return html! {} };
    let is_open = file.evidence.iter().any(|demand| demand.stage.is_open());
    html! {
        h2 #evidence { (visit.say("支付相关原始数据", "Payment evidence")) }
        @if file.evidence.is_empty() {
            p { (visit.say(
                "尚未向平台调取。可在下方说明原因后调取。",
                "The platform was not asked. You can have it asked below; say why.",
            )) }
        }
        @for demand in &file.evidence { (one(visit, file, demand)) }
        @if visit.may(Permission::Decide) && !is_open { (form(visit, file.case.declaration.id())) }
    }
}

fn form(visit: &Visit, id: DeclarationId) -> Markup {
    html! {
        form.stacked method="post" action={ (address(id)) "/payment-evidence" } {
            (visit.form_token())
            div {
                label for="evidence-reason" { (visit.say("调取原因", "Why you want it")) }
                p.hint #evidence-reason-hint { (visit.say(
                    "会记入审计，最多500字；平台不会看到。",
                    "It is recorded, at most 500 characters; the platform does not see it.",
                )) }
                input #evidence-reason name="reason" required maxlength="500" autocomplete="off"
                    aria-describedby="evidence-reason-hint";
            }
            button.quiet { (visit.say("向平台调取", "Ask the platform")) }
        }
    }
}

fn one(visit: &Visit, file: &CaseFile, demand: &Demand) -> Markup {
    html! {
        section {
            h3 { (visit.say("调取", "Demand")) " " (demand.n) " " (stage(visit, demand.stage)) }
            dl.facts {
                dt { (visit.say("平台", "Platform")) } dd { (data(&party(&file.registry, demand.platform))) }
                dt { (visit.say("发起", "Wanted by")) }
                dd {
                    @match &demand.asker {
                        Asker::Chance => { (visit.say("随机抽取", "chance")) }
                        Asker::Officer { name, reason } => { (data(name)) ": " (given_reason(visit, reason)) }
                    }
                    " · " (time(demand.demanded_at))
                }
                @if demand.attempts > 0 {
                    dt { (visit.say("询问次数", "Asked")) } dd { (demand.attempts) }
                }
                @if let Some(at) = demand.answer_by {
                    dt { (visit.say("上传期限", "To be uploaded by")) } dd { (time(at)) }
                }
                @if let Some(at) = demand.uploaded_at {
                    dt { (visit.say("上传时间", "Uploaded")) } dd { (time(at)) }
                }
                @if let Some(why) = demand.failure.as_deref().filter(|_| demand.stage.is_open()) {
                    dt { (visit.say("最近一次失败", "What went wrong last")) } dd { (data(why)) }
                }
            }
            (findings(visit, demand))
            @if let Some(facts) = demand.compared.as_ref().and_then(|it| it.facts.as_ref()) {
                (comparison(visit, file, facts))
            }
        }
    }
}

/// A stage as a tag.
pub(in crate::pages) fn stage(visit: &Visit, stage: Stage) -> Markup {
    let kind = match stage {
        Stage::Waiting | Stage::Agreed | Stage::Uploaded => "warn",
        Stage::Compared => "plain",
        Stage::Unanswered | Stage::NotAskable => "bad",
    };
    html! { span class={ "tag " (kind) } { (visit.language.of(stage.title())) } }
}

/// What was found, as a list.
pub(in crate::pages) fn findings(visit: &Visit, demand: &Demand) -> Markup {
    let Some(compared) = &demand.compared else { return html! {} };
    html! {
        @if compared.findings.is_empty() {
            p { span.tag.good { (visit.say("无差异", "no difference")) } }
        } @else {
            ul { @for finding in &compared.findings {
                li {
                    span.tag.bad { (finding.rule.code) } " "
                    (official(visit, (&finding.message_zh(), &finding.message_en())))
                }
            } }
        }
    }
}

/// What the platform handed over, and what customs has of the same.
fn comparison(visit: &Visit, file: &CaseFile, facts: &Facts) -> Markup {
    let of_kind = |kind| {
        let mut all = file.case.picture.documents.iter();
        all.find(|document| document.key.kind == kind && document.state.is_live())
    };
    let order = of_kind(DocumentKind::Order).and_then(|document| match document.facts.as_deref() {
        Some(Recorded::Order(facts)) => Some(facts),
        _ => None,
    });
    let payment =
        of_kind(DocumentKind::Payment).and_then(|document| match document.facts.as_deref() {
            Some(Recorded::Payment(facts)) => Some(facts),
            _ => None,
        });
    let rows = rows(visit, file, facts, order, payment);
    let day = file.case.picture.lodged_at.china_day();
    let caption = visit.say("原始数据与单证", "Payment evidence and documents");
    html! {
        div.table tabindex="0" role="region" aria-label=(caption) { table {
            thead { tr {
                th scope="col" { (visit.say("项目", "What")) }
                th scope="col" { (visit.say("平台上传", "Uploaded by the platform")) }
                th scope="col" { (visit.say("支付单", "Payment document")) }
                th scope="col" { (visit.say("订单", "Order")) }
            } }
            tbody { @for (what, uploaded, paid, ordered) in &rows { tr {
                th scope="row" { (visit.language.of(*what)) }
                @for said in [Some(uploaded), paid.as_ref(), ordered.as_ref()] { td {
                    @match said {
                        Some(currency) if *what == CURRENCY => {
                            (code(visit, &file.pack, Table::Currencies, currency, day))
                        }
                        said => { (data(said.map_or("–", String::as_str))) }
                    }
                } }
            } } }
        } }
        @for (name, links) in &facts.goods {
            p { (data(name)) ": " @for link in links { (data(link)) " " } }
        }
        @if facts.compacted {
            p.muted { (visit.say(
                "签名在去除空白后相符。",
                "The signature fitted once the white space between the parts was left out.",
            )) }
        }
    }
}

/// The row whose data are codes of currencies.
const CURRENCY: (&str, &str) = ("币制", "Currency");

/// What is compared, what the platform uploaded of it, and what payment document and order say.
type Row = ((&'static str, &'static str), String, Option<String>, Option<String>);

fn rows(
    visit: &Visit,
    file: &CaseFile,
    facts: &Facts,
    order: Option<&OrderFacts>,
    payment: Option<&PaymentFacts>,
) -> [Row; 8] {
    let code = |id| party(&file.registry, id);
    let paid = |of: fn(&PaymentFacts) -> String| payment.map(of);
    let sold: Vec<_> = facts.goods.iter().map(|(name, _)| name.as_str()).collect();
    let ordered = order.map(|it| it.lines.iter().map(|line| &*line.name).collect::<Vec<_>>());
    let transaction = order.and_then(|it| it.payment_transaction.as_ref());
    let payer = match facts.payer {
        PayerSaid::Same => ("与支付人一致", "the payer's number"),
        PayerSaid::Another => ("非支付人", "somebody else's number"),
        PayerSaid::Nothing => ("未载明", "not said"),
    };
    [
        (
            ("电商平台", "Platform"),
            facts.platform.clone(),
            payment.map(|it| code(it.platform)),
            order.map(|it| code(it.platform)),
        ),
        (
            ("支付企业", "Payment institution"),
            facts.institution.clone(),
            payment.map(|it| code(it.institution)),
            None,
        ),
        (
            ("支付交易编号", "Transaction"),
            facts.transaction.clone(),
            paid(|it| it.transaction.to_string()),
            transaction.map(ToString::to_string),
        ),
        (
            ("金额", "Amount"),
            facts.amount.to_string(),
            paid(|it| it.amount.to_string()),
            order.map(|it| it.paid.to_string()),
        ),
        (CURRENCY, facts.currency.clone(), paid(|_| "142".to_owned()), None),
        (("支付人", "Payer"), visit.language.of(payer).to_owned(), None, None),
        (("时间", "Time"), time_of(facts.traded_at), facts.paid_at.map(time_of), None),
        (("商品", "Goods"), sold.join("；"), None, ordered.map(|names| names.join("；"))),
    ]
}

/// What is told when the platform is going to be asked.
pub(super) const DEMANDED: (&str, &str) = (
    "已发起调取；平台上传后在本页显示比对结果。",
    "The platform is going to be asked. What it uploads is compared on this page.",
);
