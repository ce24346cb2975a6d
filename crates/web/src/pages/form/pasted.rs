//! A message in a form: pasted, or chosen as a file.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde::Deserialize;
use tongguan_messages::read::Profile;

use super::Sent;
use crate::Shared;
use crate::caller::Caller;
use crate::problem::Problem;

/// The longest message that is taken so, in bytes.
pub const LONGEST: usize = 1 << 20;

/// A message that was pasted or chosen, and how strictly it is judged.
pub struct Pasted {
    /// What was pasted, without what is around it; or the file as it is.
    pub bytes: Vec<u8>,
    /// How strictly it is to be judged, where a form asks.
    pub profile: Profile,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Typed {
    text: String,
    profile: String,
}

impl FromRequest<Shared> for Pasted {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let Sent(Typed { text, profile }) = Sent::from_request(request, shared).await?;
            return Ok(Self::of(Vec::new(), &text, &profile));
        }
        let session = request.extensions().get::<Caller>().and_then(Caller::session);
        let wanted = session.map(|session| session.person.form_token.clone());
        let mut parts = Multipart::from_request(request, shared)
            .await
            .map_err(|_| Problem::Malformed("form"))?;
        let (mut file, mut text, mut profile, mut token) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            match part.name() {
                Some("file") => file = content(part).await?,
                Some("text") => text = content(part).await?,
                Some("profile") => profile = content(part).await?,
                Some("form_token") => token = content(part).await?,
                _ => {}
            }
        }
        if wanted.is_some_and(|wanted| wanted.as_bytes() != token) {
            return Err(Problem::ForeignForm);
        }
        let [text, profile] =
            [text, profile].map(|part| String::from_utf8_lossy(&part).into_owned());
        Ok(Self::of(file, &text, &profile))
    }
}

impl Pasted {
    /// A file wins over what was pasted.
    fn of(file: Vec<u8>, text: &str, profile: &str) -> Self {
        let bytes = if file.is_empty() { text.trim().as_bytes().to_vec() } else { file };
        let profile = if profile == "strict" { Profile::Strict } else { Profile::Tolerant };
        Self { bytes, profile }
    }
}

async fn content(part: Field<'_>) -> Result<Vec<u8>, Problem> {
    let bytes = part.bytes().await.map_err(broken)?;
    if bytes.len() > LONGEST { Err(Problem::TooLong(LONGEST)) } else { Ok(bytes.to_vec()) }
}

fn broken(error: MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLong(LONGEST),
        _ => Problem::Malformed("form"),
    }
}
