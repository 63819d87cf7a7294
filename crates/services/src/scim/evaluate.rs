//! Whether a value meets a filter. The plain meaning of the language: the database must agree with it (see `select`).

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::filter::{Attribute, Filter, Operator};

/// Attributes whose texts differ by case (RFC 7643 §3.1).
const EXACT: [&str; 2] = ["id", "externalid"];

/// Whether a resource, or one value of an attribute, meets the filter. What it does not have has no value.
pub(super) fn meets(resource: &Value, filter: &Filter) -> bool {
    match filter {
        Filter::And(list) => list.iter().all(|inner| meets(resource, inner)),
        Filter::Or(list) => list.iter().any(|inner| meets(resource, inner)),
        Filter::Not(inner) => !meets(resource, inner),
        Filter::Present(attribute) => values(resource, attribute).into_iter().any(is_present),
        Filter::Compare(attribute, operator, wanted) => compare(resource, attribute, *operator, wanted),
        Filter::Within(attribute, inner) => values(resource, attribute).into_iter().any(|value| meets(value, inner)),
    }
}

fn compare(resource: &Value, attribute: &Attribute, operator: Operator, wanted: &Value) -> bool {
    if operator == Operator::NotEqual {
        return !compare(resource, attribute, Operator::Equal, wanted);
    }
    let found = values(resource, attribute);
    if wanted.is_null() {
        return operator == Operator::Equal && !found.into_iter().any(is_present);
    }
    let exact = EXACT.contains(&attribute.name.as_str());
    found.into_iter().any(|value| {
        // Of what has parts, the part named `value` is meant.
        let value = value
            .as_object()
            .and_then(|object| get(object, "value"))
            .unwrap_or(value);
        match (value, wanted) {
            (Value::String(value), Value::String(wanted)) => text(value, operator, wanted, exact),
            (Value::Bool(value), Value::Bool(wanted)) => operator == Operator::Equal && value == wanted,
            (Value::Number(value), Value::Number(wanted)) => {
                ordered(value.as_f64().partial_cmp(&wanted.as_f64()), operator)
            }
            _ => false,
        }
    })
}

fn text(value: &str, operator: Operator, wanted: &str, exact: bool) -> bool {
    if !exact {
        return text(&value.to_lowercase(), operator, &wanted.to_lowercase(), true);
    }
    match operator {
        Operator::Contains => value.contains(wanted),
        Operator::StartsWith => value.starts_with(wanted),
        Operator::EndsWith => value.ends_with(wanted),
        _ => ordered(Some(value.cmp(wanted)), operator),
    }
}

fn ordered(order: Option<Ordering>, operator: Operator) -> bool {
    order.is_some_and(|order| match operator {
        Operator::Equal => order.is_eq(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::NotEqual | Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    })
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => list.iter().any(is_present),
        Value::Object(parts) => parts.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The attribute's values: those of a list one by one.
fn values<'a>(resource: &'a Value, attribute: &Attribute) -> Vec<&'a Value> {
    let named = |value: &'a Value, name: &str| value.as_object().and_then(|object| get(object, name));
    let found = each(named(resource, &attribute.name));
    match &attribute.part {
        None => found,
        Some(part) => found.into_iter().flat_map(|value| each(named(value, part))).collect(),
    }
}

fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(list)) => list.iter().collect(),
        Some(value) => vec![value],
    }
}

