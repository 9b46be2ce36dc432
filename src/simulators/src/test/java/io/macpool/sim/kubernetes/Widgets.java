package io.macpool.sim.kubernetes;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** A custom resource for tests, with status, scale, columns and a schema. */
final class Widgets {

  static final ResourceDefinitionContext CONTEXT =
      new ResourceDefinitionContext.Builder()
          .withGroup("example.com")
          .withVersion("v1")
          .withKind("Widget")
          .withPlural("widgets")
          .withNamespaced(true)
          .build();

  static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {kind: Widget, plural: widgets, singular: widget, shortNames: [wd]}
        versions:
        - name: v1
          served: true
          storage: true
          subresources:
            status: {}
            scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}
          additionalPrinterColumns:
          - {name: Size, type: integer, jsonPath: .spec.size}
          - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
          schema:
            openAPIV3Schema:
              type: object
              required: [spec]
              properties:
                spec:
                  type: object
                  required: [size]
                  properties:
                    size: {type: integer, minimum: 0}
                    color: {type: string, default: red, enum: [red, blue]}
                    tags: {type: array, items: {type: string}}
                    parts:
                      type: array
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [name]
                      items:
                        type: object
                        required: [name]
                        properties: {name: {type: string}, weight: {type: integer}}
                status:
                  type: object
                  x-kubernetes-preserve-unknown-fields: true
      """;

  /** A kind whose size may be left out. */
  static final String SIZELESS =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: gadgets.example.com}
      spec:
        group: example.com
        scope: Namespaced
        names: {kind: Gadget, plural: gadgets, singular: gadget}
        versions:
        - name: v1
          served: true
          storage: true
          subresources:
            scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec: {type: object, properties: {size: {type: integer}}}
                status: {type: object, properties: {size: {type: integer}}}
      """;

  private Widgets() {}

  static String widget(String name, String spec) {
    return """
        {"apiVersion":"example.com/v1","kind":"Widget",
         "metadata":{"name":"%s","namespace":"ci"},"spec":%s}
        """
        .formatted(name, spec);
  }
}
