//! Words that several pages of officers share, and whose language they are in.

use jiff::civil::Date;
use maud::{Markup, html};
use tongguan_application::review::REASONS;
use tongguan_codelists::{Pack, Table};
use tongguan_domain::declaration::{Detention, GoodsSeen, Ruling};
use tongguan_domain::ids::PartyId;
use tongguan_domain::money::Amount;
use tongguan_domain::registry::Registry;
use tongguan_domain::status::ReturnStatus;

use super::shell::Visit;
use crate::language::Language;

/// What somebody wrote, in whatever language: readers are told which.
pub fn data(text: &str) -> Markup {
    match language_of(text) {
        Some(tag) => html! { span lang=(tag) { (text) } },
        None => html! { (text) },
    }
}

/// The tag of the language that a text is in, where it is known by its characters: for fields with what somebody
/// wrote.
pub fn language_of(text: &str) -> Option<&'static str> {
    text.chars().any(is_han).then_some(Language::Chinese.tag())
}

/// Official words: the Chinese ones count, so they stand beside the English ones.
pub fn official(visit: &Visit, (zh, en): (&str, &str)) -> Markup {
    match visit.language {
        Language::Chinese => html! { (zh) },
        Language::English => html! { (en) " " span.muted lang=(Language::Chinese.tag()) { (zh) } },
    }
}

/// A status with its number.
pub fn status(visit: &Visit, status: ReturnStatus) -> Markup {
    let kind = match status {
        ReturnStatus::Released | ReturnStatus::Closed => "tag good",
        ReturnStatus::Refused | ReturnStatus::ShippedBack | ReturnStatus::Error(_) => "tag bad",
        status if status.is_detained() => "tag bad",
        ReturnStatus::InReview | ReturnStatus::Examined | ReturnStatus::Suspended => "tag warn",
        _ => "tag",
    };
    html! { span class=(kind) { (status.number()) " " (official(visit, status.title())) } }
}

/// As [`status`], of a number that somebody was told.
pub fn told_status(visit: &Visit, number: i32) -> Markup {
    match ReturnStatus::from_number(number) {
        Some(known) => status(visit, known),
        None => html! { span.tag { (number) } },
    }
}

/// A registered party: its code and name.
pub fn party(registry: &Registry, id: PartyId) -> String {
    let Some(party) = registry.party(id) else { return format!("#{id}") };
    let code = party.codes.first().map(|code| code.as_str()).unwrap_or_default();
    format!("{code} {}", party.name)
}

/// A code of a table, with the name that it has there on that day.
pub fn code(visit: &Visit, pack: &Pack, table: Table, code: &str, day: Date) -> Markup {
    let names = match table {
        Table::Units => pack.unit(code, day).map(|row| (&row.entry.zh, &row.entry.en)),
        Table::Currencies => pack.currency(code, day).map(|row| (&row.entry.zh, &row.entry.en)),
        Table::Countries => pack.country(code, day).map(|row| (&row.entry.zh, &row.entry.en)),
        Table::Offices => pack.office(code, day).map(|row| (&row.entry.zh, &row.entry.en)),
        _ => None,
    };
    html! {
        (code)
        @if let Some((zh, en)) = names {
            " "
            @if visit.language == Language::English && !en.is_empty() { (en) } @else { (data(zh)) }
        }
    }
}

/// An amount, with the code and the name of its currency.
pub fn money(visit: &Visit, pack: &Pack, amount: Amount, currency: &str, day: Date) -> Markup {
    html! { (amount) " (" (code(visit, pack, Table::Currencies, currency, day)) ")" }
}

/// What a ruling is called.
pub const fn ruling(ruling: Ruling) -> (&'static str, &'static str) {
    match ruling {
        Ruling::Accept => ("接受（审结、放行）", "Accept: it goes on to its release"),
        Ruling::Refuse => ("退单", "Refuse the declaration"),
        Ruling::Examine => ("布控查验", "Have the goods examined"),
        Ruling::Detain(Detention::Clearance) => ("扣留移送通关", "Detain: clearance"),
        Ruling::Detain(Detention::Investigation) => ("扣留移送缉私", "Detain: anti-smuggling"),
        Ruling::Detain(Detention::Legal) => ("扣留移送法规", "Detain: legal department"),
        Ruling::Detain(Detention::Other) => ("其它扣留", "Detain otherwise"),
        Ruling::Suspend => ("挂起", "Suspend"),
        Ruling::ShipBack => ("退运", "Ship the goods back"),
        Ruling::Withdraw(GoodsSeen::OnSite) => {
            ("退关：货物在监管场所内核查无误", "Withdraw: the goods were checked on site")
        }
        Ruling::Withdraw(GoodsSeen::Unsealed) => {
            ("退关：货物已拆封出场", "Withdraw: the seals were opened")
        }
    }
}

/// Whether a ruling is confirmed on a page of its own: it ends the declaration or keeps the goods.
pub const fn is_grave(ruling: Ruling) -> bool {
    match ruling {
        Ruling::Refuse | Ruling::ShipBack | Ruling::Detain(_) | Ruling::Withdraw(_) => true,
        Ruling::Accept | Ruling::Examine | Ruling::Suspend => false,
    }
}

/// The reasons to choose from, and words of one's own.
pub fn reason_fields(visit: &Visit, code: &str, words: &str) -> Markup {
    html! {
        div {
            label for="code" { (visit.say("原因", "Reason")) }
            select #code name="code" {
                option value="" { (visit.say("用自己的话说明", "In words of your own")) }
                @for (known, text) in REASONS {
                    option value=(known) selected[known == code] { (reason(visit, known, text)) }
                }
            }
        }
        div {
            label for="words" { (visit.say("说明", "In words")) }
            p.hint #words-hint { (visit.say(
                "未选原因时必填，最多500字；除接受外，申报人将读到。",
                "Needed where no reason is chosen, at most 500 characters. The declarant reads it, unless you accept.",
            )) }
            input #words name="words" value=(words) maxlength="500" aria-describedby="words-hint";
        }
    }
}

/// A reason that was given: by code, by what the code stands for, or in words.
pub fn given_reason(visit: &Visit, text: &str) -> Markup {
    match REASONS.iter().find(|(code, known)| *known == text || *code == text) {
        Some((code, zh)) => official(visit, (zh, &english(code))),
        None => data(text),
    }
}

fn reason(visit: &Visit, code: &str, text: &str) -> String {
    match visit.language {
        Language::Chinese => text.to_owned(),
        Language::English => english(code),
    }
}

/// A code of a reason, as words.
fn english(code: &str) -> String {
    let words = code.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

const fn is_han(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}
