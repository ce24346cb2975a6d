//! What pages need besides themselves: kept in the binary, named by content, so that browsers keep it for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use tongguan_application::digest::sha256;

use crate::problem::Problem;

const STYLE: &str = include_str!("../static/tongguan.css");

/// The style sheet's address.
pub static STYLE_ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/static/{}", name("css", STYLE)));

/// Gives one of them.
pub async fn asset(Path(wanted): Path<String>) -> Result<Response, Problem> {
    if format!("/static/{wanted}") != *STYLE_ADDRESS {
        return Err(Problem::NoSuchPage);
    }
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, STYLE).into_response())
}

fn name(kind: &str, content: &str) -> String {
    let digest = sha256(content.as_bytes());
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("tongguan-{short}.{kind}")
}
