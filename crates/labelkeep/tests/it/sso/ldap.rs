use labelkeep_testkit::{KitOptions, OWNER, json, on_both_databases};

use super::directory::{AUTHORITY, Directory};

on_both_databases! {
    async fn sec_080_people_of_the_directory_sign_in_by_the_form(kit: Kit, KitOptions::default().with("CUSTOM_CA_CERTS", &AUTHORITY.file())) {
        let owner = kit.owner().await;
        let Some(directory) = Directory::start().await else { return };
        let set = owner.patch("/api/sso/ldap/", directory.settings()).await.expect(200);
        assert!(!set.text.contains("reads people"), "the password is written only");
        assert_eq!(set.json()["has_bind_password"], true);
        owner.patch("/api/sso/ldap/", json!({"roles_groups": [["AD", "admins"]]})).await.expect(200);
        let test = owner.post("/api/sso/ldap/test/", json!({"email": "ada@example.com"})).await.expect(200).json();
        assert_eq!(test, json!({"ok": true, "detail": "Found uid=ada,ou=people,dc=example."}));

        let ada = kit.anonymous();
        ada.sign_in("Ada@Example.com", "the one of ada").await.expect(302);
        let who = ada.get("/api/current-user/whoami").await.expect(200).json();
        assert_eq!((&who["email"], &who["first_name"], &who["last_name"]), (&json!("ada@example.com"), &json!("Ada"), &json!("Lovelace")));
        ada.get("/api/sso/ldap/").await.expect(403);
        // The same person again: the same account.
        let again = kit.anonymous();
        again.sign_in("ada@example.com", "the one of ada").await.expect(302);
        assert_eq!(again.get("/api/current-user/whoami").await.expect(200).json()["id"], who["id"]);
        // Groups are mapped by the table.
        let bo = kit.anonymous();
        bo.sign_in("bo@example.com", "the one of bo").await.expect(302);
        bo.get("/api/sso/ldap/").await.expect(200);
        // Wrong, empty, of somebody else; and nothing that is typed is syntax of a filter.
        for (email, password) in [
            ("ada@example.com", "the one of bo"),
            ("ada@example.com", ""),
            ("cy@example.com", "the one of ada"),
            ("a*", "the one of ada"),
            ("ada@example.com)(mail=*", "the one of ada"),
            ("*)(uid=ada", "the one of ada"),
        ] {
            let client = kit.anonymous();
            client.sign_in(email, password).await.expect(200);
            client.get("/api/current-user/whoami").await.expect(401);
        }
        // A local account of the same address is not the directory's to give away (SEC-077).
        kit.anonymous().sign_in(OWNER, "the one of somebody else").await.expect(200);
        owner.patch("/api/sso/ldap/", json!({"enabled": false})).await.expect(200);
        kit.anonymous().sign_in("ada@example.com", "the one of ada").await.expect(200);
    }

    async fn sec_080_passwords_go_over_verified_tls_only(kit: Kit, KitOptions::default().with("CUSTOM_CA_CERTS", &AUTHORITY.file())) {
        let owner = kit.owner().await;
        let Some(directory) = Directory::start().await else { return };
        owner.patch("/api/sso/ldap/", directory.settings()).await.expect(200);
        let plain = json!({"url": directory.plain(), "bind_password": "reads people"});
        let refused = owner.patch("/api/sso/ldap/", plain).await.expect(400).json();
        assert!(refused["validation_errors"]["url"].is_array(), "{refused}");
        let start_tls = json!({"url": directory.plain(), "start_tls": true, "bind_password": "reads people"});
        owner.patch("/api/sso/ldap/", start_tls).await.expect(200);
        kit.anonymous().sign_in("ada@example.com", "the one of ada").await.expect(302);
        // A name that the certificate does not have.
        let other = json!({"url": directory.plain().replace("localhost", "127.0.0.1"), "bind_password": "reads people"});
        owner.patch("/api/sso/ldap/", other).await.expect(200);
        assert_eq!(owner.post("/api/sso/ldap/test/", json!({})).await.expect(200).json()["ok"], false);
        kit.anonymous().sign_in("ada@example.com", "the one of ada").await.expect(200);
        // The password does not follow to another directory.
        let moved = owner.patch("/api/sso/ldap/", json!({"url": "ldaps://evil.example", "enabled": false})).await.expect(200).json();
        assert_eq!(moved["has_bind_password"], false);
    }

    async fn sec_017_sec_080_an_expired_certificate_of_a_directory_is_refused(kit: Kit, KitOptions::default().with("CUSTOM_CA_CERTS", &AUTHORITY.file())) {
        let owner = kit.owner().await;
        let Some(directory) = Directory::showing(&AUTHORITY.expired("localhost")).await else { return };
        owner.patch("/api/sso/ldap/", directory.settings()).await.expect(200);
        assert_eq!(owner.post("/api/sso/ldap/test/", json!({})).await.expect(200).json()["ok"], false);
        kit.anonymous().sign_in("ada@example.com", "the one of ada").await.expect(200);
    }

    async fn sec_080_an_unknown_authority_is_not_trusted(kit: Kit) {
        let owner = kit.owner().await;
        let Some(directory) = Directory::start().await else { return };
        owner.patch("/api/sso/ldap/", directory.settings()).await.expect(200);
        assert_eq!(owner.post("/api/sso/ldap/test/", json!({})).await.expect(200).json()["ok"], false);
        kit.anonymous().sign_in("ada@example.com", "the one of ada").await.expect(200);
    }
}