/// A member of an object, whatever the case of its name.
pub(super) fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_of_several_is_enough() {
        let ada = json!({
            "id": "7", "userName": "ada@example.com", "active": true, "name": {"familyName": "Lovelace", "givenName": ""},
            "emails": [{"value": "Ada@example.com", "type": "work"}, {"value": "a@home.example", "type": "home"}],
        });
        let meets = |text: &str| meets(&ada, &Filter::parse(text).expect(text));
        for yes in [
            r#"USERNAME eq "ADA@example.com""#,
            r#"emails co "home""#,
            r#"emails.value sw "a@""#,
            "name pr",
            "active eq true",
            r#"emails[type eq "home" and value ew ".example"]"#,
            "not (name.givenName pr)",
            "nothing eq null",
            r#"nothing ne "x""#,
            r#"userName pr and (id eq "8" or id eq "7")"#,
            r#"name.familyName gt "lovelaca""#,
        ] {
            assert!(meets(yes), "{yes}");
        }
        for no in [
            r#"emails[type eq "home" and value co "example.com"]"#,
            "name.givenName pr",
            r#"active eq "true""#,
            "active ne true",
            r#"nothing eq "x""#,
            "nothing pr",
            r#"name eq "Lovelace""#,
            "id gt 5",
            "id eq null",
        ] {
            assert!(!meets(no), "{no}");
        }
    }

    /// A filter with what it says about a resource with the attributes a to d, found by the shortest way.
    fn filters() -> impl Strategy<Value = Filter> {
        let attribute = prop_oneof!["[a-d]", "[a-d]", "[e]"].prop_map(|name| Attribute {
            schema: None,
            name,
            part: None,
        });
        let value = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-3i64..3).prop_map(Value::from),
            "[ab\"\\\\ ü)\\]]{0,3}".prop_map(Value::from),
        ];
        let operator = prop::sample::select(vec![
            Operator::Equal,
            Operator::NotEqual,
            Operator::Contains,
            Operator::StartsWith,
            Operator::EndsWith,
            Operator::Greater,
            Operator::GreaterOrEqual,
            Operator::Less,
            Operator::LessOrEqual,
        ]);
        let leaf = prop_oneof![
            attribute.clone().prop_map(Filter::Present),
            (attribute, operator, value)
                .prop_map(|(attribute, operator, value)| Filter::Compare(attribute, operator, value)),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
                inner.prop_map(|inner| Filter::Not(Box::new(inner))),
            ]
        })
    }

    /// The plainest meaning, for a resource whose attributes are single values.
    fn plainly(resource: &Value, filter: &Filter) -> bool {
        match filter {
            Filter::And(list) => list.iter().fold(true, |all, inner| all & plainly(resource, inner)),
            Filter::Or(list) => list.iter().fold(false, |any, inner| any | plainly(resource, inner)),
            Filter::Not(inner) => !plainly(resource, inner),
            Filter::Within(..) => unreachable!("not among those that are made"),
            Filter::Present(attribute) => {
                !matches!(&resource[&attribute.name], Value::Null) && resource[&attribute.name] != ""
            }
            Filter::Compare(attribute, operator, wanted) => {
                let found = &resource[&attribute.name];
                let equal = match (found, wanted) {
                    (Value::String(found), Value::String(wanted)) => found.to_lowercase() == wanted.to_lowercase(),
                    (found, Value::Null) => found.is_null() || found == "",
                    _ => found == wanted,
                };
                let order = match (found, wanted) {
                    (Value::String(found), Value::String(wanted)) => {
                        Some(found.to_lowercase().cmp(&wanted.to_lowercase()))
                    }
                    (Value::Number(found), Value::Number(wanted)) => {
                        found.as_i64().zip(wanted.as_i64()).map(|(a, b)| a.cmp(&b))
                    }
                    _ => None,
                };
                let texts = found
                    .as_str()
                    .zip(wanted.as_str())
                    .map(|(a, b)| (a.to_lowercase(), b.to_lowercase()));
                match operator {
                    Operator::Equal => equal,
                    Operator::NotEqual => !equal,
                    Operator::Contains => texts.is_some_and(|(a, b)| a.contains(&b)),
                    Operator::StartsWith => texts.is_some_and(|(a, b)| a.starts_with(&b)),
                    Operator::EndsWith => texts.is_some_and(|(a, b)| a.ends_with(&b)),
                    Operator::Greater => order == Some(Ordering::Greater),
                    Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
                    Operator::Less => order == Some(Ordering::Less),
                    Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                }
            }
        }
    }

    proptest! {
        #[test]
        fn sec_085_no_text_makes_the_parser_panic(text in r#"([a-e] |eq |"[^"]{0,4}"|[()\[\]]|and |or |not|\PC|urn:|\.){0,30}"#) {
            let _ = Filter::parse(&text);
            let _ = super::super::filter::Path::parse(&text);
            let _ = Attribute::parse(&text);
        }

        #[test]
        fn what_is_written_reads_the_same_and_means_the_same(
            filter in filters(),
            a in prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::Bool)],
            b in "[abAB üÜ]{0,3}",
            c in -3i64..3,
        ) {
            let text = filter.to_string();
            let again = Filter::parse(&text);
            prop_assert_eq!(again.as_ref(), Ok(&filter), "{}", text);
            let resource = json!({"a": a, "b": b, "c": c, "d": "ab"});
            prop_assert_eq!(meets(&resource, &filter), plainly(&resource, &filter), "{} {}", resource, text);
        }
    }
}
