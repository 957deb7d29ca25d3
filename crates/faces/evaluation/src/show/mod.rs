//! From what the services say to what the pages show.

pub(crate) mod kpi;
pub(crate) mod money;
pub(crate) mod sheet;
