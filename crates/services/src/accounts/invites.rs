//! The link by which people join an organization (SEC-087, SEC-088): 256 bits, sealed in the database, seven days long.

use labelkeep_crypt::{Place, Secret};
use labelkeep_policy::{Action, Role};
use labelkeep_store::accounts::organizations::{self as store, OrganizationRow};
use labelkeep_store::{Tx, audit};

use super::DAY;
use crate::access::{self, Granted};
use crate::{Result, ServiceError, Services};

const LIFE: i64 = 7 * DAY;

/// An invitation.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The token of the link; none when the link has expired or was never made: a reset makes a new one.
    pub token: Option<String>,
    /// Its end, in microseconds.
    pub expires_at: Option<i64>,
    /// What people become who join by it: what newcomers are in the organization (SEC-089).
    pub role: Role,
}

/// A link that is ready to be stored.
pub(super) struct NewLink {
    token: Secret,
    sealed: Vec<u8>,
    expires_at: i64,
}

impl NewLink {
    pub(super) fn make(services: &Services, organization_id: i64) -> Self {
        let token = Secret::link_token();
        let row = organization_id.to_string();
        let sealed = services
            .keys
            .seal(place(organization_id, &row), token.expose().as_bytes());
        NewLink {
            token,
            sealed,
            expires_at: services.now() + LIFE,
        }
    }

    pub(super) async fn store(&self, tx: &mut Tx, organization_id: i64, now: i64) -> labelkeep_store::Result<()> {
        store::set_invite(
            tx,
            organization_id,
            &self.sealed,
            &self.token.hash(),
            self.expires_at,
            now,
        )
        .await
    }
}

/// The link as it is now.
pub async fn invitation(services: &Services, organization: &Granted<i64>) -> Result<Invitation> {
    let row = store::find(&services.db, *organization.row())
        .await?
        .ok_or(ServiceError::NotFound("Organization"))?;
    if !organization.actor().may(Action::Invite) {
        return Ok(Invitation {
            token: None,
            expires_at: None,
            role: Role::from_word(&row.default_role),
        });
    }
    open(services, &row)
}

pub(super) fn open(services: &Services, row: &OrganizationRow) -> Result<Invitation> {
    let living = row
        .invite_link
        .as_deref()
        .zip(row.invite_expires_at)
        .filter(|(_, end)| *end > services.now());
    let Some((sealed, expires_at)) = living else {
        return Ok(Invitation {
            token: None,
            expires_at: None,
            role: Role::from_word(&row.default_role),
        });
    };
    let name = row.id.to_string();
    let token = services
        .keys
        .open(place(row.id, &name), sealed)
        .map_err(|error| ServiceError::Internal(format!("invitation link: {error}")))?;
    Ok(Invitation {
        token: Some(String::from_utf8_lossy(&token).into_owned()),
        expires_at: Some(expires_at),
        role: Role::from_word(&row.default_role),
    })
}

/// Makes a new link; the old one fails from this moment.
pub async fn reset_invitation(services: &Services, organization: Granted<i64>) -> Result<Invitation> {
    let (actor, id) = organization.into_parts();
    let link = NewLink::make(services, id);
    let row = store::find(&services.db, id)
        .await?
        .ok_or(ServiceError::NotFound("Organization"))?;
    let answer = Invitation {
        token: Some(link.token.expose().to_owned()),
        expires_at: Some(link.expires_at),
        role: Role::from_word(&row.default_role),
    };
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                link.store(tx, id, now).await?;
                audit::record(tx, &origin, "invite.reset", &format!("organization:{id}"), "{}", now).await
            })
        })
        .await?;
    Ok(answer)
}

fn place(organization: i64, row: &str) -> Place<'_> {
    Place {
        organization,
        table: "organization",
        column: "invite_link",
        row,
    }
}
