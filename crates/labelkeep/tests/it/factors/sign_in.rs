use labelkeep_testkit::{OWNER, PASSWORD, json, on_both_databases};
use reqwest::Method;

use super::{audited, enrol, second_step, texts};

on_both_databases! {
    async fn sec_070_the_session_begins_with_the_second_step(kit: Kit) {
        let owner = kit.owner().await;
        let (app, _) = enrol(&owner).await;
        let client = kit.anonymous();
        client.get("/user/login/").await.expect(200);
        let fields = [("email", OWNER), ("password", PASSWORD)];
        let first = client.form("/user/login/?next=/projects/7/", &fields).await.expect(302);
        assert_eq!(first.header("location"), "/user/second-factor/?next=/projects/7/");
        let cookies: Vec<&str> = first.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
        assert!(!cookies.iter().any(|line| line.starts_with("session_local=")), "{cookies:?}");
        let step = cookies.iter().find(|line| line.starts_with("second_step_local=")).expect("the first step");
        assert!(step.ends_with("; Path=/; SameSite=Lax; HttpOnly; Max-Age=300"), "{step}");
        client.get("/api/current-user/whoami").await.expect(401);
        // What waits is no session, and no other browser has it.
        let value = step.split(['=', ';']).nth(1).expect("a value");
        let thief = kit.anonymous();
        let ask = thief.request(Method::GET, "/api/current-user/whoami").header("cookie", format!("session_local={value}"));
        thief.send(ask).await.expect(401);
        assert_eq!(thief.get("/user/second-factor/").await.expect(302).header("location"), "/user/login/?next=/projects/");
        let page = client.get("/user/second-factor/?next=/projects/7/").await.expect(200);
        assert!(page.text.contains("name=\"code\""));
        // The code of the enrolment was used.
        assert!(second_step(&client, &app.code(0)).await.expect(200).text.contains("not right"));
        let code = app.code(1);
        let reply = client.form("/user/second-factor/?next=/projects/7/", &[("code", &code)]).await.expect(302);
        assert_eq!(reply.header("location"), "/projects/7/");
        client.get("/api/current-user/whoami").await.expect(200);
        client.post("/api/token/", json!({})).await.expect(201);
        // No step is accepted twice, and a sign-in ends with its session.
        let replay = kit.anonymous();
        replay.sign_in(OWNER, PASSWORD).await.expect(302);
        assert!(second_step(&replay, &code).await.expect(200).text.contains("not right"));
        replay.get("/api/current-user/whoami").await.expect(401);
        assert_eq!(second_step(&client, &code).await.expect(302).header("location"), "/user/login/?next=/projects/");
    }

    async fn sec_071_a_recovery_code_signs_in_once(kit: Kit) {
        let owner = kit.owner().await;
        let (_, codes) = enrol(&owner).await;
        let client = kit.anonymous();
        client.sign_in(OWNER, PASSWORD).await.expect(302);
        second_step(&client, &codes[0].to_lowercase().replace('-', " ")).await.expect(302);
        client.get("/api/current-user/whoami").await.expect(200);
        assert_eq!(client.get("/api/current-user/factors/").await.json()["recovery_codes_left"], 9);
        assert_eq!(audited(&kit, "factor.recovery").await, 1);
        let again = kit.anonymous();
        again.sign_in(OWNER, PASSWORD).await.expect(302);
        second_step(&again, &codes[0]).await.expect(200);
        // New ones take the place of the old ones.
        let new = client.post("/api/current-user/factors/recovery-codes/", json!({})).await.expect(200).json();
        let new = texts(&new["recovery_codes"]);
        assert_eq!(new.len(), 10);
        second_step(&again, &codes[1]).await.expect(200);
        second_step(&again, &new[0]).await.expect(302);
    }

    async fn sec_063_five_wrong_codes_in_five_minutes(kit: Kit) {
        let owner = kit.owner().await;
        let (app, codes) = enrol(&owner).await;
        let client = kit.anonymous();
        client.sign_in(OWNER, PASSWORD).await.expect(302);
        for number in 0..5 {
            assert_eq!(second_step(&client, &app.wrong()).await.status, 200, "attempt {number}");
        }
        for code in [app.code(1), codes[0].clone()] {
            let slowed = second_step(&client, &code).await.expect(429);
            assert!(slowed.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=301).contains(&seconds)));
        }
        // Another sign-in does not begin anew, open sessions go on, and the trail has it once.
        let other = kit.anonymous();
        other.sign_in(OWNER, PASSWORD).await.expect(302);
        second_step(&other, &app.code(1)).await.expect(429);
        owner.get("/api/current-user/whoami").await.expect(200);
        assert_eq!(audited(&kit, "factor.blocked").await, 1);
    }

    async fn sec_063_parallel_guesses_gain_nothing(kit: Kit) {
        let owner = kit.owner().await;
        let (app, _) = enrol(&owner).await;
        let client = std::sync::Arc::new(kit.anonymous());
        client.sign_in(OWNER, PASSWORD).await.expect(302);
        let mut guesses = Vec::new();
        for _ in 0..12 {
            let (client, wrong) = (client.clone(), app.wrong());
            guesses.push(tokio::spawn(async move { second_step(&client, &wrong).await.status }));
        }
        let mut judged = 0;
        for guess in guesses {
            judged += usize::from(guess.await.expect("an answer") == 200);
        }
        assert_eq!(judged, 5);
    }
}
