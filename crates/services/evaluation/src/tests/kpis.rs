//! KPIs: who may say what when, and what everybody sees.
