//! Counter visits: booking a place, the queue at the counter, calling and serving.
