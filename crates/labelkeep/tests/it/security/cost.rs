//! What it costs to know who asks and whether they may.

use std::net::{IpAddr, Ipv4Addr};

use labelkeep_services::access::{self, Action};
use labelkeep_services::accounts::{self, Credential, Visit};
use labelkeep_testkit::{Engine, Kit, KitOptions, PASSWORD, json};

/// Nanoseconds that this thread has computed.
fn computed() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux says it");
    text.split(' ')
        .next()
        .and_then(|text| text.parse().ok())
        .expect("a number")
}

/// An authorized request spends at most 0.1 ms of CPU on session or token and policy together. Prints the figures:
/// `cargo test -p labelkeep --release --test it -- --ignored --nocapture cost`.
#[allow(clippy::print_stdout)] // figures for a person
#[tokio::test]
#[ignore = "a measurement: it wants an optimized build"]
async fn an_authorized_request_costs_at_most_a_tenth_of_a_millisecond() {
    const REQUESTS: u32 = 20_000;
    let kit = Kit::start(Engine::Sqlite, KitOptions::default())
        .await
        .expect("it starts");
    let owner = kit.owner().await;
    let token = owner.post("/api/current-user/tokens/", json!({"name": "robot"})).await;
    let token = token.expect(201).json()["token"]
        .as_str()
        .expect("the secret")
        .to_owned();
    let cookie = crate::accounts::session_cookie(&kit.anonymous().sign_in("owner@example.com", PASSWORD).await);
    let session = cookie.split_once('=').expect("a pair").1.to_owned();
    let visit = Visit {
        address: IpAddr::from(Ipv4Addr::LOCALHOST),
        agent: "measurement",
        background: false,
    };
    for (name, credential) in [
        ("session", Credential::Session(&session)),
        ("token", Credential::Personal(&token)),
    ] {
        let began = computed();
        for _ in 0..REQUESTS {
            let caller = accounts::authenticate(kit.services(), credential, visit).await;
            let caller = caller.expect("it answers").expect("it is right");
            access::organization(caller.actor, Action::ProjectView).expect("allowed");
        }
        let each = (computed() - began) / u64::from(REQUESTS);
        println!("{name} and policy: {each} ns of CPU for a request");
        assert!(each < 100_000, "{each} ns");
    }
}
