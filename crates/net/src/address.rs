//! Which addresses are reserved, and which are refused whatever the settings say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Networks that are no part of the public Internet (RFC 6890 and its registries; SEC-132, SEC-133). The more exact
/// networks come first: the one that is named in the error is the first that holds the address.
const RESERVED: [&str; 36] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "233.252.0.0/24",
    "224.0.0.0/4",
    "255.255.255.255/32",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "::ffff:0:0:0/96",
    "::/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    // What is left outside 2000::/3, the only block that is given out for public use.
    "::/3",
    "4000::/2",
];
/// The last part of the complement of 2000::/3.
const RESERVED_REST: &str = "8000::/1";

/// Metadata services of cloud platforms (SEC-134). Whoever reaches one gets the machine's credentials.
const METADATA: [&str; 8] = [
    "169.254.0.0/16",
    "fe80::/10",
    "168.63.129.16/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "fd00:ec2::254/128",
    "fd00:ec2::23/128",
    "fd20:ce::254/128",
];

/// Names that platforms give to their metadata services.
const METADATA_NAMES: [&str; 8] = [
    "metadata",
    "metadata.goog",
    "metadata.google.internal",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "metadata.packet.net",
    "instance-data",
    "instance-data.ec2.internal",
];

/// The default of the refused networks (`USE_DEFAULT_BANNED_SUBNETS`).
pub fn reserved() -> Vec<IpNet> {
    RESERVED
        .iter()
        .chain([&RESERVED_REST])
        .map(|text| parse(text))
        .collect()
}

/// The metadata network that holds the address, also when it is wrapped in an IPv6 form.
pub fn metadata_network(address: IpAddr) -> Option<IpNet> {
    let networks: Vec<IpNet> = METADATA.iter().map(|text| parse(text)).collect();
    spellings(address)
        .into_iter()
        .find_map(|address| containing(&networks, address))
}

/// Whether a host name belongs to a metadata service. Expects lower case without a dot at the end.
pub fn is_metadata_name(host: &str) -> bool {
    METADATA_NAMES.contains(&host)
}

/// The first of the networks that holds the address.
pub fn containing(networks: &[IpNet], address: IpAddr) -> Option<IpNet> {
    networks.iter().copied().find(|network| network.contains(&address))
}

/// The address and every IPv4 address that an IPv6 form of it may lead to: mapped (RFC 4291), compatible, translated
/// (RFC 2765, RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo's server and client (RFC 4380), ISATAP (RFC 5214).
///
/// They are for finding something that is refused. No form makes a refused address allowed (SEC-133).
pub fn spellings(address: IpAddr) -> Vec<IpAddr> {
    let mut all = vec![address];
    if let IpAddr::V6(address) = address {
        all.extend(embedded(address).into_iter().map(IpAddr::V4));
    }
    all
}

fn embedded(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let words = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    let last = v4(words[6], words[7]);
    match words {
        [0, 0, 0, 0, 0, 0, _, _] | [0, 0, 0, 0, 0, 0xffff, _, _] | [0, 0, 0, 0, 0xffff, 0, _, _] => vec![last],
        [0x64, 0xff9b, ..] => vec![last],
        [0x2002, high, low, ..] => vec![v4(high, low)],
        [0x2001, 0, server_high, server_low, _, _, high, low] => vec![v4(server_high, server_low), v4(!high, !low)],
        [_, _, _, _, 0 | 0x200, 0x5efe, _, _] => vec![last],
        _ => vec![],
    }
}

