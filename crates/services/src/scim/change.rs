//! What a body wants to change, by a list of attributes: what is not on it changes nothing (SEC-085). Pure.

use serde_json::{Map, Value};

use super::evaluate::get;
use super::filter::{Attribute, Filter};
use super::{GROUP_SCHEMA, Reason, ScimError, ScimResult, USER_SCHEMA};

/// Longest name, in characters.
const LONGEST: usize = 256;

/// Changes of a person; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct UserChange {
    pub user_name: Option<String>,
    pub external_id: Option<Option<String>>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub active: Option<bool>,
}

/// Changes of a group; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct GroupChange {
    pub display_name: Option<String>,
    pub external_id: Option<Option<String>>,
    /// One after the other.
    pub members: Vec<MemberChange>,
}

/// A change of who is in a group.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum MemberChange {
    Add(Vec<i64>),
    Remove(Vec<i64>),
    RemoveWhere(Filter),
    Replace(Vec<i64>),
}

/// Attributes of the standard that clients send and that we do not keep. `password` is among them: the provider signs
/// people in, or they set one themselves.
const NOT_KEPT: [&str; 22] = [
    "displayname",
    "nickname",
    "profileurl",
    "title",
    "usertype",
    "preferredlanguage",
    "locale",
    "timezone",
    "password",
    "emails",
    "phonenumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "roles",
    "x509certificates",
    "employeenumber",
    "costcenter",
    "department",
    "division",
    "manager",
];
/// Attributes that the server alone writes.
const READ_ONLY: [&str; 4] = ["id", "meta", "groups", "schemas"];

/// Whether an attribute belongs to this core schema.
pub(super) fn is_core(attribute: &Attribute, schema: &str) -> bool {
    attribute
        .schema
        .as_ref()
        .is_none_or(|given| given.eq_ignore_ascii_case(schema))
}

pub(super) fn object(value: &Value) -> ScimResult<&Map<String, Value>> {
    value
        .as_object()
        .ok_or_else(|| Reason::InvalidSyntax.refuse("A JSON object is needed."))
}

pub(super) fn wrong(name: &str, wanted: &str) -> ScimError {
    Reason::InvalidValue.refuse(format!("{name} must be {wanted}."))
}

/// A text of one line; null is an empty one.
pub(super) fn text(name: &str, value: &Value) -> ScimResult<String> {
    let text = match value {
        Value::Null => "",
        Value::String(text) => text.trim(),
        _ => return Err(wrong(name, "a text")),
    };
    if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        return Err(wrong(
            name,
            &format!("a text of one line with at most {LONGEST} characters"),
        ));
    }
    Ok(text.to_owned())
}

/// The same for what people read as a name (SEC-180).
fn name(attribute: &str, value: &Value) -> ScimResult<String> {
    Ok(crate::names::plain(&text(attribute, value)?))
}

/// A text that may be taken away.
pub(super) fn optional_text(name: &str, value: &Value) -> ScimResult<Option<String>> {
    Ok(Some(text(name, value)?).filter(|text| !text.is_empty()))
}

/// A truth value; Microsoft Entra writes it as a text.
fn truth(name: &str, value: &Value) -> ScimResult<bool> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(wrong(name, "true or false")),
    }
}

impl UserChange {
    /// What a whole resource says. An attribute that it leaves out stays.
    pub fn of_resource(body: &Value) -> ScimResult<UserChange> {
        let mut change = UserChange::default();
        change.set_all(object(body)?)?;
        Ok(change)
    }

    /// Sets each attribute of an object; those that the server writes or does not know are passed over.
    pub(super) fn set_all(&mut self, entries: &Map<String, Value>) -> ScimResult<()> {
        for (name, value) in entries {
            // Some clients write `name.givenName` as a name, or wrap attributes in the name of their schema.
            if name.eq_ignore_ascii_case(USER_SCHEMA) {
                self.set_all(object(value)?)?;
            } else if let Ok(attribute) = Attribute::parse(name) {
                self.set(&attribute, Some(value))?;
            }
        }
        Ok(())
    }

