-- What is long gone is found, and removed, from its old end; what lives is found by its phase.
CREATE INDEX instances_gone ON jupiter_brain.instances (phase, destroyed_at);

-- What was leased by instances that are purged already.
DELETE FROM jupiter_brain.leased
WHERE NOT EXISTS
  (SELECT 1 FROM jupiter_brain.instances i WHERE i.id = jupiter_brain.leased.instance_id);
