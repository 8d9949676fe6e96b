package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialException;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.transport.PeerId;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One dial of one peer with all its addresses. Whole connections race, handshakes included: each address is dialled after
 * its delay, or at once when nothing else is under way, and the first connection that comes up ends the others. Runs on
 * one event loop; {@link #result} and {@link #cancel} may be called from anywhere.
 */
final class DialAttempt {
    private static final int ADDRESSES_MAX = 32;
    private static final int AT_ONCE_MAX = 8; // as go-libp2p
    private static final int LOOK_UPS_MAX = 2; // at a time: names are a stranger's, and all peers share the threads
    private static final String UNWANTED_CIRCUIT = "is a relay's, and the connection is to be direct";

    private final PeerId peer;
    private final List<Multiaddr> addresses;
    private final DialOptions options;
    private final AddressDialer dialer;
    private final DialBackoff backoff;
    private final EventLoop loop;
    private final Duration timeout;
    private final CompletableFuture<Connection> result = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private final ArrayDeque<Multiaddr> names = new ArrayDeque<>(); // to be looked up
    private final Map<Multiaddr, CompletableFuture<?>> lookingUp = new HashMap<>(); // by name
    private final Set<Multiaddr> known = new HashSet<>();
    private final Map<Target, Future<?>> waiting = new LinkedHashMap<>(); // with the timers, the best first
    private final ArrayDeque<Target> due = new ArrayDeque<>();
    private final Map<Target, CompletableFuture<Connection>> dialling = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final Refusals refusals = new Refusals();

    /** What a dial needs of the host. Called on the attempt's event loop. */
    interface AddressDialer {
        /** What the name that {@code address} begins with leads to; cancelled when nobody wants to know any more. */
        CompletableFuture<List<Multiaddr>> resolve(Multiaddr address, EventLoop loop);

        /** Why {@code peer} must not be dialled at {@code address}; empty if it may be. */
        Optional<String> refusal(Multiaddr address, PeerId peer);

        /** See {@link dev.flotilla.libp2p.Transport#dial}. */
        CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop, DialOptions options);
    }

    DialAttempt(
            PeerId peer,
            Collection<Multiaddr> addresses,
            DialOptions options,
            AddressDialer dialer,
            DialBackoff backoff,
            EventLoop loop,
            Duration timeout) {
        this.peer = peer;
        this.addresses = List.copyOf(addresses);
        this.options = options;
        this.dialer = dialer;
        this.backoff = backoff;
        this.loop = loop;
        this.timeout = timeout;
    }

    /** An address without names, and the one that it was found by. */
    private record Target(Multiaddr named, Multiaddr address) {
        @Override
        public String toString() {
            return named.equals(address) ? named.toString() : named + " (" + address + ")";
        }
    }

    DialOptions options() {
        return options;
    }

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
            addAll();
            lookUpNext();
            proceed();
        });
    }

    void cancel(String reason) {
        loop.execute(() -> stop(reason));
    }

    /** Drops what is under way, without a word about its addresses: another attempt takes its place. */
    void abandon() {
        loop.execute(() -> {
            if (!ended.isDone()) {
                end(null);
            }
        });
    }

    /** Whether it has failed, or its result is a connection, the peer's, that is gone again while the dial goes on. */
    boolean isOutdated() {
        return result.isDone()
                && (result.isCompletedExceptionally() || !result.join().isOpen());
    }

    /** Addresses without names are ranked together; each name's addresses when they are known. */
    private void addAll() {
        List<Target> literal = new ArrayList<>();
        for (Multiaddr address : addresses.subList(0, Math.min(ADDRESSES_MAX, addresses.size()))) {
            if (address.peerId().filter(named -> !named.equals(peer)).isPresent()) {
                failures.add(address + ": names another peer");
                continue;
            }
            if (isUnwantedCircuit(address)) {
                failures.add(address + ": " + UNWANTED_CIRCUIT);
                continue;
            }
            if (!NameResolver.isName(address)) {
                literal.add(new Target(address, address));
            } else if (!names.contains(address)) {
                names.add(address);
            }
        }
        addresses.stream().skip(ADDRESSES_MAX).forEach(refusals::leftOpen);
        add(literal);
    }

    private void lookUpNext() {
        while (!ended.isDone() && lookingUp.size() < LOOK_UPS_MAX && !names.isEmpty()) {
            Multiaddr name = names.remove();
            CompletableFuture<List<Multiaddr>> lookUp = dialer.resolve(name, loop);
            lookingUp.put(name, lookUp);
            lookUp.whenComplete((found, failure) -> {
                if (lookingUp.remove(name) == null) {
                    return; // the dial has ended
                }
                if (failure != null) {
                    failures.add(name + ": " + describe(failure));
                    refusals.leftOpen(name);
                } else {
                    add(found.stream().map(each -> new Target(name, each)).toList());
                }
                lookUpNext();
                proceed();
            });
        }
    }

    private boolean isUnwantedCircuit(Multiaddr address) {
        return options.forceDirect() && address.has(MultiaddrProtocol.P2P_CIRCUIT);
    }

    private void add(List<Target> found) {
        if (ended.isDone()) {
            return;
        }
        Map<Multiaddr, Target> targets = new LinkedHashMap<>();
        for (Target target : found) {
            Multiaddr address = target.address().withoutPeerId();
            boolean another =
                    target.address().peerId().map(each -> !each.equals(peer)).orElse(false); // of a dnsaddr
            if (another || known.contains(address)) {
                continue;
            }
            if (known.size() == ADDRESSES_MAX) {
                refusals.leftOpen(address);
            } else if (isPermitted(target) && known.add(address)) {
                targets.put(address, new Target(target.named(), address));
            }
        }
        for (DialRanking.Ranked ranked : DialRanking.rank(targets.keySet())) {
            Target target = targets.get(ranked.address());
            if (target != null) {
                waiting.put(
                        target,
                        loop.schedule(() -> onDue(target), ranked.delay().toNanos(), TimeUnit.NANOSECONDS));
            }
        }
    }

    private boolean isPermitted(Target target) {
        if (isUnwantedCircuit(target.address())) {
            failures.add(target + ": " + UNWANTED_CIRCUIT);
            return false;
        }
        Optional<String> refusal = dialer.refusal(target.address().withoutPeerId(), peer);
        if (refusal.isPresent()) {
            failures.add(target + ": " + refusal.get());
            refusals.passedOver(target.address());
            return false;
        }
        Optional<Duration> left = options.ignoreBackoff()
                ? Optional.empty()
                : backoff.remaining(peer, target.address().withoutPeerId());
        left.ifPresent(duration -> {
            failures.add(target + ": failed a moment ago and is not dialled for another "
                    + duration.plusMillis(999).toSeconds() + " s");
            refusals.leftOpen(target.address());
        });
        return left.isEmpty();
    }

    private void onDue(Target target) {
        if (waiting.remove(target) != null) {
            due.add(target);
            proceed();
        }
    }

    /** Does what there is to do next. */
    private void proceed() {
        while (!ended.isDone() && dialling.size() < AT_ONCE_MAX) {
            Target next = due.poll();
            if (next == null && dialling.isEmpty()) {
                next = takeFirstWaiting();
            }
            if (next == null) {
                break;
            }
            dial(next);
        }
        boolean isLookedUp = names.isEmpty() && lookingUp.isEmpty();
        if (!ended.isDone() && dialling.isEmpty() && waiting.isEmpty() && due.isEmpty() && isLookedUp) {
            String reasons = failures.isEmpty() ? "no address is known" : String.join("; ", failures);
            end(new DialException("cannot reach " + peer + ": " + reasons, refusals.all()));
        }
    }

    private @Nullable Target takeFirstWaiting() {
        var first = waiting.entrySet().iterator();
        if (!first.hasNext()) {
            return null;
        }
        var entry = first.next();
        first.remove();
        entry.getValue().cancel(false);
        return entry.getKey();
    }

    private void dial(Target target) {
        CompletableFuture<Connection> dialled = dialer.dial(target.address(), peer, loop, options);
        dialling.put(target, dialled);
        dialled.whenComplete((connection, failure) -> {
            if (loop.inEventLoop()) {
                dialled(target, connection, failure);
            } else {
                loop.execute(() -> dialled(target, connection, failure));
            }
        });
    }

    private void dialled(Target target, @Nullable Connection connection, @Nullable Throwable failure) {
        if (dialling.remove(target) == null) {
            return; // the dial has ended; a connection that came up late is in the table
        }
        if (connection != null) {
            backoff.succeeded(peer, target.address());
            result.complete(connection);
            end(null);
            return;
        }
        backoff.failed(peer, target.address());
        refusals.failed(target.address(), isRefused(cause(failure)));
        failures.add(target + ": " + describe(failure));
        proceed();
    }

    private void stop(String reason) {
        if (!ended.isDone()) {
            failures.add(reason);
            for (Target target : dialling.keySet()) {
                failures.add(target + ": no answer");
                backoff.failed(peer, target.address());
            }
            end(new DialException("cannot reach " + peer + ": " + String.join("; ", failures), false));
        }
    }

    private void end(@Nullable DialException failure) {
        if (failure != null) {
            result.completeExceptionally(failure);
        }
        List<CompletableFuture<?>> others = new ArrayList<>(dialling.values());
        others.addAll(lookingUp.values());
        dialling.clear();
        names.clear();
        lookingUp.clear();
        waiting.values().forEach(timer -> timer.cancel(false));
        waiting.clear();
        due.clear();
        others.forEach(other -> other.cancel(false));
        ended.complete(null);
    }

    private static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }

    private static boolean isRefused(@Nullable Throwable failure) {
        return failure instanceof ConnectException
                && String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("refused");
    }

    /** Why an address came to nothing, in words. */
    static String describe(@Nullable Throwable failure) {
        Throwable cause = cause(failure);
        if (isRefused(cause)) {
            return "refused";
        }
        return cause == null ? "failed" : cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
