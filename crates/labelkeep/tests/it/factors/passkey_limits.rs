//! What organizations ask of passkeys, and how guessing with them is bounded.

use labelkeep_testkit::{KitOptions, OWNER, PASSWORD, json, on_both_databases};

use super::authenticator::{Passkey, SECOND, begin, sign_in};
use super::{audited, second_step};

on_both_databases! {
    async fn sec_073_a_passkey_satisfies_what_is_required(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        owner.patch("/api/factor-policy/", json!({"required_roles": ["ME"]})).await.expect(200);
        member.get("/api/projects/").await.expect(403);
        let (passkey, reply) = Passkey::enrol(&member, kit.url(), "Laptop").await;
        let done = reply.expect(201).json();
        member.get("/api/projects/").await.expect(200);
        // The last factor stays while one is required.
        let path = format!("/api/current-user/passkeys/{}/", done["factor"]["id"]);
        let refused = member.delete(&path).await.expect(403);
        assert!(refused.text.contains("requires a second factor"), "{}", refused.text);
        let client = kit.anonymous();
        sign_in(&client, &passkey).await.expect(200);
        client.get("/api/projects/").await.expect(200);
    }

    async fn sec_074_an_administrators_reset_takes_passkeys_too(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        let (passkey, _) = Passkey::enrol(&member, kit.url(), "Laptop").await;
        let id = member.get("/api/current-user/whoami").await.json()["id"].clone();
        let path = format!("/api/organizations/1/memberships/{id}/factors/");
        let before = owner.get(&path).await.expect(200).json();
        assert_eq!((&before["enrolled"], &before["kinds"]), (&json!(true), &json!(["passkey"])));
        owner.delete(&path).await.expect(204);
        member.get("/api/current-user/whoami").await.expect(401);
        sign_in(&kit.anonymous(), &passkey).await.expect(400);
        let again = kit.anonymous();
        again.sign_in("ada@example.com", PASSWORD).await.expect(302);
        again.get("/api/current-user/whoami").await.expect(200);
    }

    async fn sec_062_wrong_passwords_and_codes_do_not_keep_a_passkey_out(kit: Kit) {
        let owner = kit.owner().await;
        let (passkey, _) = Passkey::enrol(&owner, kit.url(), "Laptop").await;
        let waiting = kit.anonymous();
        waiting.sign_in(OWNER, PASSWORD).await.expect(302);
        for _ in 0..5 {
            second_step(&waiting, "000000").await.expect(200);
        }
        second_step(&waiting, "000000").await.expect(429);
        let guessing = kit.anonymous();
        let mut guesses = 0;
        while guessing.sign_in(OWNER, "wrong").await.status != 429 {
            guesses += 1;
            assert!(guesses < 25, "guessing gets slow");
        }
        let question = begin(&waiting, SECOND).await;
        waiting.post(&format!("{SECOND}finish/"), passkey.answer(&question)).await.expect(200);
        sign_in(&kit.anonymous(), &passkey).await.expect(200);
    }

    async fn sec_063_wrong_passkeys_are_counted(kit: Kit) {
        let owner = kit.owner().await;
        let (passkey, _) = Passkey::enrol(&owner, kit.url(), "Laptop").await;
        let client = kit.anonymous();
        client.sign_in(OWNER, PASSWORD).await.expect(302);
        let stranger = Passkey::new(kit.url());
        for _ in 0..5 {
            let question = begin(&client, SECOND).await;
            client.post(&format!("{SECOND}finish/"), stranger.answer(&question)).await.expect(400);
        }
        let question = begin(&client, SECOND).await;
        let slowed = client.post(&format!("{SECOND}finish/"), passkey.answer(&question)).await.expect(429);
        assert!(slowed.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=301).contains(&seconds)));
        assert_eq!((audited(&kit, "factor.failed").await, audited(&kit, "factor.blocked").await), (5, 1));
        // Alone, by network.
        let client = kit.anonymous();
        for _ in 0..30 {
            sign_in(&client, &stranger).await.expect(400);
        }
        sign_in(&client, &stranger).await.expect(429);
        assert_eq!(audited(&kit, "limit.reached").await, 1);
        owner.get("/api/current-user/whoami").await.expect(200);
    }

    async fn sec_082_where_passwords_are_off_an_owners_passkey_breaks_the_glass(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        let (owners, reply) = Passkey::enrol(&owner, kit.url(), "Safe").await;
        let id = reply.expect(201).json()["factor"]["id"].clone();
        let (members, _) = Passkey::enrol(&member, kit.url(), "Laptop").await;
        kit.execute("UPDATE organization SET local_passwords = FALSE").await;
        let refused = sign_in(&kit.anonymous(), &members).await.expect(403);
        assert!(refused.text.contains("identity provider"), "{}", refused.text);
        assert_eq!(audited(&kit, "login.break_glass").await, 0);
        let client = kit.anonymous();
        sign_in(&client, &owners).await.expect(200);
        assert_eq!(audited(&kit, "login.break_glass").await, 1);
        // It is the only way in: it stays, even where its owner has no password.
        kit.execute("UPDATE account SET password_hash = NULL").await;
        let kept = client.delete(&format!("/api/current-user/passkeys/{id}/")).await.expect(403);
        assert!(kept.text.contains("last owner"), "{}", kept.text);
        let (_, reply) = Passkey::enrol(&client, kit.url(), "Second safe").await;
        reply.expect(201);
        client.delete(&format!("/api/current-user/passkeys/{id}/")).await.expect(204);
    }

    async fn sec_068_a_deactivated_persons_passkey_signs_nobody_in(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        let (passkey, _) = Passkey::enrol(&member, kit.url(), "Laptop").await;
        kit.execute("UPDATE membership SET role = 'deactivated' WHERE role <> 'owner'").await;
        sign_in(&kit.anonymous(), &passkey).await.expect(400);
    }

    async fn sec_072_an_address_without_a_name_has_no_passkeys(kit: Kit, KitOptions::default().with("HOST", "http://127.0.0.1:8080")) {
        let owner = kit.owner().await;
        let refused = owner.post("/api/current-user/passkeys/begin/", json!({})).await.expect(400);
        assert!(refused.text.contains("addresses with a name"), "{}", refused.text);
        let page = kit.anonymous().get("/user/login/").await.expect(200);
        assert!(!page.text.contains("data-passkeys=\"on\""));
    }
}
