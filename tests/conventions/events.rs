//! Sample events stay true: each loads as what its function is sent, and one that must not load says so by its name.

use std::{collections::BTreeMap, time::Duration};

use aws_lambda_events::{apigw::ApiGatewayV2httpRequest, sqs::SqsEvent};
use serde_json::Value;
use shared::{http::Request, queue::Envelope};
use yaml_serde::Value as Yaml;

use super::wiring::{Checked, files, read};

/// The routes of each function, as the gateway writes them.
pub(super) fn routes() -> Checked<BTreeMap<String, Vec<String>>> {
    let document: Yaml = yaml_serde::from_str(&read("template.yaml")?)?;
    let mut routes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, resource) in document.get("Resources").and_then(Yaml::as_mapping).into_iter().flatten() {
        let Some(properties) = resource.get("Properties") else { continue };
        let folder = properties.get("CodeUri").and_then(Yaml::as_str).unwrap_or_default();
        let function = folder.trim_start_matches("target/lambda/").trim_end_matches('/').to_owned();
        for (_, event) in properties.get("Events").and_then(Yaml::as_mapping).into_iter().flatten() {
            let text =
                |name| event.get("Properties").and_then(|properties| properties.get(name)).and_then(Yaml::as_str);
            let route = match (text("Method"), text("Path")) {
                (Some(method), Some(path)) => format!("{method} {path}"),
                _ => "$default".to_owned(),
            };
            routes.entry(function.clone()).or_default().push(route);
        }
    }
    Ok(routes)
}

fn check_http(event: Value, stem: &str, routes: &[String]) -> Checked {
    let event: ApiGatewayV2httpRequest = serde_json::from_value(event)?;
    let request =
        Request::of_event(event.clone(), "sample".to_owned(), Duration::from_secs(1)).map_err(|e| e.to_string())?;
    if !routes.iter().any(|route| route == request.route()) {
        return Err(format!("its route {:?} is none of its function's", request.route()).into());
    }
    let body = event.body.unwrap_or_default();
    let is_json = body.is_empty() || event.is_base64_encoded || serde_json::from_str::<Value>(&body).is_ok();
    if !is_json && !stem.contains("malformed") {
        return Err("its body is no JSON, and its name does not say so".into());
    }
    Ok(())
}

fn check_messages(event: Value, stem: &str) -> Checked {
    let batch: SqsEvent = serde_json::from_value(event)?;
    let is_message =
        |body: &Option<String>| serde_json::from_str::<Envelope>(body.as_deref().unwrap_or_default()).is_ok();
    if batch.records.iter().any(|record| !is_message(&record.body)) && !stem.contains("refused") {
        return Err("a record is no message, and its name does not say so".into());
    }
    Ok(())
}

fn check(file: &str, routes: &BTreeMap<String, Vec<String>>) -> Checked {
    let mut parts = file.trim_end_matches(".json").split('/').skip(2);
    let (function, stem) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let event: Value = serde_json::from_str(&read(file)?)?;
    if event.get("requestContext").is_some() {
        check_http(event, stem, routes.get(function).map(Vec::as_slice).unwrap_or_default())
    } else if event.get("Records").is_some() {
        check_messages(event, stem)
    } else if event.is_object() {
        Ok(())
    } else {
        Err("it is no object".into())
    }
}

#[test]
fn every_sample_event_is_what_its_function_is_sent() -> Checked {
    let routes = routes()?;
    let samples = files("events", "json")?;
    assert!(!samples.is_empty());
    let wrong: Vec<_> =
        samples.iter().filter_map(|file| Some(format!("{file}: {}", check(file, &routes).err()?))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
