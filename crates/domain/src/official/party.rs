//! Faults of the parties that a document names (企业; −101xx).

use super::catalogue;
use crate::defect::{Official, Rule};

catalogue! { Business;
    TYPE_INVALID = -10101, "party-type-invalid", "无效企业类型", "the enterprise is not of a valid type";
    CODE_INVALID = -10102, "party-code-invalid", "无效企业代码", "the enterprise code is not valid";
}
