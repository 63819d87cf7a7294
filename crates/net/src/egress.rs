//! A proxy through which the installation lets requests go out (`EGRESS_PROXY`, SEC-145). Proxy variables of the environment have no
//! effect. The guard of [`crate::policy`] has checked name, addresses and port before the proxy hears of them; the proxy looks the
//! name up again, and is the place for rules of its own.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use thiserror::Error;
use url::{Host, Url};

/// An address that is no proxy. It stops the start; the address itself may hold a password and is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("EGRESS_PROXY is not an address such as http://proxy.example:3128")]
pub struct EgressError;

/// The proxy.
#[derive(Clone)]
pub struct EgressProxy {
    url: Url,
}

impl EgressProxy {
    /// Reads `http://` or `https://`, with `user:password@` where the proxy asks for one.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, EgressError> {
        let url = Url::parse(text.trim()).map_err(|_| EgressError)?;
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !plain {
            return Err(EgressError);
        }
        Ok(EgressProxy { url })
    }

    /// Its name, where it is not an address.
    pub(crate) fn name(&self) -> Option<&str> {
        match self.url.host()? {
            Host::Domain(name) => Some(name),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }

    /// Where to connect to, with the addresses of its name.
    pub(crate) fn at(&self, addresses: &[IpAddr]) -> Vec<SocketAddr> {
        let port = self.url.port_or_known_default().unwrap_or_default();
        addresses
            .iter()
            .map(|&address| SocketAddr::new(address, port))
            .collect()
    }

    pub(crate) fn for_client(&self) -> reqwest::Result<reqwest::Proxy> {
        reqwest::Proxy::all(self.url.clone())
    }
}

impl fmt::Debug for EgressProxy {
    /// Without its password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EgressProxy")
            .field("host", &self.url.host_str())
            .field("port", &self.url.port_or_known_default())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_145_sec_205_a_proxy_is_read_strictly_and_its_password_is_not_shown() {
        for text in [
            "http://proxy.example:3128",
            " https://user:planted@10.0.0.7/ ",
            "http://[fd00::1]:8080",
        ] {
            let proxy = EgressProxy::parse(text).expect(text);
            assert!(!format!("{proxy:?}").contains("planted"));
        }
        for text in [
            "",
            "proxy.example:3128",
            "socks5://proxy.example",
            "http://",
            "http://a/b",
            "http://a/?b",
            "file:///etc/passwd",
        ] {
            assert!(EgressProxy::parse(text).is_err(), "{text}");
        }
    }
}
