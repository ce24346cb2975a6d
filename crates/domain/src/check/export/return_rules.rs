//! The rules for requests and tallies of returned exports by themselves. The specification numbers none
//! of them.

use crate::defect::unnumbered;

unnumbered! {
    /// They come in.
    DIRECTION "export-return-direction" "进出口标记应为I，实为{found}" "the direction must be I, not {found}";
    /// The specification demands the mode that its schema leaves out.
    MODE_MISSING "export-return-mode-missing" "应填报退货的贸易方式" "the mode of the return is missing";
    /// They come from abroad.
    FROM_CHINA "export-return-from-china" "起运国不应为中国" "the country of departure is not China";
}
