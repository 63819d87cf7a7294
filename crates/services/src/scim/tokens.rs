//! Tokens with which an identity provider speaks for an organization: its own, not a person's; hashed, with an end, from
//! certain addresses if wanted, and good for these routes only (SEC-084).

use std::net::IpAddr;

use labelkeep_crypt::Secret;
use labelkeep_crypt::secret::{hash_secret, is_scim_token};
use labelkeep_net::IpNet;
use labelkeep_store::accounts::organizations;
use labelkeep_store::audit::{self, Identity, Origin, Request};
use labelkeep_store::scim::tokens::{self as store, ScimTokenRow};

use super::SOURCE;
use crate::access::{self, Granted};
use crate::accounts::{Caller, Refused, guessed, in_browser};
use crate::{Invalid, Result, ServiceError, Services};

/// Tokens of one organization: one that works, one that is being brought in, and room for a second provider.
const MOST: i64 = 5;
/// Longest life, in days.
const MOST_DAYS: i64 = 365;
/// Most address ranges of one token.
const MOST_NETWORKS: usize = 50;
/// One day in microseconds.
const DAY: i64 = 24 * 3_600 * 1_000_000;
/// How exactly the time of last use is kept, in microseconds.
const TOUCH_EVERY: i64 = 60_000_000;

/// A token to be made.
#[derive(Debug)]
pub struct NewScimToken {
    /// How long it lives, in days.
    pub ttl_days: i64,
    /// From where it works (`192.0.2.0/24`, or an address by itself); none: from anywhere.
    pub networks: Vec<String>,
}

/// What is shown of a token.
#[derive(Debug)]
pub struct ScimToken {
    /// The row.
    pub row: ScimTokenRow,
    /// It is over.
    pub is_expired: bool,
}

/// An identity provider that has proven for which organization it speaks.
#[derive(Debug, Clone)]
pub struct Provisioner {
    organization_id: i64,
    token_id: i64,
    address: IpAddr,
}

impl Provisioner {
    pub(super) fn organization_id(&self) -> i64 {
        self.organization_id
    }

    /// The token, for limits of how much it does at once.
    pub fn token_id(&self) -> i64 {
        self.token_id
    }

    pub(super) fn origin(&self) -> Origin {
        Origin {
            organization_id: Some(self.organization_id),
            address: self.address.to_string(),
            ..Origin::default()
        }
    }
}

/// The organization's tokens, newest first.
pub async fn tokens(services: &Services, organization: &Granted<i64>) -> Result<Vec<ScimToken>> {
    let now = services.now();
    let rows = store::list(&services.db, *organization.row()).await?;
    Ok(rows.into_iter().map(|row| shown(row, now)).collect())
}

fn shown(row: ScimTokenRow, now: i64) -> ScimToken {
    ScimToken {
        is_expired: row.expires_at <= now,
        row,
    }
}

/// Makes a token. The secret is in this answer and nowhere else.
pub async fn create_token(
    services: &Services,
    organization: Granted<i64>,
    caller: &Caller,
    wish: NewScimToken,
) -> Result<(ScimToken, Secret)> {
    in_browser(caller)?;
    let (actor, id) = organization.into_parts();
    let mut errors = Invalid::default();
    if !(1..=MOST_DAYS).contains(&wish.ttl_days) {
        errors.add("ttl_days", format!("A token lives from 1 to {MOST_DAYS} days."));
    }
    let networks = networks(&wish.networks, &mut errors);
    errors.into_result()?;
    let secret = Secret::scim_token();
    let (hash, listed) = (secret.hash(), listed(&secret));
    let (now, origin, maker) = (services.now(), access::origin(&actor), actor.account_id);
    let end = now + wish.ttl_days * DAY;
    let row = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                organizations::lock(tx, id).await?;
                if store::count(tx, id).await? >= MOST {
                    let text = format!("There are {MOST} tokens. Revoke one before you make another.");
                    return Err(ServiceError::Conflict(text));
                }
                let row = store::insert(tx, id, hash, &listed, &networks, maker, end, now).await?;
                let detail = serde_json::json!({ "networks": networks }).to_string();
                let object = format!("scim_token:{}", row.id);
                audit::record(tx, &origin, "scim.token.create", &object, &detail, now).await?;
                Ok(row)
            })
        })
        .await?;
    Ok((shown(row, now), secret))
}

/// Gives a token another secret and a new life as long as the old one's. The old secret fails at once.
pub async fn rotate_token(
    services: &Services,
    organization: Granted<i64>,
    caller: &Caller,
    token_id: i64,
) -> Result<(ScimToken, Secret)> {
    in_browser(caller)?;
    let (actor, id) = organization.into_parts();
    let secret = Secret::scim_token();
    let (hash, listed) = (secret.hash(), listed(&secret));
    let (now, origin, maker) = (services.now(), access::origin(&actor), actor.account_id);
    let row = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let old = store::revoke(tx, id, token_id, now).await?;
                let old = old.ok_or(ServiceError::NotFound("Token"))?;
                let end = now + (old.expires_at - old.created_at);
                let row = store::insert(tx, id, hash, &listed, &old.networks, maker, end, now).await?;
                let detail = serde_json::json!({ "before": token_id }).to_string();
                let object = format!("scim_token:{}", row.id);
                audit::record(tx, &origin, "scim.token.rotate", &object, &detail, now).await?;
                Ok::<_, ServiceError>(row)
            })
        })
        .await?;
    Ok((shown(row, now), secret))
}

