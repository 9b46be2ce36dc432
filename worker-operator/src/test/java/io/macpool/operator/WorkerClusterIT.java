package io.macpool.operator;

class WorkerClusterIT extends WorkerClusterContract {

  @Override
  OperatorBench bench() {
    return new OperatorBench();
  }
}
