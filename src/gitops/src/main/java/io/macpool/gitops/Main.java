package io.macpool.gitops;

import io.macpool.gitops.cli.GitopsCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Runs one command. Exit status: 0 well, 1 the tree has problems, 2 the command was not usable. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(GitopsCommand.run(out, err, arguments));
  }
}
