//! Messages to residents and staff, queued with the change they tell of.
