package io.macpool.operator;

class TerminatingPodsIT extends TerminatingPodsContract {

  @Override
  OperatorBench bench(String... flags) {
    return new OperatorBench(flags);
  }
}
