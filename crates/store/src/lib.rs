//! Durable storage on SQLite or PostgreSQL behind one transaction type.
