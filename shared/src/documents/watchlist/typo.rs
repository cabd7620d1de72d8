//! Words that differ by a letter or two.

/// What a typo leaves of 100: vowels and letters that sound or look alike are exchanged more often than others.
pub(super) fn points(one: &str, other: &str) -> u8 {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let longest = u32::try_from(one.len().max(other.len())).unwrap_or(1).max(1);
    let lost = (weighted_distance(&one, &other) * 10 / longest).min(60);
    u8::try_from(100 - lost).unwrap_or(0)
}

/// Edit distance in tenths of a letter.
fn weighted_distance(one: &[char], other: &[char]) -> u32 {
    let mut above: Vec<u32> = std::iter::successors(Some(0), |cost| Some(cost + 10)).take(other.len() + 1).collect();
    for letter in one {
        let mut current = vec![above.first().copied().unwrap_or(0) + gap(*letter)];
        for (column, second) in other.iter().enumerate() {
            let at = |line: &[u32], place: usize| line.get(place).copied().unwrap_or(u32::MAX / 2);
            let replaced = at(&above, column) + exchange(*letter, *second);
            let left_out = at(&above, column + 1) + gap(*letter);
            let put_in = at(&current, column) + gap(*second);
            current.push(replaced.min(left_out).min(put_in));
        }
        above = current;
    }
    above.last().copied().unwrap_or(0)
}

/// A silent letter that comes or goes.
const fn gap(letter: char) -> u32 {
    if matches!(letter, 'H' | 'E') { 6 } else { 10 }
}

fn exchange(one: char, other: char) -> u32 {
    const ALIKE: &[&str] = &["AEIOUY", "CKQ", "SZ", "BVW", "DT", "MN", "GJ", "FV", "IJL", "O0"];
    if one == other {
        0
    } else if ALIKE.iter().any(|group| group.contains(one) && group.contains(other)) {
        6
    } else {
        10
    }
}
