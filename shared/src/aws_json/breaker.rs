//! A circuit breaker: a service that gave no answer several times in a row is not waited for each time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;

/// Calls in a row without an answer, after which none is made.
pub(super) const FAILURES_MAX: u32 = 5;
/// Seconds without a call; then one call tries.
pub(super) const OPEN_S: i64 = 30;

/// What a process knows of a service. Open, it lets no call through; after a while one, whose outcome decides.
#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// When the newest call without an answer began.
    failed_at: Option<Timestamp>,
    is_trying: bool,
}

impl State {
    /// A clock that went back does not keep it open: how long ago that was is not known.
    fn is_open(&self, now: Timestamp) -> bool {
        let is_recent = |at: Timestamp| (0..OPEN_S).contains(&now.seconds_since(at));
        self.failures >= FAILURES_MAX && (self.is_trying || self.failed_at.is_some_and(is_recent))
    }
}

impl Breaker {
    /// A way to make one call, unless the breaker is open.
    pub(super) fn enter(&self, now: Timestamp) -> Option<Entered<'_>> {
        let mut state = self.state();
        if state.is_open(now) {
            return None;
        }
        state.is_trying = state.failures >= FAILURES_MAX;
        Some(Entered { breaker: self, at: now, is_answered: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is being made. One that is dropped before its end counts as one without an answer.
pub(super) struct Entered<'b> {
    breaker: &'b Breaker,
    at: Timestamp,
    is_answered: bool,
}

impl Entered<'_> {
    /// The service answered, if only that the picture is none.
    pub(super) fn was_answered(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let mut state = self.breaker.state();
        state.is_trying = false;
        if self.is_answered {
            *state = State::default();
        } else {
            state.failures = state.failures.saturating_add(1);
            state.failed_at = Some(self.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::parse("2026-11-01T12:00:00Z").unwrap().plus_seconds(seconds)
    }

    fn opened() -> Breaker {
        let breaker = Breaker::default();
        (0..FAILURES_MAX).for_each(|_| drop(breaker.enter(at(0)).unwrap()));
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_an_answer_between_them_starts_anew() {
        let breaker = Breaker::default();
        for _ in 0..3 {
            (1..FAILURES_MAX).for_each(|_| drop(breaker.enter(at(0)).unwrap()));
            breaker.enter(at(0)).unwrap().was_answered();
        }
        assert!(opened().enter(at(OPEN_S - 1)).is_none());
    }

    #[test]
    fn after_a_while_one_call_tries_and_its_outcome_decides() {
        let breaker = opened();
        let trying = breaker.enter(at(OPEN_S)).unwrap();
        assert!(breaker.enter(at(OPEN_S)).is_none(), "only one");
        drop(trying);
        assert!(breaker.enter(at(OPEN_S + 1)).is_none(), "it failed");

        breaker.enter(at(2 * OPEN_S)).unwrap().was_answered();
        let (one, two) = (breaker.enter(at(2 * OPEN_S)), breaker.enter(at(2 * OPEN_S)));
        assert!(one.is_some() && two.is_some(), "it was answered");
    }

    #[test]
    fn a_clock_that_went_back_does_not_keep_it_open() {
        assert!(opened().enter(at(-60)).is_some());
    }
}
