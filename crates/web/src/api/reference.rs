//! `/developers/api`: the interface as people read it, made of its description, a page for each group.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::describe::kind;
use super::part::Part;
use super::summaries::in_chinese;
use crate::Shared;
use crate::language::Language;
use crate::pages::shell::Visit;
use crate::problem::Problem;

/// The groups of operations, in order: the tag, and its titles.
const GROUPS: &[(&str, (&str, &str))] = &[
    ("public", ("公共查询", "Open to everybody")),
    ("declarations", ("清单", "Declarations")),
    ("enterprise", ("企业业务", "An enterprise's own")),
    ("returns", ("退货", "Returns")),
    ("consolidation", ("汇总申报", "Consolidation")),
    ("bonded", ("保税", "Bonded stock")),
    ("cases", ("案件", "Cases of an office")),
    ("officers", ("关员业务", "Officers")),
    ("facilities", ("监管作业场所", "Supervised places")),
    ("payments", ("支付相关原始数据", "Payment evidence")),
    ("registry", ("注册企业", "Who is registered")),
    ("account", ("我的账号", "The own account")),
    ("administration", ("管理", "Administration")),
];

/// An operation of the description.
struct Described<'d> {
    method: &'d str,
    path: &'d str,
    operation: &'d Value,
}

/// Shows all operations, in groups.
pub async fn page(State(shared): State<Shared>, visit: Visit) -> Result<Response, Problem> {
    let described = json!(shared.described.get().ok_or(Problem::NoSuchPage)?);
    let title = visit.say("数据接口", "JSON interface");
    let all = operations(&described);
    let body = html! {
        h1 { (title) }
        p {
            (visit.say(
                "程序以访问密钥（Authorization: Bearer）调用；网页以登录会话调用，并在修改类请求中发送X-Form-Token。",
                "Programs call it with an access key (Authorization: Bearer); pages with the session of whoever signed in, and send X-Form-Token with what changes something.",
            ))
        }
        p {
            (visit.say("机器可读的描述（OpenAPI 3.1）：", "For machines (OpenAPI 3.1): "))
            a href="/api/v1/openapi.json" { "/api/v1/openapi.json" }
        }
        @for &(tag, group) in GROUPS {
            h2 { a href={ "/developers/api/" (tag) } { (visit.language.of(group)) } }
            ul {
                @for it in all.iter().filter(|it| it.tag() == tag) {
                    li {
                        a href={ "/developers/api/" (tag) "#" (it.id()) } { (it.method.to_uppercase()) " " (it.path) }
                        " – " (it.summary_for(&visit))
                    }
                }
            }
        }
    };
    Ok(visit.page(title, &body))
}

/// Shows the operations of a group, and what they take and give.
pub async fn group(
    State(shared): State<Shared>,
    visit: Visit,
    Part(tag): Part<String>,
) -> Result<Response, Problem> {
    let known = GROUPS.iter().find(|(known, _)| *known == tag);
    let &(tag, title) = known.ok_or(Problem::NoSuchPage)?;
    let described = json!(shared.described.get().ok_or(Problem::NoSuchPage)?);
    let title = visit.language.of(title);
    let mut all = operations(&described);
    all.retain(|it| it.tag() == tag);
    let body = html! {
        p { a href="/developers/api" { (visit.say("数据接口", "JSON interface")) } }
        h1 { (title) }
        nav aria-label=(visit.say("操作", "Operations")) {
            ul { @for it in &all {
                li lang="en" { a href={ "#" (it.id()) } { (it.method.to_uppercase()) " " (it.path) } " – " (it.summary()) }
            } }
        }
        h2 { (visit.say("操作", "Operations")) }
        @for it in &all { (it.shown(&visit)) }
        h2 #schemas { (visit.say("数据结构", "Schemas")) }
        @for name in schemas_of(&described, &all) {
            (shown_schema(&visit, &name, &described["components"]["schemas"][&name]))
        }
    };
    Ok(visit.page(title, &body))
}

/// The names of the schemas that operations name, and of those that these name.
fn schemas_of(described: &Value, all: &[Described<'_>]) -> BTreeSet<String> {
    const SCHEMA: &str = "#/components/schemas/";
    let mut named = BTreeSet::new();
    let mut open: Vec<_> = all.iter().map(|it| it.operation.to_string()).collect();
    while let Some(text) = open.pop() {
        for name in text.split(SCHEMA).skip(1).filter_map(|rest| rest.split('"').next()) {
            if named.insert(name.to_owned()) {
                open.push(described["components"]["schemas"][name].to_string());
            }
        }
    }
    named
}

fn operations(described: &Value) -> Vec<Described<'_>> {
    let mut all = Vec::new();
    for (path, item) in described["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "put", "delete"] {
            if item[method].is_object() {
                all.push(Described { method, path, operation: &item[method] });
            }
        }
    }
    all
}

