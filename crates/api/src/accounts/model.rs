//! How people look on the wire.

use labelkeep_services::accounts::Profile;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::wire::Time;

/// A user, as all lists and single answers show one.
#[derive(Debug, Serialize)]
pub(crate) struct UserOut {
    id: i64,
    first_name: String,
    last_name: String,
    username: String,
    email: String,
    last_activity: Time,
    custom_hotkeys: Box<RawValue>,
    avatar: Option<String>,
    initials: String,
    phone: String,
    active_organization: Option<i64>,
    active_organization_meta: OrganizationMeta,
    allow_newsletters: Option<bool>,
    date_joined: Time,
}

#[derive(Debug, Serialize)]
struct OrganizationMeta {
    title: String,
    email: String,
}

impl From<Profile> for UserOut {
    fn from(profile: Profile) -> Self {
        let account = profile.account;
        let (title, email) = profile.organization.unwrap_or_default();
        UserOut {
            id: account.id,
            initials: initials(&account.first_name, &account.last_name, &account.email),
            first_name: account.first_name,
            last_name: account.last_name,
            username: account.username,
            last_activity: Time(account.last_activity),
            custom_hotkeys: RawValue::from_string(account.custom_hotkeys).unwrap_or_else(|_| empty_object()),
            avatar: account.avatar.map(|name| format!("/data/avatars/{name}")),
            email: account.email,
            phone: account.phone,
            active_organization: account.active_organization,
            active_organization_meta: OrganizationMeta { title, email },
            allow_newsletters: account.allow_newsletters,
            date_joined: Time(account.date_joined),
        }
    }
}

fn empty_object() -> Box<RawValue> {
    serde_json::value::to_raw_value(&serde_json::Map::new()).unwrap_or_default()
}

/// The first letters of both names in upper case, else the first two of the address as they are.
pub(crate) fn initials(first_name: &str, last_name: &str, email: &str) -> String {
    let letters: String = [first_name, last_name]
        .iter()
        .filter_map(|name| name.trim().chars().next())
        .flat_map(char::to_uppercase)
        .collect();
    if letters.is_empty() {
        email.chars().take(2).collect()
    } else {
        letters
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_come_from_names_else_from_the_address() {
        assert_eq!(initials("ada", "Lovelace", "x@y"), "AL");
        assert_eq!(initials("Ada", "", "x@y"), "A");
        assert_eq!(initials("", "", "cap1@example.com"), "ca");
    }
}
