//! Second factors: authenticator apps, passkeys and recovery codes, the second step of a sign-in, and who needs one.

pub(crate) mod authenticator;
mod passkey_limits;
mod passkeys;
mod policy;
mod sign_in;
mod totp;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use labelkeep_crypt::TotpSecret;
use labelkeep_testkit::{Client, Kit, Reply, Value, json};

/// An authenticator app.
pub(crate) struct App(TotpSecret);

impl App {
    /// Reads the key as an app does.
    fn of(key: &str) -> App {
        let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
        for character in key.bytes() {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
                .iter()
                .position(|known| *known == character);
            bits = (bits << 5 | value.expect("base32") as u32) & 0xffff;
            count += 5;
            if count >= 8 {
                count -= 8;
                bytes.push((bits >> count) as u8);
            }
        }
        assert_eq!(bytes.len(), 20, "160 bits");
        App(TotpSecret::from_bytes(&bytes))
    }

    /// The code of now, or that of a step from now: each is good for one use, and one step of drift is taken.
    pub(crate) fn code(&self, steps: i64) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970")
            .as_secs() as i64;
        self.0.code_at(now + 30 * steps)
    }

    /// A code that is not right.
    fn wrong(&self) -> String {
        let right: Vec<String> = (-2..=2).map(|steps| self.code(steps)).collect();
        (0..)
            .map(|number| format!("{number:06}"))
            .find(|code| !right.contains(code))
            .expect("one")
    }
}

/// Sets up an app for somebody who is signed in.
pub(crate) async fn enrol(person: &Client) -> (App, Vec<String>) {
    let new = person
        .post("/api/current-user/factors/totp/", json!({"name": "Phone"}))
        .await
        .expect(201)
        .json();
    far_from_the_next_step().await;
    let app = App::of(new["secret"].as_str().expect("a key"));
    let path = format!("/api/current-user/factors/{}/confirm/", new["id"]);
    let done = person
        .post(&path, json!({"code": app.code(0)}))
        .await
        .expect(200)
        .json();
    (app, texts(&done["recovery_codes"]))
}

/// Waits, if there are less than ten seconds to it, for the next step of the clock: tests count steps from that of the
/// enrolment on.
async fn far_from_the_next_step() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let left = 30.0 - now.as_secs_f64() % 30.0;
    if left < 10.0 {
        tokio::time::sleep(Duration::from_secs_f64(left)).await;
    }
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|text| text.as_str().expect("a text").to_owned())
        .collect()
}

/// Sends the form of the second step.
pub(crate) async fn second_step(client: &Client, code: &str) -> Reply {
    client.form("/user/second-factor/", &[("code", code)]).await
}

/// How often the audit trail has the action.
pub(crate) async fn audited(kit: &Kit, action: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM audit WHERE action = $1";
    let (count,): (i64,) = kit
        .services()
        .db
        .one(sql, labelkeep_store::args![action])
        .await
        .expect("a count");
    count
}
