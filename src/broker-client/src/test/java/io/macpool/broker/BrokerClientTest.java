package io.macpool.broker;

import java.util.concurrent.ScheduledExecutorService;

class BrokerClientTest extends BrokerClientContract {

  @Override
  BrokerClient client(
      BrokerEndpoint endpoint, RetryPolicy policy, ScheduledExecutorService threads) {
    return new BrokerClient(endpoint, policy, threads, threads);
  }
}
