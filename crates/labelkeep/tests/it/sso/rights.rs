//! What people become when a provider signs them in, and what is left of passwords when they are off.

use labelkeep_testkit::{OWNER, PASSWORD, json, on_both_databases};

use super::oidc::role;
use super::provider::Provider;
use crate::accounts::post;
use crate::factors::{audited, enrol, second_step};
use crate::roles::{team, turn_on};
use crate::work::project;

on_both_databases! {
    async fn sec_081_the_first_sign_in_gives_the_lowest_role_unless_a_group_says_otherwise(kit: Kit) {
        let team = team(&kit).await;
        let people = json!({
            "ada": {"email": "ada@example.com", "email_verified": true, "groups": ["strangers", "Reviewers", "OW", "owner"]},
            "bo": {"email": "bo@example.com", "email_verified": true, "groups": ["strangers", "reviewers"]},
            "cy": {"email": "cy@example.com", "email_verified": true},
        });
        let Some(provider) = Provider::start(&kit, people).await else { return };
        let (one, _) = project(&team.owner, 1, json!({ "is_published": true })).await;
        let (two, _) = project(&team.owner, 1, json!({ "is_published": true })).await;
        team.owner.post("/api/workspaces/", json!({ "title": "Birds" })).await.expect(201);
        // What those get who come by an invitation is not what a provider gives.
        team.owner.patch("/api/organizations/1/set-default-role", json!({ "default_role": "MA" })).await.expect(200);
        team.owner.patch("/api/sso/oidc/", provider.settings()).await.expect(200);
        let table = json!({ "roles_groups": [["RE", "reviewers"]], "workspaces_groups": [["Birds", "reviewers"]],
            "projects_groups": [{ "group": "reviewers", "project_id": one, "role": "Inherit" }] });
        team.owner.patch("/api/sso/oidc/", table).await.expect(200);
        for (person, wanted) in [("ada", "annotator"), ("bo", "reviewer"), ("cy", "annotator")] {
            let client = kit.anonymous();
            provider.sign_in(&client, person).await.expect(302);
            assert_eq!(role(&kit, &format!("{person}@example.com")).await, (wanted.to_owned(), "oidc".to_owned()));
            // Groups that the table does not name give nothing, those that it names what it says.
            let seen = client.get("/api/projects/").await.expect(200).json();
            let expected = if person == "bo" { vec![one] } else { vec![] };
            assert_eq!(crate::roles::ids(&seen["results"]), expected, "{person}");
            client.get(&format!("/api/projects/{two}/")).await.expect(404);
            let workspaces = client.get("/api/workspaces/").await.expect(200).text;
            assert_eq!(workspaces.contains("Birds"), person == "bo", "{person}: {workspaces}");
        }
    }

    async fn sec_081_from_the_first_role_of_a_group_on_newcomers_are_no_members(kit: Kit) {
        let owner = kit.owner().await;
        let people = json!({
            "ada": {"email": "ada@example.com", "email_verified": true},
            "bo": {"email": "bo@example.com", "email_verified": true, "groups": ["reviewers"]},
            "cy": {"email": "cy@example.com", "email_verified": true},
        });
        let Some(provider) = Provider::start(&kit, people).await else { return };
        owner.patch("/api/sso/oidc/", provider.settings()).await.expect(200);
        owner.patch("/api/sso/oidc/", json!({ "roles_groups": [["RE", "reviewers"]] })).await.expect(200);
        for (person, wanted) in [("ada", "member"), ("bo", "reviewer"), ("cy", "annotator")] {
            provider.sign_in(&kit.anonymous(), person).await.expect(302);
            assert_eq!(role(&kit, &format!("{person}@example.com")).await.0, wanted);
        }
        // Who leaves a group is put on record, and is not the member that nobody is any more.
        owner.patch("/api/sso/oidc/", json!({ "roles_groups": [["RE", "others"]] })).await.expect(200);
        let before = audited(&kit, "member.role").await;
        provider.sign_in(&kit.anonymous(), "bo").await.expect(302);
        assert_eq!((role(&kit, "bo@example.com").await.0.as_str(), audited(&kit, "member.role").await), ("annotator", before + 1));
    }

    async fn sec_077_a_provisioned_account_waits_for_its_first_sign_in_alone(kit: Kit) {
        let owner = kit.owner().await;
        let people = json!({
            "ada": {"email": "Ada@Example.com", "email_verified": true},
            "thief": {"email": "ada@example.com", "email_verified": true},
            "liar": {"email": "bo@example.com", "email_verified": false},
            "cy": {"email": "cy@example.com", "email_verified": true},
        });
        let Some(provider) = Provider::start(&kit, people).await else { return };
        owner.patch("/api/sso/oidc/", provider.settings()).await.expect(200);
        let scim = crate::scim::provider(&kit, &owner).await;
        let made = crate::scim::add(&scim, "ada@example.com").await;
        crate::scim::add(&scim, "bo@example.com").await;
        // An account that its owner made is linked by them alone.
        kit.member(&owner, "cy@example.com").await;
        for person in ["liar", "cy"] {
            provider.sign_in(&kit.anonymous(), person).await.expect(403);
        }
        let ada = kit.anonymous();
        for _ in 0..2 {
            provider.sign_in(&ada, "ada").await.expect(302);
            let id = ada.get("/api/current-user/whoami").await.expect(200).json()["id"].to_string();
            assert_eq!(made["id"], json!(id));
        }
        provider.sign_in(&kit.anonymous(), "thief").await.expect(403);
    }

    async fn sec_082_what_a_password_began_ends_when_passwords_go(kit: Kit, post::with_mail()) {
        let owner = kit.owner().await;
        let people = json!({"ada": {"email": "ada@example.com", "email_verified": true}});
        let Some(provider) = Provider::start(&kit, people).await else { return };
        owner.patch("/api/sso/oidc/", provider.settings()).await.expect(200);
        let admin = kit.member(&owner, "admin@example.com").await;
        let cy = kit.member(&owner, "cy@example.com").await;
        turn_on(&owner, &[(&admin, "AD"), (&cy, "AN")]).await;
        let script = kit.with_token(&admin).await;
        let ada = kit.anonymous();
        provider.sign_in(&ada, "ada").await.expect(302);
        let (app, _) = enrol(&owner).await;
        owner.post("/api/invite/send-email", json!({"emails": ["early@example.com"], "role": "AN"})).await.expect(201);
        let link = post::wait(&kit, "early@example.com", 1).await.link(&kit);
        owner.patch("/api/sso/oidc/", json!({"local_passwords": false})).await.expect(200);
        // Sessions that a password began, at their next request; not the owner's, not the provider's, not tokens.
        for gone in [&admin, &cy] {
            assert_eq!(gone.get("/api/current-user/whoami").await.expect(401).json()["code"], "session_ended");
        }
        for stays in [&owner, &ada, &script] {
            stays.get("/api/current-user/whoami").await.expect(200);
        }
        // Nobody is invited to what they could not accept; who was before is told so.
        let refused = owner.post("/api/invite/send-email", json!({"emails": ["new@example.com"], "role": "AN"})).await.expect(400);
        assert!(refused.text.contains("passwords are off"), "{}", refused.text);
        assert!(post::to(&kit, "new@example.com").is_empty());
        let page = kit.anonymous().get(&link).await.expect(403);
        assert!(page.text.contains("signs in by its identity provider"), "{}", page.text);
        // The way in for the day on which the provider fails is used: audited, and told to those who run the organization.
        let client = kit.anonymous();
        client.sign_in(OWNER, PASSWORD).await.expect(302);
        second_step(&client, &app.code(1)).await.expect(302);
        client.get("/api/current-user/whoami").await.expect(200);
        assert_eq!(audited(&kit, "login.break_glass").await, 1);
        for to in [OWNER, "admin@example.com"] {
            let alerts = || post::to(&kit, to).into_iter().filter(|mail| mail.text.contains("sign-in past your identity provider"));
            kit.until("the alert arrives", async || alerts().count() > 0).await;
            assert!(alerts().all(|mail| mail.text.contains(OWNER)), "{to}");
        }
        let told = |to| post::to(&kit, to).iter().any(|mail| mail.text.contains("past your identity provider"));
        assert!(!told("cy@example.com") && !told("ada@example.com"));
        owner.patch("/api/sso/oidc/", json!({"local_passwords": true})).await.expect(200);
        kit.anonymous().sign_in("cy@example.com", PASSWORD).await.expect(302);
    }

    async fn the_only_way_into_an_account_stays(kit: Kit) {
        let owner = kit.owner().await;
        let people = json!({"ada": {"email": "ada@example.com", "email_verified": true}, "boss": {"email": OWNER, "email_verified": true}});
        let Some(provider) = Provider::start(&kit, people).await else { return };
        assert_eq!(owner.get("/api/sso/oidc/link/").await.expect(200).json(), json!({"available": false, "button_text": null}));
        owner.patch("/api/sso/oidc/", provider.settings()).await.expect(200);
        let button = owner.get("/api/sso/oidc/link/").await.expect(200).json();
        assert_eq!(button, json!({"available": true, "button_text": "Sign in with Example"}));
        let ada = kit.anonymous();
        provider.sign_in(&ada, "ada").await.expect(302);
        let own = ada.get("/api/current-user/identities/").await.expect(200).json();
        assert_eq!((own[0]["removable"].clone(), own.as_array().map(Vec::len)), (json!(false), Some(1)));
        let path = format!("/api/current-user/identities/{}/", own[0]["id"]);
        let refused = ada.delete(&path).await.expect(400);
        assert!(refused.text.contains("only way into your account"), "{}", refused.text);
        provider.sign_in(&ada, "ada").await.expect(302);
        // Who has a password may do without the provider.
        let there = owner.post("/api/sso/oidc/link/", json!({})).await.expect(200).json();
        let back = provider.visit(there["url"].as_str().expect("an address"), "boss").await;
        owner.get(&back).await.expect(302);
        let own = owner.get("/api/current-user/identities/").await.expect(200).json();
        assert_eq!(own[0]["removable"], true);
        owner.delete(&format!("/api/current-user/identities/{}/", own[0]["id"])).await.expect(204);
        assert_eq!(owner.get("/api/current-user/identities/").await.expect(200).json(), json!([]));
    }
}
