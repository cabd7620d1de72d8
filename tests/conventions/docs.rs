//! Links of the documents lead somewhere, and where a document names a line, it is still that line. No line of a
//! document is too long to be read, and the index of decisions lists each of them.

use std::collections::{BTreeMap, BTreeSet};

use super::wiring::{Checked, entries, files, read, root};

fn documents() -> Checked<Vec<String>> {
    let mut found: Vec<_> = entries("")?.into_iter().filter(|name| name.ends_with(".md")).collect();
    for folder in ["docs", "functions", "infra", "tests", "verifier"] {
        found.extend(files(folder, "md")?);
    }
    Ok(found)
}

/// The text outside blocks of code.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// The names and targets of `[name]: target`, each on a line of its own.
fn definitions(prose: &str) -> BTreeMap<&str, &str> {
    prose.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect()
}

/// The relative targets of `[text](target)` and of `[name]: target`, outside code.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let targets = inline.chain(definitions(&prose).into_values());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).map(str::to_owned).collect()
}

/// The `[name]` of a document that defines names, and not this one.
fn undefined(text: &str) -> Vec<String> {
    let prose: String = prose(text).split('`').step_by(2).collect();
    let defined = definitions(&prose);
    if defined.is_empty() {
        return Vec::new();
    }
    let brackets = prose.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    let references = brackets.filter(|(_, after)| !after.starts_with('(') && !after.starts_with(':'));
    references.map(|(name, _)| name).filter(|name| !defined.contains_key(name)).map(str::to_owned).collect()
}

/// The heading as the anchor that a forge makes of it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The fault of a link, if it has one.
fn fault(document: &str, target: &str) -> Option<String> {
    let (path, place) = target.split_once('#').unwrap_or((target, ""));
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let file = if path.is_empty() { root().join(document) } else { root().join(folder).join(path) };
    if file.is_dir() {
        return (!place.is_empty()).then(|| "a folder has no place in it".to_owned());
    }
    let Ok(text) = std::fs::read_to_string(&file) else { return Some("leads nowhere".to_owned()) };
    let holds = match place.strip_prefix('L').and_then(|line| line.parse::<usize>().ok()) {
        Some(line) => line <= text.lines().count(),
        None if place.is_empty() => true,
        None => text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == place),
    };
    (!holds).then(|| "leads to a place that is not there".to_owned())
}

