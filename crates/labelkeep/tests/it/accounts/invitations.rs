use labelkeep_testkit::{Client, Kit, OWNER, PASSWORD, Value, json, on_both_databases};

use super::post;

/// Invites one person without mail; gives the link.
async fn link(owner: &Client, body: Value) -> String {
    let made = owner.post("/api/invite/send-email", body).await.expect(201).json();
    made["invitations"][0]["invite_url"]
        .as_str()
        .expect("a link")
        .to_owned()
}

async fn role_of(kit: &Kit, owner: &Client, email: &str) -> Value {
    let _ = kit;
    let page = owner
        .get(&format!("/api/organizations/1/memberships?search={email}"))
        .await
        .expect(200)
        .json();
    page["results"][0]["role"].clone()
}

on_both_databases! {
    async fn sec_090_an_invitation_is_for_one_address_and_works_once(kit: Kit) {
        let owner = kit.owner().await;
        let body = json!({"emails": [" Ada@Example.com "], "role": "RE"});
        let made = owner.post("/api/invite/send-email", body).await.expect(201).json();
        assert_eq!(made["mail_enabled"], false);
        let one = &made["invitations"][0];
        assert_eq!((&one["email"], &one["role"], &one["sent"]), (&json!("ada@example.com"), &json!("RE"), &json!(false)));
        let url = one["invite_url"].as_str().expect("a link");
        // The link is shown once.
        let list = owner.get("/api/invitations/?search=ADA").await.expect(200).json();
        assert_eq!((&list["count"], &list["results"][0]["invite_url"]), (&json!(1), &json!(null)));
        assert_eq!(list["results"][0]["created_by"]["email"], OWNER);
        let form = kit.anonymous().get(url).await.expect(200);
        assert!(form.text.contains("ada@example.com") && form.header("referrer-policy") == "no-referrer");
        let other = kit.anonymous().sign_up(url, "eve@example.com", PASSWORD).await.expect(200);
        assert!(other.text.contains("for another address"), "{}", other.text);
        let ada = kit.anonymous();
        assert_eq!(ada.sign_up(url, "ada@example.com", PASSWORD).await.status, 302);
        assert_eq!(ada.get("/api/current-user/whoami").await.expect(200).json()["role"], "RE");
        kit.anonymous().get(url).await.expect(403);
        assert_eq!(owner.get("/api/invitations/").await.json()["count"], 0);
    }

    async fn sec_089_no_role_above_the_makers_own_and_the_first_one_changes_the_default(kit: Kit) {
        let owner = kit.owner().await;
        assert_eq!(owner.get("/api/invite").await.json()["role"], "ME");
        let url = link(&owner, json!({"emails": ["ad@example.com"], "role": "AD"})).await;
        assert_eq!(owner.get("/api/invite").await.json()["role"], "AN", "roles are used from now on");
        let admin = kit.anonymous();
        assert_eq!(admin.sign_up(&url, "ad@example.com", PASSWORD).await.status, 302);
        for (role, status) in [("OW", 400), ("DI", 400), ("XX", 400), ("AD", 201), ("MA", 201)] {
            let reply = admin.post("/api/invite/send-email", json!({"emails": ["x@example.com"], "role": role})).await;
            assert_eq!(reply.status, status, "{role}: {}", reply.text);
        }
        // A manager may invite once the owner lets them, but not above themselves; here they may not at all.
        let url = link(&owner, json!({"emails": ["ma@example.com"], "role": "MA"})).await;
        let manager = kit.anonymous();
        manager.sign_up(&url, "ma@example.com", PASSWORD).await.expect(302);
        manager.post("/api/invite/send-email", json!({"emails": ["y@example.com"]})).await.expect(403);
        manager.get("/api/invitations/").await.expect(403);
        // Who joins by the organization's link is what newcomers are now.
        kit.member(&owner, "new@example.com").await;
        assert_eq!(role_of(&kit, &owner, "new@example.com").await, "AN");
    }

    async fn sec_089_an_invitation_of_the_time_before_roles_makes_no_member(kit: Kit) {
        let owner = kit.owner().await;
        let url = link(&owner, json!({"emails": ["early@example.com"], "role": "ME"})).await;
        link(&owner, json!({"emails": ["first@example.com"], "role": "RE"})).await;
        kit.anonymous().sign_up(&url, "early@example.com", PASSWORD).await.expect(302);
        assert_eq!(role_of(&kit, &owner, "early@example.com").await, "AN");
    }

    async fn sec_089_an_invitation_dies_with_its_makers_rank(kit: Kit) {
        let owner = kit.owner().await;
        let url = link(&owner, json!({"emails": ["ad@example.com"], "role": "AD"})).await;
        let admin = kit.anonymous();
        admin.sign_up(&url, "ad@example.com", PASSWORD).await.expect(302);
        let id = admin.get("/api/current-user/whoami").await.json()["id"].clone();
        let url = link(&admin, json!({"emails": ["friend@example.com"], "role": "AD"})).await;
        kit.anonymous().get(&url).await.expect(200);
        owner.patch("/api/organizations/1/memberships", json!({"user_id": id, "role": "AN"})).await.expect(200);
        kit.anonymous().get(&url).await.expect(403);
    }

    async fn sec_111_one_wrong_thing_fails_the_whole_request(kit: Kit) {
        let owner = kit.owner().await;
        let send = async |body: Value| owner.post("/api/invite/send-email", body).await;
        for (body, field) in [
            (json!({"emails": []}), "emails"),
            (json!({"emails": ["a@example.com", "nonsense"]}), "emails"),
            (json!({"emails": ["a@example.com", OWNER]}), "emails"),
            (json!({"emails": ["a@example.com\r\nBcc: b@example.com"]}), "emails"),
            (json!({"emails": ["a@example.com"], "projects": [99]}), "projects"),
            (json!({"emails": ["a@example.com"], "workspaces": [99]}), "workspaces"),
        ] {
            let reply = send(body.clone()).await.expect(400).json();
            assert!(reply["validation_errors"][field].is_array(), "{body}: {reply}");
        }
        assert_eq!(owner.get("/api/invitations/").await.json()["count"], 0);
    }

    async fn who_accepts_joins_the_projects(kit: Kit) {
        let owner = kit.owner().await;
        let config = "<View><Text name='t' value='$t'/><Choices name='c' toName='t'><Choice value='a'/></Choices></View>";
        let project = owner.post("/api/projects/", json!({"title": "Cats", "label_config": config})).await.expect(201).json();
        owner.patch(&format!("/api/projects/{}/", project["id"]), json!({"is_published": true})).await.expect(200);
        owner.post("/api/projects/", json!({"title": "Dogs", "label_config": config})).await.expect(201);
        let body = json!({"emails": ["an@example.com"], "role": "AN", "projects": [project["id"]]});
        let made = owner.post("/api/invite/send-email", body).await.expect(201).json();
        assert_eq!(made["invitations"][0]["projects"], json!([{"id": project["id"], "title": "Cats"}]));
        let annotator = kit.anonymous();
        let url = made["invitations"][0]["invite_url"].as_str().expect("a link");
        annotator.sign_up(url, "an@example.com", PASSWORD).await.expect(302);
        let seen = annotator.get("/api/projects/").await.expect(200).json();
        assert_eq!((&seen["count"], &seen["results"][0]["title"]), (&json!(1), &json!("Cats")));
        // Members show what others have made only as far as one sees it (SEC-117).
        let members = annotator.get("/api/organizations/1/memberships?contributed_to_projects=true&search=owner").await.json();
        assert_eq!(members["results"][0]["created_projects"], json!([{"id": project["id"], "title": "Cats"}]));
    }

    async fn a_new_invitation_replaces_the_old_one_and_can_be_revoked(kit: Kit) {
        let owner = kit.owner().await;
        let first = link(&owner, json!({"emails": ["ada@example.com"]})).await;
        let second = link(&owner, json!({"emails": ["ada@example.com"]})).await;
        kit.anonymous().get(&first).await.expect(403);
        kit.anonymous().get(&second).await.expect(200);
        owner.post("/api/invite/revoke", json!({"email": "Ada@example.com"})).await.expect(204);
        kit.anonymous().get(&second).await.expect(403);
        owner.post("/api/invite/revoke", json!({"email": "ada@example.com"})).await.expect(404);
    }

    async fn somebody_who_was_removed_comes_back_with_their_password(kit: Kit) {
        let owner = kit.owner().await;
        let bob = kit.member(&owner, "bob@example.com").await;
        let id = bob.get("/api/current-user/whoami").await.json()["id"].clone();
        owner.post("/api/invite/send-email", json!({"emails": ["bob@example.com"]})).await.expect(400);
        owner.delete(&format!("/api/organizations/1/memberships/{id}/")).await.expect(204);
        let url = link(&owner, json!({"emails": ["bob@example.com"]})).await;
        let wrong = kit.anonymous().sign_up(&url, "bob@example.com", "not the right one").await.expect(200);
        assert!(wrong.text.contains("has an account"), "{}", wrong.text);
        let back = kit.anonymous().sign_up(&url, "bob@example.com", PASSWORD).await.expect(302);
        assert_eq!(back.header("location"), "/user/login/", "signs in as always, with all that is asked for there");
        let bob = kit.anonymous();
        bob.sign_in("bob@example.com", PASSWORD).await.expect(302);
        assert_eq!(bob.get("/api/current-user/whoami").await.expect(200).json()["id"], id);
    }

    async fn a_mailed_link_is_shown_to_nobody_and_proves_the_address(kit: Kit, post::with_mail()) {
        let owner = kit.owner().await;
        owner.patch("/api/organizations/1", json!({"title": "Night\r\nBcc: eve@example.com\r\nshift"})).await.expect(200);
        let made = owner.post("/api/invite/send-email", json!({"emails": ["ada@example.com"]})).await.expect(201).json();
        let one = &made["invitations"][0];
        assert_eq!((&made["mail_enabled"], &one["sent"], &one["invite_url"]), (&json!(true), &json!(true), &json!(null)));
        let mail = post::wait(&kit, "ada@example.com", 1).await;
        assert!(!mail.text.contains("\nBcc:"), "SEC-182: {}", mail.text);
        assert!(mail.text.contains("From: Labelkeep <labels@example.org>"), "{}", mail.text);
        let ada = kit.anonymous();
        ada.sign_up(&mail.link(&kit), "ada@example.com", PASSWORD).await.expect(302);
        assert_eq!(ada.get("/api/current-user/whoami").await.json()["email_verified"], true);
        // Links to hand over are to be had as well; they prove nothing.
        let url = link(&owner, json!({"emails": ["bo@example.com"], "send": false})).await;
        let bo = kit.anonymous();
        bo.sign_up(&url, "bo@example.com", PASSWORD).await.expect(302);
        assert_eq!(bo.get("/api/current-user/whoami").await.json()["email_verified"], false);
        let verify = post::wait(&kit, "bo@example.com", 1).await.link(&kit);
        kit.anonymous().get(&verify).await.expect(200);
        assert_eq!(bo.get("/api/current-user/whoami").await.json()["email_verified"], false, "looking is not confirming");
        let anybody = kit.anonymous();
        anybody.get(&verify).await.expect(200);
        anybody.form(&verify, &[]).await.expect(200);
        assert_eq!(bo.get("/api/current-user/whoami").await.json()["email_verified"], true);
        kit.anonymous().get(&verify).await.expect(403);
    }
}
