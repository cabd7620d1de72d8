//! CloudFormation's functions, evaluated as far as the local stack needs their values.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Physical;
use super::document::Document;
use crate::error::Result;
use crate::machine::{ACCOUNT, REGION};

/// What names mean inside one template: its parameters, its resources, its nested stacks.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) document: &'a Document,
    parameters: BTreeMap<String, Value>,
    physical: &'a Physical,
    /// The nested stack's name and a dot, or nothing for the root.
    prefix: String,
}

impl<'a> Scope<'a> {
    pub(super) fn of_root(
        document: &'a Document,
        given: BTreeMap<String, Value>,
        physical: &'a Physical,
    ) -> Result<Self> {
        Self::of(document, given, physical, String::new())
    }

    fn of(
        document: &'a Document,
        given: BTreeMap<String, Value>,
        physical: &'a Physical,
        prefix: String,
    ) -> Result<Self> {
        let mut parameters = BTreeMap::new();
        for (name, declared) in document.section("Parameters") {
            let value = given.get(name).or(declared.get("Default"));
            // One without a value is an error only where it is used.
            if let Some(value) = value {
                parameters.insert(name.clone(), value.clone());
            }
        }
        Ok(Self { document, parameters, physical, prefix })
    }

    /// Evaluates a value with every intrinsic inside it. `AWS::NoValue` removes what it stands for.
    pub(super) fn evaluate(&self, value: &Value) -> Result<Value> {
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.evaluate(item)).collect::<Result<Vec<_>>>()?;
                Ok(Value::Array(items.into_iter().filter(|item| !item.is_null()).collect()))
            }
            Value::Object(fields) => match intrinsic(fields) {
                Some((name, argument)) => self.call(name, argument),
                None => self.evaluate_fields(fields),
            },
            plain => Ok(plain.clone()),
        }
    }

    /// Evaluates a value that must be text in the end; numbers and booleans are written out.
    pub(super) fn text(&self, value: &Value) -> Result<String> {
        match self.evaluate(value)? {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(value) => Ok(value.to_string()),
            other => Err(self.document.error(format!("{other} should be text"))),
        }
    }

    fn evaluate_fields(&self, fields: &Map<String, Value>) -> Result<Value> {
        let mut evaluated = Map::new();
        for (name, field) in fields {
            let value = self.evaluate(field)?;
            if !value.is_null() {
                evaluated.insert(name.clone(), value);
            }
        }
        Ok(Value::Object(evaluated))
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Value> {
        match (name, argument) {
            ("Ref", Value::String(name)) => self.reference(name),
            ("Condition", Value::String(name)) => Ok(json!(self.condition(name)?)),
            ("Fn::GetAtt", Value::Array(path)) => match path.as_slice() {
                [Value::String(resource), attribute] => self.attribute(resource, &self.text(attribute)?),
                _ => Err(self.document.error("GetAtt takes a resource and an attribute")),
            },
            ("Fn::Sub", Value::String(pattern)) => Ok(json!(self.substitute(pattern, &Map::new())?)),
            ("Fn::Sub", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(pattern), Value::Object(names)] => Ok(json!(self.substitute(pattern, names)?)),
                _ => Err(self.document.error("Sub takes a pattern and names")),
            },
            ("Fn::If", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(name), then, otherwise] => {
                    self.evaluate(if self.condition(name)? { then } else { otherwise })
                }
                _ => Err(self.document.error("If takes a condition and two values")),
            },
            (_, Value::Array(parts)) => self.call_on_list(name, parts),
            _ => Err(self.document.error(format!("{name} is not understood here"))),
        }
    }

    fn call_on_list(&self, name: &str, parts: &[Value]) -> Result<Value> {
        match (name, parts) {
            ("Fn::Equals", [left, right]) => Ok(json!(self.evaluate(left)? == self.evaluate(right)?)),
            ("Fn::Not", [one]) => Ok(json!(!self.is_true(one)?)),
            ("Fn::And", parts) => Ok(json!(self.truths(parts)?.iter().all(|is_true| *is_true))),
            ("Fn::Or", parts) => Ok(json!(self.truths(parts)?.iter().any(|is_true| *is_true))),
            ("Fn::Join", [Value::String(separator), items]) => Ok(json!(self.texts(items)?.join(separator))),
            ("Fn::Split", [Value::String(separator), text]) => {
                Ok(json!(self.text(text)?.split(separator.as_str()).collect::<Vec<_>>()))
            }
            ("Fn::Select", [index, items]) => {
                let index: usize =
                    self.text(index)?.parse().map_err(|_| self.document.error("Select takes a number"))?;
                let items = self.evaluate(items)?;
                items.get(index).cloned().ok_or_else(|| self.document.error("Select points past the end"))
            }
            _ => Err(self.document.error(format!("{name} is not understood here"))),
        }
    }

    fn reference(&self, name: &str) -> Result<Value> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        match name {
            "AWS::NoValue" => Ok(Value::Null),
            "AWS::Region" => Ok(json!(REGION)),
            "AWS::AccountId" => Ok(json!(ACCOUNT)),
            "AWS::Partition" => Ok(json!("aws")),
            "AWS::URLSuffix" => Ok(json!("amazonaws.com")),
            "AWS::StackName" => Ok(json!("doorbook")),
            _ => self.attribute(name, "Ref"),
        }
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<Value> {
        let declared = self.document.entry("Resources", resource);
        let declared = declared.ok_or_else(|| self.document.error(format!("there is no {resource}")))?;
        if let Some(output) = attribute.strip_prefix("Outputs.") {
            return self.output(resource, declared, output);
        }
        let path = format!("{}{resource}", self.prefix);
        let known = self.physical.get(&path).and_then(|attributes| attributes.get(attribute));
        // What the local stack does not imitate still has a name, which nothing will answer to.
        Ok(json!(known.cloned().unwrap_or_else(|| format!("not-local.{path}.{attribute}"))))
    }

    fn output(&self, stack: &str, declared: &Value, output: &str) -> Result<Value> {
        let url = declared.pointer("/Properties/TemplateURL").and_then(Value::as_str);
        let url = url.ok_or_else(|| self.document.error(format!("{stack} is no nested stack")))?;
        let nested = self.document.nested(url)?;
        let mut given = BTreeMap::new();
        for (name, value) in declared.pointer("/Properties/Parameters").and_then(Value::as_object).into_iter().flatten()
        {
            given.insert(name.clone(), self.evaluate(value)?);
        }
        let scope = Scope::of(&nested, given, self.physical, format!("{}{stack}.", self.prefix))?;
        let value = nested.entry("Outputs", output).and_then(|declared| declared.get("Value"));
        scope.evaluate(value.ok_or_else(|| nested.error(format!("there is no output {output}")))?)
    }

    fn substitute(&self, pattern: &str, names: &Map<String, Value>) -> Result<String> {
        let mut text = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or_else(|| self.document.error("${ is not closed"))?;
            text.push_str(before);
            match (name.strip_prefix('!'), names.get(name), name.split_once('.')) {
                (Some(literal), _, _) => text.push_str(&format!("${{{literal}}}")),
                (None, Some(value), _) => text.push_str(&self.text(value)?),
                (None, None, Some((resource, attribute))) => {
                    text.push_str(&self.text(&json!({"Fn::GetAtt": [resource, attribute]}))?);
                }
                (None, None, None) => text.push_str(&self.text(&json!({"Ref": name}))?),
            }
            rest = after;
        }
        text.push_str(rest);
        Ok(text)
    }

    fn condition(&self, name: &str) -> Result<bool> {
        let declared = self.document.entry("Conditions", name);
        self.is_true(declared.ok_or_else(|| self.document.error(format!("there is no condition {name}")))?)
    }

    fn is_true(&self, value: &Value) -> Result<bool> {
        Ok(self.evaluate(value)? == json!(true))
    }

    fn truths(&self, values: &[Value]) -> Result<Vec<bool>> {
        values.iter().map(|value| self.is_true(value)).collect()
    }

    fn texts(&self, items: &Value) -> Result<Vec<String>> {
        let items = self.evaluate(items)?;
        items.as_array().into_iter().flatten().map(|item| self.text(item)).collect()
    }
}

fn intrinsic(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = fields.iter().next()?;
    let is_intrinsic = name == "Ref" || name.starts_with("Fn::") || (name == "Condition" && argument.is_string());
    (fields.len() == 1 && is_intrinsic).then_some((name.as_str(), argument))
}
