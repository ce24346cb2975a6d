//! Tables as files for spreadsheets.

use std::future::Future;
use std::io::Error;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use http_body_util::channel::Channel;
use maud::{Markup, html};

use super::shell::Visit;
use crate::looking;
use crate::problem::Problem;

/// A part of a file.
pub struct Part<P> {
    /// Its lines.
    pub lines: Vec<Vec<String>>,
    /// Behind which place the next part begins; nothing after the last.
    pub next: Option<P>,
}

/// A table as a file that is written while it is read, part by part.
///
/// # Errors
/// What cannot be read at its beginning; a file breaks off where it cannot be read further.
pub async fn file<P, R, F>(
    name: &'static str,
    headings: Vec<String>,
    read: R,
) -> Result<Response, Problem>
where
    P: Clone + Send + Sync + 'static,
    R: Fn(Option<P>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Part<P>, Problem>> + Send,
{
    // The first part before anything is answered: what cannot be read is a problem, not half a file.
    let mut part = read(None).await?;
    let looker = looking::here();
    let (mut sender, body) = Channel::<_, Error>::new(2);
    tokio::spawn(async move {
        let mut text = written(&[headings], Place::Beginning);
        loop {
            text.extend(written(&part.lines, Place::Further));
            // Nobody reads it any more.
            if sender.send_data(text.into()).await.is_err() {
                return;
            }
            let Some(next) = part.next else { return };
            part = match looking::read_on(looker.as_ref(), || read(Some(next.clone()))).await {
                Ok(part) => part,
                // A file that breaks off is known for one.
                Err(_) => return sender.abort(Error::other("the list cannot be read further")),
            };
            text = Vec::new();
        }
    });
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::new(body)).into_response())
}

/// The ways on from a page of a list that is given as a file, too.
pub struct Ways<'w> {
    /// Back to its first page and in which words, where this is another one.
    pub first: Option<(String, &'w str)>,
    /// To the next page, where there is one.
    pub next: Option<String>,
    /// To all of it as a file, and the file's name, where there is anything.
    pub file: Option<(String, &'static str)>,
}

impl Ways<'_> {
    /// As links.
    pub fn links(&self, visit: &Visit) -> Markup {
        html! {
            nav.pages aria-label=(visit.say("分页", "Pages")) {
                @if let Some((first, words)) = &self.first { a href=(first) { (words) } }
                @if let Some(next) = &self.next {
                    a rel="next" href=(next) { (visit.say("下一页", "Next page")) }
                }
                @if let Some((file, name)) = &self.file {
                    a href=(file) download=(name) {
                        (visit.say("导出CSV（全部符合条件的）", "Export as CSV (all that match)"))
                    }
                }
            }
        }
    }
}

/// Where lines stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At its beginning, where the mark stands by which spreadsheets know UTF-8.
    Beginning,
    /// Further down.
    Further,
}

/// What a spreadsheet would take for a formula begins so.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Lines as RFC 4180 has them. A cell that a spreadsheet would calculate is led by an apostrophe: what somebody
/// wrote into an order number must not run on the desk of whoever opens the file.
pub fn written(lines: &[Vec<String>], place: Place) -> Vec<u8> {
    let mut text = String::new();
    if place == Place::Beginning {
        text.push('\u{FEFF}');
    }
    for line in lines {
        for (n, cell) in line.iter().enumerate() {
            if n > 0 {
                text.push(',');
            }
            let guard = if cell.starts_with(FORMULA) { "'" } else { "" };
            text.push_str(&format!("\"{guard}{}\"", cell.replace('"', "\"\"")));
        }
        text.push_str("\r\n");
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_file_is_a_formula_and_every_cell_stays_one() {
        let cells = ["=1+1", "+1", "-1", "@x", "\t=1", "a,b", "say \"no\"", "", "x=1"];
        let line = cells.map(str::to_owned).to_vec();
        let text = String::from_utf8(written(&[line], Place::Beginning)).unwrap();
        assert_eq!(
            text,
            "\u{FEFF}\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",\"'\t=1\",\"a,b\",\"say \"\"no\"\"\",\"\",\"x=1\"\r\n"
        );
        assert_eq!(written(&[], Place::Further), b"");
    }
}
