//! What pages need besides themselves: kept in the binary, named by content, so that browsers keep it for ever.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use tongguan_application::digest::sha256;

use super::sound;
use crate::part::Path;
use crate::problem::Problem;

const STYLE: &str = include_str!("../static/tongguan.css");
const LIVE: &str = include_str!("../static/live.js");
const PROGRESS: &str = include_str!("../static/progress.js");
const TIMES: &str = include_str!("../static/times.js");
const PASSKEY: &str = include_str!("../static/passkey.js");

/// What is named by its content does not change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The style sheet's address.
pub static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| named("css", STYLE.as_bytes()));

/// The address of the script that tells how far something has come.
pub static PROGRESS_ADDRESS: LazyLock<String> = LazyLock::new(|| named("js", PROGRESS.as_bytes()));

/// The address of the script that tells times by the reader's clock.
pub static TIMES_ADDRESS: LazyLock<String> = LazyLock::new(|| named("js", TIMES.as_bytes()));

/// The address of the script that asks browsers for passkeys.
pub static PASSKEY_ADDRESS: LazyLock<String> = LazyLock::new(|| named("js", PASSKEY.as_bytes()));

/// The address of the script that shows live figures anew.
pub static LIVE_ADDRESS: LazyLock<String> = LazyLock::new(|| named("js", LIVE.as_bytes()));

/// Gives one of them.
pub async fn asset(Path(wanted): Path<String>) -> Result<Response, Problem> {
    let address = format!("/static/{wanted}");
    if let Some(wave) = sound::file(&address) {
        return Ok(([(CONTENT_TYPE, "audio/wav"), (CACHE_CONTROL, FOR_EVER)], wave).into_response());
    }
    let (kind, content) = match address {
        address if address == *STYLE_ADDRESS => ("text/css; charset=utf-8", STYLE),
        address if address == *LIVE_ADDRESS => ("text/javascript; charset=utf-8", LIVE),
        address if address == *PROGRESS_ADDRESS => ("text/javascript; charset=utf-8", PROGRESS),
        address if address == *TIMES_ADDRESS => ("text/javascript; charset=utf-8", TIMES),
        address if address == *PASSKEY_ADDRESS => ("text/javascript; charset=utf-8", PASSKEY),
        _ => return Err(Problem::NoSuchPage),
    };
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, FOR_EVER)];
    Ok((headers, content).into_response())
}

/// The address of content of that kind.
pub fn named(kind: &str, content: &[u8]) -> String {
    let digest = sha256(content);
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("/static/tongguan-{short}.{kind}")
}
