package io.macpool.sandbox.brokersoak;

import java.time.Duration;

/**
 * What was promised.
 *
 * @param ownerQuota instances that one owner may hold; 0: no limit
 * @param leakAfter how long after all is quiet something without an owner may still be there
 */
record Rules(int slotsPerHost, int ownerQuota, Duration leakAfter) {}
