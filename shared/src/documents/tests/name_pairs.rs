//! The name pairs of `name_pairs.tsv`, which people extend who do not program.

use crate::documents::names::{Name, compare};

const PAIRS: &str = include_str!("name_pairs.tsv");

/// `FAMILY / GIVEN / SUFFIX`, or one box. A cut part ends in `…`.
fn name(text: &str) -> Name<'_> {
    let cut = |part: &str| if part.ends_with('…') { Some(true) } else { None };
    let mut parts = text.split('/').map(str::trim);
    let (family, given, suffix) = (parts.next().unwrap_or(""), parts.next(), parts.next().unwrap_or(""));
    match given {
        None => Name { full: family, ..Name::default() },
        Some(given) => {
            Name { family, given, suffix, family_cut: cut(family), given_cut: cut(given), ..Name::default() }
        }
    }
}

#[test]
fn name_pairs_have_the_verdict_that_a_careful_person_gives() {
    let pairs: Vec<Vec<&str>> =
        PAIRS.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    let mut wrong = Vec::new();
    for pair in &pairs {
        let [culture, document, typed, verdict, why] = pair.as_slice() else { panic!("not five columns: {pair:?}") };
        for (one, other) in [(document, typed), (typed, document)] {
            let finding = compare(&name(one), &name(other));
            if finding.verdict.name() != *verdict {
                wrong.push(format!(
                    "{culture}: {one} | {other}: {} ({}), not {verdict}: {why}",
                    finding.verdict.name(),
                    finding.reason.name()
                ));
            }
        }
    }
    assert!(pairs.len() >= 250, "{} pairs", pairs.len());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), 2 * pairs.len(), wrong.join("\n"));
}