impl Described<'_> {
    fn id(&self) -> &str {
        text(&self.operation["operationId"])
    }

    fn tag(&self) -> &str {
        text(&self.operation["tags"][0])
    }

    fn summary(&self) -> &str {
        text(&self.operation["summary"])
    }

    /// In the reader's language, where it is known in that.
    fn summary_for(&self, visit: &Visit) -> Markup {
        match in_chinese(self.id()).filter(|_| visit.language == Language::Chinese) {
            Some(summary) => html! { (summary) },
            None => html! { span lang="en" { (self.summary()) } },
        }
    }

    fn shown(&self, visit: &Visit) -> Markup {
        let permission = text(&self.operation["x-permission"]);
        let parameters = self.operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let responses = self.operation["responses"].as_object();
        html! {
            section aria-labelledby=(self.id()) {
                h3 id=(self.id()) { code { (self.method.to_uppercase()) " " (self.path) } }
                @if visit.language == Language::Chinese { p { (self.summary_for(visit)) } }
                p lang="en" { (self.summary()) ". " (text(&self.operation["description"])) }
                p { (visit.say("所需权限：", "Permission: ")) code { (permission) } }
                @if !parameters.is_empty() { (self.parameters(visit, parameters)) }
                @if let Some(schema) = self.body_schema() {
                    p { (visit.say("请求体：", "Body: ")) (linked(&kind(schema))) }
                }
                p { (visit.say("应答：", "Answers: ")) }
                ul {
                    @for (status, response) in responses.into_iter().flatten() {
                        li lang="en" {
                            code { (status) } " " (text(&response["description"]))
                            @for (_, content) in response["content"].as_object().into_iter().flatten() {
                                " " (linked(&kind(&content["schema"])))
                            }
                        }
                    }
                }
                pre tabindex="0" { code { (self.request()) } }
                @if let Some((file, text)) = self.file() {
                    p { (visit.say("文件", "The file ")) code { (file) } (visit.say("，例如：", ", such as:")) }
                    pre tabindex="0" { code lang="zh-Hans" { (text) } }
                }
            }
        }
    }

    fn parameters(&self, visit: &Visit, parameters: &[Value]) -> Markup {
        html! {
            div.table tabindex="0" role="region" aria-label={ (visit.say("参数：", "Parameters of ")) (self.id()) } {
                table {
                    thead { tr {
                        th scope="col" { (visit.say("参数", "Parameter")) }
                        th scope="col" { (visit.say("位置", "Where")) }
                        th scope="col" { (visit.say("类型", "Type")) }
                        th scope="col" { (visit.say("说明", "What it is")) }
                    } }
                    tbody { @for parameter in parameters { tr {
                        td { code { (text(&parameter["name"])) } }
                        td { (text(&parameter["in"])) }
                        td { (kind(&parameter["schema"])) }
                        td lang="en" { (text(&parameter["description"])) }
                    } } }
                }
            }
        }
    }

    fn body_schema(&self) -> Option<&Value> {
        let contents = self.operation["requestBody"]["content"].as_object()?;
        contents.values().next().map(|content| &content["schema"])
    }

    /// The file that is sent where a body is no JSON, and an example of it.
    fn file(&self) -> Option<(&'static str, &str)> {
        let contents = self.operation["requestBody"]["content"].as_object()?;
        let (kind, content) = contents.iter().next()?;
        Some((file_of(self.id(), kind), content["example"].as_str()?))
    }

    /// A request that works where the numbers are.
    fn request(&self) -> String {
        let mut request = "curl".to_owned();
        if self.method == "delete" {
            request.push_str(" -X DELETE");
        }
        if text(&self.operation["x-permission"]) != "nothing" {
            request.push_str(" -H \"Authorization: Bearer $KEY\"");
        }
        let contents = self.operation["requestBody"]["content"].as_object();
        match contents.and_then(|contents| contents.iter().next()) {
            Some((kind, content)) if kind == "application/json" => {
                let body = &content["example"];
                request
                    .push_str(&format!(" \\\n  -H 'Content-Type: application/json' -d '{body}'"));
            }
            Some((kind, _)) => {
                let file = file_of(self.id(), kind);
                request
                    .push_str(&format!(" \\\n  -H 'Content-Type: {kind}' --data-binary @{file}"));
            }
            None if self.method == "post" => request.push_str(" -X POST"),
            None => {}
        }
        format!(
            "{request} \\\n  http://127.0.0.1:8080{}",
            self.path.replace('{', "$").replace('}', "")
        )
    }
}

/// What a file is called that is sent.
fn file_of(operation: &str, kind: &str) -> &'static str {
    match (operation, kind) {
        ("add_picture", _) => "examination.jpg",
        (_, "application/octet-stream") => "goods.csv",
        _ => "message.xml",
    }
}

fn shown_schema(visit: &Visit, name: &str, schema: &Value) -> Markup {
    let own = schema["properties"].as_object();
    let parts = schema["allOf"].as_array().map_or(&[][..], Vec::as_slice);
    let inner = parts.iter().filter_map(|part| part["properties"].as_object());
    let fields: Vec<_> = own.into_iter().chain(inner).flatten().collect();
    let also = parts.iter().filter(|part| part["properties"].is_null()).map(kind);
    let options = schema["oneOf"].as_array().into_iter().flatten().map(kind);
    html! {
        section aria-labelledby={ "schema-" (name) } {
            h3 id={ "schema-" (name) } { (name) }
            p lang="en" { (text(&schema["description"])) }
            @for other in also { p { (visit.say("另含：", "With the fields of ")) (linked(&other)) } }
            @for option in options { p { (visit.say("可为：", "May be ")) (linked(&option)) } }
            @for value in schema["enum"].as_array().into_iter().flatten() { code { (text(value)) } " " }
            @if !fields.is_empty() {
                dl {
                    @for (field, schema) in fields {
                        dt { code { (field) } " " (linked(&kind(schema))) }
                        dd lang="en" { (text(&schema["description"])) }
                    }
                }
            }
        }
    }
}

/// The name of a schema, with the way to it.
fn linked(kind: &str) -> Markup {
    let name = kind.rsplit(" | ").next().unwrap_or(kind).trim_end_matches("[]");
    html! {
        @if name.starts_with(|first: char| first.is_ascii_uppercase()) {
            a href={ "#schema-" (name) } { (kind) }
        } @else { (kind) }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
