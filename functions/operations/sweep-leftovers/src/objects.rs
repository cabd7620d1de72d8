//! Objects that were stored for a record which never came.

use std::collections::HashSet;

use shared::{Result, clock::Timestamp, id::ObjectId, objects::ObjectKey, schedule::Tick, work::SystemWork};

use crate::{Deps, store};

/// Age in seconds from which an object without a row stays without one: no invocation runs that long.
pub const AGE_S_MIN: i64 = 3600;

const DAY_S: i64 = 24 * 3600;

/// Removes what yesterday and the day before stored and no visit refers to. Today's are left to tomorrow: by then the
/// day is complete, and each object is looked at by many ticks.
pub(crate) async fn remove_unreachable(deps: &Deps, tick: &Tick, work: &SystemWork) -> Result<u64> {
    let now = tick.now();
    let mut removed = 0;
    for day in [now.plus_seconds(-DAY_S), now.plus_seconds(-2 * DAY_S)] {
        removed += remove_day(deps, tick, work, day).await?;
    }
    Ok(removed)
}

async fn remove_day(deps: &Deps, tick: &Tick, work: &SystemWork, day: Timestamp) -> Result<u64> {
    let organization = work.organization();
    let mut removed = 0;
    let mut continuation = None;
    while tick.has_time() {
        let page = deps.objects.list_day(organization, day, continuation.as_deref()).await?;
        let old: Vec<ObjectId> = page.objects.into_iter().filter(|object| is_old(*object, tick.now())).collect();
        let named = work.with_tenant(async |tx| tx.find(store::list_named(old.clone())).await).await?;
        let named: HashSet<ObjectId> = named.into_iter().collect();
        for object in old.into_iter().filter(|object| !named.contains(object)) {
            deps.objects.delete(&ObjectKey::new(organization, object)).await?;
            removed += 1;
        }
        continuation = page.continuation;
        if continuation.is_none() {
            break;
        }
    }
    Ok(removed)
}

/// Ids sort as their time does.
fn is_old(object: ObjectId, now: Timestamp) -> bool {
    object < ObjectId::new(now.plus_seconds(-AGE_S_MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_left_alone_for_an_hour() {
        let now = Timestamp::parse("2026-11-01T00:30:00Z").unwrap();
        for (stored, old) in
            [("2026-10-31T23:29:59Z", true), ("2026-10-31T23:30:01Z", false), ("2026-11-01T00:30:00Z", false)]
        {
            assert_eq!(is_old(ObjectId::new(Timestamp::parse(stored).unwrap()), now), old, "{stored}");
        }
    }
}
