//! Where the city serves and when it is open: areas, towns, facilities, counters, holidays.
