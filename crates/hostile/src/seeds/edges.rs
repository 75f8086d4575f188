//! Messages of agents, cards as readers write them, heads of requests.

pub fn agent_settings() -> Vec<Vec<u8>> {
    let text = "reader = \"0190d6a0-0000-7000-8000-000000000002\"\nserver_name = \"renkei.example\"\naddress = \"localhost:8444\"\n\
                roots = \"roots.pem\"\nkey = \"device.key\"\n";
    vec![text.into()]
}

pub fn presented_certificate() -> Vec<Vec<u8>> {
    super::certificates::certificate()
}

pub fn reader_wire() -> Vec<Vec<u8>> {
    let id = "0190d6a0-0000-7000-8000-000000000002";
    let (nonce, signature) = ("A".repeat(43), "A".repeat(86));
    [
        format!(r#"{{"type":"hello","server":"renkei.example","nonce":"{nonce}"}}"#),
        r#"{"type":"welcome","silence_seconds":50}"#.to_owned(),
        format!(r#"{{"type":"read","read":"{id}","nonce":"{nonce}","expires":"2026-02-13T00:00:00.000000Z","seconds":60}}"#),
        format!(r#"{{"type":"cancel","read":"{id}"}}"#),
        format!(r#"{{"type":"done","read":"{id}"}}"#),
        r#"{"type":"bye","reason":"too_many"}"#.to_owned(),
        format!(r#"{{"type":"identify","reader":"{id}","version":"1","signature":"{signature}"}}"#),
        format!(
            r#"{{"type":"card","reader":"{id}","read":"{id}","means":"contactless","kind":"felica","id":"012E4CE17A3B5C6D","nonce":"{nonce}","time":"2026-02-13T00:00:00Z","signature":"{signature}"}}"#
        ),
        format!(r#"{{"type":"failed","read":"{id}","fault":"no_card"}}"#),
        r#"{"type":"removed"}"#.to_owned(),
        r#"{"type":"device","state":"card_present"}"#.to_owned(),
    ]
    .map(String::into_bytes)
    .to_vec()
}

pub fn card_number() -> Vec<Vec<u8>> {
    [
        "\0\0\0-012E4CE17A3B5C6D",
        "\0\0\u{2}-01-2E-4C-E1-7A-3B-5C-6D",
        "\0\u{11}\0-85089974268681325",
        "\0\0\u{5}-6D5C3B7AE14C2E01\r\n",
        "\0\0\0-felica:012E4CE17A3B5C6D",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

pub fn request_parts() -> Vec<Vec<u8>> {
    [
        "Host: renkei.example\nCookie: a=b; __Host-renkei=token; __Host-renkei-language=en\nOrigin: https://renkei.example\n\n/visits/1/laboratory?item=2",
        "Host: renkei.example\nX-Forwarded-For: 192.0.2.1\nForwarded: for=192.0.2.1\nSec-Fetch-Site: cross-site\n\nhttps://evil.example//x",
        "Cookie: ;;;=;__Host-renkei\n\n0190d6a0-0000-7000-8000-000000000002/0190d6a0-0000-7000-8000-000000000003/OBX.1.5.0.0",
        "\n\n//elsewhere.example/a",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
