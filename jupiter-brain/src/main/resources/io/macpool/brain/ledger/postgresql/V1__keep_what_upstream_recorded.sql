-- The old broker's table, if it is there, is taken over with its rows; otherwise it is made.
CREATE TABLE IF NOT EXISTS jupiter_brain.instances (
  id varchar(80) PRIMARY KEY,
  created_at timestamptz NOT NULL,
  destroyed_at timestamptz
);

DO $$
DECLARE
  old record;
BEGIN
  FOR old IN
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'jupiter_brain' AND table_name = 'instances'
      AND data_type = 'timestamp without time zone'
  LOOP
    -- The old broker wrote UTC without saying so.
    EXECUTE format(
      'ALTER TABLE jupiter_brain.instances ALTER COLUMN %I TYPE timestamptz USING %I AT TIME ZONE ''UTC''',
      old.column_name, old.column_name);
  END LOOP;
END $$;

ALTER TABLE jupiter_brain.instances ALTER COLUMN id TYPE varchar(80) USING id::text;
