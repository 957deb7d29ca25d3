//! Types and rules every room of the house speaks: ids, time, the Japanese calendar, money, text; no I/O.
