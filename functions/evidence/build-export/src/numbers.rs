//! Which part numbers of an upload a member has. S3 has 10,000 and puts the parts in their order.
//!
//! A member whose bytes are written while others grow needs numbers that no other member takes: 200 are kept for it, the one in which it
//! begins among them. Once it is written out, what it did not take is free. A member that never filled a part took none.

use shared::bundles::PART_NUMBER_MAX;

/// Numbers that are kept for a member while it grows.
pub const NUMBERS: i32 = 200;

/// The numbers that were taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    /// The highest of them.
    highest: i32,
}

impl Numbers {
    /// Goes on behind the highest number that was taken.
    #[must_use]
    pub const fn after(highest: i32) -> Self {
        Self { highest }
    }

    /// The first number of a new member: behind those of the last one that still grows, and where none grows behind what was taken.
    #[must_use]
    pub fn begin(&self, last_growing: Option<i32>) -> i32 {
        last_growing.map_or(self.highest + 1, |first| first.saturating_add(NUMBERS))
    }

    /// Takes a number of a member; none is left where it has filled all that are kept for it, or S3 has no more.
    pub fn take(&mut self, first: i32, part: i32) -> Option<i32> {
        let number = first.saturating_add(part);
        if part >= NUMBERS || number > PART_NUMBER_MAX {
            return None;
        }
        self.highest = self.highest.max(number);
        Some(number)
    }
}
