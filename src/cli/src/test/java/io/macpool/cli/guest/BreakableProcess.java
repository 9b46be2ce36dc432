package io.macpool.cli.guest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** A connection that breaks when so many bytes have come over it, or when it is told to. */
final class BreakableProcess extends Process {

  private final Process process;
  private final InputStream output;

  BreakableProcess(Process process, int bytes) {
    this.process = process;
    this.output =
        new FilterInputStream(process.getInputStream()) {
          private int left = bytes;

          @Override
          public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
          }

          @Override
          public int read(byte[] buffer, int from, int size) throws IOException {
            if (left == 0) {
              process.destroy();
              return -1;
            }
            int read;
            try {
              read = super.read(buffer, from, Math.min(size, left));
            } catch (IOException e) {
              return -1; // it was told to break
            }
            left -= Math.max(0, read);
            return read;
          }
        };
  }

  @Override
  public OutputStream getOutputStream() {
    return process.getOutputStream();
  }

  @Override
  public InputStream getInputStream() {
    return output;
  }

  @Override
  public InputStream getErrorStream() {
    return process.getErrorStream();
  }

  @Override
  public int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    return process.waitFor(timeout, unit);
  }

  @Override
  public int exitValue() {
    return process.exitValue();
  }

  @Override
  public void destroy() {
    process.destroy();
  }
}
