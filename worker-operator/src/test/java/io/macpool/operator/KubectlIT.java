package io.macpool.operator;

class KubectlIT extends KubectlContract {

  @Override
  OperatorBench bench() {
    return new OperatorBench();
  }
}
