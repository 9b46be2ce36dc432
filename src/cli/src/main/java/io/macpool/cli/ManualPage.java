package io.macpool.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** A manual page for man(1), of the same text as {@code --help}. */
final class ManualPage {

  private static final int COLUMNS = 78;

  private final CommandLine macpool;

  /** Of a command with all its subcommands. */
  ManualPage(CommandLine macpool) {
    this.macpool = macpool;
  }

  @Override
  public String toString() {
    String name = macpool.getCommandName();
    StringBuilder page = new StringBuilder();
    page.append(".TH ").append(name.toUpperCase(Locale.ROOT)).append(" 1\n");
    page.append(".SH NAME\n").append(name).append(" \\- ");
    page.append(escaped(summary(macpool))).append("\n");
    section(page, ".SH SYNOPSIS AND OPTIONS", macpool);
    page.append(".SH COMMANDS\n");
    commands(page, macpool);
    page.append(".SH EXIT STATUS\n.nf\n");
    page.append("0    it went well\n1    the broker refused or failed, or a setting is wrong\n");
    page.append("2    unusable options\n");
    page.append("macpool run, macpool ssh: the command's own, or as their help says.\n.fi\n");
    return page.toString();
  }

  private static void commands(StringBuilder page, CommandLine parent) {
    parent
        .getSubcommands()
        .forEach(
            (name, command) -> {
              section(page, ".SS " + command.getCommandSpec().qualifiedName(), command);
              commands(page, command);
            });
  }

  private static String summary(CommandLine command) {
    String[] description = command.getCommandSpec().usageMessage().description();
    return description.length == 0 ? "" : description[0];
  }

  /** What its help says, line by line: columns are to stay columns. */
  private static void section(StringBuilder page, String heading, CommandLine command) {
    command.setUsageHelpAutoWidth(false).setUsageHelpWidth(COLUMNS);
    page.append(heading).append("\n.nf\n");
    page.append(
        Arrays.stream(command.getUsageMessage(Ansi.OFF).split("\\R", -1))
            .map(ManualPage::escaped)
            .collect(Collectors.joining("\n")));
    page.append("\n.fi\n");
  }

  /** A dot or a quote at a line's begin would be a request, a hyphen a dash. */
  private static String escaped(String text) {
    String plain = text.replace("\\", "\\e").replace("-", "\\-");
    return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
  }
}
