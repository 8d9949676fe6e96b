package dev.flotilla.peer.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.noise.Noise;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The command's side: a host with the operator key that is connected to one daemon. Blocks. */
public final class ControlClient implements AutoCloseable {
    private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(5);

    private final Host host;
    private final PeerId daemon;

    private ControlClient(Host host, PeerId daemon) {
        this.host = host;
        this.daemon = daemon;
    }

    /** What a command is told before its result. */
    @FunctionalInterface
    public interface Listener {
        /** False to go no further: {@link #call} then returns what it was told last. */
        boolean onProgress(JsonNode progress);
    }

    /** Connects as {@code operator} to a daemon in the open network. */
    public static ControlClient connect(PrivateKey operator, PeerId daemon, List<Multiaddr> addresses)
            throws IOException {
        return connect(operator, daemon, addresses, null);
    }

    /**
     * Connects as {@code operator}.
     *
     * @param swarmKey of the private network that the daemon belongs to; null for the open network
     * @throws IOException if {@code daemon} answers at none of {@code addresses}
     */
    public static ControlClient connect(
            PrivateKey operator, PeerId daemon, List<Multiaddr> addresses, @Nullable PreSharedKey swarmKey)
            throws IOException {
        HostBuilder builder = Host.builder(operator)
                .security(new Noise()) // the daemon speaks it, and TLS takes longer to load than most commands to run
                .config(HostConfig.defaults().withEventLoops(1).withDialTimeouts(DIAL_TIMEOUT, DIAL_TIMEOUT));
        if (swarmKey != null) {
            builder.privateNetwork(swarmKey);
        }
        Host host = builder.build();
        try {
            await(host.start());
            await(host.connect(daemon, addresses));
            return new ControlClient(host, daemon);
        } catch (IOException e) {
            host.close();
            throw e;
        }
    }

    /**
     * Asks for {@code request} and waits for its result.
     *
     * @throws CommandException if the daemon says that it cannot be done
     * @throws IOException if the daemon is gone
     */
    public JsonNode call(JsonNode request, Listener listener) throws CommandException, IOException {
        try (ControlStream control = new ControlStream(await(host.newStream(daemon, ControlStream.PROTOCOL)))) {
            control.send(request);
            control.finish();
            for (; ; ) {
                JsonNode message = control.receive();
                if (message == null) {
                    throw new IOException("the daemon ended before it answered");
                }
                JsonNode progress = message.get("progress");
                if (progress == null) {
                    return result(message);
                }
                if (!listener.onProgress(progress)) {
                    return progress;
                }
            }
        }
    }

    private static JsonNode result(JsonNode message) throws CommandException, IOException {
        JsonNode error = message.get("error");
        if (error != null) {
            JsonNode retry = message.path("retry");
            throw CommandException.of(
                    message.path("exitCode").asInt(), error.asText(), retry.isTextual() ? retry.asText() : null);
        }
        JsonNode result = message.get("result");
        if (result == null) {
            throw new IOException("the daemon's answer is neither a result nor an error");
        }
        return result;
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        host.close();
    }
}
