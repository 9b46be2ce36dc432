-- Every clone bears this id, so that brokers with another ledger leave it alone.
CREATE TABLE jupiter_brain.ledgers (
  id varchar(80) PRIMARY KEY
);
INSERT INTO jupiter_brain.ledgers (id) VALUES (md5(random()::text || clock_timestamp()::text));

-- A leader proves by a write that its database takes some.
CREATE TABLE jupiter_brain.leaderships (
  id integer PRIMARY KEY,
  proved_at timestamptz NOT NULL
);
INSERT INTO jupiter_brain.leaderships (id, proved_at) VALUES (1, CURRENT_TIMESTAMP);

-- What a machine is known by when its name and reference change, and what it was made from.
ALTER TABLE jupiter_brain.instances ADD COLUMN vm_uuid varchar(80);
ALTER TABLE jupiter_brain.instances ADD COLUMN image_ref varchar(200);
ALTER TABLE jupiter_brain.instances ADD COLUMN image_snapshot varchar(200);

-- A Mac that is removed and added again has another reference, and the same hardware.
ALTER TABLE jupiter_brain.cordons ADD COLUMN hardware varchar(200);
ALTER TABLE jupiter_brain.cordons ADD COLUMN host_name varchar(400);
