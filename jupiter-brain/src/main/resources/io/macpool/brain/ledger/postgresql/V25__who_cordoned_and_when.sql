-- Empty for cordons from before.
ALTER TABLE jupiter_brain.cordons ADD COLUMN since timestamptz;
ALTER TABLE jupiter_brain.cordons ADD COLUMN set_by varchar(200);
