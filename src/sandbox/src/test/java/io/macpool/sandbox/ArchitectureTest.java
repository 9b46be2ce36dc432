package io.macpool.sandbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.macpool.service.SteadyClock;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The dependency rule of docs/architecture.md. */
@AnalyzeClasses(packages = "io.macpool", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] ABOVE_CORE = {
    "io.macpool.service..",
    "io.macpool.broker..",
    "io.macpool.guest..",
    "io.macpool.brain..",
    "io.macpool.worker..",
    "io.macpool.operator..",
    "io.macpool.console..",
    "io.macpool.scaleset..",
    "io.macpool.sim..",
    "io.macpool.sandbox.."
  };

  @ArchTest
  static final ArchRule coreIsTheJdkAndNothingElse =
      noClasses()
          .that()
          .resideInAPackage("io.macpool.core..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.macpool.core..", "java..", "org.jspecify.annotations..");

  private static final int MOST_IN_A_PACKAGE = 20;

  /** Those that are still to be parted: see ADR 20. */
  private static final Set<String> LARGER =
      Set.of("io.macpool.sandbox", "io.macpool.sandbox.brokersoak");

  @ArchTest
  static void aPackageHoldsNoMoreThanAReader(JavaClasses classes) {
    Map<String, Long> sizes =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(groupingBy(JavaClass::getPackageName, counting()));

    assertThat(sizes.entrySet())
        .filteredOn(each -> each.getValue() > MOST_IN_A_PACKAGE)
        .extracting(Map.Entry::getKey)
        .isSubsetOf(LARGER);
  }

  private static final int MOST_ARGUMENTS = 6;

  /**
   * What belongs together has a name, and is handed over as one. Records are such names, or values
   * and forms of the wire, with as many parts as those have; an enum's constants are a table.
   */
  @ArchTest
  static void aConstructorTakesNoMoreThanAReaderHolds(JavaClasses classes) {
    assertThat(
            classes.stream()
                .filter(type -> !type.isRecord() && !type.isEnum() && !type.isAnonymousClass())
                .flatMap(type -> type.getConstructors().stream())
                .filter(made -> !made.getModifiers().contains(JavaModifier.SYNTHETIC))
                .filter(made -> made.getRawParameterTypes().size() > MOST_ARGUMENTS)
                .map(JavaMember::getFullName))
        .isEmpty();
  }

  /** Tools of ours, that run nowhere else; nothing may be added. */
  private static final Set<String> NOT_CHECKED_FOR_NULL =
      Set.of(
          "io.macpool.sim.vcenter",
          "io.macpool.sim.vcenter.inventory",
          "io.macpool.sim.vcenter.session",
          "io.macpool.sim.vcenter.soap");

  @ArchTest
  static void whatMayBeNullSaysSo(JavaClasses classes) {
    Set<String> checked =
        classes.stream()
            .filter(type -> type.isAnnotatedWith(NullMarked.class))
            .map(JavaClass::getPackageName)
            .collect(toSet());

    assertThat(classes.stream().map(JavaClass::getPackageName).collect(toSet()))
        .filteredOn(each -> !checked.contains(each))
        .isSubsetOf(NOT_CHECKED_FOR_NULL);
  }

  @ArchTest
  static final ArchRule coreDoesNoInputOrOutputAndStartsNoThreads =
      noClasses()
          .that()
          .resideInAPackage("io.macpool.core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.net..",
              "java.nio.file..",
              "java.sql..",
              "java.util.concurrent",
              "java.util.logging..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.Thread")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");

  private static final Pattern VENDOR =
      Pattern.compile("(?i:vsphere|vcenter|vmware|esxi|vmotion|orchard|anka)|Tart|\\bTART|_TART");

  /** Whichever platform a pool runs on, its rules are the same. */
  @ArchTest
  static final ArchRule coreNamesNoVendor =
      classes()
          .that()
          .resideInAPackage("io.macpool.core..")
          .should(
              new ArchCondition<JavaClass>("name no vendor") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  Stream.concat(
                          Stream.of(type.getName()),
                          type.getMembers().stream().map(JavaMember::getFullName))
                      .filter(VENDOR.asPredicate())
                      .forEach(
                          name -> events.add(SimpleConditionEvent.violated(type, name + " does")));
                }
              });

  @ArchTest
  static final ArchRule coreKnowsNobodyAboveIt =
      noClasses()
          .that()
          .resideInAPackage("io.macpool.core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ABOVE_CORE);

  @ArchTest
  static final ArchRule sharedModulesKnowNoService =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.macpool.service..",
              "io.macpool.broker..",
              "io.macpool.guest..",
              "io.macpool.sim..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.macpool.brain..",
              "io.macpool.worker..",
              "io.macpool.operator..",
              "io.macpool.console..",
              "io.macpool.scaleset..",
              "io.macpool.sandbox..");

  @ArchTest
  static final ArchRule servicesDependOnNoOtherService =
      slices()
          .matching("io.macpool.(brain|worker|operator|console|scaleset)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule servicesKnowNoSimulator =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.macpool.brain..",
              "io.macpool.worker..",
              "io.macpool.operator..",
              "io.macpool.console..",
              "io.macpool.scaleset..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.macpool.sim..", "io.macpool.sandbox..");

  @ArchTest
  static final ArchRule vsphereStaysInItsAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.macpool.brain.vsphere..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.vmware..");

  @ArchTest
  static final ArchRule kubernetesStaysWithTheOperatorAndItsSimulator =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.macpool.operator..", "io.macpool.sim.kubernetes..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..");

  @ArchTest
  static final ArchRule amqpStaysInTheQueuePackages =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.macpool..queue..", "io.macpool.sim.amqp..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.rabbitmq..");

  @ArchTest
  static final ArchRule openTelemetryStaysInItsAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.macpool.service.trace..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.opentelemetry..");

  @ArchTest
  static final ArchRule sentryStaysInItsPackage =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.macpool.service.sentry..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sentry..");

  /**
   * Whoever sets a machine's clock must end no job, lease or wait by it: a duration is measured by
   * System.nanoTime or SteadyClock. Simulators and what tests with them are no part of it: peers
   * have clocks of their own. Nor is a screen that tells a person the time.
   */
  @ArchTest
  static final ArchRule nobodyMeasuresByTheWallClock =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.macpool.sim..", "io.macpool.sandbox..", "io.macpool.bench..")
          .and()
          .doNotHaveFullyQualifiedName("io.macpool.service.SteadyClock")
          .and()
          .doNotHaveFullyQualifiedName("io.macpool.cli.pool.TopCommand")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(LocalDateTime.class, "now")
          .orShould()
          .callMethod(OffsetDateTime.class, "now")
          .orShould()
          .callMethod(ZonedDateTime.class, "now")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(Clock.class, "systemDefaultZone")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callConstructor(Date.class);

  /** Who holds times against those of other machines, and why no duration comes of it. */
  @ArchTest
  static final ArchRule fewKnowTheWallClock =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.macpool.worker.WorkerSetup") // cancels, signatures
          .and()
          .doNotHaveFullyQualifiedName("io.macpool.operator.LeaderLease") // what others are told
          .and()
          .doNotHaveFullyQualifiedName("io.macpool.worker.queue.AmqpPublisher") // told to others
          .and()
          .doNotHaveFullyQualifiedName("io.macpool.service.SteadyClock")
          .should()
          .callMethod(SteadyClock.class, "wall");

  @ArchTest
  static final ArchRule sshStaysInTheSshPackages =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.macpool..ssh..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.sshd..");
}
