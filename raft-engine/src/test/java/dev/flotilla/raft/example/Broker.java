package dev.flotilla.raft.example;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;

/** As little of a message queue as a {@link QueueTransport} needs. Who publishes has shown the broker who it is. */
interface Broker {
    /**
     * Puts {@code message} at the end of {@code topic}.
     *
     * @param delivered runs once a subscriber has taken it
     * @return false if nobody subscribes to that topic: the message is dropped
     */
    boolean publish(PeerId publisher, String topic, Bytes message, Runnable delivered);

    /** Each message comes at least once, a publisher's in order when they come first; one thread at a time calls. */
    void subscribe(String topic, BiConsumer<PeerId, Bytes> subscriber);

    void unsubscribe(String topic, BiConsumer<PeerId, Bytes> subscriber);

    /** Within one process. It delivers every third message again, later, as brokers do when an acknowledgement is lost. */
    final class InMemory implements Broker, AutoCloseable {
        private final Map<String, Set<BiConsumer<PeerId, Bytes>>> topics = new HashMap<>(); // guarded by this
        private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "broker");
            made.setDaemon(true);
            return made;
        });
        private long published; // guarded by this

        @Override
        public synchronized boolean publish(PeerId publisher, String topic, Bytes message, Runnable delivered) {
            Set<BiConsumer<PeerId, Bytes>> subscribers = Set.copyOf(topics.getOrDefault(topic, Set.of()));
            if (subscribers.isEmpty() || thread.isShutdown()) {
                return false;
            }
            boolean again = ++published % 3 == 0;
            thread.execute(() -> {
                subscribers.forEach(subscriber -> subscriber.accept(publisher, message));
                delivered.run();
                if (again) {
                    redeliver(() -> subscribers.forEach(subscriber -> subscriber.accept(publisher, message)));
                }
            });
            return true;
        }

        private synchronized void redeliver(Runnable delivery) {
            if (!thread.isShutdown()) {
                thread.execute(delivery);
            }
        }

        @Override
        public synchronized void subscribe(String topic, BiConsumer<PeerId, Bytes> subscriber) {
            topics.computeIfAbsent(topic, made -> new HashSet<>()).add(subscriber);
        }

        @Override
        public synchronized void unsubscribe(String topic, BiConsumer<PeerId, Bytes> subscriber) {
            topics.getOrDefault(topic, new HashSet<>()).remove(subscriber);
        }

        @Override
        public synchronized void close() {
            thread.shutdown();
        }
    }
}
