//! A module of `shared` uses its own layer and those above it in the list of `lib.rs`, never one below.

use std::collections::{BTreeMap, BTreeSet};

use super::wiring::{Checked, files, read};

/// Layer of each module, from the table in the documentation of `shared`.
fn layers() -> Checked<BTreeMap<String, usize>> {
    let lib = read("shared/src/lib.rs")?;
    let mut layers = BTreeMap::new();
    for row in lib.lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let Some((layer, modules)) = row.split_once(" | ") else { continue };
        let Ok(layer) = layer.parse() else { continue };
        for module in modules.split('`').skip(1).step_by(2) {
            layers.insert(module.to_owned(), layer);
        }
    }
    Ok(layers)
}

/// The module that a file of `shared` belongs to.
fn module_of(file: &str) -> &str {
    let inside = file.trim_start_matches("shared/src/");
    inside.split(['/', '.']).next().unwrap_or_default()
}

/// The modules of `shared` that a piece of code names, tests and documentation apart.
fn used(code: &str) -> BTreeSet<String> {
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            found.insert(rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect());
        }
    }
    // `use crate::{` and its lines.
    for block in code.split("use crate::{").skip(1) {
        let block = block.split("};").next().unwrap_or_default();
        let mut depth = 0;
        for piece in block.split_inclusive([',', '{', '}']) {
            if depth == 0 {
                let word: String = piece.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                found.insert(word);
            }
            depth += piece.matches('{').count();
            depth = depth.saturating_sub(piece.matches('}').count());
        }
    }
    found.remove("");
    found
}

#[test]
fn no_module_uses_a_layer_below_its_own() -> Checked {
    let layers = layers()?;
    let mut wrong = Vec::new();
    for file in files("shared/src", "rs")? {
        let module = module_of(&file);
        let Some(own) = layers.get(module) else { continue };
        for other in used(&read(&file)?) {
            if layers.get(&other).is_some_and(|layer| layer > own) {
                wrong.push(format!("{file} uses {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn every_module_of_shared_stands_in_the_list() -> Checked {
    let lib = read("shared/src/lib.rs")?;
    let modules: BTreeSet<_> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod ")))
        .filter_map(|rest| rest.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    assert_eq!(layers()?.into_keys().collect::<BTreeSet<_>>(), modules);
    Ok(())
}

#[test]
fn the_reader_of_uses_sees_single_and_grouped_ones() {
    let code = "use crate::error::Error;\nuse crate::{\n    clock::Clock,\n    http::{List, Page},\n    tenant,\n};\n\
        fn f() { crate::vault::seal() }\n// crate::runtime\n";
    let names = ["clock", "error", "http", "tenant", "vault"].map(str::to_owned);
    assert_eq!(used(code), names.into());
}

#[test]
fn the_page_shows_the_layers_that_the_code_has() -> Checked {
    let page = read("docs/ARCHITECTURE.md")?;
    let mut shown = BTreeMap::new();
    for row in page.lines().filter_map(|line| line.strip_prefix("| ")) {
        let mut cells = row.split(" | ");
        let (Some(Ok(layer)), Some(modules)) = (cells.next().map(str::parse::<usize>), cells.next()) else { continue };
        shown.extend(modules.split(", ").map(|module| (module.to_owned(), layer)));
    }
    assert_eq!(shown, layers()?);
    Ok(())
}
