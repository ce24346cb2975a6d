//! The forms with which an enterprise files itself, a certificate, or goods.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_domain::defect::Defect;
use tongguan_domain::filing::{FIELDS, FiledEnterprise, FilingId, FilingKind, Matter, Texts};
use tongguan_domain::party::{Party, Role};

use super::address;
use super::words::{field, role, told};
use crate::Shared;
use crate::caller::{Caller, blocking};
use crate::filings;
use crate::pages::form::{Sent, go_to};
use crate::pages::shell::{Visit, nothing};
use crate::pages::words::language_of;
use crate::part::{Path, Query};
use crate::problem::Problem;
use crate::views::filing::EnterpriseTexts;

/// What a form begins with.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    /// A filing that is to be corrected or changed.
    #[serde(default)]
    from: String,
}

/// Asks for it.
pub async fn page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(kind): Path<String>,
    Query(From { from }): Query<From>,
) -> Result<Response, Problem> {
    let kind = FilingKind::named(&kind).ok_or(Problem::NoSuchPage)?;
    filings::filer(&caller, None)?;
    let known = reviewing(&shared, &caller).await?;
    let mut texts = match from.as_str() {
        "" => beginning(&shared, &caller, kind).await?,
        id => {
            let id = FilingId(id.parse().map_err(|_| Problem::Malformed("from"))?);
            let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
            let file = blocking(move || enquiries.filing(reach, id)).await?;
            let filing = file.ok_or(Problem::NotFound)?.filing;
            let texts = texts_of(&filing.matter);
            texts.with("office", filing.office.map_or(known.clone(), |it| it.to_string()))
        }
    };
    if texts.get("office").is_none() {
        texts = texts.with("office", known);
    }
    Ok(shown(&visit, kind, &texts, &[], StatusCode::OK))
}

/// Files it, or says what is wrong, field by field.
pub async fn file(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(kind): Path<String>,
    Sent(mut sent): Sent<HashMap<String, String>>,
) -> Result<Response, Problem> {
    let kind = FilingKind::named(&kind).ok_or(Problem::NoSuchPage)?;
    filings::filer(&caller, None)?;
    let chosen =
        Role::ALL.into_iter().filter(|it| sent.contains_key(&format!("role_{}", it.name())));
    let roles: Vec<_> = chosen.map(Role::name).collect();
    sent.insert("roles".to_owned(), roles.join(","));
    let texts: Texts = sent.into_iter().collect();
    let office = filings::read_office(texts.get("office").unwrap_or_default());
    let filed = match (filings::read(&shared, &caller, kind, texts.clone()).await?, office) {
        (Ok(matter), Ok(office)) => filings::file(&shared, &caller, office, matter).await?,
        (Err(mut defects), Err(defect)) => {
            defects.push(defect);
            Err(defects)
        }
        (Err(defects), Ok(_)) => Err(defects),
        (Ok(_), Err(defect)) => Err(vec![defect]),
    };
    Ok(match filed {
        Ok(id) => go_to(&format!("{}?done=filed", address(id))),
        Err(defects) => shown(&visit, kind, &texts, &defects, StatusCode::UNPROCESSABLE_ENTITY),
    })
}

/// The office that reviewed the enterprise itself, as a field says it.
pub(super) async fn reviewing(shared: &Shared, caller: &Caller) -> Result<String, Problem> {
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let office = blocking(move || enquiries.reviewing_office(reach)).await?;
    Ok(office.map(|office| office.to_string()).unwrap_or_default())
}

/// What is registered of the enterprise already.
async fn beginning(shared: &Shared, caller: &Caller, kind: FilingKind) -> Result<Texts, Problem> {
    if kind != FilingKind::Enterprise {
        return Ok(Texts::default());
    }
    let (enquiries, reach) = (Arc::clone(&shared.access.enquiries), caller.reach());
    let own = blocking(move || enquiries.parties(reach)).await?;
    Ok(own.first().map_or_else(Texts::default, |one| {
        let Party { name, codes, roles, .. } = one.party.clone();
        let payment_url = one.payment_url.clone();
        let registered = FiledEnterprise { name, codes, roles, licence: None, payment_url };
        EnterpriseTexts::of(&registered).texts()
    }))
}

