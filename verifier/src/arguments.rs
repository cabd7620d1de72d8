//! What the command line asks for.

use std::ffi::OsString;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use lexopt::prelude::{Long, Value, ValueExt};

use crate::encoding::{is_uuid, typed_text, unhex};
use crate::finding::{Finding, Reason};
use crate::json::{Raw, Rules};
use crate::note::VerifierKey;
use crate::report::{Facts, Report};
use crate::source::BundleFile;
use crate::verify::{Options, verify};

/// How to use the program.
pub const USAGE: &str = "\
usage: doorbook-verify BUNDLE --key KEY [--key KEY…] [options]

  --key KEY         verifier key name+id+base64, or a file: one a line, or the JSON of the key address;
                    two are needed, of the log and of bundles; a key inside the bundle never counts
  --org UUID        refuse a bundle of any other organization
  --anchor NOTE     a checkpoint that was kept elsewhere, or a folder of .note files; may be given again
  --max-gap DAYS    refuse more days than that between two anchors
  --hmac-key HEX    the organization's export key, to check manifest.hmac
  --json            print one JSON object

Exit code: 0 all that was checked is correct, 1 something is wrong, 2 nothing was verified";

/// Notes and lists of keys are a few hundred bytes.
const KEPT_BYTES_MAX: u64 = 1 << 20;

/// A bundle to verify.
#[derive(Debug)]
pub struct Order {
    /// Where it is.
    pub bundle: PathBuf,
    /// What it is held against.
    pub options: Options,
}

/// Does what a command line says, and gives the report. Whatever goes wrong is exit 2.
#[must_use]
pub fn command(words: &[OsString]) -> Report {
    let usage = |why: String| Report::new(Err(Finding::new(Reason::Usage, why)), Facts::default());
    match read(words) {
        Err(why) => usage(why),
        Ok(Order { bundle, options }) => match BundleFile::open(&bundle) {
            Ok(file) => verify(&file, &options),
            Err(error) => usage(format!("{} cannot be read: {error}", bundle.display())),
        },
    }
}

/// Whether a program reads the report, wherever in the command line that is said.
#[must_use]
pub fn is_json(words: &[OsString]) -> bool {
    words.iter().any(|word| word == "--json")
}

/// Reads the command line, and the keys and notes that it names.
///
/// # Errors
/// Why it cannot be followed, in a sentence.
pub fn read(words: &[OsString]) -> Result<Order, String> {
    // The one exit code of 0 says that a bundle is verified; so this is no request that can be met.
    if words.iter().any(|word| word == "--help" || word == "-h") {
        return Err(USAGE.to_owned());
    }
    let mut options = Options::with_keys(Vec::new());
    options.threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut bundle = None;
    let mut words = lexopt::Parser::from_args(words.to_vec());
    while let Some(word) = words.next().map_err(misread)? {
        match word {
            Long("json") => {}
            Value(path) if bundle.is_none() => bundle = Some(PathBuf::from(path)),
            Long(option @ ("key" | "org" | "anchor" | "max-gap" | "hmac-key")) => {
                let option = option.to_owned();
                read_option(&mut words, &option, &mut options)?;
            }
            other => return Err(misread(other.unexpected())),
        }
    }
    let bundle = bundle.ok_or("No bundle was given. Try --help")?;
    if options.keys.is_empty() {
        return Err("No key was given".to_owned());
    }
    Ok(Order { bundle, options })
}

/// Reads the value of an option.
fn read_option(words: &mut lexopt::Parser, option: &str, options: &mut Options) -> Result<(), String> {
    match option {
        "key" => {
            let Keys { keys, revoked } = read_keys(&words.value().map_err(misread)?)?;
            options.keys.extend(keys);
            options.revoked.extend(revoked);
        }
        "anchor" => read_anchors(Path::new(&words.value().map_err(misread)?), options)?,
        "org" => options.organization = Some(read_value(words, "--org takes a UUID", read_organization)?),
        "max-gap" => options.max_gap_days = Some(read_value(words, "--max-gap takes a number of days", read_days)?),
        _ => {
            let read = |text: &str| unhex(text.to_ascii_lowercase().as_bytes());
            options.hmac_key = Some(read_value(words, "--hmac-key takes 64 hexadecimal digits", read)?);
        }
    }
    Ok(())
}

fn misread(error: lexopt::Error) -> String {
    format!("{error}. Try --help")
}

fn read_value<T>(words: &mut lexopt::Parser, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, String> {
    let text = words.value().and_then(ValueExt::string).map_err(misread)?;
    read(&text).ok_or_else(|| wanted.to_owned())
}

fn read_organization(text: &str) -> Option<String> {
    let organization = text.to_ascii_lowercase();
    is_uuid(&organization).then_some(organization)
}

fn read_days(text: &str) -> Option<u32> {
    let is_plain = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok())?
}

/// Keys, and the names of those that were left out because they are revoked.
#[derive(Default)]
struct Keys {
    keys: Vec<VerifierKey>,
    revoked: Vec<String>,
}

/// A key as text, or a file of them.
fn read_keys(word: &OsString) -> Result<Keys, String> {
    if let Some(key) = word.to_str().and_then(VerifierKey::read) {
        return Ok(Keys { keys: vec![key], revoked: Vec::new() });
    }
    let shown = Path::new(word).display();
    let bytes = read_small(Path::new(word))
        .ok_or_else(|| format!("--key {shown} is neither a verifier key nor a small file"))?;
    let keys = typed_text(&bytes).and_then(|text| keys_of(&text));
    let keys = keys.filter(|keys| keys.keys.len() + keys.revoked.len() > 0);
    keys.ok_or_else(|| format!("{shown} is no list of verifier keys"))
}

/// One a line, or what `/.well-known/doorbook-audit-key` answers.
fn keys_of(text: &str) -> Option<Keys> {
    if !text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{') {
        let lines = text.split('\n').map(|line| line.trim_matches([' ', '\t', '\r'])).filter(|line| !line.is_empty());
        return Some(Keys { keys: lines.map(VerifierKey::read).collect::<Option<_>>()?, revoked: Vec::new() });
    }
    let mut keys = Keys::default();
    for one in Raw::parse(text.as_bytes(), Rules::Json).ok()?.field("keys")?.list()? {
        let key = VerifierKey::read(&one.field("verifier_key")?.string()?)?;
        match one.field("revoked_at") {
            Some(at) if !at.is_null() => keys.revoked.push(key.to_string()),
            _ => keys.keys.push(key),
        }
    }
    Some(keys)
}

/// A note, or the notes below a folder.
fn read_anchors(path: &Path, options: &mut Options) -> Result<(), String> {
    let unreadable = || format!("--anchor {} cannot be read", path.display());
    if !path.is_dir() {
        options.anchors.push(read_small(path).ok_or_else(unreadable)?);
        return Ok(());
    }
    let before = options.found_anchors.len();
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).map_err(|_| unreadable())? {
            let entry = entry.map_err(|_| unreadable())?;
            let kind = entry.file_type().map_err(|_| unreadable())?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().to_string_lossy().ends_with(".note") {
                options.found_anchors.push(read_small(&entry.path()).ok_or_else(unreadable)?);
            }
        }
    }
    let is_empty = options.found_anchors.len() == before;
    if is_empty { Err(format!("--anchor {} has no .note in it", path.display())) } else { Ok(()) }
}

fn read_small(path: &Path) -> Option<Vec<u8>> {
    let about = fs::metadata(path).ok()?;
    (about.is_file() && about.len() <= KEPT_BYTES_MAX).then(|| fs::read(path).ok())?
}
