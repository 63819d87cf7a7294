use super::*;

fn collect(arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<Values> {
    let arguments = normalize(
        std::iter::once("labelkeep")
            .chain(arguments.iter().copied())
            .map(str::to_owned),
    );
    let matches = command().try_get_matches_from(arguments)?;
    let (_, matches) = matches.subcommand().expect("start");
    Values::collect(
        matches,
        environment.iter().map(|(name, value)| (name.into(), value.into())),
    )
}

#[test]
fn flags_win_then_the_longer_name() {
    let values = collect(&["start", "--port", "1"], &[("LABEL_STUDIO_PORT", "2"), ("PORT", "3")]).expect("fine");
    assert_eq!(values.text("PORT"), Some("1"));
    let values = collect(&[], &[("LABEL_STUDIO_PORT", "2"), ("HEARTEX_PORT", "4"), ("PORT", "3")]).expect("fine");
    assert_eq!(values.text("PORT"), Some("2"));
    let values = collect(&[], &[("PORT", "3")]).expect("fine");
    assert_eq!(values.number("PORT", 1, 65535).expect("a port"), 3);
    assert_eq!(collect(&[], &[]).expect("fine").text("PORT"), Some("8080"));
}

#[test]
fn names_that_every_desktop_sets_are_not_ours() {
    let values = collect(&[], &[("USERNAME", "ada"), ("HOST", "machine"), ("PASSWORD", "x")]).expect("fine");
    for name in ["USERNAME", "HOST", "PASSWORD"] {
        assert!(!values.is_set(name), "{name}");
    }
    assert!(
        collect(&[], &[("LABEL_STUDIO_USERNAME", "a@b")])
            .expect("fine")
            .is_set("USERNAME")
    );
}

#[test]
fn full_names_work_with_and_without_their_prefix() {
    for name in [
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK",
        "DISABLE_SIGNUP_WITHOUT_LINK",
    ] {
        let values = collect(&[], &[(name, "no")]).expect("fine");
        assert!(
            !values.boolean("DISABLE_SIGNUP_WITHOUT_LINK").expect("a boolean"),
            "{name}"
        );
    }
}

#[test]
fn mistakes_are_named() {
    let error = collect(&[], &[("LABELKEEP_NO_SUCH", "1")])
        .expect_err("unknown")
        .to_string();
    assert!(error.starts_with("LABELKEEP_NO_SUCH is not a setting"), "{error}");
    let values = collect(&[], &[("LABEL_STUDIO_PORT", "many"), ("JSON_LOG", "perhaps")]).expect("read later");
    let error = values.number("PORT", 1, 65535).expect_err("no number").to_string();
    assert_eq!(
        error,
        "LABEL_STUDIO_PORT: \"many\" is not a whole number from 1 to 65535"
    );
    let error = values.boolean("JSON_LOG").expect_err("no boolean").to_string();
    assert_eq!(error, "JSON_LOG: \"perhaps\" is neither true nor false");
}

#[test]
fn sec_205_secrets_have_a_file_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, "the secret\n").expect("written");
    let values = collect(&[], &[("LABEL_STUDIO_PASSWORD_FILE", file.to_str().expect("text"))]).expect("fine");
    assert_eq!(values.text("PASSWORD"), Some("the secret"));
    assert!(collect(&[], &[("LABEL_STUDIO_PASSWORD_FILE", "/no/such/file")]).is_err());
}

#[test]
fn scripts_may_leave_start_out_and_write_db() {
    let values = collect(&["-p", "9", "-db", "/tmp/x.sqlite3", "--local"], &[]).expect("fine");
    assert_eq!(
        (values.text("PORT"), values.text("DATABASE_NAME")),
        (Some("9"), Some("/tmp/x.sqlite3"))
    );
    assert!(values.boolean("LABELKEEP_LOCAL").expect("a boolean"));
}

#[test]
fn the_documentation_is_fresh() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written,
        markdown(),
        "run: cargo run -p labelkeep -- options --markdown > docs/configuration.md"
    );
}
