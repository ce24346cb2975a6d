//! A problem as a page: what happened, what to do, and the way on, inside what all pages have around them.

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use maud::{Markup, html};

use super::Problem;
use crate::caller::Noted;
use crate::cookies::SESSION;
use crate::pages::form::go_to;
use crate::pages::shell::{Visit, encoded};

/// The page that a browser has asked for.
pub struct AskedFor {
    visit: Visit,
    noted: Noted,
    /// Whether it has sent a form.
    is_form: bool,
    /// Whether it has shown a session, good or not.
    has_session: bool,
}

impl AskedFor {
    /// What a request asks for. Whoever learns who calls is to note it.
    pub fn by(request: &mut Request) -> Self {
        let noted = Noted::default();
        request.extensions_mut().insert(noted.clone());
        let asked = (request.method(), request.uri());
        let has_session = |is_secure: &bool| SESSION.read(request.headers(), *is_secure).is_some();
        Self {
            visit: Visit::of(asked, request.headers(), request.extensions(), None),
            noted,
            is_form: !matches!(*request.method(), Method::GET | Method::HEAD),
            has_session: [true, false].iter().any(has_session),
        }
    }

    /// Where somebody signs in and goes on. A form is only given out in a session, and what it held is lost with it.
    fn sign_in(&self) -> String {
        let next = encoded(&self.visit.address);
        match self {
            Self { is_form: true, .. } => format!("/sign-in?next={next}&ended=form"),
            Self { has_session: true, .. } => format!("/sign-in?next={next}&ended=yes"),
            _ => format!("/sign-in?next={next}"),
        }
    }
}

impl Problem {
    /// As a page; who has to sign in first is sent there.
    pub(super) fn shown(&self, mut asked: AskedFor) -> Response {
        match self {
            Self::SignInNeeded => return go_to(&asked.sign_in()),
            Self::CodeNeeded | Self::SecondFactorNeeded => {
                return go_to(&format!("/second-factor?next={}", encoded(&asked.visit.address)));
            }
            _ => {}
        }
        asked.visit.caller = asked.noted.caller();
        let visit = &asked.visit;
        let title = visit.say("出了问题", "Something is wrong");
        let (zh, en) = self.texts_of_a_page().unwrap_or_else(|| self.texts());
        let body = html! {
            h1 { (title) }
            p { (visit.say(zh, en)) }
            (self.way_on(&asked))
        };
        let mut response = visit.page_with(self.status(), title, &body);
        self.say_when(response.headers_mut());
        response
    }

    /// What is told to whoever reads pages, where it is not what programs are told.
    fn texts_of_a_page(&self) -> Option<(String, String)> {
        let (zh, en) = match self {
            Self::NoSuchPage => (
                "没有此页面；请核对地址，或从上方导航进入",
                "there is no such page; check the address, or go on from the navigation above",
            ),
            Self::OtherMethod => (
                "此地址不能这样打开，它只接收页面上的表单；请从页面重新操作",
                "the address cannot be opened like this, it only takes the form of a page; begin anew on the page",
            ),
            Self::Internal => (
                "程序出错，您的操作可能没有完成；请核对后重试，若再次出现请联系系统管理员",
                "the program failed, and what you asked for may not be done; look, try again, and tell the \
                 system's administrator if it fails again",
            ),
            Self::Field { pointer, why } => {
                let (field, (zh, en)) = (pointer.trim_start_matches('/'), why.both());
                return Some((
                    format!("填写有误（{field}）：{zh}；请返回修改"),
                    format!("what was filled in is wrong at `{field}`: {en}; go back and mend it"),
                ));
            }
            _ => return None,
        };
        Some((zh.to_owned(), en.to_owned()))
    }

    fn way_on(&self, asked: &AskedFor) -> Markup {
        let visit = &asked.visit;
        html! {
            @if let Self::Ambiguous(ids) = self {
                ul { @for id in ids { li { a href={ "/declarations/" (id) } { (id) } } } }
            }
            @if asked.is_form && visit.address != "/" {
                p { a href=(visit.address) { (visit.say("回到该表单的页面", "Go back to the page of the form")) } }
            }
            p { a href="/" { (visit.say("回到首页", "Go to the first page")) } }
        }
    }
}
