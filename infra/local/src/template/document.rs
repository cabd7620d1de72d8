//! A template as JSON, with short-form intrinsics (`!Ref x`) in their long form (`{"Ref": x}`).

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use yaml_serde::Value as Yaml;

use crate::error::{Error, Result};

/// One template file.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) file: PathBuf,
    content: Value,
}

impl Document {
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).map_err(Error::io(format!("cannot read {}", file.display())))?;
        let yaml: Yaml = yaml_serde::from_str(&text).map_err(|error| Error::template(file, error.to_string()))?;
        let content = long_form(yaml).map_err(|reason| Error::template(file, reason))?;
        Ok(Self { file: file.to_owned(), content })
    }

    /// A nested template, whose address is relative to this one.
    pub(super) fn nested(&self, url: &str) -> Result<Self> {
        Self::read(&self.file.parent().unwrap_or(Path::new(".")).join(url))
    }

    /// A section such as `Resources`; an absent one is empty.
    pub(super) fn section(&self, name: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.content.get(name).and_then(Value::as_object).into_iter().flatten()
    }

    /// One entry of a section.
    pub(super) fn entry(&self, section: &str, name: &str) -> Option<&Value> {
        self.content.get(section)?.get(name)
    }

    pub(super) fn pointer(&self, pointer: &str) -> Option<&Value> {
        self.content.pointer(pointer)
    }

    pub(super) fn error(&self, reason: impl Into<String>) -> Error {
        Error::template(&self.file, reason)
    }
}

fn long_form(yaml: Yaml) -> std::result::Result<Value, String> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => json!(value),
        Yaml::Number(value) => serde_json::to_value(&value).map_err(|error| error.to_string())?,
        Yaml::String(value) => json!(value),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(long_form).collect::<std::result::Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut fields = Map::new();
            for (name, value) in entries {
                let name = name.as_str().ok_or("a key is no text")?.to_owned();
                fields.insert(name, long_form(value)?);
            }
            Value::Object(fields)
        }
        Yaml::Tagged(tagged) => intrinsic(&tagged.tag.to_string(), long_form(tagged.value)?),
    })
}

fn intrinsic(tag: &str, value: Value) -> Value {
    let name = tag.trim_start_matches('!');
    match (name, value) {
        ("Ref" | "Condition", value) => json!({ name: value }),
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').unwrap_or((&path, ""));
            json!({"Fn::GetAtt": [resource, attribute]})
        }
        (_, value) => json!({ format!("Fn::{name}"): value }),
    }
}
