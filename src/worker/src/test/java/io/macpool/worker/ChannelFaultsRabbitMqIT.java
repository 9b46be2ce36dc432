package io.macpool.worker;

import org.junit.jupiter.api.Tag;

/** On a real RabbitMQ, where one is given. */
@Tag(Stage.RABBITMQ)
class ChannelFaultsRabbitMqIT extends ChannelFaultsIT {}
