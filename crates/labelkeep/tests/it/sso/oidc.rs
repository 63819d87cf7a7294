use labelkeep_testkit::{Kit, OWNER, PASSWORD, json, on_both_databases};

use super::provider::{Provider, SECRET};
use crate::factors::{audited, enrol, second_step};

/// The role of an account in the first organization.
pub(super) async fn role(kit: &Kit, email: &str) -> (String, String) {
    let sql = "SELECT membership.role, membership.role_source FROM membership
               JOIN account ON account.id = membership.account_id WHERE account.email = $1";
    kit.services()
        .db
        .one(sql, labelkeep_store::args![email])
        .await
        .expect("a member")
}

on_both_databases! {
    async fn sec_075_there_and_back_and_in(kit: Kit) {
        let owner = kit.owner().await;
        let people = json!({
            "ada": {"email": "Ada@Example.com", "email_verified": true, "given_name": "Ada", "family_name": "L.", "groups": ["team"]},
            "bo": {"email": "bo@example.com", "email_verified": true, "groups": ["admins", "bosses"]},
            "cy": {"email": "cy@example.com", "email_verified": false},
            "di": {},
        });
        let Some(provider) = Provider::start(&kit, people).await else { return };
        let set = owner.patch("/api/sso/oidc/", provider.settings()).await.expect(200);
        assert!(!set.text.contains(SECRET), "the secret is written only");
        assert_eq!(set.json()["has_client_secret"], true);
        assert_eq!(set.json()["redirect_uri"], format!("{}/sso/oidc/callback/", kit.url()));
        owner.patch("/api/sso/oidc/", json!({"roles_groups": [["AD", "admins"]]})).await.expect(200);
        let test = owner.post("/api/sso/oidc/test/", json!({})).await.expect(200).json();
        assert_eq!(test["ok"], true, "{test}");

        let client = kit.anonymous();
        let there = client.get("/sso/oidc/start/?organization=1&next=/projects/7/").await.expect(302);
        let address = there.header("location").to_owned();
        for part in ["response_type=code", "code_challenge_method=S256", "code_challenge=", "state=", "nonce=", "scope=openid+email+profile"] {
            assert!(address.contains(part), "{part}: {address}");
        }
        let back = provider.visit(&address, "ada").await;
        // An answer without its issuer, of another issuer, for another sign-in, in another browser.
        let other = kit.anonymous();
        other.get(&back).await.expect(403);
        let issuer = back.find("&iss=").expect("the provider names itself");
        for wrong in [back[..issuer].to_owned(), format!("{}&iss=http://localhost:1", &back[..issuer]), back.replace("state=", "state=x")] {
            let client = kit.anonymous();
            let there = client.get("/sso/oidc/start/?organization=1").await.expect(302);
            let own = provider.visit(there.header("location"), "ada").await;
            let (code, state) = (part(&own, "code"), part(&own, "state"));
            let wrong = wrong.replace(&part(&back, "code"), &code).replace(&part(&back, "state"), &state);
            client.get(&wrong).await.expect(403);
            client.get("/api/current-user/whoami").await.expect(401);
        }
        let reply = client.get(&back).await.expect(302);
        assert_eq!(reply.header("location"), "/projects/7/");
        let ada = client.get("/api/current-user/whoami").await.expect(200).json();
        assert_eq!((&ada["email"], &ada["first_name"]), (&json!("ada@example.com"), &json!("Ada")));
        // Each answer is good once.
        kit.anonymous().get(&back).await.expect(403);
        client.get(&back).await.expect(403);

        // The same person comes back to the same account; who is mapped gets the role, and never that of an owner.
        let again = kit.anonymous();
        provider.sign_in(&again, "ada").await.expect(302);
        assert_eq!(again.get("/api/current-user/whoami").await.expect(200).json()["id"], ada["id"]);
        provider.sign_in(&kit.anonymous(), "bo").await.expect(302);
        assert_eq!(role(&kit, "ada@example.com").await, ("member".to_owned(), "oidc".to_owned()));
        assert_eq!(role(&kit, "bo@example.com").await, ("administrator".to_owned(), "oidc".to_owned()));
        // No confirmed address, no account.
        for person in ["cy", "di"] {
            provider.sign_in(&kit.anonymous(), person).await.expect(403);
        }
        // A role that the groups gave goes with the groups (SEC-081), and leaves nobody with the rights of a member.
        owner.patch("/api/sso/oidc/", json!({"roles_groups": [["AN", "team"]]})).await.expect(200);
        provider.sign_in(&kit.anonymous(), "bo").await.expect(302);
        assert_eq!(role(&kit, "bo@example.com").await.0, "annotator");
        provider.sign_in(&again, "ada").await.expect(302);
        assert_eq!(role(&kit, "ada@example.com").await.0, "annotator");
    }

    async fn sec_076_lies_about_an_id_token_are_seen(kit: Kit) {
        let owner = kit.owner().await;
        let people = json!({"ada": {"email": "ada@example.com", "email_verified": true}});
        let Some(provider) = Provider::start(&kit, people).await else { return };
        owner.patch("/api/sso/oidc/", provider.settings()).await.expect(200);
        let client = kit.anonymous();
        for kind in ["none", "hmac", "key", "nonce", "audience", "party", "issuer", "expired", "future"] {
            provider.lie(kind).await;
            let reply = provider.sign_in(&client, "ada").await;
            assert_eq!(reply.status, 403, "{kind}: {}", reply.text);
            client.get("/api/current-user/whoami").await.expect(401);
        }
        assert_eq!(audited(&kit, "login.failed").await, 9);
        // The clocks of two machines differ: 30 seconds are within the 60.
        provider.lie("honest").await;
        provider.sign_in(&client, "ada").await.expect(302);
    }

    async fn sec_077_an_account_is_linked_by_its_own_action_only(kit: Kit) {
        let owner = kit.owner().await;
        let people = json!({"boss": {"email": OWNER, "email_verified": true}});
        let Some(provider) = Provider::start(&kit, people).await else { return };
        owner.patch("/api/sso/oidc/", provider.settings()).await.expect(200);
        let member = kit.member(&owner, "ada@example.com").await;
        let refused = provider.sign_in(&kit.anonymous(), "boss").await.expect(403);
        assert!(refused.text.contains("link the provider"), "{}", refused.text);
        let there = owner.post("/api/sso/oidc/link/", json!({})).await.expect(200).json();
        let back = provider.visit(there["url"].as_str().expect("an address"), "boss").await;
        assert_eq!(owner.get(&back).await.expect(302).header("location"), "/user/account/");
        let own = owner.get("/api/current-user/identities/").await.expect(200).json();
        assert_eq!((&own[0]["issuer"], &own[0]["email"]), (&json!(provider.issuer), &json!(OWNER)));
        let client = kit.anonymous();
        provider.sign_in(&client, "boss").await.expect(302);
        assert_eq!(client.get("/api/current-user/whoami").await.expect(200).json()["email"], OWNER);
        // What one organization says of somebody opens no other one, wherever they work in another browser.
        kit.execute("INSERT INTO organization (title, created_at, updated_at) VALUES ('Second', 1, 1)").await;
        kit.execute("INSERT INTO membership (organization_id, account_id, role, created_at) VALUES (2, 1, 'annotator', 1)").await;
        owner.patch("/api/current-user", json!({"active_organization": 2})).await.expect(200);
        let who = client.get("/api/current-user").await.expect(200).json();
        assert_eq!((&who["active_organization"], &who["organization_membership"]["role"]), (&json!(1), &json!("OW")));
        client.patch("/api/current-user", json!({"active_organization": 2})).await.expect(400);
        let bound = kit.anonymous();
        provider.sign_in(&bound, "boss").await.expect(302);
        bound.get("/api/organizations/1").await.expect(200);
        bound.get("/api/organizations/2").await.expect(404);
        owner.patch("/api/current-user", json!({"active_organization": 1})).await.expect(200);
        // It belongs to one account.
        let there = member.post("/api/sso/oidc/link/", json!({})).await.expect(200).json();
        let back = provider.visit(there["url"].as_str().expect("an address"), "boss").await;
        member.get(&back).await.expect(403);
        let path = format!("/api/current-user/identities/{}/", own[0]["id"]);
        member.delete(&path).await.expect(404);
        owner.delete(&path).await.expect(204);
        provider.sign_in(&kit.anonymous(), "boss").await.expect(403);
    }

    async fn sec_082_without_passwords_an_owner_with_a_factor_stays(kit: Kit) {
        let owner = kit.owner().await;
        let people = json!({
            "ada": {"email": "ada@example.com", "email_verified": true},
            "bo": {"email": "bo@example.com", "email_verified": true, "amr": ["pwd", "mfa"]},
        });
        let Some(provider) = Provider::start(&kit, people).await else { return };
        kit.member(&owner, "cy@example.com").await;
        let off = json!({"local_passwords": false});
        owner.patch("/api/sso/oidc/", off.clone()).await.expect(400);
        owner.patch("/api/sso/oidc/", provider.settings()).await.expect(200);
        let refused = owner.patch("/api/sso/oidc/", off.clone()).await.expect(400).json();
        assert!(refused["validation_errors"]["local_passwords"][0].as_str().is_some_and(|text| text.contains("second factor")), "{refused}");
        let (app, _) = enrol(&owner).await;
        let link = owner.get("/api/invite").await.json()["invite_url"].as_str().expect("a link").to_owned();
        owner.patch("/api/sso/oidc/", off).await.expect(200);
        let newcomer = kit.anonymous();
        let page = newcomer.get(&link).await.expect(403);
        assert!(page.text.contains("signs in by its identity provider"), "{}", page.text);
        newcomer.get("/user/login/").await.expect(200);
        newcomer.form(&link, &[("email", "new@example.com"), ("password", PASSWORD)]).await.expect(403);
        let page = kit.anonymous().sign_in("cy@example.com", PASSWORD).await.expect(200);
        assert!(page.text.contains("not with a password"));
        assert!(!kit.anonymous().sign_in("cy@example.com", "a wrong one").await.expect(200).text.contains("not with a password"));
        let id = owner.get("/api/current-user/factors/").await.json()["factors"][0]["id"].clone();
        owner.delete(&format!("/api/current-user/factors/{id}/")).await.expect(403);
        owner.patch("/api/sso/oidc/", json!({"enabled": false})).await.expect(400);
        let client = kit.anonymous();
        client.sign_in(OWNER, PASSWORD).await.expect(302);
        second_step(&client, &app.code(1)).await.expect(302);
        client.get("/api/current-user/whoami").await.expect(200);
        assert_eq!(audited(&kit, "login.break_glass").await, 1);

        // Somebody's own factor is asked for after the provider, unless the provider has asked for one.
        let ada = kit.anonymous();
        provider.sign_in(&ada, "ada").await.expect(302);
        let (app, _) = enrol(&ada).await;
        let again = kit.anonymous();
        let step = provider.sign_in(&again, "ada").await.expect(302);
        assert_eq!(step.header("location"), "/user/second-factor/?next=/projects/7/");
        again.get(step.header("location")).await.expect(200);
        again.get("/api/current-user/whoami").await.expect(401);
        second_step(&again, &app.code(1)).await.expect(302);
        again.get("/api/current-user/whoami").await.expect(200);
        let bo = kit.anonymous();
        provider.sign_in(&bo, "bo").await.expect(302);
        enrol(&bo).await;
        let again = kit.anonymous();
        assert_eq!(provider.sign_in(&again, "bo").await.expect(302).header("location"), "/projects/7/");
        again.post("/api/token/", json!({})).await.expect(201);
        assert_eq!(audited(&kit, "login.break_glass").await, 1);
    }

    async fn settings_of_single_sign_on_are_for_administrators(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        member.get("/api/sso/oidc/").await.expect(403);
        member.patch("/api/sso/oidc/", json!({"enabled": true})).await.expect(403);
        kit.with_token(&owner).await.patch("/api/sso/oidc/", json!({"scopes": "openid"})).await.expect(403);
        let wrong = json!({"enabled": true, "issuer": "http://id.example", "roles_groups": [["OW", "bosses"]], "projects_groups": [{"group": "a", "project_id": 1, "role": "King"}]});
        let errors = owner.patch("/api/sso/oidc/", wrong).await.expect(400).json()["validation_errors"].clone();
        for field in ["issuer", "client_id", "roles_groups", "projects_groups"] {
            assert!(errors[field].is_array(), "{field}: {errors}");
        }
        let new = json!({"issuer": "https://id.example", "client_id": "labelkeep", "client_secret": SECRET});
        assert_eq!(owner.patch("/api/sso/oidc/", new).await.expect(200).json()["has_client_secret"], true);
        let (sealed,): (Vec<u8>,) = kit.services().db.one("SELECT secret FROM identity_provider", vec![]).await.expect("a row");
        assert!(!sealed.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
        // The secret does not follow to another provider.
        let moved = owner.patch("/api/sso/oidc/", json!({"issuer": "https://evil.example"})).await.expect(200).json();
        assert_eq!(moved["has_client_secret"], false);
        kit.anonymous().get("/sso/oidc/start/?organization=1").await.expect(404);
        kit.anonymous().get("/sso/oidc/start/?organization=99").await.expect(404);
        owner.delete("/api/sso/oidc/").await.expect(204);
        assert_eq!(owner.get("/api/sso/oidc/").await.expect(200).json()["issuer"], "");
    }
}

/// A parameter of an address.
fn part(address: &str, name: &str) -> String {
    let start = address.find(&format!("{name}=")).expect("a parameter") + name.len() + 1;
    address[start..].split('&').next().unwrap_or_default().to_owned()
}
