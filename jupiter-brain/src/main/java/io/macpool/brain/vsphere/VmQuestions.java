package io.macpool.brain.vsphere;

import com.vmware.vim25.ElementDescription;
import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.VirtualMachineQuestionInfo;
import io.macpool.brain.vsphere.access.QuestionPolicy;
import io.macpool.core.fleet.fault.FailureScope;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the questions of machines, which block all else that could be done with them: by the
 * policy, or by giving up the operation that asks. A machine that runs and asks is somebody's: it
 * is not given up unless it is to be destroyed; what it asks is told. An answer that did not reach
 * vCenter is given again while the question is open. Thread-safe.
 */
final class VmQuestions {

  private static final Logger log = LoggerFactory.getLogger(VmQuestions.class);
  private static final int MOST_REMEMBERED = 10_000;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);

  /** Makes calls, once there is somebody to make them. */
  interface Calls {
    void answer(ManagedObjectReference machine, String question, String choice, String what);

    /** Whether a task runs on the machine: then it is that which asks. */
    boolean taskRunsOn(ManagedObjectReference machine);

    void cancelTaskOf(ManagedObjectReference machine, String what);
  }

  private record Asked(String name, VirtualMachineQuestionInfo question, String answer) {

    private String text() {
      return String.valueOf(question.text).replaceAll("\\s+", " ").strip();
    }

    private boolean isSame(VirtualMachineQuestionInfo other) {
      return String.valueOf(question.id).equals(String.valueOf(other.id));
    }
  }

  /**
   * What vCenter was last told.
   *
   * @param choice empty if the task that asks was cancelled, as no choice gives it up
   * @param again when to say it again, if the question is still open then
   */
  private record Answer(
      Asked asked, Optional<ElementDescription> choice, Duration pause, Instant again) {

    Answer repeated(Instant now) {
      Duration doubled = pause.multipliedBy(2);
      Duration next = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      return new Answer(asked, choice, next, now.plus(next));
    }
  }

  private final QuestionPolicy policy;
  private final MeterRegistry meters;
  private final InstantSource clock;
  private final Map<String, Asked> asked = new ConcurrentHashMap<>();
  private final Map<String, Asked> open = new ConcurrentHashMap<>();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  @SuppressWarnings("NullAway.Init") // to() comes before the session whose news tell of questions
  private volatile Calls calls;

  VmQuestions(QuestionPolicy policy, MeterRegistry meters, InstantSource clock) {
    this.policy = policy;
    this.meters = meters;
    this.clock = clock;
  }

  void to(Calls target) {
    calls = target;
  }

  /** A machine asks something, or, with null, asks nothing any more. */
  void heard(String machine, String name, @Nullable VirtualMachineQuestionInfo question) {
    if (question == null) {
      open.remove(machine);
      answers.remove(machine);
      return;
    }
    Asked now = new Asked(name, question, "");
    Asked before = open.put(machine, now);
    if (before != null && before.isSame(question)) {
      return;
    }
    Optional<ElementDescription> choice = policy.choose(question);
    if (choice.isPresent()) {
      answer(machine, name, question, choice);
    } else if (calls.taskRunsOn(VSphereConnection.machine(machine))) {
      giveUp(machine);
    } else {
      log.warn("{} runs and asks, somebody must answer: {}", name, now.text());
    }
  }

  /** Gives up what an open question is about, so that the machine can be worked on. */
  void giveUp(String machine) {
    Asked asking = open.get(machine);
    if (asking == null) {
      return;
    }
    answer(machine, asking.name(), asking.question(), QuestionPolicy.giveUp(asking.question()));
  }

  /** Says again what should have ended a question by now: it, or its effect, was lost. */
  void repeat() {
    Instant now = clock.instant();
    answers.forEach(
        (machine, answer) -> {
          if (!answer.again().isAfter(now)
              && answers.replace(machine, answer, answer.repeated(now))) {
            say(machine, answer);
          }
        });
  }

  private void answer(
      String machine,
      String name,
      VirtualMachineQuestionInfo question,
      Optional<ElementDescription> choice) {
    Asked asking =
        new Asked(
            name,
            question,
            choice.map(c -> String.valueOf(c.label)).orElse("nothing; its task is cancelled"));
    note(machine, asking);
    Answer answer = new Answer(asking, choice, FIRST_PAUSE, clock.instant().plus(FIRST_PAUSE));
    answers.put(machine, answer);
    say(machine, answer);
  }

  private void say(String machine, Answer answer) {
    ManagedObjectReference reference = VSphereConnection.machine(machine);
    String name = answer.asked().name();
    if (answer.choice().isPresent()) {
      calls.answer(
          reference, answer.asked().question().id, answer.choice().get().key, "answer to " + name);
    } else {
      calls.cancelTaskOf(reference, "cancellation of what " + name + " asks about");
    }
  }

  private void note(String machine, Asked answered) {
    if (asked.size() > MOST_REMEMBERED) {
      asked.clear();
    }
    asked.put(machine, answered);
    meters.counter("vsphere.questions").increment();
    log.warn("{} asks: {}; it is told {}", answered.name(), answered.text(), answered.answer());
  }

  /** What the machine asked last, and what it was told, to explain why an operation failed. */
  Optional<String> explanation(String machine) {
    return Optional.ofNullable(asked.get(machine))
        .map(q -> "vCenter asked \"" + q.text() + "\" and was told " + q.answer());
  }

  /** To what the question belongs, by its words. */
  FailureScope scope(String machine) {
    String text =
        Optional.ofNullable(asked.get(machine))
            .map(Asked::text)
            .orElse("")
            .toLowerCase(Locale.ROOT);
    return text.contains("outofspace") || text.contains("no space") || text.contains("disk space")
        ? FailureScope.DATASTORE
        : FailureScope.UNCLEAR;
  }

  /** Questions that wait for an answer. */
  List<String> open() {
    return open.values().stream().map(q -> q.name() + " asks: " + q.text()).sorted().toList();
  }
}
