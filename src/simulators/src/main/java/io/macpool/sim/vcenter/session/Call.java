package io.macpool.sim.vcenter.session;

import io.macpool.sim.vcenter.inventory.ApiVersion;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.SoapElement;
import io.macpool.sim.vcenter.soap.VimFault;

/**
 * One call of a method.
 *
 * @param self the object that it is called on
 * @param arguments the method's element
 * @param session of the caller; null if it has none
 * @param taskFault what the task that it starts shall fail with; null: nothing
 */
public record Call(
    String method,
    MoRef self,
    SoapElement arguments,
    Sessions.Session session,
    ApiVersion version,
    VimFault taskFault) {}
