//! How bytes travel: TLS of the server, plain HTTP and proxies, the port for monitoring, TLS to the database.

#[cfg(feature = "acme")]
mod acme;
mod certificates;
mod database;
mod monitoring;
mod proxies;
mod server;
