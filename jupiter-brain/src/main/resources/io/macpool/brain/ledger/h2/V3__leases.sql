-- A holder lives for as long as it keeps renewing its lease; what it leased goes when it does not.
CREATE TABLE jupiter_brain.leases (
  owner varchar(200) NOT NULL,
  id varchar(200) NOT NULL,
  renewed_at timestamp(6) with time zone NOT NULL,
  duration_ms bigint NOT NULL,
  PRIMARY KEY (owner, id)
);

-- What was made under which lease.
CREATE TABLE jupiter_brain.leased (
  instance_id varchar(80) PRIMARY KEY,
  owner varchar(200) NOT NULL,
  lease_id varchar(200) NOT NULL
);
CREATE INDEX leased_lease ON jupiter_brain.leased (owner, lease_id);
