//! The outside world as one parameter: what time it is and what chance says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::day::Day;
use crate::id::Id;
use crate::time::{Clock, Instant, SystemClock, TestClock};

/// The clock and the entropy source, passed as `&World` to every function that needs either.
///
/// Clones share one source. [`World::real`] is made once by the binary; tests use [`World::fixed`], where the
/// same seed gives the same ids and numbers.
#[derive(Clone)]
pub struct World {
    clock: Arc<dyn Clock>,
    entropy: Entropy,
    /// The last id's time part (48 bits of ms, 12 bits of fraction), so ids of one world only ever grow.
    last: Arc<AtomicU64>,
}

#[derive(Clone)]
enum Entropy {
    System,
    Seeded(Arc<AtomicU64>),
}

impl World {
    /// The machine's clock and entropy.
    #[must_use]
    pub fn real() -> Self {
        Self { clock: Arc::new(SystemClock), entropy: Entropy::System, last: Arc::default() }
    }

    /// A world for tests and for the demo city: a clock one can set and chance that repeats for the same seed.
    #[must_use]
    pub fn fixed(clock: TestClock, seed: u64) -> Self {
        Self { clock: Arc::new(clock), entropy: Entropy::Seeded(Arc::new(AtomicU64::new(seed))), last: Arc::default() }
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The present civil day in Japan.
    #[must_use]
    pub fn today(&self) -> Day {
        self.now().day()
    }

    /// A fresh identifier (UUIDv7). Later ids of one world are greater than earlier ones.
    #[must_use]
    pub fn id<T: Id>(&self) -> T {
        let micros = u64::try_from(self.now().micros()).unwrap_or(0);
        let stamp = ((micros / 1000) << 12) | ((micros % 1000) * 4096 / 1000);
        let grown = |last: u64| last.saturating_add(1).max(stamp);
        let stamp =
            self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(grown(last))).map_or(stamp, grown);
        let random: [u8; 8] = self.bytes();
        let mut bytes = [0_u8; 16];
        bytes[..6].copy_from_slice(&(stamp >> 12).to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&(0x7000 | (stamp & 0x0fff)).to_be_bytes()[6..]);
        bytes[8..].copy_from_slice(&random);
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        T::from(uuid::Uuid::from_bytes(bytes))
    }

    /// Random bytes fit for secrets (in a real world).
    #[must_use]
    #[expect(clippy::panic, reason = "a machine without randomness cannot make secrets: stopping is the safe answer")]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        match &self.entropy {
            Entropy::System =>
            {
                #[expect(clippy::disallowed_methods, reason = "the one place where real randomness enters")]
                if let Err(error) = getrandom::fill(&mut bytes) {
                    panic!("the operating system gives no randomness: {error}");
                }
            }
            Entropy::Seeded(state) => {
                for chunk in bytes.chunks_mut(8) {
                    let word = mix(state.fetch_add(GOLDEN, Ordering::Relaxed).wrapping_add(GOLDEN));
                    chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
                }
            }
        }
        bytes
    }

    /// A number in `0..bound` (0 when `bound` is 0), without the bias of a plain remainder.
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let rest = (u64::MAX % bound + 1) % bound;
        loop {
            let word = u64::from_le_bytes(self.bytes());
            if word <= u64::MAX - rest {
                return word % bound;
            }
        }
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("now", &self.now()).finish_non_exhaustive()
    }
}

/// The odd constant 2^64/φ: stepping by it visits every state once.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finishing steps of the SplitMix64 generator.
fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::id!(
        /// A thing.
        ThingId
    );

    fn noon() -> TestClock {
        TestClock::at(Instant::from_micros(1_780_000_000_000_000))
    }

    #[test]
    fn the_same_seed_tells_the_same_story() {
        let (a, b, c) = (World::fixed(noon(), 7), World::fixed(noon(), 7), World::fixed(noon(), 8));
        assert_eq!(a.bytes::<20>(), b.bytes::<20>());
        assert_eq!(a.id::<ThingId>(), b.id::<ThingId>());
        assert_ne!(a.bytes::<20>(), c.bytes::<20>());
    }

    #[test]
    fn ids_grow_even_when_the_clock_stands_still_or_steps_back() {
        let clock = noon();
        let world = World::fixed(clock.clone(), 7);
        let mut last: ThingId = world.id();
        for step in 0..20_000 {
            if step == 10_000 {
                clock.set(Instant::from_micros(1_000_000));
            }
            let next: ThingId = world.id();
            assert!(next > last);
            last = next;
        }
    }

    #[test]
    fn an_id_carries_its_moment() {
        let world = World::fixed(noon(), 7);
        let id: ThingId = world.id();
        assert_eq!(id.uuid().get_version_num(), 7);
        let (seconds, nanos) = id.uuid().get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, nanos / 1_000_000), (1_780_000_000, 0));
    }

    #[test]
    fn below_stays_below_and_reaches_everything() {
        let world = World::fixed(noon(), 7);
        let mut seen = [false; 6];
        for _ in 0..1000 {
            seen[usize::try_from(world.below(6)).unwrap()] = true;
        }
        assert_eq!(seen, [true; 6]);
        assert_eq!(world.below(0), 0);
        assert_eq!(world.below(1), 0);
    }

    #[test]
    fn real_worlds_differ() {
        assert_ne!(World::real().bytes::<16>(), World::real().bytes::<16>());
        assert!(World::real().now() > Instant::from_micros(1_700_000_000_000_000));
    }
}
