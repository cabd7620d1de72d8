//! Photos of a card as a phone takes them, made from a flat picture of it: the same on every machine for one seed.
//!
//! Each photo has a little of every fault, and much of one. What a fault amounts to was chosen before anything was read.

/// Width and height of a photo.
const SIZE: (u32, u32) = (1600, 1200);
/// What a table looks like beside a card.
const TABLE: f64 = 110.0;

/// A picture in grey, one byte a pixel, row by row.
pub(crate) struct Grey {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<u8>,
}

/// What is mostly wrong with a photo.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Fault {
    Blur,
    Noise,
    Perspective,
    Glare,
    LowLight,
}

const FAULTS: [Fault; 5] = [Fault::Blur, Fault::Noise, Fault::Perspective, Fault::Glare, Fault::LowLight];

/// How one photo is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shot {
    /// Which of the flat pictures.
    pub(crate) card: usize,
    /// Clockwise.
    pub(crate) degrees: f64,
    pub(crate) fault: Fault,
    /// Pixels of the card's width.
    card_pixels: f64,
    /// Of the lens, in pixels.
    blur_sigma: f64,
    /// Of the sensor, in shades.
    noise_sigma: f64,
    /// How much nearer one side is than the other, per pixel.
    perspective: (f64, f64),
    /// What is left of the light.
    light: f64,
    /// Middle and radius of a reflection.
    glare: Option<(f64, f64, f64)>,
    seed: u64,
}

/// Two hundred shots: half of them tilted by up to 10°, a quarter up to 20°, a quarter up to 30°.
pub(crate) fn two_hundred(cards: usize) -> Vec<Shot> {
    let mut dice = Dice(20_261_201);
    let tilts = [(0.0, 10.0), (10.0, 20.0), (0.0, 10.0), (20.0, 30.0)];
    // Five faults and four tilts have no divisor in common: each meets each.
    (0..200).map(|at| Shot::of(at % cards, tilts[at % tilts.len()], FAULTS[at % FAULTS.len()], &mut dice)).collect()
}

impl Shot {
    fn of(card: usize, tilt: (f64, f64), fault: Fault, dice: &mut Dice) -> Self {
        let much = |of: Fault, much: (f64, f64), little: (f64, f64)| if fault == of { much } else { little };
        let lean = much(Fault::Perspective, (0.000_10, 0.000_25), (0.0, 0.000_08));
        let blur = much(Fault::Blur, (1.0, 2.0), (0.0, 0.8));
        let noise = much(Fault::Noise, (10.0, 25.0), (0.0, 6.0));
        let light = much(Fault::LowLight, (0.2, 0.4), (0.7, 1.0));
        let (width, height) = (f64::from(SIZE.0), f64::from(SIZE.1));
        let place = (dice.between((0.2, 0.8)) * width, dice.between((0.2, 0.8)) * height);
        let radius = dice.between((60.0, 160.0));
        Self {
            card,
            fault,
            degrees: dice.signed(tilt),
            card_pixels: dice.between((1150.0, 1400.0)),
            blur_sigma: dice.between(blur),
            noise_sigma: dice.between(noise),
            perspective: (dice.signed(lean), dice.signed(lean)),
            light: dice.between(light),
            glare: (fault == Fault::Glare).then_some((place.0, place.1, radius)),
            seed: dice.next(),
        }
    }

    /// The photo.
    pub(crate) fn take(&self, card: &Grey) -> Grey {
        let (width, height) = SIZE;
        let mut shades = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let (x, y) = (f64::from(x), f64::from(y));
                shades.push(self.lit(self.seen(card, x, y), x, y));
            }
        }
        let blurred = blur(&shades, self.blur_sigma);
        let mut dice = Dice(self.seed);
        let pixels = blurred.iter().map(|shade| byte(shade + dice.normal() * self.noise_sigma)).collect();
        Grey { width, height, pixels }
    }

    /// The shade of what lies at a place of the photo.
    fn seen(&self, card: &Grey, x: f64, y: f64) -> f64 {
        let (dx, dy) = (x - f64::from(SIZE.0) / 2.0, y - f64::from(SIZE.1) / 2.0);
        let nearness = 1.0 + self.perspective.0 * dx + self.perspective.1 * dy;
        let scale = nearness * self.card_pixels / f64::from(card.width);
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let across = (cos * dx + sin * dy) / scale + f64::from(card.width) / 2.0;
        let down = (cos * dy - sin * dx) / scale + f64::from(card.height) / 2.0;
        card.between(across, down)
    }

    /// That shade in the light of the photo, which comes from the right.
    fn lit(&self, shade: f64, x: f64, y: f64) -> f64 {
        let even = shade * self.light * (0.8 + 0.2 * x / f64::from(SIZE.0));
        let Some((middle_x, middle_y, radius)) = self.glare else { return even };
        let far = ((x - middle_x).powi(2) + (y - middle_y).powi(2)) / radius.powi(2);
        even + 150.0 * (-far).exp()
    }
}

