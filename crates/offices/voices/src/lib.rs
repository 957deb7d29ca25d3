//! What residents say afterwards: satisfaction and one line.
