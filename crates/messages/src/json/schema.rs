//! The JSON Schema of a message, from its field tables.

use super::{Json, KEPT};
use crate::ceb::{EXTEND, MessageType, SUBSCRIBE, transfer_of};
use crate::table::{Body, Entity, Field, Form, Layout, Occurs, Trailer, exactly, filled};

/// The schema (draft 2020-12) of a message's JSON: what the strict profile accepts of it, but for the
/// digits of numbers, which `description` gives in the standard's notation.
pub fn schema(message: MessageType) -> Json {
    let layout = message.layout();
    let title = format!("{}: {} ({})", message.code(), layout.zh, layout.en);
    let root = object([(layout.root, content(layout))], &[layout.root]);
    let head = [
        ("$schema", Json::from("https://json-schema.org/draft/2020-12/schema")),
        ("title", Json::Text(title)),
    ];
    let Json::Object(members) = root else { return root };
    let head = head.into_iter().map(|(name, value)| (name.to_owned(), value));
    head.chain(members).collect()
}

fn content(layout: &'static Layout) -> Json {
    let mut properties = vec![
        ("@guid", described(text(exactly(36), None), "报文编号: the message's own number")),
        ("@version", described(text(filled(10), None), "版本: version of the standard, 1.0")),
        (layout.document, array(document(layout.body), layout.documents)),
    ];
    let mut required = vec!["@guid", "@version", layout.document];
    if layout.trailer != Trailer::None {
        let transfer = transfer_of(layout.trailer);
        properties.extend([
            (transfer.name, fields(transfer, [])),
            (SUBSCRIBE.name, array(fields(&SUBSCRIBE, []), Occurs { min: 0, max: 5 })),
            (EXTEND.name, fields(&EXTEND, [("Message", xml("what is added, as XML"))])),
        ]);
        required.push(transfer.name);
    }
    object(properties, &required)
}

fn document(body: Body) -> Json {
    match body {
        Body::Flat(entity) => fields(entity, []),
        Body::Head(head) => object([(head.name, fields(head, []))], &[head.name]),
        Body::HeadAndLines { head, line, lines } => {
            let properties =
                [(head.name, fields(head, [])), (line.name, array(fields(line, []), lines))];
            let required: &[_] = &[head.name, line.name];
            object(properties, if lines.min > 0 { required } else { &required[..1] })
        }
    }
}

fn fields<const N: usize>(entity: &'static Entity, more: [(&'static str, Json); N]) -> Json {
    let properties = entity.fields.iter().map(|field| (field.name, value(field)));
    let required = entity.fields.iter().filter(|field| field.required).map(|field| field.name);
    let required: Vec<_> = required.chain(more.iter().map(|(name, _)| *name)).collect();
    object(properties.chain(more), &required)
}

fn value(field: &Field) -> Json {
    let schema = text(field.form, field.fixed.or(field.default));
    let schema = match field.fixed {
        Some(fixed) => {
            let Json::Object(mut members) = schema else { return schema };
            members.truncate(1);
            members.push(("enum".to_owned(), [fixed, ""].map(Json::from).into_iter().collect()));
            Json::Object(members)
        }
        None => schema,
    };
    described(schema, &format!("{} ({}): {}", field.zh, field.form, field.en))
}

/// A text of that form; the empty one too where it stands for another.
fn text(form: Form, implied: Option<&str>) -> Json {
    let mut members = vec![("type", Json::from("string"))];
    match form {
        Form::Text { min, max } => {
            let min = if implied.is_some() { 0 } else { min };
            members.extend((min > 0).then(|| ("minLength", Json::from(min))));
            members.extend((max < usize::MAX).then(|| ("maxLength", Json::from(max))));
        }
        Form::Decimal { .. } => {
            let number = r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*";
            members.push(("pattern", pattern(number, implied)));
        }
        Form::Integer { .. } => members.push(("pattern", pattern(r"\s*[+-]?\d+\s*", implied))),
    }
    members.into_iter().collect()
}

fn pattern(number: &str, implied: Option<&str>) -> Json {
    let optional = if implied.is_some() { "?" } else { "" };
    Json::Text(format!("^({number}){optional}$"))
}

fn described(schema: Json, description: &str) -> Json {
    let Json::Object(mut members) = schema else { return schema };
    members.push(("description".to_owned(), description.into()));
    Json::Object(members)
}

fn array(items: Json, occurs: Occurs) -> Json {
    let mut members = vec![("type", Json::from("array")), ("items", items)];
    members.extend((occurs.min > 0).then(|| ("minItems", Json::from(occurs.min))));
    members.extend((occurs.max < usize::MAX).then(|| ("maxItems", Json::from(occurs.max))));
    members.into_iter().collect()
}

fn xml(description: &str) -> Json {
    described([("type", Json::from("string"))].into_iter().collect(), description)
}

/// An object of those properties and of what is kept.
fn object(
    properties: impl IntoIterator<Item = (&'static str, Json)>,
    required: &[&'static str],
) -> Json {
    let kept = array(xml("an element that the standard does not know"), Occurs::ANY);
    [
        ("type", Json::from("object")),
        ("properties", properties.into_iter().chain([(KEPT, kept)]).collect()),
        ("required", required.iter().map(|name| Json::from(*name)).collect()),
        ("additionalProperties", Json::Bool(false)),
    ]
    .into_iter()
    .collect()
}
