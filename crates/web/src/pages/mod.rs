//! Pages: what people see and do, in Chinese and English, with and without JavaScript.
//!
//! Each file is one page or a few that belong together: its handlers first, then how it is written. The
//! [`shell::Visit`] knows who asks and in which language; both texts of everything stand beside each other.

pub mod account;
pub mod accounts;
pub mod assets;
pub mod audit;
pub mod authenticator;
pub mod bills;
pub mod board;
pub mod bonded_lists;
pub mod book_forms;
pub mod book_goods;
pub mod books;
pub mod bulk;
pub mod cancellations;
pub mod case;
pub mod codes;
pub mod consolidations;
pub mod declarations;
pub mod developers;
pub mod documents;
pub mod evidence;
pub mod examination;
pub mod figures;
pub mod filings;
pub mod form;
pub mod gate;
pub mod guarantees;
pub mod home;
pub mod language;
pub mod live;
pub mod mail;
pub mod not_decided;
pub mod office;
pub mod organisations;
pub mod overview;
pub mod parameters;
pub mod parcels;
pub mod passing;
pub mod passkeys;
pub mod people;
pub mod pictures;
pub mod places;
pub mod port;
pub mod programs;
pub mod proposals;
pub mod providers;
pub mod quarantine;
pub mod queue;
pub mod relay;
pub mod relayed;
pub mod requests;
pub mod retention;
pub mod return_arrivals;
pub mod returns;
pub mod sandbox;
pub mod sealing;
pub mod search;
pub mod second_factor;
pub mod sheet;
pub mod shell;
pub mod sign_in;
pub mod sound;
pub mod system;
pub mod tax;
pub mod track;
pub mod unmasking;
pub mod upload;
pub mod verify;
pub mod views;
pub mod waiting;
pub mod webhooks;
pub mod words;

use tongguan_domain::access::Permission;

use crate::routes::{Needs, Routes};

/// Adds the pages.
pub(crate) fn add(routes: Routes) -> Routes {
    let routes = of_everybody(routes);
    let routes = of_customs(routes);
    let routes = of_guarantees(of_parameters(routes));
    let routes = of_an_enterprise(routes);
    let routes = of_consolidation(routes);
    let routes = of_bonded_stock(routes);
    of_people(routes)
}

fn of_everybody(routes: Routes) -> Routes {
    routes
        .get("/", Needs::Nothing, home::page)
        .get("/live", Needs::Nothing, live::stream)
        .get("/static/{name}", Needs::Nothing, assets::asset)
        .get("/language/{tag}", Needs::Nothing, language::choose)
        .get("/sound/{wanted}", Needs::Nothing, sound::choose)
        .get("/sign-in", Needs::Nothing, sign_in::page)
        .post("/sign-in", Needs::Nothing, sign_in::sign_in)
        .post("/sign-out", Needs::Session, sign_in::sign_out)
        .get("/invitation/{code}", Needs::Nothing, sign_in::invitation)
        .post("/invitation/{code}", Needs::Nothing, sign_in::accept)
        .get("/invitation/{code}/oidc/{id}", Needs::Nothing, providers::begin_accepting)
        .get("/sign-in/oidc/{id}", Needs::Nothing, providers::begin)
        .get("/sign-in/oidc/{id}/answer", Needs::Nothing, providers::answer)
        .post("/sign-in/oidc/{id}/logout", Needs::Signature, providers::signed_out::take)
        .get("/second-factor", Needs::Session, second_factor::page)
        .post("/second-factor", Needs::Session, second_factor::confirm)
        .post("/sign-in/passkey", Needs::Nothing, passkeys::begin)
        .post("/second-factor/passkey", Needs::Session, passkeys::confirm)
        .get("/track", Needs::Nothing, track::page)
        .post("/track", Needs::Nothing, track::follow)
        .get("/verify", Needs::Nothing, verify::page)
        .post("/verify", Needs::Nothing, verify::verify)
        .post("/verify/proof", Needs::Nothing, verify::prove)
        .get("/tax", Needs::Nothing, tax::page)
        .get("/codes", Needs::Nothing, codes::page)
        .get("/developers", Needs::Nothing, developers::page)
        .get("/developers/messages", Needs::Nothing, developers::messages::list)
        .get("/developers/messages/{code}", Needs::Nothing, developers::messages::page)
        .get("/developers/messages/{code}/sample", Needs::Nothing, developers::messages::download)
        .get("/developers/checker", Needs::Nothing, developers::checker::page)
        .post("/developers/checker", Needs::Nothing, developers::checker::judge)
        .get("/sandbox", Needs::Nothing, sandbox::page)
        .post("/sandbox", Needs::Nothing, sandbox::found)
        .post("/sandbox/time", Needs::May(Permission::Operate), sandbox::forward)
        .get("/sandbox/{code}", Needs::Nothing, sandbox::enterprise::page)
        .get("/sandbox/{code}/files", Needs::Nothing, sandbox::enterprise::files)
        .get("/sandbox/{code}/enterprise.json", Needs::Nothing, sandbox::program::told)
        .post("/sandbox/{code}/signatures/{party}", Needs::Nothing, sandbox::program::sign)
        .post("/sandbox/{code}/parcels", Needs::Nothing, sandbox::enterprise::send)
        .post("/sandbox/{code}/time", Needs::Nothing, sandbox::enterprise::forward)
        .post("/sandbox/{code}/reset", Needs::Nothing, sandbox::enterprise::reset)
}

