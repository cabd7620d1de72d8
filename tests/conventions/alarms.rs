//! An alarm on a metric of ours listens to what a function really counts.

use yaml_serde::Value as Yaml;

use super::wiring::{Checked, files, read, template};

/// Metric and function of each alarm in the namespace `Doorbook`.
fn heard() -> Checked<Vec<(String, String)>> {
    let document: Yaml = yaml_serde::from_str(&read("infra/alarms.yaml")?)?;
    let mut heard = Vec::new();
    for (_, resource) in document.get("Resources").and_then(Yaml::as_mapping).into_iter().flatten() {
        let Some(properties) = resource.get("Properties") else { continue };
        let text = |name| properties.get(name).and_then(Yaml::as_str);
        if text("Namespace") == Some("Doorbook") {
            let dimension = properties.get("Dimensions").and_then(|list| list.get(0)).and_then(|one| one.get("Value"));
            let function = dimension.and_then(Yaml::as_str).ok_or("an alarm without a function")?;
            heard.push((text("MetricName").ok_or("an alarm without a metric")?.to_owned(), function.to_owned()));
        }
    }
    Ok(heard)
}

#[test]
fn every_alarm_on_a_metric_of_ours_hears_what_its_function_counts() -> Checked {
    let (heard, functions) = (heard()?, template()?.functions);
    assert_eq!(heard.len(), 5, "{heard:?}");
    for (metric, name) in heard {
        let function = functions.iter().find(|function| function.name == name).ok_or("an alarm on no function")?;
        let mut code = String::new();
        for file in files(format!("functions/{}/{name}/src", function.area), "rs")? {
            code.push_str(&read(&file)?);
        }
        assert!(code.contains(&format!("\"{metric}\", 1.0)")), "{name} does not count {metric}");
        assert!(code.contains(&format!("\"{name}\"")), "{name} counts under another name");
        assert!(read("docs/LOGGING.md")?.contains(&format!("`{metric}`")), "docs/LOGGING.md lacks {metric}");
    }
    Ok(())
}
