//! A card that is played: the other end of the virtual reader's wire (patient-card.md, section 7).
//!
//! Frames are two bytes of length, big-endian, and data. One byte is a control (00 off, 01 on, 02 reset, 04 ask for the
//! ATR); anything else is a command.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const FELICA_ATR: &str = "3B8F8001804F0CA0000003061100 3B0000000042";
pub const ULTRALIGHT_ATR: &str = "3B8F8001804F0CA0000003060300 030000000068";
pub const PHONE_ATR: &str = "3B8180018080";
/// A card with contacts, as a professional carries one.
pub const CONTACT_ATR: &str = "3BDB960080B1FE451F830031C064C7FC1000900080";

/// What a card does with a command.
pub enum Reply {
    Answer(Vec<u8>),
    /// The card is taken away before it answers.
    Leave,
}

type Answering = Box<dyn FnMut(&[u8], u32) -> Reply + Send>;

/// A card: its ATR, and its answer to each command; the number says how often it was switched on or reset.
pub struct VirtualCard {
    atr: Vec<u8>,
    answering: Answering,
}

pub fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<_> = hexadecimal.chars().filter(|c| !c.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).unwrap()).collect()
}

impl VirtualCard {
    pub fn new(atr: &str, answering: impl FnMut(&[u8], u32) -> Reply + Send + 'static) -> Self {
        Self { atr: bytes(atr), answering: Box::new(answering) }
    }
    /// A card that gives this identifier to GET DATA and knows nothing else.
    pub fn with_identifier(atr: &str, identifier: &str) -> Self {
        Self::answers_to_get_data(atr, &format!("{identifier}9000"))
    }
    /// A card that gives this whole answer to GET DATA.
    pub fn answers_to_get_data(atr: &str, answer: &str) -> Self {
        let answer = bytes(answer);
        Self::new(atr, move |command, _| {
            Reply::Answer(if command.starts_with(&[0xFF, 0xCA, 0, 0]) { answer.clone() } else { vec![0x6D, 0x00] })
        })
    }
    pub fn felica(idm: &str) -> Self {
        Self::with_identifier(FELICA_ATR, idm)
    }
    /// A card that shows no sign of life: an ATR longer than any reader takes.
    pub fn mute() -> Self {
        Self::new(&"3B".repeat(40), |_, _| Reply::Leave)
    }

    /// Lays the card on the reader that listens at `port`; it lies there until the hand takes it away.
    pub fn lay(mut self, port: u16) -> LyingCard {
        let (gone, line) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None::<TcpStream>)));
        let (taken, held) = (gone.clone(), line.clone());
        let playing = std::thread::spawn(move || {
            let mut woken = 0;
            // The service may start later, or anew: the card lies there meanwhile.
            while !taken.load(Ordering::SeqCst) {
                let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
                    std::thread::sleep(Duration::from_millis(50));
                    continue;
                };
                *held.lock().unwrap() = Some(stream.try_clone().unwrap());
                if taken.load(Ordering::SeqCst) {
                    return;
                }
                if matches!(self.play(&stream, &mut woken), Ok(Reply::Leave)) {
                    let _already_closed = stream.shutdown(Shutdown::Both);
                    return;
                }
            }
        });
        LyingCard { gone, line, playing: Some(playing) }
    }

    fn play(&mut self, mut stream: &TcpStream, woken: &mut u32) -> std::io::Result<Reply> {
        loop {
            let mut length = [0u8; 2];
            stream.read_exact(&mut length)?;
            let mut frame = vec![0u8; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut frame)?;
            let answer = match frame.as_slice() {
                [0x04] => self.atr.clone(),
                [0x01 | 0x02] => {
                    *woken += 1;
                    continue;
                }
                [_] => continue,
                command => match (self.answering)(command, *woken) {
                    Reply::Answer(answer) => answer,
                    Reply::Leave => return Ok(Reply::Leave),
                },
            };
            stream.write_all(&u16::try_from(answer.len()).unwrap().to_be_bytes())?;
            stream.write_all(&answer)?;
        }
    }
}

/// A card on a reader; taken away when dropped.
pub struct LyingCard {
    gone: Arc<AtomicBool>,
    line: Arc<Mutex<Option<TcpStream>>>,
    playing: Option<std::thread::JoinHandle<()>>,
}

impl LyingCard {
    pub fn take_away(self) {
        drop(self);
    }
}

impl Drop for LyingCard {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::SeqCst);
        if let Some(stream) = self.line.lock().unwrap().take() {
            let _already_closed = stream.shutdown(Shutdown::Both);
        }
        if let Some(playing) = self.playing.take() {
            let _ended = playing.join();
        }
    }
}
