//! Compares a reading with what a case expects of it.

use std::collections::BTreeMap;

use crate::documents::{Field, Kind, Reading, Refusal};
use serde_json::{Map, Value, json};

/// A reading in the words of the cases.
pub(super) struct Seen {
    read: bool,
    fields: Map<String, Value>,
    problems: Vec<&'static str>,
    checks: BTreeMap<&'static str, Option<bool>>,
}

impl Seen {
    pub(super) fn of(outcome: &Result<Reading, Refusal>) -> Self {
        match outcome {
            Ok(reading) => Self::of_reading(reading),
            Err(refusal) => Self {
                read: false,
                fields: Map::new(),
                problems: vec![refusal.because.name()],
                checks: BTreeMap::new(),
            },
        }
    }

    fn of_reading(reading: &Reading) -> Self {
        let mut fields = Map::new();
        for (field, entry) in reading.entries() {
            let value = entry.value.expose_secret();
            let is_partly_known =
                matches!(field, Field::DateOfBirth | Field::ExpiresOn) && reading.date(field).is_none();
            let name = if is_partly_known { format!("{}_known", field.name()) } else { field.name().to_owned() };
            fields.insert(name, json!(value));
        }
        let cut = |field: Field| json!(reading.cut(field));
        match reading.kind {
            Kind::Aamva(version) => {
                fields.insert("aamva_version".into(), json!(version));
                let names = [Field::FamilyName, Field::GivenName, Field::MiddleName];
                fields.insert(
                    "truncated".into(),
                    names.into_iter().map(|name| (name.name().to_owned(), cut(name))).collect(),
                );
            }
            Kind::Mrz(format) => {
                fields.insert("format".into(), json!(format.name()));
                fields.insert("names_truncated".into(), cut(Field::FamilyName));
            }
            Kind::Analyzed | Kind::MagneticStripe => {}
        }
        let problems = reading.doubts().iter().map(|doubt| doubt.name()).collect();
        let checks = reading.checks().iter().map(|(check, passed)| (check.name(), *passed)).collect();
        Self { read: true, fields, problems, checks }
    }

    /// What is wrong, if anything.
    pub(super) fn check(&self, expect: &Value) -> Result<(), String> {
        if let Some(any) = expect["any_of"].as_array() {
            let wrongs: Vec<String> = any.iter().map_while(|expect| self.check(expect).err()).collect();
            return if wrongs.len() < any.len() { Ok(()) } else { Err(wrongs.join(" | ")) };
        }
        if !self.read && expect["may_refuse"] == json!(true) {
            return Ok(());
        }
        if json!(self.read) != expect["read"] {
            return Err(format!("read is {}, problems {:?}", self.read, self.problems));
        }
        self.check_fields(expect)?;
        // "May refuse" is about values: what is read must be right, what it doubts is its own affair.
        for problem in expect["problems"].as_array().into_iter().flatten() {
            if !self.problems.contains(&problem.as_str().unwrap()) {
                return Err(format!("does not report {problem}, but {:?}", self.problems));
            }
        }
        for (check, passed) in expect["checks"].as_object().into_iter().flatten() {
            let seen = self.checks.get(check.as_str()).map(|passed| json!(passed));
            if seen.as_ref() != Some(passed) {
                return Err(format!("check {check} is {seen:?}"));
            }
        }
        Ok(())
    }

    fn check_fields(&self, expect: &Value) -> Result<(), String> {
        let ignores_case = expect["compare"] == json!("case-insensitive");
        for (name, value) in expect["fields"].as_object().into_iter().flatten() {
            let seen = self.fields.get(name).unwrap_or(&Value::Null);
            let same_but_case = || seen.as_str().map(str::to_uppercase) == value.as_str().map(str::to_uppercase);
            if seen != value && !(ignores_case && same_but_case()) {
                return Err(format!("{name} is {seen}, not {value}"));
            }
        }
        for name in expect["absent"].as_array().into_iter().flatten() {
            if let Some(seen) = self.fields.get(name.as_str().unwrap()) {
                return Err(format!("{name} is {seen}, not absent"));
            }
        }
        if let Some(start) = expect["given_name_starts_with"].as_str() {
            let given = self.fields.get("given_name").and_then(Value::as_str).unwrap_or("");
            return if given.starts_with(start) { Ok(()) } else { Err(format!("given name is {given}")) };
        }
        Ok(())
    }
}
