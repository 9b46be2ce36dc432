package io.macpool.sandbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The dependency rule of docs/architecture.md. */
@AnalyzeClasses(packages = "io.macpool", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] ABOVE_CORE = {
    "io.macpool.service..",
    "io.macpool.broker..",
    "io.macpool.brain..",
    "io.macpool.worker..",
    "io.macpool.operator..",
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
          .resideOutsideOfPackages("io.macpool.core..", "java..");

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
          .resideInAnyPackage("io.macpool.service..", "io.macpool.broker..", "io.macpool.sim..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.macpool.brain..",
              "io.macpool.worker..",
              "io.macpool.operator..",
              "io.macpool.sandbox..");

  @ArchTest
  static final ArchRule servicesDependOnNoOtherService =
      slices().matching("io.macpool.(brain|worker|operator)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule servicesKnowNoSimulator =
      noClasses()
          .that()
          .resideInAnyPackage("io.macpool.brain..", "io.macpool.worker..", "io.macpool.operator..")
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

  @ArchTest
  static final ArchRule sshStaysInTheSshPackages =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.macpool..ssh..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.sshd..");
}
