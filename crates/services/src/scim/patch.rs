//! Lists of operations (RFC 7644 §3.5.2), in the forms that Okta and Microsoft Entra send: `op` in any case, values without
//! a path, truth values as texts. Pure.

use serde_json::Value;

use super::change::{self, GroupChange, MemberChange, UserChange, is_core, member_ids, object};
use super::evaluate::get;
use super::filter::Path;
use super::{GROUP_SCHEMA, Reason, ScimResult};

/// Most operations of one request.
const MOST: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Add,
    Replace,
    Remove,
}

struct Operation<'a> {
    kind: Kind,
    path: Option<Path>,
    value: Option<&'a Value>,
}

fn operations(body: &Value) -> ScimResult<Vec<Operation<'_>>> {
    let list = get(object(body)?, "Operations").and_then(Value::as_array);
    let list = list.ok_or_else(|| Reason::InvalidSyntax.refuse("Operations must be a list."))?;
    if list.len() > MOST {
        return Err(Reason::TooLarge.refuse(format!("At most {MOST} operations are taken at once.")));
    }
    list.iter()
        .map(|entry| {
            let entry = object(entry)?;
            let kind = match get(entry, "op")
                .and_then(Value::as_str)
                .map(str::to_ascii_lowercase)
                .as_deref()
            {
                Some("add") => Kind::Add,
                Some("replace") => Kind::Replace,
                Some("remove") => Kind::Remove,
                _ => return Err(Reason::InvalidSyntax.refuse("op must be add, replace or remove.")),
            };
            let path = match get(entry, "path") {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) if text.trim().is_empty() => None,
                Some(Value::String(text)) => Some(Path::parse(text).map_err(super::filter::Unreadable::of_path)?),
                Some(_) => return Err(Reason::InvalidPath.refuse("path must be a text.")),
            };
            let value = get(entry, "value");
            if value.is_none() && kind != Kind::Remove {
                return Err(Reason::InvalidValue.refuse("add and replace need a value."));
            }
            if path.is_none() && kind == Kind::Remove {
                return Err(Reason::NoTarget.refuse("remove needs a path."));
            }
            Ok(Operation { kind, path, value })
        })
        .collect()
}

impl UserChange {
    /// What a list of operations says.
    pub fn of_operations(body: &Value) -> ScimResult<UserChange> {
        let mut all = UserChange::default();
        for operation in operations(body)? {
            let value = operation.value.filter(|_| operation.kind != Kind::Remove);
            match operation.path {
                None => all.set_all(object(operation.value.unwrap_or(&Value::Null))?)?,
                Some(Path { attribute, filter }) => {
                    // What is kept has no several values to choose from.
                    if filter.is_some() || !all.set(&attribute, value)? {
                        change::not_changed(&attribute)?;
                    }
                }
            }
        }
        Ok(all)
    }
}

