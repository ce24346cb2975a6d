//! The tables of the reference pages cannot fall behind the code.

use tongguan_domain::allowance::AllowanceKey;
use tongguan_domain::declaration::{
    Detention, Entered, ImportState, Lodged, Reservation, Ruled, Ruling,
};
use tongguan_domain::evidence::rules;
use tongguan_domain::filing::declared;
use tongguan_domain::ids::DeclarationNumber;
use tongguan_domain::mark::Mark;
use tongguan_domain::matching;
use tongguan_domain::money::Money;
use tongguan_messages::evidence::answer::Outcome;

use crate::repetition::CODES;

#[test]
fn the_page_of_matching_lists_every_comparison_in_its_order() {
    let rows = matching::ALL.iter().map(|rule| {
        let number = rule.official.map(|number| format!("{number} ")).unwrap_or_default();
        format!("| `{}` | {number}| {} | {} |\n", rule.code, rule.zh, rule.en)
    });
    let page = include_str!("../../../../docs/reference/matching.md");
    holds("matching.md", page, rows.collect());
    let rows = matching::EXPORT_RULES.iter().map(|rule| {
        let number = rule.official.map(|number| format!("{number} ")).unwrap_or_default();
        format!("| `{}` | {number}| {} | {} |\n", rule.code, rule.zh, rule.en)
    });
    holds("matching.md", page, rows.collect());
}

#[test]
fn the_page_of_filing_lists_why_declared_goods_are_not_registered() {
    let page = include_str!("../../../../docs/reference/filing.md");
    let rows = declared::ALL.iter();
    let rows = rows.map(|rule| format!("| `{}` | {} | {} |\n", rule.code, rule.zh, rule.en));
    holds("filing.md", page, rows.collect());
}

#[test]
fn the_page_of_payment_evidence_lists_every_finding_and_every_answer() {
    let page = include_str!("../../../../docs/reference/payment-data.md");
    let rows = rules::ALL.iter();
    let rows = rows.map(|rule| format!("| `{}` | {} | {} |\n", rule.code, rule.zh, rule.en));
    holds("payment-data.md", page, rows.collect());
    let rows = Outcome::all().into_iter();
    let rows = rows.map(|(_, code, zh, en)| format!("| `{code}` | {zh} | {en} |\n"));
    holds("payment-data.md", page, rows.collect());
}

#[test]
fn the_page_of_repetition_gives_the_numbers_that_are_tested() {
    let page = include_str!("../../../../docs/reference/repetition.md");
    let rows = CODES.iter().map(|(why, codes)| {
        let codes = codes.map(|code| format!(" {code} |")).concat();
        format!("| {why} |{codes}\n")
    });
    holds("repetition.md", page, rows.collect());
}

#[test]
fn the_page_of_states_says_where_each_ruling_leads() {
    let by = Detention::Legal;
    let entered = entered();
    let states = [
        ("300", ImportState::InReview(entered.clone())),
        ("399, not entered", ImportState::AwaitingEntry(entered.clone())),
        ("500", ImportState::UnderExamination(entered.clone())),
        ("600", ImportState::Suspended(entered.clone())),
        ("501–599", ImportState::Detained { entered: entered.clone(), by }),
    ];
    let rulings = [
        Ruling::Accept,
        Ruling::Refuse,
        Ruling::Examine,
        Ruling::Detain(by),
        Ruling::Suspend,
        Ruling::ShipBack,
    ];
    let rows = states.iter().map(|(from, state)| {
        let cells = rulings.map(|ruling| match state.clone().rule(ruling) {
            Ok(Ruled::Accepted(_)) => " 399 |".to_owned(),
            Ok(Ruled::Moved(ImportState::Detained { .. })) => " 501–599 |".to_owned(),
            Ok(Ruled::Moved(state) | Ruled::Ended { state, .. }) => {
                format!(" {} |", state.status())
            }
            Err(_) => " |".to_owned(),
        });
        format!("| {from} |{}\n", cells.concat())
    });
    holds("states.md", include_str!("../../../../docs/reference/states.md"), rows.collect());
}

fn entered() -> Entered {
    let key = AllowanceKey { person: Mark::from_bytes([0; 16]), year: 2026 };
    Entered {
        number: DeclarationNumber::parse("29162026I000000001").unwrap(),
        lodged: Lodged {
            reservation: Reservation { key, amount: Money::ZERO, quantities: Vec::new() },
            annual_limit: Money::ZERO,
            tax: None,
            certified: true,
        },
    }
}

fn holds(name: &str, page: &str, table: String) {
    assert!(page.contains(&table), "docs/reference/{name} should hold\n{table}");
}
