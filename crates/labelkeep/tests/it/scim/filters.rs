use labelkeep_testkit::{Client, Value, json, on_both_databases};
use reqwest::Method;

use super::{add, provider};

/// Asks with these parameters; what is sent is encoded.
async fn ask(scim: &Client, path: &str, query: &[(&str, &str)]) -> labelkeep_testkit::Reply {
    scim.send(scim.request(Method::GET, path).query(query)).await
}

fn names(list: &Value, name: &str) -> Vec<String> {
    let resources = list["Resources"].as_array().expect("a list");
    resources
        .iter()
        .map(|one| one[name].as_str().unwrap_or_default().to_owned())
        .collect()
}

on_both_databases! {
    async fn sec_085_the_database_means_by_a_filter_what_the_language_does(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        let mut ids = Vec::new();
        for (email, given, family, external) in [
            ("ada@example.com", "Ada", "Lovelace", "X1"), ("bo@example.com", "Bö", "O'Neil", "x1"), ("cy@else.example", "", "", "100%"),
            ("d_e@example.com", "Ärger", "Ünal", "a\\b"), ("dxe@example.com", "ada", "", ""),
        ] {
            let body = json!({"userName": email, "name": {"givenName": given, "familyName": family}, "externalId": external});
            ids.push(scim.post("/scim/v2/Users", body).await.expect(201).json()["id"].as_str().expect("an id").to_owned());
        }
        scim.put(&format!("/scim/v2/Users/{}", ids[1]), json!({"active": false})).await.expect(200);
        for (name, members) in [("Team A", &ids[..2]), ("team b", &ids[1..3]), ("Überall", &[][..])] {
            let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
            scim.post("/scim/v2/Groups", json!({"displayName": name, "externalId": name, "members": members})).await.expect(201);
        }
        let first = ids[0].as_str();
        let by_id = format!("id eq \"{first}\" or groups.value eq \"1\"");
        let by_member = format!("members[value eq \"{first}\"]");
        let users = [
            r#"userName eq "ADA@example.com""#, r#"userName sw "d_""#, r#"userName ew "@EXAMPLE.com" and not (active eq false)"#,
            r#"userName co "%""#, r#"externalId eq "x1""#, r#"externalId co "%""#, r#"externalId sw "a\\""#, r#"externalId ew "1""#,
            r#"name.familyName eq "o'neil""#, r#"name.givenName co "ADA""#, r#"name.givenName pr"#, r#"not (name.familyName pr)"#,
            r#"name.givenName eq "Ärger""#, r#"name.familyName sw "Ü""#, r#"displayName eq "ada""#, r#"displayName eq "cy@else.example""#,
            r#"active eq true"#, r#"active ne true or userName eq "x""#, r#"emails[type eq "work" and value sw "cy"]"#, r#"emails.type eq "home""#,
            r#"emails co "ELSE" or groups.display eq "TEAM A""#, r#"groups[display co "team" and value pr]"#, r#"not (groups pr)"#,
            r#"groups.display ne "team b""#, r#"userName eq "" or name.givenName eq """#, r#"userName eq null"#, r#"name.givenName ne null"#,
            r#"userName eq 7"#, r#"active eq "true""#, r#"meta.resourceType eq "User" and locale eq "EN-us""#, r#"name.givenName ew """#,
            r#"(userName sw "a" or userName sw "b") and (active eq true or name.givenName sw "B")"#, r#"userName eq "x' OR '1'='1""#,
            r#"meta.created gt "2001-01-01T00:00:00Z" and meta.lastModified le "2100-01-01T00:00:00+02:00""#, &by_id,
        ];
        let groups = [
            r#"displayName eq "TEAM a""#, r#"displayName sw "Ü""#, r#"displayName co "team""#, r#"externalId eq "team a""#, r#"members pr"#,
            r#"members.display co "ada""#, r#"members[type eq "User" and display sw "B"]"#, r#"not (members pr)"#, r#"id ne "0""#,
            r#"meta.created lt "2001-01-01T00:00:00Z""#, &by_member,
        ];
        for (path, filters) in [("/scim/v2/Users", &users[..]), ("/scim/v2/Groups", &groups[..])] {
            let all = ask(&scim, path, &[]).await.expect(200).json();
            for filter in filters {
                let found = ask(&scim, path, &[("filter", filter)]).await.expect(200).json();
                let wanted: Vec<&Value> = all["Resources"].as_array().expect("a list").iter()
                    .filter(|one| labelkeep_services::scim::meets(one, filter)).collect();
                let found_resources: Vec<&Value> = found["Resources"].as_array().expect("a list").iter().collect();
                assert_eq!(found_resources, wanted, "{filter}");
                assert_eq!(found["totalResults"], wanted.len(), "{filter}");
            }
        }
    }

    async fn sec_085_filters_have_bounds(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        let deep = "(".repeat(6) + "userName pr" + &")".repeat(6);
        let long = format!("userName eq \"{}\"", "x".repeat(1_024));
        let hostile = [
            "userName", "userName eq", "userName eq x", "password eq \"x\"", "role eq \"owner\"", "account.id eq \"1\"", "userName eq \"x",
            "userName eq \"\\u0000\"", "userName pr; DROP TABLE account", "userName gt \"a\"", "1 eq 1", &deep, &long, "members pr",
            "meta.created gt \"yesterday\"", "((((", "not not not", "userName eq {\"a\":1}",
        ];
        for filter in hostile {
            let refused = ask(&scim, "/scim/v2/Users", &[("filter", filter)]).await.expect(400).json();
            assert_eq!(refused["scimType"], "invalidFilter", "{filter}");
        }
        for (name, value) in [("startIndex", "x"), ("count", "1.5"), ("sortBy", "password"), ("sortBy", "a b"), ("filter", "\0")] {
            assert_eq!(ask(&scim, "/scim/v2/Users", &[(name, value)]).await.expect(400).json()["status"], "400", "{name}={value:?}");
        }
    }

    async fn lists_come_in_parts_and_in_order(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        for email in ["c@example.com", "a@example.com", "b@example.com"] {
            add(&scim, email).await;
        }
        let part = async |query: &[(&str, &str)]| ask(&scim, "/scim/v2/Users", query).await.expect(200).json();
        let sorted = part(&[("sortBy", "userName"), ("sortOrder", "descending"), ("count", "2"), ("startIndex", "2")]).await;
        assert_eq!(names(&sorted, "userName"), ["c@example.com", "b@example.com"]);
        assert_eq!((&sorted["totalResults"], &sorted["itemsPerPage"], &sorted["startIndex"]), (&json!(4), &json!(2), &json!(2)));
        let counted = part(&[("count", "0")]).await;
        assert_eq!((&counted["totalResults"], &counted["Resources"]), (&json!(4), &json!([])));
        assert_eq!(names(&part(&[("startIndex", "-3"), ("count", "1")]).await, "userName"), ["owner@example.com"]);
        assert_eq!(part(&[("startIndex", "9000000000000000000")]).await["Resources"], json!([]));
        assert_eq!(part(&[("count", "-1")]).await["itemsPerPage"], 0);
        assert_eq!(names(&part(&[("sortBy", "meta.created")]).await, "userName").len(), 4);
    }
}
