//! Encryption of secrets that the database must give back in clear: invitation links, storage keys, signing keys.
//!
//! A value is sealed with AES-256-GCM-SIV (RFC 8452, safe even if a nonce should repeat) under a key that HKDF-SHA256
//! (RFC 5869) derives from a master key for the organization. The [`Place`] where it is stored is authenticated with it:
//! a sealed value that is copied to another row, column or organization does not open (SEC-199). The master keys are not
//! in the database (SEC-200).
//!
//! Layout of a sealed value: version (1 byte, `1`), key id (4 bytes), nonce (12 bytes), ciphertext, tag (16 bytes).

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::secret::{equal_in_constant_time, hexadecimal, random_bytes};

const VERSION: u8 = 1;
const KEY_LENGTH: usize = 32;
const KEY_ID_LENGTH: usize = 4;
const NONCE_LENGTH: usize = 12;
const HEAD_LENGTH: usize = 1 + KEY_ID_LENGTH + NONCE_LENGTH;
/// How a line of the key file begins.
const LINE_PREFIX: &str = "labelkeep-key-1:";
/// More keys than any rotation leaves behind; a bound for a file that is something else.
const MAX_KEYS: usize = 64;

/// Where a sealed value is stored. It opens at the same place only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The organization's id; `0` for what belongs to the installation.
    pub organization: i64,
    /// The table's name.
    pub table: &'a str,
    /// The column's name.
    pub column: &'a str,
    /// The row's primary key, as text.
    pub row: &'a str,
}

impl Place<'_> {
    /// Each part with its length before it: no two places give the same bytes.
    fn authenticated(&self) -> Vec<u8> {
        let organization = self.organization.to_be_bytes();
        let parts: [&[u8]; 4] = [
            &organization,
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.row.as_bytes(),
        ];
        let mut bytes = b"labelkeep sealed value 1".to_vec();
        for part in parts {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }
}

/// Why a sealed value does not open. It tells an operator what to do, and an attacker nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenError {
    /// Too short, or made by a newer program.
    #[error("the sealed value has an unknown form")]
    Malformed,
    /// The master key that sealed it is not in the key file.
    #[error("the value was sealed with master key {id}, which the key file does not hold; restore that key")]
    UnknownKey { id: String },
    /// Damaged, or stored elsewhere than where it was sealed.
    #[error("the sealed value is damaged or belongs to another place")]
    Refused,
}

/// Why a key file cannot be read. The text never repeats what the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyFileError {
    /// No key at all.
    #[error("the key file holds no key")]
    Empty,
    /// A line of another form.
    #[error("line {line} of the key file is not a key: expected `{LINE_PREFIX}` and 44 characters of base64")]
    Line { line: usize },
    /// The same key again.
    #[error("line {line} of the key file repeats a key")]
    Repeated { line: usize },
    /// A file that is something else.
    #[error("the key file holds more than {MAX_KEYS} keys")]
    TooMany,
}

/// The master keys of an installation: the newest seals, all open. Cheap to clone; clones are one ring, so that a rotation reaches
/// all who hold it.
#[derive(Clone)]
pub struct KeyRing {
    keys: Arc<RwLock<Arc<[MasterKey]>>>,
}

#[derive(Clone)]
struct MasterKey {
    id: [u8; KEY_ID_LENGTH],
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
}

impl KeyRing {
    /// A ring with one new random key.
    pub fn generate() -> Self {
        KeyRing::of([MasterKey::new(Zeroizing::new(random_bytes()))].into())
    }

    fn of(keys: Arc<[MasterKey]>) -> Self {
        KeyRing {
            keys: Arc::new(RwLock::new(keys)),
        }
    }

    /// The keys of this moment.
    fn now(&self) -> Arc<[MasterKey]> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the keys of another ring, for all clones of this one.
    pub fn take(&self, other: &KeyRing) {
        let keys = other.now();
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Reads the content of a key file, newest key first. Empty lines and lines that begin with `#` are skipped.
    ///
    /// # Errors
    /// When a line is not a key, or there is none.
    pub fn from_file_content(content: &str) -> Result<Self, KeyFileError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (index, text) in content.lines().enumerate() {
            let (line, text) = (index + 1, text.trim());
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let key = MasterKey::from_line(text).ok_or(KeyFileError::Line { line })?;
            if keys.iter().any(|other| other.id == key.id) {
                return Err(KeyFileError::Repeated { line });
            }
            keys.push(key);
            if keys.len() > MAX_KEYS {
                return Err(KeyFileError::TooMany);
            }
        }
        if keys.is_empty() {
            return Err(KeyFileError::Empty);
        }
        Ok(KeyRing::of(keys.into()))
    }

