package io.macpool.bench;

/**
 * Measures one thing. Found by {@link java.util.ServiceLoader}, so each is named in {@code
 * META-INF/services} and has a public constructor without parameters.
 */
public interface Benchmark {

  /** What chooses it on the command line: lower-case, dotted, the part of macpool first. */
  String name();

  /** One line for a person: what is measured, under what load. */
  String about();

  /**
   * Measures, and reports each figure as soon as it is there. Leaves nothing running.
   *
   * @throws Exception if it could not be measured; what was reported until then stands
   */
  void run(Report report) throws Exception;
}
