//! The agents' protocol: messages in JSON over a WebSocket, and the bytes that are signed.
//!
//! Separate from both ends because they must agree on every byte. What is signed is not the JSON but a canonical
//! string of length-prefixed parts that begins with its purpose, so that no signature can stand for another.
//!
//! Order of a connection: `hello` ↓, `identify` ↑, `welcome` ↓, then `read` ↓, `card` or `failed` ↑, `done` ↓ as often
//! as the desk asks, with `removed` and `device` ↑ whenever something changes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use renkei_kernel::{CardReadId, ReaderId, Timestamp};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Name of the protocol in the WebSocket handshake.
pub const SUBPROTOCOL: &str = "renkei.reader.1";

const IDENTIFY_PURPOSE: &[u8] = b"renkei reader identify 1";
const CARD_PURPOSE: &[u8] = b"renkei reader card 1";

/// Thirty-two random bytes of the server, base64url in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nonce(pub [u8; 32]);

/// An Ed25519 signature, base64url in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

macro_rules! base64_in_json {
    ($name:ident, $length:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| serde::de::Error::custom("not base64url"))?;
                <[u8; $length]>::try_from(bytes).map(Self).map_err(|_| serde::de::Error::custom("wrong length"))
            }
        }
    };
}
base64_in_json!(Nonce, 32);
base64_in_json!(Signature, 64);

/// How an identifier came to the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Read from the card by a command of the agent.
    Contactless,
    /// Typed by a device that calls itself a keyboard.
    Keyboard,
}

impl Means {
    fn code(self) -> &'static str {
        match self {
            Self::Contactless => "contactless",
            Self::Keyboard => "keyboard",
        }
    }
}

/// State of the device at an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// A reader is there, without a card.
    Ready,
    CardPresent,
    /// No reader is plugged in.
    Absent,
    /// A reader is there and does not work.
    Faulty,
}

impl DeviceState {
    pub fn works(self) -> bool {
        matches!(self, Self::Ready | Self::CardPresent)
    }
}

/// Why a reader could not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadFault {
    /// No card within the time.
    NoCard,
    TwoCards,
    /// The card left before it was read.
    Removed,
    /// The card does not answer the command.
    Unsupported,
    /// The reader failed or is gone.
    Device,
}

impl ReadFault {
    pub fn code(self) -> &'static str {
        match self {
            Self::NoCard => "no_card",
            Self::TwoCards => "two_cards",
            Self::Removed => "removed",
            Self::Unsupported => "unsupported",
            Self::Device => "device",
        }
    }
}

/// Server → agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ToAgent {
    /// The first message: prove yourself with this.
    Hello { server: String, nonce: Nonce },
    /// You are known. Silence longer than this means the connection is lost.
    Welcome { silence_seconds: u64 },
    /// Read a card and answer with this nonce before it expires.
    Read { read: CardReadId, nonce: Nonce, expires: String, seconds: u64 },
    /// Nobody waits for this read any more.
    Cancel { read: CardReadId },
    /// The read is over; says nothing about the card.
    Done { read: CardReadId },
    /// The connection ends.
    Bye { reason: Farewell },
}

/// Why the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Farewell {
    /// Not enrolled, or not proved: the same word for both.
    NotAccepted,
    /// The same reader connected again.
    Replaced,
    /// A message that is none.
    Malformed,
    TooMany,
    Closing,
}

/// Agent → server. No `Debug`: `Card` holds an identifier.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromAgent {
    Identify {
        reader: ReaderId,
        version: String,
        signature: Signature,
    },
    Card(CardMessage),
    Failed {
        read: CardReadId,
        fault: ReadFault,
    },
    /// The card left the reader.
    Removed,
    Device {
        state: DeviceState,
    },
}

/// A signed answer to `read`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardMessage {
    pub reader: ReaderId,
    pub read: CardReadId,
    pub means: Means,
    /// Technology of the card: `felica`, `mifare`, `token`.
    pub kind: String,
    /// The identifier as the reader wrote it.
    pub id: String,
    pub nonce: Nonce,
    /// The agent's clock, RFC 3339. Recorded as drift, never trusted.
    pub time: String,
    pub signature: Signature,
}

impl CardMessage {
    /// The bytes under the signature.
    pub fn signed_bytes(&self, server: &str) -> Vec<u8> {
        canonical(
            CARD_PURPOSE,
            &[
                server.as_bytes(),
                self.reader.as_bytes(),
                self.read.as_bytes(),
                self.means.code().as_bytes(),
                self.kind.as_bytes(),
                self.id.as_bytes(),
                &self.nonce.0,
                self.time.as_bytes(),
            ],
        )
    }
    /// What the agent's clock showed, if it wrote a time.
    pub fn agent_time(&self) -> Option<Timestamp> {
        Timestamp::parse_rfc3339(&self.time)
    }
}

/// The bytes an agent signs to say who it is on this connection.
pub fn identify_bytes(server: &str, nonce: &Nonce, reader: ReaderId, version: &str) -> Vec<u8> {
    canonical(IDENTIFY_PURPOSE, &[server.as_bytes(), &nonce.0, reader.as_bytes(), version.as_bytes()])
}

/// Purpose, a zero byte, then each part behind its length in four bytes, big-endian.
fn canonical(purpose: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = purpose.to_vec();
    bytes.push(0);
    for part in parts {
        // A part longer than 4 GiB cannot come out of a message of 4 KiB.
        bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Whether `signature` over `message` was made with the device's key.
pub fn is_signed_by(device_key: &[u8; 32], message: &[u8], signature: &Signature) -> bool {
    UnparsedPublicKey::new(&ED25519, device_key).verify(message, &signature.0).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_byte_from_one_part_to_the_next_changes_what_is_signed() {
        assert_ne!(canonical(b"p", &[b"ab", b"c"]), canonical(b"p", &[b"a", b"bc"]));
        assert_ne!(canonical(b"p", &[b"", b"a"]), canonical(b"p", &[b"a"]));
        assert_ne!(canonical(b"p", &[b"a"]), canonical(b"q", &[b"a"]));
    }

    /// R-8.2.4-ア: a number alone is no message of the protocol.
    #[test]
    fn a_bare_card_number_is_not_a_message() {
        for text in [
            r#"{"type":"card","id":"012E4CE17A3B5C6D"}"#,
            r#"{"type":"card","kind":"felica","id":"012E4CE17A3B5C6D","reader":"0190d6a0-0000-7000-8000-000000000001"}"#,
            r#""felica:012E4CE17A3B5C6D""#,
            r#"{"type":"typed","id":"012E4CE17A3B5C6D"}"#,
        ] {
            assert!(serde_json::from_str::<FromAgent>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn messages_go_there_and_back() {
        let read = ToAgent::Read {
            read: "0190d6a0-0000-7000-8000-000000000002".parse().unwrap(),
            nonce: Nonce([7; 32]),
            expires: "2026-02-13T00:00:00.000000Z".to_owned(),
            seconds: 60,
        };
        let text = serde_json::to_string(&read).unwrap();
        assert!(text.starts_with(r#"{"type":"read","read":"0190d6a0-"#), "{text}");
        assert_eq!(serde_json::from_str::<ToAgent>(&text).unwrap(), read);
        let removed = serde_json::from_str::<FromAgent>(r#"{"type":"removed"}"#).unwrap();
        assert!(removed == FromAgent::Removed);
        let extra = r#"{"type":"failed","read":"0190d6a0-0000-7000-8000-000000000002","fault":"no_card","x":1}"#;
        assert!(serde_json::from_str::<FromAgent>(extra).is_err());
    }
}
