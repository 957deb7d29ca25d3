//! Telephone numbers as people read them.

/// A number that was given as digits, in the groups it is spoken in: 090-0000-1234, 0120-000-000.
///
/// Only numbers whose groups follow from their first digits are grouped (mobile, IP and free-phone numbers); the area codes of the
/// others have two to five digits, and a wrong group would be harder to check than none.
#[must_use]
pub fn grouped(number: &str) -> String {
    let Some((start, middle)) = groups(number) else { return number.to_owned() };
    let (first, tail) = number.split_at(start);
    let (second, third) = tail.split_at(middle);
    format!("{first}-{second}-{third}")
}

/// Digits of the first and the second group.
fn groups(number: &str) -> Option<(usize, usize)> {
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match (number.len(), number.get(..3)?) {
        (11, "050" | "060" | "070" | "080" | "090") => Some((3, 4)),
        (10, "012") if number.starts_with("0120") => Some((4, 3)),
        _ => None,
    }
}

/// The same text with hyphens at which no line is broken, for a number in the middle of a sentence.
///
/// For reading only: what a program reads, a `tel:` address say, takes the number itself.
#[must_use]
pub fn unbroken(text: &str) -> String {
    text.replace('-', "\u{2060}-\u{2060}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_where_the_groups_are_known() {
        for (given, read) in [
            ("09000001234", "090-0000-1234"),
            ("05012345678", "050-1234-5678"),
            ("0120000000", "0120-000-000"),
            ("0546261111", "0546261111"),
            ("054-626-1111", "054-626-1111"),
            ("", ""),
            ("+819000001234", "+819000001234"),
        ] {
            assert_eq!(grouped(given), read);
        }
    }

    #[test]
    fn a_number_in_a_sentence_stays_whole() {
        assert_eq!(unbroken("054-626-1111へ"), "054\u{2060}-\u{2060}626\u{2060}-\u{2060}1111へ");
    }
}
