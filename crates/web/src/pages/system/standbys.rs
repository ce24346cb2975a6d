//! Standbys (备库) that pages and reports are read from, and why one is left out.

use maud::{Markup, html};
use tongguan_application::enquiry::{StandbyStanding, StandbyTrouble};

use crate::pages::shell::Visit;

/// How each of them stands; nothing where there is none.
pub fn table(visit: &Visit, standbys: &[StandbyStanding]) -> Markup {
    let caption = visit.say("备库", "Standbys");
    html! {
        @if !standbys.is_empty() {
            h3 { (caption) }
            p.hint { (visit.say(
                "页面和报表从可用的备库读取；没有可用的备库时从主库读取。",
                "Pages and reports are read from those that are well, and from the primary where none is.",
            )) }
            div.table tabindex="0" role="region" aria-label=(caption) { table {
                thead { tr {
                    th scope="col" { (visit.say("备库", "Standby")) }
                    th scope="col" { (visit.say("状态", "Standing")) }
                    th.number scope="col" { (visit.say("落后不超过（秒）", "Behind at most (s)")) }
                    th.number scope="col" { (visit.say("读取次数", "Reads")) }
                    th.number scope="col" { (visit.say("改由主库重读", "Asked again at the primary")) }
                } }
                tbody { @for standby in standbys { tr {
                    th scope="row" { code { (standby.name) } }
                    td { (standing(visit, standby.trouble.as_ref())) }
                    td.number { @match standby.behind { Some(behind) => (behind.as_secs()), None => "–" } }
                    td.number { (standby.reads) }
                    td.number { (standby.asked_again) }
                } } }
            } }
        }
    }
}

fn standing(visit: &Visit, trouble: Option<&StandbyTrouble>) -> Markup {
    let Some(trouble) = trouble else {
        return html! { span.tag.good { (visit.say("使用中", "used")) } };
    };
    let why = match trouble {
        StandbyTrouble::Unknown => visit.say("尚未检查", "it was not looked at yet"),
        StandbyTrouble::Gone(_) => visit.say(
            "无应答；请检查服务器和网络",
            "it does not answer: look at its server and network",
        ),
        StandbyTrouble::OtherDatabase => visit.say(
            "不是本数据库的备库；请改正设置",
            "it is a standby of another database: mend the setting",
        ),
        StandbyTrouble::Promoted => visit.say(
            "不是备库（已提升为主库，或就是主库）",
            "it is no standby: it was promoted, or is the primary itself",
        ),
        StandbyTrouble::Pooled => visit.say(
            "连接池按事务分配会话；请改为按会话",
            "the pooler before it pools by the transaction: let it pool by the session",
        ),
        StandbyTrouble::Behind => visit.say(
            "落后太多；追上后自动恢复使用",
            "it is too far behind, and used again once it has caught up",
        ),
    };
    html! { span.tag.bad { (visit.say("未使用", "left out")) } " " (why) }
}
