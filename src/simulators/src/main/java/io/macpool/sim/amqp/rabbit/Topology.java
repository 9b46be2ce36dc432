package io.macpool.sim.amqp.rabbit;

import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Method;
import java.util.Map;
import java.util.Optional;

/** What a client says about exchanges and queues, and the answers. Guarded by the host's lock. */
final class Topology {

  private final VirtualHost host;
  private final BrokerConnection connection;

  Topology(VirtualHost host, BrokerConnection connection) {
    this.host = host;
    this.connection = connection;
  }

  /** Carries it out; the answer, unless none is wanted. */
  Optional<Method> carryOut(Method method) throws AmqpFault {
    if (method instanceof AMQImpl.Queue.Declare declare) {
      return answer(declare.getNowait(), declare(declare));
    }
    if (method instanceof AMQImpl.Queue.Bind bind) {
      host.queue(bind.getQueue(), connection);
      host.exchange(bind.getExchange()).bind(bind.getQueue(), bind.getRoutingKey());
      return answer(bind.getNowait(), new AMQImpl.Queue.BindOk());
    }
    if (method instanceof AMQImpl.Queue.Unbind unbind) {
      if (host.find(unbind.getQueue()).isPresent()) {
        host.exchange(unbind.getExchange()).unbind(unbind.getQueue(), unbind.getRoutingKey());
      }
      return Optional.of(new AMQImpl.Queue.UnbindOk());
    }
    if (method instanceof AMQImpl.Queue.Purge purge) {
      int count = host.queue(purge.getQueue(), connection).purge();
      return answer(purge.getNowait(), new AMQImpl.Queue.PurgeOk(count));
    }
    if (method instanceof AMQImpl.Queue.Delete delete) {
      return answer(delete.getNowait(), new AMQImpl.Queue.DeleteOk(delete(delete)));
    }
    if (method instanceof AMQImpl.Exchange.Declare declare) {
      declare(declare);
      return answer(declare.getNowait(), new AMQImpl.Exchange.DeclareOk());
    }
    if (method instanceof AMQImpl.Exchange.Delete delete) {
      host.deleteExchange(delete.getExchange());
      return answer(delete.getNowait(), new AMQImpl.Exchange.DeleteOk());
    }
    throw AmqpFault.notImplemented(method.protocolMethodName());
  }

  private static Optional<Method> answer(boolean unwanted, Method answer) {
    return unwanted ? Optional.empty() : Optional.of(answer);
  }

  private Method declare(AMQImpl.Queue.Declare asked) throws AmqpFault {
    RabbitQueue queue;
    if (asked.getPassive()) {
      queue = host.queue(asked.getQueue(), connection);
      queue.touch();
    } else {
      Map<String, Object> arguments =
          asked.getArguments() == null ? Map.of() : Map.copyOf(asked.getArguments());
      queue =
          host.declare(
              new RabbitQueue.Declaration(
                  asked.getQueue(),
                  asked.getDurable(),
                  asked.getExclusive(),
                  asked.getAutoDelete(),
                  arguments),
              connection);
    }
    return new AMQImpl.Queue.DeclareOk(queue.name(), queue.ready(), queue.consumers().size());
  }

  private int delete(AMQImpl.Queue.Delete asked) throws AmqpFault {
    if (host.find(asked.getQueue()).isEmpty()) {
      return 0;
    }
    RabbitQueue queue = host.queue(asked.getQueue(), connection);
    if (queue.isQuorum() && (asked.getIfUnused() || asked.getIfEmpty())) {
      throw AmqpFault.notImplemented(
          ("cannot delete queue '%s' in vhost '/'. queue.delete operations with %s flag set are not"
                  + " supported by quorum queues")
              .formatted(queue.name(), asked.getIfUnused() ? "if-unused" : "if-empty"));
    }
    if (asked.getIfUnused() && !queue.consumers().isEmpty()) {
      throw AmqpFault.precondition("queue '%s' in vhost '/' in use".formatted(queue.name()));
    }
    if (asked.getIfEmpty() && queue.ready() > 0) {
      throw AmqpFault.precondition("queue '%s' in vhost '/' not empty".formatted(queue.name()));
    }
    return host.delete(queue.name());
  }

  private void declare(AMQImpl.Exchange.Declare asked) throws AmqpFault {
    if (asked.getPassive()) {
      host.exchange(asked.getExchange());
      return;
    }
    host.declareExchange(
        new Exchange(
            asked.getExchange(), asked.getType(), asked.getDurable(), asked.getAutoDelete()));
  }
}
