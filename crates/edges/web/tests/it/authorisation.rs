//! Every route × every role × with and without permission, compared with a committed table.
//!
//! The routes come from the routers themselves: a route or method that the table does not know fails, and so does a line
//! of the table that no request meets. The table (`authorisation.tsv`) is read from above; the first line that fits
//! counts, and each line says why.

use crate::browser::{Answer, Browser};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use renkei_kernel::GrantId;
use renkei_net::zone::{ZoneDenials, ZoneDenied, guarded};
use renkei_net::{ConnectionFacts, Entrance};
use renkei_participation::Role;
use renkei_testkit::{Lab, World, tokyo};
use renkei_testpki::{Authority, Issued, Level, Profile, RevocationReason};
use renkei_web::WebSettings;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

const TABLE: &str = include_str!("authorisation.tsv");
const METHODS: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS];
const MINATO: [u8; 4] = [10, 17, 2, 7];
const AOBA: [u8; 4] = [10, 17, 1, 7];

/// Paths of a router and the methods each serves, as the router itself says.
fn routes(router: &Router) -> BTreeMap<String, BTreeSet<String>> {
    let text = format!("{router:?}");
    let (handlers, rest) = text.split_once("node: Node { paths: {").expect("the router's paths");
    let paths = rest.split_once('}').map_or("", |_| rest);
    let mut found = BTreeMap::new();
    for piece in paths.split("RouteId(").skip(1) {
        let Some((number, rest)) = piece.split_once("): \"") else { break };
        let path = rest.split('"').next().unwrap().to_owned();
        if path.starts_with("/__private__axum") || !path.starts_with('/') {
            continue;
        }
        let handler = handlers.split_once(&format!("RouteId({number}): ")).expect("its handler").1;
        let handler = handler.split("RouteId(").next().unwrap();
        let methods = METHODS
            .iter()
            .filter(|method| {
                let name = method.as_str().to_lowercase();
                !handler.contains(&format!("{name}: None")) && handler.contains(&format!("{name}: "))
            })
            .map(ToString::to_string)
            .collect();
        found.insert(path, methods);
    }
    found
}

struct Line {
    number: usize,
    entrance: String,
    route: String,
    method: String,
    who: String,
    answer: String,
}

fn table() -> Vec<Line> {
    TABLE
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 6, "line {} has six columns", number + 1);
            assert!(!cells[5].trim().is_empty(), "line {} says why", number + 1);
            let cell = |at: usize| cells[at].to_owned();
            Line {
                number: number + 1,
                entrance: cell(0),
                route: cell(1),
                method: cell(2),
                who: cell(3),
                answer: cell(4),
            }
        })
        .collect()
}

/// `*`, a whole word, several words with `|`, or the beginning of a word with a star behind it.
fn fits(pattern: &str, word: &str) -> bool {
    pattern.split('|').any(|part| match part.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => part == word,
    })
}

/// The table's lines for the requests that were made; complains of what differs and of lines that nothing met.
struct Compared {
    table: Vec<Line>,
    met: BTreeSet<usize>,
    wrong: Vec<String>,
    requests: usize,
}