fn of_customs(routes: Routes) -> Routes {
    routes
        .get("/queue", Needs::May(Permission::ReadQueues), queue::page)
        .get("/queue/next", Needs::May(Permission::ReadQueues), queue::next)
        .post("/queue/rulings", Needs::May(Permission::Decide), bulk::decide)
        .get("/search", Needs::May(Permission::ReadParcels), search::page)
        .get("/relayed", Needs::May(Permission::ReadParcels), relayed::page)
        .get("/relayed/{id}", Needs::May(Permission::ReadParcels), relayed::one)
        .get("/figures", Needs::May(Permission::ReadStatistics), figures::page)
        .get("/declarations", Needs::May(Permission::ReadParcels), declarations::page)
        .get("/declarations.csv", Needs::May(Permission::ReadParcels), declarations::csv)
        .get("/declarations/{number}", Needs::May(Permission::ReadParcels), case::page)
        .post("/declarations/{id}/rulings", Needs::May(Permission::Decide), case::deciding::decide)
        .post(
            "/declarations/{id}/proposal",
            Needs::May(Permission::Approve),
            case::deciding::answer,
        )
        .post(
            "/declarations/{id}/assignment",
            Needs::May(Permission::ReadQueues),
            case::taking::act,
        )
        .get("/cancellations", Needs::May(Permission::Decide), cancellations::page)
        .post("/cancellations", Needs::May(Permission::Decide), cancellations::answer)
        .get("/returns", Needs::May(Permission::Examine), returns::page)
        .post("/returns", Needs::May(Permission::Examine), returns::answer)
        .get("/return-arrivals", Needs::May(Permission::Examine), return_arrivals::page)
        .post("/return-arrivals", Needs::May(Permission::Examine), return_arrivals::record)
        .get("/quarantine", Needs::May(Permission::Examine), quarantine::page)
        .post("/quarantine", Needs::May(Permission::Examine), quarantine::answer)
        .get("/examination", Needs::May(Permission::Examine), examination::page)
        .post("/examination/{id}", Needs::May(Permission::Examine), examination::record)
        .post("/examination/{id}/pictures", Needs::May(Permission::Examine), pictures::add)
        .get("/declarations/{id}/pictures/{n}", Needs::May(Permission::ReadQueues), pictures::show)
        .get("/bills", Needs::May(Permission::ReadQueues), bills::page)
        .get("/undeclared", Needs::May(Permission::ReadQueues), bills::undeclared)
        .get("/places", Needs::Known, places::page)
        .get("/gate", Needs::May(Permission::ReportFacility), gate::page)
        .get("/sealing", Needs::May(Permission::Seal), sealing::page)
        .post("/sealing", Needs::May(Permission::Seal), sealing::seal)
        .get("/gate/at/{code}", Needs::May(Permission::ReportFacility), passing::choose)
        .post("/gate/passages", Needs::May(Permission::ReportFacility), passing::pass)
        .get("/port", Needs::May(Permission::CheckSeals), port::page)
        .post("/port", Needs::May(Permission::CheckSeals), port::check)
        .post("/declarations/{id}/persons", Needs::May(Permission::Unmask), case::persons::show)
        .get("/payment-evidence", Needs::May(Permission::ReadQueues), evidence::page)
        .post(
            "/declarations/{id}/payment-evidence",
            Needs::May(Permission::Decide),
            case::evidence::demand,
        )
        .get("/unmaskings", Needs::May(Permission::Unmask), unmasking::page)
        .post("/unmaskings", Needs::May(Permission::Unmask), unmasking::propose)
        .post("/unmaskings/{number}/answer", Needs::May(Permission::Approve), unmasking::answer)
        .post("/unmaskings/{number}/persons", Needs::May(Permission::Unmask), unmasking::show)
        .get("/proposals", Needs::May(Permission::Approve), proposals::page)
        .get("/filing-review", Needs::May(Permission::ReviewFilings), filings::review::page)
        .post("/filing-review", Needs::May(Permission::ReviewFilings), filings::review::decide)
        .post(
            "/filings/{number}/assignment",
            Needs::May(Permission::ReviewFilings),
            filings::reviewing::assign,
        )
        .post(
            "/filings/{number}/decisions",
            Needs::May(Permission::ReviewFilings),
            filings::reviewing::decide,
        )
}

