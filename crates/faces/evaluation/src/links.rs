//! Addresses of these pages, for staff and for everybody.

use crate::show::sheet::For;

/// Percent-encodes what may not stand in an address as it is.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The list of programmes.
pub(crate) fn list(reader: For, query: &str) -> String {
    let path = match reader {
        For::Staff => "/staff/evaluation",
        For::Everybody => "/city/programmes",
    };
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A programme's sheet.
pub(crate) fn sheet(reader: For, code: &str) -> String {
    match reader {
        For::Staff => format!("/staff/evaluation/programmes/{}", encoded(code)),
        For::Everybody => format!("/city/programmes/{}", encoded(code)),
    }
}

/// A part of a sheet as CSV: `money` or `indicators`.
pub(crate) fn sheet_csv(reader: For, code: &str, part: &str) -> String {
    format!("{}/{part}.csv", sheet(reader, code))
}

/// A metric's page.
pub(crate) fn metric(reader: For, name: &str, query: &str) -> String {
    let path = match reader {
        For::Staff => "/staff/evaluation/metrics",
        For::Everybody => "/city/metrics",
    };
    let question = if query.is_empty() { "" } else { "?" };
    format!("{path}/{}{question}{query}", encoded(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_any_script_stand_in_addresses() {
        assert_eq!(sheet(For::Staff, "A-1/2"), "/staff/evaluation/programmes/A-1%2F2");
        assert_eq!(metric(For::Everybody, "visits.stay", "by=day"), "/city/metrics/visits.stay?by=day");
        assert_eq!(encoded("市"), "%E5%B8%82");
    }
}
