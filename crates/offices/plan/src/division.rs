//! The division as a file writes it: 部 and 課 in one word, 教育委員会事務局 and bodies outside the departments.

use serde::Serialize;

/// 担当課 as written, and its parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Division {
    /// As written, without spaces.
    pub label: String,
    /// Up to the first 部 or 局; the whole label when it has neither.
    pub bu: String,
    /// What follows; empty when nothing does.
    pub ka: String,
}

impl Division {
    /// Splits a label after its first 部 or 局: `教育委員会事務局学校教育課` → 教育委員会事務局, 学校教育課.
    ///
    /// A label without either (`大船渡消防署`, `会計課`) is a row of its own. Spaces some files put between are taken
    /// out, so that the same division is one.
    #[must_use]
    pub fn parse(label: &str) -> Self {
        let label: String = label.chars().filter(|character| !character.is_whitespace()).collect();
        // The first character alone names nothing: 部長室 has no 部.
        let split = label.char_indices().skip(1).find(|(_, character)| matches!(character, '部' | '局'));
        let (bu, ka) = match split {
            Some((at, character)) => label.split_at(at + character.len_utf8()),
            None => (label.as_str(), ""),
        };
        Self { bu: bu.to_owned(), ka: ka.to_owned(), label: label.clone() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn divisions_as_files_write_them() {
        for (label, bu, ka) in [
            ("市民生活部市民環境課", "市民生活部", "市民環境課"),
            ("保健福祉部　こども家庭センター", "保健福祉部", "こども家庭センター"),
            ("教育委員会事務局北部学校給食センター", "教育委員会事務局", "北部学校給食センター"),
            ("農業委員会事務局", "農業委員会事務局", ""),
            ("会計課", "会計課", ""),
            ("保健福祉こども家庭センター", "保健福祉こども家庭センター", ""),
            ("部長室", "部長室", ""),
            ("", "", ""),
        ] {
            let division = Division::parse(label);
            assert_eq!((division.bu.as_str(), division.ka.as_str()), (bu, ka), "{label}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(label in "[部局課係室市民 　]{0,12}") {
            let division = Division::parse(&label);
            prop_assert_eq!(format!("{}{}", division.bu, division.ka), division.label);
        }
    }
}
