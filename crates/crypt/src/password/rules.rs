//! What a new password must meet (SEC-055, SEC-056, SEC-057).
//!
//! Length, not composition: no rule asks for digits or signs. The password is taken exactly as sent.

use thiserror::Error;

use super::common;

/// The least number of characters; a configuration may ask for more, never for less.
pub const MIN_CHARACTERS: usize = 8;
/// The largest number of characters that is accepted.
pub const MAX_CHARACTERS: usize = 1_024;

/// Words that stand for this product, which everybody tries first.
const PRODUCT_WORDS: [&str; 5] = ["labelkeep", "labelstudio", "labeling", "labelling", "annotation"];

/// The shortest word of a person or an organization that counts: shorter ones occur by chance in good passwords.
const SHORTEST_WORD: usize = 3;
/// How many characters must be left when such words are taken out.
const LEAST_BESIDE_WORDS: usize = 6;

/// The rules in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    min_characters: usize,
    blocklist: bool,
}

/// Why a password is not accepted. The text is for the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Weakness {
    #[error("This password is too short. It must contain at least {at_least} characters.")]
    TooShort { at_least: usize },
    #[error("This password is too long. It may contain at most {MAX_CHARACTERS} characters.")]
    TooLong,
    #[error("This password is too common: it is on a list of passwords that attackers try first.")]
    Common,
    #[error("This password is too close to your name, e-mail address or organization, or to the name of this product.")]
    Personal,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            min_characters: MIN_CHARACTERS,
            blocklist: true,
        }
    }
}

impl Rules {
    /// The rules with a longer least length; a shorter one than [`MIN_CHARACTERS`] has no effect.
    pub fn min_characters(self, characters: usize) -> Self {
        Rules {
            min_characters: characters.clamp(MIN_CHARACTERS, MAX_CHARACTERS),
            ..self
        }
    }

    /// Whether the list of common passwords and the words of person and product count (`PASSWORD_BLOCKLIST`).
    pub fn blocklist(self, on: bool) -> Self {
        Rules { blocklist: on, ..self }
    }

    /// Judges a new password. `about` holds what is known of its owner: e-mail address, names, organization's title.
    ///
    /// # Errors
    /// The first rule that is not met.
    pub fn check(&self, password: &str, about: &[&str]) -> Result<(), Weakness> {
        // A character has at most four bytes: what has more is too long without counting.
        if password.len() > MAX_CHARACTERS * 4 {
            return Err(Weakness::TooLong);
        }
        let characters = password.chars().count();
        if characters < self.min_characters {
            return Err(Weakness::TooShort {
                at_least: self.min_characters,
            });
        }
        if characters > MAX_CHARACTERS {
            return Err(Weakness::TooLong);
        }
        if self.blocklist {
            if common::contains(password) {
                return Err(Weakness::Common);
            }
            if too_personal(&password.to_lowercase(), about) {
                return Err(Weakness::Personal);
            }
        }
        Ok(())
    }
}

/// Whether the password is little more than words that stand in its owner's account.
///
/// The words are taken out; what is left must have some length and must not itself be common (`lovelace123456`).
fn too_personal(password: &str, about: &[&str]) -> bool {
    let mut words: Vec<String> = PRODUCT_WORDS.map(String::from).to_vec();
    for text in about {
        let text = text.to_lowercase();
        let parts = text.split(|character: char| !character.is_alphanumeric());
        words.extend(
            parts
                .filter(|word| word.chars().count() >= SHORTEST_WORD)
                .map(String::from),
        );
        // "Ada Lovelace" is typed "adalovelace" as well.
        let joined: String = text.chars().filter(|character| character.is_alphanumeric()).collect();
        if joined.chars().count() >= SHORTEST_WORD {
            words.push(joined);
        }
    }
    // Longest first: "lovelace" must go before "love" cuts it in two.
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    let mut rest = password.to_owned();
    for word in &words {
        if rest.contains(word.as_str()) {
            rest = rest.replace(word.as_str(), "");
        }
    }
    rest.len() < password.len() && (rest.chars().count() < LEAST_BESIDE_WORDS || common::contains(&rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ABOUT: [&str; 3] = ["ada.lovelace@example.com", "Ada Lovelace", "Analytical Engines"];

    fn check(password: &str) -> Result<(), Weakness> {
        Rules::default().check(password, &ABOUT)
    }

    #[test]
    fn sec_055_at_least_8_characters_and_never_less() {
        assert_eq!(check("kfjw9dq"), Err(Weakness::TooShort { at_least: 8 }));
        assert_eq!(check("kfjw9dqx"), Ok(()));
        assert_eq!(
            check("äöüßñçé"),
            Err(Weakness::TooShort { at_least: 8 }),
            "characters count, not bytes"
        );
        assert_eq!(
            Rules::default().min_characters(2).check("kfjw9dq", &[]),
            Err(Weakness::TooShort { at_least: 8 })
        );
        assert_eq!(
            Rules::default().min_characters(15).check("kfjw9dqx", &[]),
            Err(Weakness::TooShort { at_least: 15 })
        );
    }

    #[test]
    fn sec_056_up_to_1024_characters_of_any_kind() {
        let long: String = "🔑 ключ".chars().cycle().take(1_024).collect();
        assert_eq!(check(&long), Ok(()));
        assert_eq!(check(&(long + "x")), Err(Weakness::TooLong));
        assert_eq!(check(&"x".repeat(10_000_000)), Err(Weakness::TooLong));
        assert_eq!(check("        "), Ok(()), "spaces are characters like others");
    }

    #[test]
    fn sec_057_common_passwords_are_refused_whatever_their_case() {
        for common in [
            "password",
            "PASSWORD",
            "PassWord1",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "trustno1",
        ] {
            assert_eq!(check(common), Err(Weakness::Common), "{common}");
        }
        assert_eq!(Rules::default().blocklist(false).check("password", &ABOUT), Ok(()));
    }

    #[test]
    fn sec_057_words_of_the_account_and_the_product_are_refused() {
        for personal in [
            "ada.lovelace",
            "AdaLovelace1",
            "lovelace2026",
            "Lovelace123456",
            "ada.lovelace@example.com",
            "analyticalengines!",
            "Labelkeep2026",
            "labelstudio",
            "1annotation",
        ] {
            assert_eq!(check(personal), Err(Weakness::Personal), "{personal}");
        }
        for good in [
            "turtles-drink-lovelace-tea",
            "adamantium-gate",
            "correct horse battery staple",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged_without_fault(password in any::<String>(), about in any::<String>()) {
            let _ = Rules::default().check(&password, &[&about]);
        }
    }
}
