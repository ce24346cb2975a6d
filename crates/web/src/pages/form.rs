//! Forms that pages send back.

#![expect(clippy::disallowed_types, reason = "ours is made of the framework's form")]

pub mod pasted;

use axum::Form;
use axum::body::{Body, to_bytes};
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::caller::Caller;
use crate::problem::Problem;

/// The longest form, in bytes.
const LONGEST: usize = 64 << 10;
/// What a form without files is sent as.
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// A form that was given out in the session that sends it; without a session, any.
pub struct Sent<T>(pub T);

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    form_token: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let bytes = to_bytes(body, LONGEST).await.map_err(|_| Problem::BodyTooLong(LONGEST))?;
        // Nothing is a form without fields, whatever it is said to be.
        if bytes.is_empty() {
            parts.headers.insert(CONTENT_TYPE, FORM);
        }
        let again = || Request::from_parts(parts.clone(), Body::from(bytes.clone()));
        let session = parts.extensions.get::<Caller>().and_then(Caller::session);
        if let Some(session) = session {
            let Form(Token { form_token }) =
                Form::from_request(again(), state).await.map_err(|_| Problem::Malformed("form"))?;
            if form_token != session.person.form_token {
                return Err(Problem::ForeignForm);
            }
        }
        let form = Form::from_request(again(), state).await;
        form.map(|Form(form)| Self(form)).map_err(|_| Problem::Malformed("form"))
    }
}

/// A file that was uploaded.
#[derive(Debug, Default)]
pub struct Uploaded {
    /// Its name.
    pub name: String,
    /// What it holds; nothing where none was chosen.
    pub bytes: Vec<u8>,
    /// The other fields.
    fields: Vec<(String, String)>,
}

impl Uploaded {
    /// Whether a box of that name was ticked.
    pub fn has(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// What a field of that name says.
    pub fn text(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(known, _)| known == name);
        field.map(|(_, text)| text.as_str())
    }
}

/// The `file` of a form that was given out in the session that sends it, at most so many bytes long.
///
/// # Errors
/// [`Problem::ForeignForm`] before any of it is looked at, or why it cannot be read.
pub async fn uploaded(mut request: Request, longest: usize) -> Result<Uploaded, Problem> {
    let caller = request.extensions().get::<Caller>();
    let session = caller.and_then(Caller::session).ok_or(Problem::ForeignForm)?;
    let expected = session.person.form_token.clone();
    DefaultBodyLimit::max(longest.saturating_add(LONGEST)).apply(&mut request);
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|_| Problem::ForeignForm)?;
    let wrong = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLong(longest),
        _ => Problem::BrokenOff,
    };
    let (mut is_ours, mut file) = (false, Uploaded::default());
    while let Some(field) = form.next_field().await.map_err(wrong)? {
        match field.name() {
            Some("form_token") => is_ours = field.text().await.map_err(wrong)? == expected,
            // The token leads the form, so a foreign one is not read any further.
            _ if !is_ours => return Err(Problem::ForeignForm),
            Some("file") => {
                file.name = field.file_name().unwrap_or_default().to_owned();
                file.bytes = field.bytes().await.map_err(wrong)?.into();
            }
            Some(other) if file.fields.len() < 20 => {
                let name = other.to_owned();
                file.fields.push((name, field.text().await.map_err(wrong)?));
            }
            _ => {}
        }
    }
    match (is_ours, file.bytes.len() > longest) {
        (false, _) => Err(Problem::ForeignForm),
        (true, true) => Err(Problem::TooLong(longest)),
        (true, false) => Ok(file),
    }
}

/// A place in a list, as an address has it under `name`: behind which the next page begins, nothing on the first.
///
/// # Errors
/// [`Problem::Malformed`].
pub fn place<T>(
    name: &'static str,
    text: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    match text {
        "" => Ok(None),
        text => read(text).map(Some).ok_or(Problem::Malformed(name)),
    }
}

/// Sends the browser on to an address of our own.
pub fn go_to(address: &str) -> Response {
    Redirect::to(own(address)).into_response()
}

/// The address where it is one of our own, `/` otherwise: nobody is sent elsewhere by a link to us.
pub fn own(address: &str) -> &str {
    let is_own = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains(['\\', '\r', '\n', '\t']);
    if is_own { address } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (asked, given) in [
            ("/queue?status=300", "/queue?status=300"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("", "/"),
            ("/a\r\nset-cookie: x", "/"),
        ] {
            assert_eq!(own(asked), given, "{asked}");
        }
    }
}
