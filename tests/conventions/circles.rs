//! Files depend on each other in one direction: no file uses another one that uses it, directly or through others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::wiring::{Checked, files, read};

/// A module by its path in its crate, as `["evidence", "page"]`.
type Module = Vec<String>;

/// Which modules each module of a crate uses.
type Uses = BTreeMap<Module, BTreeSet<Module>>;

/// The module that a file is; none for the root of a crate, which only lists modules.
fn module_of(file: &str, source: &str) -> Option<Module> {
    let inside = file.strip_prefix(source)?.trim_start_matches('/').strip_suffix(".rs")?;
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    (!["lib", "main"].contains(&inside)).then(|| inside.split('/').map(str::to_owned).collect())
}

/// Code without comments, unit tests and re-exports, which use nothing themselves.
fn plain(code: &str) -> String {
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut kept = String::new();
    let mut is_re_export = false;
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let begins = line.trim_start().strip_prefix("pub").and_then(|rest| rest.split_once("use "));
        is_re_export |= begins.is_some_and(|(between, _)| [" ", "(crate) ", "(super) "].contains(&between));
        if !is_re_export {
            kept.push_str(line);
            kept.push('\n');
        }
        is_re_export &= !line.contains(';');
    }
    kept
}

/// Follows a path, or a group of paths in braces, to its ends. Gives what stands behind it.
fn follow<'c>(code: &'c str, path: &[String], found: &mut Vec<Vec<String>>) -> &'c str {
    let code = code.trim_start();
    if let Some(mut inside) = code.strip_prefix('{') {
        loop {
            inside = follow(inside, path, found).trim_start_matches(|letter| !",}".contains(letter));
            match inside.strip_prefix(',').map(str::trim_start) {
                Some(next) if !next.starts_with('}') => inside = next,
                Some(next) => return next.get(1..).unwrap_or_default(),
                None => return inside.get(1..).unwrap_or_default(),
            }
        }
    }
    let (word, rest) = code.split_at(code.find(|letter| !is_of_a_word(letter)).unwrap_or(code.len()));
    let path = [path, &[word.to_owned()]].concat();
    match rest.strip_prefix("::") {
        Some(deeper) => follow(deeper, &path, found),
        None => {
            found.push(path);
            rest
        }
    }
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The paths in a module's code that lead into its own crate, from the crate's root.
fn paths(code: &str, module: &[String], children: &[&str]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for root in ["crate", "super", "self"].iter().chain(children) {
        let (mut before, mut rest) = (None, code);
        while let Some((head, tail)) = rest.split_once(&format!("{root}::")) {
            before = head.chars().next_back().or(before);
            if !before.is_some_and(|letter| is_of_a_word(letter) || letter == ':') {
                let mut ends = Vec::new();
                follow(tail, &[(*root).to_owned()], &mut ends);
                found.extend(ends.into_iter().map(|end| from_root(&end, module)));
            }
            (before, rest) = (Some(':'), tail);
        }
    }
    found
}

/// A path from the root of the crate, where it was written in this module.
fn from_root(path: &[String], module: &[String]) -> Vec<String> {
    let up = path.iter().take_while(|word| *word == "super").count();
    match path.first().map(String::as_str) {
        Some("crate") => path.iter().skip(1).cloned().collect(),
        Some("self") => module.iter().chain(path.iter().skip(1)).cloned().collect(),
        _ => module.iter().take(module.len().saturating_sub(up)).chain(path.iter().skip(up)).cloned().collect(),
    }
}

/// Reads which modules use which, in the crate whose source lies there.
fn uses(source: &str) -> Checked<Uses> {
    let all = files(source, "rs")?;
    let modules: BTreeMap<_, _> = all.iter().filter_map(|file| Some((module_of(file, source)?, file))).collect();
    let mut uses = Uses::new();
    for (module, file) in &modules {
        let below = modules.keys().filter(|other| other.split_last().is_some_and(|(_, above)| above == module));
        let children: Vec<_> = below.filter_map(|child| child.last().map(String::as_str)).collect();
        let paths = paths(&plain(&read(file)?), module, &children);
        let used = paths.iter().filter_map(|path| {
            (1..=path.len()).rev().filter_map(|length| path.get(..length)).find(|part| modules.contains_key(*part))
        });
        uses.insert(module.clone(), used.filter(|other| *other != module).map(<[String]>::to_vec).collect());
    }
    Ok(uses)
}

