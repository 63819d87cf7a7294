use labelkeep_testkit::{OWNER, PASSWORD, json, on_both_databases};

use super::{App, audited, enrol, texts};

on_both_databases! {
    async fn sec_070_an_app_is_in_force_once_it_has_shown_a_code(kit: Kit) {
        let owner = kit.owner().await;
        let new = owner.post("/api/current-user/factors/totp/", json!({"name": " Phone "})).await.expect(201).json();
        let (key, address) = (new["secret"].as_str().expect("a key"), new["otpauth_url"].as_str().expect("an address"));
        assert!(address.starts_with("otpauth://totp/Labelkeep:owner%40example%2Ecom?secret="), "{address}");
        assert!(address.contains(key) && address.ends_with("&issuer=Labelkeep&algorithm=SHA1&digits=6&period=30"));
        assert!(new["qr_svg"].as_str().is_some_and(|svg| svg.starts_with("<svg ") && !svg.contains("script")));
        // Not yet: the password alone signs in.
        kit.anonymous().sign_in(OWNER, PASSWORD).await.expect(302);
        assert_eq!(owner.get("/api/current-user/factors/").await.json()["factors"], json!([]));
        let app = App::of(key);
        let path = format!("/api/current-user/factors/{}/confirm/", new["id"]);
        let wrong = owner.post(&path, json!({"code": app.wrong()})).await.expect(400).json();
        assert!(wrong["validation_errors"]["code"][0].as_str().is_some_and(|text| text.contains("not the code")));
        let done = owner.post(&path, json!({"code": app.code(0)})).await.expect(200).json();
        assert_eq!((&done["factor"]["name"], &done["factor"]["kind"]), (&json!("Phone"), &json!("totp")));
        assert_eq!(texts(&done["recovery_codes"]).len(), 10);
        let own = owner.get("/api/current-user/factors/").await.expect(200);
        assert!(!own.text.contains(key), "the key is shown once");
        let own = own.json();
        assert_eq!((own["factors"].as_array().map(Vec::len), &own["recovery_codes_left"], &own["used_in_session"]), (Some(1), &json!(10), &json!(true)));
        owner.post(&path, json!({"code": app.code(1)})).await.expect(404);
        assert_eq!(audited(&kit, "factor.enrol").await, 1);
    }

    async fn sec_070_the_secret_is_sealed_at_rest(kit: Kit) {
        let owner = kit.owner().await;
        let new = owner.post("/api/current-user/factors/totp/", json!({})).await.expect(201).json();
        let key = App::of(new["secret"].as_str().expect("a key"));
        let (data,): (Vec<u8>,) = kit.services().db.one("SELECT data FROM factor", vec![]).await.expect("a row");
        assert!(!data.windows(20).any(|window| window == key.0.as_bytes()));
    }

    async fn factors_are_named_and_removed_by_their_owner_only(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        enrol(&owner).await;
        let id = owner.get("/api/current-user/factors/").await.json()["factors"][0]["id"].clone();
        let path = format!("/api/current-user/factors/{id}/");
        assert_eq!(owner.patch(&path, json!({"name": "Work phone"})).await.expect(200).json()["name"], "Work phone");
        owner.patch(&path, json!({"name": " "})).await.expect(400);
        member.patch(&path, json!({"name": "mine"})).await.expect(404);
        member.delete(&path).await.expect(404);
        let script = kit.with_token(&owner).await;
        script.delete(&path).await.expect(403);
        script.post("/api/current-user/factors/totp/", json!({})).await.expect(403);
        owner.delete(&path).await.expect(204);
        let own = owner.get("/api/current-user/factors/").await.json();
        assert_eq!((&own["factors"], &own["recovery_codes_left"]), (&json!([]), &json!(0)));
        let again = kit.anonymous();
        again.sign_in(OWNER, PASSWORD).await.expect(302);
        again.get("/api/current-user/whoami").await.expect(200);
    }
}
