//! The demo city: an invented place with six weeks of past and thirty days ahead.
