//! A real directory: Debian's slapd on loopback, with certificates of an authority that the test makes.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use labelkeep_testkit::{Authority, Pair, Value, json};
use tempfile::TempDir;

const SLAPD: &str = "/usr/sbin/slapd";

/// Signs what the directories of all tests show.
pub(super) static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

/// A directory that is gone with this value.
pub(super) struct Directory {
    process: Child,
    plain: u16,
    encrypted: u16,
    _folder: TempDir,
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Directory {
    /// Starts one with two people; none where slapd is not installed (`scripts/setup ldap`).
    pub(super) async fn start() -> Option<Directory> {
        Directory::showing(&AUTHORITY.issue("localhost")).await
    }

    /// The same with this certificate.
    pub(super) async fn showing(pair: &Pair) -> Option<Directory> {
        if !Path::new(SLAPD).exists() {
            super::skipped("no directory server; run scripts/setup ldap");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let config = configure(folder.path(), pair);
        let (plain, encrypted) = (free_port(), free_port());
        let process = Command::new(SLAPD)
            .args(["-f", config.to_str().expect("a path"), "-d", "0", "-h"])
            .arg(format!("ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{encrypted}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("slapd");
        let directory = Directory {
            process,
            plain,
            encrypted,
            _folder: folder,
        };
        for _ in 0..1_000 {
            if tokio::net::TcpStream::connect(("127.0.0.1", encrypted)).await.is_ok() {
                return Some(directory);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("slapd does not answer");
    }

    /// Settings that name it.
    pub(super) fn settings(&self) -> Value {
        json!({"enabled": true, "url": format!("ldaps://localhost:{}", self.encrypted), "bind_dn": "cn=reader,dc=example",
            "bind_password": "reads people", "search_base": "ou=people,dc=example", "group_attribute": "ou"})
    }

    /// Its address without TLS from the beginning.
    pub(super) fn plain(&self) -> String {
        format!("ldap://localhost:{}", self.plain)
    }
}

fn configure(folder: &Path, pair: &Pair) -> PathBuf {
    let path = |name: &str| folder.join(name).to_str().expect("a path of text").to_owned();
    std::fs::create_dir(folder.join("data")).expect("a folder");
    let config = format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
         pidfile {}\nTLSCACertificateFile {}\nTLSCertificateFile {}\nTLSCertificateKeyFile {}\n\
         disallow bind_anon\nsecurity simple_bind=128\n\
         database mdb\nsuffix dc=example\nrootdn cn=reader,dc=example\nrootpw \"reads people\"\ndirectory {}\nmaxsize 1048576\n",
        path("pid"),
        AUTHORITY.file(),
        pair.certificate.display(),
        pair.key.display(),
        path("data"),
    );
    let person = |uid: &str, mail: &str, group: &str, password: &str| {
        format!(
            "\ndn: uid={uid},ou=people,dc=example\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: Lovelace\n\
             givenName: Ada\nmail: {mail}\nou: {group}\nuserPassword: {password}\n"
        )
    };
    let people = format!(
        "dn: dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n\
         dn: ou=people,dc=example\nobjectClass: organizationalUnit\nou: people\n{}{}{}",
        person("ada", "ada@example.com", "team", "the one of ada"),
        person("bo", "bo@example.com", "admins", "the one of bo"),
        person("owner", "owner@example.com", "admins", "the one of somebody else"),
    );
    let file = folder.join("slapd.conf");
    std::fs::write(&file, config).expect("a file");
    std::fs::write(folder.join("people.ldif"), people).expect("a file");
    let added = Command::new("/usr/sbin/slapadd")
        .args(["-q", "-f", &path("slapd.conf"), "-l", &path("people.ldif")])
        .output()
        .expect("slapadd");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    file
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
