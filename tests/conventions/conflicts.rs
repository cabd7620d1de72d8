//! The page that people read explains each word that stands in a 409, and no other.

use std::collections::BTreeSet;

use super::wiring::{Checked, files, read};

#[test]
fn the_page_explains_every_word_of_a_conflict() -> Checked {
    let mut said = BTreeSet::new();
    for file in files("functions", "rs")?.into_iter().chain(files("shared/src", "rs")?) {
        let code = read(&file)?;
        let words = code.split("Error::conflict(\"").skip(1).filter_map(|rest| rest.split('"').next());
        said.extend(words.map(str::to_owned));
    }

    let page = read("docs/API.md")?;
    let table = page.split("| word | what it says |\n| --- | --- |\n").nth(1).unwrap_or_default();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let explained: BTreeSet<_> = rows.filter_map(|row| row.split('`').nth(1)).map(str::to_owned).collect();

    assert!(said.contains("still_running"), "the code is not read as it is written: {said:?}");
    assert_eq!(explained, said);
    Ok(())
}
