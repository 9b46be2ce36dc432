CREATE TABLE IF NOT EXISTS jupiter_brain.instances (
  id varchar(80) PRIMARY KEY,
  created_at timestamp(6) with time zone NOT NULL,
  destroyed_at timestamp(6) with time zone
);
