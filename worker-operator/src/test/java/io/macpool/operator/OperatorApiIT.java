package io.macpool.operator;

class OperatorApiIT extends OperatorApiContract {

  @Override
  OperatorBench bench(String... flags) {
    return new OperatorBench(flags);
  }
}
