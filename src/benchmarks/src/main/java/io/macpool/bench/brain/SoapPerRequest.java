package io.macpool.bench.brain;

import io.macpool.sim.vcenter.VCenterSimulator;
import io.vertx.core.buffer.Buffer;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The baseline: reads as the old broker made them, three SOAP calls for each VM of each request; it
 * allows itself four at a time by default, however many clients ask. Nothing is parsed but what the
 * next call needs, so it is, if anything, too fast.
 */
final class SoapPerRequest {

  private static final Pattern VM = Pattern.compile("<returnval[^>]*>(vm-[^<]*)<");

  private final VCenterSimulator vcenter;
  private final String cookie;

  SoapPerRequest(VCenterSimulator vcenter, Load load) throws Exception {
    this.vcenter = vcenter;
    String[] session = new String[1];
    load.once(
        vcenter.url(),
        1,
        () ->
            answer -> {
              if (answer == null) {
                return login();
              }
              session[0] = answer.header("set-cookie");
              return null;
            });
    this.cookie = session[0];
  }

  /** One talk with vCenter about all of these VMs. */
  Load.Talk read(List<String> names) {
    Iterator<String> left = names.iterator();
    return new Load.Talk() {
      private int step;
      private String vm;

      @Override
      public Buffer next(HttpAnswer answer) {
        return switch (step++ % 3) {
          case 0 -> left.hasNext() ? find(left.next()) : null;
          case 1 -> {
            Matcher found = VM.matcher(answer.body());
            if (!found.find()) {
              throw new IllegalStateException("no such VM: " + answer.body());
            }
            vm = found.group(1);
            yield property(vm, "runtime");
          }
          default -> property(vm, "guest");
        };
      }
    };
  }

  private Buffer login() {
    return envelope(
        "<Login xmlns=\"urn:vim25\"><_this type=\"SessionManager\">SessionManager</_this>"
            + "<userName>"
            + vcenter.user()
            + "</userName><password>"
            + vcenter.password()
            + "</password></Login>",
        "");
  }

  private Buffer find(String name) {
    return envelope(
        "<FindByInventoryPath xmlns=\"urn:vim25\"><_this type=\"SearchIndex\">SearchIndex</_this>"
            + "<inventoryPath>"
            + vcenter.vmPath().replaceAll("^/|/$", "")
            + "/"
            + name
            + "</inventoryPath></FindByInventoryPath>",
        cookie);
  }

  private Buffer property(String vm, String path) {
    return envelope(
        "<RetrievePropertiesEx xmlns=\"urn:vim25\"><_this type=\"PropertyCollector\">"
            + "propertyCollector</_this><specSet><propSet><type>VirtualMachine</type><pathSet>"
            + path
            + "</pathSet></propSet><objectSet><obj type=\"VirtualMachine\">"
            + vm
            + "</obj></objectSet></specSet><options/></RetrievePropertiesEx>",
        cookie);
  }

  private static Buffer envelope(String call, String session) {
    String body =
        "<?xml version=\"1.0\"?><soapenv:Envelope"
            + " xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>"
            + call
            + "</soapenv:Body></soapenv:Envelope>";
    return Buffer.buffer(
        "POST /sdk HTTP/1.1\r\nHost: vcenter\r\nContent-Type: text/xml; charset=utf-8\r\n"
            + "SOAPAction: urn:vim25/6.0\r\nCookie: "
            + session
            + "\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
  }
}
