//! Staff: persons, posts in dated units, roles, sign-in, sessions, and every look at a resident's case.
//!
//! | word | what it is |
//! |---|---|
//! | unit | 部, 課, 係: a tree that changes with the date |
//! | post | 職: a place in a unit, with a title and roles; **authority belongs to it**, not to a person |
//! | holding | a person's time in a post; several at once are 兼務 |
//! | 所管 (scope) | the units a post acts for: its division and all below, or its department and all below |
//! | session | a signed-in browser |
//! | look | somebody opened a resident's case, and why |
//!
//! What always holds:
//! * What may be done is decided by the posts held on the civil day of the request, so a transfer on 1 April needs
//!   nobody to end sessions or change accounts, and cases stay with their unit and post.
//! * One browser's token, one printed code, one time step of an authenticator and one pending sign-in are each good
//!   once, by a conditional UPDATE or DELETE; only digests of tokens and codes are stored.
//! * Who does not exist, who is locked out and who mistypes get the same answer at the same cost.
//! * The keys of the house (管理者) are given and taken by administrators only, and the last ones stay.
//! * Whoever changes a password or a second factor, their own or another's, gives their present password again.
//! * A session that still has a password to change or a second factor to set up has no permission at all.

mod add_staff;
mod change_password;
mod first_administrator;
mod help;
mod holdings;
mod import_organisation;
mod import_staff_posts;
pub mod keeper;
mod keys;
mod limit;
mod look;
mod model;
pub mod password;
mod persons;
mod policy;
mod posts;
mod record;
pub mod roles;
mod second_factor;
mod secret;
mod session;
mod sign_in;
mod step_up;
pub mod totp;
mod units;
mod vault;

pub use add_staff::{AddStaff, AddStaffError, Added, FirstPost, add_staff};
pub use change_password::{ChangePasswordError, change_password};
pub use first_administrator::{
    FIRST_LOGIN, FirstAdministrator, FirstAdministratorError, OWN_POST, OWN_UNIT, first_administrator, own_post,
};
pub use help::{HELP_SIGN_IN, HelpError, forget_second_factors, give_codes, give_password};
pub use import_organisation::{Organisation, OrganisationReport, import_organisation, preview_organisation};
pub use import_staff_posts::{ImportError, StaffPosts, StaffPostsReport, import_staff_posts, preview_staff_posts};
pub use keeper::{Cost, Hashed, Keeper, KeeperError};
pub use keys::{KeysError, holds_keys};
pub use look::{Case, Look, Looked, Purpose, look, looks_at, looks_by, refuse_look};
pub use model::{
    Actor, Branch, HeldPost, HoldingId, Must, PersonId, PostId, SessionId, Staff, Unit, UnitId, UnitKind, tree,
};
pub use password::{Password, WeakPassword};
pub use persons::{
    FirstPassword, Login, Person, PersonData, PersonError, Term, add_person, change_person, disable_person, person,
    person_by_login, persons, terms,
};
pub use policy::{Policy, SecondFactor};
pub use posts::{Hold, Holder, Post, PutPost, PutPostError, close_post, hold, posts, put_post, release};
pub use roles::{Permission, Permissions, Role, Roles};
pub use second_factor::{
    CODES, Enrolled, FactorError, TotpOffer, confirm_totp, enrol_totp, new_codes, offered_totp, remove_totp,
};
pub use secret::Token;
pub use session::{Opened, SessionView, authenticate, revoke, revoke_all, revoke_others, sessions, sweep, touch};
pub use sign_in::{Begun, Finished, Pending, SignIn, SignInError, begin_sign_in, finish_second_factor, pending};
pub use step_up::{Helper, ProveError, Proven, prove_password};
pub use units::{PutUnit, PutUnitError, close_unit, put_unit, unit, units};
pub use vault::{LEAST_FILE_BYTES, Resealed, ShortSecret, Vault, reseal};

/// Every statement of this office, for the registry.
pub const STATEMENTS: &[&[store::Statement]] = &[
    change_password::STATEMENTS,
    first_administrator::STATEMENTS,
    import_staff_posts::STATEMENTS,
    keys::STATEMENTS,
    persons::STATEMENTS,
    posts::STATEMENTS,
    second_factor::STATEMENTS,
    session::STATEMENTS,
    sign_in::STATEMENTS,
    step_up::STATEMENTS,
    units::STATEMENTS,
    vault::STATEMENTS,
];

#[cfg(test)]
mod tests;
