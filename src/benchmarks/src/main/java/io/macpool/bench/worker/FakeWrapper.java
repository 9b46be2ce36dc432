package io.macpool.bench.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.macpool.sim.ssh.GuestProgram;
import io.macpool.worker.job.wrapper.Wrapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Speaks as a wrapper does, without a process; what it shows is the output of another program. */
final class FakeWrapper implements GuestProgram {

  private static final Pattern PARAMETERS =
      Pattern.compile("mode=start nonce=(\\w+) token=\\w+ number=(\\d+)");
  private static final String LAST_LINE = "printf '%s failed there is no room in";

  private final GuestProgram program;

  FakeWrapper(GuestProgram program) {
    this.program = program;
  }

  @Override
  public int run(String commandLine, Path home, OutputStream out) throws IOException {
    return program.run(commandLine, home, out);
  }

  @Override
  public int run(
      String commandLine, Path home, InputStream source, OutputStream out, OutputStream err)
      throws IOException {
    if (!commandLine.equals(Wrapper.COMMAND)) {
      return run(commandLine, home, out);
    }
    InputStream in = new BufferedInputStream(source);
    Matcher parameters = PARAMETERS.matcher(line(in));
    if (!parameters.matches()) {
      throw new IOException("only starts are known here");
    }
    String nonce = parameters.group(1);
    out.write((nonce + " begins here\n").getBytes(UTF_8));
    out.flush();
    say(err, nonce, "began bench");
    String text = line(in);
    while (!text.startsWith(LAST_LINE)) {
      text = line(in);
    }
    say(err, nonce, "want");
    line(in); // the password
    in.skipNBytes(Long.parseLong(parameters.group(2)));
    say(err, nonce, "stored");
    line(in); // go
    say(err, nonce, "following");
    Counting counting = new Counting(out);
    int status = program.run(commandLine, home, counting);
    counting.flush();
    say(err, nonce, "ended %d %d".formatted(status, counting.count));
    // The worker closes its side once it has heard the end.
    in.transferTo(OutputStream.nullOutputStream());
    return 0;
  }

  private static void say(OutputStream err, String nonce, String text) throws IOException {
    err.write((nonce + " " + text + "\n").getBytes(UTF_8));
    err.flush();
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the client is gone");
      }
      line.write(next);
    }
    return line.toString(UTF_8);
  }

  private static final class Counting extends FilterOutputStream {

    private long count;

    Counting(OutputStream target) {
      super(target);
    }

    @Override
    public void write(int single) throws IOException {
      out.write(single);
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      count += length;
    }
  }
}
