//! Choosing the language.

use axum::extract::{Path, Query};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;

use super::form::go_to;
use crate::language::{COOKIE_NAME, Language};
use crate::problem::Problem;

/// Where the reader was.
#[derive(Debug, Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// Remembers the language and goes back.
pub async fn choose(
    Path(tag): Path<String>,
    Query(Back { back }): Query<Back>,
) -> Result<Response, Problem> {
    let language = Language::of_tag(&tag).ok_or(Problem::NoSuchPage)?;
    let mut cookie = Cookie::new(COOKIE_NAME, language.tag());
    cookie.set_path("/");
    cookie.set_same_site(SameSite::Lax);
    let mut response = go_to(&back);
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    Ok(response)
}
