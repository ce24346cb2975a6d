//! The verifiable log over HTTP: heads and tiles for everybody, in the form of C2SP tlog-tiles, and bundles for whoever
//! has the response that they prove.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use tongguan_application::delivery::Rendered;
use tongguan_application::mailboxes::Verdict;
use tongguan_application::transparency::{NoProof, NotAttested, ProvedResponse, response_in};
use tongguan_transparency::bundle::{Bundle, Proved};
use tongguan_transparency::note::Verifier;
use tongguan_transparency::tile::AskedTile;
use tongguan_transparency::witness::Unwitnessed;

use crate::Shared;
use crate::caller::{aside, blocking};
use crate::part::Path;
use crate::problem::Problem;
use crate::wording::Wording;

/// The longest request to a witness, in bytes: a head with its signatures and a path.
const LONGEST_REQUEST: usize = 64 << 10;
const PLAIN: &str = "text/plain; charset=utf-8";
/// The size that a witness has seen last.
const SIZE: &str = "text/x.tlog.size";
const NEVER_KEPT: HeaderValue = HeaderValue::from_static("no-store");
/// Heads change within a second.
const FLEETING: HeaderValue = HeaderValue::from_static("max-age=1");
/// What a tile holds never changes.
const LASTING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The newest signed head.
pub async fn checkpoint(State(shared): State<Shared>) -> Result<Response, Problem> {
    let proofs = Arc::clone(&shared.access.proofs);
    let head = blocking(move || proofs.head()).await?.ok_or(Problem::NoSuchPage)?;
    Ok(text(head))
}

/// The key that heads are signed by.
pub async fn key(State(shared): State<Shared>) -> Result<Response, Problem> {
    let proofs = Arc::clone(&shared.access.proofs);
    let key = blocking(move || proofs.key()).await?.ok_or(Problem::NoSuchPage)?;
    Ok(text(key + "\n"))
}

/// A tile.
pub async fn tile(
    State(shared): State<Shared>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let asked = AskedTile::parse(&path).ok_or(Problem::NoSuchPage)?;
    let proofs = Arc::clone(&shared.access.proofs);
    let hashes = blocking(move || proofs.tile(asked)).await?.ok_or(Problem::NoSuchPage)?;
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, LASTING)], hashes).into_response())
}

/// The key by which this service is a witness for others.
pub async fn witness_key(State(shared): State<Shared>) -> Result<Response, Problem> {
    let attestor = shared.access.attestor.as_ref().ok_or(Problem::NoSuchPage)?;
    Ok(text(format!("{}\n", attestor.key())))
}

/// Signs a head of another authority's log, if it goes on from the one that was seen before (C2SP tlog-witness). Its
/// statuses and bodies are those of that specification, not of this service's problems.
pub async fn add_checkpoint(
    State(shared): State<Shared>,
    request: Request,
) -> Result<Response, Problem> {
    let attestor = shared.access.attestor.clone().ok_or(Problem::NoSuchPage)?;
    let body = to_bytes(request.into_body(), LONGEST_REQUEST).await;
    let body = body.map_err(|_| Problem::BodyTooLong(LONGEST_REQUEST))?;
    let asked = move || {
        let malformed = Unwitnessed::Malformed("it is not UTF-8");
        let signed = std::str::from_utf8(&body).map_err(|_| malformed.into());
        match signed.and_then(|body| attestor.add_checkpoint(body)) {
            Err(NotAttested::Log(error)) => Err(error),
            answer => Ok(answer),
        }
    };
    let (status, kind, said) = match blocking(asked).await? {
        Ok(line) => (StatusCode::OK, PLAIN, line),
        Err(NotAttested::Unwitnessed(Unwitnessed::OtherOld(size))) => {
            (StatusCode::CONFLICT, SIZE, format!("{size}\n"))
        }
        Err(why) => (status_of(&why), PLAIN, format!("{why}\n")),
    };
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(kind)), (CACHE_CONTROL, NEVER_KEPT)];
    Ok((status, headers, said).into_response())
}

