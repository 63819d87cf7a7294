//! Who really asks, where a proxy stands in between (SEC-009). `X-Forwarded-For`, `-Proto` and `-Host` count only when
//! the connection comes from a declared proxy, and are read from the right: what stands left of the first stranger is
//! whatever that stranger wrote. `Forwarded` (RFC 7239) is not read; a proxy that sends it sends the others too.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

use crate::server::Peer;

/// The other end as far as it can be believed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sender {
    /// For limits, throttles and the audit log.
    pub(crate) address: IpAddr,
    /// Whether the connection comes from a declared proxy.
    pub(crate) by_proxy: bool,
    /// The name that was asked for, where the proxy says it.
    pub(crate) host: Option<String>,
    /// Whether the stranger's connection was plain, as the proxy says.
    pub(crate) said_plain: bool,
}

pub(crate) fn read(headers: &HeaderMap, peer: Peer, proxies: &[IpNet]) -> Sender {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(&address));
    let mut sender = Sender {
        address: peer.address,
        by_proxy: trusted(peer.address),
        host: None,
        said_plain: false,
    };
    if !sender.by_proxy {
        return sender;
    }
    // How many proxies of ours the request went through.
    let mut hops = 1;
    for text in list(headers, "x-forwarded-for").iter().rev() {
        let Some(address) = address(text) else { break };
        sender.address = address;
        if !trusted(address) {
            break;
        }
        hops += 1;
    }
    sender.host = at(&list(headers, "x-forwarded-host"), hops).map(str::to_owned);
    let protocols = list(headers, "x-forwarded-proto");
    sender.said_plain = at(&protocols, hops).is_some_and(|protocol| protocol.eq_ignore_ascii_case("http"));
    sender
}

/// The values of a header, of all its lines, in order.
fn list<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    let lines = headers.get_all(name).iter();
    lines
        .flat_map(|line| line.to_str().unwrap_or("?").split(','))
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .collect()
}

/// What the outermost proxy of ours wrote. A proxy that does not add to a list, but passes one value on, leaves it shorter.
fn at<'h>(values: &[&'h str], hops: usize) -> Option<&'h str> {
    values.get(values.len().checked_sub(hops.min(values.len()))?).copied()
}

/// An address, perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address: Result<IpAddr, _> = bare.parse();
    let address = address.or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(peer: &str, lines: &[(&'static str, &'static str)]) -> (String, Option<String>, bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, http::HeaderValue::from_static(value));
        }
        let proxies = ["10.0.0.0/8", "192.0.2.1/32"].map(|network| network.parse().expect("a network"));
        let peer = Peer {
            address: peer.parse().expect("an address"),
            encrypted: false,
        };
        let sender = read(&headers, peer, &proxies);
        (sender.address.to_string(), sender.host, sender.said_plain)
    }

    #[test]
    fn sec_009_forwarded_headers_of_others_are_nothing() {
        let lines = [
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", "evil.example"),
        ];
        assert_eq!(sender("203.0.113.5", &lines), ("203.0.113.5".to_owned(), None, false));
        let expected = ("203.0.113.9".to_owned(), Some("evil.example".to_owned()), true);
        assert_eq!(sender("10.1.2.3", &lines), expected);
    }

    #[test]
    fn sec_009_the_right_most_stranger_is_the_client() {
        for (header, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("127.0.0.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("\"[2001:db8::7]\"", "2001:db8::7"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            // What cannot be read ends the belief.
            ("203.0.113.9, unknown", "10.1.2.3"),
            ("198.51.100.1, what, 10.0.0.7", "10.0.0.7"),
            ("", "10.1.2.3"),
            ("10.0.0.7", "10.0.0.7"),
        ] {
            assert_eq!(
                sender("10.1.2.3", &[("x-forwarded-for", header)]).0,
                expected,
                "{header}"
            );
        }
        let lines = [
            ("x-forwarded-for", "198.51.100.1"),
            ("x-forwarded-for", "203.0.113.9, 192.0.2.1"),
        ];
        assert_eq!(sender("10.1.2.3", &lines).0, "203.0.113.9", "lines are one list");
    }

    #[test]
    fn sec_009_scheme_and_name_are_read_at_the_same_depth() {
        let far = ("x-forwarded-for", "203.0.113.9, 10.0.0.7");
        let said = |protocol| sender("10.1.2.3", &[far, ("x-forwarded-proto", protocol)]).2;
        assert!(!said("https, http"), "the inner hop may be plain");
        assert!(said("http, https"));
        assert!(!said("http, https, https"), "the stranger's own word");
        assert!(said("http"), "passed on by the inner one");
        let names = ("x-forwarded-host", "evil.example, labels.example, inner.example");
        assert_eq!(sender("10.1.2.3", &[far, names]).1.as_deref(), Some("labels.example"));
    }
}