impl Compared {
    fn with(entrance: &str) -> Self {
        let table = table().into_iter().filter(|line| line.entrance == entrance).collect();
        Self { table, met: BTreeSet::new(), wrong: Vec::new(), requests: 0 }
    }
    fn one(&mut self, route: &str, method: &str, who: &str, got: &str) {
        self.requests += 1;
        let line = self.table.iter().find(|line| {
            (line.route == "*" || line.route == route) && fits(&line.method, method) && fits(&line.who, who)
        });
        match line {
            None => self.wrong.push(format!("{method} {route} by {who}: {got}, no line of the table")),
            Some(line) => {
                self.met.insert(line.number);
                if line.answer != got {
                    self.wrong
                        .push(format!("{method} {route} by {who}: {got}, line {} says {}", line.number, line.answer));
                }
            }
        }
    }
    /// Each route and method of the router is named by a line of its own, and the other way round.
    fn knows(&mut self, routes: &BTreeMap<String, BTreeSet<String>>) {
        let served = routes.iter().flat_map(|(path, methods)| methods.iter().map(move |m| (path.clone(), m.clone())));
        let named: BTreeSet<(String, String)> = self
            .table
            .iter()
            .filter(|line| line.route != "*" && line.answer != "405")
            .flat_map(|line| line.method.split('|').map(|method| (line.route.clone(), method.to_owned())))
            .collect();
        let served: BTreeSet<_> = served.collect();
        let without_head = |set: &BTreeSet<(String, String)>| -> BTreeSet<_> {
            set.iter().filter(|(_, method)| method != "HEAD").cloned().collect()
        };
        for unknown in without_head(&served).difference(&named) {
            self.wrong.push(format!("{unknown:?} is served and not in the table"));
        }
        for gone in without_head(&named).difference(&served) {
            self.wrong.push(format!("{gone:?} is in the table and not served"));
        }
    }
    fn done(mut self, at_least: usize) {
        for line in self.table.iter().filter(|line| !self.met.contains(&line.number)) {
            self.wrong.push(format!("line {} of the table was met by no request", line.number));
        }
        assert!(self.wrong.is_empty(), "{} differences:\n{}", self.wrong.len(), self.wrong.join("\n"));
        assert!(self.requests > at_least, "{} requests only", self.requests);
    }
}

/// What an actor holds of the patient.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Nothing,
    Visit,
    ClosedVisit,
    OtherInstitutionsVisit,
    /// A card of a patient whose consent stops at the border.
    OtherRegionsCard,
}

struct Actor {
    name: String,
    chain: Option<Vec<Vec<u8>>>,
    line: [u8; 4],
    holds: Holds,
    sends_token: bool,
}

impl Actor {
    fn new(name: &str, certificate: Option<&Issued>) -> Self {
        let chain = certificate.map(Issued::presented);
        Self { name: name.to_owned(), chain, line: MINATO, holds: Holds::Nothing, sends_token: true }
    }
    fn from(mut self, line: [u8; 4]) -> Self {
        self.line = line;
        self
    }
    fn holding(mut self, holds: Holds) -> Self {
        self.holds = holds;
        self
    }
}

const PROFESSIONS: [(&str, &str, Level); 5] = [
    ("doctor", "Medical Doctor", Level::Production),
    ("dentist", "Dentist", Level::Test),
    ("pharmacist", "Pharmacist", Level::Production),
    ("nurse", "General Nurse", Level::Test),
    ("dietitian", "National Registered Dietitian", Level::Test),
];

fn person_row(key: &str, serial: &str, issuer: &str, role: &str) -> String {
    format!(
        "[[person]]\nkey = \"{key}\"\nfamily = \"役\"\ngiven = \"者\"\nfamily_kana = \"ヤク\"\ngiven_kana = \"シャ\"\nfrom = 2014-04-01\n\
         [[affiliation]]\nkey = \"{key}@minato\"\nperson = \"{key}\"\ninstitution = \"minato\"\nrole = \"{role}\"\nfrom = 2014-04-01\n\
         [[certificate]]\nkey = \"{key}-card\"\nperson = \"{key}\"\nissuer = \"{issuer}\"\nsubject_serial = \"{serial}\"\nfrom = 2014-04-01\n"
    )
}