fn of_parameters(routes: Routes) -> Routes {
    let (read, propose) =
        (Needs::May(Permission::ReadParameters), Needs::May(Permission::ProposeParameters));
    routes
        .get("/parameters", read, parameters::page)
        .get("/parameters/settings/{name}", propose, parameters::setting)
        .post("/parameters/settings/{name}", propose, parameters::propose_setting)
        .get("/parameters/codes/{table}", read, parameters::table)
        .post("/parameters/codes/{table}", propose, parameters::propose_rows)
        .get("/parameters/proposals/{n}", read, parameters::proposal)
        .post("/parameters/proposals/{n}", Needs::May(Permission::Approve), parameters::answer)
}

fn of_guarantees(routes: Routes) -> Routes {
    let (read, propose) =
        (Needs::May(Permission::ReadParameters), Needs::May(Permission::ProposeGuarantees));
    routes
        .get("/guarantees", read, guarantees::page)
        .get("/guarantees/{party}", read, guarantees::one::page)
        .get("/guarantees/{party}/change", propose, guarantees::proposing::form)
        .post("/guarantees/{party}/change", propose, guarantees::proposing::propose)
        .get("/guarantee-proposals/{n}", read, guarantees::proposal::page)
        .post(
            "/guarantee-proposals/{n}",
            Needs::May(Permission::Approve),
            guarantees::proposal::answer,
        )
}

fn of_an_enterprise(routes: Routes) -> Routes {
    routes
        .get("/parcels", Needs::May(Permission::ReadParcels), parcels::page)
        .get("/parcels/views", Needs::May(Permission::ReadParcels), views::page)
        .post("/parcels/views", Needs::May(Permission::ReadParcels), views::act)
        .get("/parcels.csv", Needs::May(Permission::ReadParcels), parcels::csv)
        .get("/requests", Needs::May(Permission::ReadMail), requests::page)
        .get("/documents", Needs::May(Permission::ReadMail), documents::page)
        .get("/mail", Needs::May(Permission::ReadMail), mail::page)
        .get("/mail/{n}", Needs::May(Permission::ReadMail), mail::letter)
        .get("/mail/{n}/{file}", Needs::May(Permission::ReadMail), mail::download)
        .get("/mail/sent", Needs::May(Permission::ReadMail), mail::sent::page)
        .get("/mail/sent/{file}", Needs::May(Permission::ReadMail), mail::sent::download)
        .get("/mail/send", Needs::May(Permission::Declare), upload::page)
        .post("/mail/send", Needs::May(Permission::Declare), upload::send)
        .get(
            "/declarations/{id}/cancellation",
            Needs::May(Permission::Declare),
            case::asking::cancellation,
        )
        .post(
            "/declarations/{id}/cancellation",
            Needs::May(Permission::Declare),
            case::asking::prepare_cancellation,
        )
        .get(
            "/declarations/{id}/return",
            Needs::May(Permission::Declare),
            case::asking::goods_return,
        )
        .post(
            "/declarations/{id}/return",
            Needs::May(Permission::Declare),
            case::asking::prepare_return,
        )
        .get("/filings", Needs::May(Permission::ReadParcels), filings::page)
        .get("/filings/{number}", Needs::May(Permission::ReadParcels), filings::one::page)
        .get("/goods", Needs::May(Permission::ReadParcels), filings::goods::page)
        .get("/filings/new/{kind}", Needs::May(Permission::File), filings::forms::page)
        .post("/filings/new/{kind}", Needs::May(Permission::File), filings::forms::file)
        .get("/filings/import", Needs::May(Permission::File), filings::import::page)
        .post("/filings/import", Needs::May(Permission::File), filings::import::import)
        .get("/filings/template.csv", Needs::May(Permission::File), filings::import::template)
        .get("/filings/template.xlsx", Needs::May(Permission::File), filings::import::workbook)
        .post("/filings/{number}/withdraw", Needs::May(Permission::File), filings::one::withdraw)
        .get("/tax-bills", Needs::May(Permission::ReadAccounts), accounts::tax_bills)
        .get("/guarantee", Needs::May(Permission::ReadAccounts), accounts::guarantee)
        .get("/programs", Needs::May(Permission::ManagePrograms), programs::page)
        .post("/programs", Needs::May(Permission::ManagePrograms), programs::give)
        .get(
            "/programs/{number}/rotation",
            Needs::May(Permission::ManagePrograms),
            programs::rotation::asked,
        )
        .post(
            "/programs/{number}/rotation",
            Needs::May(Permission::ManagePrograms),
            programs::rotation::replace,
        )
        .get("/programs/{number}/withdraw", Needs::May(Permission::ManagePrograms), programs::asked)
        .post(
            "/programs/{number}/withdraw",
            Needs::May(Permission::ManagePrograms),
            programs::take_back,
        )
        .get("/webhooks", Needs::May(Permission::ManagePrograms), webhooks::page)
        .post("/webhooks", Needs::May(Permission::ManagePrograms), webhooks::add)
        .get("/webhooks/{number}", Needs::May(Permission::ManagePrograms), webhooks::one::page)
        .post("/webhooks/{number}", Needs::May(Permission::ManagePrograms), webhooks::one::act)
}

