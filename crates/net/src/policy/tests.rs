use super::*;

fn policy(change: impl FnOnce(&mut PolicySettings)) -> Policy {
    let mut settings = PolicySettings::default();
    change(&mut settings);
    Policy::new(&settings).unwrap()
}

/// Asks for a URL that leads to the address.
fn ask(policy: &Policy, consumer: Consumer, url: &str, address: &str) -> Result<(), NetError> {
    let target = Target::parse(url).unwrap();
    policy.check_name(&target)?;
    policy.check_address(consumer, &target, address.parse().unwrap(), &[])
}

fn block(result: Result<(), NetError>) -> String {
    match result {
        Err(NetError::BlockedAddress { block, .. }) => block,
        other => panic!("not blocked by address: {other:?}"),
    }
}

#[test]
fn sec_127_reserved_addresses_are_refused_by_default() {
    let policy = policy(|_| {});
    assert_eq!(
        ask(&policy, Consumer::Import, "http://a.example/", "93.184.215.14"),
        Ok(())
    );
    let refused = ask(&policy, Consumer::Import, "http://a.example/", "127.0.0.1");
    assert_eq!(
        refused.clone().unwrap_err().to_string(),
        "URL resolves to a reserved network address (block: 127.0.0.0/8)"
    );
    assert!(refused.unwrap_err().is_forbidden());
    for address in [
        "10.1.2.3",
        "::1",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
        "64:ff9b::8.8.8.8",
    ] {
        assert!(
            ask(&policy, Consumer::Import, "http://a.example/", address).is_err(),
            "{address}"
        );
    }
}

#[test]
fn sec_134_metadata_is_refused_even_without_protection_and_as_exception() {
    for policy in [
        policy(|settings| settings.protection = false),
        policy(|settings| {
            settings.default_subnets = false;
            settings.allowed_destinations = "169.254.0.0/16:80, a.example:80, [fd00::/8]:80, 0.0.0.0/0:80".into();
        }),
    ] {
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fd00:ec2::254",
            "168.63.129.16",
            "fe80::1",
        ] {
            let result = ask(&policy, Consumer::Import, "http://a.example/", address);
            assert!(
                matches!(result, Err(NetError::BlockedAddress { .. })),
                "{address}: {result:?}"
            );
        }
        for name in ["metadata.google.internal", "METADATA", "instance-data."] {
            let result = ask(&policy, Consumer::Import, &format!("http://{name}/"), "93.184.215.14");
            assert!(matches!(result, Err(NetError::BlockedService { .. })), "{name}");
        }
    }
}

#[test]
fn sec_135_own_services_are_refused_always() {
    let policy = policy(|settings| {
        settings.protection = false;
        settings.own_services = vec![
            "0.0.0.0:8080".into(),
            "10.9.8.7:5432".into(),
            "database.internal:6543".into(),
        ];
    });
    for (url, address) in [
        ("http://localhost:8080/", "127.0.0.1"),
        ("http://localhost:8080/", "::1"),
        ("http://a.example:8080/", "127.9.9.9"),
        ("http://a.example:8080/", "0.0.0.0"),
        ("http://a.example:8080/", "::ffff:127.0.0.1"),
        ("http://a.example:5432/", "10.9.8.7"),
        ("http://a.example:5432/", "::ffff:10.9.8.7"),
    ] {
        let result = ask(&policy, Consumer::Import, url, address);
        assert!(
            matches!(result, Err(NetError::BlockedService { .. })),
            "{url} {address}: {result:?}"
        );
    }
    assert_eq!(
        ask(&policy, Consumer::Import, "http://localhost:8081/", "127.0.0.1"),
        Ok(())
    );
    assert_eq!(
        ask(&policy, Consumer::Import, "http://a.example:8080/", "10.9.8.7"),
        Ok(())
    );
    // A service that is known by name: the client looks it up and hands the addresses over.
    let target = Target::parse("http://a.example:6543/").unwrap();
    let address = "10.1.1.1".parse().unwrap();
    assert_eq!(policy.own_names(6543).collect::<Vec<_>>(), ["database.internal"]);
    assert!(
        policy
            .check_address(Consumer::Import, &target, address, &[address])
            .is_err()
    );
    assert!(policy.check_address(Consumer::Import, &target, address, &[]).is_ok());
}

#[test]
fn sec_136_other_ports_need_the_configuration() {
    let standard = policy(|_| {});
    for port in [80, 443, 8080, 8443, 9000, 9090] {
        assert_eq!(
            ask(
                &standard,
                Consumer::Import,
                &format!("http://a.example:{port}/"),
                "1.1.1.1"
            ),
            Ok(())
        );
    }
    for port in [22, 25, 5432, 6379, 65535] {
        let result = ask(
            &standard,
            Consumer::Import,
            &format!("http://a.example:{port}/"),
            "1.1.1.1",
        );
        assert_eq!(result, Err(NetError::BlockedPort { port }));
    }
    let more = policy(|settings| settings.allowed_ports = "8000, 8001".into());
    assert_eq!(
        ask(&more, Consumer::Import, "http://a.example:8001/", "1.1.1.1"),
        Ok(())
    );
}

