-- Empty for cordons from before.
ALTER TABLE jupiter_brain.cordons ADD COLUMN since timestamp(6) with time zone;
ALTER TABLE jupiter_brain.cordons ADD COLUMN set_by varchar(200);
