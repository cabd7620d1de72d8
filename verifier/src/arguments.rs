//! What the command line asks for.

use std::ffi::OsString;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use lexopt::prelude::{Long, Short, Value, ValueExt};

use crate::encoding::{is_uuid, unhex};
use crate::note::VerifierKey;
use crate::verify::Options;

/// How to use the program.
pub const USAGE: &str = "\
doorbook-verify BUNDLE --key KEY [--key KEY…] [options]

  --key KEY         verifier key name+id+base64, or a file with one a line; a key inside the bundle never counts
  --org UUID        refuse a bundle of any other organization
  --anchor NOTE     a checkpoint that was kept elsewhere, or a folder of .note files; may be given again
  --max-gap DAYS    refuse more days than that between two anchors
  --hmac-key HEX    the organization's export key, to check manifest.hmac
  --json            print one JSON object

Exit code: 0 all holds, 1 something is wrong, 2 nothing was verified.";

/// A note is a few hundred bytes.
const NOTE_BYTES_MAX: u64 = 1 << 20;

/// One thing to do.
#[derive(Debug)]
pub enum Task {
    /// Print how to use the program.
    Help,
    /// Verify a bundle.
    Verify(Order),
}

/// A bundle to verify.
#[derive(Debug)]
pub struct Order {
    /// Where it is.
    pub bundle: PathBuf,
    /// What it is held against.
    pub options: Options,
    /// Whether a program reads the report.
    pub as_json: bool,
}

/// The command line cannot be followed.
#[derive(Debug)]
pub struct Misread {
    /// Why, in a sentence.
    pub why: String,
    /// Whether a program reads it.
    pub as_json: bool,
}

/// Reads the command line, and the keys and notes that it names.
///
/// # Errors
/// [`Misread`].
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Task, Misread> {
    let mut as_json = false;
    read_words(lexopt::Parser::from_iter(arguments), &mut as_json).map_err(|why| Misread { why, as_json })
}

fn read_words(mut words: lexopt::Parser, as_json: &mut bool) -> Result<Task, String> {
    let mut options = Options::with_keys(Vec::new());
    options.threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut bundle = None;
    while let Some(word) = words.next().map_err(misread)? {
        match word {
            Long("help") | Short('h') => return Ok(Task::Help),
            Long("json") => *as_json = true,
            Long("key") => options.keys.extend(read_keys(&words.value().map_err(misread)?)?),
            Long("org") => {
                options.organization = Some(read_value(&mut words, "--org takes a UUID", read_organization)?)
            }
            Long("anchor") => options.anchors.extend(read_anchors(Path::new(&words.value().map_err(misread)?))?),
            Long("max-gap") => {
                options.max_gap_days =
                    Some(read_value(&mut words, "--max-gap takes a number of days", |text| text.parse().ok())?);
            }
            Long("hmac-key") => {
                options.hmac_key = Some(read_value(&mut words, "--hmac-key takes 64 hexadecimal digits", |text| {
                    unhex(text.to_ascii_lowercase().as_bytes())
                })?);
            }
            Value(path) if bundle.is_none() => bundle = Some(PathBuf::from(path)),
            other => return Err(misread(other.unexpected())),
        }
    }
    let bundle = bundle.ok_or("No bundle was given.")?;
    if options.keys.is_empty() {
        return Err("No --key was given.".to_owned());
    }
    Ok(Task::Verify(Order { bundle, options, as_json: *as_json }))
}

fn misread(error: lexopt::Error) -> String {
    format!("{error}.")
}

fn read_value<T>(words: &mut lexopt::Parser, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, String> {
    let text = words.value().and_then(ValueExt::string).map_err(misread)?;
    read(&text).ok_or_else(|| format!("{wanted}."))
}

fn read_organization(text: &str) -> Option<String> {
    let organization = text.to_ascii_lowercase();
    is_uuid(&organization).then_some(organization)
}

/// A key as text, or a file of them.
fn read_keys(word: &OsString) -> Result<Vec<VerifierKey>, String> {
    if let Some(key) = word.to_str().and_then(VerifierKey::read) {
        return Ok(vec![key]);
    }
    let shown = Path::new(word).display();
    let text = read_small(Path::new(word)).ok_or_else(|| format!("--key {shown} is no verifier key and no file."))?;
    let text = String::from_utf8(text).map_err(|_| format!("{shown} is no list of verifier keys."))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let keys: Option<Vec<_>> = lines.map(VerifierKey::read).collect();
    keys.filter(|keys| !keys.is_empty()).ok_or_else(|| format!("{shown} is no list of verifier keys."))
}

/// A note, or the notes below a folder.
fn read_anchors(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let unreadable = || format!("--anchor {} cannot be read.", path.display());
    if !path.is_dir() {
        return Ok(vec![read_small(path).ok_or_else(unreadable)?]);
    }
    let mut notes = Vec::new();
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).map_err(|_| unreadable())? {
            let entry = entry.map_err(|_| unreadable())?;
            let kind = entry.file_type().map_err(|_| unreadable())?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "note") {
                notes.push(read_small(&entry.path()).ok_or_else(unreadable)?);
            }
        }
    }
    if notes.is_empty() { Err(format!("--anchor {} has no .note in it.", path.display())) } else { Ok(notes) }
}

fn read_small(path: &Path) -> Option<Vec<u8>> {
    let about = fs::metadata(path).ok()?;
    (about.is_file() && about.len() <= NOTE_BYTES_MAX).then(|| fs::read(path).ok())?
}