/// The shortest way from a module back to itself.
fn circle(uses: &Uses, start: &Module) -> Option<Vec<Module>> {
    let mut ways = VecDeque::from([vec![start.clone()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in way.last().and_then(|last| uses.get(last)).into_iter().flatten() {
            if next == start {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                ways.push_back([way.clone(), vec![next.clone()]].concat());
            }
        }
    }
    None
}

/// Every circle of a crate, each once, as a sentence.
fn circles(source: &str) -> Checked<BTreeSet<String>> {
    let uses = uses(source)?;
    let mut found: BTreeMap<BTreeSet<Module>, String> = BTreeMap::new();
    for way in uses.keys().filter_map(|start| circle(&uses, start)) {
        let names: Vec<_> = way.iter().chain(way.first()).map(|module| module.join("/")).collect();
        found.entry(way.into_iter().collect()).or_insert_with(|| format!("{source}: {}", names.join(" uses ")));
    }
    Ok(found.into_values().collect())
}

/// The sources of all functions.
fn sources() -> Checked<Vec<String>> {
    let roots = files("functions", "rs")?.into_iter();
    Ok(roots.filter_map(|file| file.strip_suffix("/lib.rs").map(str::to_owned)).collect())
}

#[test]
fn files_of_a_function_depend_in_one_direction() -> Checked {
    let mut found = BTreeSet::new();
    for source in sources()? {
        found.extend(circles(&source)?);
    }
    assert!(found.is_empty(), "{}", found.into_iter().collect::<Vec<_>>().join("\n"));
    Ok(())
}

#[test]
fn files_of_shared_depend_in_one_direction() -> Checked {
    let found = circles("shared/src")?;
    assert!(found.is_empty(), "{}", found.into_iter().collect::<Vec<_>>().join("\n"));
    Ok(())
}

/// Where `lib.rs` lists its modules in groups, they are layers, the lowest first.
#[test]
fn a_file_uses_its_own_layer_and_those_above_it_in_the_list() -> Checked {
    let mut wrong = Vec::new();
    for source in sources()? {
        let lib = read(format!("{source}/lib.rs"))?;
        let mut layers = BTreeMap::new();
        for (layer, group) in lib.split("\n\n").enumerate() {
            let names = group.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
            layers.extend(names.map(|name| (name.trim_end_matches(';').to_owned(), layer)));
        }
        for (module, used) in uses(&source)? {
            let layer = |module: &Module| module.first().and_then(|top| layers.get(top));
            let later = used.iter().filter(|other| layer(other) > layer(&module));
            wrong.extend(later.map(|other| format!("{source}: {} uses {}", module.join("/"), other.join("/"))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn every_form_of_a_path_is_seen() {
    let code = "pub(crate) use part::Hidden;\nuse crate::{\n    Deps,\n    one::{self, A},\n    two::deep::B as C,\n};\n\
        use super::{D, three::E,};\nfn f() { crate::four::g::<u8>(super::super::five::H, part::i()) }\n// crate::six\n\
        #[cfg(test)]\nmod tests {\n    use crate::seven;\n}\n";
    let module = ["outer", "inner"].map(str::to_owned);
    let found = paths(&plain(code), &module, &["part"]);
    let found: BTreeSet<_> = found.iter().map(|path| path.join("::")).collect();
    let wanted = [
        "Deps",
        "one::self",
        "one::A",
        "two::deep::B",
        "outer::D",
        "outer::three::E",
        "four::g::",
        "five::H",
        "outer::inner::part::i",
    ];
    assert_eq!(found, wanted.map(str::to_owned).into());
}

#[test]
fn a_circle_through_others_is_found() {
    let module = |name: &str| vec![name.to_owned()];
    let uses = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "a")];
    let uses: Uses = uses.into_iter().map(|(one, other)| (module(one), [module(other)].into())).collect();
    assert_eq!(circle(&uses, &module("b")), Some(vec![module("b"), module("c")]));
    assert_eq!(circle(&uses, &module("a")), None);
}
