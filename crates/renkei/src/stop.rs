//! When the program is asked to end: Ctrl-C, or the service manager's signal.
//!
//! Listening begins before anybody is told that the program is ready: whoever reads that may answer with a signal at
//! once, and a signal that nobody listens to ends a program without its leave, with its folders left behind.

use std::future::pending;
use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// An ear for both signals; what was asked before [`Self::come`] is heard then.
pub struct AskedToStop {
    terminate: Signal,
    interrupt: Signal,
}

impl AskedToStop {
    /// Begins to listen. From now on neither signal ends the program by itself.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Ends when the program was asked to end.
    pub async fn come(mut self) {
        let asked = tokio::select! {
            asked = self.terminate.recv() => asked,
            asked = self.interrupt.recv() => asked,
        };
        // The runtime hears no signals any more: nobody can ask.
        if asked.is_none() {
            pending::<()>().await;
        }
    }
}
