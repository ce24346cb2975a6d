//! Pictures of an examination (查验照片): taken at the terminal, looked at on the case page.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use tongguan_application::pictures::{LARGEST, MOST, Picture};
use tongguan_domain::access::Permission;
use tongguan_domain::ids::DeclarationId;

use super::examination;
use super::form::{go_to, uploaded};
use super::shell::{Visit, nothing, notice, time};
use super::words::data;
use crate::Shared;
use crate::caller::Caller;
use crate::part::Path;
use crate::pictures::{self, room};
use crate::problem::Problem;
use crate::refusal::unkept;

/// Keeps a picture that was taken, and goes on with the examination.
pub async fn add(
    State(shared): State<Shared>,
    visit: Visit,
    caller: Caller,
    Path(id): Path<i64>,
    request: Request,
) -> Result<Response, Problem> {
    let _room = room(&shared)?;
    let file = uploaded(request, LARGEST).await?;
    let id = DeclarationId(id);
    let error = match pictures::add(&shared, &caller, id, file.bytes).await? {
        Ok(n) => return Ok(go_to(&format!("/examination?q={id}&picture={n}"))),
        Err(error) => error,
    };
    let Some(why) = unkept(&error) else { return Err(error.into()) };
    let why = why.of(visit.language);
    let told = (StatusCode::UNPROCESSABLE_ENTITY, &notice("bad", why));
    examination::again(&shared, &visit, &caller, id, told).await
}

/// Shows a picture to whoever works on the office's declarations.
pub async fn show(
    State(shared): State<Shared>,
    caller: Caller,
    Path((id, n)): Path<(i64, i64)>,
) -> Result<Response, Problem> {
    pictures::show(&shared, &caller, DeclarationId(id), n).await
}

/// The pictures of a declaration, for whoever may look at them.
pub fn gallery(visit: &Visit, id: DeclarationId, pictures: &[Picture]) -> Markup {
    if pictures.is_empty() || !visit.may(Permission::ReadQueues) {
        return nothing();
    }
    html! {
        h2 #pictures { (visit.say("查验照片", "Pictures of the examination")) }
        ul.gallery { @for picture in pictures {
            @let address = format!("/declarations/{id}/pictures/{}", picture.n);
            li {
                a href=(address) { img src=(address) loading="lazy" alt=(alternative(visit, picture)); }
                p.hint { (picture.n) " · " (time(picture.added_at)) " · " (data(&picture.added_by)) }
            }
        } }
    }
}

fn alternative(visit: &Visit, picture: &Picture) -> String {
    let n = picture.n;
    visit.say(format!("查验照片{n}"), format!("Picture {n} of the examination"))
}

/// Takes another picture, with the camera of a telephone.
pub fn form(visit: &Visit, id: DeclarationId, there: usize) -> Markup {
    if there >= MOST {
        return html! { p { (visit.say("照片数量已达上限。", "There are as many pictures as there may be.")) } };
    }
    html! {
        form.stacked method="post" action={ "/examination/" (id) "/pictures" } enctype="multipart/form-data" {
            (visit.form_token())
            div {
                label for="file" { (visit.say("拍照", "Take a picture")) }
                p.hint #file-hint { (visit.say(
                    format!("JPEG、PNG或WebP，每张不超过{}MiB，共{MOST}张，已有{there}张。请勿拍到姓名、电话与地址；拍摄地点等信息会被去除。", LARGEST >> 20),
                    format!("JPEG, PNG or WebP, at most {} MiB; {there} of {MOST} are there. Leave names, telephones and \
                             addresses out of it. Where it was taken is taken away.", LARGEST >> 20),
                )) }
                input #file name="file" type="file" accept="image/jpeg,image/png,image/webp" capture="environment"
                    aria-describedby="file-hint" required;
            }
            button.quiet { (visit.say("添加照片", "Add the picture")) }
        }
    }
}
