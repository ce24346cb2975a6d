//! Choosing the language.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use serde::Deserialize;

use super::form::go_to;
use crate::Shared;
use crate::cookies::LANGUAGE;
use crate::language::Language;
use crate::part::{Path, Query};
use crate::problem::Problem;

/// Where the reader was.
#[derive(Debug, Deserialize)]
pub struct Back {
    #[serde(default)]
    pub back: String,
}

/// Remembers the language and goes back.
pub async fn choose(
    State(shared): State<Shared>,
    Path(tag): Path<String>,
    Query(Back { back }): Query<Back>,
) -> Result<Response, Problem> {
    let language = Language::of_tag(&tag).ok_or(Problem::NoSuchPage)?;
    let cookie = LANGUAGE.written(Some(language.tag()), shared.access.is_secure);
    let mut response = go_to(&back);
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    Ok(response)
}
