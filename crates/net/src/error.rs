//! What can go wrong on the way out, in few fixed messages (SEC-143).
//!
//! The message is for the person who gave the URL. It says nothing that the person could use to explore the network: no
//! resolved address, no difference between a closed port, a broken TLS handshake and a name that does not exist. What an
//! operator needs stands in the log and in the fields.

use std::net::IpAddr;

use thiserror::Error;

/// Why a request did not take place or did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetError {
    /// The text is not a URL that is taken.
    #[error("The URL is not valid: {reason}")]
    InvalidUrl { reason: &'static str },
    /// An address that is reserved (or banned by the configuration). The API answers 403.
    #[error("URL resolves to a reserved network address (block: {block})")]
    BlockedAddress {
        /// The network, for example `127.0.0.0/8`.
        block: String,
        /// The host as in the URL: for the audit log, not for the answer.
        host: String,
        /// The address that was refused: for the audit log, not for the answer.
        address: IpAddr,
    },
    /// A metadata service by name, or a listener, the database or another service of this installation. The API answers
    /// 403.
    #[error("URL leads to a service that requests must not reach")]
    BlockedService {
        /// The host as in the URL, for the audit log.
        host: String,
    },
    /// A port that is not on the list. The API answers 403.
    #[error("URL uses a port that is not allowed: {port}")]
    BlockedPort { port: u16 },
    /// No name, no connection, no TLS.
    #[error("The URL could not be reached")]
    Unreachable,
    /// Connected, but no answer within the time.
    #[error("The server at the URL took too long to answer")]
    TimedOut,
    /// Without TLS, to another machine.
    #[error("The connection would not be encrypted, which is refused")]
    Unencrypted,
    /// An answer that is neither success nor a redirect.
    #[error("The server at the URL answered with status {status}")]
    Status { status: u16 },
    /// More redirects than are followed.
    #[error("The URL redirects more than {limit} times")]
    TooManyRedirects { limit: usize },
    /// From `https` to `http`.
    #[error("The URL redirects from https to http, which is refused")]
    InsecureRedirect,
    /// A redirect without a usable address.
    #[error("The URL redirects to an address that is not valid")]
    InvalidRedirect,
    /// More bytes than are taken.
    #[error("The content of the URL is larger than the limit of {limit} bytes")]
    TooLarge { limit: u64 },
    /// Compressed although no compression was asked for, or headers without end.
    #[error("The server at the URL sent an answer of an unsupported form")]
    UnsupportedAnswer,
    /// The connection broke while the content was read.
    #[error("The connection ended before the content of the URL was complete")]
    Interrupted,
}

impl NetError {
    /// Whether the guard refused the request: an event for the audit log, and status 403.
    pub fn is_forbidden(&self) -> bool {
        matches!(
            self,
            NetError::BlockedAddress { .. } | NetError::BlockedService { .. } | NetError::BlockedPort { .. }
        )
    }
}
