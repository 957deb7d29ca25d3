//! Lines of a plain-text letter: at most 78 columns as a terminal shows them, broken where a Japanese or English reader expects it.

/// The widest line a letter may have, in columns (RFC 5322 asks for 78; a full-width letter takes two).
pub(crate) const COLUMNS: usize = 78;

/// Breaks every line of `text` that is wider than [`COLUMNS`]; shorter lines and empty ones stay as their author wrote them.
/// A word without a place to break (a long link) is left whole on its own line, because a broken link is a useless link.
pub(crate) fn wrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        wrap_line(line.trim_end(), &mut out);
    }
    out
}

/// Columns that a string takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn wrap_line(line: &str, out: &mut String) {
    if width(line) <= COLUMNS {
        out.push_str(line);
        return;
    }
    let indent = hanging_indent(line);
    let mut used = 0;
    let mut fresh = true;
    for piece in pieces(line) {
        let shown = piece.trim_end_matches(' ');
        if !fresh && used + width(shown) > COLUMNS {
            let kept = out.trim_end_matches(' ').len();
            out.truncate(kept);
            out.push('\n');
            out.push_str(indent);
            used = width(indent);
            fresh = true;
            if shown.is_empty() {
                continue;
            }
        }
        out.push_str(piece);
        used += width(piece);
        fresh = false;
    }
    let kept = out.trim_end_matches(' ').len();
    out.truncate(kept);
}

/// An item of a list goes on under its own text, not under its bullet.
fn hanging_indent(line: &str) -> &'static str {
    match line.chars().next() {
        Some('・' | '※' | '●' | '■' | '○') => "\u{3000}",
        Some('-' | '*') if line.chars().nth(1) == Some(' ') => "  ",
        _ => "",
    }
}

/// The line cut at every place where it may be broken; a piece keeps the spaces behind it.
fn pieces(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in line.char_indices() {
        if let Some(previous) = before
            && may_break(previous, c)
        {
            out.push(&line[start..at]);
            start = at;
        }
        before = Some(c);
    }
    out.push(&line[start..]);
    out
}

fn may_break(before: char, after: char) -> bool {
    if after == ' ' || columns(after) == 0 {
        return false;
    }
    if before == ' ' {
        return true;
    }
    if never_ends_a_line(before) || never_begins_a_line(after) {
        return false;
    }
    // Between two letters of a Western word there is no place to break; at a Japanese letter there is.
    columns(before) == 2 || columns(after) == 2
}

fn never_begins_a_line(c: char) -> bool {
    "、。，．・：；？！,.:;?!)]}」』】）］｝〉》〕〟’”ゝゞ々ー～〜…‥ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%％℃円年月日時分人件番号名様課".contains(c)
}

fn never_ends_a_line(c: char) -> bool {
    "([{「『【（［｛〈《〔〝‘“¥￥#第約".contains(c)
}

/// Columns of one letter. Where a letter is narrow in some fonts and wide in Japanese ones it counts as wide, so that a line never grows too long.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x0000..=0x001F | 0x007F..=0x009F => 0,
        0x0300..=0x036F | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3099..=0x309A => 0,
        0xFE00..=0xFE0F | 0xFEFF | 0xE0100..=0xE01EF => 0,
        0xFF61..=0xFFDC | 0xFFE8..=0xFFEE => 1,
        0x0370..=0x04FF | 0x1100..=0x11FF | 0x2010..=0x27BF | 0x2E80..=0xA4CF | 0xA960..=0xA97F => 2,
        0xAC00..=0xD7FF | 0xE000..=0xFAFF | 0xFE10..=0xFE6F | 0xFF00..=0xFFFF => 2,
        0x1F000..=0x1FAFF | 0x20000..=0x3FFFF => 2,
        0x00A7 | 0x00A8 | 0x00B0 | 0x00B1 | 0x00B4 | 0x00B6 | 0x00D7 | 0x00F7 => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, width, wrap};

    #[test]
    fn short_lines_stay_as_written() {
        let text = "ご予約を受け付けました。\n\n・マイナンバーカード\n  (お持ちの方)\n";
        assert_eq!(wrap(text), text);
    }

    #[test]
    fn long_japanese_breaks_before_78_columns_and_not_before_a_full_stop() {
        let sentence = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよ。らりるれろ";
        let wrapped = wrap(sentence);
        for line in wrapped.lines() {
            assert!(width(line) <= COLUMNS, "{line}");
            assert!(!line.starts_with('。'), "{line}");
        }
        assert!(wrapped.lines().count() == 2);
        assert_eq!(wrapped.replace('\n', ""), sentence);
    }

    #[test]
    fn links_are_never_broken() {
        let link = format!("https://city.example.jp/visits/{}", "a1b2".repeat(30));
        let wrapped =
            wrap(&format!("ご予約の確認と取り消しは、次のページからできます。いつでもご覧いただけます: {link} です"));
        assert!(wrapped.lines().any(|line| line.contains(&link)), "{wrapped}");
    }

    #[test]
    fn english_breaks_at_spaces_and_drops_them() {
        let text = "Please bring the notice that came by post, your current card and one more proof of who you are to the counter.";
        let wrapped = wrap(text);
        assert_eq!(wrapped.lines().count(), 2);
        assert!(wrapped.lines().all(|line| line == line.trim() && width(line) <= COLUMNS));
        assert_eq!(wrapped.replace('\n', " "), text);
    }

    #[test]
    fn items_of_a_list_hang_under_their_text() {
        let item = format!("・{}", "通知書と本人確認書類を".repeat(6));
        let wrapped = wrap(&item);
        assert!(wrapped.lines().skip(1).all(|line| line.starts_with('\u{3000}')), "{wrapped}");
    }
}
