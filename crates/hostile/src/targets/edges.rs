//! What comes over the network and is taken apart by our own code.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use renkei_api::agent::AgentFile;
use renkei_api::card::{Base, ByteOrder, IdForm, normalise};
use renkei_api::reader::wire::{FromAgent, ToAgent, identify_bytes, is_signed_by};
use renkei_net::{RootHints, redirect_to, without_claims};
use renkei_participation::{CardId, CardKind};
use renkei_web::pages::covered::local_path;
use renkei_web::pages::source::from_records::SourceAddress;
use renkei_web::security::is_of_this_host;
use renkei_web::visitor::cookie;

/// The reader agent's settings file.
pub fn agent_settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = toml::from_str::<AgentFile>(text);
}

/// The listener's own look at a certificate, before anybody judges it.
pub fn presented_certificate(bytes: &[u8]) {
    let _ = RootHints::from_certificates([bytes]);
    let _ = RootHints::from_pem([bytes]);
}

/// The agents' messages in both directions: what is understood is written back the same, and no byte of a message
/// signs another.
pub fn reader_wire(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(message) = serde_json::from_str::<FromAgent>(text) {
        let again = serde_json::to_string(&message).unwrap();
        assert!(serde_json::from_str::<FromAgent>(&again).unwrap() == message);
        if let FromAgent::Card(card) = message {
            let signed = card.signed_bytes("renkei.example");
            assert!(!is_signed_by(&[9; 32], &signed, &card.signature));
            assert_ne!(signed, identify_bytes("renkei.example", &card.nonce, card.reader, &card.kind));
            let _ = (card.agent_time(), normalise(&card.kind, &card.id, &IdForm::default()));
        }
    }
    if let Ok(message) = serde_json::from_str::<ToAgent>(text) {
        let again = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<ToAgent>(&again).unwrap(), message);
    }
}

/// The first bytes choose how a reader writes; whatever is taken has one normal form.
pub fn card_number(bytes: &[u8]) {
    let [kind, base, flags, separator, text @ ..] = bytes else { return };
    let text = String::from_utf8_lossy(text);
    let form = IdForm {
        base: if base % 2 == 0 { Base::Hexadecimal } else { Base::Decimal { bytes: usize::from(base / 2) } },
        order: if flags & 1 == 0 { ByteOrder::AsOnCard } else { ByteOrder::Reversed },
        separator: (flags & 2 != 0).then_some(char::from(*separator)),
        ends_with_enter: flags & 4 != 0,
    };
    let kind = CardKind::ALL[usize::from(*kind) % CardKind::ALL.len()];
    if let Ok(card) = normalise(kind.code(), &text, &form) {
        assert_eq!(CardId::parse(&card.normal_form()).unwrap(), card);
    }
    if let Ok(card) = CardId::parse(&text) {
        assert_eq!(CardId::parse(&card.normal_form()).unwrap(), card);
        assert!(!format!("{card:?}").contains(&card.normal_form()), "a debug text holds the whole number");
    }
}

/// Lines `name: value` of a request's head and, after an empty line, an address: what is asked of them here.
pub fn request_parts(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (head, address) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut headers = HeaderMap::new();
    for (name, value) in head.lines().take(200).filter_map(|line| line.split_once(':')) {
        let (Ok(name), Ok(value)) = (name.trim().parse::<HeaderName>(), HeaderValue::from_str(value.trim())) else {
            continue;
        };
        headers.append(name, value);
    }
    for name in ["__Host-renkei", "__Host-renkei-language", ""] {
        let found = cookie(&headers, name);
        assert!(found.is_none_or(|value| !value.contains(';')));
    }
    without_claims(&mut headers);
    assert!(headers.keys().all(|name| !name.as_str().starts_with("x-forwarded-") && name != "forwarded"));
    let back = local_path(address);
    assert!(back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\r', '\n']), "{back:?}");
    let mut parts = address.split('/');
    let mut next = || parts.next().unwrap_or_default();
    let _ = SourceAddress::read(next(), next(), next());
    if let Ok(uri) = address.parse::<Uri>() {
        let _ = is_of_this_host(&headers, &uri);
        if let Some(place) = redirect_to("renkei.example:8443", &uri) {
            assert!(place.as_bytes().starts_with(b"https://renkei.example:8443/"), "a caller chose the place");
        }
    }
}
