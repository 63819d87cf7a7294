//! The canonical JSON of an entry (RFC 8785): what is hashed, exported and verified.

use std::fmt::Write as _;

use labelkeep_crypt::canonical::{push, push_text};
use labelkeep_store::audit::AuditRow;

/// Appends the entry. Names are in the order that the standard asks for; whole numbers of ours are well below 2^53.
pub(super) fn push_entry(text: &mut String, row: &AuditRow) {
    fn number(text: &mut String, name: &str, value: Option<i64>) {
        let _ = match value {
            Some(value) => write!(text, "\"{name}\":{value},"),
            None => write!(text, "\"{name}\":null,"),
        };
    }
    fn string(text: &mut String, name: &str, value: Option<&str>) {
        let _ = write!(text, "\"{name}\":");
        match value {
            Some(value) => push_text(text, value),
            None => text.push_str("null"),
        }
        text.push(',');
    }
    text.push('{');
    number(text, "account", row.account_id);
    string(text, "action", Some(&row.action));
    string(text, "address", Some(&row.address));
    string(text, "agent", row.agent.as_deref());
    number(text, "at", Some(row.at));
    text.push_str("\"detail\":");
    push_detail(text, &row.detail);
    text.push(',');
    number(text, "id", Some(row.id));
    string(text, "method", row.method.as_deref());
    string(text, "object", Some(&row.object));
    number(text, "organization", row.organization_id);
    number(text, "project", row.project_id);
    string(text, "result", Some(&row.result));
    string(text, "route", row.route.as_deref());
    text.push_str(if row.routine {
        "\"routine\":true,"
    } else {
        "\"routine\":false,"
    });
    number(text, "status", row.status);
    let _ = match row.token_id {
        Some(token) => write!(text, "\"token\":{token}}}"),
        None => write!(text, "\"token\":null}}"),
    };
}

/// Details are JSON objects; what is none is hashed as the text that it is.
fn push_detail(text: &mut String, detail: &str) {
    if detail == "{}" {
        return text.push_str("{}");
    }
    match serde_json::from_str(detail) {
        Ok(value) => push(text, &value),
        Err(_) => push_text(text, detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn row() -> AuditRow {
        AuditRow {
            id: 5,
            organization_id: Some(1),
            account_id: Some(2),
            token_id: None,
            address: "127.0.0.1".to_owned(),
            action: "project.export".to_owned(),
            object: "project:7".to_owned(),
            detail: r#"{"tasks": 12, "format": "JSON\n"}"#.to_owned(),
            at: 1_795_000_000_123_456,
            project_id: Some(7),
            method: Some("GET".to_owned()),
            route: Some("/api/projects/{id}/export".to_owned()),
            status: None,
            agent: Some("a \"b\"".to_owned()),
            result: "ok".to_owned(),
            routine: false,
        }
    }

    #[test]
    fn sec_218_an_entry_has_one_form() {
        let mut text = String::new();
        push_entry(&mut text, &row());
        assert_eq!(
            text,
            r#"{"account":2,"action":"project.export","address":"127.0.0.1","agent":"a \"b\"","at":1795000000123456,"detail":{"format":"JSON\n","tasks":12},"id":5,"method":"GET","object":"project:7","organization":1,"project":7,"result":"ok","route":"/api/projects/{id}/export","routine":false,"status":null,"token":null}"#
        );
        // The general writer agrees: the names are in order.
        let mut again = String::new();
        push(&mut again, &serde_json::from_str(&text).expect("JSON"));
        assert_eq!(again, text);
    }
}
