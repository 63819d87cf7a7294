//! Filters as conditions on the database, by a list of attributes. What is not on it cannot be asked (SEC-085).

use labelkeep_store::scim::groups::GroupOrder;
use labelkeep_store::scim::users::UserOrder;
use labelkeep_store::scim::{Condition, Match, Relation, TextColumn, TimeColumn};
use serde_json::{Value, json};

use super::evaluate::meets;
use super::filter::{Attribute, Filter, Operator};
use super::{GROUP_SCHEMA, Reason, ScimResult, USER_SCHEMA, Wish};

/// What a filter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    User,
    Group,
    /// One of a person's addresses: each has one.
    Email,
    /// One of a person's groups.
    GroupOfUser,
    /// One of a group's members.
    Member,
}

/// What an attribute stands for.
enum Field {
    Text(TextColumn),
    Time(TimeColumn),
    Active,
    /// Always the same.
    Constant(Value),
    /// A column of one of several.
    Related(Relation, TextColumn),
}

/// The people that a list is asked for.
pub(super) fn users(wish: &Wish) -> ScimResult<(Condition, UserOrder)> {
    let order = match sorted_by(wish, USER_SCHEMA)? {
        None => UserOrder::Id,
        Some(attribute) => match (attribute.name.as_str(), attribute.part.as_deref()) {
            ("id", None) => UserOrder::Id,
            ("username" | "emails", None) | ("emails", Some("value")) => UserOrder::UserName,
            ("name", Some("givenname")) => UserOrder::FirstName,
            ("name", Some("familyname")) => UserOrder::LastName,
            ("displayname", None) | ("name", Some("formatted")) => UserOrder::DisplayName,
            ("meta", Some("created")) => UserOrder::Created,
            ("meta", Some("lastmodified")) => UserOrder::Modified,
            _ => return Err(unsorted(&attribute)),
        },
    };
    Ok((condition(wish, Subject::User)?, order))
}

/// The groups that a list is asked for.
pub(super) fn groups(wish: &Wish) -> ScimResult<(Condition, GroupOrder)> {
    let order = match sorted_by(wish, GROUP_SCHEMA)? {
        None => GroupOrder::Id,
        Some(attribute) => match (attribute.name.as_str(), attribute.part.as_deref()) {
            ("id", None) => GroupOrder::Id,
            ("displayname", None) => GroupOrder::Name,
            ("meta", Some("created")) => GroupOrder::Created,
            ("meta", Some("lastmodified")) => GroupOrder::Modified,
            _ => return Err(unsorted(&attribute)),
        },
    };
    Ok((condition(wish, Subject::Group)?, order))
}

fn sorted_by(wish: &Wish, schema: &str) -> ScimResult<Option<Attribute>> {
    let Some(text) = &wish.sort_by else { return Ok(None) };
    let attribute = Attribute::parse(text).map_err(super::filter::Unreadable::of_path)?;
    if !super::change::is_core(&attribute, schema) {
        return Err(unsorted(&attribute));
    }
    Ok(Some(attribute))
}

fn unsorted(attribute: &Attribute) -> super::ScimError {
    Reason::InvalidValue.refuse(format!("The list cannot be sorted by {attribute}."))
}

fn condition(wish: &Wish, subject: Subject) -> ScimResult<Condition> {
    match &wish.filter {
        None => Ok(Condition::Constant(true)),
        Some(text) => translate(
            subject,
            &Filter::parse(text).map_err(super::filter::Unreadable::of_filter)?,
        ),
    }
}

fn translate(subject: Subject, filter: &Filter) -> ScimResult<Condition> {
    let all = |list: &[Filter]| {
        list.iter()
            .map(|inner| translate(subject, inner))
            .collect::<ScimResult<Vec<_>>>()
    };
    Ok(match filter {
        Filter::And(list) => Condition::All(all(list)?),
        Filter::Or(list) => Condition::Any(all(list)?),
        Filter::Not(inner) => Condition::Not(Box::new(translate(subject, inner)?)),
        Filter::Present(attribute) => present(field(subject, attribute)?),
        Filter::Compare(attribute, operator, value) => {
            compare(field(subject, attribute)?, attribute, *operator, value)?
        }
        Filter::Within(attribute, inner) => {
            let plain = attribute.part.is_none();
            match (subject, attribute.name.as_str()) {
                (Subject::User, "emails") if plain => translate(Subject::Email, inner)?,
                (Subject::User, "groups") if plain => Condition::Exists(
                    Relation::GroupsOfUser,
                    Box::new(translate(Subject::GroupOfUser, inner)?),
                ),
                (Subject::Group, "members") if plain => {
                    Condition::Exists(Relation::MembersOfGroup, Box::new(translate(Subject::Member, inner)?))
                }
                _ => return Err(unknown(attribute)),
            }
        }
    })
}

