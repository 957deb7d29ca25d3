//! The city's plan: 政策 → 施策 → (基本事業) → 事務事業.
//!
//! | word | what it is |
//! |---|---|
//! | node | a 政策, 施策 or 基本事業; known by its code under the codes above it |
//! | programme | a 事務事業: its code is its identity over the years |
//! | content | what one file says of a programme: names, purpose, terms, the division as written |
//! | batch | one import; published by one row, and only then read by anybody |
//! | lineage | what became of what: 統合, 分割, 改称, 再編 |
//! | owner | the post (職) that answers for a programme |
//!
//! What always holds:
//! * A reader sees published batches only, whole ones. What a newer batch replaced stays as history.
//! * Codes never change their meaning: what ends or becomes another thing is said by lineage.
//! * A code may have several names in one file (real files do); all are kept, the commonest is shown.

pub mod batch;
mod division;
mod lineage;
mod live;
mod node;
mod owner;
mod programme;
pub mod year;

pub use division::Division;
pub use lineage::{Ends, Lineage, LineageError, LineageKind, NewLineage, lineage, record_lineage, remove_lineage};
pub use node::{Level, Names, Node, NodeCode, NodeRef, Path, Tree, ensure_nodes, rename_nodes, tree};
pub use owner::{OwnerError, owned_by, owner, set_owner};
pub use programme::{
    Content, KnownProgramme, Programme, Text, WrittenYear, ensure_programmes, known, programme, replace_content,
};

store::id! {
    /// A 政策, 施策 or 基本事業.
    pub NodeId
}
store::id! {
    /// A 事務事業.
    pub ProgrammeId
}
store::id! {
    /// One act of lineage.
    pub LineageId
}

/// Every statement of this office, for the registry.
pub const STATEMENTS: &[&[store::Statement]] =
    &[batch::STATEMENTS, lineage::STATEMENTS, node::STATEMENTS, owner::STATEMENTS, programme::STATEMENTS];

#[cfg(test)]
mod tests;
