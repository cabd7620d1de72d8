//! One form for words that are romanised differently, and for letters that look alike. Coarse on purpose: it gives `Near`, never
//! `Match`.

use std::{collections::HashMap, sync::LazyLock};

/// Longer groups first. What a group becomes is no spelling, only the same for all.
const SOUNDS: &[(&str, &str)] = &[
    ("SHCH", "S"),
    ("TSCH", "C"),
    ("YOU", "IU"),
    ("SCH", "S"),
    ("TCH", "C"),
    ("DZH", "J"),
    ("CZ", "C"),
    ("SZ", "S"),
    ("SH", "S"),
    ("ZH", "J"),
    ("KH", "H"),
    ("CH", "C"),
    ("TS", "C"),
    ("TZ", "C"),
    ("PH", "F"),
    ("TH", "T"),
    ("DH", "D"),
    ("GH", "G"),
    ("CK", "K"),
    ("QU", "K"),
    ("OU", "U"),
    ("OO", "U"),
    ("EE", "I"),
    ("OE", "O"),
    ("UE", "U"),
    ("AE", "A"),
    ("AA", "A"),
    ("YU", "IU"),
    ("JU", "IU"),
    ("YA", "IA"),
    ("JA", "IA"),
    ("YO", "IO"),
    ("JO", "IO"),
    ("YE", "E"),
    ("IE", "E"),
    ("JE", "E"),
    ("Y", "I"),
    ("W", "V"),
    ("X", "KS"),
    ("Q", "K"),
    ("0", "O"),
    ("1", "I"),
    ("5", "S"),
    ("8", "B"),
];

/// The groups by their first letter, as a check-in looks for them in thousands of words.
static BY_FIRST: LazyLock<HashMap<char, Vec<(&str, &str)>>> = LazyLock::new(|| {
    let mut groups: HashMap<char, Vec<(&str, &str)>> = HashMap::new();
    for (group, sound) in SOUNDS {
        groups.entry(group.chars().next().unwrap_or_default()).or_default().push((group, sound));
    }
    groups
});

/// The word as it sounds in most romanisations.
pub(super) fn sound(word: &str) -> String {
    let mut sound = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let group = BY_FIRST.get(&first).and_then(|groups| groups.iter().find(|(group, _)| rest.starts_with(group)));
        let (length, as_one) = group.map_or((first.len_utf8(), None), |(group, sound)| (group.len(), Some(*sound)));
        match as_one {
            Some(group) => group.chars().for_each(|letter| push_single(&mut sound, letter)),
            None => push_single(&mut sound, first),
        }
        rest = rest.get(length..).unwrap_or("");
    }
    sound
}

fn push_single(word: &mut String, letter: char) {
    if !word.ends_with(letter) {
        word.push(letter);
    }
}

/// The sound without the difference between A and E and between O and U, if enough consonants are left to tell words apart:
/// Mohammed and Muhammad.
pub(super) fn skeleton(sound: &str) -> Option<String> {
    let is_vowel = |letter: &char| matches!(letter, 'A' | 'E' | 'I' | 'O' | 'U');
    let consonants = sound.chars().filter(|letter| letter.is_ascii_uppercase() && !is_vowel(letter)).count();
    (consonants >= 3 && sound.len() >= 5).then(|| sound.replace('E', "A").replace('U', "O"))
}

/// The consonants of the sound, those that scripts without vowels do not tell apart as one. Half vowels go too: where they are
/// written depends on the script.
pub(super) fn consonants(word: &str) -> String {
    let spoken = sound(word);
    let kept = spoken.chars().filter(|letter| !matches!(letter, 'A' | 'E' | 'I' | 'O' | 'U' | 'V' | 'H' | 'J'));
    let as_one = kept.map(|letter| match letter {
        'C' => 'K',
        'P' => 'F',
        'Z' => 'S',
        other => other,
    });
    as_one.collect()
}

/// The Latin letter that a Cyrillic or Greek capital cannot be told from.
pub(super) const fn lookalike(letter: char) -> Option<char> {
    Some(match letter {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' => 'Y',
        'Ζ' => 'Z',
        _ => return None,
    })
}
