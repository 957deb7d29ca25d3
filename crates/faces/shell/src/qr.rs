//! QR codes as pictures made of vectors, for screens and paper.

use data_encoding::BASE64;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::refusal::Refusal;

/// The picture as SVG text: black on white with the quiet border the standard asks for.
///
/// # Errors
/// When the text is longer than a QR code can hold (about 2,300 bytes).
pub fn svg(text: &str) -> Result<String, Refusal> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| Refusal::internal(format!("no QR code for {} bytes: {error}", text.len())))?;
    Ok(code
        .render::<svg::Color<'_>>()
        .min_dimensions(232, 232)
        .quiet_zone(true)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build())
}

/// The picture as an address for `<img src>`; the page gives it an `alt`.
///
/// # Errors
/// As [`fn@svg`].
pub fn image(text: &str) -> Result<String, Refusal> {
    Ok(format!("data:image/svg+xml;base64,{}", BASE64.encode(svg(text)?.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_without_scripts_or_styles() {
        let svg = svg("https://city.example.jp/visits/3F7-204?secret=abc").unwrap();
        assert!(svg.contains("<svg") && svg.contains("#000"));
        assert!(!svg.contains("style=") && !svg.contains("<script"));
        assert!(image("x").unwrap().starts_with("data:image/svg+xml;base64,"));
        assert!(super::svg(&"x".repeat(5000)).is_err());
    }
}
