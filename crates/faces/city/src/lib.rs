//! The city's own pages: home, the city in numbers, help, accessibility and privacy statements.