fn of_consolidation(routes: Routes) -> Routes {
    let read = Needs::May(Permission::ReadParcels);
    routes
        .get("/consolidations", read, consolidations::page)
        .post("/consolidations", Needs::May(Permission::Declare), consolidations::begin)
        .post("/consolidations/office", Needs::May(Permission::Decide), consolidations::begin)
        .get("/consolidations/{number}", read, consolidations::one)
        .get("/consolidations/{number}/progress", read, consolidations::progress::events)
        .get("/formal-declarations", read, consolidations::formal::page)
        .get("/formal-declarations/{number}", read, consolidations::formal::one)
        .get("/formal-declarations/{number}/file", read, consolidations::formal::file)
}

fn of_bonded_stock(routes: Routes) -> Routes {
    let (read, decide) = (Needs::May(Permission::ReadAccounts), Needs::May(Permission::Decide));
    routes
        .get("/books", read, books::page)
        .post("/books", decide, book_forms::keep)
        .get("/books/new", decide, book_forms::page)
        .get("/books/goods.csv", decide, book_goods::template)
        .get("/books/{book}", read, books::book)
        .get("/books/{book}/change", decide, book_forms::change_page)
        .post("/books/{book}/change", decide, book_forms::change)
        .get("/books/{book}/goods", decide, book_goods::page)
        .post("/books/{book}/goods", decide, book_goods::register)
        .post("/books/{book}/goods/import", decide, book_goods::import)
        .get("/books/{book}/items/{item}", read, books::item)
        .post("/books/{book}/items/{item}/movements", decide, books::move_by_hand)
        .post("/books/{book}/items/{item}/counts", decide, books::count)
        .post("/books/{book}/lists/{number}/steps", decide, bonded_lists::step)
        .get("/gate-passes/{number}", read, bonded_lists::gate_pass)
}

fn of_people(routes: Routes) -> Routes {
    routes
        .get("/system", Needs::May(Permission::Operate), system::page)
        .get(board::ADDRESS, Needs::May(Permission::Operate), board::page)
        .get(board::RUNBOOKS, Needs::May(Permission::Operate), board::runbooks)
        .post("/system/log", Needs::May(Permission::Operate), system::set_log_level)
        .post("/system/backups", Needs::May(Permission::Operate), system::back_up)
        .get("/retention", Needs::May(Permission::ReadAudit), retention::page)
        .post("/retention/holds", Needs::May(Permission::Approve), retention::hold)
        .post("/retention/holds/{n}/lift", Needs::May(Permission::Approve), retention::lift)
        .get("/audit", Needs::May(Permission::ReadAudit), audit::page)
        .get("/audit.csv", Needs::May(Permission::ReadAudit), audit::csv)
        .get("/people", Needs::May(Permission::ManagePeople), people::page)
        .post("/people", Needs::May(Permission::ManagePeople), people::let_in)
        .get("/organisations", Needs::May(Permission::ManagePeople), organisations::page)
        .get("/people/{name}", Needs::May(Permission::ManagePeople), people::one)
        .post("/people/{name}/invite", Needs::May(Permission::ManagePeople), people::invite_anew)
        .post("/people/{name}/role", Needs::May(Permission::ManagePeople), people::change_role)
        .post("/people/{name}/access", Needs::May(Permission::ManagePeople), people::change_access)
        .post("/account/sessions/{number}", Needs::Known, account::end_session)
        .get("/relay", Needs::May(Permission::Operate), relay::page)
        .post("/relay/{message}", Needs::May(Permission::Operate), relay::act)
        .get("/account", Needs::Known, account::page)
        .get(authenticator::ADDRESS, Needs::Known, authenticator::page)
        .post(authenticator::ADDRESS, Needs::Known, authenticator::replace)
        .post("/account/password", Needs::Known, account::change_password)
        .post("/account/providers", Needs::Known, providers::begin_linking)
        .post("/account/providers/{number}/removal", Needs::Known, providers::unlink)
        .post("/account/passkeys", Needs::Session, passkeys::add)
        .post("/account/passkeys/{number}", Needs::Known, passkeys::rename)
        .post("/account/passkeys/{number}/removal", Needs::Known, passkeys::remove)
}
