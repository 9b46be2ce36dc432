package io.macpool.operator;

/** On our simulator. */
class ApiRulesIT extends ApiRulesContract {

  @Override
  OperatorBench bench(String... flags) {
    return new OperatorBench(flags);
  }
}
