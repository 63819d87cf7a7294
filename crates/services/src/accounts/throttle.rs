//! Limits of guessing (SEC-062, SEC-063), counted in the database so that replicas share them.
//!
//! An account takes ten wrong passwords in 15 minutes; after that each further one doubles the pause before the next
//! attempt, up to 15 minutes. An address has 30 failures a minute. Open sessions go on working: nobody is locked out by others.

use std::net::{IpAddr, Ipv6Addr};

use labelkeep_store::Tx;
use labelkeep_store::accounts::attempts as store;

use crate::{Result, ServiceError, Services};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const ACCOUNT_WINDOW: i64 = 15 * MINUTE;
const FREE_FAILURES: i64 = 10;
const ADDRESS_FAILURES: i64 = 30;

/// Whether an attempt may be made now; `email` is in lower case.
pub(super) async fn check(services: &Services, email: &str, address: IpAddr) -> Result<()> {
    let now = services.now();
    let (failures, last) = store::count(&services.db, &of_account(email), now - ACCOUNT_WINDOW).await?;
    if let Some(last) = last.filter(|_| failures >= FREE_FAILURES) {
        let pause = pause(failures);
        if last + pause > now {
            return Err(too_many(last + pause - now));
        }
    }
    let (failures, last) = store::count(&services.db, &of_address(address), now - MINUTE).await?;
    match last {
        Some(last) if failures >= ADDRESS_FAILURES => Err(too_many((last + MINUTE - now).max(SECOND))),
        _ => Ok(()),
    }
}

/// The pause after so many failures: 1 s after the tenth, doubled by each further one, at most 15 minutes.
fn pause(failures: i64) -> i64 {
    let doublings = (failures - FREE_FAILURES).clamp(0, 20);
    (SECOND << doublings).min(ACCOUNT_WINDOW)
}

/// Counts a failure, in the transaction that audits it.
pub(super) async fn failed(tx: &mut Tx, email: &str, address: IpAddr, now: i64) -> labelkeep_store::Result<()> {
    store::record(tx, &of_account(email), now, now - ACCOUNT_WINDOW).await?;
    store::record(tx, &of_address(address), now, now - ACCOUNT_WINDOW).await
}

/// Forgets the failures of an account after a right password. Those of the address stay.
pub(super) async fn succeeded(tx: &mut Tx, email: &str) -> labelkeep_store::Result<()> {
    store::clear(tx, &of_account(email)).await
}

fn too_many(micros: i64) -> ServiceError {
    ServiceError::TooMany(u64::try_from(micros / SECOND + 1).unwrap_or(1))
}

fn of_account(email: &str) -> String {
    format!("account:{email}")
}

fn of_address(address: IpAddr) -> String {
    format!("address:{}", network(address))
}

/// One customer has a whole /64 of IPv6; an IPv4 address stands for itself.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_062_the_pause_grows_to_15_minutes() {
        assert_eq!(pause(10), SECOND);
        assert_eq!(pause(13), 8 * SECOND);
        assert_eq!(pause(40), ACCOUNT_WINDOW);
    }

    #[test]
    fn sec_062_ipv6_counts_by_64() {
        let address = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::2"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
    }
}
