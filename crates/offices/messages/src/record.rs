//! The delivery record: where each message stands, for staff; addresses and texts are not in it.

store::id!(
    /// One message to one recipient.
    pub MessageId
);
