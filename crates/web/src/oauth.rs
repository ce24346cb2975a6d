//! OAuth 2.0 for programs (RFC 6749 §4.4, RFC 8414): an access key is exchanged for a token that is good for a
//! quarter of an hour.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, PRAGMA, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::json;
use tongguan_application::access::{AccessError, AccessKey, Scopes};

use crate::Shared;
use crate::caller::blocking;
use crate::pace::{Address, keep_client};
use crate::problem::{Problem, json_answer};

/// Where tokens are given.
pub const TOKEN_ADDRESS: &str = "/oauth2/token";
/// The longest form, in bytes.
const LONGEST: usize = 8 << 10;
const FORM: &str = "application/x-www-form-urlencoded";

/// A token that was given (RFC 6749 §5.1).
#[derive(Serialize)]
struct TokenView {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
}

/// Why no token is given (RFC 6749 §5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Request(&'static str),
    /// Neither a key's number and its secret, nor a key that is still good.
    Client,
    Grant,
    Scope,
}

/// What is asked for, and how its sender is known.
#[derive(Default)]
struct Asked {
    grant_type: Option<String>,
    scope: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// Gives a token.
pub async fn token(
    State(shared): State<Shared>,
    address: Address,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let asked = match read(&headers, body).await {
        Ok(asked) => asked,
        Err(refusal) => return Ok(refusal.told()),
    };
    let Some(key) = client(&shared, &asked).await? else {
        // Whoever tries keys is held off as whoever has none.
        address.keep(&shared)?;
        return Ok(Refusal::Client.told());
    };
    keep_client(&shared, format!("key {}", key.number))?;
    if asked.grant_type.as_deref() != Some("client_credentials") {
        return Ok(Refusal::Grant.told());
    }
    let (programs, now) = (Arc::clone(&shared.access.programs), shared.access.clock.now());
    let given = move || match programs.token(&key, asked.scope.as_deref(), now) {
        Err(AccessError::BadScope(_) | AccessError::BeyondKey(_)) => Ok(None),
        given => given.map(Some),
    };
    let Some(token) = blocking(given).await? else { return Ok(Refusal::Scope.told()) };
    let mut response = json_answer(&TokenView {
        access_token: token.text,
        token_type: "Bearer",
        expires_in: token.seconds,
        scope: token.scopes.names().join(" "),
    });
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Says where and how tokens are given (RFC 8414).
pub async fn metadata(
    State(shared): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let issuer = own_address(&shared, &headers)?;
    Ok(json_answer(&json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}{TOKEN_ADDRESS}"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": Scopes::default().names(),
        "service_documentation": format!("{issuer}/developers/api"),
    })))
}

/// The valid key whose number and secret were sent.
async fn client(shared: &Shared, asked: &Asked) -> Result<Option<AccessKey>, Problem> {
    let (Some(number), Some(secret)) = (asked.client_id.clone(), asked.client_secret.clone())
    else {
        return Ok(None);
    };
    let (programs, now) = (Arc::clone(&shared.access.programs), shared.access.clock.now());
    blocking(move || programs.of_client(&number, &secret, now)).await
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Asked, Refusal> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(FORM) {
        return Err(Refusal::Request("send a form, application/x-www-form-urlencoded"));
    }
    let bytes = to_bytes(body, LONGEST).await;
    let bytes = bytes.map_err(|_| Refusal::Request("the form is longer than 8 KiB"))?;
    let mut asked = Asked::default();
    for (name, value) in form_urlencoded::parse(&bytes) {
        let field = match &*name {
            "grant_type" => &mut asked.grant_type,
            "scope" => &mut asked.scope,
            "client_id" => &mut asked.client_id,
            "client_secret" => &mut asked.client_secret,
            _ => continue,
        };
        if field.replace(value.into_owned()).is_some() {
            return Err(Refusal::Request("a parameter is there twice"));
        }
    }
    if let Some(value) = headers.get(AUTHORIZATION) {
        let (number, secret) = value.to_str().ok().and_then(basic).ok_or(Refusal::Client)?;
        if asked.client_secret.is_some() || asked.client_id.is_some_and(|id| id != number) {
            return Err(Refusal::Request("there are two credentials; send one"));
        }
        (asked.client_id, asked.client_secret) = (Some(number), Some(secret));
    }
    if asked.grant_type.is_none() && asked.client_secret.is_some() {
        return Err(Refusal::Request("grant_type is missing; send client_credentials"));
    }
    Ok(asked)
}

/// Number and secret of `Basic …`, each of which was encoded as in a form (RFC 6749 §2.3.1).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    let encoded = scheme.eq_ignore_ascii_case("Basic").then(|| encoded.trim())?;
    let decoded = STANDARD.decode(encoded).ok()?;
    let (number, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((plain(number), plain(secret)))
}

fn plain(encoded: &str) -> String {
    form_urlencoded::parse(encoded.as_bytes()).map(|(text, _)| text).collect()
}

impl Refusal {
    fn told(self) -> Response {
        let (status, error, why) = match self {
            Self::Request(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
            Self::Client => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "no access key, or one that is unknown, expired or withdrawn; its number is client_id, the key itself \
                 client_secret",
            ),
            Self::Grant => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "the only grant_type is client_credentials",
            ),
            Self::Scope => (
                StatusCode::BAD_REQUEST,
                "invalid_scope",
                "the key does not have all of these permissions",
            ),
        };
        let told = Json(json!({ "error": error, "error_description": why }));
        let mut response = (status, told).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"tongguan\""));
        }
        response
    }
}

/// Where the service is reached: as the settings say, or else as this caller has found it.
///
/// # Errors
/// [`Problem::Malformed`] for a host that is none.
fn own_address(shared: &Shared, headers: &HeaderMap) -> Result<String, Problem> {
    if let Some(address) = &shared.access.address {
        return Ok(address.clone());
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    host.and_then(|host| found_at(host, shared.access.is_secure)).ok_or(Problem::Malformed("Host"))
}

/// The address of a host, as a caller names it.
fn found_at(host: &str, is_secure: bool) -> Option<String> {
    let is_one = !host.is_empty()
        && host.bytes().all(|it| it.is_ascii_alphanumeric() || b".-:[]".contains(&it));
    let scheme = if is_secure { "https" } else { "http" };
    is_one.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_names_a_host_and_nothing_else() {
        assert_eq!(found_at("[::1]:8080", false).as_deref(), Some("http://[::1]:8080"));
        assert_eq!(found_at("window.example", true).as_deref(), Some("https://window.example"));
        for odd in ["", "a\"b", "a/b", "a@b"] {
            assert_eq!(found_at(odd, true), None, "{odd}");
        }
    }

    #[test]
    fn credentials_are_decoded_twice() {
        let sent = format!("basic {}", STANDARD.encode("a%5Fb:tongguan%5F1+2"));
        assert_eq!(basic(&sent), Some(("a_b".to_owned(), "tongguan_1 2".to_owned())));
        for wrong in ["Basic", "Bearer YTpi", "Basic !", "Basic YQ=="] {
            assert_eq!(basic(wrong), None, "{wrong}");
        }
    }
}
