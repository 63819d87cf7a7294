//! The integration tests: the real server, real clients, both databases. Folders mirror addresses.

mod accounts;
mod audit;
mod conventions;
mod data_manager;
mod factors;
mod pages;
mod program;
mod roles;
mod scim;
mod security;
mod sso;
mod storages;
mod transport;
mod work;
