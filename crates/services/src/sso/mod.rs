//! Sign-in by other services.
//!
//! | file | what |
//! | --- | --- |
//! | `settings` | how an organization's OpenID provider is reached |
//! | `provider` | discovery, keys, and the conversation with the provider |
//! | `oidc` | a sign-in: to the provider and back |
//! | `ldap` | an organization's directory, asked with the ordinary sign-in form |
//! | `stored` | settings in the database, their secrets sealed |
//! | `arrive` | from an identity to an account and its session |
//! | `mapping` | from groups of the provider to roles, workspaces and projects |
//! | `identities` | a person's own links |

mod arrive;
mod identities;
mod ldap;
mod mapping;
mod oidc;
mod provider;
mod settings;
pub(crate) mod stored;

pub use arrive::Arrival;
pub(crate) use arrive::sign_in_by_directory;
pub use identities::{IdentityRow, link_button, own_identities, remove_identity};
pub use ldap::{LdapChange, LdapSettings, change_ldap, ldap_settings, remove_ldap, test_ldap};
pub(crate) use mapping::Subject;
pub use mapping::{Mapping, ProjectGroup};
pub use oidc::{Callback, Departure, Start, finish, start, start_link};
pub(crate) use provider::Cache;
pub use settings::{
    OidcChange, OidcConnection, OidcSettings, ProviderButton, button, change_oidc, oidc_settings, remove_oidc,
    test_oidc,
};
