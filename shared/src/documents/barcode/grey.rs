//! Pictures in grey, and what may be done to them: smaller, turned, mirrored, sharper.

use std::borrow::Cow;

/// Most pixels of a picture.
const PIXELS_MAX: u64 = 64 * 1024 * 1024;
/// Places between two pixels are counted in so many parts.
const PARTS: i64 = 1 << 16;
const PARTS_REAL: f64 = 65_536.0;

/// A picture in grey, one byte a pixel, row by row, 0 for black.
#[derive(Clone)]
pub struct Luma {
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Every pixel.
    pub pixels: Vec<u8>,
}

impl Luma {
    /// Whether every pixel is there, and not too many.
    pub(super) fn is_whole(&self) -> bool {
        let pixels = u64::from(self.width) * u64::from(self.height);
        pixels > 0 && pixels <= PIXELS_MAX && u64::try_from(self.pixels.len()).is_ok_and(|there| there == pixels)
    }

    fn of(width: u32, height: u32, shade: impl Fn(u32, u32) -> u8) -> Self {
        let mut pixels = Vec::new();
        for y in 0..height {
            pixels.extend((0..width).map(|x| shade(x, y)));
        }
        Self { width, height, pixels }
    }

    /// The shade of a pixel; white outside, as paper is around a symbol.
    pub(super) fn at(&self, x: u32, y: u32) -> u8 {
        let place = usize::try_from(u64::from(y) * u64::from(self.width) + u64::from(x)).unwrap_or(usize::MAX);
        if x < self.width { self.pixels.get(place).copied().unwrap_or(u8::MAX) } else { u8::MAX }
    }

    fn row(&self, y: u32) -> &[u8] {
        let width = usize::try_from(self.width).unwrap_or(0);
        let from = usize::try_from(y).unwrap_or(0).saturating_mul(width);
        self.pixels.get(from..from.saturating_add(width)).unwrap_or_default()
    }

