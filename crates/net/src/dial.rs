//! Connections that are not HTTP, to places that people give: Redis. The guard has checked the addresses, as for every other request,
//! and beyond this machine they go out by the proxy of the installation, if it has one.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::client::{Client, Limits};
use crate::error::NetError;
use crate::policy::Consumer;
use crate::target::{Target, TargetHost};
use crate::tls::{self, IdentityError, TlsChoice};

/// How long a connection may take to come about, TLS included.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a connection is protected.
#[derive(Clone)]
pub enum Protection {
    /// Not at all; to other machines only where the installation says so.
    Plain {
        /// Whether it does.
        beyond_this_machine: bool,
    },
    /// By TLS.
    Tls(Arc<ClientConfig>),
}

impl Client {
    /// Protection by TLS.
    ///
    /// # Errors
    /// A text that is no certificate or key.
    pub fn tls_with(&self, choice: &TlsChoice) -> Result<Protection, IdentityError> {
        let config = self.roots().client_config_with(choice)?;
        Ok(Protection::Tls(Arc::new(config)))
    }

    /// Connects to a host and a port.
    ///
    /// # Errors
    /// See [`NetError`]; [`NetError::Unencrypted`] for another machine without TLS.
    pub async fn dial(
        &self,
        consumer: Consumer,
        host: &str,
        port: u16,
        protection: &Protection,
    ) -> Result<Box<dyn Dialled>, NetError> {
        // The guard knows hosts and ports of web addresses.
        let target = target_of(host, port)?;
        let checked = self.checked_addresses(consumer, &target, Limits::sign_in()).await;
        if let Err(error) = &checked
            && error.is_forbidden()
        {
            tracing::warn!(?error, "an outgoing connection was refused");
        }
        let addresses = checked?;
        if let Protection::Plain {
            beyond_this_machine: false,
        } = protection
            && !addresses.iter().all(IpAddr::is_loopback)
        {
            return Err(NetError::Unencrypted);
        }
        let connected = async {
            let stream = match self.proxy() {
                Some(proxy) if !addresses.iter().all(IpAddr::is_loopback) => {
                    let proxy_addresses = self.proxy_addresses(Limits::sign_in()).await?;
                    proxy
                        .tunnel(&proxy_addresses, target.url().host_str().unwrap_or(host), port)
                        .await?
                }
                _ => connect(&addresses, port).await?,
            };
            protect(&target, stream, protection).await
        };
        timeout(PATIENCE, connected).await.unwrap_or(Err(NetError::Unreachable))
    }
}

/// Where a host and a port are.
///
/// # Errors
/// [`NetError::InvalidUrl`] when the host is no host.
fn target_of(host: &str, port: u16) -> Result<Target, NetError> {
    let invalid = NetError::InvalidUrl {
        reason: "its host name cannot be read",
    };
    if host.is_empty() || host.contains(['/', '?', '#', '@', '\\', '%']) {
        return Err(invalid);
    }
    let bracketed = host.contains(':') && !host.starts_with('[');
    let text = match bracketed {
        true => format!("https://[{host}]:{port}/"),
        false => format!("https://{host}:{port}/"),
    };
    let target = Target::parse(&text)?;
    // A port in the host would be another one than was meant.
    if target.port() == port {
        Ok(target)
    } else {
        Err(invalid)
    }
}

/// A connection to the first of these addresses that takes it.
pub(crate) async fn connect(addresses: &[IpAddr], port: u16) -> Result<TcpStream, NetError> {
    for address in addresses {
        if let Ok(stream) = TcpStream::connect((*address, port)).await {
            return Ok(stream);
        }
    }
    Err(NetError::Unreachable)
}

async fn protect(target: &Target, stream: TcpStream, protection: &Protection) -> Result<Box<dyn Dialled>, NetError> {
    let _ = stream.set_nodelay(true);
    let config = match protection {
        Protection::Plain { .. } => return Ok(Box::new(stream)),
        Protection::Tls(config) => config.clone(),
    };
    let name = match target.host() {
        TargetHost::Name(name) => ServerName::try_from(name.clone()).map_err(|_| NetError::Unreachable)?,
        TargetHost::Address(address) => ServerName::IpAddress((*address).into()),
    };
    match TlsConnector::from(config).connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => {
            let reason = tls::refusal(&error);
            tracing::warn!(host = %target.host(), ?reason, "TLS was refused");
            Err(NetError::Unreachable)
        }
    }
}

/// A connection.
pub trait Dialled: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Dialled for T {}

#[cfg(test)]
mod tests {
    use super::target_of;

    #[test]
    fn a_host_is_a_host() {
        for (host, is_taken) in [
            ("redis.example", true),
            ("10.0.0.1", true),
            ("::1", true),
            ("[::1]", true),
            ("redis.example/x", false),
            ("user@redis.example", false),
            ("redis.example:1", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(target_of(host, 6379).is_ok(), is_taken, "{host}");
        }
    }
}
