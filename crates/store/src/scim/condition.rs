//! Conditions on people and groups: columns from a fixed list, values as arguments. Both databases mean the same by them.

use crate::args;
use crate::builder::Parts;

/// A condition on people or on groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Always, or never.
    Constant(bool),
    /// All of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// The text is not empty.
    Present(TextColumn),
    /// The text compared.
    Text(TextColumn, Match, String),
    /// The time compared: before (`-1`), at (`0`) or after (`1`) these microseconds.
    Time(TimeColumn, i8, i64),
    /// The person may sign in.
    Active,
    /// There is one that meets the condition.
    Exists(Relation, Box<Condition>),
}

/// How texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Match {
    Equal,
    Contains,
    StartsWith,
    EndsWith,
}

/// What a condition can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TextColumn {
    UserId,
    UserName,
    UserExternalId,
    FirstName,
    LastName,
    DisplayName,
    GroupId,
    GroupName,
    GroupExternalId,
}

/// What a condition can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TimeColumn {
    UserCreated,
    UserModified,
    GroupCreated,
    GroupModified,
}

/// What hangs on what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Groups of a person.
    GroupsOfUser,
    /// People of a group.
    MembersOfGroup,
}

/// Whether case counts in a column.
enum Case {
    Exact,
    Any,
    /// Any, and what is stored is in lower case.
    StoredLower,
}

/// A person's name for others.
pub(super) const DISPLAY: &str =
    "COALESCE(NULLIF(TRIM(account.first_name || ' ' || account.last_name), ''), account.email)";

impl TextColumn {
    fn sql(self) -> (&'static str, Case) {
        match self {
            TextColumn::UserId => ("CAST(account.id AS TEXT)", Case::Exact),
            TextColumn::UserName => ("account.email", Case::StoredLower),
            TextColumn::UserExternalId => ("COALESCE(scim_user.external_id, account.email)", Case::Exact),
            TextColumn::FirstName => ("account.first_name", Case::Any),
            TextColumn::LastName => ("account.last_name", Case::Any),
            TextColumn::DisplayName => (DISPLAY, Case::Any),
            TextColumn::GroupId => ("CAST(scim_group.id AS TEXT)", Case::Exact),
            TextColumn::GroupName => ("scim_group.display_name", Case::Any),
            TextColumn::GroupExternalId => ("COALESCE(scim_group.external_id, '')", Case::Exact),
        }
    }
}

impl TimeColumn {
    fn sql(self) -> &'static str {
        match self {
            TimeColumn::UserCreated => "membership.created_at",
            TimeColumn::UserModified => "COALESCE(scim_user.updated_at, membership.created_at)",
            TimeColumn::GroupCreated => "scim_group.created_at",
            TimeColumn::GroupModified => "scim_group.updated_at",
        }
    }
}

/// Whether somebody may sign in here.
pub(super) const ACTIVE: &str = "(account.is_active AND membership.role <> 'deactivated')";

impl Condition {
    pub(super) fn push(&self, parts: &mut Parts) {
        match self {
            Condition::Constant(true) => {
                parts.push("1 = 1", args![]);
            }
            Condition::Constant(false) => {
                parts.push("1 = 0", args![]);
            }
            Condition::All(list) => joined(parts, list, " AND ", "1 = 1"),
            Condition::Any(list) => joined(parts, list, " OR ", "1 = 0"),
            Condition::Not(inner) => {
                parts.push("NOT (", args![]);
                inner.push(parts);
                parts.push(")", args![]);
            }
            Condition::Present(column) => {
                parts.push(column.sql().0, args![]).push(" <> ''", args![]);
            }
            Condition::Text(column, how, value) => text(parts, *column, *how, value),
            Condition::Time(column, order, at) => {
                let compared = match order {
                    ..0 => " < ?",
                    0 => " = ?",
                    1.. => " > ?",
                };
                parts.push(column.sql(), args![]).push(compared, args![*at]);
            }
            Condition::Active => {
                parts.push(ACTIVE, args![]);
            }
            Condition::Exists(relation, inner) => {
                let begin = match relation {
                    Relation::GroupsOfUser => {
                        "EXISTS (SELECT 1 FROM scim_group_member
                            JOIN scim_group ON scim_group.id = scim_group_member.group_id
                         WHERE scim_group_member.account_id = membership.account_id
                            AND scim_group.organization_id = membership.organization_id AND "
                    }
                    Relation::MembersOfGroup => {
                        "EXISTS (SELECT 1 FROM scim_group_member
                            JOIN account ON account.id = scim_group_member.account_id
                            JOIN membership ON membership.account_id = account.id
                                AND membership.organization_id = scim_group.organization_id AND membership.deleted_at IS NULL
                         WHERE scim_group_member.group_id = scim_group.id AND "
                    }
                };
                parts.push(begin, args![]);
                inner.push(parts);
                parts.push(")", args![]);
            }
        }
    }
}

fn joined(parts: &mut Parts, list: &[Condition], between: &'static str, none: &'static str) {
    if list.is_empty() {
        parts.push(none, args![]);
    }
    for (index, condition) in list.iter().enumerate() {
        parts.push(if index > 0 { between } else { "" }, args![]);
        parts.push("(", args![]);
        condition.push(parts);
        parts.push(")", args![]);
    }
}

/// `LIKE` is not used: with it case counts on one database and not on the other.
fn text(parts: &mut Parts, column: TextColumn, how: Match, value: &str) {
    let (sql, case) = column.sql();
    match case {
        Case::Exact => compared(parts, ["", sql, ""], how, value),
        Case::StoredLower => compared(parts, ["", sql, ""], how, &value.to_lowercase()),
        // The databases' LOWER differs beyond ASCII: what is written the same is found whatever it does.
        Case::Any => {
            parts.push("(", args![]);
            compared(parts, ["", sql, ""], how, value);
            parts.push(" OR ", args![]);
            compared(parts, ["LOWER(", sql, ")"], how, &value.to_lowercase());
            parts.push(")", args![]);
        }
    }
}

fn compared(parts: &mut Parts, expression: [&'static str; 3], how: Match, value: &str) {
    let push_expression = |parts: &mut Parts| {
        for piece in expression {
            parts.push(piece, args![]);
        }
    };
    if value.is_empty() && how != Match::Equal {
        parts.push("1 = 1", args![]);
        return;
    }
    match how {
        Match::Equal => {
            push_expression(parts);
            parts.push(" = ?", args![value]);
        }
        Match::Contains => {
            parts.push("REPLACE(", args![]);
            push_expression(parts);
            parts.push(", ?, '') <> ", args![value]);
            push_expression(parts);
        }
        Match::StartsWith => {
            parts.push("SUBSTR(", args![]);
            push_expression(parts);
            parts.push(", 1, LENGTH(?)) = ?", args![value, value]);
        }
        Match::EndsWith => {
            parts.push("SUBSTR(", args![]);
            push_expression(parts);
            parts.push(", LENGTH(", args![]);
            push_expression(parts);
            parts.push(") - LENGTH(?) + 1) = ?", args![value, value]);
        }
    }
}
