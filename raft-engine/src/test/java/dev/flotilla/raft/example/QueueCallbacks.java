package dev.flotilla.raft.example;

import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerTransport.ConnectivityListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whom a {@link QueueTransport} calls: on one thread, in order, never under its lock. */
final class QueueCallbacks {
    private final ThreadPoolExecutor thread;
    private final Map<Lane, Consumer<Frame>> receivers = new ConcurrentHashMap<>();
    private final Map<Lane, Consumer<ByteStream>> handlers = new ConcurrentHashMap<>();
    private volatile @Nullable ConnectivityListener listener;

    QueueCallbacks(String name) {
        thread = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, name);
            made.setDaemon(true);
            return made;
        });
        thread.allowCoreThreadTimeOut(true); // so that it need not be closed: what was promised must still end
    }

    void execute(Runnable callback) {
        thread.execute(callback);
    }

    void listener(ConnectivityListener newListener) {
        listener = newListener;
    }

    void receiver(Lane lane, Consumer<Frame> receiver) {
        receivers.put(lane, receiver);
    }

    void handler(Lane lane, Consumer<ByteStream> handler) {
        handlers.put(lane, handler);
    }

    void tell(Consumer<ConnectivityListener> message) {
        execute(() -> {
            ConnectivityListener told = listener;
            if (told != null) {
                message.accept(told);
            }
        });
    }

    void received(Lane lane, Frame frame) {
        Consumer<Frame> receiver = receivers.get(lane);
        if (receiver != null) {
            execute(() -> receiver.accept(frame));
        }
    }

    /** False if nobody takes streams on that lane. */
    boolean opened(Lane lane, ByteStream stream) {
        Consumer<ByteStream> handler = handlers.get(lane);
        if (handler != null) {
            execute(() -> handler.accept(stream));
        }
        return handler != null;
    }
}
