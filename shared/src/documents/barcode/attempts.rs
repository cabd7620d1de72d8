//! The ways in which a picture is looked at, the likeliest first.

use std::borrow::Cow;

use super::grey::Luma;
use super::tilt;

/// A tilt that the decoder itself forgives, in degrees.
const FORGIVEN_DEGREES: f32 = 1.0;
/// Directions that are tried for what is tilted.
const TILTS: usize = 2;
/// A picture whose longest side is shorter is also looked at twice as large.
const SMALL_SIDE: u32 = 700;

/// One way to look at a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Attempt {
    degrees: f32,
    change: Change,
}

/// What is done to a picture before it is turned.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    AsItIs,
    Mirrored,
    Inverted,
    Smaller,
    Smallest,
    Sharper,
    Smoother,
    Larger,
    Framed,
}

/// All ways for this picture.
pub(super) fn of(picture: &Luma) -> Vec<Attempt> {
    let likely = tilt::likely(picture, TILTS);
    let tilted: Vec<f32> = likely.into_iter().filter(|degrees| degrees.abs() > FORGIVEN_DEGREES).collect();
    // What is tilted is turned back first; what is not is looked at as it is.
    let mut angles: Vec<f32> = tilted.iter().map(|degrees| -degrees).collect();
    angles.insert(angles.len().min(1), 0.0);
    let likeliest = angles.get(..2).unwrap_or(&angles);
    let mut attempts = Vec::new();
    let mut add = |change: Change, angles: &[f32]| {
        attempts.extend(angles.iter().map(|degrees| Attempt { degrees: *degrees, change }));
    };
    add(Change::AsItIs, &angles);
    add(Change::Smaller, &angles);
    add(Change::Smallest, angles.get(..1).unwrap_or_default());
    add(Change::Sharper, likeliest);
    add(Change::Smoother, likeliest);
    if picture.width.max(picture.height) < SMALL_SIDE {
        add(Change::Larger, likeliest);
    }
    add(Change::Mirrored, likeliest);
    add(Change::Inverted, angles.get(..1).unwrap_or_default());
    add(Change::Framed, angles.get(..1).unwrap_or_default());
    // A peak of the edges is a degree wide, and strong perspective has no peak.
    let beside: Vec<f32> = tilted.first().into_iter().flat_map(|degrees| [-degrees - 1.5, -degrees + 1.5]).collect();
    add(Change::AsItIs, &beside);
    attempts
}

impl Attempt {
    /// The picture as this attempt sees it.
    pub(super) fn apply<'p>(&self, picture: &'p Luma) -> Cow<'p, Luma> {
        // A mirror turns the other way.
        let degrees = if self.change == Change::Mirrored { -self.degrees } else { self.degrees };
        let changed = match self.change {
            Change::AsItIs => Cow::Borrowed(picture),
            Change::Mirrored => Cow::Owned(picture.mirrored()),
            Change::Inverted => Cow::Owned(picture.inverted()),
            Change::Smaller => Cow::Owned(shrunk_by(picture, 2, 3)),
            // Bars that are wide in pixels have no contrast nearby, and pass for white.
            Change::Smallest => Cow::Owned(shrunk_by(picture, 1, 3).framed()),
            Change::Sharper => Cow::Owned(picture.sharpened()),
            Change::Smoother => Cow::Owned(picture.smoothed()),
            Change::Larger => Cow::Owned(picture.doubled()),
            Change::Framed => Cow::Owned(picture.framed()),
        };
        if degrees == 0.0 { changed } else { Cow::Owned(changed.turned(degrees)) }
    }
}

fn shrunk_by(picture: &Luma, part: u32, of: u32) -> Luma {
    let length = |length: u32| (length.saturating_mul(part) / of).max(1);
    picture.shrunk(length(picture.width), length(picture.height))
}