    /// The content of the key file, to be written with mode 0600.
    pub fn to_file_content(&self) -> Zeroizing<String> {
        let mut content = Zeroizing::new(String::from(
            "# Master keys of this installation, newest first. Without them sealed values in the database are lost:\n\
             # keep a copy apart from the database, and let nobody read it.\n",
        ));
        for key in self.now().iter() {
            let encoded = Zeroizing::new(STANDARD.encode(*key.bytes));
            content.push_str(LINE_PREFIX);
            content.push_str(&encoded);
            content.push('\n');
        }
        content
    }

    /// The ring with a new random key in front; the others go on opening what they sealed.
    pub fn with_new_key(&self) -> Self {
        let new = MasterKey::new(Zeroizing::new(random_bytes()));
        KeyRing::of(std::iter::once(new).chain(self.now().iter().cloned()).collect())
    }

    /// The ring with its first key at the end: it opens already, and seals nothing yet. So a key is made known to all who serve
    /// before anybody seals with it.
    pub fn with_first_at_the_end(&self) -> Self {
        let mut keys = self.now().to_vec();
        keys.rotate_left(1);
        KeyRing::of(keys.into())
    }

    /// The ring without the keys that `keep` does not want by their id; the one that seals always stays.
    pub fn without(&self, keep: impl Fn(&str) -> bool) -> Self {
        let keys = self.now();
        let kept = keys
            .iter()
            .enumerate()
            .filter(|(index, key)| *index == 0 || keep(&hexadecimal(&key.id)));
        KeyRing::of(kept.map(|(_, key)| key.clone()).collect())
    }

    /// The ids of all keys, the one that seals first.
    pub fn ids(&self) -> Vec<String> {
        self.now().iter().map(|key| hexadecimal(&key.id)).collect()
    }

    /// The id of the key that made a sealed value; none when the value has another form.
    pub fn id_of(sealed: &[u8]) -> Option<String> {
        let (version, rest) = sealed.split_first()?;
        (*version == VERSION).then(|| rest.get(..KEY_ID_LENGTH).map(hexadecimal))?
    }

    /// The id of the key that seals, 8 hexadecimal characters. Ids are no secret.
    pub fn current_id(&self) -> String {
        hexadecimal(&self.current().id)
    }

    /// Whether a sealed value was made with the newest key; if not, a rotation has to seal it again.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.first() == Some(&VERSION) && sealed.get(1..=KEY_ID_LENGTH) == Some(&self.current().id[..])
    }

    /// Seals a secret for one place, with the newest key. The answer is 33 bytes longer than the secret.
    pub fn seal(&self, place: Place<'_>, secret: &[u8]) -> Vec<u8> {
        self.sealed(&self.current(), random_bytes(), place, secret)
    }

    /// The same, but the same secret gives the same bytes as long as the key is the same: for links whose content browsers keep.
    /// Who has two of them sees whether they are equal, and nothing else (RFC 8452 §9).
    pub fn seal_alike(&self, place: Place<'_>, secret: &[u8]) -> Vec<u8> {
        let key = self.current();
        let mut nonce = [0; NONCE_LENGTH];
        derive(
            &key.bytes,
            &[b"labelkeep nonce ", &place.authenticated(), secret],
            &mut nonce,
        );
        self.sealed(&key, nonce, place, secret)
    }

    fn sealed(&self, key: &MasterKey, nonce: [u8; NONCE_LENGTH], place: Place<'_>, secret: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(HEAD_LENGTH + secret.len() + 16);
        sealed.push(VERSION);
        sealed.extend(key.id);
        sealed.extend(nonce);
        let payload = Payload {
            msg: secret,
            aad: &place.authenticated(),
        };
        let ciphertext = key
            .cipher(place.organization)
            .encrypt(&Nonce::from(nonce), payload)
            .expect("only a secret of 64 GiB or more is too long for this cipher");
        sealed.extend(ciphertext);
        sealed
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// When it was sealed for another place or with a key that the ring does not hold, or has been changed.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (head, ciphertext) = sealed.split_at_checked(HEAD_LENGTH).ok_or(OpenError::Malformed)?;
        if head[0] != VERSION {
            return Err(OpenError::Malformed);
        }
        let (id, nonce) = head[1..].split_at(KEY_ID_LENGTH);
        let keys = self.now();
        let key = keys
            .iter()
            .find(|key| equal_in_constant_time(&key.id, id))
            .ok_or_else(|| OpenError::UnknownKey { id: hexadecimal(id) })?;
        let nonce = Nonce::try_from(nonce).map_err(|_| OpenError::Malformed)?;
        let payload = Payload {
            msg: ciphertext,
            aad: &place.authenticated(),
        };
        let opened = key
            .cipher(place.organization)
            .decrypt(&nonce, payload)
            .map_err(|_| OpenError::Refused)?;
        Ok(Zeroizing::new(opened))
    }

    fn current(&self) -> MasterKey {
        self.now()[0].clone()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.ids();
        formatter
            .debug_struct("KeyRing")
            .field("ids", &ids)
            .finish_non_exhaustive()
    }
}

