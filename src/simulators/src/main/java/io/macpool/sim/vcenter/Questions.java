package io.macpool.sim.vcenter;

import io.macpool.sim.vcenter.inventory.Inventory;
import io.macpool.sim.vcenter.soap.ArrayValue;
import io.macpool.sim.vcenter.soap.DataObject;
import io.macpool.sim.vcenter.soap.MoRef;
import io.macpool.sim.vcenter.soap.VimFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Questions that a machine asks while it is switched on: its task waits, and nothing else can be
 * done with the machine, until somebody answers. Under the inventory's lock.
 */
final class Questions {

  /** The answer that gives the operation up; every question has it. */
  private static final String CANCEL = "Cancel";

  private record Open(String id, List<String> choices, Runnable proceed) {}

  private final Inventory inventory;
  private final Map<MoRef, Open> open = new HashMap<>();
  private final Map<MoRef, String> answers = new HashMap<>();
  private String datastore = "";
  private String text = "";
  private List<String> choices = List.of();
  private int count;

  Questions(Inventory inventory) {
    this.inventory = inventory;
  }

  /** From now on each power-on of a machine on the datastore asks; an empty text ends that. */
  void ask(String onDatastore, String question, List<String> answersToChooseFrom) {
    datastore = onDatastore;
    text = question;
    choices = List.copyOf(answersToChooseFrom);
  }

  /** What a power-on does before it is carried out. */
  Consumer<Runnable> before(Machine machine) {
    return proceed -> inventory.locked(() -> pose(machine, proceed));
  }

  private void pose(Machine asking, Runnable proceed) {
    MoRef machine = asking.ref;
    answers.remove(machine);
    if (text.isEmpty() || !asking.datastoreName.equals(datastore)) {
      inventory.atEnd(proceed);
      return;
    }
    String id = Integer.toString(++count);
    open.put(machine, new Open(id, choices, proceed));
    List<DataObject> options = new ArrayList<>();
    for (String choice : choices) {
      options.add(
          DataObject.derived(
              "ElementDescription",
              "label",
              choice,
              "summary",
              choice,
              "key",
              Integer.toString(options.size())));
    }
    inventory.set(
        machine,
        "runtime.question",
        DataObject.of(
            "VirtualMachineQuestionInfo",
            "id",
            id,
            "text",
            text,
            "choice",
            DataObject.of(
                "ChoiceOption",
                "choiceInfo",
                new ArrayValue("ElementDescription", options),
                "defaultIndex",
                0)));
  }

  /** AnswerVM. */
  void answer(MoRef machine, String id, String key) {
    Open question = open.get(machine);
    if (question == null || !question.id().equals(id)) {
      throw VimFault.invalidArgument("questionId");
    }
    int index = key.matches("\\d{1,3}") ? Integer.parseInt(key) : -1;
    if (index < 0 || index >= question.choices().size()) {
      throw VimFault.invalidArgument("answerChoice");
    }
    open.remove(machine);
    answers.put(machine, question.choices().get(index));
    inventory.set(machine, "runtime.question", null);
    inventory.atEnd(question.proceed());
  }

  /** Fails the operation whose question was answered by giving it up. */
  void requireWanted(MoRef machine) {
    if (CANCEL.equals(answers.remove(machine))) {
      throw VimFault.of("InvalidState", "The operation was canceled in answer to a question.");
    }
  }

  /** How many are open. */
  int open() {
    return open.size();
  }
}