fn unknown(attribute: &Attribute) -> super::ScimError {
    Reason::InvalidFilter.refuse(format!("A filter cannot ask for {attribute}."))
}

fn field(subject: Subject, attribute: &Attribute) -> ScimResult<Field> {
    let schema = match subject {
        Subject::User => USER_SCHEMA,
        Subject::Group => GROUP_SCHEMA,
        _ => "",
    };
    if !super::change::is_core(attribute, schema) {
        return Err(unknown(attribute));
    }
    let field = match (subject, attribute.name.as_str(), attribute.part.as_deref()) {
        (Subject::User, "id", None) => Field::Text(TextColumn::UserId),
        (Subject::User, "username" | "emails", None)
        | (Subject::User, "emails", Some("value"))
        | (Subject::Email, "value", None) => Field::Text(TextColumn::UserName),
        (Subject::User, "emails", Some("type")) | (Subject::Email, "type", None) => Field::Constant(json!("work")),
        (Subject::User, "emails", Some("primary")) | (Subject::Email, "primary", None) => Field::Constant(json!(true)),
        (Subject::User, "externalid", None) => Field::Text(TextColumn::UserExternalId),
        (Subject::User, "name", Some("givenname")) => Field::Text(TextColumn::FirstName),
        (Subject::User, "name", Some("familyname")) => Field::Text(TextColumn::LastName),
        (Subject::User, "displayname", None)
        | (Subject::User, "name", Some("formatted"))
        | (Subject::Member, "display", None) => Field::Text(TextColumn::DisplayName),
        (Subject::User, "active", None) => Field::Active,
        (Subject::User, "locale", None) => Field::Constant(json!("en-US")),
        (Subject::User, "meta", Some("resourcetype")) | (Subject::Member, "type", None) => {
            Field::Constant(json!("User"))
        }
        (Subject::User, "meta", Some("created")) => Field::Time(TimeColumn::UserCreated),
        (Subject::User, "meta", Some("lastmodified")) => Field::Time(TimeColumn::UserModified),
        (Subject::User, "groups", None | Some("value")) => Field::Related(Relation::GroupsOfUser, TextColumn::GroupId),
        (Subject::User, "groups", Some("display")) => Field::Related(Relation::GroupsOfUser, TextColumn::GroupName),
        (Subject::Group, "id", None) | (Subject::GroupOfUser, "value", None) => Field::Text(TextColumn::GroupId),
        (Subject::Group, "displayname", None) | (Subject::GroupOfUser, "display", None) => {
            Field::Text(TextColumn::GroupName)
        }
        (Subject::Group, "externalid", None) => Field::Text(TextColumn::GroupExternalId),
        (Subject::Group, "members", None | Some("value")) => {
            Field::Related(Relation::MembersOfGroup, TextColumn::UserId)
        }
        (Subject::Group, "members", Some("display")) => {
            Field::Related(Relation::MembersOfGroup, TextColumn::DisplayName)
        }
        (Subject::Group, "meta", Some("resourcetype")) => Field::Constant(json!("Group")),
        (Subject::Group, "meta", Some("created")) => Field::Time(TimeColumn::GroupCreated),
        (Subject::Group, "meta", Some("lastmodified")) => Field::Time(TimeColumn::GroupModified),
        (Subject::Member, "value", None) => Field::Text(TextColumn::UserId),
        _ => return Err(unknown(attribute)),
    };
    Ok(field)
}

fn present(field: Field) -> Condition {
    match field {
        Field::Text(column) => Condition::Present(column),
        Field::Time(_) | Field::Active | Field::Constant(_) => Condition::Constant(true),
        Field::Related(relation, _) => Condition::Exists(relation, Box::new(Condition::Constant(true))),
    }
}

