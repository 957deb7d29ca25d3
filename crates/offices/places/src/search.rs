//! Patterns for searching folded text.

use kernel::text::fold;

/// The LIKE pattern (escape character `\`) that finds `text` anywhere in a folded column; empty text finds everything.
pub(crate) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in fold(text).chars().filter(|character| *character != '\0') {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