fn texts_of(matter: &Matter) -> Texts {
    match matter {
        Matter::Goods(goods) => goods.texts().into_iter().collect(),
        Matter::Enterprise(filed) => EnterpriseTexts::of(filed).texts(),
        Matter::Certificate(_) => Texts::default(),
    }
}

fn shown(
    visit: &Visit,
    kind: FilingKind,
    texts: &Texts,
    defects: &[Defect],
    status: StatusCode,
) -> Response {
    let title = match kind {
        FilingKind::Enterprise => visit.say("企业备案", "File the enterprise"),
        FilingKind::Certificate => visit.say("签名证书备案", "File a certificate"),
        FilingKind::Goods => visit.say("商品备案", "File goods"),
    };
    let body = html! {
        h1 { (title) }
        @if !defects.is_empty() { (summary(visit, defects)) }
        form.stacked method="post" action={ "/filings/new/" (kind.name()) } {
            (visit.form_token())
            @match kind {
                FilingKind::Enterprise => { (of_enterprise(visit, texts, defects)) }
                FilingKind::Certificate => { (of_certificate(visit, texts, defects)) }
                FilingKind::Goods => { (of_goods(visit, texts, defects)) }
            }
            (input(visit, texts, defects, "office", hint("office", office_hint(visit))))
            button { (visit.say("提交海关审核", "File it")) }
        }
        p { a href="/filings" { (visit.say("返回备案清单", "Back to the filings")) } }
    };
    visit.page_with(status, title, &body)
}

/// All that is wrong, each with a link to its field.
fn summary(visit: &Visit, defects: &[Defect]) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p { (visit.say("尚未提交，请更正以下各项：", "It was not filed. Please mend what is wrong:")) }
            ul { @for defect in defects {
                li {
                    a href={ "#" (defect.pointer) } { (visit.language.of(field(&defect.pointer))) }
                    ": " (told(visit, defect))
                }
            } }
        }
    }
}

fn of_enterprise(visit: &Visit, texts: &Texts, defects: &[Defect]) -> Markup {
    let chosen = texts.get("roles").unwrap_or_default();
    html! {
        (input(visit, texts, defects, "name", nothing()))
        (input(visit, texts, defects, "customs_code", hint("customs_code", visit.say(
            "10位；两种代码至少填一种", "10 characters; one of the two codes is needed",
        ))))
        (input(visit, texts, defects, "credit_code", hint("credit_code", visit.say(
            "18位，含校验位", "18 characters, the last one a check",
        ))))
        fieldset #roles {
            legend { (visit.language.of(field("roles"))) }
            @for known in Role::ALL {
                @let id = format!("role_{}", known.name());
                div {
                    input type="checkbox" id=(id) name=(id) value="yes"
                        checked[chosen.split(',').any(|name| name == known.name())];
                    label.choice for=(id) { (visit.language.of(role(known))) }
                }
            }
        }
        (input(visit, texts, defects, "licence", hint("licence", visit.say(
            "支付企业填写金融许可证或支付业务许可证号，物流企业填写快递业务经营许可证号",
            "A payment institution gives the number of its financial or payment licence, a carrier that of its \
             express delivery licence",
        ))))
        (input(visit, texts, defects, "payment_url", hint("payment_url", visit.say(
            "电商平台填写海关调取支付相关原始数据的地址（platDataOpen）",
            "A platform gives the address at which customs asks it for payment evidence (platDataOpen)",
        ))))
        p.hint { (visit.say(
            "审核通过前，原备案内容继续有效。",
            "What is registered goes on to count until the change is approved.",
        )) }
    }
}