/// Everybody there is, in the register or not, each with a true card.
async fn everybody(world: &World) -> Vec<Actor> {
    let issuer = world.pki.authority(Authority::PersonAuth).unwrap().fingerprint();
    let organisation = world.pki.authority(Authority::OrganisationAuth).unwrap().fingerprint();
    let person = |serial: &str, role: &str, level| {
        world.pki.issue(&Profile::person("Yaku Sha", serial, &[role], level)).unwrap()
    };
    let mut register = String::new();
    let mut actors = vec![Actor::new("nobody", None)];
    for (role, text, level) in PROFESSIONS {
        let serial = format!("WALK-{role}");
        register.push_str(&person_row(&format!("walk-{role}"), &serial, &issuer, role));
        let card = person(&serial, text, level);
        actors.push(Actor::new(role, Some(&card)));
        actors.push(Actor::new(&format!("{role}+visit"), Some(&card)).holding(Holds::Visit));
        if role == "doctor" {
            actors.push(Actor::new("doctor+closed", Some(&card)).holding(Holds::ClosedVisit));
            actors.push(Actor::new("doctor+foreign", Some(&card)).holding(Holds::OtherInstitutionsVisit));
            actors.push(Actor::new("doctor+other-region", Some(&card)).holding(Holds::OtherRegionsCard));
            let without = Actor::new("doctor+visit-no-token", Some(&card)).holding(Holds::Visit);
            actors.push(Actor { sends_token: false, ..without });
            actors.push(Actor::new("out:other-line", Some(&card)).from(AOBA));
            actors.push(Actor::new("out:line-of-nobody", Some(&card)).from([203, 0, 113, 9]));
        }
    }
    register.push_str(&person_row("walk-auxiliary", "WALK-auxiliary", &organisation, "auxiliary"));
    let card = world.pki.issue(&Profile::organisation("MINATO", "WALK-auxiliary")).unwrap();
    actors.push(Actor::new("auxiliary", Some(&card)));
    actors.push(Actor::new("auxiliary+visit", Some(&card)).holding(Holds::Visit));
    // Operations, governance, the patient's side: a true doctor's card proves a qualification and gives no post.
    for role in Role::ALL.iter().filter(|role| !role.is_professional()) {
        let (key, serial) = (format!("walk-{}", role.code().replace('_', "-")), format!("WALK-{}", role.number()));
        register.push_str(&person_row(&key, &serial, &issuer, role.code()));
        let card = person(&serial, "Medical Doctor", Level::Production);
        actors.push(Actor::new(&format!("role:{}", role.code()), Some(&card)));
    }
    for (key, card) in [("ended", "Medical Doctor"), ("revoked", "Medical Doctor"), ("mismatch", "Pharmacist")] {
        register.push_str(&person_row(&format!("walk-{key}"), &format!("WALK-{key}"), &issuer, "doctor"));
        let card = person(&format!("WALK-{key}"), card, Level::Production);
        if key == "revoked" {
            world.pki.revoke(&card, RevocationReason::KeyCompromise);
        }
        actors.push(Actor::new(&format!("out:{key}"), Some(&card)));
    }
    world.load(&register).await;
    world.clock.advance_seconds(1);
    world.load("[[end]]\nof = \"walk-ended@minato\"\n").await;
    let trust = world.folder.path().join("trust");
    world.pki.write_lists(&trust, world.house.now()).unwrap();
    world.house.set_trust(world.house.trust().reload(&trust, world.house.now()).unwrap());

    let doctor = |profile: Profile| world.pki.issue(&profile).unwrap();
    let old = Profile::person("Yaku Sha", "WALK-doctor", &["Medical Doctor"], Level::Production)
        .valid(tokyo("2020-01-01T00:00"), tokyo("2024-12-31T23:59:59"));
    let coming = Profile::person("Yaku Sha", "WALK-doctor", &["Medical Doctor"], Level::Production)
        .valid(tokyo("2027-01-01T00:00"), tokyo("2029-12-31T23:59:59"));
    let signing = Profile::signing("Yaku Sha", "WALK-doctor", &["Medical Doctor"], Level::Production);
    let test = Profile::person("Yaku Sha", "WALK-doctor", &["Medical Doctor"], Level::Test);
    let copied = Profile::person("Yaku Sha", "WALK-doctor", &["Medical Doctor"], Level::Production)
        .by(Authority::CopyCatPersonAuth);
    let stranger = Profile::person("Yaku Sha", "WALK-stranger", &["Medical Doctor"], Level::Production);
    for (name, profile) in [
        ("expired", old),
        ("not-yet", coming),
        ("signing-card", signing),
        ("test-card", test),
        ("copied-authority", copied),
        ("stranger", stranger),
        ("staff-card", Profile::staff("Yaku Sha", "WALK-doctor")),
        ("machine-card", Profile::machine("yaku", "WALK-doctor")),
    ] {
        actors.push(Actor::new(&format!("out:{name}"), Some(&doctor(profile))));
    }
    actors
}

