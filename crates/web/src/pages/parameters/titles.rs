//! What settings are called, what they do, and what cannot be changed here.

/// A text in Chinese and in English.
type Text = (&'static str, &'static str);

/// What a setting is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Chance,
    Deadlines,
    Flow,
}

/// A group of settings.
pub const GROUPS: [(Group, Text); 3] = [
    (Group::Chance, ("通道与随机率", "Lanes and random rates")),
    (Group::Deadlines, ("期限", "Deadlines")),
    (Group::Flow, ("办理方式", "How things are done")),
];

/// The group of a setting, and what it is called.
pub fn title(name: &str) -> (Group, Text) {
    use Group::{Chance, Deadlines, Flow};
    match name {
        "red_per_10_000" => (Chance, ("每万票随机查验", "Of 10,000, examined by chance")),
        "yellow_per_10_000" => (Chance, ("每万票随机人工审核", "Of 10,000, reviewed by chance")),
        "quarantine_per_10_000" => {
            (Chance, ("每万票出口随机检疫", "Of 10,000 exports, seen by quarantine"))
        }
        "waiting_days" => {
            (Deadlines, ("等待三单的天数", "Days that a declaration waits for documents"))
        }
        "close_after_days" => (Deadlines, ("放行后结案天数", "Days from release to closing")),
        "not_departed_days" => (
            Deadlines,
            ("放行后未离境报告天数", "Days until an export that has not left is reported"),
        ),
        "case_minutes" => (Deadlines, ("认领保留分钟数", "Minutes that a case stays taken on")),
        "late_after_hours" => {
            (Deadlines, ("等待过久的小时数", "Hours after which waiting is too long"))
        }
        "unmask_per_day" => (
            Flow,
            (
                "每日无需复核可查看个人信息的清单数",
                "Declarations a day whose persons an officer sees alone",
            ),
        ),
        "refuse_early" => {
            (Flow, ("先于单证的清单退单", "Refuse declarations that come before their documents"))
        }
        "declare_on_waybill" => {
            (Flow, ("运单到达即申报", "Declare what is stored when its waybill comes"))
        }
        "release_after_entry" => {
            (Flow, ("入区后放行", "Release after entry into the supervised place"))
        }
        "demand_account_book" => (Flow, ("须有备案账册", "Demand a registered account book")),
        "registered_goods" => {
            (Flow, ("申报商品未备案时", "Where declared goods are not registered"))
        }
        "relay" => (Flow, ("转发上级的报文", "Messages that a window upstream decides")),
        "allowance_year" => (Flow, ("年度额度归属", "Which year’s allowance counts")),
        "examine_before_loading" => {
            (Flow, ("先查验后装运", "Examine exports before they are loaded"))
        }
        "review_cancellations" => {
            (Flow, ("撤销申请人工审核", "Let officers decide about cancellations"))
        }
        name => of_evidence(name),
    }
}

/// The same of those about payment evidence.
fn of_evidence(name: &str) -> (Group, Text) {
    use Group::{Chance, Deadlines, Flow};
    match name {
        "evidence_per_10_000" => (
            Chance,
            (
                "支付原始数据抽取比例（每万票）",
                "Of 10,000 imports, whose payment evidence is asked for",
            ),
        ),
        "evidence_review" => (
            Flow,
            (
                "抽中调取支付原始数据的先人工审核",
                "Review those whose payment evidence is asked for by chance",
            ),
        ),
        "evidence_finding_days" => (
            Flow,
            (
                "支付数据核查有异常的平台，其后多少天内的清单先人工审核（0为不审核）",
                "Days for which findings about a platform's payments have its imports reviewed; 0 for none",
            ),
        ),
        "evidence_minutes" => (
            Deadlines,
            ("平台上传支付原始数据的分钟数", "Minutes that a platform has for payment evidence"),
        ),
        _ => (Flow, ("其他", "Other")),
    }
}

/// What is not changed while the service runs: what it is, and where it is set.
pub const FIXED: [(Text, Text); 6] = [
    (
        ("谁可以做什么", "Who may do what"),
        (
            "程序中的权限表；人员的角色在“人员”页",
            "the table of permissions in the program; people’s roles on the page of people",
        ),
    ),
    (
        ("比对与状态流转规则", "How documents are matched, and which status follows which"),
        (
            "程序；由税率、限值等有效期参数驱动",
            "the program; the dated rows that it reads are below",
        ),
    ),
    (
        ("信任的证书机构", "Authorities whose certificates are trusted"),
        (
            "服务设置 trust 指定的文件夹，变动随即生效",
            "the folder that `trust` names in the service’s settings, taken up as it changes",
        ),
    ),
    (
        ("企业、证书、担保", "Enterprises, certificates, guarantees"),
        (
            "“备案审核”页和“担保”页；首次登记担保用命令 tongguan registry",
            "the pages of filing review and of guarantees; a first guarantee by the command tongguan registry",
        ),
    ),
    (
        (
            "请求限额、会话时长、推送规则",
            "Limits of requests, length of sessions, rules of webhooks",
        ),
        (
            "服务设置文件的 limits、people、webhooks，重启后生效",
            "limits, people and webhooks in the service’s file, at its next start",
        ),
    ),
    (
        ("数据库、监听地址、TLS", "Database, address, TLS"),
        ("服务设置文件，重启后生效", "the service’s file, at its next start"),
    ),
];

#[cfg(test)]
mod tests {
    use tongguan_application::settings::NAMES;

    use super::title;

    #[test]
    fn every_setting_has_a_title_of_its_own() {
        let mut titles: Vec<_> = NAMES.iter().map(|name| title(name).1).collect();
        assert!(!titles.contains(&title("nothing").1));
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), NAMES.len());
    }
}