fn parse(text: &str) -> IpNet {
    text.parse()
        .expect("the tables of this file hold networks only; a test reads them all")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(address: &str) -> Option<String> {
        containing(&reserved(), address.parse().unwrap()).map(|network| network.to_string())
    }

    #[test]
    fn sec_132_reserved_ipv4_networks_from_first_to_last_address() {
        for (first, last, expected) in [
            ("0.0.0.0", "0.255.255.255", "0.0.0.0/8"),
            ("10.0.0.0", "10.255.255.255", "10.0.0.0/8"),
            ("100.64.0.0", "100.127.255.255", "100.64.0.0/10"),
            ("127.0.0.0", "127.255.255.255", "127.0.0.0/8"),
            ("169.254.0.0", "169.254.255.255", "169.254.0.0/16"),
            ("172.16.0.0", "172.31.255.255", "172.16.0.0/12"),
            ("192.0.0.0", "192.0.0.255", "192.0.0.0/24"),
            ("192.0.2.0", "192.0.2.255", "192.0.2.0/24"),
            ("192.88.99.0", "192.88.99.255", "192.88.99.0/24"),
            ("192.168.0.0", "192.168.255.255", "192.168.0.0/16"),
            ("198.18.0.0", "198.19.255.255", "198.18.0.0/15"),
            ("198.51.100.0", "198.51.100.255", "198.51.100.0/24"),
            ("203.0.113.0", "203.0.113.255", "203.0.113.0/24"),
            ("224.0.0.0", "239.255.255.255", "224.0.0.0/4"),
            ("233.252.0.0", "233.252.0.255", "233.252.0.0/24"),
            ("240.0.0.0", "255.255.255.254", "240.0.0.0/4"),
            ("255.255.255.255", "255.255.255.255", "255.255.255.255/32"),
        ] {
            assert_eq!(block(first).as_deref(), Some(expected), "{first}");
            assert_eq!(block(last).as_deref(), Some(expected), "{last}");
        }
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.32.0.0",
            "223.255.255.255",
        ] {
            assert_eq!(block(public), None, "{public}");
        }
    }

    #[test]
    fn sec_133_only_public_ipv6_outside_the_reserved_networks() {
        for (address, expected) in [
            ("::", "::/128"),
            ("::1", "::1/128"),
            ("::127.0.0.1", "::/96"),
            ("::8.8.8.8", "::/96"),
            ("::ffff:8.8.8.8", "::ffff:0.0.0.0/96"),
            ("::ffff:0:8.8.8.8", "::ffff:0:0:0/96"),
            ("64:ff9b::8.8.8.8", "64:ff9b::/96"),
            ("64:ff9b:1::8.8.8.8", "64:ff9b:1::/48"),
            ("100::1", "100::/64"),
            ("2001::1", "2001::/23"),
            ("2001:20::1", "2001::/23"),
            ("2001:db8::1", "2001:db8::/32"),
            ("2002:808:808::1", "2002::/16"),
            ("3fff::1", "3fff::/20"),
            ("5f00::1", "5f00::/16"),
            ("fc00::1", "fc00::/7"),
            ("fe80::1", "fe80::/10"),
            ("fec0::1", "fec0::/10"),
            ("ff02::1", "ff00::/8"),
            ("1000::1", "::/3"),
            ("4000::1", "4000::/2"),
            ("9000::1", "8000::/1"),
        ] {
            assert_eq!(block(address).as_deref(), Some(expected), "{address}");
        }
        for public in [
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
            "2001:4860:4860::8888",
        ] {
            assert_eq!(block(public), None, "{public}");
        }
    }

    #[test]
    fn sec_134_metadata_addresses_in_every_wrapping() {
        for address in [
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "169.254.0.1",
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.192",
            "fd00:ec2::254",
            "fd00:ec2::23",
            "fd20:ce::254",
            "fe80::a9fe:a9fe",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "::ffff:0:168.63.129.16",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::100.100.100.200",
            "2002:a9fe:a9fe::1",
            "2001:0:a9fe:a9fe::1",
            "2001:0:808:808:0:0:5601:5601",
            "2600::5efe:169.254.169.254",
        ] {
            assert!(metadata_network(address.parse().unwrap()).is_some(), "{address}");
        }
        for other in [
            "10.0.0.1",
            "127.0.0.1",
            "168.63.129.17",
            "fd00:ec2::255",
            "::1",
            "2606:4700:4700::1111",
        ] {
            assert_eq!(metadata_network(other.parse().unwrap()), None, "{other}");
        }
        assert!(is_metadata_name("metadata.google.internal") && !is_metadata_name("example.com"));
    }
}
