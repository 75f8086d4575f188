//! Text in each character set.

use super::messages::hl7_message as quirks;

pub fn decode_text() -> Vec<Vec<u8>> {
    let mut all = quirks();
    all.push("見本^ﾐﾎﾝ\u{301c}\u{ff5e}①㈱髙".as_bytes().to_vec());
    all.push(b"\x8c\xa9\x96{^\x83~\x87\x40".to_vec());
    all.push(b"\xb8\xab\xcb\xdc^\xa5\xdf".to_vec());
    all
}
