use super::*;
use proptest::prelude::*;
use serde_json::json;

fn refusal(schema: Value) -> String {
    let Value::Object(schema) = schema else { panic!("an object") };
    let error = AnswersSchema::parse(schema).unwrap_err();
    error.fields().iter().map(|field| format!("{} {}", field.pointer, field.code)).collect()
}

fn of_property(schema: Value) -> String {
    refusal(json!({ "properties": { "a": schema } }))
}

fn answers(answers: Value) -> Answers {
    serde_json::from_value(answers).unwrap()
}

fn faults(schema: Value, given: Value) -> Vec<String> {
    let Value::Object(fields) = &schema else { panic!("an object") };
    let schema = AnswersSchema::parse(fields.clone()).unwrap().into_value();
    match Form::read(&schema).unwrap().check(&answers(given)) {
        Ok(()) => Vec::new(),
        Err(error) => error.fields().iter().map(|field| format!("{} {}", field.pointer, field.code)).collect(),
    }
}

#[test]
fn every_missing_wrong_and_extra_answer_is_named_by_its_key_and_not_repeated() {
    let schema = json!({
        "required": ["boots", "escort", "a/b"],
        "properties": { "boots": { "type": "boolean" }, "escort": { "type": "boolean" }, "a/b": { "type": "string" } },
        "additionalProperties": false,
    });
    assert_eq!(
        faults(schema.clone(), json!({})),
        ["/answers/boots missing", "/answers/escort missing", "/answers/a~1b missing"]
    );
    let given = json!({ "boots": "canary", "escort": true, "a/b": "x", "more": 1 });
    assert_eq!(faults(schema, given), ["/answers/boots wrong_type", "/answers/more unknown_field"]);
}

#[test]
fn each_kind_of_field_takes_what_json_schema_says() {
    let takes = |field: Value, given: Value| {
        faults(json!({ "properties": { "a": field } }), json!({ "a": given })).first().cloned().unwrap_or_default()
    };
    let plate = json!({ "type": "string", "minLength": 2, "maxLength": 3 });
    assert_eq!(takes(plate.clone(), json!("äöü")), "");
    assert_eq!(takes(plate.clone(), json!("x")), "/answers/a too_short");
    assert_eq!(takes(plate, json!("ABCD")), "/answers/a too_long");
    assert_eq!(takes(json!({ "type": "string" }), json!("x".repeat(1000))), "");
    assert_eq!(takes(json!({ "type": "string" }), json!("x".repeat(1001))), "/answers/a too_long");
    let day = json!({ "type": "string", "format": "date" });
    assert_eq!(takes(day.clone(), json!("2028-02-29")), "");
    for wrong in ["2027-02-29", "2028-2-9", "20280229", "2028-02-29T10:00:00Z", "tomorrow", "+02028-2-9", "２０２８"]
    {
        assert_eq!(takes(day.clone(), json!(wrong)), "/answers/a not_a_date", "{wrong}");
    }
    let count = json!({ "type": "integer", "minimum": 0, "maximum": 9 });
    assert_eq!((takes(count.clone(), json!(9)), takes(count.clone(), json!(9.0))), (String::new(), String::new()));
    assert_eq!(takes(count.clone(), json!(1.5)), "/answers/a wrong_type");
    assert_eq!(takes(count.clone(), json!(-1)), "/answers/a out_of_range");
    assert_eq!(takes(count, json!("1")), "/answers/a wrong_type");
    let size = json!({ "type": "string", "enum": ["S", "M"] });
    assert_eq!(
        (takes(size.clone(), json!("M")), takes(size, json!("XL"))),
        (String::new(), "/answers/a not_one_of".into())
    );
    let any = json!({ "enum": ["yes", 1, null] });
    assert_eq!(
        (takes(any.clone(), json!(1.0)), takes(any, json!(true))),
        (String::new(), "/answers/a not_one_of".into())
    );
}

