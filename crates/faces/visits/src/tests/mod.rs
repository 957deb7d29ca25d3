//! The face through the whole router: what residents, staff and programs may do and what they are told when they may not.

mod api;
mod desk;
mod hall;
mod resident;
