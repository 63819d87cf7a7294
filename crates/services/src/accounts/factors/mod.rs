//! Factors: authenticator apps (TOTP) and passkeys, with recovery codes (SEC-070 to SEC-074). Both are rows of one table; a
//! passkey is a second factor, and a sign-in by itself.
//!
//! | file | what |
//! | --- | --- |
//! | `enrol` | one's own, of either kind: what follows from a new one, naming, removing, recovery codes |
//! | `totp`, `qr` | setting an app up; the picture that it scans |
//! | `passkeys`, `question` | making one and judging its answers; what it is asked |
//! | `sign_in` | the second step of a sign-in, and the same as a proof later |
//! | `passwordless` | a sign-in by the passkey alone |
//! | `limit` | guessing is bounded |
//! | `policy` | which roles need one; reset by an administrator |

mod enrol;
mod limit;
mod passkeys;
mod passwordless;
mod policy;
mod qr;
mod question;
mod sign_in;
mod totp;

pub use enrol::{OwnFactors, new_recovery_codes, own_factors, remove_factor, rename_factor};
pub use passkeys::{
    KnownCredential, NewPasskeyAnswer, NewPasskeyQuestion, PasskeyAnswer, PasskeyQuestion, begin_passkey,
    finish_passkey,
};
pub use passwordless::{ask_who, sign_in_by_passkey};
pub(crate) use policy::in_browser;
pub(super) use policy::take_away;
pub use policy::{MemberFactors, factor_policy, member_factors, reset_factors, set_factor_policy};
pub use question::relying_party;
pub use sign_in::{Given, SecondStep, WaitingSignIn, WaitingStep, ask_second_step, second_step, waiting_step};
pub(super) use sign_in::{ask_again, kinds, prove, wait};
pub use totp::{Enrolment, confirm_totp, enrol_totp, pending_totp};

use labelkeep_store::accounts::HolderRow;

use crate::{Result, ServiceError};

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
