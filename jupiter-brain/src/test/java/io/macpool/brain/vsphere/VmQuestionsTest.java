package io.macpool.brain.vsphere;

import static org.assertj.core.api.Assertions.assertThat;

import com.vmware.vim25.ChoiceOption;
import com.vmware.vim25.ElementDescription;
import com.vmware.vim25.ManagedObjectReference;
import com.vmware.vim25.VirtualMachineQuestionInfo;
import io.macpool.brain.vsphere.access.QuestionPolicy;
import io.macpool.core.fleet.fault.FailureScope;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VmQuestionsTest {

  private static final String FULL = "msg.hbacommon.outofspace: There is no more space";

  private final List<String> said = new ArrayList<>();
  private Instant now = Instant.EPOCH;
  private boolean taskRuns = true;

  private VmQuestions questions(QuestionPolicy policy) {
    VmQuestions questions = new VmQuestions(policy, new SimpleMeterRegistry(), () -> now);
    questions.to(
        new VmQuestions.Calls() {
          @Override
          public void answer(
              ManagedObjectReference machine, String question, String choice, String what) {
            said.add(machine.val + " " + question + " " + choice);
          }

          @Override
          public boolean taskRunsOn(ManagedObjectReference machine) {
            return taskRuns;
          }

          @Override
          public void cancelTaskOf(ManagedObjectReference machine, String what) {
            said.add(machine.val + " cancelled");
          }
        });
    return questions;
  }

  private static VirtualMachineQuestionInfo question(String text, String... choices) {
    VirtualMachineQuestionInfo question = new VirtualMachineQuestionInfo();
    question.id = "7";
    question.text = text;
    question.choice = new ChoiceOption();
    question.choice.choiceInfo = new ElementDescription[choices.length];
    for (int i = 0; i < choices.length; i++) {
      ElementDescription choice = new ElementDescription();
      choice.label = choices[i];
      choice.key = Integer.toString(i);
      question.choice.choiceInfo[i] = choice;
    }
    return question;
  }

  @Test
  void anOperationThatAsksIsGivenUpOnce() {
    VmQuestions questions = questions(QuestionPolicy.USUAL);
    questions.heard("vm-1", "one", question(FULL, "_Retry", "C_ancel"));
    questions.heard("vm-1", "one", question(FULL, "_Retry", "C_ancel"));
    assertThat(said).containsExactly("vm-1 7 1");
    assertThat(questions.explanation("vm-1")).hasValueSatisfying(w -> assertThat(w).contains(FULL));
    assertThat(questions.scope("vm-1")).isEqualTo(FailureScope.DATASTORE);
    assertThat(questions.open()).hasSize(1);
    questions.heard("vm-1", "one", null);
    assertThat(questions.open()).isEmpty();
  }

  @Test
  void aMachineThatRunsForSomebodyIsNotGivenUpUntilItIsToGo() {
    taskRuns = false;
    VmQuestions questions = questions(QuestionPolicy.USUAL);
    questions.heard("vm-1", "one", question(FULL, "Retry", "Cancel"));
    assertThat(said).isEmpty();
    assertThat(questions.open()).containsExactly("one asks: " + FULL);
    questions.giveUp("vm-1");
    assertThat(said).containsExactly("vm-1 7 1");
  }

  @Test
  void thePolicyAnswersEvenThen() {
    taskRuns = false;
    VmQuestions questions = questions(QuestionPolicy.parse("msg.hbacommon.outofspace=retry"));
    questions.heard("vm-1", "one", question(FULL, "Retry", "Cancel"));
    questions.heard("vm-2", "two", question("msg.uuid.altered: ?", "button.uuid.copiedTheVM"));
    assertThat(said).containsExactly("vm-1 7 0", "vm-2 7 0");
  }

  @Test
  void whatHasNoWayOutIsCancelled() {
    questions(QuestionPolicy.USUAL).heard("vm-1", "one", question("Which disk?", "A", "B"));
    assertThat(said).containsExactly("vm-1 cancelled");
  }

  @Test
  void anAnswerThatWasLostIsGivenAgainEverMoreRarely() {
    VmQuestions questions = questions(QuestionPolicy.USUAL);
    questions.heard("vm-1", "one", question(FULL, "Retry", "Cancel"));
    int[] times = new int[2];
    for (int second = 1; second <= 3_600; second++) {
      now = now.plusSeconds(1);
      questions.repeat();
      if (second == 60) {
        times[0] = said.size();
      }
    }
    times[1] = said.size();
    assertThat(times[0]).isEqualTo(1 + 3); // after 5, 15 and 35 s
    assertThat(times[1]).isBetween(30, 36); // each two minutes at last
    assertThat(said).containsOnly("vm-1 7 1");
    questions.heard("vm-1", "one", null);
    now = now.plus(Duration.ofHours(1));
    questions.repeat();
    assertThat(said).hasSize(times[1]);
  }

  @Test
  void aTaskWhoseCancellationWasLostIsCancelledAgain() {
    VmQuestions questions = questions(QuestionPolicy.USUAL);
    questions.heard("vm-1", "one", question("Which disk?", "A", "B"));
    now = now.plusSeconds(6);
    questions.repeat();
    assertThat(said).containsExactly("vm-1 cancelled", "vm-1 cancelled");
  }

  @Test
  void whatSomebodyMustAnswerIsNotAnsweredLaterEither() {
    taskRuns = false;
    VmQuestions questions = questions(QuestionPolicy.USUAL);
    questions.heard("vm-1", "one", question(FULL, "Retry", "Cancel"));
    now = now.plus(Duration.ofHours(1));
    questions.repeat();
    assertThat(said).isEmpty();
  }
}
