//! When the agent is asked to end: Ctrl-C, or the service manager's signal.

/// Ends when the program is asked to stop.
#[cfg(unix)]
pub async fn when_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _asked = terminate.recv() => {}
            _interrupted = tokio::signal::ctrl_c() => {}
        },
        Err(_) => {
            let _interrupted = tokio::signal::ctrl_c().await;
        }
    }
}

/// Ends when the program is asked to stop.
#[cfg(not(unix))]
pub async fn when_asked() {
    let _interrupted = tokio::signal::ctrl_c().await;
}
