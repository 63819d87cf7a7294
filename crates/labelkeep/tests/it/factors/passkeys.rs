use labelkeep_testkit::{OWNER, PASSWORD, Value, json, on_both_databases};

use super::authenticator::{ALONE, Passkey, SECOND, begin, encode, sign_in};
use super::{audited, enrol, second_step, texts};

on_both_databases! {
    async fn sec_072_a_passkey_is_made_named_and_removed(kit: Kit) {
        let owner = kit.owner().await;
        let question = owner.post("/api/current-user/passkeys/begin/", json!({})).await.expect(200).json();
        let options = &question["publicKey"];
        assert_eq!(options["rp"], json!({"id": "localhost", "name": "Labelkeep"}));
        assert_eq!((&options["attestation"], &options["timeout"]), (&json!("none"), &json!(300_000)));
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        let algorithms: Vec<&Value> = options["pubKeyCredParams"].as_array().expect("a list").iter().map(|one| &one["alg"]).collect();
        assert_eq!(algorithms, [-7, -8, -257]);
        assert_eq!((&options["user"]["name"], &options["excludeCredentials"]), (&json!(OWNER), &json!([])));
        let (first, reply) = Passkey::enrol(&owner, kit.url(), " Laptop ").await;
        let done = reply.expect(201).json();
        assert_eq!((&done["factor"]["kind"], &done["factor"]["name"]), (&json!("passkey"), &json!("Laptop")));
        assert_eq!(texts(&done["recovery_codes"]).len(), 10);
        // A second one brings no new codes, and the authenticator is told of the first.
        let question = owner.post("/api/current-user/passkeys/begin/", json!({})).await.expect(200).json();
        let known = json!([{"type": "public-key", "id": encode(&first.id), "transports": ["internal"]}]);
        assert_eq!(question["publicKey"]["excludeCredentials"], known);
        assert_eq!(question["publicKey"]["user"]["id"].as_str(), first.user_handle.as_deref());
        let (_, reply) = Passkey::enrol(&owner, kit.url(), "Key").await;
        assert_eq!(reply.expect(201).json()["recovery_codes"], Value::Null);
        let list = owner.get("/api/current-user/passkeys/").await.expect(200).json();
        assert_eq!((&list[0]["name"], &list[1]["name"], &list[0]["synced"]), (&json!("Laptop"), &json!("Key"), &json!(false)));
        let factors = owner.get("/api/current-user/factors/").await.expect(200).json();
        assert_eq!((factors["factors"].as_array().map(Vec::len), &factors["used_in_session"]), (Some(2), &json!(true)));
        let path = format!("/api/current-user/passkeys/{}/", list[0]["id"]);
        assert_eq!(owner.patch(&path, json!({"name": "Old laptop"})).await.expect(200).json()["name"], "Old laptop");
        owner.patch(&path, json!({"name": "x".repeat(65)})).await.expect(400);
        let member = kit.member(&owner, "ada@example.com").await;
        member.patch(&path, json!({"name": "mine"})).await.expect(404);
        member.delete(&path).await.expect(404);
        kit.with_token(&owner).await.delete(&path).await.expect(403);
        owner.delete(&path).await.expect(204);
        assert_eq!(sign_in(&kit.anonymous(), &first).await.status, 400);
        assert_eq!((audited(&kit, "factor.enrol").await, audited(&kit, "factor.remove").await), (2, 1));
    }

    async fn sec_072_a_passkey_signs_in_alone(kit: Kit) {
        let owner = kit.owner().await;
        let (passkey, _) = Passkey::enrol(&owner, kit.url(), "Laptop").await;
        let client = kit.anonymous();
        client.get("/user/login/").await.expect(200);
        let question = begin(&client, ALONE).await;
        let options = &question["publicKey"];
        assert_eq!((&options["allowCredentials"], &options["userVerification"]), (&json!([]), &json!("required")));
        let mut body = passkey.answer(&question);
        body["next"] = json!("/projects/7/");
        body["persist_session"] = json!(true);
        let reply = client.post(&format!("{ALONE}finish/"), body.clone()).await.expect(200);
        assert_eq!(reply.json(), json!({"next": "/projects/7/"}));
        let cookies: Vec<&str> = reply.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
        assert!(cookies.iter().any(|line| line.starts_with("session_local=") && line.contains("Max-Age=")), "{cookies:?}");
        client.get("/api/current-user/whoami").await.expect(200);
        // It is as good as a password with a second factor.
        assert_eq!(client.get("/api/current-user/factors/").await.json()["used_in_session"], true);
        client.post("/api/token/", json!({})).await.expect(201);
        let own = client.get("/api/current-user/passkeys/").await.json();
        assert!(own[0]["last_used_at"].is_string());
        // Where to go afterwards stays here.
        let client = kit.anonymous();
        client.get("/user/login/").await.expect(200);
        let mut body = passkey.answer(&begin(&client, ALONE).await);
        body["next"] = json!("//evil.example/");
        assert_eq!(client.post(&format!("{ALONE}finish/"), body).await.expect(200).json(), json!({"next": "/projects/"}));
    }

    async fn sec_072_a_passkey_is_a_second_factor(kit: Kit) {
        let owner = kit.owner().await;
        let (passkey, reply) = Passkey::enrol(&owner, kit.url(), "Laptop").await;
        let codes = texts(&reply.expect(201).json()["recovery_codes"]);
        let client = kit.anonymous();
        let first = client.sign_in(OWNER, PASSWORD).await.expect(302);
        assert_eq!(first.header("location"), "/user/second-factor/?next=/projects/");
        let page = client.get("/user/second-factor/").await.expect(200);
        assert!(page.text.contains("Use your passkey.") && page.text.contains("recovery codes"), "{}", page.text);
        let question = begin(&client, SECOND).await;
        assert_eq!(question["publicKey"]["allowCredentials"][0]["id"], encode(&passkey.id));
        client.post(&format!("{SECOND}finish/"), passkey.answer(&question)).await.expect(200);
        client.get("/api/current-user/whoami").await.expect(200);
        client.post("/api/token/", json!({})).await.expect(201);
        // The sign-in was one, and without one there is nothing to answer.
        client.post(&format!("{SECOND}finish/"), passkey.answer(&question)).await.expect(400);
        let other = kit.anonymous();
        other.get("/user/login/").await.expect(200);
        other.post(&format!("{SECOND}begin/"), json!({})).await.expect(400);
        // Recovery codes work as for apps.
        other.sign_in(OWNER, PASSWORD).await.expect(302);
        second_step(&other, &codes[0]).await.expect(302);
        other.get("/api/current-user/whoami").await.expect(200);
        // Another account's passkey is none here.
        let member = kit.member(&owner, "ada@example.com").await;
        let (theirs, _) = Passkey::enrol(&member, kit.url(), "Phone").await;
        let client = kit.anonymous();
        client.sign_in(OWNER, PASSWORD).await.expect(302);
        let question = begin(&client, SECOND).await;
        client.post(&format!("{SECOND}finish/"), theirs.answer(&question)).await.expect(400);
        client.get("/api/current-user/whoami").await.expect(401);
    }

    async fn sec_072_a_challenge_is_good_once_for_one_browser_and_one_purpose(kit: Kit) {
        let owner = kit.owner().await;
        let (passkey, _) = Passkey::enrol(&owner, kit.url(), "Laptop").await;
        let client = kit.anonymous();
        client.get("/user/login/").await.expect(200);
        let question = begin(&client, ALONE).await;
        let answer = passkey.answer(&question);
        // Another browser has got it.
        let thief = kit.anonymous();
        thief.get("/user/login/").await.expect(200);
        thief.post(&format!("{ALONE}finish/"), answer.clone()).await.expect(400);
        thief.get("/api/current-user/whoami").await.expect(401);
        // A wrong answer uses it up as a right one does.
        let mut wrong = answer.clone();
        wrong["credential"]["response"]["signature"] = json!(encode(&[1; 70]));
        client.post(&format!("{ALONE}finish/"), wrong).await.expect(400);
        let late = client.post(&format!("{ALONE}finish/"), answer).await.expect(400);
        assert!(late.text.contains("answered before"), "{}", late.text);
        // What was asked of a signed-in person for one purpose is no answer for another.
        let question = owner.post("/api/current-user/confirm/passkey/", json!({})).await.expect(200).json();
        let mut confirming = passkey.answer(&question);
        client.post(&format!("{ALONE}finish/"), confirming.clone()).await.expect(400);
        // A challenge that is not in the sealed question.
        confirming["state"] = json!("AAAA");
        owner.post("/api/current-user/confirm/", json!({"passkey": confirming})).await.expect(400);
        let begun = owner.post("/api/current-user/passkeys/begin/", json!({})).await.expect(200).json();
        let new = Passkey::new(kit.url());
        let registration = new.registration(&begun, "Key");
        owner.post("/api/current-user/passkeys/finish/", registration.clone()).await.expect(201);
        owner.post("/api/current-user/passkeys/finish/", registration).await.expect(400);
        kit.anonymous().post(&format!("{ALONE}begin/"), json!({})).await.expect(403);
    }

    async fn sec_072_answers_that_fail_a_check_sign_nobody_in(kit: Kit) {
        let owner = kit.owner().await;
        let (mut passkey, _) = Passkey::enrol(&owner, kit.url(), "Laptop").await;
        let (origin, rp_id, handle) = (passkey.origin.clone(), passkey.rp_id.clone(), passkey.user_handle.clone());
        let unknown = sign_in(&kit.anonymous(), &Passkey::new(kit.url())).await.expect(400);
        let texts = |reply: &labelkeep_testkit::Reply| reply.json()["detail"].clone();
        passkey.flags = 0x01;
        let unverified = sign_in(&kit.anonymous(), &passkey).await.expect(400);
        passkey.flags = 0x05;
        passkey.origin = "https://evil.example".to_owned();
        let elsewhere = sign_in(&kit.anonymous(), &passkey).await.expect(400);
        passkey.origin = origin;
        passkey.rp_id = "example".to_owned();
        let other_party = sign_in(&kit.anonymous(), &passkey).await.expect(400);
        passkey.rp_id = rp_id;
        passkey.user_handle = Some(encode(b"somebody else"));
        let somebody_else = sign_in(&kit.anonymous(), &passkey).await.expect(400);
        passkey.user_handle = None;
        let nobody = sign_in(&kit.anonymous(), &passkey).await.expect(400);
        // All are told the same (SEC-061); the record knows more.
        for reply in [&unverified, &elsewhere, &other_party, &somebody_else, &nobody] {
            assert_eq!(texts(reply), texts(&unknown));
        }
        passkey.user_handle = handle;
        sign_in(&kit.anonymous(), &passkey).await.expect(200);
        assert_eq!(audited(&kit, "login.failed").await, 6);
        // New passkeys are checked as well.
        let mut new = Passkey::new(kit.url());
        new.flags = 0x01;
        let question = owner.post("/api/current-user/passkeys/begin/", json!({})).await.expect(200).json();
        owner.post("/api/current-user/passkeys/finish/", new.registration(&question, "Key")).await.expect(400);
        new.flags = 0x05;
        new.id.clone_from(&passkey.id);
        let question = owner.post("/api/current-user/passkeys/begin/", json!({})).await.expect(200).json();
        let twice = owner.post("/api/current-user/passkeys/finish/", new.registration(&question, "Key")).await.expect(400);
        assert!(twice.text.contains("registered already"), "{}", twice.text);
    }

    async fn sec_072_a_counter_that_does_not_grow_is_refused_and_recorded(kit: Kit) {
        let owner = kit.owner().await;
        let (mut passkey, _) = Passkey::enrol(&owner, kit.url(), "Key").await;
        for (count, status) in [(5, 200), (5, 400), (4, 400), (0, 400), (6, 200)] {
            passkey.count = count;
            assert_eq!(sign_in(&kit.anonymous(), &passkey).await.status, status, "{count}");
        }
        let sql = "SELECT COUNT(*) FROM audit WHERE action = 'login.failed' AND detail LIKE '%counter%'";
        let (count,): (i64,) = kit.services().db.one(sql, vec![]).await.expect("a count");
        assert_eq!(count, 3);
    }

    async fn sec_032_a_passkey_confirms_that_it_is_still_them(kit: Kit) {
        let owner = kit.owner().await;
        let (passkey, _) = Passkey::enrol(&owner, kit.url(), "Laptop").await;
        // A session that the server has not in its memory yet.
        let owner = kit.anonymous();
        sign_in(&owner, &passkey).await.expect(200);
        kit.execute("UPDATE session SET confirmed_at = confirmed_at - 601000000").await;
        owner.post("/api/current-user/passkeys/begin/", json!({})).await.expect(403);
        let state = owner.get("/api/current-user/confirm/").await.expect(200).json();
        assert_eq!((&state["recent"], &state["methods"]), (&json!(false), &json!(["password", "passkey"])));
        let question = owner.post("/api/current-user/confirm/passkey/", json!({})).await.expect(200).json();
        let mut wrong = passkey.answer(&question);
        wrong["credential"]["id"] = json!(encode(&[9; 16]));
        owner.post("/api/current-user/confirm/", json!({"passkey": wrong})).await.expect(400);
        let question = owner.post("/api/current-user/confirm/passkey/", json!({})).await.expect(200).json();
        let body = json!({"passkey": passkey.answer(&question)});
        assert_eq!(owner.post("/api/current-user/confirm/", body).await.expect(200).json()["recent"], true);
        owner.post("/api/current-user/passkeys/begin/", json!({})).await.expect(200);
        kit.with_token(&owner).await.post("/api/current-user/confirm/passkey/", json!({})).await.expect(403);
    }

    async fn sec_072_an_app_and_a_passkey_stand_side_by_side(kit: Kit) {
        let owner = kit.owner().await;
        let (app, codes) = enrol(&owner).await;
        let (passkey, reply) = Passkey::enrol(&owner, kit.url(), "Laptop").await;
        assert_eq!(reply.expect(201).json()["recovery_codes"], Value::Null, "there are codes already");
        assert_eq!(codes.len(), 10);
        let state = owner.get("/api/current-user/confirm/").await.json();
        assert_eq!(state["methods"], json!(["password", "passkey", "totp"]));
        let client = kit.anonymous();
        client.sign_in(OWNER, PASSWORD).await.expect(302);
        second_step(&client, &app.code(1)).await.expect(302);
        // With the app gone the passkey still guards, and keeps the recovery codes.
        let factors = owner.get("/api/current-user/factors/").await.json();
        let id = factors["factors"].as_array().expect("a list").iter().find(|one| one["kind"] == "totp").expect("the app")["id"].clone();
        owner.delete(&format!("/api/current-user/factors/{id}/")).await.expect(204);
        assert_eq!(owner.get("/api/current-user/factors/").await.json()["recovery_codes_left"], 10);
        let first = kit.anonymous().sign_in(OWNER, PASSWORD).await.expect(302);
        assert!(first.header("location").starts_with("/user/second-factor/"));
        sign_in(&kit.anonymous(), &passkey).await.expect(200);
    }
}
