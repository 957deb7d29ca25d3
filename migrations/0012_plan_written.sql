-- The names a programme's own row gave to the nodes above it: files disagree within themselves, and an export gives back what came.
ALTER TABLE plan_content ADD COLUMN policy_name {text} NOT NULL DEFAULT '';
ALTER TABLE plan_content ADD COLUMN measure_name {text} NOT NULL DEFAULT '';
ALTER TABLE plan_content ADD COLUMN basic_name {text} NOT NULL DEFAULT '';
