-- Defaults let the old broker go on inserting its two columns during a roll-over.
ALTER TABLE jupiter_brain.instances ADD COLUMN phase varchar(16) DEFAULT 'READY' NOT NULL;
ALTER TABLE jupiter_brain.instances ADD COLUMN image varchar(400);
ALTER TABLE jupiter_brain.instances ADD COLUMN owner varchar(200);
ALTER TABLE jupiter_brain.instances ADD COLUMN host varchar(200);
ALTER TABLE jupiter_brain.instances ADD COLUMN cpus integer DEFAULT 0 NOT NULL;
ALTER TABLE jupiter_brain.instances ADD COLUMN ram_mb bigint DEFAULT 0 NOT NULL;
ALTER TABLE jupiter_brain.instances ADD COLUMN broker varchar(80) DEFAULT 'upstream' NOT NULL;
ALTER TABLE jupiter_brain.instances ADD COLUMN confirmed boolean DEFAULT TRUE NOT NULL;
ALTER TABLE jupiter_brain.instances ADD COLUMN ref varchar(200);
ALTER TABLE jupiter_brain.instances ADD COLUMN changed_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL;
ALTER TABLE jupiter_brain.instances ADD COLUMN reason varchar(2000) DEFAULT '' NOT NULL;

UPDATE jupiter_brain.instances SET owner = 'upstream', reason = 'made by the broker before this one';
UPDATE jupiter_brain.instances SET phase = 'GONE' WHERE destroyed_at IS NOT NULL;

CREATE INDEX instances_phase ON jupiter_brain.instances (phase);

-- A slot is a row: it is free while instance_id is null.
CREATE TABLE jupiter_brain.slots (
  host varchar(200) NOT NULL,
  number integer NOT NULL,
  instance_id varchar(80) UNIQUE,
  PRIMARY KEY (host, number)
);

CREATE TABLE jupiter_brain.transitions (
  instance_id varchar(80) NOT NULL,
  at timestamptz NOT NULL,
  phase varchar(16) NOT NULL,
  reason varchar(2000) NOT NULL
);
CREATE INDEX transitions_instance ON jupiter_brain.transitions (instance_id);

CREATE TABLE jupiter_brain.idempotency_keys (
  owner varchar(200) NOT NULL,
  idempotency_key varchar(200) NOT NULL,
  instance_id varchar(80) NOT NULL,
  PRIMARY KEY (owner, idempotency_key)
);
CREATE INDEX idempotency_keys_instance ON jupiter_brain.idempotency_keys (instance_id);

CREATE TABLE jupiter_brain.cordons (
  host varchar(200) PRIMARY KEY,
  kind varchar(16) NOT NULL,
  reason varchar(2000) NOT NULL
);

-- A broker process, alive for as long as it keeps saying so.
CREATE TABLE jupiter_brain.brokers (
  id varchar(80) PRIMARY KEY,
  seen_at timestamptz NOT NULL
);
