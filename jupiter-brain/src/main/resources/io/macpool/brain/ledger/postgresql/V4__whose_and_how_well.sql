-- Whose an instance is, and whether it was seen to be of use, are two things; a row that says
-- neither, as the old broker inserts it, is of an unknown owner. The version grows with each change.
ALTER TABLE jupiter_brain.instances ADD COLUMN warm boolean DEFAULT FALSE NOT NULL;
ALTER TABLE jupiter_brain.instances ADD COLUMN healthy boolean DEFAULT FALSE NOT NULL;
ALTER TABLE jupiter_brain.instances ADD COLUMN version bigint DEFAULT 0 NOT NULL;

UPDATE jupiter_brain.instances SET warm = TRUE, healthy = confirmed, confirmed = FALSE
WHERE owner IS NULL AND image IS NOT NULL AND phase <> 'GONE';
