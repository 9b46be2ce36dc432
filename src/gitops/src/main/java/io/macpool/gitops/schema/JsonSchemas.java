package io.macpool.gitops.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.macpool.gitops.yaml.YamlReader;
import java.util.ArrayList;
import java.util.List;

/** Validation by JSON Schema, draft 7: what Helm holds values against. */
public final class JsonSchemas {

  private JsonSchemas() {}

  public static JsonSchema compile(JsonNode schema) {
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build();
    return JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(schema, config);
  }

  /** Every violation, at the value that it is about: a missing property at its would-be place. */
  public static List<SchemaProblem> validate(JsonSchema schema, JsonNode value) {
    List<SchemaProblem> problems = new ArrayList<>();
    for (ValidationMessage message : schema.validate(value)) {
      String pointer = message.getInstanceLocation().toString();
      String text = message.getMessage();
      String prefix = pointer + ": ";
      String place =
          message.getProperty() == null
              ? pointer
              : pointer + "/" + YamlReader.escape(message.getProperty());
      problems.add(
          new SchemaProblem(
              place, text.startsWith(prefix) ? text.substring(prefix.length()) : text));
    }
    return problems;
  }
}
