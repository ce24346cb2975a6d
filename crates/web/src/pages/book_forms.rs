//! The forms by which an office keeps an account book (账册): one that is new, and the zone and term of one that stands.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use tongguan_domain::access::Reach;
use tongguan_domain::bonded::AccountBook;

use super::form::{Sent, go_to};
use super::not_decided::{NotDone, settled};
use super::shell::{Visit, nothing, notice};
use super::words::language_of;
use crate::Shared;
use crate::api::books::{BookGiven, keep_book, reached};
use crate::caller::{Caller, blocking};
use crate::part::Path;
use crate::problem::Problem;
use crate::views::code_of;

/// A book as the form says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Draft {
    number: String,
    holder: String,
    zone: String,
    valid_from: String,
    /// Empty for no end.
    valid_to: String,
}

/// What the form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// A book that is new.
    New,
    /// One that stands.
    Standing,
}

/// Asks for a new book.
pub async fn page(State(shared): State<Shared>, visit: Visit) -> Response {
    let valid_from = shared.access.clock.now().china_day().to_string();
    let draft = Draft { valid_from, ..Draft::default() };
    shown(&visit, About::New, &draft, (StatusCode::OK, &nothing()))
}

/// Keeps a new book, or says why not.
pub async fn keep(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Sent(draft): Sent<Draft>,
) -> Result<Response, Problem> {
    let number = draft.number.trim().to_owned();
    let is_number =
        (1..=30).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let wrong = if !is_number {
        let why = visit.say(
            "账册编号为1至30位字母和数字。",
            "The number of a book has 1 to 30 letters and digits.",
        );
        Some(NotDone::unfit(why))
    } else if standing(&shared, &number).await?.is_some() {
        let why = visit.say(
            "已有此编号的账册；请核对编号，或在该账册的页面更改其区域和有效期。",
            "There is a book of that number. Check the number, or change its zone and term on its own page.",
        );
        Some(NotDone::unfit(why))
    } else {
        None
    };
    kept(&shared, &visit, &caller, (About::New, &number, &draft), wrong).await
}

/// Asks for another zone and term of a book.
pub async fn change_page(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let book = reached(&shared, caller.reach(), number).await?;
    let draft = Draft {
        number: book.number.to_string(),
        holder: holder(&shared, &book).await?,
        zone: book.zone.to_string(),
        valid_from: book.valid_from.to_string(),
        valid_to: book.valid_to.map(|day| day.to_string()).unwrap_or_default(),
    };
    Ok(shown(&visit, About::Standing, &draft, (StatusCode::OK, &nothing())))
}

/// Changes zone and term of a book, or says why not.
pub async fn change(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(number): Path<String>,
    Sent(draft): Sent<Draft>,
) -> Result<Response, Problem> {
    let book = reached(&shared, caller.reach(), number).await?;
    let (number, holder) = (book.number.to_string(), holder(&shared, &book).await?);
    let draft = Draft { number: number.clone(), holder, ..draft };
    kept(&shared, &visit, &caller, (About::Standing, &number, &draft), None).await
}

async fn kept(
    shared: &Shared,
    visit: &Visit,
    caller: &Caller,
    (about, number, draft): (About, &str, &Draft),
    wrong: Option<NotDone>,
) -> Result<Response, Problem> {
    let done = match wrong {
        Some(wrong) => Err(wrong),
        None => settled(visit, keep_book(shared, caller, number, draft.given()).await)?,
    };
    match done {
        Ok((book, _)) => Ok(go_to(&format!("/books/{}?done=kept", book.number))),
        Err(wrong) => Ok(shown(visit, about, draft, (wrong.status, &notice("bad", &wrong.text)))),
    }
}

impl Draft {
    fn given(&self) -> BookGiven {
        let day = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        BookGiven {
            holder: self.holder.trim().to_owned(),
            zone: self.zone.clone(),
            valid_from: day(&self.valid_from),
            valid_to: day(&self.valid_to),
        }
    }
}

/// The book of that number, of whichever office.
async fn standing(shared: &Shared, number: &str) -> Result<Option<AccountBook>, Problem> {
    let (enquiries, number) = (Arc::clone(&shared.access.enquiries), number.to_owned());
    blocking(move || enquiries.book(Reach::Everybody, &number)).await
}

/// The first code of whose book it is.
async fn holder(shared: &Shared, book: &AccountBook) -> Result<String, Problem> {
    let enquiries = Arc::clone(&shared.access.enquiries);
    let registry = blocking(move || enquiries.registry()).await?;
    Ok(code_of(&registry, book.holder))
}

fn shown(
    visit: &Visit,
    about: About,
    draft: &Draft,
    (status, told): (StatusCode, &Markup),
) -> Response {
    let (title, back, to) = match about {
        About::New => (
            visit.say("登记账册", "Open an account book"),
            "/books".to_owned(),
            "/books".to_owned(),
        ),
        About::Standing => {
            let of = format!("/books/{}", draft.number);
            let title =
                visit.say("更改账册的区域和有效期", "Change zone and term of an account book");
            (title, of.clone(), format!("{of}/change"))
        }
    };
    let body = html! {
        p { a href=(back) { (visit.say("返回", "Back")) } }
        h1 { (title) }
        (told)
        form.stacked method="post" action=(to) {
            (visit.form_token())
            @match about {
                About::New => { (whose(visit, draft)) }
                About::Standing => {
                    dl.facts {
                        dt { (visit.say("账册编号", "Account book")) } dd { (draft.number) }
                        dt { (visit.say("企业", "Holder")) } dd { (draft.holder) }
                    }
                }
            }
            (terms(visit, draft))
            button { (visit.say("保存", "Keep it")) }
        }
    };
    visit.page_with(status, title, &body)
}

fn whose(visit: &Visit, draft: &Draft) -> Markup {
    html! {
        div {
            label for="number" { (visit.say("账册编号", "Number of the book")) }
            input #number name="number" value=(draft.number) maxlength="30" pattern="[A-Za-z0-9]+"
                autocomplete="off" required;
        }
        div {
            label for="holder" { (visit.say("企业编码", "Code of its holder")) }
            p.hint #holder-hint { (visit.say(
                "已注册企业的海关编码或统一社会信用代码；登记后不能更换企业",
                "A code under which the enterprise is registered. The holder of a book stays",
            )) }
            input #holder name="holder" value=(draft.holder) maxlength="18" autocomplete="off"
                aria-describedby="holder-hint" required;
        }
    }
}

fn terms(visit: &Visit, draft: &Draft) -> Markup {
    html! {
        div {
            label for="zone" { (visit.say("区域", "Zone")) }
            input #zone name="zone" value=(draft.zone) lang=[language_of(&draft.zone)] maxlength="100" required;
        }
        div {
            label for="valid_from" { (visit.say("生效日", "Valid from")) }
            input.short #valid_from name="valid_from" type="date" value=(draft.valid_from) required;
        }
        div {
            label for="valid_to" { (visit.say("失效日", "Ends")) }
            p.hint #valid_to-hint { (visit.say(
                "自该日起不能再有出入；不填为长期",
                "From that day on nothing moves under it any more; empty: open-ended",
            )) }
            input.short #valid_to name="valid_to" type="date" value=(draft.valid_to) aria-describedby="valid_to-hint";
        }
    }
}
