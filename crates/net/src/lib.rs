//! The only way out of the process: HTTP to addresses that people can influence, and the guard in front of it.
//!
//! An attacker who can make the server fetch a URL can reach what only the server can reach: the metadata service of a
//! cloud, a database, the neighbours in its network. Therefore (SEC-126 … SEC-143) every such request goes through
//! [`Client`]:
//!
//! 1. [`target`] parses the URL once; what is checked is what is used.
//! 2. [`resolve`] looks the name up once; **every** address must pass.
//! 3. [`policy`] decides about name, address and port. Metadata services and our own listeners are refused always.
//! 4. [`client`] connects to a checked address, follows each redirect through the same three steps, and bounds time
//!    and size.
//!
//! [`origin`] keeps connections to one place that is asked often, an object store. [`smtp`] sends mail to the one server that the installation names. [`directory`] asks directories (LDAP) through the same guard, and
//! [`dial`] connects to Redis through it. [`Client::ask_platform`] asks the machine's own platform, which the guard keeps from everybody
//! else.
//!
//! [`own_health`] asks the server beside a command whether it is well.
//!
//! [`egress`] is a proxy of the installation, if it has one. [`tls`] holds the trusted roots of all outgoing connections. Proxy variables of the environment have no effect.

pub mod address;
pub mod certificate;
pub mod client;
pub mod dial;
pub mod directory;
pub mod egress;
pub mod error;
mod file_name;
pub mod origin;
pub mod own_health;
mod platform;
pub mod policy;
pub mod resolve;
pub mod smtp;
pub mod target;
pub mod tls;

pub use certificate::Validity;
pub use client::{Answer, Body, Client, Exchange, Fetched, Limits};
pub use dial::{Dialled, Protection};
pub use directory::{DirectoryEntry, DirectoryQuestion};
pub use egress::{EgressError, EgressProxy};
pub use error::NetError;
pub use ipnet::IpNet;
pub use origin::{Origin, Streamed};
pub use policy::{Consumer, Policy, PolicyError, PolicySettings};
pub use reqwest::Method;
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use resolve::{Resolver, SystemResolver};
pub use tls::{Identity, IdentityError, Roots, RootsError, TlsChoice};
pub use url::Url;