async fn with_a_record(world: &World) {
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let file = Lab::hba1c("0000123", "20261001", 1, "7.8").arrived();
    let counts = world.house.receive_patient(&import, "0000123", vec![file]).await.unwrap();
    world.house.import_end(&import, counts).await.unwrap();
}

/// Ids that the actor can put into addresses.
struct Ground {
    grant: String,
    read: String,
    reader: String,
    source: String,
    token: String,
}

impl Ground {
    fn address(&self, route: &str) -> String {
        route
            .replace("/source/{message}/{entry}/{place}", &self.source)
            .replace("{grant}", &self.grant)
            .replace("{read}", &self.read)
            .replace("{tab}", "laboratory")
            .replace("{*name}", "base.css")
    }
}

async fn ground(world: &World, browser: &mut Browser, actor: &Actor, source: &str) -> Ground {
    let never: GrantId = world.house.ids().next();
    let mut ground = Ground {
        grant: never.to_string(),
        read: never.to_string(),
        reader: world.reader("minato-reception").await.to_string(),
        source: source.to_owned(),
        token: String::new(),
    };
    let start = browser.get("/").await;
    if start.status != StatusCode::OK {
        return ground;
    }
    if actor.sends_token {
        ground.token = start.token();
    }
    let mut touched = |answer: Answer| {
        let grant = answer.location().strip_prefix("/visits/").unwrap_or_else(|| panic!("{}", answer.body));
        ground.grant = grant.to_owned();
    };
    match actor.holds {
        Holds::Nothing => {}
        Holds::Visit => touched(browser.touch(world, "hana").await),
        Holds::ClosedVisit => {
            touched(browser.touch(world, "hana").await);
            let token = browser.get("/").await.token();
            let address = format!("/visits/{}/close", ground.grant);
            let closed = browser.post(&address, &format!("csrf={token}"), "https://renkei.test").await;
            assert_eq!(closed.status, StatusCode::SEE_OTHER);
        }
        Holds::OtherInstitutionsVisit => {
            let mut other = Browser::of(world, Some("dr-aoba"));
            touched(other.touch(world, "hana").await);
        }
        Holds::OtherRegionsCard => {
            assert_eq!(browser.touch(world, "kiyo").await.status, StatusCode::FORBIDDEN);
        }
    }
    ground
}

/// `200`, or `303 /read/…` with ids taken out.
fn word(answer: &Answer, ground: &Ground) -> String {
    let location = answer.location().replace(&ground.grant, "{grant}");
    let location = match location.strip_prefix("/read/") {
        Some(_) => "/read/{read}".to_owned(),
        None => location,
    };
    format!("{} {location}", answer.status.as_u16()).trim().to_owned()
}

/// R-X-21: every address of the professional entrance, by everybody, with and without permission.
#[tokio::test]
async fn every_route_answers_every_role_as_the_table_says() {
    let world = World::new().await;
    with_a_record(&world).await;
    let mut compared = Compared::with("professional");
    let served = routes(&renkei_web::professional(world.house.clone(), WebSettings::default()).unwrap());
    compared.knows(&served);
    let actors = everybody(&world).await;
    // A true address of a value, so that only the permission decides.
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    let page = doctor.get(&visit).await;
    let source = page.body.split("href=\"").find_map(|rest| rest.split('"').next()?.split_once("/source/")).unwrap().1;
    let source = format!("/source/{source}");
    let closed = doctor.post(&format!("{visit}/close"), &format!("csrf={}", page.token()), "https://renkei.test").await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER);

    // What ends a visit or a session comes last.
    let mut order: Vec<&String> = served.keys().collect();
    order.sort_by_key(|path| (path.contains("sign-out"), path.contains("close"), (*path).clone()));
    for actor in &actors {
        // Refused sign-ins of one source are counted by the minute.
        world.clock.advance_seconds(61);
        let mut browser = Browser::of(&world, None);
        browser.chain.clone_from(&actor.chain);
        browser.address = SocketAddr::new(IpAddr::from(actor.line), 50_000);
        // A visit serves the whole institution: what the one before left open would be seen.
        let own = world.sign_in("dr-minato").await;
        for visit in world.house.start_page(&own).await.unwrap().visits {
            world.house.close_visit(&own, visit.grant).await.unwrap();
        }
        let ground = ground(&world, &mut browser, actor, &source).await;
        for route in &order {
            for method in &METHODS {
                let form = format!("csrf={}&reader={}&language=ja&back=/", ground.token, ground.reader);
                let request = Request::builder()
                    .method(method.clone())
                    .uri(ground.address(route))
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .header(header::ORIGIN, "https://renkei.test");
                let answer = browser.send(request, form).await;
                let shows = |words: &[&str]| words.iter().any(|word| answer.body.contains(word));
                let may = actor.name.contains("+visit");
                assert!(may || !shows(&["佐倉", "HbA1c", "7.8"]), "{method} {route} shows a patient to {}", actor.name);
                let may = may && !actor.name.starts_with("auxiliary");
                assert!(
                    may || !shows(&["HbA1c", "7.8", "すべての地域"]),
                    "{method} {route} shows a value to {}",
                    actor.name
                );
                compared.one(route, method.as_str(), &actor.name, &word(&answer, &ground));
            }
        }
    }
    compared.done(3_000);
}

