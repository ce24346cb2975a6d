//! The description of the interface (OpenAPI 3.1): made of the code, completed here with what every operation has.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use tongguan_domain::access::{Permission, Role};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, Paths};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2,
    Scopes as FlowScopes, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, Ref, RefOr,
    ResponseBuilder, Type,
};
use utoipa::{PartialSchema as _, ToSchema};

use crate::Shared;
use crate::defect::DefectView;
use crate::oauth::TOKEN_ADDRESS;
use crate::problem::{Problem, json_answer};
use crate::routes::Needs;

/// The kind of a problem.
const PROBLEM: &str = "application/problem+json";

/// A problem (RFC 9457): what happened and what to do, in Chinese or in English.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemShown {
    /// `urn:tongguan:problem:` and the problem's name.
    r#type: String,
    /// What happened, and what to do.
    title: String,
    /// The status of the answer.
    status: u16,
    /// The field that is wrong.
    #[schema(required = false)]
    errors: Vec<WrongField>,
    /// Everything that is wrong with what was sent.
    #[schema(required = false)]
    defects: Vec<DefectView>,
    /// The ids of the declarations that a number names.
    #[schema(required = false)]
    ids: Vec<String>,
}

/// A field that is not what it must be.
#[derive(Debug, Serialize, ToSchema)]
struct WrongField {
    /// Which, as a JSON pointer; empty for the whole body.
    pointer: String,
    /// Why.
    why: String,
}

/// The description, for programs.
pub async fn document(State(shared): State<Shared>) -> Result<Response, Problem> {
    shared.described.get().map(json_answer).ok_or(Problem::NoSuchPage)
}

/// Completes operations with what they need, what their callers may send besides, and how they may be refused.
pub fn complete(paths: &mut Paths, needs: Needs) {
    for (path, item) in &mut paths.paths {
        if let Some(operation) = &mut item.get {
            secure(operation, needs);
            refusals(operation, path, needs, Does::Reads);
            besides(operation, IF_NONE_MATCH);
            let unchanged = ResponseBuilder::new().description("It is as the caller has it.");
            operation.responses.responses.insert("304".to_owned(), RefOr::T(unchanged.build()));
        }
        let acts = [&mut item.post, &mut item.put, &mut item.delete];
        for operation in acts.into_iter().flatten() {
            secure(operation, needs);
            refusals(operation, path, needs, Does::Acts);
            if needs != Needs::Nothing {
                besides(operation, IDEMPOTENCY_KEY);
            }
        }
    }
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Reads,
    Acts,
}

/// A header that callers may send: its name, and what it does.
type HeaderText = (&'static str, &'static str);

const IF_NONE_MATCH: HeaderText = (
    "If-None-Match",
    "The `ETag` of what the caller has; where it is still so, the answer is 304 without a body.",
);
const IDEMPOTENCY_KEY: HeaderText = (
    "Idempotency-Key",
    "Sent again under the same key, within a day, the same request gets the same answer and does nothing.",
);

fn besides(operation: &mut Operation, (name, text): HeaderText) {
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(200));
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(text))
        .schema(Some(schema));
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter.build()));
}

/// Every problem that may answer.
fn refusals(operation: &mut Operation, path: &str, needs: Needs, does: Does) {
    let has_body = operation.request_body.is_some();
    let names_something = path.contains('{');
    let (is_known, acts) = (needs != Needs::Nothing, does == Does::Acts);
    let possible = [
        (400, true, "A part of the address, the query or a header is not what it must be."),
        (401, is_known, "No access key and no session, or none that is valid."),
        (403, is_known || acts, "The permission or the form token is missing."),
        (404, is_known || names_something, "There is nothing of that number within reach."),
        (
            409,
            acts || names_something,
            "It is not possible where things stand, several declarations go by that number, or the same request \
             is under way.",
        ),
        (413, has_body, "The body is too long."),
        (415, has_body, "The body is of another kind."),
        (422, acts, "The body is wrong, or the idempotency key was used for another request."),
        (429, true, "Too many requests: come again after `Retry-After`."),
        (503, true, "Too much waits, or no answer came: come again after `Retry-After`."),
    ];
    for (status, _, text) in possible.into_iter().filter(|(_, is_possible, _)| *is_possible) {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(text).content(PROBLEM, content).build();
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_string()).or_insert(RefOr::T(response));
    }
}

/// Says what the operation needs.
fn secure(operation: &mut Operation, needs: Needs) {
    let (name, schemes) = match needs {
        Needs::Nothing | Needs::MailboxKey | Needs::ClientCredentials | Needs::Signature => {
            ("nothing", Vec::new())
        }
        Needs::Session => ("a session", known(&[])),
        Needs::Known => ("to be known", known(&[])),
        Needs::May(permission) => (permission.name(), known(&[permission])),
    };
    operation.security = Some(schemes);
    operation.extensions = Some(ExtensionsBuilder::new().add("x-permission", name).build());
}

/// Ways to be known; a token, where a program may do this at all.
fn known(needed: &[Permission]) -> Vec<SecurityRequirement> {
    let none: [&str; 0] = [];
    let mut ways = ["key", "session"].map(|name| SecurityRequirement::new(name, none)).to_vec();
    if needed.iter().all(|permission| permission.is_of(Role::Program)) {
        ways.push(SecurityRequirement::new("token", needed.iter().map(|it| it.name())));
    }
    ways
}

/// The whole description: what it is, how to be known, what a problem looks like.
pub fn whole(mut described: OpenApi, session_cookie: &str) -> OpenApi {
    described.info = InfoBuilder::new()
        .title("Tongguan 通关")
        .version("1")
        .description(Some(
            "The JSON interface of an open single window for cross-border e-commerce. Money, quantities and \
             numbers of records are texts. Moments are in China's zone.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let components = described.components.get_or_insert_default();
    for (name, schema) in [
        ("Problem", ProblemShown::schema()),
        ("WrongField", WrongField::schema()),
        ("DefectView", DefectView::schema()),
    ] {
        components.schemas.insert(name.to_owned(), schema);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An access key of the enterprise's mailbox."));
    components.add_security_scheme("key", SecurityScheme::Http(bearer.build()));
    let cookie = ApiKeyValue::with_description(
        session_cookie,
        "The session of somebody who signed in; what changes something also sends `X-Form-Token`.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let scopes = Permission::ALL.into_iter().filter(|permission| permission.is_of(Role::Program));
    let scopes = FlowScopes::from_iter(scopes.map(|it| (it.name(), "What needs it, says so.")));
    let flow = Flow::ClientCredentials(ClientCredentials::new(TOKEN_ADDRESS, scopes));
    let token = OAuth2::with_description(
        [flow],
        "A token for an access key: the key's number is the client's id, the key itself its secret.",
    );
    components.add_security_scheme("token", SecurityScheme::OAuth2(token));
    super::examples::with_examples(described)
}

/// What a schema's values are, in a word.
pub fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next()) {
        return name.to_owned();
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("{}[]", kind_of_items(schema)),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            kinds
                .map(|it| {
                    if it == "array" {
                        format!("{}[]", kind_of_items(schema))
                    } else {
                        it.to_owned()
                    }
                })
                .collect::<Vec<_>>()
                .join(" | ")
        }
        _ => {
            let options =
                ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|it| schema[it].as_array());
            let options = options.flatten().map(kind).filter(|kind| !kind.is_empty());
            options.collect::<Vec<_>>().join(" | ")
        }
    }
}

fn kind_of_items(schema: &Value) -> String {
    kind(&schema["items"])
}
