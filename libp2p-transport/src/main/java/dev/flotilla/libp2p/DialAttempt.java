package dev.flotilla.libp2p;

import dev.flotilla.transport.PeerId;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One dial of one peer with all its addresses. TCP connections are tried one after the other, the next after a short
 * delay or at once when one failed; the first that comes up is secured, and only if that fails another one. Runs on one
 * event loop; {@link #result} and {@link #cancel} may be called from anywhere.
 */
final class DialAttempt {
    private static final Duration NEXT_ADDRESS_DELAY = Duration.ofMillis(250);
    private static final int ADDRESSES_MAX = 32;

    private final PeerId peer;
    private final List<Multiaddr> addresses;
    private final TcpTransport transport;
    private final EventLoop loop;
    private final Duration timeout;
    private final CompletableFuture<Connection> result = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private final ArrayDeque<Target> untried = new ArrayDeque<>();
    private final ArrayDeque<Established> established = new ArrayDeque<>();
    private final Set<Channel> connecting = new HashSet<>();
    private final List<String> failures = new ArrayList<>();
    private @Nullable Channel upgrading;
    private int resolving;
    private boolean refused;
    private boolean nextScheduled;

    DialAttempt(PeerId peer, List<Multiaddr> addresses, TcpTransport transport, EventLoop loop, Duration timeout) {
        this.peer = peer;
        this.addresses = addresses;
        this.transport = transport;
        this.loop = loop;
        this.timeout = timeout;
    }

    private record Target(Multiaddr named, InetSocketAddress address) {}

    private record Established(Multiaddr named, Channel channel) {}

    /** The connection, perhaps one that the peer dialled meanwhile. */
    CompletableFuture<Connection> result() {
        return result;
    }

    /** Completes, never exceptionally, when nothing of the dial is under way any more. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    void start() {
        loop.execute(() -> {
            var timer = loop.schedule(
                    () -> stop("timed out after " + timeout.toMillis() + " ms"),
                    timeout.toNanos(),
                    TimeUnit.NANOSECONDS);
            ended.whenComplete((done, failure) -> timer.cancel(false));
            resolving++; // the dial does not end before all addresses were looked at
            addresses.stream().limit(ADDRESSES_MAX).forEach(this::resolve);
            resolving--;
            proceed();
        });
    }

    void cancel(String reason) {
        loop.execute(() -> stop(reason));
    }

    private void resolve(Multiaddr address) {
        if (address.peerId().filter(named -> !named.equals(peer)).isPresent()) {
            failures.add(address + ": names another peer");
            return;
        }
        resolving++;
        transport.resolve(address, loop).whenComplete((sockets, failure) -> {
            resolving--;
            if (failure != null) {
                failures.add(address + ": " + describe(failure));
            } else {
                sockets.forEach(socket -> untried.add(new Target(address, socket)));
            }
            proceed();
        });
    }

    /** Does what there is to do next. */
    private void proceed() {
        if (ended.isDone() || upgrading != null) {
            return;
        }
        Established next = established.poll();
        if (next != null) {
            upgrade(next);
        } else if (connecting.isEmpty()) {
            tryNext();
        } else if (!nextScheduled && !untried.isEmpty()) {
            nextScheduled = true;
            loop.schedule(
                    () -> {
                        nextScheduled = false;
                        if (!ended.isDone() && upgrading == null) {
                            tryNext();
                        }
                    },
                    NEXT_ADDRESS_DELAY.toNanos(),
                    TimeUnit.NANOSECONDS);
        }
    }

    private void tryNext() {
        Target target = untried.poll();
        if (target != null) {
            dial(target);
            proceed();
        } else if (connecting.isEmpty() && resolving == 0) {
            String reasons = failures.isEmpty() ? "no address is known" : String.join("; ", failures);
            end(new DialException("cannot reach " + peer + ": " + reasons, refused));
        }
    }

    private void dial(Target target) {
        var connected = transport.connect(target.address(), loop);
        Channel channel = connected.channel();
        connecting.add(channel);
        connected.addListener(done -> {
            connecting.remove(channel);
            if (ended.isDone()) {
                channel.close();
            } else if (done.isSuccess()) {
                established.add(new Established(target.named(), channel));
            } else {
                Throwable failure = done.cause();
                refused |= isRefused(failure);
                failures.add(target.named() + ": " + describe(failure));
            }
            proceed();
        });
    }

    private void upgrade(Established target) {
        upgrading = target.channel();
        transport.upgradeOutbound(target.channel(), peer).whenComplete((connection, failure) -> {
            upgrading = null;
            if (failure == null) {
                result.complete(connection);
                end(null);
            } else {
                failures.add(target.named() + ": " + describe(failure));
                proceed();
            }
        });
    }

    private void stop(String reason) {
        if (!ended.isDone()) {
            failures.add(reason);
            end(new DialException("cannot reach " + peer + ": " + String.join("; ", failures), refused));
        }
    }

    private void end(@Nullable DialException failure) {
        if (failure != null) {
            result.completeExceptionally(failure);
        }
        ended.complete(null);
        List.copyOf(connecting).forEach(Channel::close);
        established.forEach(other -> other.channel().close());
        established.clear();
        if (upgrading != null) {
            upgrading.close();
        }
    }

    private static boolean isRefused(@Nullable Throwable failure) {
        return failure instanceof ConnectException
                && String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("refused");
    }

    private static String describe(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (isRefused(cause)) {
            return "refused";
        }
        return cause == null ? "failed" : cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
