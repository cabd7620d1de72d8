//! The signals that ask us to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{Error, Result};

/// Ctrl-C, `kill`, or a terminal that was closed.
#[derive(Debug)]
pub struct StopRequest {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

/// Listens from now on; the default, to die at once and leave parts behind, is off.
///
/// # Errors
/// When the system refuses the handlers.
pub fn stop_requested() -> Result<StopRequest> {
    let listen = |kind| signal(kind).map_err(Error::io("cannot listen for signals"));
    Ok(StopRequest {
        interrupt: listen(SignalKind::interrupt())?,
        terminate: listen(SignalKind::terminate())?,
        hang_up: listen(SignalKind::hangup())?,
    })
}

impl StopRequest {
    /// Waits for one of them.
    pub async fn requested(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
