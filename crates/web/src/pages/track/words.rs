//! What is said of where a parcel stands: in plain words, what comes next, and what its buyer may have to do.

use tongguan_application::tracking::Standing;

/// What is said of a standing.
pub struct Words {
    /// The kind of the notice.
    pub kind: &'static str,
    /// Where it stands.
    pub now: (&'static str, &'static str),
    /// What comes next.
    pub next: (&'static str, &'static str),
    /// What the buyer may have to do.
    pub to_do: (&'static str, &'static str),
}

/// The words of a standing.
pub const fn of(standing: &Standing) -> Words {
    match standing {
        Standing::Announced => ANNOUNCED,
        Standing::Incomplete(_) => INCOMPLETE,
        Standing::InReview => IN_REVIEW,
        Standing::Examined => EXAMINED,
        Standing::Reviewed => REVIEWED,
        Standing::Held => HELD,
        Standing::Released => RELEASED,
        Standing::Delivered => DELIVERED,
        Standing::ShippedBack => SHIPPED_BACK,
        Standing::NotAdmitted => NOT_ADMITTED,
    }
}

const NOTHING_TO_DO: (&str, &str) = ("无需操作。", "Nothing.");
const ASK_IF_LATE: (&str, &str) =
    ("无需操作。等得太久时，请询问卖家。", "Nothing. If it takes too long, ask the seller.");

const ANNOUNCED: Words = Words {
    kind: "",
    now: ("尚未申报", "Not declared to customs yet"),
    next: ("卖家或其代理向海关申报。", "The seller, or an agent, declares it to customs."),
    to_do: ASK_IF_LATE,
};

const INCOMPLETE: Words = Words {
    kind: "warn",
    now: ("已申报，等待单证", "Declared; documents are missing"),
    next: (
        "单证到齐后，海关比对并审核。",
        "When all have come, customs compares them and decides.",
    ),
    to_do: ASK_IF_LATE,
};

const IN_REVIEW: Words = Words {
    kind: "warn",
    now: ("海关正在审核单证", "Customs is reviewing the documents"),
    next: ("放行、查验，或退回申报。", "It is released, examined, or its declaration is refused."),
    to_do: (
        "一般无需操作。卖家可能请您补充资料。",
        "Mostly nothing. The seller may ask you for a document.",
    ),
};

const EXAMINED: Words = Words {
    kind: "warn",
    now: ("海关查验货物", "Customs is examining the goods"),
    next: ("无异常即放行。", "If everything is in order, it is released."),
    to_do: NOTHING_TO_DO,
};

const REVIEWED: Words = Words {
    kind: "warn",
    now: ("已审结，等待放行", "Reviewed; waiting for its release"),
    next: ("手续齐备后放行。", "It is released when the formalities are complete."),
    to_do: NOTHING_TO_DO,
};

const HELD: Words = Words {
    kind: "bad",
    now: ("海关暂不放行", "Customs is keeping it for now"),
    next: ("海关作出处理决定。", "Customs decides what becomes of it."),
    to_do: (
        "海关会与申报人联系；您可询问卖家。",
        "Customs is in touch with whoever declared it; you may ask the seller.",
    ),
};

const RELEASED: Words = Words {
    kind: "good",
    now: ("海关已放行", "Released by customs"),
    next: ("物流企业派送。", "The carrier delivers it."),
    to_do: ("等待派送。", "Wait for the delivery."),
};

const DELIVERED: Words = Words {
    kind: "good",
    now: ("已签收", "Delivered"),
    next: ("通关已完成。", "Customs is done with it."),
    to_do: (
        "没有收到时，请联系物流企业。退货请通过卖家办理。",
        "If you have not got it, ask the carrier. To send it back, ask the seller.",
    ),
};

const SHIPPED_BACK: Words = Words {
    kind: "bad",
    now: ("退运", "It goes back"),
    next: ("包裹退回发货地。", "The parcel returns to where it came from."),
    to_do: ("请联系卖家退款。", "Ask the seller for your money."),
};

const NOT_ADMITTED: Words = Words {
    kind: "bad",
    now: ("申报未通过，或已撤销", "The declaration was refused or withdrawn"),
    next: (
        "卖家可以改正后重新申报，或退回包裹。",
        "The seller may correct it and declare it again, or take the parcel back.",
    ),
    to_do: (
        "请询问卖家。常见原因：订购人姓名与身份证号码不符，或个人年度限值已用完。",
        "Ask the seller. Often the buyer's name and identity number do not belong together, or the year's \
             allowance is used up.",
    ),
};
