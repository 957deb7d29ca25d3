//! Reads the files cities really have: sniffs encodings, parses tables and names every bad row by line and column.
