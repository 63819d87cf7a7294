//! Second factors: authenticator apps (TOTP) with recovery codes (SEC-070 to SEC-074).
//!
//! | file | what |
//! | --- | --- |
//! | `enrol` | adding, confirming, naming, removing one's own |
//! | `sign_in` | the second step of a sign-in |
//! | `limit` | guessing is bounded |
//! | `policy` | which roles need one; reset by an administrator |
//! | `qr` | the picture that an app scans |

mod enrol;
mod limit;
mod policy;
mod qr;
mod sign_in;

pub use enrol::{
    Enrolment, OwnFactors, confirm_totp, enrol_totp, new_recovery_codes, own_factors, pending_totp, remove_factor,
    rename_factor,
};
pub(crate) use policy::in_browser;
pub use policy::{MemberFactors, factor_policy, member_factors, reset_factors, set_factor_policy};
pub use sign_in::{SecondStep, WaitingSignIn, second_step, waiting_step};
pub(super) use sign_in::{prove, wait};

use labelkeep_crypt::{Place, TotpSecret};
use labelkeep_store::accounts::HolderRow;
use labelkeep_store::accounts::factors::FactorRow;

use crate::{Result, ServiceError, Services};

/// How somebody stands to second factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorStanding {
    /// The organization requires one of their role.
    pub required: bool,
    /// They have one in force.
    pub enrolled: bool,
    /// It was proven in this session.
    pub used: bool,
}

impl FactorStanding {
    pub(super) fn of(holder: &HolderRow, used: bool) -> Self {
        FactorStanding {
            required: holder.factor_roles.split(' ').any(|word| word == holder.role),
            enrolled: holder.has_factor,
            used,
        }
    }

    /// Whether one must be set up before anything else can be done (SEC-073).
    pub fn is_due(self) -> bool {
        self.required && !self.enrolled
    }

    /// Tokens are made only in a session that used the factor (SEC-073).
    pub(super) fn guard_tokens(self) -> Result<()> {
        if (self.required || self.enrolled) && !self.used {
            let text =
                "A token is made in the browser, in a session that began with your second factor. Sign in again.";
            return Err(ServiceError::Forbidden(text.to_owned()));
        }
        Ok(())
    }
}

/// Most characters of a factor's name.
const MAX_NAME: usize = 64;

fn place(row: &str) -> Place<'_> {
    Place {
        // A factor belongs to a person, whatever organizations they work in.
        organization: 0,
        table: "factor",
        column: "data",
        row,
    }
}

fn open_totp(services: &Services, row: &FactorRow) -> Result<TotpSecret> {
    let name = row.id.to_string();
    let bytes = services
        .keys
        .open(place(&name), &row.data)
        .map_err(|error| ServiceError::Internal(format!("factor {}: {error}", row.id)))?;
    Ok(TotpSecret::from_bytes(&bytes))
}
