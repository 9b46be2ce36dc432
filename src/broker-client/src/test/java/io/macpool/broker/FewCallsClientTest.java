package io.macpool.broker;

import io.macpool.broker.net.RetryPolicy;
import java.util.concurrent.ScheduledExecutorService;

class FewCallsClientTest extends BrokerClientContract {

  @Override
  BrokerClient client(
      BrokerEndpoint endpoint, RetryPolicy policy, ScheduledExecutorService threads) {
    return BrokerClient.forFewCalls(endpoint, policy, threads, threads);
  }
}
