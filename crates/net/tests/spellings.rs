//! Any spelling of a refused address is refused, and any spelling of a public one reaches it: spellings are made up here by the rules
//! that resolvers and browsers read them by.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use labelkeep_net::target::{Target, TargetHost};
use labelkeep_net::{Consumer, NetError, Policy, PolicySettings};
use proptest::prelude::*;

/// Some address of a network that is reserved.
fn reserved() -> impl Strategy<Value = Ipv4Addr> {
    let networks: [(u32, u32); 14] = [
        (0x0000_0000, 8),
        (0x0a00_0000, 8),
        (0x6440_0000, 10),
        (0x7f00_0000, 8),
        (0xa9fe_0000, 16),
        (0xac10_0000, 12),
        (0xc000_0000, 24),
        (0xc000_0200, 24),
        (0xc0a8_0000, 16),
        (0xc612_0000, 15),
        (0xc633_6400, 24),
        (0xcb00_7100, 24),
        (0xe000_0000, 4),
        (0xf000_0000, 4),
    ];
    (prop::sample::select(networks.to_vec()), any::<u32>())
        .prop_map(|((network, bits), rest)| Ipv4Addr::from(network | (rest & (u32::MAX >> bits))))
}

/// Addresses that answer questions about the machine; refused whatever the settings say.
fn metadata() -> impl Strategy<Value = Ipv4Addr> {
    prop::sample::select(vec![
        Ipv4Addr::new(169, 254, 169, 254),
        Ipv4Addr::new(169, 254, 170, 2),
        Ipv4Addr::new(168, 63, 129, 16),
        Ipv4Addr::new(100, 100, 100, 200),
        Ipv4Addr::new(192, 0, 0, 192),
    ])
}

/// How one number is written.
fn number(value: u32, base: u8, zeros: usize, upper: bool) -> String {
    let zeros = "0".repeat(zeros);
    match base {
        0 => value.to_string(),
        1 => format!("0{zeros}{value:o}"),
        _ if upper => format!("0X{zeros}{value:X}"),
        _ => format!("0x{zeros}{value:x}"),
    }
}

/// Another character that means the same in a host name.
fn disguised(letter: char, how: u8) -> String {
    match (how, letter) {
        (1, '0'..='9') => char::from_u32('０' as u32 + (letter as u32 - '0' as u32))
            .unwrap_or(letter)
            .to_string(),
        (2, '1'..='9') => char::from_u32('①' as u32 + (letter as u32 - '1' as u32))
            .unwrap_or(letter)
            .to_string(),
        (3, _) => format!("%{:02x}", letter as u32),
        (1, '.') => '．'.to_string(),
        (2, '.') => '。'.to_string(),
        _ => letter.to_string(),
    }
}

/// A host that means this IPv4 address: in one to four parts, each in some base, some of its characters disguised.
fn spelling(address: Ipv4Addr) -> impl Strategy<Value = String> {
    let one_part = (0_u8..3, 0_usize..3, any::<bool>());
    (
        1_usize..5,
        prop::collection::vec(one_part, 4),
        prop::collection::vec(0_u8..4, 64),
        any::<bool>(),
    )
        .prop_map(move |(parts, forms, how, dot)| {
            let octets = address.octets().map(u32::from);
            let mut numbers: Vec<u32> = octets[..parts - 1].to_vec();
            numbers.push(octets[parts - 1..].iter().fold(0, |sum, octet| (sum << 8) | octet));
            let plain: Vec<String> = numbers
                .iter()
                .zip(&forms)
                .map(|(value, (base, zeros, upper))| number(*value, *base, *zeros, *upper))
                .collect();
            let plain = plain.join(".") + if dot { "." } else { "" };
            plain
                .chars()
                .zip(how.iter().chain(std::iter::repeat(&0)))
                .map(|(letter, how)| disguised(letter, *how))
                .collect()
        })
}

