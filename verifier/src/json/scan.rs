//! The grammar: steps over one value after another and refuses what RFC 8259 does, and duplicate keys.

use std::borrow::Cow;

use super::string;

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no JSON, or JSON that the format does not allow.
    Malformed,
    /// It is deeper, or of more values, than is taken on.
    Limit,
}

/// How deep values may stand in each other.
const DEPTH_MAX: u32 = 64;
/// How many values may stand in one text: more than an entry or a list of proofs of ours has.
const VALUES_MAX: u32 = 1_000_000;
const MANIFEST_VALUES_MAX: u32 = 20_000;
/// Up to so many keys are compared each with each; more are sorted first.
const KEYS_COMPARED: usize = 12;

/// What a text may hold beside the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Any JSON without duplicate keys, lone surrogates, and numbers beyond those of a double (RFC 7493, section 2.2).
    Json,
    /// The same, of fewer values.
    Manifest,
    /// An entry's: no number but integers below 2^53, and no NUL.
    Entry,
}

impl Rules {
    fn values_max(self) -> u32 {
        if self == Self::Manifest { MANIFEST_VALUES_MAX } else { VALUES_MAX }
    }
}

/// What is left of a text.
pub(super) struct Scanner<'t> {
    pub(super) rest: &'t [u8],
    rules: Rules,
    /// How many more values are taken on.
    values_left: u32,
    /// The keys of the objects that are open, outermost first.
    keys: Vec<Cow<'t, [u8]>>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8], rules: Rules) -> Self {
        Self { rest: text, rules, values_left: rules.values_max(), keys: Vec::new() }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn step(&mut self, length: usize) -> &'t [u8] {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }

    pub(super) fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.step(1);
        }
    }

    pub(super) fn expect(&mut self, mark: u8) -> Result<(), Fault> {
        let (first, rest) = self.rest.split_first().ok_or(Fault::Malformed)?;
        self.rest = rest;
        if *first == mark { Ok(()) } else { Err(Fault::Malformed) }
    }

    /// Steps over one value and returns its bytes.
    pub(super) fn value(&mut self, depth: u32) -> Result<&'t [u8], Fault> {
        self.count()?;
        let before = self.rest;
        match self.peek().ok_or(Fault::Malformed)? {
            b'"' => drop(self.string()?),
            b'{' => self.object(depth)?,
            b'[' => self.list(depth)?,
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => self.word(b"null")?,
            _ => self.number()?,
        }
        self.since(before)
    }

    /// Counts a value.
    pub(super) fn count(&mut self) -> Result<(), Fault> {
        self.values_left = self.values_left.checked_sub(1).ok_or(Fault::Limit)?;
        Ok(())
    }

    fn since(&self, before: &'t [u8]) -> Result<&'t [u8], Fault> {
        before.get(..before.len() - self.rest.len()).ok_or(Fault::Malformed)
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        if self.step(word.len()) == word { Ok(()) } else { Err(Fault::Malformed) }
    }

    fn object(&mut self, depth: u32) -> Result<(), Fault> {
        self.object_with(depth, |_, _| ())
    }

    /// Steps over an object and hands each field of it over.
    pub(super) fn object_with(&mut self, depth: u32, mut field: impl FnMut(&[u8], &'t [u8])) -> Result<(), Fault> {
        let outer = self.keys.len();
        self.expect(b'{')?;
        if self.opens_empty(b'}', depth)? {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            let value = self.value(depth + 1)?;
            field(&key, value);
            self.keys.push(key);
            if self.closes(b'}')? {
                break;
            }
        }
        self.end_keys(outer)
    }

    /// Ends an object: none of its keys may come twice.
    fn end_keys(&mut self, outer: usize) -> Result<(), Fault> {
        let fresh = are_distinct(self.keys.get_mut(outer..).unwrap_or_default());
        self.keys.truncate(outer);
        if fresh { Ok(()) } else { Err(Fault::Malformed) }
    }

    /// Steps over an object and hands each field of it over, and before a field that `opens` what is in it.
    pub(super) fn opened_with(
        &mut self,
        opens: fn(&[u8]) -> bool,
        mut field: impl FnMut(Option<&[u8]>, &[u8], &'t [u8]),
    ) -> Result<(), Fault> {
        self.count()?;
        let outer = self.keys.len();
        self.expect(b'{')?;
        if self.opens_empty(b'}', 0)? {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            let value = if opens(&key) && self.peek() == Some(b'{') {
                self.count()?;
                let before = self.rest;
                self.object_with(1, |name, value| field(Some(&key), name, value))?;
                self.since(before)?
            } else {
                self.value(1)?
            };
            field(None, &key, value);
            self.keys.push(key);
            if self.closes(b'}')? {
                break;
            }
        }
        self.end_keys(outer)
    }

    fn list(&mut self, depth: u32) -> Result<(), Fault> {
        self.expect(b'[')?;
        if self.opens_empty(b']', depth)? {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            if self.closes(b']')? {
                return Ok(());
            }
        }
    }

    pub(super) fn opens_empty(&mut self, end: u8, depth: u32) -> Result<bool, Fault> {
        self.blanks();
        if depth >= DEPTH_MAX {
            return Err(Fault::Limit);
        }
        let empty = self.peek() == Some(end);
        if empty {
            self.step(1);
        }
        Ok(empty)
    }

    /// Whether a list or an object ends here; another value follows otherwise.
    pub(super) fn closes(&mut self, end: u8) -> Result<bool, Fault> {
        self.blanks();
        match self.step(1) {
            [mark] if *mark == end => Ok(true),
            b"," => {
                self.blanks();
                Ok(false)
            }
            _ => Err(Fault::Malformed),
        }
    }

    /// Steps over a key and its colon, and returns the key as it reads.
    pub(super) fn key(&mut self) -> Result<Cow<'t, [u8]>, Fault> {
        let raw = self.string()?;
        self.blanks();
        self.expect(b':')?;
        self.blanks();
        Ok(string::decode(raw))
    }

    /// Steps over a string and returns what stands between its quotes.
    fn string(&mut self) -> Result<&'t [u8], Fault> {
        self.expect(b'"')?;
        let before = self.rest;
        loop {
            self.step(string::plain_length(self.rest));
            match self.peek().ok_or(Fault::Malformed)? {
                b'"' => break,
                b'\\' => {
                    let escape = string::escape(self.rest).ok_or(Fault::Malformed)?;
                    if escape.is_nul && self.rules == Rules::Entry {
                        return Err(Fault::Malformed);
                    }
                    self.step(escape.length);
                }
                _ => return Err(Fault::Malformed),
            }
        }
        let inner = before.get(..before.len() - self.rest.len()).ok_or(Fault::Malformed)?;
        self.step(1);
        Ok(inner)
    }

    fn number(&mut self) -> Result<(), Fault> {
        let before = self.rest;
        if self.peek() == Some(b'-') {
            self.step(1);
        }
        let whole = self.digits()?;
        if whole.len() > 1 && whole.first() == Some(&b'0') {
            return Err(Fault::Malformed);
        }
        let is_safe = whole.len() <= 16 && whole.iter().fold(0, |n: u64, d| n * 10 + u64::from(d - b'0')) < 1 << 53;
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            is_integer = false;
            self.step(1);
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            is_integer = false;
            self.step(1);
            if let Some(b'+' | b'-') = self.peek() {
                self.step(1);
            }
            self.digits()?;
        }
        let taken = match self.rules {
            _ if is_integer && is_safe => true,
            Rules::Json | Rules::Manifest => {
                is_finite(before.get(..before.len() - self.rest.len()).unwrap_or_default())
            }
            Rules::Entry => false,
        };
        if taken { Ok(()) } else { Err(Fault::Malformed) }
    }

    fn digits(&mut self) -> Result<&'t [u8], Fault> {
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 { Err(Fault::Malformed) } else { Ok(self.step(length)) }
    }
}

/// Whether a number stands for a finite double. Readers part ways over others: some refuse them, some read infinity.
fn is_finite(number: &[u8]) -> bool {
    str::from_utf8(number).is_ok_and(|text| text.parse().is_ok_and(f64::is_finite))
}

fn are_distinct(keys: &mut [Cow<'_, [u8]>]) -> bool {
    if keys.len() > KEYS_COMPARED {
        keys.sort_unstable();
        return keys.windows(2).all(|pair| !matches!(pair, [one, other] if one == other));
    }
    let mut rest = &*keys;
    while let Some((key, others)) = rest.split_first() {
        if others.contains(key) {
            return false;
        }
        rest = others;
    }
    true
}
