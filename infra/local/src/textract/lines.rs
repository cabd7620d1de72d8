//! Lines of text on a picture, as tesseract reads them.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;

use crate::aws_json::Refusal;
use crate::process::{self, Orphan};

/// Longest that one picture may take.
const READING_TIMEOUT: Duration = Duration::from_secs(20);
/// Shorter lines are no machine readable zone.
const ZONE_CHARACTERS_MIN: usize = 28;
/// A line of a passport's zone.
const PASSPORT_LINE_CHARACTERS: usize = 44;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) text: String,
    /// In percent.
    pub(super) confidence: f64,
    /// Left, top, width and height, as parts of the picture.
    pub(super) place: [f64; 4],
}

/// Reads a picture.
///
/// # Errors
/// When tesseract is not installed, or reads no such picture.
pub(super) async fn read(image: &[u8]) -> Result<Vec<Line>, Refusal> {
    let ours = |message: String| Refusal::new("InternalServerError", message);
    let mut command = process::command("tesseract", None, Orphan::Kill);
    // Sparse text in any order; one thread, so that tests beside it keep theirs.
    command.args(["stdin", "stdout", "--psm", "11", "tsv"]).env("OMP_THREAD_LIMIT", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = process::start(&mut command, "tesseract").map_err(|error| ours(error.to_string()))?;
    let input = child.stdin.take();
    let read = async {
        if let Some(mut input) = input {
            // A picture that is none is not read to its end.
            input.write_all(image).await.ok();
        }
        child.wait_with_output().await
    };
    let output = tokio::time::timeout(READING_TIMEOUT, read).await;
    let output = output.map_err(|_| ours("tesseract takes too long".to_owned()))?;
    let output = output.map_err(|error| ours(error.to_string()))?;
    match output.status.code() {
        Some(0) => Ok(lines(&String::from_utf8_lossy(&output.stdout))),
        // What `setpriv` answers where there is no such program.
        Some(127) => Err(ours("tesseract is missing: run infra/local/install.sh".to_owned())),
        _ => Err(Refusal::new("BadDocumentException", "tesseract does not read this image")),
    }
}

/// A row of tesseract's table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
struct Row<'t> {
    level: u32,
    line: [u32; 3],
    place: [u32; 4],
    confidence: f64,
    text: &'t str,
}

impl<'t> Row<'t> {
    fn read(row: &'t str) -> Option<Self> {
        let mut cells = row.splitn(12, '\t');
        let mut number = || cells.next()?.parse::<u32>().ok();
        let (level, _page) = (number()?, number()?);
        let (line, _word) = ([number()?, number()?, number()?], number()?);
        let place = [number()?, number()?, number()?, number()?];
        let confidence = cells.next()?.parse().ok()?;
        Some(Self { level, line, place, confidence, text: cells.next().unwrap_or_default().trim() })
    }
}

fn lines(table: &str) -> Vec<Line> {
    let mut page = [1.0, 1.0];
    let mut words: BTreeMap<[u32; 3], Vec<Row<'_>>> = BTreeMap::new();
    for row in table.lines().skip(1).filter_map(Row::read) {
        let [_, _, width, height] = row.place;
        match row.level {
            1 => page = [f64::from(width.max(1)), f64::from(height.max(1))],
            5 if !row.text.is_empty() => words.entry(row.line).or_default().push(row),
            _ => {}
        }
    }
    let mut lines: Vec<_> = words.values().map(|words| line(words, page)).collect();
    lines.sort_by(|one, other| one.place.get(1).partial_cmp(&other.place.get(1)).unwrap_or(std::cmp::Ordering::Equal));
    lines
}

fn line(words: &[Row<'_>], [page_width, page_height]: [f64; 2]) -> Line {
    let text = words.iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
    let least = |at: fn(&[u32; 4]) -> u32| words.iter().map(|word| at(&word.place)).min().unwrap_or_default();
    let most = |at: fn(&[u32; 4]) -> u32| words.iter().map(|word| at(&word.place)).max().unwrap_or_default();
    let (left, top) = (least(|[left, ..]| *left), least(|[_, top, ..]| *top));
    let (right, bottom) = (most(|[left, _, width, _]| left + width), most(|[_, top, _, height]| top + height));
    let across = |pixels: u32| f64::from(pixels) / page_width;
    let down = |pixels: u32| f64::from(pixels) / page_height;
    Line {
        text: zone(&text).unwrap_or(text),
        confidence: words.iter().map(|word| word.confidence).fold(100.0, f64::min),
        place: [across(left), down(top), across(right - left), down(bottom - top)],
    }
}

/// A line of a machine readable zone, in which tesseract takes fillers for small letters, and does not count them well.
/// Textract was trained on such lines.
fn zone(text: &str) -> Option<String> {
    let joined: String = text.split_whitespace().collect();
    let fillers = |letter: char| if letter.is_ascii_lowercase() { '<' } else { letter };
    if joined.chars().count() < ZONE_CHARACTERS_MIN || !joined.contains("<<") {
        return None;
    }
    let read: String = joined.chars().map(fillers).collect();
    let printed = read.trim_end_matches('<');
    let is_first_of_a_passport = read.starts_with('P') && printed.contains("<<");
    if is_first_of_a_passport && printed.chars().count() <= PASSPORT_LINE_CHARACTERS {
        return Some(format!("{printed:<<PASSPORT_LINE_CHARACTERS$}"));
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_line_stand_together_with_the_least_of_their_confidences() {
        let table = "level\tpage\n1\t1\t0\t0\t0\t0\t0\t0\t1000\t500\t-1\t\n\
            5\t1\t2\t1\t1\t1\t100\t250\t50\t20\t96.5\t3\n5\t1\t2\t1\t1\t2\t160\t245\t40\t25\t90.0\tDOB\n\
            5\t1\t1\t1\t1\t1\t100\t50\t50\t20\t80.0\tDRIVER\n5\t1\t3\t1\t1\t1\t0\t0\t9\t9\t95.0\t \n";
        let read = lines(table);
        let texts: Vec<_> = read.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["DRIVER", "3 DOB"]);
        assert_eq!((read[1].confidence, read[1].place), (90.0, [0.1, 0.49, 0.1, 0.05]));
    }

    #[test]
    fn fillers_that_were_taken_for_letters_are_fillers() {
        let line = "P<AREAL<HASHIMI<<SEAN<<<<<<<<<<<<cccceeceeec<";
        assert_eq!(zone(line).unwrap(), "P<AREAL<HASHIMI<<SEAN<<<<<<<<<<<<<<<<<<<<<<<");
        let line = "P1550XKVH1ARE7001110<2801119<<<<<<<<<<<<<<08";
        assert_eq!(zone(line).unwrap(), line);
        assert_eq!(zone("4d DLN E6L1110RD"), None);
    }
}