fn compare(field: Field, attribute: &Attribute, operator: Operator, value: &Value) -> ScimResult<Condition> {
    let not = |condition: Condition| Condition::Not(Box::new(condition));
    if operator == Operator::NotEqual {
        return Ok(not(compare(field, attribute, Operator::Equal, value)?));
    }
    if value.is_null() {
        return Ok(match operator {
            Operator::Equal => not(present(field)),
            _ => Condition::Constant(false),
        });
    }
    match field {
        Field::Text(column) => text(column, attribute, operator, value),
        Field::Related(relation, column) => Ok(Condition::Exists(
            relation,
            Box::new(text(column, attribute, operator, value)?),
        )),
        Field::Time(column) => time(column, attribute, operator, value),
        Field::Active => Ok(match (operator, value) {
            (Operator::Equal, Value::Bool(true)) => Condition::Active,
            (Operator::Equal, Value::Bool(false)) => not(Condition::Active),
            (Operator::Equal, _) => Condition::Constant(false),
            _ => return Err(unordered(attribute)),
        }),
        Field::Constant(constant) => {
            let alone = Attribute {
                schema: None,
                name: "value".to_owned(),
                part: None,
            };
            let filter = Filter::Compare(alone, operator, value.clone());
            Ok(Condition::Constant(meets(&json!({ "value": constant }), &filter)))
        }
    }
}

fn unordered(attribute: &Attribute) -> super::ScimError {
    Reason::InvalidFilter.refuse(format!("{attribute} cannot be compared in this way."))
}

fn text(column: TextColumn, attribute: &Attribute, operator: Operator, value: &Value) -> ScimResult<Condition> {
    let how = match operator {
        Operator::Equal => Match::Equal,
        Operator::Contains => Match::Contains,
        Operator::StartsWith => Match::StartsWith,
        Operator::EndsWith => Match::EndsWith,
        // The databases sort letters differently.
        _ => return Err(unordered(attribute)),
    };
    Ok(match value {
        Value::String(text) => Condition::Text(column, how, text.clone()),
        _ => Condition::Constant(false),
    })
}

fn time(column: TimeColumn, attribute: &Attribute, operator: Operator, value: &Value) -> ScimResult<Condition> {
    let at = value
        .as_str()
        .and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
    let Some(at) = at.map(|at| at.timestamp_micros()) else {
        return Err(Reason::InvalidFilter.refuse(format!(
            "{attribute} is compared with a time, such as 2026-01-31T12:00:00Z."
        )));
    };
    let compared = |order| Condition::Time(column, order, at);
    Ok(match operator {
        Operator::Equal => compared(0),
        Operator::Greater => compared(1),
        Operator::Less => compared(-1),
        Operator::GreaterOrEqual => Condition::Not(Box::new(compared(-1))),
        Operator::LessOrEqual => Condition::Not(Box::new(compared(1))),
        _ => return Err(unordered(attribute)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::ScimError;
    use super::*;

    fn wish(filter: &str) -> Wish {
        Wish {
            filter: Some(filter.to_owned()),
            ..Wish::default()
        }
    }

    #[test]
    fn sec_085_only_attributes_of_the_list_can_be_asked_for() {
        for filter in [
            "password eq \"x\"",
            "role eq \"owner\"",
            "name.middleName pr",
            "phone pr",
            "members pr",
            "groups[secret pr]",
            "emails.x pr",
            "userName gt \"a\"",
            "active gt true",
            "meta.created co \"2026\"",
            "meta.created gt \"soon\"",
            "emails[groups[value pr]]",
            "urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr",
            "name.givenName.x pr",
            "name pr",
        ] {
            let found = users(&wish(filter));
            assert!(
                matches!(found, Err(ScimError::Refused(Reason::InvalidFilter, _))),
                "{filter}: {found:?}"
            );
        }
        assert!(groups(&wish("userName eq \"x\"")).is_err());
        let sorted = Wish {
            sort_by: Some("password".to_owned()),
            ..Wish::default()
        };
        assert!(users(&sorted).is_err());
    }

    #[test]
    fn attributes_become_columns() {
        let condition = |filter: &str| users(&wish(filter)).expect(filter).0;
        assert_eq!(
            condition(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "a""#),
            Condition::Text(TextColumn::UserName, Match::Equal, "a".to_owned())
        );
        assert_eq!(condition("active ne true"), Condition::Not(Box::new(Condition::Active)));
        assert_eq!(
            condition(r#"emails[type eq "work" and value sw "a"]"#),
            Condition::All(vec![
                Condition::Constant(true),
                Condition::Text(TextColumn::UserName, Match::StartsWith, "a".to_owned())
            ])
        );
        assert_eq!(condition("userName eq 7"), Condition::Constant(false));
    }
}
