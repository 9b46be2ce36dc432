package io.macpool.broker;

import io.macpool.broker.net.RetryPolicy;
import java.util.concurrent.ScheduledExecutorService;

class BrokerClientTest extends BrokerClientContract {

  @Override
  BrokerClient client(
      BrokerEndpoint endpoint, RetryPolicy policy, ScheduledExecutorService threads) {
    return new BrokerClient(endpoint, policy, threads, threads);
  }
}
