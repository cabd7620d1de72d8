//! Request and answer: who leaves.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    clock::Timestamp,
    domain::visit::{DEVICE_AHEAD_S_MAX, DEVICE_SEQ_MAX, VisitState},
    error::FieldError,
    id::VisitId,
};
use utoipa::ToSchema;

/// The body as it is sent; all of it may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartureBody {
    /// When it happened, from a kiosk that was offline.
    occurred_at: Option<Timestamp>,
    /// The kiosk's own count.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    device_seq: Option<i64>,
}

/// A departure in which everything can be.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    /// The kiosk's time.
    pub occurred_at: Option<Timestamp>,
    /// The kiosk's count.
    pub device_seq: Option<i64>,
}

impl Departure {
    /// Reads the body. All faults are named at once.
    ///
    /// # Errors
    /// [`Error::Malformed`] with each field that cannot be.
    pub fn parse(body: &DepartureBody, now: Timestamp) -> Result<Self> {
        let ahead = body.occurred_at.is_some_and(|at| at.seconds_since(now) > DEVICE_AHEAD_S_MAX);
        let beyond = body.device_seq.is_some_and(|seq| !(0..=DEVICE_SEQ_MAX).contains(&seq));
        let faults = [(ahead, "/occurred_at", "in_the_future"), (beyond, "/device_seq", "out_of_range")];
        let faults: Vec<FieldError> = faults
            .into_iter()
            .filter(|(wrong, ..)| *wrong)
            .map(|(_, pointer, code)| FieldError::new(pointer, code))
            .collect();
        if faults.is_empty() {
            Ok(Self { occurred_at: body.occurred_at, device_seq: body.device_seq })
        } else {
            Err(Error::Malformed(faults))
        }
    }
}

/// The departure, recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Departed {
    /// The visit.
    pub visit_id: VisitId,
    /// Where the visit stands: `left`.
    pub state: VisitState,
    /// When it began, by our clock.
    pub checked_in_at: Timestamp,
    /// When it ended, by our clock.
    pub checked_out_at: Timestamp,
    /// Whole seconds between the two.
    #[schema(minimum = 0)]
    pub duration_seconds: i64,
}

impl Departed {
    pub(crate) fn new(visit: VisitId, checked_in_at: Timestamp, now: Timestamp) -> Self {
        Self {
            visit_id: visit,
            state: VisitState::Left,
            checked_in_at,
            checked_out_at: now,
            duration_seconds: now.seconds_since(checked_in_at).max(0),
        }
    }
}
