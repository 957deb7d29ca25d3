//! Pages and API of counter visits for residents, staff and the board.
