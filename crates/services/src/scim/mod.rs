//! Provisioning by SCIM 2.0 (RFC 7643, RFC 7644): an organization's identity provider says who its people are, whether they
//! may sign in, and in which groups they are.
//!
//! | file | what |
//! | --- | --- |
//! | `tokens` | the provider's own tokens (SEC-084), and who speaks with one |
//! | `settings` | what groups give here |
//! | `filter`, `evaluate` | the language of filters and paths, and what it means; pure |
//! | `select` | filters as conditions on the database, by a list of attributes |
//! | `change`, `patch` | what a body or a list of operations wants to change; pure |
//! | `users`, `groups` | reading and changing them |
//! | `rights` | from groups to role, workspaces and projects, by the same rules as at a sign-in ([`crate::sso::Mapping`]) |

mod change;
mod error;
mod evaluate;
pub mod filter;
mod groups;
mod patch;
mod rights;
mod select;
mod settings;
mod tokens;
mod users;

pub use change::{GroupChange, MemberChange, UserChange};
pub use error::{Reason, ScimError};
pub use groups::{Group, create_group, group, groups, remove_group, update_group};
pub use settings::{ScimSettingsChange, change_settings, scim_settings};
pub use tokens::{
    NewScimToken, Provisioner, ScimToken, authenticate, create_token, revoke_token, rotate_token, tokens,
};
pub use users::{User, create_user, remove_user, update_user, user, users};

/// Name of what the provider gives: source of roles and memberships, kind of settings.
const SOURCE: &str = "scim";
/// Schema of people.
pub const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// Schema of groups.
pub const GROUP_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Result of what a provider asks for.
pub type ScimResult<T> = Result<T, ScimError>;

/// What a list is asked for.
#[derive(Debug, Default)]
pub struct Wish {
    /// A filter.
    pub filter: Option<String>,
    /// The attribute that it is sorted by.
    pub sort_by: Option<String>,
    /// The other way round.
    pub descending: bool,
    /// Entries before the first one wanted.
    pub offset: i64,
    /// Entries wanted at most; 0 counts only.
    pub limit: i64,
}

/// A part of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// How many there are in all.
    pub total: i64,
    /// Those of this part.
    pub entries: Vec<T>,
}

/// Which version of a resource a change is about.
#[derive(Debug, Clone, Default)]
pub struct IfVersion(pub Option<String>);

impl IfVersion {
    /// Refuses the change when the resource is another version by now.
    fn check(&self, version: &str) -> ScimResult<()> {
        let bare = |text: &str| text.trim().trim_start_matches("W/").to_owned();
        match &self.0 {
            Some(wanted) if wanted.trim() != "*" && !wanted.split(',').any(|one| bare(one) == bare(version)) => {
                Err(Reason::Version.refuse("The resource has changed since this version."))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a resource as it is shown meets a filter; one that cannot be read nothing does. The plain meaning of the language,
/// for whoever checks that the database agrees.
pub fn meets(resource: &serde_json::Value, filter: &str) -> bool {
    filter::Filter::parse(filter).is_ok_and(|filter| evaluate::meets(resource, &filter))
}

/// The mark of a version: what looks different has another one.
fn version_of(content: &impl std::fmt::Debug) -> String {
    let hash = labelkeep_crypt::secret::hash_secret(&format!("{content:?}"));
    format!("W/\"{}\"", labelkeep_crypt::chain::hex(&hash[..8]))
}
