//! Check digits: weights 7 3 1, modulo 10 (Doc 9303-3, 4.9).

/// Whether the digit is right; `None` when there is none, which is neither passed nor failed.
pub(super) fn passes(field: &str, digit: &str) -> Option<bool> {
    if digit == "<" {
        return None;
    }
    let stated = digit.parse::<u32>().ok().filter(|_| digit.len() == 1);
    Some(stated.is_some() && stated == sum(field))
}

/// The digit that belongs to a field; `None` when a character is outside the alphabet.
fn sum(field: &str) -> Option<u32> {
    let weights = [7, 3, 1].into_iter().cycle();
    let products = field.chars().zip(weights).map(|(letter, weight)| Some(value(letter)? * weight));
    // A line has 44 characters of at most 35: no overflow.
    products.sum::<Option<u32>>().map(|sum| sum % 10)
}

fn value(letter: char) -> Option<u32> {
    match letter {
        '<' => Some(0),
        '0'..='9' | 'A'..='Z' => letter.to_digit(36),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_the_specimen_in_doc_9303_pass() {
        assert_eq!(passes("L898902C3", "6"), Some(true));
        assert_eq!(passes("740812", "2"), Some(true));
        assert_eq!(passes("740812", "3"), Some(false));
        assert_eq!(passes("740812", "O"), Some(false));
        assert_eq!(passes("740812", "<"), None);
    }
}
