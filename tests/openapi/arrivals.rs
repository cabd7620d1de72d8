//! The body of a check-in, as the two bodies that it can be.

use check_in::body::{ArrivalBody, DRIVER_FIELDS};
use serde_json::{Value, json};

use super::document::{Schemas, reference};

/// What a driver must say beyond what everybody must.
const OF_EVERY_DRIVER: [&str; 3] = ["bills_of_lading", "carrier", "licence_number"];

/// A reference to either body, told apart by `type`. Both are derived from the one type that reads them.
pub(super) fn body(schemas: &mut Schemas) -> Value {
    let both = schemas.remove::<ArrivalBody>();
    schemas.insert("VisitorArrival", visitor(both.clone()));
    schemas.insert("DriverArrival", driver(both));
    let (visitor, driver) = (reference("VisitorArrival"), reference("DriverArrival"));
    schemas.insert(
        "Arrival",
        json!({
            "oneOf": [visitor, driver],
            "discriminator": {
                "propertyName": "type",
                "mapping": { "visitor": visitor["$ref"], "driver": driver["$ref"] },
            },
        }),
    );
    reference("Arrival")
}

fn visitor(mut schema: Value) -> Value {
    let properties = schema["properties"].as_object_mut().unwrap();
    properties.retain(|name, _| !DRIVER_FIELDS.contains(&name.as_str()));
    properties.insert("type".to_owned(), json!({ "type": "string", "const": "visitor" }));
    schema["description"] = json!("A visitor arrives.");
    schema["dependentRequired"] = together(&[("signature", "nda_version_id"), ("nda_version_id", "signature")]);
    schema
}

fn driver(mut schema: Value) -> Value {
    let properties = schema["properties"].as_object_mut().unwrap();
    properties.insert("type".to_owned(), json!({ "type": "string", "const": "driver" }));
    for name in OF_EVERY_DRIVER {
        let property = properties.get_mut(name).unwrap();
        *property = present(property);
    }
    schema["required"].as_array_mut().unwrap().extend(OF_EVERY_DRIVER.map(Value::from));
    schema["description"] = json!("The driver of a truck arrives.");
    schema["dependentRequired"] = together(&[
        ("signature", "nda_version_id"),
        ("nda_version_id", "signature"),
        ("un_number", "hazard_class"),
        ("hazard_class", "un_number"),
    ]);
    schema
}

fn together(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(one, other)| ((*one).to_owned(), json!([other]))).collect::<serde_json::Map<_, _>>().into()
}

/// The schema of a value that may be null, without the null.
fn present(schema: &Value) -> Value {
    let is_null = |schema: &Value| schema["type"] == "null";
    if let Some(choices) = schema["oneOf"].as_array() {
        let mut rest = choices.iter().filter(|choice| !is_null(choice)).cloned();
        let mut only = rest.next().unwrap();
        assert!(rest.next().is_none(), "a field that is one of several things");
        if let Some(description) = schema.get("description") {
            only["description"] = description.clone();
        }
        return only;
    }
    let mut schema = schema.clone();
    if let Some(types) = schema["type"].as_array() {
        let rest: Vec<Value> = types.iter().filter(|name| **name != "null").cloned().collect();
        schema["type"] = if rest.len() == 1 { rest[0].clone() } else { rest.into() };
    }
    schema
}
