//! Lists of what waits beside declarations (撤销申请, 退货, 检疫): choose one, answer it, say why.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::not_decided::NotDone;
use super::shell::{Visit, nothing, notice};
use super::words::reason_fields;

/// What a list is about. Pairs are Chinese and English.
pub struct Waiting<'w> {
    /// Its address, where answers are sent too.
    pub address: &'static str,
    /// What it is called.
    pub title: (&'static str, &'static str),
    /// What is said where nothing waits.
    pub empty: (&'static str, &'static str),
    /// The columns besides the choice.
    pub columns: &'w [(&'static str, &'static str)],
    /// What can be answered: name and words.
    pub answers: &'w [(&'static str, (&'static str, &'static str))],
}

/// One thing that waits.
pub struct Row {
    /// What it is known by in the form.
    pub key: String,
    /// What it is called, for who chooses it.
    pub name: String,
    /// A cell for each column.
    pub cells: Vec<Markup>,
}

/// What is answered.
#[derive(Debug, Default, Deserialize)]
pub struct Answered {
    /// What was chosen.
    #[serde(default)]
    pub which: String,
    /// The answer's name.
    #[serde(default)]
    pub answer: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    words: String,
}

/// What led to the page.
#[derive(Debug, Default, Deserialize)]
pub struct Came {
    /// Whether something was just answered.
    #[serde(default)]
    pub done: String,
}

impl Answered {
    /// The words where there are some, the code otherwise.
    pub fn reason(&self) -> &str {
        super::case::deciding::reason_of(&self.code, &self.words)
    }
}

impl Waiting<'_> {
    /// Where a browser is sent once something was answered.
    pub fn done(&self) -> String {
        format!("{}?done=yes", self.address)
    }

    /// Whether an answer is one of those.
    pub fn knows(&self, answer: &str) -> bool {
        self.answers.iter().any(|(name, _)| *name == answer)
    }

    /// The page, with what was filled in so far.
    pub fn shown(
        &self,
        visit: &Visit,
        rows: &[Row],
        came: &Came,
        wrong: Option<&NotDone>,
        draft: &Answered,
    ) -> Response {
        let title = visit.language.of(self.title);
        let told = match wrong {
            Some(wrong) => notice("bad", &wrong.text),
            None if came.done == "yes" => notice(
                "good",
                visit.say("已办理，申请人已收到答复。", "It is decided, and its sender was told."),
            ),
            None => nothing(),
        };
        let body = html! {
            h1 { (title) }
            (told)
            @if rows.is_empty() {
                div.notice { p { (visit.language.of(self.empty)) } }
            } @else {
                (self.form(visit, rows, draft))
            }
        };
        let status = wrong.map_or(StatusCode::OK, |wrong| wrong.status);
        visit.page_with(status, title, &body)
    }

    fn form(&self, visit: &Visit, rows: &[Row], draft: &Answered) -> Markup {
        html! {
            form.stacked method="post" action=(self.address) {
                (visit.form_token())
                div.table tabindex="0" role="region" aria-label=(visit.language.of(self.title)) { table {
                    thead { tr {
                        th scope="col" { (visit.say("选择", "Choose")) }
                        @for column in self.columns { th scope="col" { (visit.language.of(*column)) } }
                    } }
                    tbody { @for row in rows { tr {
                        td {
                            input type="radio" name="which" value=(row.key) required checked[draft.which == row.key]
                                aria-label={ (visit.say("选择", "Choose")) " " (row.name) };
                        }
                        @for cell in &row.cells { td { (cell) } }
                    } } }
                } }
                fieldset {
                    legend { (visit.say("答复", "Answer")) }
                    @for (name, words) in self.answers {
                        label.choice {
                            input type="radio" name="answer" value=(name) required checked[draft.answer == *name];
                            span { (visit.language.of(*words)) }
                        }
                    }
                }
                (reason_fields(visit, &draft.code, &draft.words))
                button accesskey="s" { (visit.say("提交", "Send")) }
            }
        }
    }
}
