package io.macpool.operator;

class RecoveryIT extends RecoveryContract {

  @Override
  OperatorBench bench(String... flags) {
    return new OperatorBench(flags);
  }
}
