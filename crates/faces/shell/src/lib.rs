//! What every page shares: layout, words, routes with their rules, errors, security headers, API description.
