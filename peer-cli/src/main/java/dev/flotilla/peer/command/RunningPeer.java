package dev.flotilla.peer.command;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A peer that runs until the process is told to end: says where it listens, and is closed in the end. */
final class RunningPeer {
    private static final long END_MILLIS_MAX = 15_000;

    private RunningPeer() {}

    /** Returns only if {@code untilInputEnds}, once that has happened; otherwise the process ends by a signal. */
    static void run(AutoCloseable peer, List<Multiaddr> addresses, Console console, boolean untilInputEnds)
            throws IOException {
        Thread end = new Thread(() -> end(peer), "end");
        Runtime.getRuntime().addShutdownHook(end);
        for (Multiaddr address : addresses) {
            console.result(Json.object().put("listening", address.toString()), "listening on " + address);
        }
        console.result(Json.object().put("ready", true), "ready");
        awaitEnd(untilInputEnds);
    }

    private static void awaitEnd(boolean untilInputEnds) throws IOException {
        if (untilInputEnds) {
            try (InputStream in = System.in) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return;
        }
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Being told to end is no failure, so the exit code is 0 and not the signal's. What was acknowledged is on disk
     * already: if something hangs, the process ends all the same.
     */
    private static void end(AutoCloseable peer) {
        Thread closing = new Thread(() -> close(peer), "closing");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(END_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(closing.isAlive() ? CommandException.FAILED : 0);
    }

    private static void close(AutoCloseable peer) {
        try {
            peer.close();
        } catch (Exception e) {
            throw new IllegalStateException("closing failed", e);
        }
    }
}
