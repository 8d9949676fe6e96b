package dev.flotilla.peer.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.peer.community.Json;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's side: answers the operator's commands, each on a thread of its own, so many at once and no more. */
public final class ControlServer implements AutoCloseable {
    private static final int AT_ONCE_MAX = 64;
    private static final long IDLE_SECONDS = 10;
    private static final long END_SECONDS_MAX = 2;
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private final Host host;
    private final PeerId operator;
    private final Map<String, ControlHandler> handlers;
    private final ExecutorService threads;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();

    private ControlServer(Host host, PeerId operator, Map<String, ControlHandler> handlers) {
        this.host = host;
        this.operator = operator;
        this.handlers = Map.copyOf(handlers);
        AtomicInteger count = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                0, AT_ONCE_MAX, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                    Thread thread = new Thread(work, "control-" + count.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Answers on {@code host} what {@code operator} asks, by {@code handlers}, one for each command. */
    public static ControlServer start(Host host, PeerId operator, Map<String, ControlHandler> handlers) {
        ControlServer server = new ControlServer(host, operator, handlers);
        host.handle(ControlStream.PROTOCOL, server::onStream);
        return server;
    }

    private void onStream(Stream stream) {
        if (!stream.remotePeerId().equals(operator)) {
            LOG.debug("control stream refused peer={}", stream.remotePeerId());
            stream.reset();
            return;
        }
        try {
            threads.execute(() -> serve(stream));
        } catch (RejectedExecutionException e) {
            LOG.debug("control stream refused: {} commands at once", AT_ONCE_MAX);
            refuse(stream);
        }
    }

    /** Without waiting: this is a thread of the host's. */
    private static void refuse(Stream stream) {
        CommandException busy = CommandException.failed("nothing was done: the daemon does " + AT_ONCE_MAX
                + " things at once already, each flotilla watch is one; end some, or try again later");
        var unused = stream.write(ControlStream.framed(Json.bytes(error(busy))));
        stream.close();
    }

    private void serve(Stream stream) {
        open.add(stream);
        try (ControlStream control = new ControlStream(stream)) {
            JsonNode json = control.receive();
            if (json != null) {
                control.send(answer(new Request(json), new StreamCaller(control, control.closed())));
                control.finish();
            }
        } catch (IOException e) {
            LOG.debug("control stream ended: {}", e.getMessage());
            if (stream.isOpen()) {
                stream.reset();
            }
        } finally {
            open.remove(stream);
        }
    }

    private JsonNode answer(Request request, ControlHandler.Caller caller) throws IOException {
        ControlHandler handler = handlers.get(request.command());
        if (handler == null) {
            return error(CommandException.failed("this daemon knows no command '" + request.command()
                    + "'; use the daemon and the command of the same version"));
        }
        try {
            ObjectNode answer = Json.object();
            answer.set("result", handler.handle(request, caller));
            return answer;
        } catch (CommandException e) {
            return error(e);
        } catch (IOException | RuntimeException e) {
            if (caller.gone().isDone()) {
                throw new IOException("the caller is gone", e);
            }
            LOG.warn("command failed command={}", request.command(), e);
            return error(CommandException.failed("the daemon could not do that: " + e.getMessage()));
        }
    }

    private static JsonNode error(CommandException e) {
        ObjectNode error = Json.object().put("error", e.line()).put("exitCode", e.exitCode());
        return e.retryToken() == null ? error : error.put("retry", e.retryToken());
    }

    /** Answers no more; whoever waits for an answer gets none. Returns when all threads have ended, or soon will. */
    @Override
    public void close() {
        host.unhandle(ControlStream.PROTOCOL);
        threads.shutdown();
        open.forEach(Stream::reset);
        try {
            if (!threads.awaitTermination(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.debug("commands are still under way: {}", open);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The one at the other end of the stream.
     *
     * @param gone always the same, since each that the stream gives stays with it as long as it is open
     */
    private record StreamCaller(ControlStream control, CompletableFuture<Void> gone) implements ControlHandler.Caller {
        @Override
        public void tell(JsonNode progress) throws IOException {
            ObjectNode message = Json.object();
            message.set("progress", progress);
            control.send(message);
        }
    }
}
