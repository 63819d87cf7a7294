//! Which destinations are allowed. Only the installation's configuration makes a policy, never a user (SEC-138).

use std::net::{IpAddr, UdpSocket};

use ipnet::IpNet;
use thiserror::Error;

use crate::NetError;
use crate::address::{containing, is_metadata_name, metadata_network, reserved, spellings};
use crate::target::{Target, TargetHost};

/// Ports that are allowed without more ado (SEC-136).
const PORTS: [u16; 6] = [80, 443, 8080, 8443, 9000, 9090];

/// Ports that are allowed for Redis besides them.
const REDIS_PORTS: [u16; 2] = [6379, 6380];

/// Who asks. An exception can be for one of them alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Consumer {
    /// Import by URL.
    Import,
    /// Model back ends.
    Ml,
    /// Object stores.
    Storage,
    /// S3 and its token service: an object store that also trusts the authorities of `AWS_CA_BUNDLE` (SEC-021).
    S3,
    /// Redis as an object store: its own ports are allowed, too (SEC-136).
    Redis,
    /// Webhooks.
    Webhook,
    /// Identity providers.
    SignIn,
}

impl Consumer {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "import" => Consumer::Import,
            "ml" => Consumer::Ml,
            "storage" => Consumer::Storage,
            "webhook" => Consumer::Webhook,
            "sso" => Consumer::SignIn,
            _ => return None,
        })
    }
}

/// The settings as the configuration has them. Lists are separated by commas; spaces around the parts do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySettings {
    /// Whether networks and ports are checked at all (`SSRF_PROTECTION_ENABLED`: true, in local mode false).
    pub protection: bool,
    /// Whether the reserved networks are refused (`USE_DEFAULT_BANNED_SUBNETS`).
    pub default_subnets: bool,
    /// Whether model back ends are kept from those networks also without protection (`ML_BLOCK_LOCAL_IP`).
    pub ml_block_local: bool,
    /// More networks to refuse (`USER_ADDITIONAL_BANNED_SUBNETS`).
    pub additional_subnets: String,
    /// More ports to allow (`SSRF_ALLOWED_PORTS`).
    pub allowed_ports: String,
    /// Exceptions: `host:port` or `CIDR:port`, optionally for one consumer: `ml@10.0.5.7:9090`, `import@[fd00::/8]:443`
    /// (`SSRF_ALLOWED_DESTINATIONS`).
    pub allowed_destinations: String,
    /// What requests must never reach, as `host:port`: our own listeners, the database, our Redis (SEC-135). A listener on
    /// all interfaces is `0.0.0.0:8080`.
    pub own_services: Vec<String>,
}

impl Default for PolicySettings {
    fn default() -> Self {
        PolicySettings {
            protection: true,
            default_subnets: true,
            ml_block_local: true,
            additional_subnets: String::new(),
            allowed_ports: String::new(),
            allowed_destinations: String::new(),
            own_services: Vec::new(),
        }
    }
}

/// A setting that cannot be read. It stops the start (SEC-139).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyError {
    #[error("USER_ADDITIONAL_BANNED_SUBNETS: `{0}` is not a network such as 10.1.0.0/16 or fd12::/32")]
    Subnet(String),
    #[error("SSRF_ALLOWED_PORTS: `{0}` is not a port from 1 to 65535")]
    Port(String),
    #[error(
        "SSRF_ALLOWED_DESTINATIONS: `{0}` is not host:port or network:port, with `import@`, `ml@`, `storage@`, \
         `webhook@` or `sso@` before it if it is for one purpose only"
    )]
    Destination(String),
    #[error("`{0}`, a service of this installation, is not host:port")]
    OwnService(String),
}

/// The rules in force.
#[derive(Debug, Clone)]
pub struct Policy {
    protection: bool,
    ml_block_local: bool,
    banned: Vec<IpNet>,
    ports: Vec<u16>,
    destinations: Vec<Destination>,
    own_services: Vec<(Place, u16)>,
}

#[derive(Debug, Clone)]
struct Destination {
    consumer: Option<Consumer>,
    place: Place,
    port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Name(String),
    Network(IpNet),
}