    /// Sets an attribute, or takes it away; says whether there is one of this name.
    pub(super) fn set(&mut self, attribute: &Attribute, value: Option<&Value>) -> ScimResult<bool> {
        let needed = |name: &str| Reason::Mutability.refuse(format!("{name} cannot be removed."));
        if !is_core(attribute, USER_SCHEMA) {
            return Ok(false);
        }
        match (attribute.name.as_str(), attribute.part.as_deref()) {
            ("username", None) => {
                let value = text("userName", value.ok_or_else(|| needed("userName"))?)?;
                self.user_name = Some(value);
            }
            ("externalid", None) => {
                self.external_id = Some(optional_text("externalId", value.unwrap_or(&Value::Null))?);
            }
            ("active", None) => self.active = Some(truth("active", value.ok_or_else(|| needed("active"))?)?),
            ("name", None) => {
                for (part, place) in [("givenName", &mut self.first_name), ("familyName", &mut self.last_name)] {
                    match value {
                        None | Some(Value::Null) => *place = Some(String::new()),
                        Some(value) => {
                            if let Some(value) = get(object(value)?, part) {
                                *place = Some(name(part, value)?);
                            }
                        }
                    }
                }
            }
            ("name", Some("givenname")) => self.first_name = Some(name("givenName", value.unwrap_or(&Value::Null))?),
            ("name", Some("familyname")) => self.last_name = Some(name("familyName", value.unwrap_or(&Value::Null))?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl GroupChange {
    /// What a whole resource says. An attribute that it leaves out stays; when `replaces` is set, nobody is in a group
    /// without `members`.
    pub fn of_resource(body: &Value, replaces: bool) -> ScimResult<GroupChange> {
        let mut change = GroupChange::default();
        let entries = object(body)?;
        change.set_all(entries, true)?;
        if replaces && change.members.is_empty() {
            change.members.push(MemberChange::Replace(Vec::new()));
        }
        Ok(change)
    }

    /// As [`UserChange::set_all`]; `replaces` says whether the members take the place of those before.
    pub(super) fn set_all(&mut self, entries: &Map<String, Value>, replaces: bool) -> ScimResult<()> {
        for (name, value) in entries {
            if name.eq_ignore_ascii_case(GROUP_SCHEMA) {
                self.set_all(object(value)?, replaces)?;
                continue;
            }
            let Ok(attribute) = Attribute::parse(name) else {
                continue;
            };
            if is_core(&attribute, GROUP_SCHEMA) && attribute.is("members", None) {
                let ids = member_ids(value)?;
                self.members.push(if replaces {
                    MemberChange::Replace(ids)
                } else {
                    MemberChange::Add(ids)
                });
            } else {
                self.set(&attribute, Some(value))?;
            }
        }
        Ok(())
    }

    /// Sets an attribute other than the members, or takes it away; says whether there is one of this name.
    pub(super) fn set(&mut self, attribute: &Attribute, value: Option<&Value>) -> ScimResult<bool> {
        if !is_core(attribute, GROUP_SCHEMA) {
            return Ok(false);
        }
        match (attribute.name.as_str(), attribute.part.as_deref()) {
            ("displayname", None) => {
                let removed = || Reason::Mutability.refuse("displayName cannot be removed.");
                self.display_name = Some(name("displayName", value.ok_or_else(removed)?)?);
            }
            ("externalid", None) => {
                self.external_id = Some(optional_text("externalId", value.unwrap_or(&Value::Null))?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Ids of the members that a value names: a list of objects, one object, or ids by themselves.
pub(super) fn member_ids(value: &Value) -> ScimResult<Vec<i64>> {
    let id = |value: &Value| {
        let value = value.as_object().map_or(Some(value), |entries| get(entries, "value"));
        match value {
            Some(Value::String(text)) => text.parse().ok(),
            Some(Value::Number(number)) => number.as_i64(),
            _ => None,
        }
        .ok_or_else(|| wrong("members", "a list of users, each with its id as value"))
    };
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => list.iter().map(id).collect(),
        one => Ok(vec![id(one)?]),
    }
}

/// What is said about an attribute that a path names and that is not changed: nothing when the standard knows it, else an
/// error.
pub(super) fn not_changed(attribute: &Attribute) -> ScimResult<()> {
    let name = attribute.name.as_str();
    if READ_ONLY.contains(&name) {
        return Err(Reason::Mutability.refuse(format!("{attribute} is written by the server alone.")));
    }
    if attribute.schema.is_some() || NOT_KEPT.contains(&name) || name == "name" {
        return Ok(());
    }
    Err(Reason::InvalidPath.refuse(format!("There is no attribute {attribute}.")))
}
