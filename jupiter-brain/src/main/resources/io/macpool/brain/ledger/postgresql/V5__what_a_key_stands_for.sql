-- What was asked for under a key, so that something else under the same key is refused.
ALTER TABLE jupiter_brain.idempotency_keys ADD COLUMN request varchar(500);
