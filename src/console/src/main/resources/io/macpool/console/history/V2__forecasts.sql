-- What was told of the job that comes next in a queue; without a median there was no ground.
CREATE TABLE forecasts (
  queue VARCHAR(1000) NOT NULL,
  at_ms BIGINT NOT NULL,
  median_ms BIGINT,
  earliest_ms BIGINT,
  latest_ms BIGINT,
  simulated_median_ms BIGINT,
  simulated_low_ms BIGINT,
  simulated_high_ms BIGINT,
  PRIMARY KEY (queue, at_ms)
);
CREATE INDEX forecasts_at ON forecasts (at_ms);

-- How often that held, by the hour in which the waits ended; horizon NONE: nothing was foretold.
CREATE TABLE coverage (
  from_ms BIGINT NOT NULL,
  queue VARCHAR(1000) NOT NULL,
  horizon VARCHAR(32) NOT NULL,
  waits BIGINT NOT NULL,
  held BIGINT NOT NULL,
  early BIGINT NOT NULL,
  off_ms BIGINT NOT NULL,
  groundless BIGINT NOT NULL,
  PRIMARY KEY (from_ms, queue, horizon)
);
