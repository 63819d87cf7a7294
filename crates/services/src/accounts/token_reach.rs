//! How far tokens reach: the scope in their rows, and what a new one may be at most (SEC-093, SEC-094, SEC-104).

use labelkeep_policy::{Action, Scope};
use labelkeep_store::accounts::organizations;
use labelkeep_store::accounts::tokens::{NewToken, TokenRow};

use super::{Caller, DAY, Proof, TokenKind};
use crate::{Result, ServiceError, Services};

/// Days that a token lives when nothing else is said.
pub(super) const USUAL_DAYS: i64 = 90;
/// The most that an organization may allow.
pub(super) const MOST_DAYS: i64 = 365;
/// No project has this id.
const NO_PROJECT: i64 = 0;

/// The scope of a row. What cannot be read reaches nothing.
pub(super) fn scope(token: &TokenRow) -> Scope {
    let projects = match &token.projects {
        None => Vec::new(),
        Some(text) => {
            let ids: Vec<i64> = text.split_ascii_whitespace().filter_map(|id| id.parse().ok()).collect();
            // A list without projects must not become one of all.
            if ids.is_empty() { vec![NO_PROJECT] } else { ids }
        }
    };
    Scope {
        write: token.can_write,
        export: token.can_export,
        projects,
    }
}

/// What a new token of the caller may be at most.
pub(super) struct Bounds {
    account_id: i64,
    organization_id: i64,
    scope: Scope,
    now: i64,
    /// The longest life that the organization allows, in days.
    pub(super) most_days: i64,
    /// A token makes none that outlives itself.
    end: i64,
}

/// Asks whether the caller may make tokens, and how far they may go.
pub(super) async fn bounds(services: &Services, caller: &Caller) -> Result<Bounds> {
    caller.factor.guard_tokens()?;
    let actor = &caller.actor;
    if !actor.may(Action::TokenCreate) {
        return Err(ServiceError::Forbidden(
            "You do not have permission to perform this action.".to_owned(),
        ));
    }
    let organization = organizations::find(&services.db, actor.organization_id)
        .await?
        .ok_or(ServiceError::NotFound("Organization"))?;
    Ok(Bounds {
        account_id: actor.account_id,
        organization_id: actor.organization_id,
        scope: actor.scope.clone(),
        now: services.now(),
        most_days: organization.api_token_ttl_days,
        end: match caller.proof {
            Proof::Session { .. } => i64::MAX,
            Proof::Token { expires_at, .. } => expires_at,
        },
    })
}

impl Bounds {
    /// The moment at which the bounds were asked for: that of the new token's birth.
    pub(super) fn now(&self) -> i64 {
        self.now
    }

    /// Where the new token will work.
    pub(super) fn organization_id(&self) -> i64 {
        self.organization_id
    }

    /// The end of a token that lives this long if it can.
    pub(super) fn end_after(&self, life: i64) -> i64 {
        (self.now + life.min(self.most_days * DAY)).min(self.end)
    }

    /// Refuses a scope that is wider than the caller's.
    pub(super) fn check(&self, wanted: &Scope) -> Result<()> {
        if self.scope.covers(wanted) {
            return Ok(());
        }
        Err(ServiceError::Forbidden(
            "A token cannot make one that is stronger than itself.".to_owned(),
        ))
    }

    /// A row without a name, as strong and as long-lived as the bounds allow.
    pub(super) fn fullest(&self, kind: TokenKind, secret_hash: [u8; 32], listed: String) -> NewToken {
        self.row(
            kind,
            String::new(),
            &self.scope,
            secret_hash,
            listed,
            self.end_after(i64::MAX - self.now),
        )
    }

    /// A row; `scope` has been checked.
    pub(super) fn row(
        &self,
        kind: TokenKind,
        name: String,
        scope: &Scope,
        secret_hash: [u8; 32],
        listed: String,
        expires_at: i64,
    ) -> NewToken {
        let ids: Vec<String> = scope.projects.iter().map(i64::to_string).collect();
        NewToken {
            account_id: self.account_id,
            organization_id: self.organization_id,
            kind: kind.word(),
            name,
            secret_hash,
            listed,
            can_write: scope.write,
            can_export: scope.export,
            projects: (!ids.is_empty()).then(|| ids.join(" ")),
            created_at: self.now,
            expires_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(projects: Option<&str>) -> TokenRow {
        TokenRow {
            id: 1,
            account_id: 1,
            kind: "personal".to_owned(),
            secret_hash: Vec::new(),
            listed: String::new(),
            created_at: 0,
            expires_at: 0,
            revoked_at: None,
            last_used_at: None,
            name: String::new(),
            organization_id: Some(1),
            can_write: false,
            can_export: true,
            projects: projects.map(str::to_owned),
            last_used_address: None,
            last_used_agent: None,
        }
    }

    #[test]
    fn sec_093_only_a_row_without_a_list_reaches_all_projects() {
        assert!(scope(&row(None)).reaches(7));
        let two = scope(&row(Some("7 9")));
        assert!(two.reaches(7) && two.reaches(9) && !two.reaches(8) && !two.write && two.export);
        for damaged in ["", " ", "x"] {
            assert!(!scope(&row(Some(damaged))).reaches(7), "{damaged:?}");
        }
    }
}
