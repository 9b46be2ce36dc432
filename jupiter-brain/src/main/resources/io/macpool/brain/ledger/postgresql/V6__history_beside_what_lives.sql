-- What lives is found without going through the history, however long that is; and what is long
-- gone is found, and removed, from its old end.
CREATE INDEX instances_live ON jupiter_brain.instances (id)
  WHERE phase IN ('REQUESTED', 'CLONED', 'READY', 'RECLAIMING');
CREATE INDEX instances_gone ON jupiter_brain.instances (destroyed_at) WHERE phase = 'GONE';
DROP INDEX jupiter_brain.instances_phase;

-- What was leased by instances that are purged already.
DELETE FROM jupiter_brain.leased l
WHERE NOT EXISTS (SELECT 1 FROM jupiter_brain.instances i WHERE i.id = l.instance_id);
