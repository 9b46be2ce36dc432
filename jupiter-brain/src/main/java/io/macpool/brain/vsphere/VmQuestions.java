package io.macpool.brain.vsphere;

import com.vmware.vim25.ElementDescription;
import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.VirtualMachineQuestionInfo;
import io.macpool.core.fleet.FailureScope;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the questions of machines, which block all else that could be done with them: by the
 * policy, or by giving up the operation that asks. A machine that runs and asks is somebody's: it
 * is not given up unless it is to be destroyed; what it asks is told. Thread-safe.
 */
final class VmQuestions {

  private static final Logger log = LoggerFactory.getLogger(VmQuestions.class);
  private static final int MOST_REMEMBERED = 10_000;

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

  private final QuestionPolicy policy;
  private final MeterRegistry meters;
  private final Map<String, Asked> asked = new ConcurrentHashMap<>();
  private final Map<String, Asked> open = new ConcurrentHashMap<>();
  private volatile Calls calls;

  VmQuestions(QuestionPolicy policy, MeterRegistry meters) {
    this.policy = policy;
    this.meters = meters;
  }

  void to(Calls target) {
    calls = target;
  }

  /** A machine asks something, or, with null, asks nothing any more. */
  void heard(String machine, String name, VirtualMachineQuestionInfo question) {
    if (question == null) {
      open.remove(machine);
      return;
    }
    Asked before = open.put(machine, new Asked(name, question, ""));
    if (before != null && before.isSame(question)) {
      return;
    }
    Optional<ElementDescription> choice = policy.choose(question);
    if (choice.isPresent()) {
      answer(machine, name, question, choice.get());
    } else if (calls.taskRunsOn(VSphereConnection.machine(machine))) {
      giveUp(machine);
    } else {
      log.warn("{} runs and asks, somebody must answer: {}", name, open.get(machine).text());
    }
  }

  /** Gives up what an open question is about, so that the machine can be worked on. */
  void giveUp(String machine) {
    Asked asking = open.get(machine);
    if (asking == null) {
      return;
    }
    Optional<ElementDescription> choice = QuestionPolicy.giveUp(asking.question());
    if (choice.isPresent()) {
      answer(machine, asking.name(), asking.question(), choice.get());
      return;
    }
    note(machine, new Asked(asking.name(), asking.question(), "nothing; its task is cancelled"));
    calls.cancelTaskOf(
        VSphereConnection.machine(machine),
        "cancellation of what " + asking.name() + " asks about");
  }

  private void answer(
      String machine, String name, VirtualMachineQuestionInfo question, ElementDescription choice) {
    note(machine, new Asked(name, question, String.valueOf(choice.label)));
    calls.answer(VSphereConnection.machine(machine), question.id, choice.key, "answer to " + name);
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