impl Grey {
    /// The picture with its longest side so long.
    pub(crate) fn in_side(&self, side: u32) -> Self {
        let ratio = f64::from(self.width.max(self.height)) / f64::from(side);
        let length = |length: u32| u32::try_from(whole(f64::from(length) / ratio)).expect("a side");
        let (width, height) = (length(self.width), length(self.height));
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (f64::from(x), f64::from(y))));
        let pixels =
            places.map(|(x, y)| byte(self.between((x + 0.5) * ratio - 0.5, (y + 0.5) * ratio - 0.5))).collect();
        Self { width, height, pixels }
    }

    /// The shade between four pixels; the table's outside.
    fn between(&self, x: f64, y: f64) -> f64 {
        let (left, top) = (x.floor(), y.floor());
        let (right, down) = (x - left, y - top);
        let upper = self.at(left, top) * (1.0 - right) + self.at(left + 1.0, top) * right;
        let lower = self.at(left, top + 1.0) * (1.0 - right) + self.at(left + 1.0, top + 1.0) * right;
        upper * (1.0 - down) + lower * down
    }

    fn at(&self, x: f64, y: f64) -> f64 {
        if x < 0.0 || y < 0.0 || x >= f64::from(self.width) || y >= f64::from(self.height) {
            return TABLE;
        }
        f64::from(self.pixels[whole(y) * whole(f64::from(self.width)) + whole(x)])
    }
}

/// Gaussian, first along the rows, then down the columns.
fn blur(shades: &[f64], sigma: f64) -> Vec<f64> {
    if sigma < 0.3 {
        return shades.to_vec();
    }
    let reach = whole((sigma * 3.0).ceil());
    let weight = |away: usize| (-(real(away) / sigma).powi(2) / 2.0).exp();
    let weights: Vec<f64> = (0..=2 * reach).map(|at| weight(at.abs_diff(reach))).collect();
    let all: f64 = weights.iter().sum();
    let (width, height) = (whole(f64::from(SIZE.0)), whole(f64::from(SIZE.1)));
    let mean = |from: &[f64], at: usize, end: usize, place: &dyn Fn(usize) -> usize| {
        let one = |(step, weight): (usize, &f64)| weight * from[place((at + step).saturating_sub(reach).min(end - 1))];
        weights.iter().enumerate().map(one).sum::<f64>() / all
    };
    let rows: Vec<f64> =
        (0..shades.len()).map(|at| mean(shades, at % width, width, &|x| at - at % width + x)).collect();
    (0..shades.len()).map(|at| mean(&rows, at / width, height, &|y| y * width + at % width)).collect()
}

/// SplitMix64: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, (from, to): (f64, f64)) -> f64 {
        let high = u32::try_from(self.next() >> 32).expect("32 bits");
        from + (to - from) * f64::from(high) / f64::from(u32::MAX)
    }

    /// That, to either side.
    fn signed(&mut self, range: (f64, f64)) -> f64 {
        let size = self.between(range);
        if self.next() & 1 == 0 { size } else { -size }
    }

    /// Nearly normal: the sum of twelve, less its mean.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.between((0.0, 1.0))).sum::<f64>() - 6.0
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a picture"
)]
fn whole(length: f64) -> usize {
    length as usize
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a place in a picture")]
fn real(length: usize) -> f64 {
    length as f64
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
fn byte(shade: f64) -> u8 {
    shade as u8
}
