//! What is said of a refusal, in both languages: what happened, and what to do.

use jiff::civil::Date;
use tongguan_application::access::AccessError;
use tongguan_application::people::PeopleError;
use tongguan_application::review::BadReason;
use tongguan_domain::declaration::NotAllowed;

use crate::pages::shell::{ZONE, time_of};
use crate::pages::words::ruling;
use crate::wording::Wording;

/// Why a reason cannot be given.
pub fn bad_reason(bad: &BadReason) -> Wording {
    match bad {
        BadReason::Empty => Wording::new(
            "请选择原因，或用自己的话说明",
            "Choose a reason, or say it in words of your own",
        ),
        BadReason::TooLong(length) => Wording::new(
            format!("说明有{length}字，最多500字"),
            format!("The words have {length} characters; 500 is the most"),
        ),
        BadReason::Control => Wording::new(
            "说明含有不能写入回执的字符",
            "The words hold a character that cannot be written into a response",
        ),
    }
}

/// Why an officer's name cannot be recorded.
pub fn bad_officer(error: &dyn std::error::Error) -> Wording {
    Wording::new("关员姓名须为1至60字，且不含控制字符", error.to_string())
}

/// The case has gone on.
pub fn moved_on() -> Wording {
    Wording::new(
        "在您查看之后，此案已有新的进展（可能同事已作决定），您的决定未执行；请查看最新情况后再决定",
        "The case has gone on since you looked at it: a colleague may have decided. Your decision was not carried \
         out; look at it again before you decide",
    )
}

/// The ruling is not possible where the declaration stands.
pub fn not_allowed(why: &NotAllowed) -> Wording {
    let (zh, en) = ruling(why.ruling);
    let (title, english_title) = why.at.title();
    Wording::new(
        format!("清单现处{}（{title}），不能“{zh}”；请查看最新情况", why.at),
        format!(
            "The declaration stands at {} ({english_title}), where this is not possible: {en}. Look at it again",
            why.at
        ),
    )
}

/// One officer may not do it alone.
pub fn second_needed() -> Wording {
    Wording::new(
        "扣留货物的放行须由两名关员决定：请提交复核",
        "Goods that customs keeps are let go by two officers: propose it, and have it approved",
    )
}

/// The second officer is the first.
pub fn same_officer() -> Wording {
    Wording::new(
        "提议人或扣留人不能自行批准；请由他人复核",
        "Whoever proposed it or kept the goods cannot approve it; somebody else has to",
    )
}

/// The goods have no rate.
pub fn no_rate(hs_codes: &[String], declared_on: Date) -> Wording {
    Wording::new(
        format!("商品编码{}在{declared_on}没有税率，不能接受；请先导入税率", hs_codes.join("、")),
        format!(
            "There is no tax rate for {} on {declared_on}; import the rate first",
            hs_codes.join(", ")
        ),
    )
}

/// A colleague works on the case.
pub fn held(name: &str) -> Wording {
    Wording::new(
        format!("{name}正在办理此案，未作任何决定。需要由您决定时，请先接手"),
        format!(
            "{name} is working on this case, so nothing was decided. Take it over first if you have to decide"
        ),
    )
}

/// A colleague was first to take the case on.
pub fn taken_on(name: &str) -> Wording {
    Wording::new(
        format!("{name}已先认领。需要接手时请明确选择“接手”"),
        format!("{name} was first to take it on. If you need it, take it over"),
    )
}

/// No proposal is there to be answered.
pub fn no_proposal_waits() -> Wording {
    Wording::new(
        "此案没有等待复核的提议：可能已有人答复，或案件已有新的进展",
        "No proposal waits here: somebody has answered it, or the case has gone on",
    )
}

/// One proposal at a time.
pub fn one_proposal_waits() -> Wording {
    Wording::new("此案已有提议等待复核", "A proposal about this case waits for an answer already")
}

/// One officer suffices.
pub fn no_second_needed() -> Wording {
    Wording::new("此决定无需复核，可直接作出", "This needs no second officer; decide it yourself")
}

/// What goes wrong with people and their ways in.
pub fn people(error: &PeopleError) -> Wording {
    let zh = match error {
        PeopleError::Wrong => "登录名、口令或验证码有误".to_owned(),
        PeopleError::Locked { until } => {
            let until = format!("{} {ZONE}", time_of(*until));
            return Wording::new(
                format!("尝试次数过多；该登录名在{until}之前不能登录。请届时再试，或请管理员重新邀请"),
                format!(
                    "There were too many attempts: with this name nobody signs in before {until}. Try again then, or \
                     ask your administrator for an invitation"
                ),
            );
        }
        PeopleError::NoInvitation => {
            "邀请码不存在、已使用或已过期；请向管理员索取新的邀请".to_owned()
        }
        PeopleError::Password(_) => {
            "口令须为12至128个字符，不得包含登录名，也不得容易猜到：已泄露的口令、常用词、日期、连续或重复的字符".to_owned()
        }
        PeopleError::NoSession => "会话已结束；请重新登录".to_owned(),
        PeopleError::Taken(name) => format!("登录名{name}已被使用；请另选"),
        PeopleError::Nobody(name) => format!("没有登录名为{name}的人员"),
        PeopleError::Oneself => "不能对自己作此操作；请联系另一位管理员".to_owned(),
        PeopleError::LastFactor => "您的角色须有第二因素；请先添加另一个，再删除此项".to_owned(),
        PeopleError::NotLinked => {
            "该账号没有与本系统的人员关联；请用它接受邀请，或登录后在“我的账号”中关联".to_owned()
        }
        PeopleError::AccountTaken => "该账号已与您或他人关联".to_owned(),
        PeopleError::TooManyAccounts => "已有十个关联账号；请先解除一个".to_owned(),
        PeopleError::AnswerUsed => "身份提供方的这次回答已使用过；请重新开始".to_owned(),
        PeopleError::SignInAgain => "您没有口令可供核对；请重新登录，并在五分钟内操作".to_owned(),
        PeopleError::LastWayIn => "解除后您将无法登录；请先关联另一个账号".to_owned(),
        PeopleError::LastAdministrator(name) => {
            format!("{name}是最后一位管理员；请先指定另一位管理员")
        }
        other => other.to_string(),
    };
    Wording::new(zh, error.to_string())
}

/// What goes wrong with access keys.
pub fn access(error: &AccessError) -> Wording {
    let zh = match error {
        AccessError::Unknown(id) => format!("没有访问密钥{id}"),
        AccessError::NoSecret(id) => format!("{id}是证书；请另行登记新证书，再撤销此证书"),
        AccessError::Over(id) => format!("访问密钥{id}已失效；请签发新的密钥"),
        AccessError::BadScope(name) => format!("程序没有权限“{name}”；请从权限表中选择"),
        AccessError::BeyondKey(name) => format!("该密钥没有权限“{name}”"),
        AccessError::CertificateKnown => "该证书已登记过；请登记另一张证书".to_owned(),
        AccessError::CertificateOver => "证书已过有效期；请登记新证书".to_owned(),
        other => other.to_string(),
    };
    Wording::new(zh, error.to_string())
}