impl GroupChange {
    /// What a list of operations says.
    pub fn of_operations(body: &Value) -> ScimResult<GroupChange> {
        let mut all = GroupChange::default();
        for operation in operations(body)? {
            let Some(Path { attribute, filter }) = operation.path else {
                let entries = object(operation.value.unwrap_or(&Value::Null))?;
                all.set_all(entries, operation.kind == Kind::Replace)?;
                continue;
            };
            if is_core(&attribute, GROUP_SCHEMA) && attribute.is("members", None) {
                all.members.push(match (operation.kind, filter, operation.value) {
                    (Kind::Remove, Some(filter), _) => MemberChange::RemoveWhere(filter),
                    (Kind::Remove, None, None | Some(Value::Null)) => MemberChange::Replace(Vec::new()),
                    (Kind::Remove, None, Some(value)) => MemberChange::Remove(member_ids(value)?),
                    (Kind::Add, None, Some(value)) => MemberChange::Add(member_ids(value)?),
                    (Kind::Replace, None, Some(value)) => MemberChange::Replace(member_ids(value)?),
                    _ => return Err(Reason::InvalidPath.refuse("A filter of members can be removed only.")),
                });
                continue;
            }
            let value = operation.value.filter(|_| operation.kind != Kind::Remove);
            if filter.is_some() || !all.set(&attribute, value)? {
                change::not_changed(&attribute)?;
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::ScimError;
    use super::*;

    fn user(operations: Value) -> ScimResult<UserChange> {
        UserChange::of_operations(
            &json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}),
        )
    }

    fn group(operations: Value) -> ScimResult<GroupChange> {
        GroupChange::of_operations(&json!({"Operations": operations}))
    }

    fn reason<T: std::fmt::Debug>(result: ScimResult<T>) -> Reason {
        match result {
            Err(ScimError::Refused(reason, _)) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_okta_and_entra_send_about_people() {
        let inactive = UserChange {
            active: Some(false),
            ..UserChange::default()
        };
        for operations in [
            json!([{"op": "replace", "value": {"active": false}}]),
            json!([{"op": "Replace", "path": "active", "value": "False"}]),
            json!([{"op": "REPLACE", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": "false"}]),
            json!([{"op": "add", "value": {"id": "7", "active": false, "schemas": [], "meta": {}}}]),
            json!([{"op": "add", "path": "", "value": {"urn:ietf:params:scim:schemas:core:2.0:User": {"active": "FALSE"}}}]),
        ] {
            assert_eq!(user(operations.clone()).expect("fine"), inactive, "{operations}");
        }
        let names = user(json!([
            {"op": "Add", "path": "name.familyName", "value": "Lovelace"},
            {"op": "Replace", "value": {"name.givenName": "Ada", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "X"}},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada@example.com"},
            {"op": "Add", "path": "title", "value": "Countess"},
            {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "X"},
            {"op": "Remove", "path": "externalId"},
        ]));
        let names = names.expect("fine");
        assert_eq!(
            (names.first_name.as_deref(), names.last_name.as_deref()),
            (Some("Ada"), Some("Lovelace"))
        );
        assert_eq!(names.external_id, Some(None));
    }

    #[test]
    fn what_okta_and_entra_send_about_groups() {
        let members = |operations: Value| group(operations).expect("fine").members;
        assert_eq!(
            members(
                json!([{"op": "Add", "path": "members", "value": [{"value": "7"}, {"value": "8", "display": "x"}]}])
            ),
            [MemberChange::Add(vec![7, 8])]
        );
        assert_eq!(
            members(json!([{"op": "Remove", "path": "members", "value": [{"value": "7"}]}])),
            [MemberChange::Remove(vec![7])]
        );
        assert_eq!(
            members(json!([{"op": "remove", "path": "members"}])),
            [MemberChange::Replace(vec![])]
        );
        assert_eq!(
            members(json!([{"op": "replace", "value": {"members": [{"value": 7}]}}])),
            [MemberChange::Replace(vec![7])]
        );
        assert!(matches!(
            members(json!([{"op": "remove", "path": "members[value eq \"7\"]"}]))[..],
            [MemberChange::RemoveWhere(_)]
        ));
        let renamed = group(json!([{"op": "replace", "value": {"id": "1", "displayName": "Team"}}])).expect("fine");
        assert_eq!(
            (renamed.display_name.as_deref(), renamed.members.len()),
            (Some("Team"), 0)
        );
    }

    #[test]
    fn sec_085_hostile_operations_are_refused() {
        for (operations, wanted) in [
            (json!({}), Reason::InvalidSyntax),
            (json!([1]), Reason::InvalidSyntax),
            (json!([{"op": "drop"}]), Reason::InvalidSyntax),
            (json!([{"op": "remove"}]), Reason::NoTarget),
            (json!([{"op": "add", "value": 7}]), Reason::InvalidSyntax),
            (json!([{"op": "add", "path": "active"}]), Reason::InvalidValue),
            (
                json!([{"op": "replace", "path": "active", "value": "maybe"}]),
                Reason::InvalidValue,
            ),
            (
                json!([{"op": "replace", "path": "userName", "value": {"a": 1}}]),
                Reason::InvalidValue,
            ),
            (json!([{"op": "remove", "path": "userName"}]), Reason::Mutability),
            (
                json!([{"op": "replace", "path": "id", "value": "1"}]),
                Reason::Mutability,
            ),
            (
                json!([{"op": "replace", "path": "role", "value": "owner"}]),
                Reason::InvalidPath,
            ),
            (
                json!([{"op": "replace", "path": "is_active", "value": true}]),
                Reason::InvalidPath,
            ),
            (
                json!([{"op": "replace", "path": "a[", "value": true}]),
                Reason::InvalidPath,
            ),
            (
                json!([{"op": "replace", "path": "name.givenName", "value": "x\ny"}]),
                Reason::InvalidValue,
            ),
            (
                json!([{"op": "replace", "path": "name.givenName", "value": "x".repeat(257)}]),
                Reason::InvalidValue,
            ),
            (json!(vec![json!({"op": "add", "value": {}}); 1_001]), Reason::TooLarge),
        ] {
            assert_eq!(reason(user(operations.clone())), wanted, "{operations}");
        }
        assert_eq!(
            reason(group(
                json!([{"op": "add", "path": "members", "value": [{"value": "x' OR 1"}]}])
            )),
            Reason::InvalidValue
        );
        let filtered = json!([{"op": "add", "path": "members[value eq \"1\"]", "value": [{"value": "1"}]}]);
        assert_eq!(reason(group(filtered)), Reason::InvalidPath);
        assert!(
            user(json!([{"op": "replace", "value": {"role": "owner", "is_active": true, "password_hash": "x"}}]))
                .expect("passed over")
                == UserChange::default()
        );
    }
}
