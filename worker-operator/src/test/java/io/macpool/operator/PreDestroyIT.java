package io.macpool.operator;

class PreDestroyIT extends PreDestroyContract {

  @Override
  OperatorBench bench() {
    return new OperatorBench();
  }
}
