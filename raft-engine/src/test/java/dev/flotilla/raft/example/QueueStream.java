package dev.flotilla.raft.example;

import dev.flotilla.raft.example.QueueMessage.Kind;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A byte stream in messages: who writes may be a window ahead of who reads, who says how much it took. */
final class QueueStream implements ByteStream {
    private static final int WINDOW_BYTES = 256 << 10;

    private final QueueTransport transport; // guards all below
    private final QueueLink link;
    private final PeerId remote;
    private final boolean openedHere;
    private final int number;
    private final Queue<Bytes> arrived = new ArrayDeque<>();
    private final Queue<CompletableFuture<Void>> writing = new ArrayDeque<>();
    private @Nullable CompletableFuture<@Nullable Bytes> reading;
    private long aheadBytes;
    private boolean finished; // by the other side
    private boolean finishedHere;
    private boolean readToTheEnd;
    private @Nullable IOException ended;

    QueueStream(QueueTransport transport, QueueLink link, PeerId remote, boolean openedHere, int number) {
        this.transport = transport;
        this.link = link;
        this.remote = remote;
        this.openedHere = openedHere;
        this.number = number;
    }

    private void send(Kind kind, Bytes body) {
        if (ended == null && !link.send(kind, Lane.SNAPSHOT, openedHere, number, body, () -> {})) {
            end(new IOException("the other side is gone"));
        }
    }

    void received(QueueMessage message) {
        switch (message.kind()) {
            case DATA -> arrived.add(message.body());
            case TAKEN -> aheadBytes -= message.body().asByteBuffer().getInt();
            case END -> finished = true;
            case RESET -> end(new IOException("the other side reset the stream"));
            default -> throw new IllegalArgumentException(message.kind() + " is not of a stream");
        }
        move();
    }

    private void move() {
        CompletableFuture<@Nullable Bytes> read = reading;
        IOException cause = ended;
        if (read != null && cause != null) {
            reading = null;
            transport.callbacks().execute(() -> read.completeExceptionally(cause));
        } else if (read != null && (finished || !arrived.isEmpty())) {
            reading = null;
            Bytes piece = arrived.poll();
            readToTheEnd = piece == null;
            forgetIfDone();
            if (piece != null) {
                byte[] taken =
                        ByteBuffer.allocate(Integer.BYTES).putInt(piece.size()).array();
                send(Kind.TAKEN, Bytes.wrap(taken));
            }
            transport.callbacks().execute(() -> read.complete(piece));
        }
        while (!writing.isEmpty() && (cause != null || aheadBytes < WINDOW_BYTES)) {
            CompletableFuture<Void> written = writing.remove();
            transport.callbacks().execute(() -> {
                boolean unused = cause == null ? written.complete(null) : written.completeExceptionally(cause);
            });
        }
    }

    private void forgetIfDone() {
        if (ended != null || (finishedHere && readToTheEnd)) {
            link.forget(openedHere, number);
        }
    }

    void end(IOException cause) {
        if (ended == null && !(readToTheEnd && writing.isEmpty())) {
            ended = cause;
            arrived.clear();
            move();
            forgetIfDone();
        }
    }

    @Override
    public PeerId remotePeerId() {
        return remote;
    }

    @Override
    public CompletionStage<Void> write(Bytes piece) {
        synchronized (transport) {
            CompletableFuture<Void> written = new CompletableFuture<>();
            writing.add(written);
            if (!piece.isEmpty()) {
                aheadBytes += piece.size();
                send(Kind.DATA, piece);
            }
            move();
            return written;
        }
    }

    @Override
    public CompletionStage<@Nullable Bytes> read() {
        synchronized (transport) {
            CompletableFuture<@Nullable Bytes> read = new CompletableFuture<>();
            reading = read;
            move();
            return read;
        }
    }

    @Override
    public void finish() {
        synchronized (transport) {
            send(Kind.END, Bytes.EMPTY);
            finishedHere = true;
            forgetIfDone();
        }
    }

    @Override
    public void reset() {
        synchronized (transport) {
            send(Kind.RESET, Bytes.EMPTY);
            end(new IOException("the stream was reset"));
        }
    }

    @Override
    public void close() {
        if (readToTheEnd) {
            finish();
        } else {
            reset();
        }
    }
}