#[test]
fn every_link_leads_somewhere() -> Checked {
    let mut wrong = Vec::new();
    for document in documents()? {
        let text = read(&document)?;
        for target in links(&text) {
            wrong.extend(fault(&document, &target).map(|fault| format!("{document}: {target} {fault}")));
        }
        wrong.extend(undefined(&text).into_iter().map(|name| format!("{document}: [{name}] is not defined")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Prose is wrapped at 120 characters; a row of a table that cannot be split may take a few more.
const LINE_CHARACTERS_MAX: usize = 160;

#[test]
fn no_line_of_a_document_is_longer_than_160_characters() -> Checked {
    let mut long = Vec::new();
    for document in documents()? {
        let text = read(&document)?;
        let lines = text.lines().enumerate().filter(|(_, line)| line.chars().count() > LINE_CHARACTERS_MAX);
        long.extend(lines.map(|(index, _)| format!("{document}:{}", index + 1)));
    }
    assert!(long.is_empty(), "longer than {LINE_CHARACTERS_MAX} characters:\n{}", long.join("\n"));
    Ok(())
}

#[test]
fn the_concurrency_that_a_deployment_needs_is_what_the_template_reserves() -> Checked {
    let template = read("template.yaml")?;
    let reserved = template.lines().filter_map(|line| line.trim().strip_prefix("ReservedConcurrentExecutions: "));
    let reserved: u32 = reserved.map(str::parse::<u32>).sum::<Result<_, _>>()?;
    let told = format!("at least {} (Service Quotas", 100 + reserved);
    let deploy = read("docs/DEPLOY.md")?;
    assert!(
        deploy.contains(&told) && deploy.contains(&format!("the templates reserve {reserved} ")),
        "{reserved} are reserved"
    );
    Ok(())
}

#[test]
fn the_readme_leads_to_the_line_that_writes_the_entry() -> Checked {
    let link = "infra/migrations/0004_audit.sql#L";
    let readme = read("README.md")?;
    let lines: BTreeSet<usize> =
        readme.split(link).skip(1).filter_map(|rest| rest.split(')').next()?.parse().ok()).collect();
    let sql = read("infra/migrations/0004_audit.sql")?;
    let named: Vec<_> = lines.iter().filter_map(|line| sql.lines().nth(line.checked_sub(1)?)).collect();
    assert!(!named.is_empty(), "README.md links no line of the audit trigger");
    assert!(named.iter().any(|line| line.contains("NEW.entry := format(")), "the line has moved: {named:?}");
    Ok(())
}

const INDEX_OF_DECISIONS: &str = "docs/decisions/README.md";

fn decisions() -> Checked<Vec<String>> {
    Ok(files("docs/decisions", "md")?.into_iter().filter(|file| file != INDEX_OF_DECISIONS).collect())
}

#[test]
fn the_index_lists_every_decision_once_under_its_title() -> Checked {
    let index = read(INDEX_OF_DECISIONS)?;
    let items: Vec<_> = index.lines().filter(|line| line.starts_with("- ")).collect();
    let listed: BTreeSet<_> = items.iter().map(|item| (*item).to_owned()).collect();
    assert_eq!(listed.len(), items.len(), "{INDEX_OF_DECISIONS} lists a decision twice");

    let mut expected = BTreeSet::new();
    for file in decisions()? {
        let text = read(&file)?;
        let title = text.lines().next().and_then(|line| line.strip_prefix("# ")?.split_once(' '));
        let (number, title) = title.ok_or_else(|| format!("{file} has no title"))?;
        expected.insert(format!("- [{number}]({}) {title}", file.trim_start_matches("docs/decisions/")));
    }
    let absent: Vec<_> = expected.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(&expected).collect();
    assert!(absent.is_empty() && unknown.is_empty(), "{INDEX_OF_DECISIONS} lacks {absent:?} and lists {unknown:?}");
    Ok(())
}

#[test]
fn decisions_are_numbered_once_and_say_what_would_reverse_them() -> Checked {
    let mut numbers = BTreeSet::new();
    for file in decisions()? {
        let name = file.trim_start_matches("docs/decisions/");
        let number = name.get(..4).unwrap_or_default();
        assert!(numbers.insert(number.to_owned()), "two decisions are {number}");
        let text = read(&file)?;
        assert!(text.starts_with(&format!("# {number} ")), "{file} opens with another number than its name");
        assert!(text.contains("reverse"), "{file} does not say what would reverse it");
    }
    Ok(())
}

#[test]
fn the_readme_lists_the_routes_of_the_template() -> Checked {
    let readme = read("README.md")?;
    let routes = super::events::routes()?;
    let absent: Vec<_> = routes
        .values()
        .flatten()
        .filter(|route| *route != "$default" && !route.starts_with("HEAD ") && !readme.contains(&format!("`{route}`")))
        .collect();
    assert!(absent.is_empty(), "README.md lacks {absent:?}");
    Ok(())
}

#[test]
fn every_parameter_of_the_template_is_explained() -> Checked {
    let (template, guide) = (read("template.yaml")?, read("docs/DEPLOY.md")?);
    let section = template.split("\nParameters:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let lines = section.unwrap_or_default().lines().filter_map(|line| line.trim().split_once(':'));
    let names: Vec<_> = lines.map(|(name, _)| name).collect();
    let unexplained: Vec<_> = names.iter().filter(|name| !guide.contains(&format!("`{name}`"))).collect();
    assert!(names.len() > 10 && unexplained.is_empty(), "docs/DEPLOY.md says nothing of {unexplained:?}");
    Ok(())
}
