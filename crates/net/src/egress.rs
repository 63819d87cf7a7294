//! A proxy through which the installation lets requests go out (`EGRESS_PROXY`, SEC-145). Proxy variables of the environment have no
//! effect. The guard of [`crate::policy`] has checked name, addresses and port before the proxy hears of them; the proxy looks the
//! name up again, and is the place for rules of its own.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use thiserror::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::{Host, Url};

use crate::NetError;

/// Bytes of a proxy's answer that are read.
const ANSWER_MAX: usize = 8 * 1024;

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
        let own = match self.url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => None,
        };
        own.iter()
            .chain(addresses)
            .map(|&address| SocketAddr::new(address, port))
            .collect()
    }

    /// A connection through the proxy to a host and port, for what is no HTTP (RFC 9110 §9.3.6). `addresses`: those of the proxy's
    /// name.
    ///
    /// # Errors
    /// The proxy is away, refuses, or is one that is spoken to over TLS: a second TLS inside of it is not to be had.
    pub(crate) async fn tunnel(&self, addresses: &[IpAddr], host: &str, port: u16) -> Result<TcpStream, NetError> {
        if self.url.scheme() != "http" {
            tracing::warn!("what is no HTTP is reached through proxies at http:// only: TLS with it is inside");
            return Err(NetError::Unreachable);
        }
        let mut stream = TcpStream::connect(self.at(addresses).as_slice())
            .await
            .map_err(|_| NetError::Unreachable)?;
        let mut asked = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
        if !self.url.username().is_empty() {
            let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
            let login = [
                decoded(self.url.username()),
                decoded(self.url.password().unwrap_or_default()),
            ]
            .join(&b':');
            asked += &format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(login));
        }
        asked += "\r\n";
        let exchange = async {
            stream.write_all(asked.as_bytes()).await?;
            let mut head = Vec::new();
            // Byte by byte: what comes behind the head is the other side's.
            while !head.ends_with(b"\r\n\r\n") && head.len() < ANSWER_MAX {
                head.push(stream.read_u8().await?);
            }
            Ok::<_, std::io::Error>(head)
        };
        let head = exchange.await.map_err(|_| NetError::Unreachable)?;
        let has_agreed = matches!(
            head.get(..10),
            Some([b'H', b'T', b'T', b'P', b'/', b'1', b'.', _, b' ', b'2'])
        ) && head.ends_with(b"\r\n\r\n");
        if has_agreed {
            Ok(stream)
        } else {
            tracing::warn!(host, port, "the proxy does not let a connection out");
            Err(NetError::Unreachable)
        }
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
