//! Chance that repeats: the same seed draws the same city on every machine.

/// A source of repeatable numbers.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// A source of its own for a part of the city, so that changing one part leaves the others as they were.
    pub(crate) fn branch(&self, name: &str) -> Chance {
        let mixed = name.bytes().fold(self.0 ^ 0x51ed_270b_9f7c_1a35, |state, byte| step(state ^ u64::from(byte)).1);
        Chance(mixed)
    }

    fn next(&mut self) -> u64 {
        let (state, out) = step(self.0);
        self.0 = state;
        out
    }

    /// A number in `0..bound`; 0 for an empty range. The bias of a remainder does not matter for a drawing.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        if bound == 0 {
            return 0;
        }
        u32::try_from(self.next() % u64::from(bound)).unwrap_or(0)
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u32::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(0);
        low + i64::from(self.below(width))
    }

    /// Whether something of this many in a hundred happens.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(u32::try_from(from.len()).unwrap_or(u32::MAX));
        from.get(usize::try_from(at).unwrap_or(0))
    }

    /// A place in a list of weights, the heavier the likelier.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (at, weight) in weights.iter().enumerate() {
            if left < *weight {
                return at;
            }
            left -= weight;
        }
        0
    }

    /// `thousandths / 1000` on average, as a whole number.
    pub(crate) fn about(&mut self, thousandths: u32) -> u32 {
        thousandths / 1000 + u32::from(self.below(1000) < thousandths % 1000)
    }
}

/// One step of a 64-bit generator that visits every state once, and the number it gives.
fn step(state: u64) -> (u64, u64) {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut out = state;
    out = (out ^ (out >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    out = (out ^ (out >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (state, out ^ (out >> 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_another_another() {
        let draw = |seed| {
            let mut chance = Chance::new(seed);
            (0..50).map(|_| chance.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1), {
            let mut branch = Chance::new(1).branch("a");
            (0..50).map(|_| branch.below(1000)).collect::<Vec<_>>()
        });
    }

    #[test]
    fn draws_stay_in_range_and_follow_weights() {
        let mut chance = Chance::new(7);
        let mut counts = [0_u32; 3];
        for _ in 0..3000 {
            assert!((5..=9).contains(&chance.between(5, 9)));
            counts[chance.weighted(&[1, 0, 2])] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((800..1200).contains(&counts[0]), "{counts:?}");
        assert_eq!((chance.below(0), chance.pick::<u8>(&[]), chance.weighted(&[])), (0, None, 0));
        let sum: u32 = (0..1000).map(|_| chance.about(2_300)).sum();
        assert!((2_200..2_400).contains(&sum), "{sum}");
    }
}