fn of_certificate(visit: &Visit, texts: &Texts, defects: &[Defect]) -> Markup {
    let wrong = defects.iter().any(|defect| defect.pointer == "certificate");
    html! {
        div.field.wrong[wrong] {
            label for="certificate" { (visit.language.of(field("certificate"))) }
            p.hint #certificate-hint { (visit.say(
                "粘贴PEM（-----BEGIN CERTIFICATE-----开头），或DER的base64。只要证书，不要私钥。",
                "Paste its PEM, which begins with -----BEGIN CERTIFICATE-----, or its DER in base64. The certificate \
                 alone: never the secret key.",
            )) }
            textarea #certificate name="certificate" rows="12" spellcheck="false" autocomplete="off"
                aria-describedby="certificate-hint" aria-invalid=[wrong.then_some("true")] required {
                (texts.get("certificate").unwrap_or_default())
            }
        }
    }
}

fn of_goods(visit: &Visit, texts: &Texts, defects: &[Defect]) -> Markup {
    html! {
        @for (name, ..) in FIELDS {
            (input(visit, texts, defects, name, goods_hint(visit, name)))
        }
    }
}

fn goods_hint(visit: &Visit, name: &str) -> Markup {
    let text = match name {
        "itemNo" => visit.say(
            "贵司自己的货号，至多20字；同一货号再次备案即为变更",
            "Your own number, at most 20 characters; the same number again is a change",
        ),
        "gcode" => {
            visit.say("10位；海关可能审定为其他编码", "Ten digits; customs may decide for another")
        }
        "gmodel" => visit.say(
            "品牌、型号、成分、规格等，足以归类",
            "Brand, model, contents, size: enough to classify the goods",
        ),
        "country" | "unit" | "unit1" => {
            visit.say("代码或中文名称", "Its code, or its Chinese name")
        }
        "unit2" => visit.say(
            "税则有第二单位的才填；代码或中文名称",
            "Where the tariff has a second unit; its code, or its Chinese name",
        ),
        "qty1" | "qty2" => visit.say("一个计量单位折合多少", "How much of it one is"),
        "price" => visit.say("通常售价，可不填", "What one usually costs; may be left out"),
        "currency" => visit.say("如CNY、人民币或142", "Such as CNY or 142, or its Chinese name"),
        "itemRecordNo" => {
            visit.say("特殊区域账册内的商品才填", "Of goods in an account book of a special zone")
        }
        _ => return nothing(),
    };
    hint(name, text)
}

/// What is said of the field for the office.
pub(super) fn office_hint(visit: &Visit) -> &'static str {
    visit.say(
        "四位关区代码；留空则由审核本企业备案的关区审核，尚无时各关区均可审核",
        "Its four digits. Left empty, the office that reviewed the enterprise reviews this; where there is none yet, any \
         office may",
    )
}

fn hint(name: &str, text: &str) -> Markup {
    html! { p.hint id={ (name) "-hint" } { (text) } }
}

fn input(visit: &Visit, texts: &Texts, defects: &[Defect], name: &str, hint: Markup) -> Markup {
    let text = texts.get(name).unwrap_or_default();
    let wrong = defects.iter().find(|defect| defect.pointer == name);
    let mut described = Vec::new();
    if !hint.0.is_empty() {
        described.push(format!("{name}-hint"));
    }
    if wrong.is_some() {
        described.push(format!("{name}-wrong"));
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    html! {
        div.field.wrong[wrong.is_some()] {
            label for=(name) { (visit.language.of(field(name))) }
            (hint)
            @if let Some(defect) = wrong { p id={ (name) "-wrong" } { (told(visit, defect)) } }
            input id=(name) name=(name) lang=[language_of(text)] value=(text) autocomplete="off"
                maxlength="600" aria-describedby=[described] aria-invalid=[wrong.map(|_| "true")];
        }
    }
}
