package io.macpool.brain.vsphere.access;

import com.vmware.vim25.ElementDescription;
import com.vmware.vim25.VirtualMachineQuestionInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How questions are answered that a machine asks while it is switched on.
 *
 * @param answers the choice, by the beginning of a question's text or message id, in lower case
 */
public record QuestionPolicy(Map<String, String> answers) {

  /** A clone that asks whether it was copied was; every other question is answered by giving up. */
  public static final QuestionPolicy USUAL =
      new QuestionPolicy(Map.of("msg.uuid.altered", "copied"));

  private static final List<String> GIVE_UP = List.of("cancel", "abort");

  public QuestionPolicy {
    answers = Map.copyOf(answers);
  }

  /**
   * Reads {@code QUESTION=CHOICE,QUESTION=CHOICE}; the usual answers stay unless given anew.
   *
   * @throws IllegalArgumentException if it has another form
   */
  public static QuestionPolicy parse(String text) {
    Map<String, String> answers = new LinkedHashMap<>(USUAL.answers());
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 1 || equals == part.length() - 1) {
        throw new IllegalArgumentException(
            "\"" + part + "\" is not QUESTION=CHOICE, such as msg.uuid.altered=copied");
      }
      answers.put(lower(part.substring(0, equals)), lower(part.substring(equals + 1)));
    }
    return new QuestionPolicy(answers);
  }

  private static String lower(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }

  /** The choice for a question; empty if the policy has none. */
  public Optional<ElementDescription> choose(VirtualMachineQuestionInfo question) {
    List<ElementDescription> choices = choices(question);
    return answers.entrySet().stream()
        .filter(answer -> isAbout(question, answer.getKey()))
        .flatMap(answer -> choices.stream().filter(c -> says(c, answer.getValue())))
        .findFirst();
  }

  /** The choice that gives up what the question is about; empty if there is none. */
  public static Optional<ElementDescription> giveUp(VirtualMachineQuestionInfo question) {
    return choices(question).stream()
        .filter(c -> GIVE_UP.stream().anyMatch(word -> says(c, word)))
        .findFirst();
  }

  private static List<ElementDescription> choices(VirtualMachineQuestionInfo question) {
    return question.choice == null || question.choice.choiceInfo == null
        ? List.of()
        : Stream.of(question.choice.choiceInfo)
            .filter(ElementDescription.class::isInstance)
            .map(ElementDescription.class::cast)
            .toList();
  }

  private static boolean isAbout(VirtualMachineQuestionInfo question, String id) {
    boolean byMessage =
        question.message != null
            && Stream.of(question.message)
                .anyMatch(m -> m.id != null && lower(m.id).startsWith(id));
    return byMessage || (question.text != null && lower(question.text).startsWith(id));
  }

  private static boolean says(ElementDescription choice, String word) {
    return Stream.of(choice.label, choice.summary, choice.key)
        .filter(Objects::nonNull)
        .map(text -> lower(text).replace("_", "")) // which marks a button's key
        .anyMatch(text -> text.contains(word));
  }
}
