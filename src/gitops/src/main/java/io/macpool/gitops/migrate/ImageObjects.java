package io.macpool.gitops.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ImageRepositories and ImagePolicies that take the place of annotations. */
final class ImageObjects {

  private final List<String> documents = new ArrayList<>();

  boolean isEmpty() {
    return documents.isEmpty();
  }

  String text() {
    return String.join("---\n", documents);
  }

  /** The comment that image automation looks for, by the JSON pointer of its tag in the values. */
  Map<String, String> add(LegacyRelease release, JsonNode values, List<Note> notes) {
    Map<String, String> markers = new HashMap<>();
    if (!release.isAutomated() || release.isLocked()) {
      return markers;
    }
    List<TagFilter> filters = release.tagFilters();
    if (filters.isEmpty()) {
      note(release, notes, "automated without a tag filter: write an ImagePolicy for its image");
    }
    for (TagFilter filter : filters) {
      String image =
          filter.container().equals(TagFilter.CHART_IMAGE)
                  || !values.at("/" + filter.container() + "/image").isObject()
              ? "/image"
              : "/" + filter.container() + "/image";
      String repository = values.at(image + "/repository").asText();
      if (repository.isEmpty()) {
        note(
            release,
            notes,
            "the image of "
                + filter.container()
                + " stands in the chart, not in the values: set"
                + " values"
                + image.replace('/', '.')
                + ".repository and .tag");
        repository = "REPOSITORY";
      }
      if (!filter.isSemver()) {
        note(
            release,
            notes,
            "Flux v1 took the newest image of \""
                + filter.filter()
                + "\" by its build time; an"
                + " ImagePolicy orders by the tag: make sure that the tags sort");
      }
      String name = release.name() + "-" + filter.container();
      documents.add(document(release, name, "ImageRepository", repository(repository)));
      documents.add(
          document(
              release,
              name,
              "ImagePolicy",
              "  imageRepositoryRef:\n    name: "
                  + name
                  + "\n  digestReflectionPolicy: IfNotPresent\n"
                  + filter.policy()));
      String policy = release.document().text("/metadata/namespace") + ":" + name + ":tag";
      markers.put(image + "/tag", "# {\"$imagepolicy\": \"" + policy + "\"}");
    }
    return markers;
  }

  private static String repository(String repository) {
    return "  interval: 5m\n  image: " + repository + "\n";
  }

  private static String document(LegacyRelease release, String name, String kind, String spec) {
    return "apiVersion: image.toolkit.fluxcd.io/v1\nkind: "
        + kind
        + "\nmetadata:\n  name: "
        + name
        + "\n  namespace: "
        + release.document().text("/metadata/namespace")
        + "\nspec:\n"
        + spec;
  }

  private static void note(LegacyRelease release, List<Note> notes, String text) {
    int line = release.document().lineOf("/metadata/annotations");
    notes.add(new Note(release.file().path(), line, text));
  }
}
