-- Repairs of hosts under way; an intent is here before anything is done.
CREATE TABLE jupiter_brain.hygiene_repairs (
  host varchar(200) PRIMARY KEY,
  phase varchar(20) NOT NULL,
  cause varchar(40) NOT NULL,
  reason varchar(1000) NOT NULL,
  seen_at timestamptz NOT NULL,
  pool varchar(200) NOT NULL,
  image varchar(400),
  macos_build varchar(100),
  boot_before timestamptz,
  asks integer NOT NULL,
  failures integer NOT NULL,
  since timestamptz NOT NULL,
  due timestamptz NOT NULL
);

-- How many hosts of a failure domain may be under repair at a time; 1 where there is no row.
CREATE TABLE jupiter_brain.hygiene_widths (
  kind varchar(20) NOT NULL,
  name varchar(400) NOT NULL,
  width integer NOT NULL,
  PRIMARY KEY (kind, name)
);

-- Grows with each plan that is put on record: who planned by an older one plans anew.
CREATE TABLE jupiter_brain.hygiene_versions (
  id integer PRIMARY KEY,
  version bigint NOT NULL
);
INSERT INTO jupiter_brain.hygiene_versions (id, version) VALUES (1, 0);