#[derive(Default)]
struct Counted(Mutex<u64>);

impl ZoneDenials for Counted {
    fn denied(&self, event: ZoneDenied) -> futures::future::BoxFuture<'_, ()> {
        *self.0.lock().unwrap() += event.attempts;
        Box::pin(async {})
    }
}

/// R-6.5.2-イ: the patient entrance knows no address of the professionals, whoever asks, with whatever certificate.
#[tokio::test]
async fn the_patient_entrance_answers_everybody_as_the_table_says() {
    let world = World::new().await;
    let settings = WebSettings::default();
    let mut compared = Compared::with("patient");
    let inner = renkei_web::patient(&settings).unwrap();
    let served = routes(&inner);
    compared.knows(&served);
    let not_found = settings.clone();
    let denials = Arc::new(Counted::default());
    let router = guarded(
        inner,
        renkei_web::PROFESSIONAL_ADDRESSES,
        Arc::new(move || renkei_web::patient_not_found(&not_found)),
        denials.clone(),
        world.clock.clone(),
    );
    let professional = routes(&renkei_web::professional(world.house.clone(), WebSettings::default()).unwrap());
    let actors = everybody(&world).await;
    let mut bodies = BTreeSet::new();
    for actor in &actors {
        for route in professional.keys().chain(served.keys()).collect::<BTreeSet<_>>() {
            for method in &METHODS {
                let path = route.replace("{*name}", "base.css").replace(['{', '}'], "");
                let mut request = Request::builder().method(method.clone()).uri(path).body(Body::empty()).unwrap();
                let address = SocketAddr::new(IpAddr::from(actor.line), 50_000);
                let facts = ConnectionFacts::for_router_tests(Entrance::Patient, address, actor.chain.clone());
                request.extensions_mut().insert(facts);
                let answer = router.clone().oneshot(request).await.unwrap();
                let status = answer.status();
                let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
                if status == StatusCode::NOT_FOUND && *method != Method::HEAD {
                    bodies.insert(body);
                }
                compared.one(route, method.as_str(), &actor.name, &status.as_u16().to_string());
            }
        }
    }
    assert_eq!(bodies.len(), 1, "one and the same page for whatever is not there");
    compared.done(1_000);
    tokio::task::yield_now().await;
    assert!(*denials.0.lock().unwrap() > 0, "and the trail is told that somebody tried");
}

/// The walk is worth what its list of routes is worth: a route that is added is found.
#[test]
fn a_route_that_is_added_is_seen() {
    let more = renkei_web::patient(&WebSettings::default())
        .unwrap()
        .route("/new/{place}", axum::routing::put(|| async {}).delete(|| async {}));
    let found = routes(&more);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found["/new/{place}"].iter().map(String::as_str).collect::<Vec<_>>(), ["DELETE", "PUT"]);
    assert_eq!(found["/"].iter().map(String::as_str).collect::<Vec<_>>(), ["GET"]);
    let mut compared = Compared::with("patient");
    compared.knows(&found);
    assert_eq!(compared.wrong.len(), 2);
}
