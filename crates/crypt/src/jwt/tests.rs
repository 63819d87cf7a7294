use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_790_000_000;
const DAY: i64 = 86_400;

fn keys() -> SigningKeys {
    SigningKeys::new(SigningKey::generate(), [])
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A token with a header and claims of our choice, signed with a key of ours.
fn forged(key: &SigningKey, header: Value, claims: Value) -> String {
    use ed25519_dalek::Signer;
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(&header), encode(&claims));
    let private = ed25519_dalek::SigningKey::from_pkcs8_der(key.to_pkcs8()).unwrap();
    let signature = private.sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

#[test]
fn sec_098_a_refresh_token_gives_access_tokens_of_five_minutes() {
    let keys = keys();
    let refresh = keys.issue_refresh(7, NOW, NOW + 90 * DAY);
    let verified = keys.verify_refresh(refresh.token.expose(), NOW + DAY).unwrap();
    assert_eq!(
        verified,
        VerifiedToken {
            user_id: 7,
            jti_hash: refresh.jti_hash,
            expires_at: NOW + 90 * DAY
        }
    );
    let access = keys.issue_access(&verified, NOW);
    let seen = keys.verify_access(access.expose(), NOW + ACCESS_SECONDS - 1).unwrap();
    assert_eq!(
        seen,
        VerifiedToken {
            user_id: 7,
            jti_hash: refresh.jti_hash,
            expires_at: NOW + ACCESS_SECONDS
        }
    );
    assert_eq!(
        keys.verify_access(access.expose(), NOW + ACCESS_SECONDS),
        Err(TokenError::Expired)
    );
    assert_eq!(
        keys.verify_refresh(refresh.token.expose(), NOW + 90 * DAY),
        Err(TokenError::Expired)
    );
}

#[test]
fn an_access_token_ends_with_its_refresh_token() {
    let keys = keys();
    let refresh = keys.issue_refresh(7, NOW, NOW + 10);
    let verified = keys.verify_refresh(refresh.token.expose(), NOW).unwrap();
    assert_eq!(
        keys.verify_access(keys.issue_access(&verified, NOW).expose(), NOW)
            .unwrap()
            .expires_at,
        NOW + 10
    );
}

#[test]
fn sec_098_clients_find_the_claims_that_they_read() {
    let keys = keys();
    let refresh = keys.issue_refresh(7, NOW, NOW + DAY);
    let claims = part(refresh.token.expose(), 1);
    assert_eq!(claims["token_type"], "refresh");
    assert_eq!(claims["user_id"], "7", "a string");
    assert_eq!((&claims["exp"], &claims["iat"]), (&json!(NOW + DAY), &json!(NOW)));
    assert!(claims["jti"].is_string());
    let verified = keys.verify_refresh(refresh.token.expose(), NOW).unwrap();
    let access = part(keys.issue_access(&verified, NOW).expose(), 1);
    assert_eq!(
        (&access["token_type"], &access["user_id"]),
        (&json!("access"), &json!("7"))
    );
    assert_ne!(access["jti"], claims["jti"]);
}

#[test]
fn sec_099_header_names_key_algorithm_and_type() {
    let key = SigningKey::generate();
    let keys = SigningKeys::new(key.clone(), []);
    let refresh = keys.issue_refresh(7, NOW, NOW + DAY);
    let header = part(refresh.token.expose(), 0);
    assert_eq!(header, json!({"typ": "refresh+jwt", "alg": "EdDSA", "kid": key.id()}));
    let verified = keys.verify_refresh(refresh.token.expose(), NOW).unwrap();
    assert_eq!(part(keys.issue_access(&verified, NOW).expose(), 0)["typ"], "at+jwt");
}

#[test]
fn sec_099_one_kind_does_not_stand_for_the_other() {
    let keys = keys();
    let refresh = keys.issue_refresh(7, NOW, NOW + DAY);
    let verified = keys.verify_refresh(refresh.token.expose(), NOW).unwrap();
    let access = keys.issue_access(&verified, NOW);
    assert_eq!(
        keys.verify_access(refresh.token.expose(), NOW),
        Err(TokenError::WrongKind)
    );
    assert_eq!(keys.verify_refresh(access.expose(), NOW), Err(TokenError::WrongKind));
}

#[test]
fn sec_099_two_keys_are_valid_in_parallel() {
    let old = SigningKey::generate();
    let token = SigningKeys::new(old.clone(), []).issue_refresh(7, NOW, NOW + DAY).token;
    let new = SigningKey::generate();
    let both = SigningKeys::new(new.clone(), [old]);
    assert!(both.verify_refresh(token.expose(), NOW).is_ok());
    assert_eq!(
        part(both.issue_refresh(7, NOW, NOW + DAY).token.expose(), 0)["kid"],
        new.id()
    );
    let only_new = SigningKeys::new(new, []);
    assert_eq!(
        only_new.verify_refresh(token.expose(), NOW),
        Err(TokenError::UnknownKey)
    );
}

#[test]
fn sec_099_only_ed25519_and_only_our_issuer_audience_and_subject() {
    let key = SigningKey::generate();
    let keys = SigningKeys::new(key.clone(), []);
    let header = json!({"typ": "refresh+jwt", "alg": "EdDSA", "kid": key.id()});
    let claims = json!({
        "token_type": "refresh", "exp": NOW + DAY, "iat": NOW, "jti": "j", "user_id": "7", "sub": "7",
        "iss": "labelkeep", "aud": "labelkeep-api"
    });
    let verify = |header: &Value, claims: &Value| {
        keys.verify_refresh(&forged(&key, header.clone(), claims.clone()), NOW)
            .map(|token| token.user_id)
    };
    assert_eq!(verify(&header, &claims), Ok(7), "the forge makes good tokens");
    let with = |value: &Value, name: &str, new: Value| {
        let mut value = value.clone();
        value[name] = new;
        value
    };
    for (name, new) in [("alg", json!("none")), ("alg", json!("HS256")), ("crit", json!(["x"]))] {
        assert_eq!(
            verify(&with(&header, name, new), &claims),
            Err(TokenError::Malformed),
            "{name}"
        );
    }
    for (name, new) in [
        ("iss", json!("other")),
        ("iss", Value::Null),
        ("aud", json!("other")),
        ("aud", Value::Null),
        ("sub", json!("8")),
        ("user_id", json!(7)),
        ("exp", json!("never")),
    ] {
        assert_eq!(
            verify(&header, &with(&claims, name, new)),
            Err(TokenError::Malformed),
            "{name}"
        );
    }
    assert_eq!(
        verify(&header, &with(&claims, "token_type", json!("access"))),
        Err(TokenError::WrongKind)
    );
    assert_eq!(
        verify(&with(&header, "typ", json!("JWT")), &claims),
        Err(TokenError::WrongKind)
    );
    assert_eq!(
        verify(&with(&header, "kid", Value::Null), &claims),
        Err(TokenError::UnknownKey)
    );
}

#[test]
fn sec_099_a_changed_token_is_refused() {
    let keys = keys();
    let token = keys.issue_refresh(7, NOW, NOW + DAY).token;
    let (message, signature) = token.expose().rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let mut claims = part(token.expose(), 1);
    claims["user_id"] = json!("1");
    claims["sub"] = json!("1");
    let changed = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    assert_eq!(keys.verify_refresh(&changed, NOW), Err(TokenError::BadSignature));
    for garbage in [
        "",
        ".",
        "..",
        "a.b.c",
        message,
        &"x".repeat(100_000),
        &format!("{}.x", token.expose()),
    ] {
        assert!(keys.verify_refresh(garbage, NOW).is_err());
    }
}

#[test]
fn the_listed_form_names_the_row_and_nothing_more() {
    let keys = keys();
    let refresh = keys.issue_refresh(7, NOW, NOW + DAY);
    assert_eq!(refresh.listed.split('.').count(), 2);
    assert_eq!(named_row(&refresh.listed), Some(refresh.jti_hash));
    assert_eq!(named_row(refresh.token.expose()), Some(refresh.jti_hash));
    assert!(keys.verify_refresh(&refresh.listed, NOW).is_err());
    for garbage in ["", "a", "a.b", "a.e30", "a.b.c.d"] {
        assert_eq!(named_row(garbage), None, "{garbage}");
    }
}

#[test]
fn stored_keys_are_read_back() {
    let key = SigningKey::generate();
    let token = SigningKeys::new(key.clone(), []).issue_refresh(7, NOW, NOW + DAY).token;
    let read = SigningKey::from_pkcs8(key.id().to_owned(), key.to_pkcs8()).unwrap();
    assert!(SigningKeys::new(read, []).verify_refresh(token.expose(), NOW).is_ok());
    assert_eq!(
        SigningKey::from_pkcs8("x".into(), b"no key").map(|_| ()),
        Err(SigningKeyError)
    );
}
