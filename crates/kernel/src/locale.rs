//! The languages of the screens and texts that staff write in more than one of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language a screen or message can be shown in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// 日本語, the first language.
    #[default]
    Ja,
    /// やさしい日本語.
    Easy,
    /// English.
    En,
}

impl Locale {
    /// Every locale, in the order the language switch shows them.
    pub const ALL: [Self; 3] = [Self::Ja, Self::Easy, Self::En];

    /// The code used in addresses, cookies, files and columns.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::Easy => "easy",
            Self::En => "en",
        }
    }

    /// The locale with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.code() == code)
    }

    /// The value of the `lang` attribute: やさしい日本語 is Japanese to a screen reader.
    #[must_use]
    pub const fn html_lang(self) -> &'static str {
        match self {
            Self::Ja | Self::Easy => "ja",
            Self::En => "en",
        }
    }

    /// The language's own name for itself, as the switch shows it.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Ja => "日本語",
            Self::Easy => "やさしい日本語",
            Self::En => "English",
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A text written by staff: Japanese always, the other languages when somebody has written them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Localized {
    /// Japanese.
    pub ja: String,
    /// やさしい日本語.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub easy: Option<String>,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Localized {
    /// A text in Japanese only.
    #[must_use]
    pub fn ja(text: impl Into<String>) -> Self {
        Self { ja: text.into(), easy: None, en: None }
    }

    /// A text in all three languages.
    #[must_use]
    pub fn new(ja: impl Into<String>, easy: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), easy: Some(easy.into()), en: Some(en.into()) }
    }

    /// The text in this language, or in Japanese when nobody has written it yet.
    #[must_use]
    pub fn get(&self, locale: Locale) -> &str {
        self.in_locale(locale).unwrap_or(&self.ja)
    }

    /// The language [`Localized::get`] really answers in, for the `lang` attribute of what is shown.
    #[must_use]
    pub fn language(&self, locale: Locale) -> Locale {
        if self.in_locale(locale).is_some() { locale } else { Locale::Ja }
    }

    fn in_locale(&self, locale: Locale) -> Option<&str> {
        let text = match locale {
            Locale::Ja => Some(&self.ja),
            Locale::Easy => self.easy.as_ref(),
            Locale::En => self.en.as_ref(),
        };
        text.map(String::as_str).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip() {
        for locale in Locale::ALL {
            assert_eq!(Locale::from_code(locale.code()), Some(locale));
            assert_eq!(serde_json::to_string(&locale).unwrap(), format!("\"{locale}\""));
        }
        assert_eq!(Locale::from_code("JA"), None);
        assert_eq!(Locale::Easy.html_lang(), "ja");
    }

    #[test]
    fn a_missing_language_falls_back_to_japanese_and_says_so() {
        let text = Localized { en: Some(String::new()), ..Localized::ja("市民課") };
        assert_eq!(text.get(Locale::En), "市民課");
        assert_eq!(text.language(Locale::En), Locale::Ja);
        let text = Localized::new("市民課", "しみんか", "Residents Division");
        assert_eq!(text.get(Locale::Easy), "しみんか");
        assert_eq!(text.language(Locale::Easy), Locale::Easy);
    }

    #[test]
    fn json_leaves_out_what_is_not_written() {
        assert_eq!(serde_json::to_string(&Localized::ja("a")).unwrap(), r#"{"ja":"a"}"#);
        assert_eq!(serde_json::from_str::<Localized>(r#"{"ja":"a"}"#).unwrap(), Localized::ja("a"));
    }
}
