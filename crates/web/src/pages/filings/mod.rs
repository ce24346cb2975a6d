//! Filings (备案): what an enterprise has filed, and where each filing stands; officers see everybody's.

pub mod forms;
pub mod goods;
pub mod import;
pub mod one;
pub mod review;
pub mod reviewing;
mod words;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_application::enquiry::EnquiryError;
use tongguan_application::filing::{self, Filing};
use tongguan_domain::access::{Permission, Reach};
use tongguan_domain::filing::{FilingId, FilingKind, FilingStatus, Matter};
use tongguan_domain::registry::Registry;
use tongguan_domain::time::Moment;

use self::words::status;
use super::shell::{Visit, encoded, nothing, time};
use super::words::{data, party};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::part::Query;
use crate::problem::Problem;

/// Rows of a page.
const ROWS: usize = 50;

/// What is listed.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    before: String,
}

/// The address of a filing.
pub fn address(id: FilingId) -> String {
    format!("/filings/{id}")
}

/// Lists them.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let query = asked.query().ok_or(Problem::Malformed("kind, status"))?;
    let before = match asked.before.as_str() {
        "" => None,
        text => Some(FilingId(text.parse().map_err(|_| Problem::Malformed("before"))?)),
    };
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let now = shared.access.clock.now();
    let most = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let listing = move || {
        let filings = enquiries.filings(reach, &query, before, most, now)?;
        Ok::<_, EnquiryError>((filings, enquiries.registry()?))
    };
    let (mut filings, registry) = blocking(listing).await?;
    let more = filings.len() > ROWS;
    filings.truncate(ROWS);
    let title = visit.say("备案", "Filings");
    let body = html! {
        h1 { (title) }
        @if visit.may(Permission::File) { (ways(&visit)) }
        p { a href="/goods" { (visit.say("查看已备案商品", "See the registered goods")) } }
        (filters(&visit, &asked))
        @if filings.is_empty() {
            div.notice { p { (visit.say(
                "没有符合条件的备案申请。提交后会列在这里，并显示海关的审核结果。",
                "There is no such filing. What is filed is listed here, with what customs answered.",
            )) } }
        } @else { (table(&visit, &filings, &registry, now, matches!(reach, Reach::Party(_)))) }
        @if let Some(last) = filings.last().filter(|_| more) {
            (visit.next_page(asked.address_before(last.id)))
        }
    };
    Ok(visit.page(title, &body))
}

impl Asked {
    fn query(&self) -> Option<filing::Query> {
        let kind = match self.kind.as_str() {
            "" => None,
            name => Some(FilingKind::named(name)?),
        };
        let status = match self.status.as_str() {
            "" => None,
            name => Some(FilingStatus::named(name)?),
        };
        Some(filing::Query { kind, status, text: self.q.clone() })
    }

    fn address_before(&self, id: FilingId) -> String {
        let Self { kind, status, q, .. } = self;
        format!(
            "/filings?kind={}&status={}&q={}&before={id}",
            encoded(kind),
            encoded(status),
            encoded(q)
        )
    }
}

/// What an enterprise can file.
fn ways(visit: &Visit) -> Markup {
    let ways = [
        (
            "/filings/new/enterprise",
            ("企业备案或变更", "File or change the enterprise"),
            ("名称、代码、企业类型、许可证", "Name, codes, roles, licence"),
        ),
        (
            "/filings/new/certificate",
            ("签名证书备案", "File a certificate"),
            ("SM2或RSA证书，粘贴PEM即可", "SM2 or RSA: paste its PEM"),
        ),
        (
            "/filings/new/goods",
            ("商品备案", "File goods"),
            ("一次一种商品", "One kind of goods at a time"),
        ),
        (
            "/filings/import",
            ("批量导入商品", "Import goods"),
            ("CSV或XLSX文件，逐行报告", "A CSV or XLSX file, with a report for each row"),
        ),
    ];
    html! {
        div.columns {
            @for (address, title, what) in ways {
                section.card {
                    h2 { a href=(address) { (visit.language.of(title)) } }
                    p { (visit.language.of(what)) }
                }
            }
        }
    }
}

fn filters(visit: &Visit, asked: &Asked) -> Markup {
    html! {
        form.row method="get" action="/filings" {
            (kinds(visit, &asked.kind))
            div {
                label for="status" { (visit.say("状态", "Status")) }
                select #status name="status" {
                    option value="" { (visit.say("全部", "All")) }
                    @for status in FilingStatus::ALL {
                        option value=(status.name()) selected[asked.status == status.name()] {
                            (visit.language.of(status.title()))
                        }
                    }
                }
            }
            div {
                label for="q" { (visit.say("货号或名称开头", "Item number or name begins with")) }
                input #q name="q" value=(asked.q) maxlength="100";
            }
            div { button.quiet { (visit.say("筛选", "Show")) } }
        }
    }
}

/// A choice of the kinds.
fn kinds(visit: &Visit, chosen: &str) -> Markup {
    html! {
        div {
            label for="kind" { (visit.say("类别", "Kind")) }
            select #kind name="kind" {
                option value="" { (visit.say("全部", "All")) }
                @for kind in FilingKind::ALL {
                    option value=(kind.name()) selected[chosen == kind.name()] {
                        (visit.language.of(kind.title()))
                    }
                }
            }
        }
    }
}

fn table(
    visit: &Visit,
    filings: &[Filing],
    registry: &Registry,
    now: Moment,
    is_own: bool,
) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(visit.say("备案申请清单", "Filings")) { table {
            thead { tr {
                th scope="col" { (visit.say("申请编号", "Number")) }
                th scope="col" { (visit.say("类别", "Kind")) }
                @if !is_own { th scope="col" { (visit.say("企业", "Enterprise")) } }
                th scope="col" { (visit.say("内容", "What")) }
                th scope="col" { (visit.say("状态", "Status")) }
                th scope="col" { (visit.say("提交时间", "Filed")) }
            } }
            tbody { @for filing in filings { tr {
                td { a href=(address(filing.id)) { (filing.id) } }
                td { (visit.language.of(filing.matter.kind().title())) }
                @if !is_own { td { (data(&party(registry, filing.party))) } }
                td { (what(filing)) }
                td { (status(visit, filing.state.status(now.china_day()))) }
                td { (time(filing.filed_at)) }
            } } }
        } }
    }
}

/// What a filing is about, in a line.
fn what(filing: &Filing) -> Markup {
    html! {
        @match &filing.matter {
            Matter::Goods(goods) => {
                (goods.item_no) " " (data(&goods.goods.name)) " " span.muted { (goods.goods.hs_code) }
            }
            Matter::Certificate(_) => { code { (filing.title()) } }
            Matter::Enterprise(enterprise) => { (data(&enterprise.name)) }
        }
    }
}

/// Nothing, or what was done before the page was opened.
fn done(visit: &Visit, done: &str) -> Markup {
    let text = match done {
        "filed" => visit.say(
            "已提交，等待海关审核。审核通过后即时生效。",
            "It is filed and waits for customs. It counts as soon as it is approved.",
        ),
        "withdrawn" => visit.say("已撤回。", "It is withdrawn."),
        "taken" => visit.say("已认领，由您审核。", "You have taken it up."),
        "given-back" => visit.say("已交回。", "You have given it back."),
        "decided" => {
            visit.say("已办理，企业可见结果。", "It is decided, and the enterprise sees it.")
        }
        _ => return nothing(),
    };
    super::shell::notice("good", text)
}
