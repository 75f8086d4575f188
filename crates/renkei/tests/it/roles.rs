//! From nothing to a sign-in as everybody of the demonstration, and the demonstration where it must not be.

use crate::process::{Running, get, renkei, run};
use axum::http::StatusCode;
use p12_keystore::KeyStore;
use renkei_net::Identity;
use renkei_net::client::{Client, ClientSettings};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn browser(folder: &Path, p12: &str, password: &str, roots: &[u8]) -> Client {
    let file = std::fs::read(folder.join(p12)).unwrap();
    let store = KeyStore::from_pkcs12(&file, password).unwrap();
    let (_, entry) = store.private_key_chain().unwrap();
    let chain = entry.chain().iter().map(|certificate| certificate.as_der().to_vec()).collect();
    let identity = Identity::from_der(chain, entry.key().to_vec()).unwrap();
    Client::new(ClientSettings::trusting(roots.to_vec()).showing(identity)).unwrap()
}

/// R-X-19: the guide's one command on a clean folder; each `.p12` file it made signs in over TLS as its profession,
/// and each example of a refusal is refused.
#[tokio::test]
async fn from_nothing_to_a_sign_in_as_each_role_of_the_demonstration() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("demo");
    let arguments = ["demo", "--no-browser", "--format", "json", "--data", folder.to_str().unwrap()];
    let demo = Running::start(renkei(&arguments).current_dir(place.path()), "complete_ms", false);
    let told: Vec<Value> = demo.said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [ready, complete] = &told[..] else { panic!("{}", demo.said) };
    assert_eq!((&ready["state"], &complete["state"]), (&"ready".into(), &"complete".into()));
    assert_eq!(
        (&ready["patients"], &ready["patients_in"], &complete["patients"]),
        (&300.into(), &4.into(), &300.into())
    );
    assert_eq!(ready["address"], complete["address"]);
    let written = crate::installation::files(&folder.join("storages")).len();
    assert_eq!(complete["files"], written, "every file of every storage was taken in or told");
    assert!(complete["entries"].as_u64().unwrap() > ready["files_in"].as_u64().unwrap());
    let places: Value = serde_json::from_slice(&std::fs::read(folder.join("places.json")).unwrap()).unwrap();
    let roots = std::fs::read(folder.join("root.pem")).unwrap();
    let address = places["professional"].as_str().unwrap().replace("https://localhost", "127.0.0.1").parse().unwrap();
    let password = places["password"].as_str().unwrap();
    let mut signed_in = BTreeSet::new();
    let mut refused = 0;
    for person in places["people"].as_array().unwrap() {
        let client = browser(&folder, person["p12"].as_str().unwrap(), password, &roots);
        let start = get(&client, address, "localhost", "/").await;
        let (key, profession) = (person["key"].as_str().unwrap(), person["profession"].as_str().unwrap());
        if person["good"] == true {
            assert_eq!(start.status, StatusCode::OK, "{key}: {}", start.body);
            assert!(start.has_session() && start.body.contains(person["name"].as_str().unwrap()), "{key}");
            signed_in.insert(profession.to_owned());
        } else {
            assert!(start.status.is_client_error() && !start.has_session(), "{key} {}", start.status);
            refused += 1;
        }
    }
    let all: Vec<&str> = signed_in.iter().map(String::as_str).collect();
    assert_eq!(all, ["auxiliary", "dentist", "dietitian", "doctor", "nurse", "pharmacist"]);
    assert!(refused > 0, "the examples of refusals are there");
    assert_eq!(demo.stop(), 0);
}

/// R-X-19: who leaves while records are still coming in, or reads nothing but the address, leaves nothing behind.
#[test]
fn a_visitor_who_leaves_early_leaves_no_folder_behind() {
    let place = tempfile::tempdir().unwrap();
    let mut early = renkei(&["demo", "--no-browser", "--format", "json"]);
    let demo = Running::start(early.current_dir(place.path()).env("TMPDIR", place.path()), "ready_ms", false);
    assert!(std::fs::read_dir(place.path()).unwrap().next().is_some(), "it has a folder while it runs");
    assert_eq!(demo.stop(), 0);
    assert!(std::fs::read_dir(place.path()).unwrap().next().is_none());
}

/// R-X-19: a demonstration is not started in an installation's folder, beside its settings, or in its shell.
#[test]
fn a_demonstration_is_refused_where_an_installation_is() {
    let place = tempfile::tempdir().unwrap();
    let home = place.path().join("own");
    assert_eq!(run(&mut renkei(&["init", home.to_str().unwrap()])).exit, 0);
    let inside = home.join("data/new");
    let within = run(&mut renkei(&["demo", "--no-browser", "--data", inside.to_str().unwrap()]));
    let beside = run(renkei(&["demo", "--no-browser"]).current_dir(&home));
    let mut shell = renkei(&["demo", "--no-browser"]);
    let shell = run(shell.current_dir(place.path()).env("RENKEI_CONFIG", home.join("renkei.toml")));
    for said in [within, beside, shell] {
        assert_eq!(said.exit, 3, "{}", said.err);
        assert!(said.err.contains("E403 production_instance") && said.out.is_empty(), "{}", said.err);
    }
    assert!(!inside.exists());
}

/// R-X-19: nothing secret comes with the program: two installations share no key and no settings file holds one.
#[test]
fn no_default_secret_survives_initialisation() {
    let place = tempfile::tempdir().unwrap();
    let made: Vec<_> = ["one", "two"]
        .map(|name| {
            let home = place.path().join(name);
            assert_eq!(run(&mut renkei(&["init", home.to_str().unwrap()])).exit, 0);
            home
        })
        .into();
    for key in ["installation.key", "trail-signing.key"] {
        let [one, two] = [&made[0], &made[1]].map(|home| std::fs::read(home.join("keys").join(key)).unwrap());
        assert_ne!(one, two, "{key}");
        assert!(one.iter().collect::<BTreeSet<_>>().len() > 8, "{key} is no pattern");
    }
    let settings = std::fs::read_to_string(made[0].join("renkei.toml")).unwrap();
    assert_eq!(settings, std::fs::read_to_string(made[1].join("renkei.toml")).unwrap());
    for word in ["password", "secret", "token", "パスワード"] {
        assert!(!settings.contains(word), "{word}");
    }
    let again = run(&mut renkei(&["init", made[0].to_str().unwrap()]));
    assert_ne!(again.exit, 0, "an installation is not made twice");
}