impl MasterKey {
    fn new(bytes: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        let mut id = [0; KEY_ID_LENGTH];
        derive(&bytes, &[b"labelkeep key id"], &mut id);
        MasterKey { id, bytes }
    }

    fn from_line(line: &str) -> Option<Self> {
        let decoded = Zeroizing::new(STANDARD.decode(line.strip_prefix(LINE_PREFIX)?).ok()?);
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        if decoded.len() != KEY_LENGTH {
            return None;
        }
        bytes.copy_from_slice(&decoded);
        Some(MasterKey::new(bytes))
    }

    /// One key an organization: what one of them could learn about its own is of no use elsewhere.
    fn cipher(&self, organization: i64) -> Aes256GcmSiv {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        derive(
            &self.bytes,
            &[b"labelkeep sealing ", &organization.to_be_bytes()],
            &mut *key,
        );
        Aes256GcmSiv::new(&(*key).into())
    }
}

fn derive(key: &[u8; KEY_LENGTH], label: &[&[u8]], output: &mut [u8]) {
    Hkdf::<Sha256>::new(None, key)
        .expand_multi_info(label, output)
        .expect("HKDF-SHA256 gives up to 8160 bytes, and at most 32 are asked for");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: Place<'_> = Place {
        organization: 1,
        table: "organization",
        column: "invite_link",
        row: "1",
    };

    #[test]
    fn what_is_sealed_alike_is_the_same_and_opens_only_in_its_place() {
        let ring = KeyRing::generate();
        let sealed = ring.seal_alike(PLACE, b"a link");
        assert_eq!(sealed, ring.seal_alike(PLACE, b"a link"));
        assert_ne!(sealed, ring.seal_alike(PLACE, b"another"));
        assert_eq!(*ring.open(PLACE, &sealed).expect("ours"), b"a link");
        let elsewhere = Place { row: "2", ..PLACE };
        assert!(ring.open(elsewhere, &sealed).is_err());
        assert_ne!(sealed, ring.seal_alike(elsewhere, b"a link"));
    }

    #[test]
    fn sec_198_what_is_sealed_opens_and_hides_the_secret() {
        let ring = KeyRing::generate();
        let sealed = ring.seal(PLACE, b"marked secret");
        assert_eq!(sealed.len(), 13 + 33);
        assert!(!sealed.windows(6).any(|window| window == b"marked"));
        assert_eq!(ring.open(PLACE, &sealed).unwrap().as_slice(), b"marked secret");
        assert_ne!(
            ring.seal(PLACE, b"marked secret"),
            sealed,
            "equal secrets look different"
        );
    }

    #[test]
    fn sec_199_a_value_copied_elsewhere_does_not_open() {
        let ring = KeyRing::generate();
        let sealed = ring.seal(PLACE, b"secret");
        for other in [
            Place {
                organization: 2,
                ..PLACE
            },
            Place {
                table: "project",
                ..PLACE
            },
            Place {
                column: "invite_hash",
                ..PLACE
            },
            Place { row: "2", ..PLACE },
            // The same letters, cut elsewhere.
            Place {
                table: "organizationi",
                column: "nvite_link",
                ..PLACE
            },
        ] {
            assert_eq!(ring.open(other, &sealed), Err(OpenError::Refused), "{other:?}");
        }
    }

    #[test]
    fn sec_201_old_keys_open_until_they_are_gone() {
        let old = KeyRing::generate();
        let sealed = old.seal(PLACE, b"secret");
        let both = old.with_new_key();
        assert_ne!(both.current_id(), old.current_id());
        assert_eq!(both.open(PLACE, &sealed).unwrap().as_slice(), b"secret");
        assert!(old.is_current(&sealed) && !both.is_current(&sealed));
        let again = both.seal(PLACE, b"secret");
        assert!(both.is_current(&again));
        assert_eq!(
            old.open(PLACE, &again),
            Err(OpenError::UnknownKey { id: both.current_id() })
        );
    }

    #[test]
    fn sec_201_a_rotation_reaches_all_who_hold_the_ring() {
        let ring = KeyRing::generate();
        let clone = ring.clone();
        let sealed = clone.seal(PLACE, b"secret");
        let rotated = ring.with_new_key();
        // First it is known, and seals nothing.
        let known = rotated.with_first_at_the_end();
        assert_eq!(known.current_id(), ring.current_id());
        let ahead = rotated.seal(PLACE, b"new");
        ring.take(&known);
        assert_eq!(clone.open(PLACE, &ahead).unwrap().as_slice(), b"new");
        ring.take(&rotated);
        assert!(!clone.is_current(&sealed) && clone.is_current(&clone.seal(PLACE, b"x")));
        assert_eq!(KeyRing::id_of(&sealed), Some(rotated.ids()[1].clone()));
        assert_eq!(KeyRing::id_of(b""), None);
        // Then the old one goes.
        let old = rotated.ids()[1].clone();
        let retired = rotated.without(|id| id != old);
        assert_eq!(retired.ids(), [rotated.current_id()]);
        assert_eq!(
            rotated.without(|_| false).ids(),
            [rotated.current_id()],
            "the one that seals stays"
        );
        assert_eq!(retired.open(PLACE, &sealed), Err(OpenError::UnknownKey { id: old }));
    }

    #[test]
    fn key_file_is_read_as_written() {
        let ring = KeyRing::generate().with_new_key();
        let sealed = ring.seal(PLACE, b"secret");
        let read = KeyRing::from_file_content(&ring.to_file_content()).unwrap();
        assert_eq!(read.current_id(), ring.current_id());
        assert_eq!(read.open(PLACE, &sealed).unwrap().as_slice(), b"secret");
    }

    #[test]
    fn bad_key_files_are_refused_by_line_without_showing_it() {
        let key = KeyRing::generate().to_file_content();
        let line = key.lines().last().unwrap();
        let read = |content: &str| KeyRing::from_file_content(content).map(|_| ());
        assert_eq!(read(""), Err(KeyFileError::Empty));
        assert_eq!(read("# only words\n"), Err(KeyFileError::Empty));
        assert_eq!(
            read(&format!("{line}\n{line}\n")),
            Err(KeyFileError::Repeated { line: 2 })
        );
        assert_eq!(
            read(&format!("{line}\nlabelkeep-key-1:AAAA\n")),
            Err(KeyFileError::Line { line: 2 })
        );
        let error = read("password: marked").unwrap_err();
        assert_eq!(error, KeyFileError::Line { line: 1 });
        assert!(!error.to_string().contains("marked"));
    }

    #[test]
    fn sec_204_debug_output_shows_ids_only() {
        let ring = KeyRing::generate();
        let encoded = STANDARD.encode(*ring.current().bytes);
        let shown = format!("{ring:?}");
        assert!(shown.contains(&ring.current_id()) && !shown.contains(&encoded));
    }

    proptest! {
        #[test]
        fn any_change_is_noticed(secret in proptest::collection::vec(any::<u8>(), 0..64), at in any::<usize>(), bit in 0..8u8) {
            let ring = KeyRing::generate();
            let mut sealed = ring.seal(PLACE, &secret);
            let opened = ring.open(PLACE, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), secret.as_slice());
            let at = at % sealed.len();
            sealed[at] ^= 1 << bit;
            prop_assert!(ring.open(PLACE, &sealed).is_err());
        }

        #[test]
        fn garbage_does_not_open(sealed in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(KeyRing::generate().open(PLACE, &sealed).is_err());
        }
    }
}
