//! The schemas of the document, each generated from the type that is sent or read.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::http::List;
use utoipa::{PartialSchema, ToSchema};

/// The schemas that operations refer to, by name.
#[derive(Default)]
pub(super) struct Schemas(pub(super) BTreeMap<String, Value>);

impl Schemas {
    /// A reference to the schema of a type, which is taken up with everything that it refers to.
    pub(super) fn of<T: ToSchema>(&mut self) -> Value {
        let mut found = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut found);
        for (name, schema) in found {
            self.insert(&name, serde_json::to_value(schema).unwrap());
        }
        reference(&T::name())
    }

    /// A reference to a page of things. All pages are one generic type, whose name says nothing of what is on them.
    pub(super) fn list_of<T: ToSchema>(&mut self) -> Value {
        self.of::<T>();
        let name = format!("{}List", T::name());
        self.insert(&name, serde_json::to_value(List::<T>::schema()).unwrap());
        reference(&name)
    }

    /// Takes up a schema. Two types of one name would overwrite each other, so they must say the same.
    pub(super) fn insert(&mut self, name: &str, schema: Value) {
        let known = self.0.entry(name.to_owned()).or_insert_with(|| schema.clone());
        assert_eq!(*known, schema, "two types are called {name}");
    }

    /// The schema itself, for what is derived from it.
    pub(super) fn remove<T: ToSchema>(&mut self) -> Value {
        self.of::<T>();
        self.0.remove(T::name().as_ref()).unwrap()
    }
}

/// A reference to a schema.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