    /// The picture with its longest side at most so long; each pixel is the mean of what it covers.
    pub(super) fn shrunk_to(&self, side: u32) -> Cow<'_, Self> {
        let longest = self.width.max(self.height);
        if longest <= side {
            return Cow::Borrowed(self);
        }
        let part = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longest)).max(1);
        let (width, height) = (narrow(part(self.width)), narrow(part(self.height)));
        Cow::Owned(self.shrunk(width, height))
    }

    /// The picture in other dimensions, which are not larger.
    pub(super) fn shrunk(&self, width: u32, height: u32) -> Self {
        let bounds = |at: u32, of: u32, length: u32| {
            let from = u64::from(at) * u64::from(length) / u64::from(of);
            let to = (u64::from(at + 1) * u64::from(length)).div_ceil(u64::from(of)).max(from + 1);
            (narrow(from), narrow(to).min(length))
        };
        let columns: Vec<_> = (0..width).map(|x| bounds(x, width, self.width)).collect();
        let mut pixels = Vec::new();
        for y in 0..height {
            let (top, bottom) = bounds(y, height, self.height);
            for (left, right) in &columns {
                let range = usize::try_from(*left).unwrap_or(0)..usize::try_from(*right).unwrap_or(0);
                let covered = (top..bottom).flat_map(|y| self.row(y).get(range.clone()).unwrap_or_default());
                let (sum, count) =
                    covered.fold((0_u32, 0_u32), |(sum, count), shade| (sum + u32::from(*shade), count + 1));
                pixels.push(u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX));
            }
        }
        Self { width, height, pixels }
    }

    /// As a mirror shows it.
    pub(super) fn mirrored(&self) -> Self {
        let mut mirrored = self.clone();
        let width = usize::try_from(self.width).unwrap_or(1).max(1);
        mirrored.pixels.chunks_mut(width).for_each(<[u8]>::reverse);
        mirrored
    }

    /// White for black.
    pub(super) fn inverted(&self) -> Self {
        Self { pixels: self.pixels.iter().map(|shade| u8::MAX - shade).collect(), ..*self }
    }

    /// Turned about its centre by so many degrees, clockwise; the corners that are cut off hold no symbol, as a rule.
    pub(super) fn turned(&self, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (width, height) = (real(self.width), real(self.height));
        let turned = (width * cos.abs() + height * sin.abs(), width * sin.abs() + height * cos.abs());
        let (new_width, new_height) = (whole(turned.0).max(1), whole(turned.1).max(1));
        let (right, down) = (real(new_width) / 2.0, real(new_height) / 2.0);
        let first = (width / 2.0 - cos * right - sin * down, height / 2.0 - cos * down + sin * right);
        let (first, along) = ((parts(first.0), parts(first.1)), (parts(cos), parts(-sin)));
        Self::of(new_width, new_height, |x, y| {
            let (x, y) = (i64::from(x), i64::from(y));
            self.between(first.0 + x * along.0 - y * along.1, first.1 + x * along.1 + y * along.0)
        })
    }

    /// The shade between four pixels, at a place in parts of a pixel; white outside.
    fn between(&self, x: i64, y: i64) -> u8 {
        let (left, top) = (x / PARTS, y / PARTS);
        if x < 0 || y < 0 || left + 1 >= i64::from(self.width) {
            return u8::MAX;
        }
        let pair = |row: i64| {
            let place = usize::try_from(row * i64::from(self.width) + left).unwrap_or(usize::MAX);
            self.pixels.get(place..place.saturating_add(2))
        };
        let (Some([a, b]), Some([c, d])) = (pair(top), pair(top + 1)) else { return u8::MAX };
        let mix = |one: i64, other: i64, part: i64| one * PARTS + (other - one) * part;
        let upper = mix(i64::from(*a), i64::from(*b), x % PARTS);
        let lower = mix(i64::from(*c), i64::from(*d), x % PARTS);
        u8::try_from(mix(upper, lower, y % PARTS) / (PARTS * PARTS)).unwrap_or(u8::MAX)
    }

    /// Sharper: three times the picture less twice its mean over nine pixels. It undoes a little blur.
    pub(super) fn sharpened(&self) -> Self {
        let mut sharper = self.smoothed();
        for (mean, shade) in sharper.pixels.iter_mut().zip(&self.pixels) {
            let sharp = i32::from(*shade) * 3 - i32::from(*mean) * 2;
            *mean = u8::try_from(sharp.clamp(0, 255)).unwrap_or(u8::MAX);
        }
        sharper
    }

    /// Smoother: the mean over nine pixels. It undoes noise.
    pub(super) fn smoothed(&self) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len());
        let mut sums: Vec<u32> = Vec::new();
        for y in 0..self.height {
            let rows = [self.row(y.saturating_sub(1)), self.row(y), self.row((y + 1).min(self.height - 1))];
            let [above, here, below] = rows;
            let columns = above.iter().zip(here).zip(below);
            sums.clear();
            sums.extend(columns.map(|((above, here), below)| u32::from(*above) + u32::from(*here) + u32::from(*below)));
            let (first, last) = (sums.first().copied().unwrap_or(0), sums.last().copied().unwrap_or(0));
            let left = std::iter::once(first).chain(sums.iter().copied());
            let right = sums.iter().copied().skip(1).chain(std::iter::once(last));
            let nine = left.zip(&sums).zip(right).map(|((left, here), right)| (left + here + right) / 9);
            pixels.extend(nine.map(|shade| u8::try_from(shade).unwrap_or(u8::MAX)));
        }
        Self { width: self.width, height: self.height, pixels }
    }

    /// With white around it: a symbol that is cut out closely has no quiet zone.
    pub(super) fn framed(&self) -> Self {
        let margin = (self.width / 20).max(16);
        let inside = |x: u32, y: u32| x.checked_sub(margin).zip(y.checked_sub(margin));
        Self::of(self.width + 2 * margin, self.height + 2 * margin, |x, y| {
            inside(x, y).filter(|(_, y)| *y < self.height).map_or(u8::MAX, |(x, y)| self.at(x, y))
        })
    }

    /// Twice as large in both directions, the shades between are interpolated.
    pub(super) fn doubled(&self) -> Self {
        Self::of(self.width * 2, self.height * 2, |x, y| {
            self.between(i64::from(x) * PARTS / 2, i64::from(y) * PARTS / 2)
        })
    }
}

impl std::fmt::Debug for Luma {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Luma({}x{})", self.width, self.height)
    }
}

fn narrow(length: u64) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a side has at most 2^16 pixels")]
fn real(length: u32) -> f32 {
    length as f32
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it saturates, and what is negative is 0"
)]
pub(super) fn whole(length: f32) -> u32 {
    length as u32
}

/// A length in parts of a pixel.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "a side has at most 2^16 pixels")]
fn parts(length: f32) -> i64 {
    (f64::from(length) * PARTS_REAL) as i64
}
