//! 方向性: what the city means to do with a programme, when its own words lump several meanings together.

use serde::{Serialize, Serializer};

/// One direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u16)]
pub enum Direction {
    /// 拡充.
    Expand = 1,
    /// 現状維持.
    Keep = 1 << 1,
    /// 改善.
    Improve = 1 << 2,
    /// 手段変更.
    ChangeMeans = 1 << 3,
    /// 縮小.
    Shrink = 1 << 4,
    /// 統合.
    Merge = 1 << 5,
    /// 休止.
    Pause = 1 << 6,
    /// 終了: as planned. Not the same as 廃止.
    End = 1 << 7,
    /// 廃止: decided against the plan.
    Abolish = 1 << 8,
    /// 移管.
    Transfer = 1 << 9,
    /// 判定不能.
    Unclear = 1 << 10,
}

impl Direction {
    /// All of them, in the order of screens.
    pub const ALL: [Self; 11] = [
        Self::Expand,
        Self::Keep,
        Self::Improve,
        Self::ChangeMeans,
        Self::Shrink,
        Self::Merge,
        Self::Pause,
        Self::End,
        Self::Abolish,
        Self::Transfer,
        Self::Unclear,
    ];

    /// The stored word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Keep => "keep",
            Self::Improve => "improve",
            Self::ChangeMeans => "change_means",
            Self::Shrink => "shrink",
            Self::Merge => "merge",
            Self::Pause => "pause",
            Self::End => "end",
            Self::Abolish => "abolish",
            Self::Transfer => "transfer",
            Self::Unclear => "unclear",
        }
    }

    /// The word in mappings and files.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Expand => "拡充",
            Self::Keep => "現状維持",
            Self::Improve => "改善",
            Self::ChangeMeans => "手段変更",
            Self::Shrink => "縮小",
            Self::Merge => "統合",
            Self::Pause => "休止",
            Self::End => "終了",
            Self::Abolish => "廃止",
            Self::Transfer => "移管",
            Self::Unclear => "判定不能",
        }
    }

    /// The direction with a stored word or a word in a mapping.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim();
        Self::ALL.into_iter().find(|direction| direction.code() == word || direction.label_ja() == word)
    }
}

/// The directions a city's label may mean: one when it is plain, several when it lumps them, none when it says nothing.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Directions(u16);

impl Directions {
    /// Nothing was said.
    pub const NONE: Self = Self(0);

    /// Whether `direction` may be meant.
    #[must_use]
    pub const fn may_be(self, direction: Direction) -> bool {
        self.0 & direction as u16 != 0
    }

    /// Whether nothing was said.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The one direction that is meant, if it is only one.
    #[must_use]
    pub fn only(self) -> Option<Direction> {
        let mut all = self.iter();
        all.next().filter(|_| all.next().is_none())
    }

    /// The members, in the order of [`Direction::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Direction> {
        Direction::ALL.into_iter().filter(move |direction| self.may_be(*direction))
    }

    /// Stored words with a blank between.
    #[must_use]
    pub fn stored(self) -> String {
        self.iter().map(Direction::code).collect::<Vec<_>>().join(" ")
    }

    /// Reads words with blanks or separators of lists between; nothing when one of them is unknown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let words = text.split([' ', '　', '・', '、', ',', '/', '／']).filter(|word| !word.is_empty());
        words.map(Direction::parse).collect()
    }
}

impl FromIterator<Direction> for Directions {
    fn from_iter<I: IntoIterator<Item = Direction>>(directions: I) -> Self {
        Self(directions.into_iter().fold(0, |bits, direction| bits | direction as u16))
    }
}

impl std::fmt::Debug for Directions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Directions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_read_in_either_language() {
        let lumped: Directions = [Direction::Improve, Direction::Shrink, Direction::Merge].into_iter().collect();
        assert_eq!(Directions::parse("改善・縮小・統合"), Some(lumped));
        assert_eq!(Directions::parse("improve shrink merge"), Some(lumped));
        assert_eq!(lumped.only(), None);
        assert_eq!(Directions::parse("現状維持").and_then(Directions::only), Some(Direction::Keep));
        assert_eq!(Directions::parse(""), Some(Directions::NONE));
        assert_eq!(Directions::parse("改善・もどす"), None);
    }

    proptest! {
        #[test]
        fn what_is_stored_comes_back(bits in 0_u16..1 << 11) {
            prop_assert_eq!(Directions::parse(&Directions(bits).stored()), Some(Directions(bits)));
        }
    }
}
