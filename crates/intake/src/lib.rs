//! Reads the files cities really have: sniffs encodings, parses tables and names every bad row by line and column.
//!
//! ```
//! use intake::{Collector, Table, cell};
//!
//! let bytes = "ＮＯ,施設名,緯度\n1,中央公民館,34.8\n2,,abc\n".as_bytes();
//! let table = Table::read("facilities.csv", bytes, 10 << 20).unwrap();
//! let name = table.require(&["名称", "施設名"]).unwrap();
//! let latitude = table.column(&["緯度", "lat"]);
//! let mut bad = Collector::default();
//! let mut good = Vec::new();
//! for row in table.rows() {
//!     let name = bad.take(row.required(name, cell::line::<100>));
//!     let latitude = bad.take(row.optional(latitude, cell::latitude));
//!     if let (Some(name), Some(latitude)) = (name, latitude) {
//!         good.push((name, latitude));
//!     }
//! }
//! let refused = bad.all_or_nothing(good).unwrap_err();
//! assert_eq!(refused.rows.len(), 2);
//! assert_eq!(refused.rows[0].to_string(), "facilities.csv:3 施設名: a value is missing");
//! ```

pub mod cell;
mod collect;
mod decode;
mod table;
mod workbook;

pub use collect::{Bad, BadRows, Collector, Reason};
pub use decode::{Encoding, FileError, decode, load};
pub use table::{Column, Row, Table, header_key};