impl Policy {
    /// Reads the settings.
    ///
    /// # Errors
    /// The first part of a list that cannot be read.
    pub fn new(settings: &PolicySettings) -> Result<Self, PolicyError> {
        let mut banned = parts(&settings.additional_subnets)
            .map(|part| network(part).ok_or_else(|| PolicyError::Subnet(part.to_owned())))
            .collect::<Result<Vec<_>, _>>()?;
        if settings.default_subnets {
            banned.extend(reserved());
        }
        let mut ports = PORTS.to_vec();
        for part in parts(&settings.allowed_ports) {
            ports.push(port(part).ok_or_else(|| PolicyError::Port(part.to_owned()))?);
        }
        let destinations = parts(&settings.allowed_destinations)
            .map(|part| Destination::read(part).ok_or_else(|| PolicyError::Destination(part.to_owned())))
            .collect::<Result<Vec<_>, _>>()?;
        let own_services = settings
            .own_services
            .iter()
            .map(|text| place_and_port(text).ok_or_else(|| PolicyError::OwnService(text.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Policy {
            protection: settings.protection,
            ml_block_local: settings.ml_block_local,
            banned,
            ports,
            destinations,
            own_services,
        })
    }

    /// Whether networks and ports are checked; metadata and own services are refused in any case.
    pub fn protection(&self) -> bool {
        self.protection
    }

    /// What can be said before the name is looked up.
    ///
    /// # Errors
    /// [`NetError::BlockedService`] for names of metadata services.
    pub fn check_name(&self, target: &Target) -> Result<(), NetError> {
        match target.host() {
            TargetHost::Name(name) if is_metadata_name(name) => Err(NetError::BlockedService { host: name.clone() }),
            _ => Ok(()),
        }
    }

    /// Names of own services at this port: the caller looks them up and gives their addresses to
    /// [`Policy::check_address`].
    pub(crate) fn own_names(&self, port: u16) -> impl Iterator<Item = &str> {
        self.own_services
            .iter()
            .filter_map(move |(place, own_port)| match place {
                Place::Name(name) if *own_port == port => Some(name.as_str()),
                _ => None,
            })
    }

    /// Whether a request may connect to one address of the target. `own` holds the addresses of own services that
    /// are known by name.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub fn check_address(
        &self,
        consumer: Consumer,
        target: &Target,
        address: IpAddr,
        own: &[IpAddr],
    ) -> Result<(), NetError> {
        let host = || target.host().to_string();
        let blocked = |network: IpNet| NetError::BlockedAddress {
            block: network.to_string(),
            host: host(),
            address,
        };
        if let Some(network) = metadata_network(address) {
            return Err(blocked(network));
        }
        let forms = spellings(address);
        if forms.iter().any(|&form| self.is_own_service(form, target.port(), own)) {
            return Err(NetError::BlockedService { host: host() });
        }
        let excepted = |allowed: &Destination| allowed.covers(consumer, target, address);
        if self.destinations.iter().any(excepted) {
            return Ok(());
        }
        if (self.protection || (self.ml_block_local && consumer == Consumer::Ml))
            && let Some(network) = forms.iter().find_map(|&form| containing(&self.banned, form))
        {
            return Err(blocked(network));
        }
        let is_redis = consumer == Consumer::Redis && REDIS_PORTS.contains(&target.port());
        if self.protection && !is_redis && !self.ports.contains(&target.port()) {
            return Err(NetError::BlockedPort { port: target.port() });
        }
        Ok(())
    }

    fn is_own_service(&self, address: IpAddr, port: u16, looked_up: &[IpAddr]) -> bool {
        let given = self.own_services.iter().filter_map(|(place, own_port)| match place {
            Place::Network(network) if *own_port == port => Some(network.addr()),
            _ => None,
        });
        let mut own = given.chain(looked_up.iter().copied());
        own.any(|own| own == address || (is_local(own) && is_local(address)))
    }
}

impl Destination {
    fn read(text: &str) -> Option<Self> {
        let (consumer, rest) = match text.split_once('@') {
            Some((name, rest)) => (Some(Consumer::from_name(name)?), rest),
            None => (None, text),
        };
        let (place, port) = place_and_port(rest)?;
        Some(Destination { consumer, place, port })
    }

    fn covers(&self, consumer: Consumer, target: &Target, address: IpAddr) -> bool {
        self.port == target.port()
            && self.consumer.is_none_or(|only| {
                only == consumer || (only == Consumer::Storage && matches!(consumer, Consumer::S3 | Consumer::Redis))
            })
            && match &self.place {
                Place::Network(network) => network.contains(&address),
                Place::Name(name) => matches!(target.host(), TargetHost::Name(asked) if asked == name),
            }
    }
}

/// Whether an address is one of this machine: the operating system lets only those be bound. All of the machine's
/// addresses count as one, because a listener on all interfaces answers at each of them.
fn is_local(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified() || UdpSocket::bind((address, 0)).is_ok()
}

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn network(text: &str) -> Option<IpNet> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().map(IpNet::from).ok())
        .map(|network: IpNet| network.trunc())
}

fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|&port| port != 0)
}

/// `name:port`, `address:port`, `network:port`; IPv6 in brackets.
fn place_and_port(text: &str) -> Option<(Place, u16)> {
    let (place, number) = text.rsplit_once(':')?;
    let port = port(number)?;
    if let Some(bracketed) = place.strip_prefix('[') {
        return Some((Place::Network(network(bracketed.strip_suffix(']')?)?), port));
    }
    if let Some(network) = network(place) {
        // Without brackets the end of an IPv6 address could be the port.
        return matches!(network, IpNet::V4(_)).then_some((Place::Network(network), port));
    }
    // As in a URL: lower case, punycode; and nothing that is no name.
    let url = url::Url::parse(&format!("http://{place}/")).ok()?;
    match url.host() {
        Some(url::Host::Domain(name)) if url.port().is_none() && url.path() == "/" && url.username().is_empty() => {
            Some((Place::Name(name.trim_end_matches('.').to_owned()), port))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
