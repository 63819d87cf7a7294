//! The switches of an organization: what its owner has given to which roles.

use labelkeep_policy::{Role, Roles, SWITCHES, Switch, table};
use labelkeep_store::{audit, roles as rows};

use crate::access::{self, Granted};
use crate::{Invalid, Result, ServiceError, Services};

/// A switch as it stands in an organization.
#[derive(Debug, Clone)]
pub struct Permission {
    /// Its place in the list, from 1.
    pub id: i64,
    /// The switch.
    pub switch: &'static Switch,
    /// Who has the permission.
    pub roles: Vec<Role>,
    /// Whether nothing was switched.
    pub is_default: bool,
}

impl Permission {
    /// Who has it when nothing is switched.
    pub fn default_roles(&self) -> Vec<Role> {
        default_roles(self.switch)
    }
}

/// Who has a permission when nothing is switched, as far as a person can be that.
pub fn default_roles(switch: &Switch) -> Vec<Role> {
    assignable(Roles::of(table(switch.action)))
}

/// *Member* is nobody's role where switches count.
fn assignable(roles: Roles) -> Vec<Role> {
    roles.iter().filter(|role| *role != Role::Member).collect()
}

/// All of them, in the order of the page.
pub fn list(organization: &Granted<i64>) -> Vec<Permission> {
    SWITCHES
        .iter()
        .zip(1..)
        .map(|(switch, id)| {
            let roles = assignable(organization.actor().rules.roles(switch.action));
            Permission {
                id,
                switch,
                is_default: roles == default_roles(switch),
                roles,
            }
        })
        .collect()
}

/// The one of this key.
pub fn find(organization: &Granted<i64>, key: &str) -> Result<Permission> {
    list(organization)
        .into_iter()
        .find(|permission| permission.switch.key == key)
        .ok_or(ServiceError::NotFound("OrganizationPermission"))
}

/// Gives a permission to exactly these roles; none takes it back to the default. Counts at once.
pub async fn set(
    services: &Services,
    organization: &Granted<i64>,
    key: &str,
    roles: Option<Vec<Role>>,
) -> Result<Permission> {
    let mut permission = find(organization, key)?;
    let switch = permission.switch;
    if let Some(wrong) = roles
        .iter()
        .flatten()
        .find(|role| **role != Role::Owner && !switch.options.contains(role))
    {
        let text = format!("{} cannot have this permission.", wrong.code());
        return Err(Invalid::field("roles", text).into());
    }
    let (actor, id) = (organization.actor(), *organization.row());
    let (now, origin) = (services.now(), access::origin(actor));
    let words = roles.as_ref().map(|roles| {
        let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
        words.join(" ")
    });
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                match &words {
                    Some(words) => rows::set_permission(tx, id, switch.key, words).await?,
                    None => rows::remove_permission(tx, id, switch.key).await?,
                }
                let detail = serde_json::json!({ "permission": switch.key, "roles": words }).to_string();
                audit::record(
                    tx,
                    &origin,
                    "permission.set",
                    &format!("organization:{id}"),
                    &detail,
                    now,
                )
                .await
            })
        })
        .await?;
    services.cache.forget_all();
    let mut rules = (*actor.rules).clone();
    rules.switch(
        switch,
        roles.map_or(Roles::of(table(switch.action)), |roles| Roles::of(&roles)),
    );
    permission.roles = assignable(rules.roles(switch.action));
    permission.is_default = permission.roles == permission.default_roles();
    Ok(permission)
}
