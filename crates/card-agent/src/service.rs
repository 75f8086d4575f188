//! The agent as a service of Windows: started by the service manager, asked by it to stop.
//!
//! Separate because only Windows has it: a program there must answer the service manager within seconds of its start
//! and tell it about every change, or is taken for dead.

use crate::AgentError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::watch;
use windows_service::service::{
    ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::{self, ServiceControlHandlerResult};
use windows_service::{define_windows_service, service_dispatcher};

/// The name under which `packaging/windows/install-card-agent.ps1` registers it.
const NAME: &str = "RenkeiCardAgent";

/// The service manager calls without our arguments.
static CONFIG: OnceLock<PathBuf> = OnceLock::new();

define_windows_service!(called_by_windows, serve);

/// Hands this process over to the service manager until it is asked to stop.
pub fn run(config: &Path) -> Result<(), AgentError> {
    let config = CONFIG.get_or_init(|| config.to_owned());
    tracing::info!(agent.config = %config.display(), "starting as a service");
    service_dispatcher::start(NAME, called_by_windows)?;
    Ok(())
}

fn serve(_arguments: Vec<OsString>) {
    if let Err(error) = until_stopped() {
        tracing::error!("the service ended: {error}");
    }
}

fn until_stopped() -> Result<(), AgentError> {
    let (stop, mut stopped) = watch::channel(false);
    let heard = move |control| match control {
        ServiceControl::Stop | ServiceControl::Shutdown => {
            stop.send_replace(true);
            ServiceControlHandlerResult::NoError
        }
        ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
        _ => ServiceControlHandlerResult::NotImplemented,
    };
    let manager = service_control_handler::register(NAME, heard)?;
    let told = |state, accepted, exit_code| ServiceStatus {
        service_type: ServiceType::OWN_PROCESS,
        current_state: state,
        controls_accepted: accepted,
        exit_code: ServiceExitCode::Win32(exit_code),
        checkpoint: 0,
        wait_hint: Duration::default(),
        process_id: None,
    };
    manager.set_service_status(told(
        ServiceState::Running,
        ServiceControlAccept::STOP | ServiceControlAccept::SHUTDOWN,
        0,
    ))?;
    let config = CONFIG.get().cloned().unwrap_or_else(|| PathBuf::from("card-agent.toml"));
    let ended = crate::run(&config, true, async move {
        let _asked = stopped.wait_for(|stop| *stop).await;
    });
    // A failure is told as one (1 = incorrect function), so that the manager's rule for restarting applies.
    let exit_code = if ended.is_ok() { 0 } else { 1 };
    manager.set_service_status(told(ServiceState::Stopped, ServiceControlAccept::empty(), exit_code))?;
    ended
}