#[test]
fn what_no_form_shows_is_refused_at_its_place() {
    for keyword in ["$ref", "$defs", "anyOf", "allOf", "oneOf", "not", "if", "dependentRequired", "patternProperties"] {
        assert_eq!(refusal(json!({ keyword: {} })), format!("/answers_schema/{keyword} not_allowed"));
        let in_field = of_property(json!({ "type": "string", keyword: {} }));
        assert_eq!(in_field, format!("/answers_schema/properties/a/{keyword} not_allowed"));
    }
    for kind in ["array", "object", "null", "text"] {
        assert_eq!(of_property(json!({ "type": kind })), "/answers_schema/properties/a/type not_a_schema");
    }
    assert_eq!(
        of_property(json!({ "type": "string", "pattern": "^a" })),
        "/answers_schema/properties/a/pattern not_allowed"
    );
    assert_eq!(
        of_property(json!({ "type": "boolean", "maxLength": 1 })),
        "/answers_schema/properties/a/maxLength not_allowed"
    );
    assert_eq!(
        of_property(json!({ "type": "string", "format": "email" })),
        "/answers_schema/properties/a/format not_a_schema"
    );
    assert_eq!(of_property(json!({ "enum": [[1]] })), "/answers_schema/properties/a/enum not_a_schema");
    assert_eq!(of_property(json!({ "title": "What?" })), "/answers_schema/properties/a missing_type");
    assert_eq!(of_property(json!(true)), "/answers_schema/properties/a not_a_schema");
    assert_eq!(refusal(json!({ "type": "array" })), "/answers_schema/type not_a_schema");
    assert_eq!(refusal(json!({ "required": [1] })), "/answers_schema/required not_a_schema");
    let draft = json!({ "$schema": "http://json-schema.org/draft-04/schema#" });
    assert_eq!(refusal(draft), "/answers_schema/$schema not_a_schema");
    assert_eq!(refusal(json!({ "title": "x".repeat(BYTES_MAX) })), "/answers_schema too_long");
}

#[test]
fn answers_are_bounded_and_their_numbers_are_stored_as_they_were_sent() {
    let refused = |text: &str| serde_json::from_str::<Answers>(text).unwrap_err().to_string();
    assert!(refused(&json!({ "a": "x".repeat(BYTES_MAX) }).to_string()).starts_with("#too_long"));
    assert!(serde_json::from_value::<Answers>(json!({ "a": "x".repeat(BYTES_MAX - 8) })).is_ok());
    for number in ["1e300", "[{\"b\": 1e22}]", "123456789012345678901234567890", "1e-9"] {
        assert!(refused(&format!("{{\"a\": {number}}}")).starts_with("#number_out_of_range"), "{number}");
    }
    assert_eq!(
        answers(json!({ "a": [1.5, 18_446_744_073_709_551_615_u64] })).to_string(),
        r#"{"a":[1.5,18446744073709551615]}"#
    );
}

/// A field with as many choices as fit, asked of as many answers as fit: what is judged is the sum of both, not the product.
#[test]
fn a_form_of_the_largest_size_is_judged_in_one_pass() {
    let choices: Vec<_> = (0..1500).map(|n| format!("s{n}")).collect();
    let field = json!({ "properties": { "a": { "enum": choices } } });
    assert!(field.to_string().len() <= BYTES_MAX);
    let many: Map<String, Value> = (0..900).map(|n| (format!("k{n}"), json!("s1499"))).collect();
    assert_eq!(faults(field.clone(), Value::Object(many)), Vec::<String>::new());
    assert_eq!(faults(field, json!({ "a": "zz".repeat(400) })), ["/answers/a not_one_of"]);
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "type",
        "string",
        "number",
        "integer",
        "boolean",
        "object",
        "enum",
        "properties",
        "required",
        "maxLength",
        "minimum",
        "format",
        "date",
        "a",
        "b",
        "additionalProperties",
        "items",
        "2026-01-31",
    ]);
    let leaf = prop_oneof![
        word.clone().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null)
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..5).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What was published can be asked of anybody: it reads again as it stands in the database, and judges any answers.
    #[test]
    fn a_schema_that_is_taken_is_a_form_for_ever(schema in any_json(), given in any_json()) {
        if let (Value::Object(schema), Value::Object(given)) = (schema, given)
            && let Ok(schema) = AnswersSchema::parse(schema)
        {
            let stored: Value = serde_json::from_str(&schema.into_value().to_string()).unwrap();
            let form = Form::read(&stored).unwrap();
            let judged = form.check(&answers(Value::Object(given)));
            prop_assert!(judged.is_ok() || matches!(judged, Err(Error::Unprocessable(_))));
        }
    }
}