#[test]
fn sec_138_exceptions_are_exact() {
    let policy = policy(|settings| {
        settings.allowed_destinations =
            "ml@10.0.5.7:9090, files.example:8000, 192.168.1.0/24:80, [fd00:1::/32]:443".into();
    });
    assert_eq!(
        ask(&policy, Consumer::Ml, "http://model.example:9090/", "10.0.5.7"),
        Ok(())
    );
    assert_eq!(
        block(ask(&policy, Consumer::Import, "http://model.example:9090/", "10.0.5.7")),
        "10.0.0.0/8"
    );
    assert_eq!(
        block(ask(&policy, Consumer::Ml, "http://model.example:9000/", "10.0.5.7")),
        "10.0.0.0/8"
    );
    assert_eq!(
        block(ask(&policy, Consumer::Ml, "http://model.example:9090/", "10.0.5.8")),
        "10.0.0.0/8"
    );
    assert_eq!(
        ask(&policy, Consumer::Import, "http://FILES.example.:8000/", "10.2.2.2"),
        Ok(())
    );
    assert_eq!(
        block(ask(
            &policy,
            Consumer::Import,
            "http://x.files.example:8000/",
            "10.2.2.2"
        )),
        "10.0.0.0/8"
    );
    assert_eq!(
        ask(&policy, Consumer::Import, "http://a.example/", "192.168.1.77"),
        Ok(())
    );
    assert_eq!(
        block(ask(
            &policy,
            Consumer::Import,
            "http://a.example/",
            "::ffff:192.168.1.77"
        )),
        "::ffff:0.0.0.0/96"
    );
    assert_eq!(
        ask(&policy, Consumer::Import, "https://a.example/", "fd00:1::9"),
        Ok(())
    );
    assert_eq!(
        block(ask(&policy, Consumer::Import, "https://a.example/", "fd00:2::9")),
        "fc00::/7"
    );
}

#[test]
fn sec_139_subnet_settings_keep_their_meaning() {
    let added = policy(|settings| settings.additional_subnets = "93.184.0.0/16, 2606::/16,1.1.1.1".into());
    assert_eq!(
        block(ask(&added, Consumer::Import, "http://a.example/", "93.184.215.14")),
        "93.184.0.0/16"
    );
    assert_eq!(
        block(ask(&added, Consumer::Import, "http://a.example/", "2606::1")),
        "2606::/16"
    );
    assert_eq!(
        block(ask(&added, Consumer::Import, "http://a.example/", "1.1.1.1")),
        "1.1.1.1/32"
    );
    assert_eq!(
        block(ask(&added, Consumer::Import, "http://a.example/", "10.0.0.1")),
        "10.0.0.0/8"
    );
    let alone = policy(|settings| {
        settings.default_subnets = false;
        settings.additional_subnets = "10.1.0.0/16".into();
    });
    assert_eq!(ask(&alone, Consumer::Import, "http://a.example/", "10.2.0.1"), Ok(()));
    assert_eq!(
        block(ask(&alone, Consumer::Import, "http://a.example/", "10.1.0.1")),
        "10.1.0.0/16"
    );
    assert_eq!(
        block(ask(&alone, Consumer::Import, "http://a.example/", "::ffff:10.1.0.1")),
        "10.1.0.0/16"
    );
}

#[test]
fn sec_139_settings_that_cannot_be_read_are_named() {
    let read = |change: fn(&mut PolicySettings)| {
        let mut settings = PolicySettings::default();
        change(&mut settings);
        Policy::new(&settings).map(|_| ()).unwrap_err()
    };
    assert_eq!(
        read(|s| s.additional_subnets = "10.0.0.0/8,10.0.0.0/33".into()),
        PolicyError::Subnet("10.0.0.0/33".into())
    );
    assert_eq!(read(|s| s.allowed_ports = "0".into()), PolicyError::Port("0".into()));
    for bad in [
        "example.com",
        "example.com:0",
        "x@example.com:80",
        "fd00::1:80",
        "[fd00::1:80",
        "a b:80",
        "a/b:80",
        ":80",
    ] {
        let mut settings = PolicySettings {
            allowed_destinations: bad.into(),
            ..PolicySettings::default()
        };
        assert_eq!(
            Policy::new(&settings).unwrap_err(),
            PolicyError::Destination(bad.into())
        );
        settings.allowed_destinations.clear();
        settings.own_services = vec![bad.into()];
        assert_eq!(Policy::new(&settings).unwrap_err(), PolicyError::OwnService(bad.into()));
    }
}

#[test]
fn sec_140_without_protection_private_networks_and_all_ports_open() {
    let policy = policy(|settings| settings.protection = false);
    for (url, address) in [
        ("http://a.example:9/", "127.0.0.1"),
        ("http://b.example/", "10.0.0.1"),
        ("http://c.example/", "::1"),
    ] {
        assert_eq!(ask(&policy, Consumer::Import, url, address), Ok(()));
    }
}

#[test]
fn sec_139_model_back_ends_can_be_kept_from_private_networks_alone() {
    let policy = policy(|settings| settings.protection = false);
    assert_eq!(
        block(ask(&policy, Consumer::Ml, "http://model.example:9/", "10.0.0.1")),
        "10.0.0.0/8"
    );
    assert_eq!(ask(&policy, Consumer::Ml, "http://model.example:9/", "1.1.1.1"), Ok(()));
    let open = self::policy(|settings| {
        settings.protection = false;
        settings.ml_block_local = false;
    });
    assert_eq!(ask(&open, Consumer::Ml, "http://model.example:9/", "10.0.0.1"), Ok(()));
}