/// IPv6 addresses that stand for this IPv4 address somewhere.
fn wrappings(address: Ipv4Addr) -> Vec<Ipv6Addr> {
    let [a, b, c, d] = address.octets().map(u16::from);
    let (high, low) = ((a << 8) | b, (c << 8) | d);
    vec![
        Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
        Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        Ipv6Addr::new(0x2001, 0, high, low, 0, 0, 0, 1),
        Ipv6Addr::new(0x2001, 0, 0x808, 0x808, 0, 0, !high, !low),
        Ipv6Addr::new(0x2600, 1, 2, 3, 0x200, 0x5efe, high, low),
    ]
}

/// How an IPv6 address is written in a URL.
fn written(address: Ipv6Addr, how: u8) -> String {
    let words = address.segments();
    match how {
        0 => format!("[{address}]"),
        1 => format!("[{}]", words.map(|word| format!("{word:04X}")).join(":")),
        2 => format!("[{}]", words.map(|word| format!("{word:x}")).join(":")),
        _ => {
            let [.., high, low] = words;
            let last = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
            let first = &words[..6];
            format!(
                "[{}:{last}]",
                first
                    .iter()
                    .map(|word| format!("{word:x}"))
                    .collect::<Vec<_>>()
                    .join(":")
            )
        }
    }
}

fn policy(protection: bool) -> Policy {
    Policy::new(&PolicySettings {
        protection,
        ..PolicySettings::default()
    })
    .expect("settings")
}

fn ask(policy: &Policy, host: &str) -> Result<IpAddr, NetError> {
    let target = Target::parse(&format!("http://{host}/"))?;
    policy.check_name(&target)?;
    let TargetHost::Address(address) = *target.host() else {
        panic!("{host} was taken for a name: {target:?}");
    };
    policy
        .check_address(Consumer::Import, &target, address, &[])
        .map(|()| address)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn sec_129_sec_132_sec_152_no_spelling_of_a_reserved_address_passes(
        (address, host) in reserved().prop_flat_map(|address| (Just(address), spelling(address)))
    ) {
        let answer = ask(&policy(true), &host);
        let expected = IpAddr::from(address);
        match answer {
            Err(NetError::BlockedAddress { address, .. }) => prop_assert_eq!(address, expected, "{}", host),
            other => prop_assert!(false, "{host} of {address}: {other:?}"),
        }
    }

    #[test]
    fn sec_134_sec_152_no_spelling_of_a_metadata_service_passes_even_without_protection(
        (address, host) in metadata().prop_flat_map(|address| (Just(address), spelling(address))),
        wrapping in 0_usize..9,
        how in 0_u8..4,
    ) {
        let open = policy(false);
        prop_assert!(matches!(ask(&open, &host), Err(NetError::BlockedAddress { .. })), "{}", host);
        let wrapped = written(wrappings(address)[wrapping], how);
        prop_assert!(matches!(ask(&open, &wrapped), Err(NetError::BlockedAddress { .. })), "{}", wrapped);
    }

    #[test]
    fn sec_133_sec_152_no_wrapping_of_a_reserved_address_passes(address in reserved(), wrapping in 0_usize..9, how in 0_u8..4) {
        let host = written(wrappings(address)[wrapping], how);
        let answer = ask(&policy(true), &host);
        prop_assert!(matches!(answer, Err(NetError::BlockedAddress { .. })), "{host}: {answer:?}");
    }

    #[test]
    fn every_spelling_of_a_public_address_reaches_it(
        (address, host) in prop::sample::select(vec![Ipv4Addr::new(1, 1, 1, 1), Ipv4Addr::new(93, 184, 215, 14), Ipv4Addr::new(8, 8, 8, 8)])
            .prop_flat_map(|address| (Just(address), spelling(address)))
    ) {
        prop_assert_eq!(ask(&policy(true), &host), Ok(IpAddr::from(address)), "{}", host);
    }
}
