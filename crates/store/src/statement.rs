//! SQL statements as named constants, collected so that a test can prepare every one on both engines.

/// One SQL text with its name. Parameters are `$1…`; tokens of [`crate::dialect`] may stand in it.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// `crate::module::NAME`, for logs and errors.
    pub name: &'static str,
    /// The text, the same for both engines.
    pub sql: &'static str,
}

/// Declares statements as constants and collects them in a `STATEMENTS` constant of the module.
/// The crate's own `STATEMENTS` gathers its modules'; one that is forgotten there is dead code, which fails the build.
///
/// ```
/// store::statements! {
///     /// The service's row.
///     FIND = "SELECT name FROM service WHERE id = $1";
/// }
/// assert_eq!(STATEMENTS.len(), 1);
/// # let _ = FIND;
/// ```
#[macro_export]
macro_rules! statements {
    ($( $(#[$meta:meta])* $vis:vis $name:ident = $sql:expr; )*) => {
        $(
            $(#[$meta])*
            $vis const $name: $crate::Statement = $crate::Statement {
                name: concat!(module_path!(), "::", stringify!($name)),
                sql: $sql,
            };
        )*
        /// Every statement of this module, for the registry that prepares them on both engines.
        pub(crate) const STATEMENTS: &[$crate::Statement] = &[$($name),*];
    };
}
