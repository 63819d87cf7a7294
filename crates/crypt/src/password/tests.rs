use super::*;

/// Cheap enough for many tests; the standard cost has a test of its own.
const COST: Cost = Cost::LEAST;

#[test]
fn sec_058_the_standard_cost_is_argon2id_with_64_mib_and_3_passes() {
    let stored = hash("correct horse", Cost::default()).unwrap();
    let parsed = PasswordHash::new(&stored).unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{stored}");
    assert_eq!(parsed.salt.unwrap().len(), 16);
    assert_eq!(parsed.hash.unwrap().len(), 32);
    assert_eq!(verify("correct horse", &stored, Cost::default()), Ok(Verdict::Right));
    assert_eq!(verify("correct horsf", &stored, Cost::default()), Ok(Verdict::Wrong));
}

#[test]
fn sec_058_each_hash_has_its_own_salt() {
    assert_ne!(
        hash("correct horse", COST).unwrap(),
        hash("correct horse", COST).unwrap()
    );
}

#[test]
fn sec_058_a_cost_below_the_floor_is_refused() {
    assert_eq!(
        Cost::new(19_455, 2),
        Err(CostError::TooLow {
            memory_kib: 19_455,
            passes: 2
        })
    );
    assert_eq!(
        Cost::new(19_456, 1),
        Err(CostError::TooLow {
            memory_kib: 19_456,
            passes: 1
        })
    );
    assert_eq!(Cost::new(19_456, 2), Ok(Cost::LEAST));
    assert!(matches!(Cost::new(u32::MAX, 3), Err(CostError::TooHigh { .. })));
}

#[test]
fn sec_058_a_hash_of_another_cost_is_right_but_outdated() {
    let stored = hash("correct horse", COST).unwrap();
    let other = Cost::new(19_456, 3).unwrap();
    assert_eq!(verify("correct horse", &stored, other), Ok(Verdict::RightButOutdated));
    assert_eq!(verify("wrong horse", &stored, other), Ok(Verdict::Wrong));
}

#[test]
fn sec_060_hashes_made_by_django_are_verified_and_renewed() {
    // PBKDF2-HMAC-SHA256 of "correct horse" with this salt and these rounds, computed with Python's hashlib.
    let stored = "pbkdf2_sha256$1200$k3vSJ0ZtYqPz$AspzrYWUd+0qFKcVndFMJMiRyoEmE3G3vWsDZVbayYc=";
    assert_eq!(verify("correct horse", stored, COST), Ok(Verdict::RightButOutdated));
    assert_eq!(verify("Correct horse", stored, COST), Ok(Verdict::Wrong));
}

#[test]
fn sec_056_passwords_are_used_exactly_as_sent() {
    let stored = hash(" Pässwört mit Raum ", COST).unwrap();
    assert_eq!(verify(" Pässwört mit Raum ", &stored, COST), Ok(Verdict::Right));
    assert_eq!(verify("Pässwört mit Raum", &stored, COST), Ok(Verdict::Wrong));
    let long = "🔑".repeat(1_024);
    let stored = hash(&long, COST).unwrap();
    assert_eq!(verify(&long, &stored, COST), Ok(Verdict::Right));
    assert_eq!(verify(&long[..long.len() - 4], &stored, COST), Ok(Verdict::Wrong));
}

#[test]
fn damaged_hashes_are_an_error_and_cost_nothing() {
    for stored in [
        "",
        "md5$x$y",
        "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21l",
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHRzb21l$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=65536,t=4294967295,p=1$c29tZXNhbHRzb21l$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=77$m=65536,t=3,p=1$c29tZXNhbHRzb21l$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=4$c29tZXNhbHRzb21l$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "pbkdf2_sha256$1200$salt",
        "pbkdf2_sha256$0$salt$AspzrYWUd+0qFKcVndFMJMiRyoEmE3G3vWsDZVbayYc=",
        "pbkdf2_sha256$4000000000$salt$AspzrYWUd+0qFKcVndFMJMiRyoEmE3G3vWsDZVbayYc=",
        "pbkdf2_sha256$1200$salt$AAAA",
    ] {
        assert_eq!(verify("x", stored, COST), Err(PasswordError::UnknownHash), "{stored}");
    }
}

#[test]
fn sec_061_unknown_accounts_and_accounts_without_password_do_the_same_work() {
    // The work is the allocation and passes of one hash; here: that it runs and answers alike.
    assert_eq!(verify_nobody("x", COST), Ok(()));
    assert_eq!(verify("x", "!never", COST), Ok(Verdict::Wrong));
}
