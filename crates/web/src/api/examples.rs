//! An example of every body that the JSON interface takes: of JSON one that is made of those of its fields, of
//! anything else one of its own.

use serde_json::{Map, Value, json};
use tongguan_messages::ceb::MessageType;
use tongguan_messages::sample::sample;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, RefOr};

/// Goods that are filed as a table.
const GOODS: &str = "itemNo,gcode,gname,gmodel,unit,unit1,qty1,netWeight\n\
                     CREAM-01,3304990029,面霜,50ml/瓶,瓶,千克,0.05,0.05\n\
                     MASK-01,3304990029,面膜,25ml/片,片,千克,0.03,0.03\n";

/// Gives each body an example.
pub fn with_examples(mut described: OpenApi) -> OpenApi {
    let known = json!(described);
    for item in described.paths.paths.values_mut() {
        for operation in [&mut item.post, &mut item.put, &mut item.delete].into_iter().flatten() {
            give_example(&known, operation);
        }
    }
    described
}

fn give_example(known: &Value, operation: &mut Operation) {
    let name = operation.operation_id.clone().unwrap_or_default();
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for (kind, content) in &mut body.content {
        let RefOr::T(content) = content else { continue };
        content.example = match kind.as_str() {
            "application/json" => {
                content.schema.as_ref().map(|schema| example(known, &json!(schema)))
            }
            _ => of_another_kind(&name).map(Value::String),
        };
    }
}

/// An example of a body that is no JSON.
fn of_another_kind(operation: &str) -> Option<String> {
    match operation {
        "check_message" => sample(MessageType::Ceb311).ok(),
        "check_response" | "prove_response" => sample(MessageType::Ceb312).ok(),
        "file_goods" => Some(GOODS.to_owned()),
        "add_picture" => Some("the bytes of the file, as the camera wrote them".to_owned()),
        _ => None,
    }
}

/// A value that a schema allows: what must be there, and what is there mostly.
fn example(described: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next()) {
        return example(described, &described["components"]["schemas"][name]);
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf"] {
        let mut options = schema[choice].as_array().into_iter().flatten();
        if let Some(option) = options.find(|option| option["type"] != "null") {
            return match &option["const"] {
                Value::Null => example(described, option),
                only => only.clone(),
            };
        }
    }
    if schema["properties"].is_object() || schema["allOf"].is_array() {
        return Value::Object(of_object(described, schema));
    }
    let kinds = &schema["type"];
    let is = |kind: &str| {
        kinds == kind || kinds.as_array().is_some_and(|kinds| kinds.iter().any(|it| it == kind))
    };
    if is("array") {
        return json!([example(described, &schema["items"])]);
    }
    if is("integer") || is("number") {
        return schema["minimum"].as_i64().unwrap_or(1).into();
    }
    if is("boolean") { json!(false) } else { json!("…") }
}

fn of_object(described: &Value, schema: &Value) -> Map<String, Value> {
    let mut object = Map::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        if let Value::Object(part) = example(described, part) {
            object.extend(part);
        }
    }
    let required: Vec<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if required.contains(&name.as_str()) || !field["example"].is_null() {
            object.insert(name.clone(), example(described, field));
        }
    }
    object
}