fn status_of(why: &NotAttested) -> StatusCode {
    match why {
        NotAttested::UnknownLog => StatusCode::NOT_FOUND,
        NotAttested::Unwitnessed(why) => match why {
            Unwitnessed::Malformed(_) => StatusCode::BAD_REQUEST,
            Unwitnessed::NotSigned(_) => StatusCode::FORBIDDEN,
            Unwitnessed::OtherOld(_) | Unwitnessed::Fork(_) => StatusCode::CONFLICT,
            Unwitnessed::Inconsistent(_) => StatusCode::UNPROCESSABLE_ENTITY,
        },
        NotAttested::Log(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn text(text: String) -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, FLEETING)], text).into_response()
}

/// What proves the response of that number. It holds the response: it is for whoever has that already.
///
/// # Errors
/// Why there is no proof.
pub async fn proved(shared: &Shared, guid: String) -> Result<ProvedResponse, Problem> {
    let proofs = Arc::clone(&shared.access.proofs);
    blocking(move || proofs.of_response(&guid)).await?.map_err(not_proved)
}

/// What proves a response that is shown whole: nobody is given more than he has.
///
/// # Errors
/// Why there is no proof.
pub async fn proof_of_shown(shared: &Shared, shown: Vec<u8>) -> Result<Bundle, Problem> {
    let mailboxes = Arc::clone(&shared.access.mailboxes);
    let (zh, en) = match blocking(move || mailboxes.verify(shown)).await? {
        Verdict::Genuine(made) => return Ok(proved(shared, made.guid).await?.bundle),
        Verdict::Unknown => return Err(Problem::NotFound),
        Verdict::NotComparable(_) => return Err(not_proved(NoProof::Forgotten)),
        Verdict::Known(_) => (
            "证明包含有回执内容，仅凭编号不能取得：请提供整份回执。",
            "a bundle holds the response, so its number alone is not enough: show all of it",
        ),
        Verdict::Altered(_) => (
            "所示内容与本系统作出的回执不同，无法证明。",
            "what you show is not what this service made, and cannot be proved",
        ),
    };
    Err(Problem::Refused(Wording::new(zh, en)))
}

/// What a bundle proves of this service's own log, and whether the response in it is the one that was recorded.
///
/// # Errors
/// [`Problem`] where this service has no log; in the answer, why it proves nothing.
pub async fn bundle_in(
    shared: &Shared,
    shown: Vec<u8>,
) -> Result<Result<(Proved, Rendered), String>, Problem> {
    let proofs = Arc::clone(&shared.access.proofs);
    let key = blocking(move || proofs.key()).await?.ok_or(Problem::NotFound)?;
    let verified = move || {
        let key = Verifier::parse(&key).map_err(|error| error.to_string())?;
        let bundle = Bundle::from_json(&shown).map_err(|error| error.to_string())?;
        let proved = bundle.proved(&key, &[]).map_err(|error| error.to_string())?;
        Ok((proved, response_in(&bundle).map_err(|error| error.to_string())?))
    };
    aside(verified).await
}

fn not_proved(why: NoProof) -> Problem {
    let (zh, en) = match why {
        NoProof::Unknown => return Problem::NotFound,
        NoProof::NotYet => (
            "该回执尚未列入已签名的树头：请稍候几秒再取。",
            "no signed head is over this response yet: ask again in a few seconds",
        ),
        NoProof::Forgotten => (
            "该回执已过保存期，其盐已销毁，无法再证明。此前取得的证明包仍然有效。",
            "the time for which this response is kept is over, and its salt was destroyed: it can be proved no more. \
             Bundles that were got before stay good",
        ),
        NoProof::Altered => (
            "库中该回执与日志所记不符：请向运行单位报告。",
            "what is stored of this response is not what was logged: tell whoever runs this service",
        ),
    };
    Problem::Refused(Wording::new(zh, en))
}

/// A bundle, as a file.
///
/// # Errors
/// [`Problem::Internal`] where it cannot be written.
pub fn bundle_answer(bundle: &Bundle) -> Result<Response, Problem> {
    let name = format!("attachment; filename=\"{}.proof.json\"", bundle.guid);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(|_| Problem::NotFound)?),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bundle.to_json().map_err(|_| Problem::Internal)?).into_response())
}
