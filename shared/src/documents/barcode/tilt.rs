//! How far a picture is tilted. The bars of a PDF417 symbol are straight and long, and most edges of its picture are theirs.

use super::grey::{Luma, whole};

/// Classes of direction, each of one degree, over a quarter turn: the decoder itself tries the four quarters.
const DEGREES: usize = 90;
/// An edge weaker than this is noise.
const EDGE_MIN: i32 = 24;
/// Every so many pixels are looked at, in both directions.
const STEP: usize = 3;
/// A direction is likely that has so many times its share of all edges.
const SHARES_MIN: u64 = 3;

/// The likely tilts in degrees, from -45 to 45, the likeliest first; at most `count`.
pub(super) fn likely(picture: &Luma, count: usize) -> Vec<f32> {
    // Noise has edges of all directions; the mean over nine pixels has few of them.
    let mut weights = smooth(&weights(&picture.smoothed()));
    let least = SHARES_MIN * weights.iter().sum::<u64>() / 90;
    let mut found = Vec::new();
    while found.len() < count {
        let best = weights.iter().enumerate().max_by_key(|(_, weight)| **weight);
        let Some((degree, weight)) = best.map(|(degree, weight)| (degree, *weight)) else { break };
        if weight == 0 || weight < least {
            break;
        }
        found.push(signed(degree));
        // A neighbour of a peak is the same peak.
        for near in 0..=6 {
            let place = (degree + DEGREES + near - 3) % DEGREES;
            weights.get_mut(place).into_iter().for_each(|weight| *weight = 0);
        }
    }
    found
}

/// The strength of all edges, by the direction of their gradient.
fn weights(picture: &Luma) -> Vec<u64> {
    let mut weights = vec![0_u64; DEGREES];
    let shade = |x: u32, y: u32| i32::from(picture.at(x, y));
    for y in (1..picture.height.saturating_sub(1)).step_by(STEP) {
        for x in (1..picture.width.saturating_sub(1)).step_by(STEP) {
            let across = shade(x + 1, y) - shade(x - 1, y);
            let down = shade(x, y + 1) - shade(x, y - 1);
            let strength = across.abs() + down.abs();
            if strength >= EDGE_MIN {
                let place = degree_of(across, down);
                weights.get_mut(place).into_iter().for_each(|weight| *weight += u64::from(strength.unsigned_abs()));
            }
        }
    }
    weights
}

/// The direction of a gradient in whole degrees, modulo a quarter turn.
fn degree_of(across: i32, down: i32) -> usize {
    let real = |shade: i32| f32::from(i16::try_from(shade).unwrap_or(0));
    let degrees = real(down).atan2(real(across)).to_degrees().rem_euclid(90.0).round();
    usize::try_from(whole(degrees)).unwrap_or(0) % DEGREES
}

/// The mean with both neighbours, so that a peak between two degrees counts.
fn smooth(weights: &[u64]) -> Vec<u64> {
    let at = |place: usize| weights.get(place % DEGREES).copied().unwrap_or(0);
    (0..DEGREES).map(|place| at(place + DEGREES - 1) + 2 * at(place) + at(place + 1)).collect()
}

fn signed(degree: usize) -> f32 {
    let degree = f32::from(u8::try_from(degree).unwrap_or(0));
    if degree > 45.0 { degree - 90.0 } else { degree }
}
