package io.macpool.operator;

/** On our simulator. */
class TakeOverIT extends TakeOverContract {
  @Override
  OperatorBench bench() {
    return new OperatorBench();
  }
}