/// Revokes a token.
pub async fn revoke_token(
    services: &Services,
    organization: Granted<i64>,
    caller: &Caller,
    token_id: i64,
) -> Result<()> {
    in_browser(caller)?;
    let (actor, id) = organization.into_parts();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if store::revoke(tx, id, token_id, now).await?.is_none() {
                    return Err(ServiceError::NotFound("Token"));
                }
                let object = format!("scim_token:{token_id}");
                Ok(audit::record(tx, &origin, "scim.token.revoke", &object, "{}", now).await?)
            })
        })
        .await
}

fn listed(secret: &Secret) -> String {
    secret.expose().chars().take(8).collect()
}

/// Ranges as they are kept: without the bits behind the prefix.
fn networks(texts: &[String], errors: &mut Invalid) -> String {
    if texts.len() > MOST_NETWORKS {
        errors.add("networks", format!("Name at most {MOST_NETWORKS} ranges."));
        return String::new();
    }
    let mut list = Vec::new();
    for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let alone = || text.parse::<IpAddr>().map(IpNet::from);
        match text.parse::<IpNet>().or_else(|_| alone()) {
            Ok(network) => list.push(network.trunc().to_string()),
            Err(_) => {
                let text: String = text.chars().take(60).collect();
                errors.add(
                    "networks",
                    format!("“{text}” is no range of addresses, such as 192.0.2.0/24 or 2001:db8::/32."),
                );
            }
        }
    }
    list.join(" ")
}

/// Whether an address is in one of these ranges; in a list without any every one is.
fn admits(networks: &str, address: IpAddr) -> bool {
    let address = address.to_canonical();
    let mut ranges = networks.split_ascii_whitespace().peekable();
    // What cannot be read admits nobody.
    ranges.peek().is_none() || ranges.any(|range| range.parse::<IpNet>().is_ok_and(|range| range.contains(&address)))
}

/// For which organization this token speaks. What exactly is wrong with one that is not accepted nobody is told.
pub async fn authenticate(services: &Services, token: &str, address: IpAddr) -> Result<Result<Provisioner, Refused>> {
    let now = services.now();
    let row = if is_scim_token(token) {
        store::alive(&services.db, &hash_secret(token), now).await?
    } else {
        None
    };
    let Some(row) = row else {
        let wait = guessed(services, address).await?;
        return Ok(Err(wait.map_or(Refused::Token, Refused::TooMany)));
    };
    // A right token from a wrong place is in its organization's log, too.
    Request::identify(Identity {
        organization_id: row.organization_id,
        account_id: None,
        token_id: None,
        actor: Some(SOURCE),
    });
    if !admits(&row.networks, address) {
        return Ok(Err(Refused::Token));
    }
    if row.last_used_at.is_none_or(|last| now - last > TOUCH_EVERY) {
        note(services, row.id, address, now);
    }
    Ok(Ok(Provisioner {
        organization_id: row.organization_id,
        token_id: row.id,
        address,
    }))
}

/// Writes the time of last use without keeping the request waiting.
fn note(services: &Services, id: i64, address: IpAddr, now: i64) {
    let services = services.clone();
    tokio::spawn(async move {
        let address = address.to_string();
        let written: labelkeep_store::Result<()> = services
            .db
            .write_unsynced(move |tx| Box::pin(async move { store::touch(tx, id, &address, now).await }))
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, "a time of last use was not noted");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> (String, bool) {
        let mut errors = Invalid::default();
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let list = networks(&texts, &mut errors);
        (list, errors.into_result().is_ok())
    }

    #[test]
    fn sec_084_ranges_are_read_and_kept_to() {
        let (list, fine) = read(&["192.0.2.77/24", " 198.51.100.7 ", "", "2001:db8::/32"]);
        assert_eq!(
            (list.as_str(), fine),
            ("192.0.2.0/24 198.51.100.7/32 2001:db8::/32", true)
        );
        let within = |address: &str| admits(&list, address.parse().expect("an address"));
        assert!(within("192.0.2.1") && within("::ffff:192.0.2.1") && within("198.51.100.7") && within("2001:db8::1"));
        assert!(!within("192.0.3.1") && !within("198.51.100.8") && !within("2001:db9::1"));
        assert!(admits("", "203.0.113.9".parse().expect("an address")));
        assert!(!admits("damaged", "203.0.113.9".parse().expect("an address")));
        for wrong in ["192.0.2.0/33", "example.com", "192.0.2", "*"] {
            assert!(!read(&[wrong]).1, "{wrong}");
        }
        assert!(!read(&["192.0.2.1"; 51]).1);
    }
}
