package io.macpool.worker;

import static org.awaitility.Awaitility.await;

import io.macpool.sim.amqp.FrameGate.Frame;
import io.macpool.sim.amqp.FrameGate.Moment;
import io.macpool.sim.broker.BrokerFaults.Call;
import io.macpool.sim.net.Hold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The steps of a job up to the writes with which it ends, which are {@link LastWrite}'s; and how a
 * test finds a job at one, and keeps it there.
 */
enum Step {
  RECEIVED,
  GENERATING,
  REQUESTING,
  WAITING_FOR_SLOT,
  BOOTING,
  UPLOADING,
  RUNNING,
  CLOSING_LOG;

  private static final String PUBLISH = "60.40";

  /** Lets the job go on. */
  interface Release {
    void go() throws IOException;
  }

  /** The frame that shows that a job is at this step; empty for one at which it is kept. */
  Optional<Moment> moment() {
    return switch (this) {
      case RECEIVED -> Optional.of(frame -> isText(frame, PUBLISH, "reporting.jobs.builds"));
      case CLOSING_LOG -> Optional.of(frame -> isText(frame, "", "\"final\":true"));
      default -> Optional.empty();
    };
  }

  private static boolean isText(Frame frame, String method, String text) {
    return frame.fromClient() && frame.method().equals(method) && frame.text().contains(text);
  }

  /** Runs {@code publish} and waits until the job is kept at this step. */
  Release reach(Stage stage, Path go, Runnable publish) throws IOException {
    if (this != RUNNING) {
      Files.createFile(go);
    }
    return switch (this) {
      case RECEIVED, CLOSING_LOG -> {
        publish.run();
        await().atMost(Stage.PATIENCE).until(() -> stage.gate.cuts() == 1);
        yield () -> {};
      }
      case GENERATING -> reach(stage.scripts.hold(), publish);
      case REQUESTING -> reach(stage.broker.faults().hold(Call::isCreate), publish);
      case WAITING_FOR_SLOT -> {
        stage.broker.faults().fail(Integer.MAX_VALUE, 404, Call::isCapacity);
        stage.broker.resize(0);
        publish.run();
        await().atMost(Stage.PATIENCE).until(() -> stage.broker.refused() > 0);
        yield () -> stage.broker.resize(2);
      }
      case BOOTING -> {
        boot(stage, publish);
        yield () -> stage.broker.withholdAddresses(false);
      }
      case UPLOADING -> {
        Hold uploads = stage.guests.holdUploads(boot(stage, publish));
        yield reach(uploads, () -> stage.broker.withholdAddresses(false));
      }
      case RUNNING -> {
        publish.run();
        await().atMost(Stage.PATIENCE).until(() -> Files.exists(go.resolveSibling("begun")));
        yield () -> Files.createFile(go);
      }
    };
  }

  private static String boot(Stage stage, Runnable publish) {
    stage.broker.withholdAddresses(true);
    publish.run();
    String vm = stage.awaitInstance();
    await().until(() -> stage.guests.home(vm).isPresent());
    return vm;
  }

  private static Release reach(Hold hold, Runnable begin) {
    begin.run();
    await().atMost(Stage.PATIENCE).until(() -> hold.held() > 0);
    return hold::close;
  }
}
