//! Our reading of an answer of Amazon Textract DetectDocumentText: text in, an MRZ out.
//!
//! It is for documents that AnalyzeID does not know. Nothing but the MRZ is taken from it: where a name stands on a foreign card
//! is a guess.

use serde::Deserialize;
use time::Date;

use super::mrz;
use super::reading::{Reading, Refusal};
use super::tables::or_default;
use super::vocabulary::Doubt;

/// A page has a few hundred blocks, each word counted again.
const BLOCKS_MAX: usize = 4000;

/// An answer of DetectDocumentText, in its wire names.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DetectTextAnswer {
    /// Pages, lines and words.
    #[serde(deserialize_with = "or_default")]
    pub blocks: Vec<TextBlock>,
}

/// A page, a line or a word.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TextBlock {
    /// `PAGE`, `LINE` or `WORD`.
    #[serde(deserialize_with = "or_default")]
    pub block_type: String,
    /// What stands there.
    #[serde(deserialize_with = "or_default")]
    pub text: String,
}

/// Finds an MRZ in the lines, in the order in which the service answers them: from the top.
///
/// # Errors
/// When there is no MRZ: a person types.
pub fn read(answer: &DetectTextAnswer, today: Date) -> Result<Reading, Refusal> {
    let lines = answer.blocks.iter().take(BLOCKS_MAX).filter(|block| block.block_type == "LINE");
    let text = lines.map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n");
    mrz::read(&text, today).map_err(|refusal| match refusal.because {
        Doubt::NoMrz => Refusal::because(Doubt::NeedsManualEntry),
        _ => refusal,
    })
}
