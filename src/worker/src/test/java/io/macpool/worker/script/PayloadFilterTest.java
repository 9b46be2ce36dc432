package io.macpool.worker.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PayloadFilterTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @Test
  void whatTheProgramPrintsIsThePayload() throws IOException {
    ObjectNode payload = JSON.createObjectNode().put("secret", "s3cret").put("kept", 1);
    byte[] filtered = filter("sed 's/s3cret/[hidden]/'").filter(bytes(payload));
    assertThat(JSON.readTree(filtered))
        .isEqualTo(JSON.createObjectNode().put("secret", "[hidden]").put("kept", 1));
  }

  @Test
  void aLargePayloadPassesWhole() throws IOException {
    ObjectNode payload = JSON.createObjectNode().put("ballast", "x".repeat(3_000_000));
    assertThat(filter("cat").filter(bytes(payload))).isEqualTo(bytes(payload));
  }

  @Test
  void aProgramThatReadsNothingIsNoFault() throws IOException {
    ObjectNode payload = JSON.createObjectNode().put("ballast", "x".repeat(3_000_000));
    assertThat(filter("echo '{\"short\":true}'").filter(bytes(payload)))
        .asString()
        .isEqualTo("{\"short\":true}\n");
  }

  @Test
  void aProgramThatFailsOrPrintsNoObjectStopsThePayload() throws IOException {
    for (String program : new String[] {"cat; exit 3", "echo 'no json'", "echo '[1]'", "true"}) {
      PayloadFilter filter = filter(program);
      assertThatThrownBy(() -> filter.filter(bytes(JSON.createObjectNode())))
          .as(program)
          .isInstanceOf(ScriptException.class)
          .hasMessageContaining("the payload filter failed");
    }
    assertThatThrownBy(
            () -> new PayloadFilter("/nowhere/filter").filter(bytes(JSON.createObjectNode())))
        .isInstanceOf(ScriptException.class);
  }

  private static byte[] bytes(ObjectNode payload) {
    return payload.toString().getBytes(StandardCharsets.UTF_8);
  }

  private PayloadFilter filter(String commands) throws IOException {
    Path program = Files.createTempFile(directory, "filter", ".sh");
    Files.writeString(program, "#!/bin/sh\n" + commands + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return new PayloadFilter(program.toString());
  }
}
