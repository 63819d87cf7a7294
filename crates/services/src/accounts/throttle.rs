//! Limits of guessing (SEC-062, SEC-063), counted in the database so that replicas share them.
//!
//! An account takes ten wrong passwords in 15 minutes; after that each further one doubles the pause before the next
//! attempt, up to 15 minutes. An address has 30 failures a minute, and 60 with tokens and links. Open sessions go on
//! working: nobody is locked out by others.
//!
//! Every other limit is a [`Limit`]: so many failures in a time, then none until the time has passed.

use std::net::{IpAddr, Ipv6Addr};

use labelkeep_store::accounts::attempts as store;
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::{StoreError, Tx};

use crate::{Result, ServiceError, Services};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const ACCOUNT_WINDOW: i64 = 15 * MINUTE;
const FREE_FAILURES: i64 = 10;

/// So many failures of a subject in a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// What is limited, for the rows and the audit log.
    name: &'static str,
    most: i64,
    /// Microseconds.
    window: i64,
}

/// Wrong passwords from one network.
const ADDRESS: Limit = Limit::new("address", 30, MINUTE);
/// Wrong tokens and links from one network.
const GUESSES: Limit = Limit::new("guess", 60, MINUTE);

/// The longest time for which a failure counts.
const LONGEST_WINDOW: i64 = 60 * MINUTE;

impl Limit {
    /// At most `most` failures in `window` microseconds, which are an hour at most.
    pub(crate) const fn new(name: &'static str, most: i64, window: i64) -> Self {
        assert!(window <= LONGEST_WINDOW, "older failures are deleted");
        Limit { name, most, window }
    }

    fn subject(&self, subject: &str) -> String {
        format!("{}:{subject}", self.name)
    }

    /// Whether the subject may try now; [`ServiceError::TooMany`] when not.
    pub(crate) async fn check(&self, services: &Services, subject: &str) -> Result<()> {
        let now = services.now();
        let (failures, last) = store::count(&services.db, &self.subject(subject), now - self.window).await?;
        match last {
            Some(last) if failures >= self.most => Err(too_many(last + self.window - now)),
            _ => Ok(()),
        }
    }

    /// Counts a failure; the one that reaches the limit is audited. Says whether the limit is exceeded now.
    pub(crate) async fn failed(
        &self,
        tx: &mut Tx,
        subject: &str,
        origin: &Origin,
        now: i64,
    ) -> Result<bool, StoreError> {
        let subject = self.subject(subject);
        store::record(tx, &subject, now, now - self.window).await?;
        let (failures, _) = store::count_in(tx, &subject, now - self.window).await?;
        if failures == self.most {
            reached(tx, self.name, origin, now).await?;
        }
        Ok(failures > self.most)
    }
}

/// One event for a limit that is reached, not one for each attempt beyond it.
async fn reached(tx: &mut Tx, name: &str, origin: &Origin, now: i64) -> Result<(), StoreError> {
    let detail = serde_json::json!({ "limit": name }).to_string();
    audit::record(tx, origin, "limit.reached", "", &detail, now).await
}

/// Counts a token or link that is none; gives the seconds to wait once there were too many from this network. Right ones
/// are not kept waiting.
pub(crate) async fn guessed(services: &Services, address: IpAddr) -> Result<Option<u64>> {
    let network = network(address);
    let seconds = u64::try_from(GUESSES.window / SECOND).ok();
    // What this node knows to be too much costs no write.
    if services.cache.failed(network) > GUESSES.most {
        return Ok(seconds);
    }
    let (now, origin) = (services.now(), from(address));
    let exceeded = services
        .db
        .write_unsynced(move |tx| Box::pin(async move { GUESSES.failed(tx, &network.to_string(), &origin, now).await }))
        .await?;
    Ok(seconds.filter(|_| exceeded))
}

fn from(address: IpAddr) -> Origin {
    Origin {
        address: address.to_string(),
        ..Origin::default()
    }
}

/// Whether an attempt may be made now; `email` is in lower case, and empty where no account is meant.
pub(super) async fn check(services: &Services, email: &str, address: IpAddr) -> Result<()> {
    let now = services.now();
    if !email.is_empty() {
        let (failures, last) = store::count(&services.db, &of_account(email), now - ACCOUNT_WINDOW).await?;
        if let Some(last) = last.filter(|_| failures >= FREE_FAILURES) {
            let pause = pause(failures);
            if last + pause > now {
                return Err(too_many(last + pause - now));
            }
        }
    }
    ADDRESS.check(services, &network(address).to_string()).await
}

/// The pause after so many failures: 1 s after the tenth, doubled by each further one, at most 15 minutes.
fn pause(failures: i64) -> i64 {
    let doublings = (failures - FREE_FAILURES).clamp(0, 20);
    (SECOND << doublings).min(ACCOUNT_WINDOW)
}

/// Counts a failure, in the transaction that audits it. Without an e-mail address only that of the client counts.
pub(super) async fn failed(tx: &mut Tx, email: &str, address: IpAddr, now: i64) -> Result<(), StoreError> {
    let origin = from(address);
    if !email.is_empty() {
        let subject = of_account(email);
        store::record(tx, &subject, now, now - ACCOUNT_WINDOW).await?;
        if store::count_in(tx, &subject, now - ACCOUNT_WINDOW).await?.0 == FREE_FAILURES {
            reached(tx, "account", &origin, now).await?;
        }
    }
    ADDRESS.failed(tx, &network(address).to_string(), &origin, now).await?;
    Ok(())
}

/// Forgets failures that no limit counts any more.
pub(super) async fn purge(tx: &mut Tx, now: i64) -> Result<(), StoreError> {
    store::purge(tx, now - LONGEST_WINDOW).await
}

/// Forgets the failures of an account after a right password. Those of the address stay.
pub(super) async fn succeeded(tx: &mut Tx, email: &str) -> Result<(), StoreError> {
    store::clear(tx, &of_account(email)).await
}

fn too_many(micros: i64) -> ServiceError {
    ServiceError::TooMany(u64::try_from(micros.max(0) / SECOND + 1).unwrap_or(1))
}

fn of_account(email: &str) -> String {
    format!("account:{email}")
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
