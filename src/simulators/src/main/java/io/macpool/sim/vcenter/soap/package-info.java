/**
 * The vim25 wire: values as they travel, the parser of requests and the writer of responses.
 *
 * <p>Belongs here: XML, SOAP envelopes, faults and untyped data objects. Does not belong here: what
 * any method does, or what any managed object holds.
 */
package io.macpool.sim.vcenter.soap;
